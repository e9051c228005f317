"""SQLite databases: what is packed in the values of their rows.

Stores of vectors and caches keep pickles in values, and programs that use those do
unpickle them. Every page is looked at that has cells, whichever table it belongs to;
nothing is run, and no text of SQL is understood.
Source: the SQLite database file format, sections 1.3 (header), 1.6 (pages of b-trees)
and 2.1 (records).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap, WeightsFacts
from assay.release.formats.reading import Problems
from assay.release.source import BytesSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["read"]

_HEADER_BYTES = 100
_SMALLEST_PAGE = 512
# Leaves of tables and of indexes, and inner pages of indexes, which hold records too.
_TABLE_LEAF, _INDEX_LEAF, _INDEX_INNER = 13, 10, 2
_CELLED = frozenset({_TABLE_LEAF, _INDEX_LEAF, _INDEX_INNER})
# Bytes of a value by the number of its type; from 12 on, the number says it.
_FIXED = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0)
_FIRST_SIZED = 12
_LEAST_VALUE = 8
# Values that are tried: those that begin like a pickle, an archive or a program.
_BEGINS = (
    *(b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"c", b"(", b"]", b"}"),
    *(b"PK", b"\x1f\x8b", b"BZh", b"\xfd7z", b"7z", b"\x7fELF", b"MZ", b"\x78"),
    *(b"I", b"S", b"X", b"V", b"\x28\xb5", b"\x80\x01", b"\x80\x00", b"\x95", b"\x8c"),
)
_MOST_TRIED = 10_000
_MOST_PAGES = 1 << 20
_LARGEST_VALUE = 64 << 20
# Cells and values looked at, at less than a microsecond each; bytes of records read,
# as a part of the file, because cells may overlap.
_MOST_STEPS = 20_000_000
_MOST_READ = 2


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give what is packed in values, and whether the pages are all of the file."""
    return _Database(subject, inspection).facts()


class _Database:
    """One database being walked, page by page."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._subject = subject
        self._inspection = inspection
        self._source = subject.source
        self._problems = Problems(subject, inspection.limits)
        self._inside: list[Fact] = []
        self._left = _MOST_TRIED
        self._steps = _MOST_STEPS
        self._bytes = _MOST_READ * subject.source.size
        head = subject.source.read_at(0, _HEADER_BYTES)
        size = int.from_bytes(head[16:18], "big")
        self._size = 65_536 if size == 1 else size
        self._usable = self._size - head[20] if len(head) == _HEADER_BYTES else 0
        self._pages = int.from_bytes(head[28:32], "big")
        # The count of pages counts when whoever changed the file last wrote it.
        self._counted = head[24:28] == head[92:96] and self._pages > 0

    def facts(self) -> list[Fact]:
        gaps: list[Fact] = []
        if self._size & (self._size - 1) or self._usable < _SMALLEST_PAGE - 32:
            self._problems.add("malformed", f"pages of {self._size} bytes")
        else:
            self._measure()
            gaps = self._walk()
        known = WeightsFacts(
            place=self._subject.place,
            content=Content.SQLITE,
            tensors=0,
            problems=self._problems.done(),
        )
        return [known, *self._inside, *gaps]

    def _measure(self) -> None:
        """Hold the count of pages against the file."""
        if not self._counted:
            return
        end = self._pages * self._size
        if end > self._source.size:
            self._problems.add("truncated", f"{self._pages} pages are declared")
        elif end < self._source.size:
            place = self._subject.at(offset=end)
            detail = f"{self._source.size - end} bytes behind the last page"
            self._problems.add("trailing-data", detail, place=place)

    def _walk(self) -> list[Fact]:
        count = -(-self._source.size // self._size)
        for number in range(min(count, _MOST_PAGES)):
            for offset, payload in self._payloads(number):
                self._bytes -= len(payload)
                self._record(offset, payload)
                if self._is_spent():
                    break
        if count <= _MOST_PAGES and not self._is_spent():
            return []
        reason = "the database was not read to its end: it is too large, or too full"
        return [Gap(place=self._subject.place, reason=reason, content=Content.SQLITE)]

    def _is_spent(self) -> bool:
        return min(self._left, self._steps, self._bytes) < 0

    def _payloads(self, number: int) -> Iterator[tuple[int, bytes]]:
        """Give the record in each cell of a page, with where it begins."""
        base = number * self._size
        page = self._source.read_at(base, self._usable)
        start = 0 if number else _HEADER_BYTES
        kind = page[start] if len(page) > start + 12 else 0
        if kind not in _CELLED or self._is_spent():
            return
        count = int.from_bytes(page[start + 3 : start + 5], "big")
        first = start + (12 if kind == _INDEX_INNER else 8)
        for index in range(min(count, (len(page) - first) // 2)):
            at = int.from_bytes(page[first + 2 * index : first + 2 * index + 2], "big")
            at += 4 if kind == _INDEX_INNER else 0
            self._steps -= 1
            length, at = _varint(page, at)
            if kind == _TABLE_LEAF:
                _, at = _varint(page, at)
            if 0 < length <= _LARGEST_VALUE:
                yield base + at, self._payload(page, at, length, kind)

    def _payload(self, page: bytes, at: int, length: int, kind: int) -> bytes:
        """Give a record, the pages that it flows over to included."""
        usable = self._usable
        most = usable - 35 if kind == _TABLE_LEAF else (usable - 12) * 64 // 255 - 23
        if length <= most:
            return page[at : at + length]
        least = (usable - 12) * 32 // 255 - 23
        here = least + (length - least) % (usable - 4)
        here = here if here <= most else least
        parts = [page[at : at + here]]
        following = int.from_bytes(page[at + here : at + here + 4], "big")
        missing = length - here
        # As many pages as it can take, so that no chain goes round for ever.
        while missing > 0 and following:
            data = self._source.read_at((following - 1) * self._size, usable)
            if len(data) < 5:
                break
            parts.append(data[4 : 4 + missing])
            missing -= len(parts[-1])
            following = int.from_bytes(data[:4], "big")
        return b"".join(parts)

    def _record(self, offset: int, payload: bytes) -> None:
        """Try the values of a record that may be something."""
        size, at = _varint(payload, 0)
        start, end = size, min(size, len(payload))
        while at < end and self._steps >= 0:
            self._steps -= 1
            kind, at = _varint(payload, at)
            if kind < _FIRST_SIZED:
                start += _FIXED[kind]
                continue
            length = (kind - _FIRST_SIZED) // 2
            value = payload[start : start + length]
            start += length
            if length >= _LEAST_VALUE and value.startswith(_BEGINS):
                self._try(offset, value)

    def _try(self, offset: int, value: bytes) -> None:
        self._left -= 1
        if self._left >= 0:
            self._inside += self._inspection.raw_data(
                self._subject, f"value@{offset}", BytesSource(value)
            )


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Give a number of one to nine bytes, and where it ends."""
    value = 0
    for index, byte in enumerate(data[at : at + 8]):
        value = value << 7 | byte & 127
        if byte < 128:
            return value, at + index + 1
    if at + 8 >= len(data):
        return 0, len(data)
    return value << 8 | data[at + 8], at + 9
