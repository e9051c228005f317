"""Thrift's compact protocol, read field by field: what Parquet keeps its footer in.

A field has a type and the distance of its number from the last one; numbers are
variable in length and signed by zigzag.
Source: the Thrift compact protocol encoding, `doc/specs` of Apache Thrift.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BINARY", "LIST", "NUMBERS", "STRUCT", "Compact", "MalformedError"]

_TRUE, _FALSE, _BYTE, _DOUBLE, BINARY, LIST, _SET, _MAP, STRUCT, _UUID = (
    1, 2, 3, 7, 8, 9, 10, 11, 12, 13,
)  # fmt: skip
# Numbers of 16, 32 and 64 bits, all written alike.
NUMBERS = frozenset({4, 5, 6})
_FIXED = {_TRUE: 0, _FALSE: 0, _BYTE: 1, _DOUBLE: 8, _UUID: 16}
_MAX_DEPTH = 32
_LONGEST_NUMBER = 10


class MalformedError(Exception):
    """The bytes at `offset` are no such structure."""

    def __init__(self, offset: int, detail: str) -> None:
        self.offset = offset
        self.detail = detail
        super().__init__(detail)


class Compact:
    """Reads forward through bytes.

    Attributes:
        at: Where the next byte is read.
    """

    __slots__ = ("_data", "_left", "at")

    def __init__(self, data: bytes, most: int) -> None:
        self._data = data
        self._left = most
        self.at = 0

    def fields(self) -> Iterator[tuple[int, int]]:
        """Give number and type of each field; the caller reads or skips its value."""
        number = 0
        while True:
            head = self._byte()
            if not head:
                return
            self._left -= 1
            if self._left < 0:
                raise MalformedError(self.at, "more fields than are read")
            number = number + (head >> 4) if head >> 4 else self.number()
            yield number, head & 15

    def elements(self) -> tuple[int, int]:
        """Give how many elements a list has, and of which type."""
        head = self._byte()
        count = head >> 4
        if count == 15:
            count = self._varint()
        if count > len(self._data) - self.at and head & 15 not in _FIXED:
            raise MalformedError(self.at, f"a list of {count} elements")
        return count, head & 15

    def number(self) -> int:
        """Give a signed number."""
        value = self._varint()
        return value >> 1 ^ -(value & 1)

    def binary(self) -> bytes:
        """Give a text or byte string."""
        start, count = self._extent()
        return self._data[start : start + count]

    def skip(self, kind: int, depth: int = 0) -> None:
        """Pass over a value."""
        if kind in NUMBERS:
            self._varint()
        elif kind == BINARY:
            self._extent()
        elif kind in _FIXED:
            self._forward(_FIXED[kind])
        elif depth == _MAX_DEPTH:
            raise MalformedError(self.at, f"more than {_MAX_DEPTH} levels")
        elif kind == STRUCT:
            for _, inner in self.fields():
                self.skip(inner, depth + 1)
        else:
            self._skip_many(kind, depth)

    def _skip_many(self, kind: int, depth: int) -> None:
        if kind in {LIST, _SET}:
            count, inner = self.elements()
            kinds: tuple[int, ...] = (inner,)
        elif kind == _MAP:
            count = self._varint()
            both = self._byte() if count else 0
            kinds = (both >> 4, both & 15)
        else:
            raise MalformedError(self.at, f"no value is of type {kind}")
        if all(inner in _FIXED for inner in kinds):
            # In a list, booleans take a byte each.
            self._forward(count * sum(_FIXED[inner] or 1 for inner in kinds))
            return
        self._left -= count
        if self._left < 0:
            raise MalformedError(self.at, "more values than are read")
        for _ in range(count):
            for inner in kinds:
                if inner in _FIXED:
                    self._forward(_FIXED[inner] or 1)
                else:
                    self.skip(inner, depth + 1)

    def _byte(self) -> int:
        if self.at >= len(self._data):
            raise MalformedError(self.at, "it ends too early")
        self.at += 1
        return self._data[self.at - 1]

    def _varint(self) -> int:
        value = 0
        for shift in range(0, 7 * _LONGEST_NUMBER, 7):
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise MalformedError(self.at, "a number has no end")

    def _extent(self) -> tuple[int, int]:
        count = self._varint()
        start = self.at
        self._forward(count)
        return start, count

    def _forward(self, count: int) -> None:
        if count > len(self._data) - self.at:
            raise MalformedError(self.at, f"{count} bytes go beyond the end")
        self.at += count
