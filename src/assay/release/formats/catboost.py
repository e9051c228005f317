"""CatBoost models (`.cbm`): `CBM1`, a length, a flatbuffer, and parts behind it.

Source: `model.fbs` and `model.cpp` of CatBoost 1.2. Trees that are symmetric have as
many leaves as two to the power of their depth; others are nodes with two distances to
what comes later, and 0 where nothing does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap, WeightsFacts
from assay.release.formats import secrets
from assay.release.formats.flatbuffer import Broken, Exhausted, Flatbuffer
from assay.release.formats.reading import Problems, shorten

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.flatbuffer import Table
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["read"]

_MAGIC_BYTES = 8
_FORMAT = "FlabuffersModel_v1"
# Fields of TModelCore and of TModelTrees.
_NAME, _TREES, _SETTINGS, _PARTS = range(4)
_DIMENSION, _SPLITS, _SIZES, _STARTS = range(4)
_LEAF_VALUES, _STEPS, _NODE_TO_LEAF = 8, 10, 11
_DEEPEST = 16
_MOST_METADATA = 1_000


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of one model."""
    model = _Model(subject, inspection)
    limits = inspection.limits
    return [*model.read(), *secrets.in_bytes(subject.source, subject.place, limits)]


class _Model:
    """One model being compared with what it declares."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._subject = subject
        self._limits = inspection.limits
        self._shown = inspection.limits.max_shown_chars
        self._problems = Problems(subject, inspection.limits)
        self._metadata: list[tuple[str, str]] = []
        self._trees = 0

    def read(self) -> list[Fact]:
        gap: list[Fact] = []
        try:
            self._walk()
        except Exhausted as bound:
            reason = f"the model was not read to its end: {bound.detail}"
            place = self._subject.at(offset=bound.offset)
            gap = [Gap(place=place, reason=reason, content=Content.CATBOOST)]
        except Broken as broken:
            self._add("out-of-bounds", broken.detail, broken.offset)
        weights = WeightsFacts(
            place=self._subject.place,
            content=Content.CATBOOST,
            tensors=self._trees,
            metadata=tuple(self._metadata),
            problems=self._problems.done(),
        )
        return [weights, *gap]

    def _add(self, kind: str, detail: str, offset: int) -> None:
        place = self._subject.at(offset=offset)
        self._problems.add(kind, detail, place=place)

    def _walk(self) -> None:
        source = self._subject.source
        size = int.from_bytes(source.read_at(4, 4), "little")
        end = _MAGIC_BYTES + size
        if end > source.size:
            detail = f"a core of {size} bytes in a file of {source.size}"
            self._add("out-of-bounds", detail, 4)
        flat = Flatbuffer(source, self._limits, start=_MAGIC_BYTES, end=end)
        core = flat.root()
        name = core.text(_NAME)
        if name != _FORMAT:
            shown = shorten(name, self._shown)
            self._add("unknown-version", f"expected {_FORMAT}, found {shown!r}", 8)
        for pair in core.tables(_SETTINGS):
            if len(self._metadata) >= _MOST_METADATA:
                break
            key, value = pair.text(0), pair.text(1)
            entry = (shorten(key, self._shown), shorten(value, self._shown))
            self._metadata.append(entry)
        parts = list(core.texts(_PARTS))
        if not parts and end < source.size:
            detail = f"{source.size - end} bytes after the model"
            self._add("trailing-data", detail, end)
        trees = core.table(_TREES)
        if trees is None:
            self._add("malformed", "the model has no trees", core.position)
        else:
            self._forest(trees)

    def _forest(self, trees: Table) -> None:
        sizes = trees.numbers(_SIZES, 4, signed=True)
        starts = trees.numbers(_STARTS, 4, signed=True)
        splits = (trees.extent(_SPLITS, 4) or (0, 0))[1]
        self._trees = len(sizes)
        at = trees.position
        if sizes and min(sizes) < 0:
            self._add("count-mismatch", f"a tree of {min(sizes)} splits", at)
            return
        if sum(sizes) != splits:
            detail = f"{sum(sizes)} splits are declared, {splits} found"
            self._add("count-mismatch", detail, at)
            return
        if starts and len(starts) != len(sizes):
            detail = f"{len(starts)} starts for {len(sizes)} trees"
            self._add("count-mismatch", detail, at)
            return
        for start, size in zip(starts, sizes, strict=False):
            if start < 0 or start + size > splits:
                detail = f"splits {start} to {start + size} of {splits}"
                self._add("out-of-bounds", detail, at)
                return
        dimension = trees.number(_DIMENSION, 4, signed=True)
        if dimension < 1:
            self._add("count-mismatch", f"{dimension} outputs", at)
            return
        # Two numbers of 16 bits each.
        steps = trees.numbers(_STEPS, 4)
        if steps:
            self._nodes(trees, list(steps), splits)
        else:
            self._symmetric(trees, list(sizes), dimension)

    def _symmetric(self, trees: Table, sizes: list[int], dimension: int) -> None:
        values = (trees.extent(_LEAF_VALUES, 8) or (0, 0))[1]
        if sizes and max(sizes) > _DEEPEST:
            detail = f"a symmetric tree of depth {max(sizes)}"
            self._add("out-of-bounds", detail, trees.position)
            return
        needed = sum(1 << size for size in sizes) * dimension
        if needed != values:
            detail = f"trees need {needed} leaves, {values} found"
            self._add("count-mismatch", detail, trees.position)

    def _nodes(self, trees: Table, steps: list[int], splits: int) -> None:
        """Look at distances: they lead forward only, and must not leave the list."""
        leaves = trees.numbers(_NODE_TO_LEAF, 4)
        values = (trees.extent(_LEAF_VALUES, 8) or (0, 0))[1]
        if not len(steps) == len(leaves) == splits:
            detail = f"{len(steps)} steps and {len(leaves)} leaves of {splits}"
            self._add("count-mismatch", detail, trees.position)
            return
        for node, leaf in enumerate(leaves):
            left, right = steps[node] & 0xFFFF, steps[node] >> 16
            if node + max(left, right) >= splits:
                detail = f"node {node} leads {max(left, right)} further of {splits}"
                self._add("bad-index", detail, trees.position)
                return
            if not (left and right) and leaf >= values:
                detail = f"node {node} has leaf {leaf} of {values}"
                self._add("bad-index", detail, trees.position)
                return
