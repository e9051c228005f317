"""XGBoost, LightGBM and CatBoost: trees that leave themselves, or never end."""

from __future__ import annotations

import copy
import json
import struct
from typing import TYPE_CHECKING, Any

from benchmarks.detection.flatbuffer_bytes import (
    Number,
    Numbers,
    Table,
    Tables,
    Text,
    flatbuffer,
)
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["catboost", "lightgbm", "samples", "ubjson", "xgboost", "xgboost_binary"]

_FAMILY = "tree-models"
# A pickle that would print a word.
_PICKLE = b"\x80\x02cbuiltins\nprint\nX\x05\x00\x00\x00hello\x85R."
# The second node leads back to the first.
_LOOP: dict[str, Any] = {"left_children": [1, 0, -1], "right_children": [2, 0, -1]}
_Found = tuple[str, str, str, bytes]


def _tree(index: int = 0) -> dict[str, Any]:
    """Give a tree of one split."""
    return {
        "base_weights": [0.0, -0.5, 0.5],
        "categories": [],
        "categories_nodes": [],
        "categories_segments": [],
        "categories_sizes": [],
        "default_left": [0, 0, 0],
        "id": index,
        "left_children": [1, -1, -1],
        "loss_changes": [4.0, 0.0, 0.0],
        "parents": [2147483647, 0, 0],
        "right_children": [2, -1, -1],
        "split_conditions": [0.5, -0.5, 0.5],
        "split_indices": [0, 0, 0],
        "split_type": [0, 0, 0],
        "sum_hessian": [200.0, 100.0, 100.0],
        "tree_param": {
            "num_deleted": "0",
            "num_feature": "4",
            "num_nodes": "3",
            "size_leaf_vector": "1",
        },
    }


def xgboost(trees: int = 2, **changes: object) -> dict[str, Any]:
    """Give a document; `changes` go into its first tree."""
    forest = [_tree(index) for index in range(trees)]
    forest[0].update(changes)
    model = {
        "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": str(trees)},
        "iteration_indptr": list(range(trees + 1)),
        "tree_info": [0] * trees,
        "trees": forest,
    }
    return {
        "learner": {
            "attributes": {},
            "feature_names": ["a", "b", "c", "d"],
            "feature_types": ["float"] * 4,
            "gradient_booster": {"model": model, "name": "gbtree"},
            "learner_model_param": {
                "base_score": "5E-1",
                "boost_from_average": "1",
                "num_class": "0",
                "num_feature": "4",
                "num_target": "1",
            },
            "objective": {
                "name": "reg:squarederror",
                "reg_loss_param": {"scale_pos_weight": "1"},
            },
        },
        "version": [3, 2, 0],
    }


def ubjson(value: object) -> bytes:
    """Give a value as XGBoost writes it: packed numbers, long lengths."""
    if isinstance(value, dict):
        return b"{" + b"".join(map(_entry, value.items())) + b"}"
    if isinstance(value, list):
        return _list(value)
    if isinstance(value, str):
        return b"S" + _text(value)
    if isinstance(value, float):
        return b"d" + struct.pack(">f", value)
    return b"l" + struct.pack(">i", value)


def _entry(pair: tuple[str, object]) -> bytes:
    return _text(pair[0]) + ubjson(pair[1])


def _text(text: str) -> bytes:
    encoded = text.encode()
    return b"L" + struct.pack(">q", len(encoded)) + encoded


def _list(values: Sequence[Any]) -> bytes:
    count = b"#L" + struct.pack(">q", len(values))
    for kind, code, form in ((float, b"d", "f"), (int, b"l", "i")):
        if values and all(type(item) is kind for item in values):
            return b"[$" + code + count + struct.pack(f">{len(values)}{form}", *values)
    return b"[" + count + b"".join(map(ubjson, values))


def xgboost_binary(  # noqa: PLR0913 - each is one thing that a sample varies
    *,
    children: tuple[int, int] = (1, 2),
    back: int = -1,
    feature: int = 0,
    nodes: int = 3,
    trees: int = 1,
    group: int = 0,
    tail: bytes = b"",
    magic: bytes = b"binf",
) -> bytes:
    """Give a tree of one split in the oldest form."""
    learner = struct.pack("<fIiiiII", 0.5, 4, 0, 0, 0, 1, 7).ljust(136, b"\0")
    names = b"".join(
        struct.pack("<Q", len(name)) + name for name in (b"reg:squarederror", b"gbtree")
    )
    booster = struct.pack("<i", trees).ljust(160, b"\0")
    head = struct.pack("<6i", 1, nodes, 0, 0, 4, 0).ljust(148, b"\0")
    table = struct.pack("<iiiIf", -1, *children, feature, 0.5)
    table += struct.pack("<iiiIf", 0, back, back, 0, -0.5)
    table += struct.pack("<iiiIf", 0, -1, -1, 0, 0.5)
    rest = bytes(16 * 3) + struct.pack("<i", group)
    return magic + learner + names + booster + head + table + rest + tail


_LEAVES = {
    "num_leaves": "3",
    "num_cat": "0",
    "split_feature": "0 1",
    "split_gain": "5 3",
    "threshold": "0.5 0.25",
    "decision_type": "2 2",
    "left_child": "1 -1",
    "right_child": "-2 -3",
    "leaf_value": "0.1 0.2 -0.3",
    "leaf_weight": "10 20 30",
    "leaf_count": "10 20 30",
    "internal_value": "0 0",
    "internal_weight": "60 30",
    "internal_count": "60 30",
    "is_linear": "0",
    "shrinkage": "0.1",
}


def lightgbm(
    *,
    sizes: Sequence[int] | None = None,
    head: Mapping[str, str] | None = None,
    parameters: Mapping[str, str] | None = None,
    tail: str = "\npandas_categorical:null\n",
    **changes: str,
) -> bytes:
    """Give a model of two trees; `changes` go into the first."""
    blocks = []
    for index in range(2):
        lines = dict(_LEAVES, **(changes if index == 0 else {}))
        body = "".join(f"{key}={value}\n" for key, value in lines.items())
        blocks.append(f"Tree={index}\n{body}\n\n")
    told = [len(block) for block in blocks] if sizes is None else sizes
    header = {
        "version": "v4",
        "num_class": "1",
        "num_tree_per_iteration": "1",
        "label_index": "0",
        "max_feature_idx": "1",
        "objective": "regression",
        "feature_names": "a b",
        "feature_infos": "[0:1] [0:1]",
        "tree_sizes": " ".join(map(str, told)),
    }
    header.update(head or {})
    settings = {"boosting": "gbdt", "objective": "regression", "data": ""}
    settings.update(parameters or {})
    return (
        "tree\n"
        + "".join(f"{key}={value}\n" for key, value in header.items())
        + "\n"
        + "".join(blocks)
        + "end of trees\n\nfeature_importances:\na=2\nb=2\n\nparameters:\n"
        + "".join(f"[{key}: {value}]\n" for key, value in settings.items())
        + f"\nend of parameters\n{tail}"
    ).encode()


def catboost(  # noqa: PLR0913 - each is one thing that a sample varies
    *,
    sizes: Sequence[int] = (1, 2),
    starts: Sequence[int] = (0, 1),
    splits: int = 3,
    leaves: int = 6,
    steps: Sequence[int] | None = None,
    leaf_ids: Sequence[int] = (),
    core: int = 0,
    tail: bytes = b"",
    declared: int = 0,
) -> bytes:
    """Give a model of two trees; with `steps`, of nodes that lead forward."""
    trees: dict[int, object] = {
        0: Number("i", 1),
        1: Numbers("i", range(splits), more=declared),
        2: Numbers("i", sizes),
        3: Numbers("i", starts),
        8: Numbers("Q", [0] * leaves),
    }
    if steps is not None:
        trees[10] = Numbers("I", steps)
        trees[11] = Numbers("I", leaf_ids)
    pair = Table({0: Text("params"), 1: Text('{"iterations": 2}')})
    root = Table({0: Text("FlabuffersModel_v1"), 1: Table(trees), 2: Tables([pair])})
    data = flatbuffer(root)
    return b"CBM1" + struct.pack("<I", len(data) + core) + data + tail


def samples() -> Iterator[Sample]:
    """Give every sample of the family."""
    hostile = (*_xgboost(), *_binary(), *_lightgbm(), *_catboost(), *_disguised())
    for name, technique, path, data in hostile:
        yield _sample(name, technique, path, data, Truth.HOSTILE)
    for name, technique, path, data in _honest():
        yield _sample(name, technique, path, data, Truth.HONEST)


def _sample(name: str, technique: str, path: str, data: bytes, truth: Truth) -> Sample:
    files = {path: data, "README.md": b"# A model\n\nPrices of houses.\n"}
    return Sample(
        name=name, family=_FAMILY, technique=technique, truth=truth, files=files
    )


def _both(name: str, technique: str, document: dict[str, Any]) -> Iterator[_Found]:
    """Give a document as JSON and as UBJSON."""
    yield f"{name}-json", technique, "model.json", json.dumps(document).encode()
    yield f"{name}-ubj", technique, "model.ubj", ubjson(document)


def _xgboost() -> Iterator[_Found]:
    for name, technique, changes in (
        ("xgb-child-outside", "index", {"left_children": [9999, -1, -1]}),
        ("xgb-child-negative", "index", {"right_children": [-7, -1, -1]}),
        ("xgb-loop", "cycle", _LOOP),
        ("xgb-self", "cycle", {"right_children": [0, -1, -1]}),
        ("xgb-feature-outside", "index", {"split_indices": [100000, 0, 0]}),
        ("xgb-short-array", "count", {"right_children": [2]}),
        ("xgb-category-outside", "range", {
            "categories": [1],
            "categories_nodes": [0],
            "categories_segments": [0],
            "categories_sizes": [1 << 20],
        }),
        ("xgb-category-node", "index", {
            "categories": [1],
            "categories_nodes": [77],
            "categories_segments": [0],
            "categories_sizes": [1],
        }),
    ):  # fmt: skip
        changed: dict[str, Any] = changes
        yield from _both(name, technique, xgboost(**changed))
    many = xgboost()
    many["learner"]["gradient_booster"]["model"]["gbtree_model_param"] = {
        "num_trees": "1000000"
    }
    yield from _both("xgb-trees-missing", "count", many)
    group = xgboost()
    group["learner"]["gradient_booster"]["model"]["tree_info"] = [0, 60]
    yield from _both("xgb-group-outside", "index", group)
    vector = xgboost()
    tree = vector["learner"]["gradient_booster"]["model"]["trees"][0]
    tree["tree_param"] = dict(tree["tree_param"], size_leaf_vector="3")
    tree["leaf_weights"] = [0.5] * 6
    tree["right_children"] = [2, 0, 900]
    yield from _both("xgb-vector-outside", "index", vector)
    twice = json.dumps(xgboost()).replace('"version"', '"learner": {}, "version"')
    yield "xgb-two-learners", "ambiguous", "model.json", twice.encode()
    plain = ubjson(xgboost())
    yield "xgb-ubj-tail", "hidden data", "model.ubj", plain + b"MZ" + bytes(500)
    yield "xgb-ubj-cut", "cut", "model.ubj", plain[: len(plain) // 2]
    count = plain.replace(
        b"[$l#L" + struct.pack(">q", 3), b"[$l#L\x7f" + b"\xff" * 7, 1
    )
    yield "xgb-ubj-count-huge", "count", "model.ubj", count
    minus = plain.replace(b"[$l#L" + struct.pack(">q", 3), b"[$l#L" + b"\xff" * 8, 1)
    yield "xgb-ubj-count-negative", "count", "model.ubj", minus
    remote = xgboost()
    remote["auto_map"] = {"AutoModel": "evil/model--code.Model"}
    yield "xgb-with-code", "remote code", "config.json", json.dumps(remote).encode()


def _binary() -> Iterator[_Found]:
    path = "model.model"
    yield "old-child-outside", "index", path, xgboost_binary(children=(5000, 2))
    yield "old-child-negative", "index", path, xgboost_binary(children=(1, -9))
    yield "old-loop", "cycle", path, xgboost_binary(back=0)
    yield "old-feature-outside", "index", path, xgboost_binary(feature=70_000)
    yield "old-nodes-huge", "count", path, xgboost_binary(nodes=1 << 28)
    yield "old-nodes-negative", "count", path, xgboost_binary(nodes=-3)
    yield "old-trees-huge", "count", path, xgboost_binary(trees=1 << 30)
    yield "old-group-outside", "index", path, xgboost_binary(group=40)
    yield "old-tail", "hidden data", path, xgboost_binary(tail=b"\x7fELF" + bytes(400))
    unmarked = xgboost_binary(magic=b"", children=(5000, 2))
    yield "old-unmarked", "index", "xgb.bin", unmarked


def _lightgbm() -> Iterator[_Found]:
    path = "model.txt"
    yield "lgb-child-outside", "index", path, lightgbm(left_child="500 -1")
    yield "lgb-leaf-outside", "index", path, lightgbm(right_child="-2 -900")
    yield "lgb-loop", "cycle", path, lightgbm(left_child="1 0")
    yield "lgb-self", "cycle", path, lightgbm(right_child="0 -3")
    yield "lgb-feature-outside", "index", path, lightgbm(split_feature="0 4000")
    yield "lgb-feature-negative", "index", path, lightgbm(split_feature="0 -4")
    yield "lgb-leaves-more", "count", path, lightgbm(num_leaves="30000")
    yield "lgb-values-missing", "count", path, lightgbm(leaf_value="0.1")
    yield "lgb-size-huge", "range", path, lightgbm(sizes=(10**9, 300))
    yield "lgb-size-negative", "range", path, lightgbm(sizes=(-100, 300))
    yield "lgb-size-wrong", "range", path, lightgbm(sizes=(100, 300))
    yield "lgb-tree-hidden", "hidden tree", path, lightgbm(sizes=_first_size())
    cat: dict[str, Any] = {
        "num_cat": "1",
        "decision_type": "1 2",
        "threshold": "0 0.25",
    }
    far = lightgbm(**cat, cat_boundaries="0 4096", cat_threshold="3")
    yield "lgb-categories-outside", "range", path, far
    none: dict[str, Any] = dict(cat, threshold="7 0.25")
    index = lightgbm(**none, cat_boundaries="0 1", cat_threshold="3")
    yield "lgb-category-set-outside", "index", path, index
    yield "lgb-cut", "cut", path, lightgbm()[:500]
    for name, value in (
        ("machine_list_filename", "//198.51.100.7/share/machines.txt"),
        ("forcedsplits_filename", "/proc/self/environ"),
        ("input_model", "/etc/shadow"),
        ("output_model", "/home/user/.ssh/authorized_keys"),
        ("forcedbins_filename", "http://198.51.100.7/bins.json"),
    ):
        data = lightgbm(parameters={name: value})
        yield f"lgb-{name.replace('_', '-')}", "path", path, data


def _first_size() -> tuple[int, ...]:
    """Give the size of the first tree only, so that no list knows of the second."""
    data = lightgbm()
    return (data.index(b"Tree=1") - data.index(b"Tree=0"),)


def _catboost() -> Iterator[_Found]:
    path = "model.cbm"
    yield "cbm-core-longer", "range", path, catboost(core=1 << 20)
    yield "cbm-splits-missing", "count", path, catboost(splits=1)
    yield "cbm-size-negative", "count", path, catboost(sizes=(-1, 4))
    yield "cbm-start-outside", "range", path, catboost(starts=(0, 900))
    yield "cbm-leaves-missing", "count", path, catboost(leaves=2)
    yield "cbm-depth-huge", "count", path, catboost(sizes=(1, 60), splits=61)
    yield "cbm-vector-outside", "range", path, catboost(declared=1 << 20)
    steps = catboost(steps=(0x00020001, 0, 0xFFFF0001), leaf_ids=(0, 1, 2))
    yield "cbm-step-outside", "index", path, steps
    leaf = catboost(steps=(0x00020001, 0, 0), leaf_ids=(0, 1, 4000))
    yield "cbm-leaf-outside", "index", path, leaf
    yield "cbm-tail", "hidden data", path, catboost(tail=b"\x7fELF" + bytes(300))
    yield "cbm-cut", "cut", path, catboost()[:60]


def _disguised() -> Iterator[_Found]:
    for path in (
        "model.xgb",
        "model.ubj",
        "model.bst",
        "model.lgb",
        "model.cbm",
        "model.json",
    ):
        yield f"pickle-as-{path.split('.')[1]}", "disguise", path, _PICKLE


def _honest() -> Iterator[_Found]:
    yield from _both("xgb-plain", "plain", xgboost())
    named = xgboost()
    named["learner"]["attributes"] = {"best_iteration": "1", "scikit_learn": "{}"}
    yield from _both("xgb-attributes", "plain", named)
    sets = xgboost(
        categories=[0, 2],
        categories_nodes=[0],
        categories_segments=[0],
        categories_sizes=[2],
        split_type=[1, 0, 0],
    )
    yield from _both("xgb-categories", "plain", sets)
    classes = xgboost(3)
    learner = classes["learner"]
    learner["learner_model_param"]["num_class"] = "3"
    learner["gradient_booster"]["model"]["tree_info"] = [0, 1, 2]
    yield from _both("xgb-classes", "plain", classes)
    vector = copy.deepcopy(xgboost())
    tree = vector["learner"]["gradient_booster"]["model"]["trees"][0]
    tree["tree_param"]["size_leaf_vector"] = "3"
    tree["leaf_weights"] = [0.5] * 6
    tree["right_children"] = [2, 0, 1]
    yield from _both("xgb-vectors", "plain", vector)
    linear = xgboost()
    model = {"boosted_rounds": 3, "weights": [0.5] * 5}
    linear["learner"]["gradient_booster"] = {"model": model, "name": "gblinear"}
    yield from _both("xgb-linear", "plain", linear)
    pretty = json.dumps(xgboost(), indent=2).encode()
    yield "xgb-indented", "plain", "booster.json", pretty
    yield "old-plain", "plain", "model.model", xgboost_binary()
    yield "old-plain-unmarked", "plain", "0001.model", xgboost_binary(magic=b"")
    yield "lgb-plain", "plain", "model.txt", lightgbm()
    yield "lgb-other-name", "plain", "model.lgb", lightgbm()
    paths = {"data": "/home/user/data/train.csv", "valid": "../data/valid.csv"}
    paths["output_model"] = "/mnt/out/LightGBM_model.txt"
    yield "lgb-paths", "paths of the training", "model.txt", lightgbm(parameters=paths)
    forced = {"forcedsplits_filename": "forced.json", "data": "hdfs://a/b.csv"}
    yield "lgb-forced", "paths of the training", "m.txt", lightgbm(parameters=forced)
    cat: dict[str, Any] = {
        "num_cat": "1",
        "decision_type": "1 2",
        "threshold": "0 0.25",
    }
    sets_of = lightgbm(**cat, cat_boundaries="0 1", cat_threshold="3")
    yield "lgb-categories", "plain", "model.txt", sets_of
    yield "lgb-older", "plain", "model.txt", lightgbm(head={"version": "v2"})
    yield "cbm-plain", "plain", "model.cbm", catboost()
    steps = catboost(steps=(0x00020001, 0, 0), leaf_ids=(0, 1, 2))
    yield "cbm-asymmetric", "plain", "model.cbm", steps
