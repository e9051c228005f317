"""XGBoost's binary format before JSON: structures as they lay in memory.

`binf`, or nothing in the oldest; parameters of the learner (136 bytes); names of
objective and booster, each with its length; then the booster. Arrays have the sizes
that counts before them say.
Source: `learner.cc`, `gbtree_model.h`, `gblinear_model.h` and `tree_model.h` of XGBoost
1.7, the last to write it.
"""

from __future__ import annotations

import re
import struct
from array import array
from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap, WeightsFacts
from assay.release.formats import secrets, tree_walk
from assay.release.formats.reading import Problems, shorten

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["facts", "is_binary"]

_MAGIC = b"binf"
_LEARNER_BYTES = 136
_GBTREE_BYTES = 160
_LINEAR_BYTES = 136
_TREE_BYTES = 148
_NODE_BYTES = 20
_NODE_AND_STATISTICS = 36
_NAME = re.compile(rb"[a-z][a-z0-9_]{1,40}(?::[a-z0-9_]{1,40})?")
_BOOSTERS = frozenset({b"gbtree", b"dart", b"gblinear"})
_LONGEST_NAME = 100
_MOST_TREES = 1_000_000
_MOST_ATTRIBUTES = 100_000
_MOST_METADATA = 1_000


class _Broken(Exception):  # noqa: N818 - control flow inside this module only
    def __init__(self, kind: str, offset: int, detail: str) -> None:
        self.kind = kind
        self.offset = offset
        self.detail = detail
        super().__init__(detail)


def is_binary(source: ByteSource) -> bool:
    """Tell whether names of an objective and a booster stand where they must."""
    head = source.read_at(0, 4 + _LEARNER_BYTES + 2 * (8 + _LONGEST_NAME))
    at = _LEARNER_BYTES + (4 if head.startswith(_MAGIC) else 0)
    names: list[bytes] = []
    for _ in range(2):
        length = int.from_bytes(head[at : at + 8], "little")
        if not 0 < length <= _LONGEST_NAME:
            return False
        names.append(head[at + 8 : at + 8 + length])
        at += 8 + length
    return names[1] in _BOOSTERS and _NAME.fullmatch(names[0]) is not None


def facts(data: bytes, subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of one model."""
    model = _Model(data, subject, inspection)
    found = secrets.in_bytes(subject.source, subject.place, inspection.limits)
    return [*model.read(), *found]


class _Model:
    """One model being walked from front to back."""

    def __init__(self, data: bytes, subject: Subject, inspection: Inspection) -> None:
        self._data = data
        self._subject = subject
        self._shown = inspection.limits.max_shown_chars
        self._nodes = inspection.limits.max_tree_nodes
        self._problems = Problems(subject, inspection.limits)
        self._metadata: list[tuple[str, str]] = []
        self._at = 0
        self._trees = 0
        self._gap = ""

    def read(self) -> list[Fact]:
        try:
            self._walk()
        except _Broken as broken:
            self._add(broken.kind, broken.detail, broken.offset)
        found: list[Fact] = [
            WeightsFacts(
                place=self._subject.place,
                content=Content.XGBOOST,
                tensors=self._trees,
                metadata=tuple(self._metadata),
                problems=self._problems.done(),
            )
        ]
        if self._gap:
            place = self._subject.place
            found.append(Gap(place=place, reason=self._gap, content=Content.XGBOOST))
        return found

    def _add(self, kind: str, detail: str, offset: int) -> None:
        place = self._subject.at(offset=offset)
        self._problems.add(kind, detail, place=place)

    def _take(self, count: int, what: str) -> bytes:
        left = len(self._data) - self._at
        if count > left:
            detail = f"{what} takes {count} bytes, {left} are left"
            raise _Broken("out-of-bounds", self._at, detail)
        self._at += count
        return self._data[self._at - count : self._at]

    def _text(self, what: str) -> str:
        length = int.from_bytes(self._take(8, what), "little")
        return self._take(length, what).decode("utf-8", "replace")

    def _walk(self) -> None:
        if self._data.startswith(_MAGIC):
            self._at = len(_MAGIC)
        learner = struct.unpack_from("<fIiiiII", self._take(_LEARNER_BYTES, "learner"))
        features, classes, attributes, metrics = learner[1:5]
        objective, booster = self._text("objective"), self._text("booster")
        self._note("objective", objective)
        self._note("booster", booster)
        if booster == "gblinear":
            self._take(_LINEAR_BYTES, "booster")
            count = int.from_bytes(self._take(8, "weights"), "little")
            self._take(4 * count, "weights")
            if count != (features + 1) * max(classes, 1):
                detail = f"{count} weights for {features} features"
                self._add("count-mismatch", detail, self._at)
        elif not self._forest(features, max(classes, 1)):
            return
        if booster == "dart" and self._trees:
            count = int.from_bytes(self._take(8, "weights of trees"), "little")
            self._take(4 * count, "weights of trees")
            if count != self._trees:
                detail = f"{count} weights for {self._trees} trees"
                self._add("count-mismatch", detail, self._at)
        self._tail(attributes, metrics)

    def _forest(self, features: int, groups: int) -> bool:
        """Walk the trees; tell whether all were walked."""
        count = struct.unpack_from("<i", self._take(_GBTREE_BYTES, "booster"))[0]
        if not 0 <= count <= _MOST_TREES:
            raise _Broken("count-mismatch", self._at, f"{count} trees are declared")
        for index in range(count):
            self._trees += 1
            if not self._tree(index, features):
                bound = "more nodes than are read"
                self._gap = f"the model was not read to its end: it has {bound}"
                return False
        info = array("i")
        info.frombytes(self._take(4 * count, "groups of trees"))
        if any(not 0 <= group < max(groups, 1) for group in info):
            self._add("bad-index", f"a tree is of no group below {groups}", self._at)
        return True

    def _tree(self, index: int, features: int) -> bool:
        start = self._at
        head = struct.unpack_from("<6i", self._take(_TREE_BYTES, f"tree {index}"))
        count, vector = head[1], head[5]
        if count <= 0:
            raise _Broken("count-mismatch", start, f"tree {index} has {count} nodes")
        nodes = self._take(_NODE_AND_STATISTICS * count, f"tree {index}")
        if vector:
            length = int.from_bytes(self._take(8, "vectors of leaves"), "little")
            self._take(4 * length, "vectors of leaves")
        self._nodes -= count
        if self._nodes < 0:
            return False
        fields = array("i")
        fields.frombytes(nodes[: _NODE_BYTES * count])
        found = tree_walk.walk(fields[1::5], fields[2::5], leaves_apart=False)
        if found.kind:
            self._add(found.kind, f"tree {index}: {found.detail}", start)
        for node in found.splits:
            # The highest bit says where missing values go.
            feature = fields[5 * node + 3] & 0x7FFF_FFFF
            if feature >= features:
                detail = f"tree {index} splits feature {feature} of {features}"
                self._add("bad-index", detail, start)
                break
        return True

    def _note(self, key: str, value: str) -> None:
        if len(self._metadata) >= _MOST_METADATA:
            return
        pair = (shorten(key, self._shown), shorten(value, self._shown))
        self._metadata.append(pair)

    def _tail(self, attributes: int, metrics: int) -> None:
        if attributes:
            count = int.from_bytes(self._take(8, "attributes"), "little")
            if count > _MOST_ATTRIBUTES:
                raise _Broken("count-mismatch", self._at, f"{count} attributes")
            for _ in range(count):
                self._note(self._text("attribute"), self._text("attribute"))
        if metrics:
            count = int.from_bytes(self._take(8, "metrics"), "little")
            if count > _MOST_ATTRIBUTES:
                raise _Broken("count-mismatch", self._at, f"{count} metrics")
            for _ in range(count):
                self._text("metric")
        if self._at < len(self._data):
            detail = f"{len(self._data) - self._at} bytes after the model"
            self._add("trailing-data", detail, self._at)
