from __future__ import annotations

import json

import pytest

from assay.domain.facts import SafetensorsFacts, WeightsFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats import shard_index
from assay.release.formats.shard_index import is_index, names_digest
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.families.weights_safetensors import samples

SHARD = "model-00001-of-00001.safetensors"
NAME = "model.safetensors.index.json"


def index(document: object, path: str = NAME, paths: tuple[str, ...] = (SHARD,)):
    found = inspect_source(
        BytesSource(json.dumps(document).encode()),
        path=path,
        executable_bit=False,
        limits=DEFAULT_LIMITS,
        paths=frozenset((path, *paths)),
    )
    return next(fact for fact in found.facts if isinstance(fact, WeightsFacts))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (NAME, True),
        ("pytorch_model.bin.index.json", True),
        ("diffusion_pytorch_model.safetensors.index.fp16.json", True),
        ("model.safetensors.index.fp16.json", True),
        ("flax_model.msgpack.index.json", True),
        ("model_index.json", False),
        ("model.safetensors.json", False),
    ],
)
def test_indexes_are_known_by_their_names(name, found):
    assert is_index(name) is found


def test_shards_are_listed_with_their_tensors():
    facts = index(
        {"metadata": {"total_size": 8}, "weight_map": {"a": SHARD, "b": SHARD}}
    )
    (shard,) = facts.data_files
    assert (shard.path, shard.target, shard.tensors) == (SHARD, SHARD, 2)
    assert shard.names == names_digest(["b", "a"])
    assert facts.tensors == 2
    assert facts.metadata == (("total_size", "8"),)
    assert not facts.problems


def test_shards_lie_beside_their_index():
    facts = index({"weight_map": {"a": "x.bin"}}, f"unet/{NAME}", ("unet/x.bin",))
    assert facts.data_files[0].target == "unet/x.bin"
    facts = index({"weight_map": {"a": "./x.bin"}}, NAME, ("x.bin",))
    assert facts.data_files[0].target == "x.bin"
    facts = index({"weight_map": {"a": "x.bin"}}, f"unet/{NAME}", ("x.bin",))
    assert facts.data_files[0].target is None


@pytest.mark.parametrize(
    "path",
    ["../x", "/x", "~/x", "a/../../x", "a\\..\\x", "C:\\x", "https://h/x", "a\0b"],
)
def test_a_shard_that_leads_outside_is_told_at_its_tensor(path):
    facts = index({"weight_map": {"a": path}})
    assert [p.kind for p in facts.problems] == ["path-escape"]
    assert facts.problems[0].place.key == "weight_map.a"
    assert facts.data_files[0].target is None


@pytest.mark.parametrize(
    "document", [[1], {}, {"weight_map": 1}, {"weight_map": {"a": 1}}]
)
def test_a_map_of_another_form_is_malformed(document):
    assert {p.kind for p in index(document).problems} == {"malformed"}


@pytest.mark.parametrize("total", [True, "8", None, [8]])
def test_a_total_that_is_no_number_is_none(total):
    document = {"metadata": {"total_size": total}, "weight_map": {"a": SHARD}}
    assert index(document).metadata == ()


def test_more_shards_than_are_read_are_beyond_any_model(monkeypatch):
    monkeypatch.setattr(shard_index, "_MAX_SHARDS", 1)
    facts = index({"weight_map": {"a": "x", "b": "y"}})
    assert [p.kind for p in facts.problems] == ["over-limit"]
    assert len(facts.data_files) == 1


def test_an_index_is_read_however_long_it_is():
    weight_map = {f"layer.{at}.weight": SHARD for at in range(40_000)}
    assert index({"weight_map": weight_map}).tensors == 40_000


def test_names_are_told_apart_where_one_ends():
    assert names_digest(["ab", "c"]) != names_digest(["a", "bc"])


@pytest.mark.parametrize(
    "sample",
    [sample for sample in samples() if sample.name.startswith("metadata")],
    ids=lambda sample: sample.name,
)
def test_what_the_metadata_hold_is_read(sample):
    (data,) = sample.files.values()
    found = inspect_source(
        BytesSource(data),
        path="model.safetensors",
        executable_bit=False,
        limits=DEFAULT_LIMITS,
        paths=frozenset({"model.safetensors"}),
    )
    kinds = {type(fact).__name__ for fact in found.facts}
    assert SafetensorsFacts.__name__ in kinds
    assert ("PickleFacts" in kinds) is (sample.name == "metadata-pickle")
    assert ("TemplateFacts" in kinds) is (sample.name == "metadata-template")
