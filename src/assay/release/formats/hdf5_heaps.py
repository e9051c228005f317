"""HDF5 heaps: local, global and fractal.

Source: HDF5 File Format Specification 3.0, sections III.D, III.E and III.G.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.release.formats.hdf5_bytes import BrokenError, Cursor, UnreadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assay.release.formats.hdf5_bytes import Medium

__all__ = ["FractalHeap", "GlobalHeaps", "LocalHeap", "collection"]

_LARGEST_HEAP = 64 << 20
_LARGEST_OBJECT = 64 << 20
_MAX_BLOCKS = 65_536
_MAX_DEPTH = 16
_MANAGED, _HUGE, _TINY = 0, 1, 2


class LocalHeap:
    """Names of an old-style group, or of the files of external storage."""

    def __init__(self, medium: Medium, address: int) -> None:
        size = 8 + 2 * medium.lengths + medium.offsets
        cursor = medium.block(address, b"HEAP", size)
        cursor.take(4)
        length = medium.length(cursor)
        medium.length(cursor)
        data = medium.address(cursor)
        if data is None or length > _LARGEST_HEAP:
            message = "a local heap without data, or larger than any"
            raise BrokenError(message)
        self._data = medium.read(data, length)

    def text(self, offset: int) -> bytes:
        """Give the string at an offset."""
        return Cursor(self._data, offset).text()


def collection(medium: Medium, address: int) -> Iterator[tuple[int, int, int]]:
    """Give index, address and size of each object of a global heap collection."""
    head = 8 + medium.lengths
    cursor = medium.block(address, b"GCOL", head)
    cursor.take(4)
    size = medium.length(cursor)
    if size > _LARGEST_HEAP:
        message = "a collection of the global heap that is larger than any"
        raise UnreadError(message)
    cursor = Cursor(medium.read(address, size), head)
    while cursor.left >= head:
        index = cursor.number(2)
        cursor.take(6)
        length = medium.length(cursor)
        if index == 0:
            return
        if length > cursor.left:
            message = f"an object of {length} bytes in a global heap that has fewer"
            raise BrokenError(message)
        yield index, address + cursor.position, length
        cursor.position += length + -length % 8


class GlobalHeaps:
    """The global heap: each collection is walked once."""

    def __init__(self, medium: Medium) -> None:
        self._medium = medium
        self._collections: dict[int, dict[int, tuple[int, int]]] = {}

    def get(self, address: int, index: int) -> bytes:
        """Give one object.

        Raises:
            BrokenError: It does not exist.
        """
        if address not in self._collections:
            self._collections[address] = {
                number: (start, size)
                for number, start, size in collection(self._medium, address)
            }
        found = self._collections[address].get(index)
        if found is None:
            message = f"no object {index} in the global heap at {address}"
            raise BrokenError(message)
        return self._medium.read(*found)


@dataclass(slots=True)
class _Shape:
    """How blocks of a fractal heap grow: rows of `width` blocks."""

    width: int
    first: int
    largest: int
    bits: int

    def size(self, row: int) -> int:
        return self.first << max(row - 1, 0)

    def direct_rows(self) -> int:
        return self.largest.bit_length() - self.first.bit_length() + 2

    def rows_of(self, size: int) -> int:
        return size.bit_length() - (self.first * self.width).bit_length() + 1


class FractalHeap:
    """Links or attributes of an object that has many."""

    def __init__(
        self,
        medium: Medium,
        address: int,
        records: Callable[[int], Iterator[bytes]],
    ) -> None:
        self._medium = medium
        self._records = records
        self._huge: dict[int, tuple[int, int]] | None = None
        self._starts: list[int] = []
        self._blocks: list[tuple[int, int]] = []
        size = 22 + 12 * medium.lengths + 3 * medium.offsets
        cursor = medium.block(address, b"FRHP", size)
        cursor.take(3)
        filtered = cursor.number(2)
        cursor.take(1)
        longest = cursor.number(4)
        medium.length(cursor)
        self._huge_tree = medium.address(cursor)
        cursor.take(9 * medium.lengths + medium.offsets)
        width = cursor.number(2)
        self._shape = _Shape(
            width, medium.length(cursor), medium.length(cursor), cursor.number(2)
        )
        cursor.take(2)
        root = medium.address(cursor)
        rows = cursor.number(2)
        self._check(filtered)
        self._offset_bytes = (self._shape.bits + 7) // 8
        longest = min(longest, self._shape.largest)
        self._length_bytes = max(1, (longest.bit_length() + 7) // 8)
        if root is not None:
            self._find_blocks(root, rows)

    def _check(self, filtered: int) -> None:
        shape = self._shape
        if filtered:
            message = "a heap with filters"
            raise UnreadError(message)
        powers = (shape.width, shape.first, shape.largest)
        if any(n <= 0 or n & (n - 1) for n in powers) or not 0 < shape.bits <= 64:
            message = "a fractal heap whose blocks are no powers of two"
            raise BrokenError(message)

    def _find_blocks(self, root: int, rows: int) -> None:
        if rows == 0:
            self._starts, self._blocks = [0], [(root, self._shape.first)]
            return
        waiting = [(root, rows, 0, 0)]
        found: list[tuple[int, int, int]] = []
        while waiting:
            address, rows, start, depth = waiting.pop()
            for child, row, begin in self._children(address, rows, start):
                size = self._shape.size(row)
                if row < self._shape.direct_rows():
                    found.append((begin, child, size))
                elif depth < _MAX_DEPTH:
                    waiting.append((child, self._shape.rows_of(size), begin, depth + 1))
            if len(found) + len(waiting) > _MAX_BLOCKS:
                message = "a fractal heap of more blocks than are read"
                raise UnreadError(message)
        found.sort()
        self._starts = [begin for begin, _, _ in found]
        self._blocks = [(child, size) for _, child, size in found]

    def _children(
        self, address: int, rows: int, start: int
    ) -> Iterator[tuple[int, int, int]]:
        medium = self._medium
        count = rows * self._shape.width
        head = 5 + medium.offsets + self._offset_bytes
        if not 0 < rows <= 64 or count > _MAX_BLOCKS:
            message = f"an indirect block of {rows} rows"
            raise BrokenError(message)
        size = head + count * medium.offsets
        cursor = medium.block(address, b"FHIB", size)
        cursor.position = head
        for index in range(count):
            child = medium.address(cursor)
            row = index // self._shape.width
            if child is not None:
                yield child, row, start
            start += self._shape.size(row)

    def get(self, identifier: bytes) -> bytes:
        """Give the object of a heap id.

        Raises:
            BrokenError: There is none.
            UnreadError: The id is of a kind that is not read.
        """
        cursor = Cursor(identifier)
        flags = cursor.number(1)
        kind = flags >> 4 & 3
        if kind == _TINY:
            return cursor.take((flags & 15) + 1)
        if kind == _HUGE:
            return self._huge_object(cursor)
        if kind != _MANAGED or flags >> 6:
            message = "a heap id of an unknown kind"
            raise UnreadError(message)
        offset = cursor.number(self._offset_bytes)
        length = cursor.number(self._length_bytes)
        place = bisect_right(self._starts, offset) - 1
        if place < 0 or offset + length > self._starts[place] + self._blocks[place][1]:
            message = f"an object at {offset} outside its fractal heap"
            raise BrokenError(message)
        return self._medium.read(
            self._blocks[place][0] + offset - self._starts[place], length
        )

    def _huge_object(self, cursor: Cursor) -> bytes:
        medium = self._medium
        if cursor.left >= medium.offsets + medium.lengths:
            return self._large(cursor.number(medium.offsets), medium.length(cursor))
        key = int.from_bytes(cursor.take(min(cursor.left, medium.lengths)), "little")
        if self._huge is None:
            self._huge = {}
            for record in self._records(
                -1 if self._huge_tree is None else self._huge_tree
            ):
                entry = Cursor(record)
                place = entry.number(medium.offsets), medium.length(entry)
                self._huge[medium.length(entry)] = place
        if key not in self._huge:
            message = f"no huge object {key} in the fractal heap"
            raise BrokenError(message)
        return self._large(*self._huge[key])

    def _large(self, address: int, length: int) -> bytes:
        if length > _LARGEST_OBJECT:
            message = f"an object of {length} bytes"
            raise UnreadError(message)
        return self._medium.read(address, length)
