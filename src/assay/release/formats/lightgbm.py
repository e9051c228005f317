"""LightGBM models: a text of trees, each as long as a list before them says.

LightGBM jumps from tree to tree by `tree_sizes`, and follows children when it predicts;
it looks at neither. Parameters behind the trees are those of the training; some of them
name files and machines, which training on from the model would use.
Source: `gbdt_model_text.cpp`, `tree.cpp` and the page on parameters of LightGBM 4.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap, WeightsFacts
from assay.release.formats import text, tree_walk
from assay.release.formats.reading import Problems, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["read"]

_VERSION = re.compile(rb"v[1-4]")
_NUMBER = re.compile(rb"-?\d{1,9}")
_TREE = re.compile(rb"Tree=\d+\r?\n")
_PARAMETER = re.compile(rb"\[([\w.]{1,100}): ?([^\r\n]*)\]")
_END = b"end of trees"
# Arrays with one value for each split, and for each leaf.
_SPLITS = (b"split_feature", b"threshold", b"left_child", b"right_child")
_LEAVES = (b"leaf_value",)
_CATEGORICAL = 1
# Parameters that name files. Those of data and results stand in honest models with
# whatever path or store a training had, so only what no training uses counts there.
_DATA = frozenset(
    {"data", "valid", "input_model", "output_model", "output_result"}
    | {"initscore_filename", "valid_data_initscores", "convert_model"}
)
_SETTINGS = frozenset(
    {"machine_list_filename", "forcedsplits_filename", "forcedbins_filename"}
    | {"parser_config_file"}
)
_OUTSIDE = re.compile(
    r"/(?:etc|proc|dev|sys|boot)(?:/|$)|(?:.*[/\\])?\.ssh(?:[/\\]|$)", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//|\\\\", re.IGNORECASE)
_MOST_TREES = 1_000_000
_MOST_METADATA = 1_000


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of one model, and those of any text."""
    bound = inspection.limits.max_document_bytes
    found: list[Fact]
    if subject.source.size > bound:
        reason = f"a LightGBM model of more than {bound} bytes is not read"
        found = [Gap(place=subject.place, reason=reason, content=Content.LIGHTGBM)]
    else:
        found = _Model(subject, inspection).read()
    return [*found, *text.read(subject, inspection)]


class _Model:
    """One model being compared with what it declares."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._subject = subject
        self._shown = inspection.limits.max_shown_chars
        self._nodes = inspection.limits.max_tree_nodes
        self._problems = Problems(subject, inspection.limits)
        self._data = subject.source.read_at(0, subject.source.size)
        self._trees = 0
        self._metadata: list[tuple[str, str]] = []

    def read(self) -> list[Fact]:
        first = _TREE.search(self._data)
        end = self._data.find(_END)
        header = _pairs(self._data[: first.start() if first else max(end, 0)])
        self._header(header)
        if end < 0:
            self._add("truncated", "the trees do not end", len(self._data))
            end = len(self._data)
        features = _whole(header.get(b"max_feature_idx", b""))
        last = self._follow_sizes(header, first.start() if first else end, end)
        for number, (start, stop) in enumerate(self._extents(end)):
            self._trees += 1
            pairs = _pairs(self._data[start:stop])
            self._tree(pairs, features, start, f"Tree={number}")
        self._parameters(last)
        return [
            WeightsFacts(
                place=self._subject.place,
                content=Content.LIGHTGBM,
                tensors=self._trees,
                metadata=tuple(self._metadata),
                problems=self._problems.done(),
            )
        ]

    def _add(
        self, kind: str, detail: str, offset: int | None = None, key: str | None = None
    ) -> None:
        place = self._subject.at(offset=offset, key=key)
        self._problems.add(kind, detail, place=place)

    def _note(self, key: bytes, value: bytes) -> None:
        if len(self._metadata) < _MOST_METADATA:
            pair = (
                shorten(key.decode("utf-8", "replace"), self._shown),
                shorten(value.decode("utf-8", "replace"), self._shown),
            )
            self._metadata.append(pair)

    def _header(self, header: dict[bytes, bytes]) -> None:
        version = header.get(b"version", b"")
        if not _VERSION.fullmatch(version):
            detail = f"version {version[:20].decode('utf-8', 'replace')!r}"
            self._add("unknown-version", detail, key="version")
        for key in (b"version", b"objective"):
            self._note(key, header.get(key, b""))
        features = _whole(header.get(b"max_feature_idx", b""))
        if features is None or features < 0:
            self._add("malformed", "expected a number", key="max_feature_idx")
            return
        for key in (b"feature_names", b"feature_infos"):
            held = len(header.get(key, b"").split())
            if held and held != features + 1:
                detail = f"{held} entries for {features + 1} features"
                self._add("count-mismatch", detail, key=key.decode())
        if (_whole(header.get(b"num_tree_per_iteration", b"1")) or 0) < 1:
            self._add("count-mismatch", "less than 1", key="num_tree_per_iteration")

    def _extents(self, end: int) -> Iterator[tuple[int, int]]:
        """Give where trees begin and end, by their own first lines."""
        starts = [match.start() for match in _TREE.finditer(self._data, 0, end)]
        yield from zip(starts, [*starts[1:], end], strict=False)

    def _follow_sizes(self, header: dict[bytes, bytes], start: int, end: int) -> int:
        """Jump as LightGBM does; give where the trees end."""
        sizes = header.get(b"tree_sizes", b"").split()
        if b"tree_sizes" not in header:
            return end
        for size in sizes[:_MOST_TREES]:
            length = _whole(size)
            if length is None or length < 0 or start + length > end:
                shown = size[:20].decode("utf-8", "replace")
                self._add(
                    "out-of-bounds", f"a tree of {shown} bytes", start, "tree_sizes"
                )
                return end
            if not _TREE.match(self._data, start):
                detail = "no tree begins where tree_sizes leads"
                self._add("count-mismatch", detail, start, "tree_sizes")
                return end
            start += length
        if start != end:
            detail = f"{end - start} bytes after the trees that are declared"
            self._add("count-mismatch", detail, start, "tree_sizes")
        return end

    def _tree(
        self, pairs: dict[bytes, bytes], features: int | None, start: int, key: str
    ) -> None:
        leaves = _whole(pairs.get(b"num_leaves", b""))
        if leaves is None or leaves < 1:
            self._add("malformed", "expected a number of leaves", start, key)
            return
        for name, needed in (
            *((name, leaves - 1) for name in _SPLITS),
            *((name, leaves) for name in _LEAVES),
        ):
            held = len(pairs.get(name, b"").split())
            if held != needed:
                detail = f"{name.decode()}: {held} values for {leaves} leaves"
                self._add("count-mismatch", detail, start, key)
                return
        lists = [
            _wholes(pairs.get(name, b"")) for name in _SPLITS if name != b"threshold"
        ]
        split, left, right = lists
        if split is None or left is None or right is None:
            self._add("malformed", "expected whole numbers", start, key)
            return
        found = tree_walk.walk(left, right, leaves_apart=True)
        if found.kind:
            self._add(found.kind, found.detail, start, key)
        if features is not None and any(not 0 <= n <= features for n in split):
            detail = f"a split is of no feature up to {features}"
            self._add("bad-index", detail, start, key)
        self._categories(pairs, leaves - 1, start, key)

    def _categories(
        self, pairs: dict[bytes, bytes], splits: int, start: int, key: str
    ) -> None:
        """Compare sets of categories with the bits that they cut."""
        count = _whole(pairs.get(b"num_cat", b"0"))
        kinds = _wholes(pairs.get(b"decision_type", b"")) or []
        bounds = _wholes(pairs.get(b"cat_boundaries", b""))
        held = len(pairs.get(b"cat_threshold", b"").split())
        if count is None or count < 0 or len(kinds) not in (0, splits):
            self._add("count-mismatch", "num_cat or decision_type", start, key)
            return
        if count and (
            bounds is None
            or len(bounds) != count + 1
            or bounds[0] != 0
            or bounds != sorted(bounds)
            or bounds[-1] > held
        ):
            detail = f"{count} sets of categories in {held} values"
            self._add("out-of-bounds", detail, start, key)
        for kind, index in zip(
            kinds, pairs.get(b"threshold", b"").split(), strict=False
        ):
            if kind & _CATEGORICAL:
                number = _whole(index.split(b".")[0])
                if number is None or not 0 <= number < count:
                    self._add("bad-index", f"a set that is none of {count}", start, key)
                    return

    def _parameters(self, start: int) -> None:
        for match in _PARAMETER.finditer(self._data, start):
            name = match[1].decode("ascii", "replace")
            value = match[2].decode("utf-8", "replace").strip()
            if name not in _DATA | _SETTINGS or not value:
                continue
            self._note(match[1], match[2])
            parts = [part.strip() for part in value.split(",")]
            outside = any(map(_OUTSIDE.match, parts))
            if outside or (name in _SETTINGS and any(map(_ADDRESS.match, parts))):
                detail = f"{name} is {shorten(value, self._shown)!r}"
                self._add("path-escape", detail, match.start(), f"parameters.{name}")


def _pairs(block: bytes) -> dict[bytes, bytes]:
    """Give the lines `key=value` of a block; of equal keys LightGBM keeps the last."""
    pairs: dict[bytes, bytes] = {}
    for line in block.splitlines():
        key, equals, value = line.partition(b"=")
        if equals:
            pairs[key.strip()] = value.strip()
    return pairs


def _whole(value: bytes) -> int | None:
    return int(value) if _NUMBER.fullmatch(value) else None


def _wholes(value: bytes) -> list[int] | None:
    parts = value.split()
    if not all(map(_NUMBER.fullmatch, parts)):
        return None
    return [int(part) for part in parts]
