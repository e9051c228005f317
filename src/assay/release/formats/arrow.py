"""Arrow's own files: streams of messages, with or without a footer, and Feather.

A message is metadata, a flatbuffer, and a body of numbers and texts. A file is sound
when its messages fill it, and the footer, where there is one, names no others. What the
schema says of types is for `arrow_schema`.
Source: the page on the columnar format, `Message.fbs` and `File.fbs` of Apache Arrow.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap, WeightsFacts
from assay.release.formats.arrow_schema import own_types, schema_metadata
from assay.release.formats.flatbuffer import Broken, Exhausted, Flatbuffer
from assay.release.formats.reading import Problems

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.flatbuffer import Table
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_stream", "read", "schema_of_message"]

_MAGIC = b"ARROW1"
_CONTINUES = b"\xff\xff\xff\xff"
# Fields of Message and of Footer.
_KIND, _HEADER, _BODY = 1, 2, 3
_FOOTER_SCHEMA, _DICTIONARIES, _BATCHES = 1, 2, 3
_SCHEMA = 1
# Schema, dictionaries, batches, tensors.
_KINDS = frozenset(range(1, 6))
_BLOCK = struct.Struct("<qi4xq")
_MOST_MESSAGES = 100_000
_ALIGNED = 8


def is_stream(source: ByteSource) -> bool:
    """Tell whether a message with a schema stands first."""
    head = source.read_at(0, 16)
    size = int.from_bytes(head[4:8], "little")
    root = int.from_bytes(head[8:12], "little")
    # The root table and its list of fields lie inside the metadata.
    return 16 <= size <= source.size - 8 and 4 <= root < size and size % _ALIGNED == 0


def schema_of_message(
    subject: Subject, inspection: Inspection, start: int = 0
) -> tuple[Table, int] | None:
    """Give the schema in a message, and where it ends; None for other messages.

    Raises:
        Broken: The bytes are no message.
    """
    size = int.from_bytes(subject.source.read_at(start + 4, 4), "little")
    flat = Flatbuffer(
        subject.source, inspection.limits, start=start + 8, end=start + 8 + size
    )
    root = flat.root()
    schema = root.table(_HEADER)
    if root.number(_KIND, 1) != _SCHEMA or schema is None:
        return None
    return schema, start + 8 + size


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Walk the messages, and hold the footer against them."""
    if subject.source.read_at(0, 4) == b"FEA1":
        reason = "Feather of the first version is not inspected"
        return [Gap(place=subject.place, reason=reason, content=Content.ARROW)]
    return _Walk(subject, inspection).facts()


class _Walk:
    """One file being walked from front to back."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._subject = subject
        self._inspection = inspection
        self._source = subject.source
        self._problems = Problems(subject, inspection.limits)
        self._metadata: tuple[tuple[str, str], ...] = ()
        self._inside: list[Fact] = []
        self._messages = 0
        self._batches = 0

    def facts(self) -> list[Fact]:
        gaps: list[Fact] = []
        try:
            self._walk()
        except Exhausted as bound:
            reason = f"the file was not read to its end: {bound.detail}"
            gaps = [
                Gap(place=self._subject.place, reason=reason, content=Content.ARROW)
            ]
        except Broken as broken:
            self._add("malformed", broken.detail, broken.offset)
        known = WeightsFacts(
            place=self._subject.place,
            content=Content.ARROW,
            tensors=self._batches,
            metadata=self._metadata,
            problems=self._problems.done(),
        )
        return [known, *self._inside, *gaps]

    def _add(self, kind: str, detail: str, offset: int) -> None:
        place = self._subject.at(offset=offset)
        self._problems.add(kind, detail, place=place)

    def _walk(self) -> None:
        is_file = self._source.read_at(0, 6) == _MAGIC
        at, end = 0, self._source.size
        if is_file:
            tail = self._source.read_at(end - 10, 10)
            size = int.from_bytes(tail[:4], "little")
            if tail[4:] != _MAGIC or size > end - 18:
                raise Broken(end, "the file does not end with a footer and ARROW1")
            at, end = _ALIGNED, end - 10 - size
            self._schemas(end, size)
        at = self._stream(at, end)
        left = self._source.read_at(at, min(end - at, 2 * _ALIGNED))
        if at < end and (end - at >= _ALIGNED or left.strip(b"\0")):
            self._add("trailing-data", f"{end - at} bytes behind the messages", at)

    def _stream(self, at: int, end: int) -> int:
        """Pass over messages until the one that ends them; give where that ends."""
        while at < end:
            head = self._source.read_at(at, 8)
            if head[:4] != _CONTINUES:
                # Before version 0.15 messages began with their size.
                raise Broken(at, "no message begins here")
            size = int.from_bytes(head[4:8], "little")
            if not size:
                return at + 8
            if self._messages >= _MOST_MESSAGES:
                raise Exhausted(at, f"more than {_MOST_MESSAGES} messages")
            self._messages += 1
            at = self._message(at, size, end)
        return at

    def _message(self, at: int, size: int, end: int) -> int:
        """Read one message; give where its body ends."""
        limits = self._inspection.limits
        start = at + 8
        flat = Flatbuffer(self._source, limits, start=start, end=min(start + size, end))
        root = flat.root()
        kind, body = root.number(_KIND, 1), root.number(_BODY, 8, signed=True)
        if kind not in _KINDS:
            raise Broken(at, f"no message is of kind {kind}")
        if start + size > end or not 0 <= body <= end - start - size:
            raise Broken(at, f"a body of {body} bytes goes beyond the messages")
        schema = root.table(_HEADER)
        if kind == _SCHEMA and schema is not None:
            self._schema(schema)
        self._batches += kind != _SCHEMA
        return start + size + body

    def _schema(self, schema: Table) -> None:
        shown = self._inspection.limits.max_shown_chars
        self._metadata = schema_metadata(schema, shown)
        self._inside += own_types(schema, self._subject, self._inspection)

    def _schemas(self, at: int, size: int) -> None:
        """Read the footer: its schema is what readers go by."""
        limits = self._inspection.limits
        flat = Flatbuffer(self._source, limits, start=at, end=at + size)
        root = flat.root()
        schema = root.table(_FOOTER_SCHEMA)
        if schema is not None:
            self._inside += own_types(schema, self._subject, self._inspection)
        for field in (_DICTIONARIES, _BATCHES):
            start, count = root.extent(field, _BLOCK.size) or (0, 0)
            flat.charge(count, at)
            data = flat.bytes_at(start, count * _BLOCK.size) if count else b""
            for offset, metadata, body in _BLOCK.iter_unpack(data):
                if not 0 <= offset <= offset + metadata + body <= at:
                    self._add("out-of-bounds", "a block leaves the messages", at)
                    return
