"""Indexes of vectors as Faiss writes them: parts with a name of four letters each.

Nothing in an index is run, but a loader takes sizes and numbers of neighbours from it,
and lists on disk name the file that they are mapped from. An index is sound when its
parts, one inside the other, fill the file to its last byte.
Source: `impl/index_read.cpp`, `invlists/OnDiskInvertedLists.cpp` and
`invlists/BlockInvertedLists.cpp` of Faiss.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap, GraphFacts, WeightsFacts
from assay.release.formats.faiss_layouts import LAYOUTS, LISTS, TRANSFORMS
from assay.release.formats.gguf_cursor import BrokenError, Cursor
from assay.release.formats.graph_files import DataFiles
from assay.release.formats.reading import Problems
from assay.release.source import CHUNK_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_faiss", "read"]

# Faiss itself ends at fifty indexes inside one another.
_MAX_DEPTH = 50
_MAX_DIMENSIONS = 1 << 20
# Far more than lists and transforms of the largest indexes; each is read on its own.
_MAX_LISTS = 10_000_000
_MAX_TRANSFORMS = 1_000
# Metrics 0 to 4, and from 20 on those of SciPy; those above 1 have an argument.
_METRICS = frozenset({*range(5), *range(20, 32)})
_LONGEST_NAME = 4096
_NAME = re.compile(rb"[A-Za-z0-9]{4}")


class _UnknownPartError(Exception):
    """A part of an index is of a kind that is not read."""


def is_faiss(source: ByteSource) -> bool:
    """Tell whether a known part stands first, with a header that holds."""
    head = source.read_at(0, 64)
    name = head[:4].decode("latin-1")
    steps = LAYOUTS.get(name, ("",))
    if steps[0] in {"binary", "binary_ivf"}:
        # Code bytes are an eighth of the bits.
        bits = int.from_bytes(head[4:8], "little")
        return len(head) >= 33 and bits == 8 * int.from_bytes(head[8:12], "little")
    if steps[0] not in {"header", "ivf"} or len(head) < 37:
        return False
    dimensions = int.from_bytes(head[4:8], "little")
    metric = int.from_bytes(head[33:37], "little")
    total = int.from_bytes(head[8:16], "little", signed=True)
    return (
        0 < dimensions <= _MAX_DIMENSIONS
        and total >= 0
        and head[32] <= 1
        and metric in _METRICS
    )


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Walk the parts to the end of the file."""
    return _Walk(subject, inspection).facts()


class _Walk:
    """One index being walked from front to back."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._subject = subject
        self._inspection = inspection
        self._cursor = Cursor(subject.source, 0)
        self._problems = Problems(subject, inspection.limits)
        self._files = DataFiles(subject, inspection)
        self._depth = 0
        self._parts = 0
        self._dimensions = 0
        self._total = 0

    def facts(self) -> list[Fact]:
        gap = ""
        try:
            self._index()
            if self._cursor.left:
                detail = f"{self._cursor.left} bytes behind the index"
                self._add("trailing-data", detail)
        except BrokenError as broken:
            self._add(broken.kind, broken.detail)
        except _UnknownPartError as unknown:
            gap = str(unknown)
        place = self._subject.place
        found: list[Fact] = [
            WeightsFacts(
                place=place,
                content=Content.FAISS,
                tensors=self._parts,
                problems=self._problems.done(),
            )
        ]
        files = self._files.done()
        if files:
            found.append(
                GraphFacts(place=place, content=Content.FAISS, data_files=files)
            )
        if gap:
            found.append(Gap(place=place, reason=gap, content=Content.FAISS))
        return found

    def _add(self, kind: str, detail: str) -> None:
        place = self._subject.at(offset=self._cursor.offset)
        self._problems.add(kind, detail, place=place)

    def _name(self) -> str:
        data = self._cursor.whole("I").to_bytes(4, "little")
        if _NAME.fullmatch(data) is None:
            raise BrokenError("malformed", "no name of a part stands here")
        return data.decode("ascii")

    def _index(self) -> None:
        """Read one index, and the indexes inside it."""
        name = self._name()
        if name != "null":
            self._part(name, LAYOUTS)

    def _part(self, name: str, layouts: Mapping[str, tuple[str, ...]]) -> None:
        """Read one part by its layout."""
        if self._depth == _MAX_DEPTH:
            raise BrokenError("over-limit", f"more than {_MAX_DEPTH} parts nested")
        steps = layouts.get(name)
        if steps is None:
            message = f"the index holds a part of kind {name}, which is not read"
            raise _UnknownPartError(message)
        self._parts += 1
        self._depth += 1
        self._steps(steps)
        self._depth -= 1

    def _steps(self, steps: tuple[str, ...]) -> None:
        for step in steps:
            if step[0] == "*":
                self._vector(int(step[1:]))
            elif len(step) == 1:
                self._cursor.whole(step)
            elif step == "index":
                self._index()
            else:
                getattr(self, f"_{step}")()

    def _vector(self, size: int) -> int:
        """Pass over a list of things of one size; give how many they are."""
        count = self._cursor.whole("Q")
        if count * size > self._cursor.left:
            detail = f"{count} entries of {size} bytes, {self._cursor.left} are left"
            raise BrokenError("out-of-bounds", detail)
        self._cursor.skip(count * size)
        return count

    def _header(self) -> None:
        """Read the header that all indexes of numbers have."""
        self._dimensions = self._cursor.whole("i")
        self._total = self._cursor.whole("q")
        self._cursor.skip(17)
        metric = self._cursor.whole("i")
        if not 0 <= self._dimensions <= _MAX_DIMENSIONS or self._total < 0:
            detail = f"{self._total} vectors of {self._dimensions} dimensions"
            raise BrokenError("count-mismatch", detail)
        if metric not in _METRICS:
            raise BrokenError("malformed", f"no metric has number {metric}")
        if metric > 1:
            self._cursor.skip(4)

    def _binary(self) -> None:
        """Read the header of an index of bits."""
        self._cursor.skip(8)
        self._total = self._cursor.whole("q")
        self._cursor.skip(5)

    def _flat(self) -> None:
        """Read vectors as they are: as many as the header says."""
        expected = self._dimensions * self._total
        found = self._vector(4)
        if found != expected:
            self._add("count-mismatch", f"{found} numbers where {expected} are needed")

    def _ivf(self) -> None:
        self._header()
        self._cursor.skip(16)
        self._index()
        self._map()

    def _binary_ivf(self) -> None:
        self._binary()
        self._cursor.skip(16)
        self._index()
        self._map()

    def _map(self) -> None:
        """Read where each vector is: in an array, and for kind 2 in pairs."""
        kind = self._cursor.whole("B")
        self._vector(8)
        if kind == 2:
            self._vector(16)

    def _pq(self) -> None:
        """Read a product quantizer and its centroids."""
        dimensions, _, bits = (self._cursor.whole("Q") for _ in range(3))
        if not 1 <= bits <= 24:
            raise BrokenError("count-mismatch", f"a quantizer of {bits} bits")
        found = self._vector(4)
        if found != dimensions << bits:
            detail = f"{found} centroids where {dimensions << bits} are needed"
            self._add("count-mismatch", detail)

    def _scalar(self) -> None:
        """Read a scalar quantizer: settings and what was learned."""
        self._cursor.skip(28)
        self._vector(4)

    def _transforms(self) -> None:
        """Read a count and as many changes of vectors."""
        count = self._cursor.whole("i")
        if not 0 <= count <= _MAX_TRANSFORMS:
            raise BrokenError("over-limit", f"{count} transforms are declared")
        for _ in range(count):
            self._transform()

    def _transform(self) -> None:
        """Read one change of vectors, and those inside it."""
        self._part(self._name(), TRANSFORMS)
        # Dimensions in and out, and whether it was trained.
        self._cursor.skip(9)

    def _hnsw(self) -> None:
        """Read a graph of neighbours; their numbers are followed without a look."""
        for size in (8, 4):
            self._vector(size)
        nodes = self._vector(4)
        offsets = self._vector(8)
        if offsets != nodes + 1:
            self._add("count-mismatch", f"{offsets} offsets for {nodes} nodes")
        neighbours = self._cursor.offset + 8
        self._vector(4)
        self._neighbours(neighbours, self._cursor.offset, nodes)
        entry = self._cursor.whole("i")
        if not -1 <= entry < max(nodes, 1):
            self._add("bad-index", f"node {entry} of {nodes} is where it begins")
        self._cursor.skip(16)

    def _neighbours(self, start: int, end: int, nodes: int) -> None:
        for offset in range(start, end, CHUNK_BYTES):
            count = min(CHUNK_BYTES, end - offset)
            numbers = memoryview(self._subject.source.read_at(offset, count)).cast("i")
            if min(numbers) < -1 or max(numbers) >= nodes:
                place = self._subject.at(offset=offset)
                detail = f"a neighbour is none of the {nodes} nodes"
                self._problems.add("bad-index", detail, place=place)
                return

    def _lists(self) -> None:
        """Read the lists of vectors behind an index of clusters."""
        name = self._name()
        if name == "il00":
            return
        if name not in LISTS:
            raise _UnknownPartError(f"inverted lists of kind {name} are not read")
        count = self._cursor.whole("Q")
        if not 0 <= count <= _MAX_LISTS:
            raise BrokenError("over-limit", f"{count} lists are declared")
        size = self._cursor.whole("Q")
        if name == "ilod":
            self._on_disk()
        elif name == "ilbl":
            self._blocks(count)
        else:
            self._arrays(count, size)

    def _arrays(self, count: int, size: int) -> None:
        """Read codes and identifiers, of which there are as many as the sizes say."""
        kind = self._name()
        start = self._cursor.offset + 8
        found = self._vector(8)
        if kind == "full" and found != count:
            self._add("count-mismatch", f"{found} sizes for {count} lists")
        if kind not in {"full", "sprs"}:
            raise BrokenError("malformed", f"no list of sizes is called {kind}")
        total = self._sum(start, found, pairs=kind == "sprs", lists=count)
        self._cursor.skip(total * (size + 8))

    def _sum(self, start: int, count: int, *, pairs: bool, lists: int) -> int:
        total = 0
        for offset in range(start, start + 8 * count, CHUNK_BYTES):
            length = min(CHUNK_BYTES, start + 8 * count - offset)
            numbers = memoryview(self._subject.source.read_at(offset, length)).cast("Q")
            if pairs:
                if max(numbers[::2]) >= lists:
                    raise BrokenError("bad-index", f"a list is none of the {lists}")
                numbers = numbers[1::2]
            total += sum(numbers)
        return total

    def _blocks(self, count: int) -> None:
        self._cursor.skip(16)
        for _ in range(count):
            self._vector(8)
            self._vector(1)

    def _on_disk(self) -> None:
        """Read lists that lie in another file, and where."""
        self._vector(24)
        self._vector(16)
        length = self._cursor.whole("Q")
        if length > min(_LONGEST_NAME, self._cursor.left):
            raise BrokenError("out-of-bounds", f"a file name of {length} bytes")
        at = self._cursor.offset
        name = self._subject.source.read_at(at, length).decode("utf-8", "replace")
        self._cursor.skip(length)
        total = self._cursor.whole("Q")
        place = self._subject.at(offset=at)
        self._files.add(name, place, offset=0, length=total)
