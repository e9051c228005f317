"""Parquet: pages of columns, then a footer that says where each lies.

Pages hold numbers and texts, and nothing in them is run. A file is sound when what the
footer names fills it from the first magic to the footer. The footer may carry an Arrow
schema, and so what PyArrow rebuilds types from; and it may name other files.
Source: `parquet.thrift` of Apache Parquet.
"""

from __future__ import annotations

import binascii
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap, GraphFacts, WeightsFacts
from assay.release.formats import arrow
from assay.release.formats.arrow_schema import own_types
from assay.release.formats.flatbuffer import Broken
from assay.release.formats.graph_files import DataFiles
from assay.release.formats.reading import Problems, shorten
from assay.release.formats.thrift import BINARY, LIST, NUMBERS, STRUCT, Compact
from assay.release.formats.thrift import MalformedError as Malformed
from assay.release.source import BytesSource

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_parquet", "read"]

_MAGIC = b"PAR1"
_ENCRYPTED = b"PARE"
# A page begins with its kind, a number in the first field.
_PAGE = b"\x15"
_LARGEST_FOOTER = 64 << 20
# Fields of FileMetaData, RowGroup, ColumnChunk, ColumnMetaData and KeyValue.
_GROUPS, _PAIRS, _COLUMNS = 4, 5, 1
_PATH, _COLUMN = 1, 3
_OFFSET_INDEX, _COLUMN_INDEX = (4, 5), (6, 7)
_SIZE, _DATA, _INDEX, _DICTIONARY, _BLOOM, _BLOOM_SIZE = 7, 9, 10, 11, 14, 15
_SCHEMA_KEY = "ARROW:schema"
# Writers fill up so much between pages, to begin at round places.
_PADDING = 64
_MOST_PAIRS = 1_000
_LONGEST_SCHEMA = 16 << 20


def is_parquet(source: ByteSource) -> bool:
    """Tell whether the magic stands at both ends, or a page behind the first."""
    if source.size < 12:
        return False
    if source.read_at(4, 1) == _PAGE:
        return True
    tail = source.read_at(source.size - 8, 8)
    size = int.from_bytes(tail[:4], "little")
    return tail[4:] in {_MAGIC, _ENCRYPTED} and size <= source.size - 12


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Read the footer and hold it against the file."""
    source = subject.source
    tail = source.read_at(source.size - 8, 8)
    size = int.from_bytes(tail[:4], "little")
    if tail[4:] not in {_MAGIC, _ENCRYPTED} or size > source.size - 12:
        problems = Problems(subject, inspection.limits)
        detail = "the file does not end with a footer, its size and PAR1"
        problems.add("malformed", detail, place=subject.at(offset=source.size))
        broken = WeightsFacts(
            place=subject.place,
            content=Content.PARQUET,
            tensors=0,
            problems=problems.done(),
        )
        return [broken]
    if tail[4:] != _MAGIC or size > _LARGEST_FOOTER:
        reason = "the footer is encrypted, or longer than is read"
        return [Gap(place=subject.place, reason=reason, content=Content.PARQUET)]
    start = source.size - 8 - size
    return _Footer(subject, inspection, start).facts(source.read_at(start, size))


class _Footer:
    """One footer being read."""

    def __init__(self, subject: Subject, inspection: Inspection, start: int) -> None:
        self._subject = subject
        self._inspection = inspection
        self._start = start
        self._problems = Problems(subject, inspection.limits)
        self._files = DataFiles(subject, inspection)
        self._extents: list[tuple[int, int]] = []
        # Filters whose length is not written end where something else begins.
        self._open: list[int] = []
        self._pairs: list[tuple[str, str]] = []
        self._inside: list[Fact] = []
        self._columns = 0

    def facts(self, data: bytes) -> list[Fact]:
        footer = Compact(data, self._inspection.limits.max_protobuf_fields)
        try:
            self._footer(footer)
        except Malformed as broken:
            self._add("malformed", broken.detail, self._start + broken.offset)
        else:
            if footer.at < len(data):
                detail = f"{len(data) - footer.at} bytes behind the footer's fields"
                self._add("hidden-data", detail, self._start + footer.at)
            self._cover()
        place = self._subject.place
        known = WeightsFacts(
            place=place,
            content=Content.PARQUET,
            tensors=self._columns,
            metadata=tuple(self._pairs),
            problems=self._problems.done(),
        )
        files = self._files.done()
        named: list[Fact] = []
        if files:
            named = [GraphFacts(place=place, content=Content.PARQUET, data_files=files)]
        return [known, *named, *self._inside]

    def _add(self, kind: str, detail: str, offset: int) -> None:
        place = self._subject.at(offset=offset)
        self._problems.add(kind, detail, place=place)

    def _footer(self, footer: Compact) -> None:
        for number, kind in footer.fields():
            if number in {_GROUPS, _PAIRS} and kind == LIST:
                count, inner = footer.elements()
                if inner != STRUCT:
                    raise Malformed(footer.at, "a list does not hold structures")
                for _ in range(count):
                    (self._group if number == _GROUPS else self._pair)(footer)
            else:
                footer.skip(kind)

    def _group(self, footer: Compact) -> None:
        for number, kind in footer.fields():
            if number == _COLUMNS and kind == LIST:
                count, inner = footer.elements()
                if inner != STRUCT:
                    raise Malformed(footer.at, "a list does not hold columns")
                for _ in range(count):
                    self._chunk(footer)
            else:
                footer.skip(kind)

    def _chunk(self, footer: Compact) -> None:
        """Read one column of one group of rows."""
        self._columns += 1
        found: dict[int, int] = {}
        inner: dict[int, int] = {}
        path = ""
        for number, kind in footer.fields():
            if number == _PATH and kind == BINARY:
                path = footer.binary().decode("utf-8", "replace")
            elif number == _COLUMN and kind == STRUCT:
                inner = self._numbers(footer)
            elif kind in NUMBERS:
                found[number] = footer.number()
            else:
                footer.skip(kind)
        if path:
            self._files.add(path, self._subject.at(offset=self._start))
        else:
            self._extents_of(found, inner)

    def _extents_of(self, found: dict[int, int], inner: dict[int, int]) -> None:
        """Note where the pages of a column lie, and what helps to find them."""
        starts = [inner[key] for key in (_DATA, _INDEX, _DICTIONARY) if inner.get(key)]
        if starts:
            self._extent(min(starts), inner.get(_SIZE, 0))
        for offset, size in (_OFFSET_INDEX, _COLUMN_INDEX):
            if offset in found:
                self._extent(found[offset], found.get(size, 0))
        if _BLOOM in inner and _BLOOM_SIZE in inner:
            self._extent(inner[_BLOOM], inner[_BLOOM_SIZE])
        elif _BLOOM in inner:
            self._open.append(inner[_BLOOM])

    @staticmethod
    def _numbers(footer: Compact) -> dict[int, int]:
        """Give the fields of a structure that are numbers."""
        found: dict[int, int] = {}
        for number, kind in footer.fields():
            if kind in NUMBERS:
                found[number] = footer.number()
            else:
                footer.skip(kind)
        return found

    def _extent(self, offset: int, size: int) -> None:
        if not 4 <= offset <= offset + size <= self._start:
            detail = f"{size} bytes at {offset} are not before the footer"
            self._add("out-of-bounds", detail, self._start)
        else:
            self._extents.append((offset, offset + size))

    def _pair(self, footer: Compact) -> None:
        texts = {1: b"", 2: b""}
        for number, kind in footer.fields():
            if number in texts and kind == BINARY:
                texts[number] = footer.binary()
            else:
                footer.skip(kind)
        key = texts[1].decode("utf-8", "replace")
        if key == _SCHEMA_KEY:
            self._schema(texts[2][:_LONGEST_SCHEMA])
        elif len(self._pairs) < _MOST_PAIRS:
            shown = self._inspection.limits.max_shown_chars
            value = texts[2][: 64 * shown].decode("utf-8", "replace")
            self._pairs.append((shorten(key, shown), shorten(value, shown)))

    def _schema(self, text: bytes) -> None:
        """Read the Arrow schema, which is a message in base64."""
        try:
            message = binascii.a2b_base64(text)
        except binascii.Error:
            self._add("malformed", "the Arrow schema is not in base64", self._start)
            return
        subject = replace(
            self._subject,
            source=BytesSource(message),
            place=self._subject.at(key=_SCHEMA_KEY),
        )
        try:
            found = arrow.schema_of_message(subject, self._inspection)
            if found is not None:
                self._inside += own_types(found[0], subject, self._inspection)
        except Broken as broken:
            self._add("malformed", f"the Arrow schema: {broken.detail}", self._start)

    def _cover(self) -> None:
        """Tell bytes before the footer that belong to no column."""
        reached = len(_MAGIC)
        for start, end in [*sorted(self._extents), (self._start, self._start)]:
            if start - reached > _PADDING and not any(
                reached <= offset < start for offset in self._open
            ):
                detail = f"bytes {reached} to {start} belong to no column"
                self._add("hidden-data", detail, reached)
            reached = max(reached, end)
