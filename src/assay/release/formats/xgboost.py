"""XGBoost models: JSON, UBJSON, and the binary format before them.

XGBoost checks lengths when it loads, and follows children when it predicts without
looking whether they lie inside of the tree.
Source: `doc/model.schema`, `tree_model.cc` and `learner.cc` of XGBoost 3.2; the binary
form is in `xgboost_binary`.
"""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from assay.domain.facts import Content, Gap, WeightsFacts
from assay.errors import DocumentError
from assay.release.formats import secrets, text, tree_walk, ubjson, xgboost_binary
from assay.release.formats.reading import Problems, shorten
from assay.wire import strict_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_ubjson", "read"]

_JSON_START = b"{"
# What follows a brace in UBJSON: the type of the length of a key.
_LENGTHS = (b"L", b"i", b"U", b"I", b"l")
# One value for each node; those of vector leaves have several or none.
_EACH_NODE = ("left_children", "right_children", "split_indices", "default_left")
_MAYBE_EACH_NODE = ("split_conditions", "parents", "split_type", "sum_hessian")
_NO_PARENT = 2_147_483_647
_MOST_METADATA = 1_000
_HEAD_BYTES = 65_536
# What JSON says that UBJSON and older models do not.
_KINDS = {
    "document.repeated-key": "duplicate-name",
    "document.too-deep": "over-limit",
    "document.bad-number": "malformed",
}


def is_ubjson(source: ByteSource) -> bool:
    """Tell whether a learner is named near the front of an object in UBJSON."""
    return b"learner" in source.read_at(0, _HEAD_BYTES)


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of one model in any of its forms."""
    bound = inspection.limits.max_document_bytes
    if subject.source.size > bound:
        reason = f"an XGBoost model of more than {bound} bytes is not read"
        return [Gap(place=subject.place, reason=reason, content=Content.XGBOOST)]
    data = subject.source.read_at(0, subject.source.size)
    if not data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_JSON_START):
        return [*xgboost_binary.facts(data, subject, inspection)]
    model = _Model(subject, inspection)
    found = model.read(data)
    if data[1:2] in _LENGTHS:
        return [*found, *secrets.in_bytes(subject.source, subject.place, model.limits)]
    # A configuration that begins like a model is a configuration as well.
    as_json = replace(subject, content=Content.JSON)
    return [*found, *text.read(as_json, inspection)]


class _Model:
    """One model being compared with what it declares."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._subject = subject
        self.limits = inspection.limits
        self._shown = inspection.limits.max_shown_chars
        self._problems = Problems(subject, inspection.limits)
        self._metadata: list[tuple[str, str]] = []
        self._trees = 0
        self._gap = ""

    def read(self, data: bytes) -> list[Fact]:
        document = self._parse(data)
        if isinstance(document, dict):
            self._learner(document)
        elif document is not None:
            self._add("malformed", "expected an object")
        facts: list[Fact] = [
            WeightsFacts(
                place=self._subject.place,
                content=Content.XGBOOST,
                tensors=self._trees,
                metadata=tuple(self._metadata[:_MOST_METADATA]),
                problems=self._problems.done(),
            )
        ]
        if self._gap:
            place = self._subject.place
            facts.append(Gap(place=place, reason=self._gap, content=Content.XGBOOST))
        return facts

    def _add(self, kind: str, detail: str, key: str | None = None) -> None:
        place = self._subject.at(key=key) if key is not None else None
        self._problems.add(kind, detail, place=place)

    def _parse(self, data: bytes) -> object:
        start = data[1:2]
        if start in _LENGTHS:
            return self._ubjson(data)
        limits = replace(self.limits, max_json_values=self.limits.max_tree_json_values)
        try:
            return cast(
                "object",
                strict_json.loads(data.removeprefix(b"\xef\xbb\xbf"), limits=limits),
            )
        except DocumentError as error:
            if error.code == "document.too-many-values":
                bound = self.limits.max_tree_json_values
                self._gap = (
                    f"the model holds more values than the {bound} that are read"
                )
                return None
            kind = _KINDS.get(error.code, "malformed")
            self._add(kind, f"{error.message} Found {error.found}")
            return None

    def _ubjson(self, data: bytes) -> object:
        try:
            document, end = ubjson.loads(data, self.limits)
        except ubjson.TooMuch as bound:
            self._gap = f"the model was not read to its end: {bound.detail}"
            return None
        except ubjson.Malformed as broken:
            place = self._subject.at(offset=broken.offset)
            self._problems.add(broken.kind, broken.detail, place=place)
            return None
        if end < len(data):
            place = self._subject.at(offset=end)
            detail = f"{len(data) - end} bytes after the model"
            self._problems.add("trailing-data", detail, place=place)
        return document

    def _learner(self, document: dict[str, object]) -> None:
        self._note("version", ".".join(map(str, _numbers(document.get("version")))))
        learner = _object(document.get("learner"))
        if not learner:
            self._add("malformed", "expected an object", "learner")
            return
        self._note("objective", str(_object(learner.get("objective")).get("name")))
        for key, value in _object(learner.get("attributes")).items():
            self._note(key, str(value))
        parameters = _object(learner.get("learner_model_param"))
        features = _count(parameters.get("num_feature"))
        names = learner.get("feature_names")
        if isinstance(names, list) and names and features and len(names) != features:
            detail = f"{len(names)} names for {features} features"
            self._add("count-mismatch", detail, "learner.feature_names")
        self._booster(_object(learner.get("gradient_booster")), parameters, features)

    def _note(self, key: str, value: str) -> None:
        if value and len(self._metadata) < _MOST_METADATA:
            pair = (shorten(key, self._shown), shorten(value, self._shown))
            self._metadata.append(pair)

    def _booster(
        self,
        booster: dict[str, object],
        parameters: dict[str, object],
        features: int | None,
    ) -> None:
        name = str(booster.get("name", ""))
        self._note("booster", name)
        inner = _object(booster.get("gbtree")) if name == "dart" else booster
        model = _object(inner.get("model"))
        if name == "gblinear":
            self._weights(model, parameters, features)
            return
        where = "learner.gradient_booster.model"
        trees = model.get("trees")
        if not isinstance(trees, list):
            self._add("malformed", "expected a list", f"{where}.trees")
            return
        self._trees = len(trees)
        for index, tree in enumerate(trees):
            self._tree(_object(tree), features, f"{where}.trees[{index}]")
        self._groups(model, parameters, where)
        drops = booster.get("weight_drop")
        if name == "dart" and len(_numbers(drops)) != len(trees):
            self._add("count-mismatch", "one weight for each tree", "weight_drop")

    def _weights(
        self,
        model: dict[str, object],
        parameters: dict[str, object],
        features: int | None,
    ) -> None:
        """Compare the weights of a linear model with its features and groups."""
        held = len(_numbers(model.get("weights")))
        groups = max(_count(parameters.get("num_class")) or 0, 1)
        groups = max(groups, _count(parameters.get("num_target")) or 1)
        if features is not None and held != (features + 1) * groups:
            detail = f"{held} weights for {features} features and {groups} groups"
            self._add(
                "count-mismatch", detail, "learner.gradient_booster.model.weights"
            )

    def _groups(
        self, model: dict[str, object], parameters: dict[str, object], where: str
    ) -> None:
        declared = _count(_object(model.get("gbtree_model_param")).get("num_trees"))
        if declared is not None and declared != self._trees:
            detail = f"{declared} trees are declared, {self._trees} found"
            self._add("count-mismatch", detail, f"{where}.gbtree_model_param.num_trees")
        groups = max(
            _count(parameters.get("num_class")) or 1,
            _count(parameters.get("num_target")) or 1,
        )
        info = _numbers(model.get("tree_info"))
        if len(info) != self._trees:
            detail = f"{len(info)} entries for {self._trees} trees"
            self._add("count-mismatch", detail, f"{where}.tree_info")
        elif any(not _within(entry, groups) for entry in info):
            self._add("bad-index", f"not all below {groups}", f"{where}.tree_info")
        ends = _numbers(model.get("iteration_indptr"))
        if any(not _within(entry, self._trees + 1) for entry in ends):
            detail = f"not all up to {self._trees}"
            self._add("bad-index", detail, f"{where}.iteration_indptr")

    def _tree(self, tree: dict[str, object], features: int | None, key: str) -> None:
        nodes = _count(_object(tree.get("tree_param")).get("num_nodes"))
        arrays = {name: _numbers(tree.get(name)) for name in _EACH_NODE}
        if nodes is None:
            self._add("malformed", "expected a number of nodes", f"{key}.tree_param")
            return
        for name in (*_EACH_NODE, *_MAYBE_EACH_NODE):
            held = len(_numbers(tree.get(name)))
            if held != nodes and (name in _EACH_NODE or held):
                detail = f"{held} values for {nodes} nodes"
                self._add("count-mismatch", detail, f"{key}.{name}")
                return
        left, right = (_whole(arrays[name]) for name in _EACH_NODE[:2])
        if left is None or right is None:
            self._add("malformed", "expected whole numbers", f"{key}.left_children")
            return
        found = tree_walk.walk(left, right, leaves_apart=False)
        if found.kind:
            self._add(found.kind, found.detail, key)
        splits = arrays["split_indices"]
        if features is not None and any(
            not _within(splits[node], features) for node in found.splits
        ):
            detail = f"not all below {features}"
            self._add("bad-index", detail, f"{key}.split_indices")
        self._vectors(tree, left, right, key)
        self._parents(tree, nodes, key)
        self._categories(tree, nodes, key)

    def _vectors(
        self, tree: dict[str, object], left: list[int], right: list[int], key: str
    ) -> None:
        """Compare the leaves of a tree with several outputs with its vectors.

        The right child of such a leaf is the number of its vector.
        """
        size = _count(_object(tree.get("tree_param")).get("size_leaf_vector")) or 1
        weights = tree.get("leaf_weights")
        if size < 2 or weights is None:
            return
        held = len(_numbers(weights)) // size
        for node, child in enumerate(left):
            if child == -1 and not 0 <= right[node] < held:
                detail = f"leaf {right[node]} of {held}"
                self._add("bad-index", detail, f"{key}.right_children")
                return

    def _parents(self, tree: dict[str, object], nodes: int, key: str) -> None:
        for parent in _numbers(tree.get("parents")):
            if parent not in (_NO_PARENT, -1) and not _within(parent, nodes):
                detail = f"parent {str(parent)[:20]} of {nodes} nodes"
                self._add("bad-index", detail, f"{key}.parents")
                return

    def _categories(self, tree: dict[str, object], nodes: int, key: str) -> None:
        """Compare the ranges of categories with the list that they cut."""
        starts = _numbers(tree.get("categories_segments"))
        sizes = _numbers(tree.get("categories_sizes"))
        named = _numbers(tree.get("categories_nodes"))
        held = len(_numbers(tree.get("categories")))
        if not len(starts) == len(sizes) == len(named):
            detail = f"{len(starts)}, {len(sizes)} and {len(named)} ranges"
            self._add("count-mismatch", detail, f"{key}.categories_segments")
            return
        for start, size in zip(starts, sizes, strict=True):
            if not _within(start, held + 1) or not _within(size, held + 1):
                self._add("out-of-bounds", f"beyond {held}", f"{key}.categories_sizes")
                return
            if cast("int", start) + cast("int", size) > held:
                self._add("out-of-bounds", f"beyond {held}", f"{key}.categories_sizes")
                return
        if any(not _within(node, nodes) for node in named):
            self._add("bad-index", f"of {nodes}", f"{key}.categories_nodes")


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _numbers(value: object) -> Sequence[object]:
    """Give an array, packed or plain; anything else counts as an empty one."""
    return value if isinstance(value, (list, array)) else ()


def _whole(values: Iterable[object]) -> list[int] | None:
    """Give whole numbers, or None when there is anything else among them."""
    whole = list(values)
    return cast("list[int]", whole) if all(type(n) is int for n in whole) else None


def _within(value: object, bound: int) -> bool:
    return type(value) is int and 0 <= value < bound


def _count(value: object) -> int | None:
    """Give a count, which XGBoost writes as a text."""
    digits = str(value)
    if digits.isascii() and digits.isdigit() and len(digits) < 19:
        return int(digits)
    return None
