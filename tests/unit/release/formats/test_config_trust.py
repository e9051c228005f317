from __future__ import annotations

import json

import pytest

from assay.domain.facts import ConfigFacts
from tests.unit.release.formats.test_code_opened import facts

COMMIT = "0a" * 20


def entries(value: object, path: str = "config.json", paths=()):
    found = facts(path, json.dumps(value), paths)
    return [
        (entry.place.key, entry.repository, entry.file)
        for fact in found
        if isinstance(fact, ConfigFacts)
        for entry in fact.remote_code
    ]


TRUST = {"trust_remote_code": True}


@pytest.mark.parametrize(
    ("value", "repository"),
    [
        ({"model_name_or_path": "a/b", **TRUST}, "a/b"),
        ({"model_name_or_path": "a/b", "revision": "main", **TRUST}, "a/b"),
        ({"model_name_or_path": "a/b", "revision": COMMIT, **TRUST}, None),
        ({"model_name_or_path": "./b", **TRUST}, None),
        ({"_name_or_path": "a/b", **TRUST}, None),
        (TRUST, None),
    ],
)
def test_trust_beside_another_repository_is_trust_in_its_code(value, repository):
    assert entries(value) == [("trust_remote_code", repository, None)]


def test_trust_in_arguments_belongs_to_what_stands_beside_them():
    value = {"model_name_or_path": "a/b", "model_args": TRUST, "config_args": 1}
    found = entries(value, "sentence_bert_config.json")
    assert found == [("model_args.trust_remote_code", "a/b", None)]


def test_recipes_that_no_loader_reads_trust_nobody():
    value = {"model_name_or_path": "a/b", **TRUST}
    assert entries(value, "recipe.json") == [("trust_remote_code", None, None)]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"unet": ["a/b", "C"]}, [("unet", "a/b", None)]),
        ({"_class_name": ["a/b", "C"]}, [("_class_name", "a/b", None)]),
        ({"custom_pipeline": "a/b"}, [("custom_pipeline", "a/b", None)]),
        ({"custom_pipeline": "official"}, []),
        ({"unet": ["diffusers", "C"]}, []),
        ({"unet": ["parts", "C"]}, [("unet", None, "unet/parts.py")]),
        ({"unet": ["parts", "C", 1], "x": [None, None]}, []),
    ],
)
def test_parts_of_a_pipeline_that_lie_elsewhere_are_told(value, found):
    assert entries(value, "model_index.json", ("unet/parts.py",)) == found
