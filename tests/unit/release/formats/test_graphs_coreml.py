from __future__ import annotations

import json

import pytest

from assay.domain.facts import Content, GraphFacts, NativeCodeFacts
from benchmarks.detection.protobuf_bytes import message

ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\0\x3e\0\x01\0\0\0" + bytes(100)


def model(*kinds):
    return message((1, 7), (2, message((1, "x"))), *kinds)


def graph_of(seen):
    return next(fact for fact in seen.facts if isinstance(fact, GraphFacts))


def custom(name="MyLayer"):
    return message((1, message((1, "l"), (500, message((10, name))))))


@pytest.mark.parametrize("kind", [200, 201])
def test_models_inside_a_pipeline_of_any_kind_are_walked(kind, look):
    inner = model((500, custom()))
    data = model((kind, message((1, message((1, inner))))))
    (operator,) = graph_of(look(data, "m.mlmodel")).operators
    assert (operator.domain, operator.name) == ("custom", "MyLayer")


def test_a_class_without_a_name_counts(look):
    data = model((555, message((40, "no name"))))
    assert graph_of(look(data, "m.mlmodel")).operators[0].name == "?"


def test_a_serialised_model_is_looked_into(look):
    data = model((3000, message((1, "id"), (2, ELF))))
    seen = look(data, "m.mlmodel")
    assert any(isinstance(fact, NativeCodeFacts) for fact in seen.facts)


def test_arguments_may_lie_in_files_too(look):
    value = message((5, message((1, "@model_path/w.bin"), (2, 64))))
    argument = message((1, message((2, value))))
    operation = message((1, "linear"), (2, message((1, "weight"), (2, argument))))
    block = message((2, message((3, operation))))
    program = message((2, message((1, "main"), (2, message((3, block))))))
    found = graph_of(look(model((502, program)), "m.mlmodel", paths={"w.bin"}))
    assert [(one.target, one.offset) for one in found.data_files] == [("w.bin", 64)]


@pytest.mark.parametrize(
    "data",
    [
        message((1, 7), (2, b"x")),
        message((1, 7), (2, b"x"), (77, b"x")),
        message((1, 7), (500, 3)),
        message((1, 0), (500, b"")),
    ],
)
def test_messages_without_a_kind_of_model_are_none(data, look):
    assert look(data, "m.bin").content is not Content.CORE_ML


def test_a_manifest_with_strange_items_is_malformed(look):
    items = {"A": {"path": 3}, "B": "x", "C": {"path": "a/model.mlmodel"}}
    document = {"itemInfoEntries": items, "fileFormatVersion": "1.0.0"}
    found = graph_of(look(json.dumps(document).encode(), "Manifest.json"))
    assert [problem.kind for problem in found.problems] == ["malformed", "malformed"]


def test_a_manifest_may_hold_anything(look):
    values: tuple = ([], 3, {})
    for value in values:
        document = json.dumps({"itemInfoEntries": value}).encode()
        look(document, "Manifest.json")
