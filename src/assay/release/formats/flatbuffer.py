"""FlatBuffers without a schema compiler: tables, vectors and texts, bounds first.

A table begins with a signed distance back to its list of fields; that list holds its
own length, the table's length, and for each field where it lies in the table, or 0.
Vectors and texts begin with a count. Every offset is relative to where it stands.
Source: the FlatBuffers project's page on its internals. Loaders that do not run the
project's verifier follow offsets that leave the file, so each one is checked here.
"""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.limits import Limits
    from assay.release.source import ByteSource

__all__ = ["Broken", "Exhausted", "Flatbuffer", "Table"]

_PAGE_BYTES = 1 << 16
_PAGES = 16
# Elements of a vector of numbers that cost as much as one table.
_NUMBERS_A_VISIT = 16
_CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}
_SIGNED = {2: "h", 4: "i"}


class Broken(Exception):  # noqa: N818 - control flow between readers only
    """The bytes at `offset` are not as the format asks."""

    def __init__(self, offset: int, detail: str) -> None:
        self.offset = offset
        self.detail = detail
        super().__init__(detail)


class Exhausted(Broken):
    """A bound of ours ended the reading; nothing is wrong with the bytes."""


class Flatbuffer:
    """One buffer, read piece by piece.

    Attributes:
        end: Where it ends in its source.
        touched: End of the last byte that anything pointed to.
    """

    __slots__ = ("_left", "_pages", "_source", "_start", "_texts", "end", "touched")

    def __init__(
        self,
        source: ByteSource,
        limits: Limits,
        *,
        start: int = 0,
        end: int | None = None,
    ) -> None:
        self._source = source
        self._start = start
        self.end = source.size if end is None else min(end, source.size)
        self.touched = start
        self._left = limits.max_flatbuffer_items
        self._texts = limits.max_flatbuffer_text_bytes
        self._pages: dict[int, bytes] = {}

    def root(self) -> Table:
        """Give the outermost table."""
        return Table(self, self._start + self.number(self._start, 4))

    def charge(self, count: int, at: int) -> None:
        """Take visits off the bound, so that shared parts cannot multiply the work."""
        self._left -= count
        if self._left < 0:
            raise Exhausted(at, "it holds more tables and numbers than are read")

    def bytes_at(self, offset: int, count: int) -> bytes:
        """Give `count` bytes, or say that they are not there."""
        if offset < self._start or offset + count > self.end:
            raise Broken(
                offset, f"{count} bytes at {offset} lie outside of {self.end} bytes"
            )
        self.touched = max(self.touched, offset + count)
        page, within = divmod(offset, _PAGE_BYTES)
        if within + count > _PAGE_BYTES:
            return self._source.read_at(offset, count)
        return self._page(page)[within : within + count]

    def _page(self, page: int) -> bytes:
        data = self._pages.get(page)
        if data is None:
            if len(self._pages) >= _PAGES:
                self._pages.pop(next(iter(self._pages)))
            data = self._source.read_at(page * _PAGE_BYTES, _PAGE_BYTES)
            self._pages[page] = data
        return data

    def number(self, offset: int, size: int, *, signed: bool = False) -> int:
        """Give a little-endian number."""
        return int.from_bytes(self.bytes_at(offset, size), "little", signed=signed)

    def pointed(self, offset: int) -> int:
        """Follow the offset that stands at `offset`."""
        return offset + self.number(offset, 4)

    def vector(self, position: int, size: int) -> tuple[int, int]:
        """Give start and count of a vector, which lies in the buffer as a whole."""
        count = self.number(position, 4)
        start = position + 4
        if start + count * size > self.end:
            raise Broken(
                position, f"a vector of {count} times {size} bytes leaves the buffer"
            )
        self.touched = max(self.touched, start + count * size)
        return start, count

    def text_at(self, position: int) -> str:
        """Give a text, cut where texts of this file together become too long."""
        start, count = self.vector(position, 1)
        if count > self._texts:
            raise Exhausted(position, "its texts are longer than are read")
        self._texts -= count
        return self.bytes_at(start, count).decode("utf-8", "replace")


class Table:
    """One table; fields count from 0 in the order of the schema."""

    __slots__ = ("_buffer", "_fields", "_list", "position")

    def __init__(self, buffer: Flatbuffer, position: int) -> None:
        buffer.charge(1, position)
        self._buffer = buffer
        self.position = position
        self._list = position - buffer.number(position, 4, signed=True)
        size = buffer.number(self._list, 2)
        if size < 4 or size % 2:
            raise Broken(self._list, f"a list of fields has {size} bytes")
        buffer.bytes_at(self._list, size)
        self._fields = (size - 4) // 2

    def _at(self, field: int) -> int | None:
        """Give where a field lies, or None when the table leaves it out."""
        if field >= self._fields:
            return None
        within = self._buffer.number(self._list + 4 + 2 * field, 2)
        return self.position + within if within else None

    def number(
        self, field: int, size: int, default: int = 0, *, signed: bool = False
    ) -> int:
        """Give a number of `size` bytes."""
        at = self._at(field)
        if at is None:
            return default
        return self._buffer.number(at, size, signed=signed)

    def text(self, field: int) -> str:
        """Give a text; empty when there is none."""
        at = self._at(field)
        return "" if at is None else self._buffer.text_at(self._buffer.pointed(at))

    def table(self, field: int) -> Table | None:
        """Give a table, or None."""
        at = self._at(field)
        return None if at is None else Table(self._buffer, self._buffer.pointed(at))

    def extent(self, field: int, size: int = 1) -> tuple[int, int] | None:
        """Give start and count of a vector whose elements take `size` bytes."""
        at = self._at(field)
        if at is None:
            return None
        return self._buffer.vector(self._buffer.pointed(at), size)

    def tables(self, field: int) -> Iterator[Table]:
        """Give the tables of a vector, in order."""
        start, count = self.extent(field, 4) or (0, 0)
        for index in range(count):
            yield Table(self._buffer, self._buffer.pointed(start + 4 * index))

    def texts(self, field: int) -> Iterator[str]:
        """Give the texts of a vector, in order."""
        start, count = self.extent(field, 4) or (0, 0)
        for index in range(count):
            self._buffer.charge(1, start)
            yield self._buffer.text_at(self._buffer.pointed(start + 4 * index))

    def numbers(self, field: int, size: int, *, signed: bool = False) -> array[int]:
        """Give a vector of numbers."""
        start, count = self.extent(field, size) or (0, 0)
        values = array(_SIGNED[size] if signed else _CODES[size])
        if count:
            self._buffer.charge(1 + count // _NUMBERS_A_VISIT, start)
            values.frombytes(self._buffer.bytes_at(start, count * size))
            if sys.byteorder == "big":  # pragma: no cover - no such machine at hand
                values.byteswap()
        return values
