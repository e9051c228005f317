"""Models of trees: forms, bounds of ours, and what is told of them."""

from __future__ import annotations

import copy
import json
import struct
from array import array
from dataclasses import replace

import pytest

from assay.domain.facts import ConfigFacts, Content, Gap, SecretsFacts, WeightsFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats import ubjson
from assay.release.formats.tree_walk import walk
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.families.tree_models import (
    catboost,
    lightgbm,
    xgboost,
    xgboost_binary,
)
from benchmarks.detection.families.tree_models import ubjson as written
from benchmarks.detection.flatbuffer_bytes import Table, Text, flatbuffer

LENGTH = struct.Struct(">q")


def look(data, path="model.bin", **bounds):
    return inspect_source(
        BytesSource(data),
        path=path,
        executable_bit=False,
        limits=replace(DEFAULT_LIMITS, **bounds),
        paths=frozenset({path}),
    )


def weights(data, **given):
    facts = look(data, **given).facts
    (found,) = [fact for fact in facts if isinstance(fact, WeightsFacts)]
    return found


def kinds(data, **given):
    return [problem.kind for problem in weights(data, **given).problems]


def changed(**changes):
    """Give a document with changes by dotted path."""
    document = xgboost()
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = document
        for parent in parents:
            place = place[parent]
        place[last] = value
    return written(document)


BOOSTER = "learner__gradient_booster"


@pytest.mark.parametrize(
    ("data", "trees"),
    [
        (json.dumps(xgboost()).encode(), 2),
        (b"\xef\xbb\xbf" + json.dumps(xgboost()).encode(), 2),
        (written(xgboost(3)), 3),
        (xgboost_binary(), 1),
        (lightgbm(), 2),
        (catboost(), 2),
    ],
)
def test_trees_are_counted_in_every_form(data, trees):
    found = weights(data)
    assert found.tensors == trees
    assert not found.problems
    assert found.metadata


@pytest.mark.parametrize(
    ("data", "bounds"),
    [
        (json.dumps(xgboost()).encode(), {"max_tree_json_values": 20}),
        (written(xgboost()), {"max_tree_json_values": 20}),
        (written(xgboost()), {"max_json_depth": 3}),
        (written(xgboost()), {"max_document_bytes": 20}),
        (xgboost_binary(), {"max_tree_nodes": 2}),
        (lightgbm(), {"max_document_bytes": 20}),
    ],
)
def test_what_is_beyond_a_bound_is_a_gap_and_no_fault(data, bounds):
    facts = look(data, **bounds).facts
    assert any(isinstance(fact, Gap) for fact in facts)
    assert not any(fact.problems for fact in facts if isinstance(fact, WeightsFacts))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (changed(learner=3), "malformed"),
        (changed(**{f"{BOOSTER}__model": 4}), "malformed"),
        (changed(learner__feature_names=["a", "b"]), "count-mismatch"),
        (changed(**{f"{BOOSTER}__model__tree_info": [0]}), "count-mismatch"),
        (changed(**{f"{BOOSTER}__model__iteration_indptr": [0, 9]}), "bad-index"),
        (changed(**{BOOSTER: {"name": "gblinear"}}), "count-mismatch"),
    ],
)
def test_documents_that_do_not_fit_together_are_told(data, kind):
    assert kind in kinds(data)


def tree_with(**changes):
    return written(xgboost(**changes))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (tree_with(tree_param={"num_nodes": "many"}), "malformed"),
        (tree_with(left_children=[1.0, -1.0, -1.0]), "malformed"),
        (tree_with(parents=[5, 0, 0]), "bad-index"),
        (tree_with(categories_sizes=[1]), "count-mismatch"),
        (
            tree_with(
                categories=[1, 2],
                categories_nodes=[0],
                categories_sizes=[2],
                categories_segments=[1],
            ),
            "out-of-bounds",
        ),
    ],
)
def test_trees_that_do_not_fit_together_are_told(data, kind):
    assert kind in kinds(data)


def test_a_forest_that_forgets_trees_needs_a_weight_for_each():
    document = xgboost()
    booster = document["learner"]["gradient_booster"]
    dart = {"name": "dart", "gbtree": booster, "weight_drop": [1.0, 1.0]}
    document["learner"]["gradient_booster"] = dart
    assert not kinds(written(document))
    short = copy.deepcopy(document)
    short["learner"]["gradient_booster"]["weight_drop"] = [1.0]
    assert kinds(written(short)) == ["count-mismatch"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b'{"learner": {"objective": 1}, "learner": 2}', "duplicate-name"),
        (b'{"learner": {"objective": NaN}}', "malformed"),
        (b'{"learner": {"objective": }', "malformed"),
    ],
)
def test_json_that_is_read_in_two_ways_is_told(data, kind):
    assert kind in kinds(data, path="model.json")


def test_a_configuration_that_begins_like_a_model_is_read_as_one_too():
    document = dict(xgboost(), auto_map={"AutoModel": "code.Model"})
    facts = look(json.dumps(document).encode(), path="config.json").facts
    (config,) = [fact for fact in facts if isinstance(fact, ConfigFacts)]
    assert config.remote_code


def test_credentials_in_attributes_are_found():
    key = "AKIA" + "IOSFODNN7EXAMPLF"
    document = xgboost()
    document["learner"]["attributes"] = {"uri": f"s3://{key}:x@bucket"}
    for data in (json.dumps(document).encode(), written(document)):
        facts = look(data).facts
        assert any(isinstance(fact, SecretsFacts) for fact in facts)
        (found,) = [fact for fact in facts if isinstance(fact, WeightsFacts)]
        assert key not in str(found.metadata)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"T", True),
        (b"F", False),
        (b"Z", None),
        (b"i\xff", -1),
        (b"U\xff", 255),
        (b"D" + struct.pack(">d", 1.5), 1.5),
        (b"Cx", "x"),
        (b"Si\x02ab", "ab"),
        (b"HU\x01" + b"7", "7"),
        (b"[NZN]", [None]),
        (b"[#i\x02TF", [True, False]),
        (b"{i\x01a[]}", {"a": []}),
        (b"{#i\x01i\x01aT", {"a": True}),
    ],
)
def test_values_of_universal_binary_json(data, value):
    assert ubjson.loads(data, DEFAULT_LIMITS) == (value, len(data))


def test_packed_numbers_are_read_as_they_are():
    value, _ = ubjson.loads(b"[$I#i\x02\x00\x01\xff\xff", DEFAULT_LIMITS)
    assert value == array("h", (1, -1))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "truncated"),
        (b"?", "malformed"),
        (b"S?", "malformed"),
        (b"SZ", "malformed"),
        (b"{Z", "malformed"),
        (b"[#Z", "malformed"),
        (b"[$d[", "malformed"),
        (b"[$Z#i\x01", "malformed"),
        (b"{$i#i\x01", "malformed"),
        (b"[#i\xff", "count-mismatch"),
        (b"[$d#l\x7f\xff\xff\xff", "out-of-bounds"),
        (b"{i\x01aTi\x01aT}", "duplicate-name"),
        (b"Si\x05ab", "truncated"),
    ],
)
def test_broken_universal_binary_json_says_how(data, kind):
    with pytest.raises(ubjson.Malformed) as caught:
        ubjson.loads(data, DEFAULT_LIMITS)
    assert caught.value.kind == kind


def test_a_model_that_is_no_object_is_malformed():
    assert kinds(b'{"learner": {"objective": 1}}x', path="m.json") == ["malformed"]


def test_walks_tell_loops_and_strays_from_trees():
    assert walk((), (), leaves_apart=True).kind == ""
    assert walk((1, -1, -1), (2, -1, -1), leaves_apart=False).splits == (0,)
    assert walk((1, 0), (-1, -2), leaves_apart=True).kind == "cycle"
    assert walk((-5,), (-1,), leaves_apart=True).kind == "bad-index"


def old_linear(weights=5, booster=b"gblinear"):
    learner = struct.pack("<fIiiiII", 0.5, 4, 0, 0, 0, 1, 7).ljust(136, b"\0")
    names = b"".join(
        struct.pack("<Q", len(name)) + name for name in (b"reg:linear", booster)
    )
    numbers = struct.pack("<Q", weights) + bytes(4 * weights)
    return b"binf" + learner + names + bytes(136) + numbers


def test_old_linear_models_have_a_weight_for_each_feature_and_one_more():
    assert not kinds(old_linear())
    assert kinds(old_linear(4)) == ["count-mismatch"]


def with_extras(*, attributes=b"", metrics=b"", dart=0):
    data = bytearray(xgboost_binary())
    data[4 + 12 : 4 + 20] = struct.pack("<ii", bool(attributes), bool(metrics))
    if dart:
        at = data.index(b"gbtree") - 8
        data[at : at + 14] = struct.pack("<Q", 4) + b"dart"
        data += struct.pack("<Q", dart) + bytes(4 * dart)
    return bytes(data) + attributes + metrics


PAIR = struct.pack("<QQ", 1, 4) + b"note" + struct.pack("<Q", 2) + b"hi"
METRIC = struct.pack("<QQ", 1, 4) + b"rmse"


def test_old_models_tell_attributes_and_metrics():
    found = weights(with_extras(attributes=PAIR, metrics=METRIC))
    assert ("note", "hi") in found.metadata
    assert not found.problems
    assert not kinds(with_extras(dart=1))
    assert kinds(with_extras(dart=2)) == ["count-mismatch"]


@pytest.mark.parametrize("part", ["attributes", "metrics"])
def test_old_models_with_counts_beyond_reason_are_told(part):
    assert kinds(with_extras(**{part: b"\xff" * 8})) == ["count-mismatch"]


def test_old_trees_with_vectors_are_walked():
    data = bytearray(xgboost_binary())
    head = data.index(struct.pack("<6i", 1, 3, 0, 0, 4, 0))
    data[head : head + 24] = struct.pack("<6i", 1, 3, 0, 0, 4, 2)
    end = len(data) - 4
    data[end:end] = struct.pack("<Q", 6) + bytes(24)
    assert not kinds(bytes(data))


def test_many_attributes_of_an_old_model_are_bounded():
    one = struct.pack("<Q", 1) + b"a" + struct.pack("<Q", 1) + b"b"
    data = with_extras(attributes=struct.pack("<Q", 2_000) + one * 2_000)
    assert len(weights(data).metadata) == 1_000


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (lightgbm(head={"version": "v9"}), "unknown-version"),
        (lightgbm(head={"max_feature_idx": "x"}), "malformed"),
        (lightgbm(head={"feature_names": "a b c"}), "count-mismatch"),
        (lightgbm(head={"num_tree_per_iteration": "0"}), "count-mismatch"),
        (lightgbm(num_leaves="none"), "malformed"),
        (lightgbm(left_child="1 x"), "malformed"),
        (lightgbm(num_cat="-1"), "count-mismatch"),
        (lightgbm(decision_type="2"), "count-mismatch"),
    ],
)
def test_a_light_model_that_does_not_fit_together_is_told(data, kind):
    assert kind in kinds(data)


def test_a_light_model_without_sizes_is_read_by_its_lines():
    data = lightgbm()
    start = data.index(b"tree_sizes")
    end = data.index(b"\n", start) + 1
    assert weights(data[:start] + data[end:]).tensors == 2
    assert not kinds(data[:start] + data[end:])


def test_a_light_model_of_one_leaf_needs_no_splits():
    empty = dict.fromkeys(
        ("split_feature", "threshold", "left_child", "right_child", "decision_type"), ""
    )
    assert not kinds(lightgbm(num_leaves="1", leaf_value="0.5", **empty))


def test_parameters_of_a_light_model_that_name_files_are_told():
    found = weights(lightgbm(parameters={"data": "train.csv"}))
    assert ("data", "train.csv") in found.metadata


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (catboost(starts=(0,)), "count-mismatch"),
        (catboost(steps=(0, 0), leaf_ids=(0,)), "count-mismatch"),
    ],
)
def test_a_cat_model_that_does_not_fit_together_is_told(data, kind):
    assert kinds(data) == [kind]


def test_a_cat_model_without_trees_or_of_another_format_is_told():
    core = flatbuffer(Table({0: Text("Other_v9")}))
    data = b"CBM1" + struct.pack("<I", len(core)) + core
    assert kinds(data) == ["unknown-version", "malformed"]
    assert look(data).content is Content.CATBOOST
