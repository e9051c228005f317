"""Models of CRFsuite: a header and five chunks, each with its size.

Nothing in them is run, but readers follow offsets and numbers of features without a
look. A model is sound when its chunks fill the file and name only what is there.
Source: `crf1d_model.c` and `cqdb.c` of CRFsuite.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap, WeightsFacts
from assay.release.formats.reading import Problems

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_crfsuite", "read"]

_HEADER = struct.Struct("<4sI4s9I")
_CHUNK = struct.Struct("<4sII")
_FEATURE = struct.Struct("<IIId")
_VERSION = 100
_NAMES = (b"FEAT", b"CQDB", b"CQDB", b"LFRF", b"AFRF")
# Bytes between two chunks: writers begin some at multiples of four.
_PADDING = 4
_CQDB_HEADER = struct.Struct("<4s5I")
_BYTE_ORDER = 0x62445371


class _Broken(Exception):  # noqa: N818 - control flow inside this module only
    def __init__(self, kind: str, offset: int, detail: str) -> None:
        self.kind = kind
        self.offset = offset
        self.detail = detail
        super().__init__(detail)


def is_crfsuite(source: ByteSource) -> bool:
    """Tell whether a header stands first, with offsets of chunks."""
    head = source.read_at(0, _HEADER.size)
    if len(head) < _HEADER.size or head[8:12] != b"FOMC":
        return False
    offsets = _HEADER.unpack(head)[7:]
    return all(
        source.read_at(offset, 4) == name
        for offset, name in zip(offsets, _NAMES, strict=True)
    )


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Hold every chunk against the file and the header."""
    bound = inspection.limits.max_member_bytes
    if subject.source.size > bound:
        reason = f"a model of more than {bound} bytes is not read"
        return [Gap(place=subject.place, reason=reason, content=Content.CRFSUITE)]
    problems = Problems(subject, inspection.limits)
    model = _Model(subject.source)
    try:
        model.walk()
    except _Broken as broken:
        place = subject.at(offset=broken.offset)
        problems.add(broken.kind, broken.detail, place=place)
    return [
        WeightsFacts(
            place=subject.place,
            content=Content.CRFSUITE,
            tensors=model.features,
            problems=problems.done(),
        )
    ]


class _Model:
    """One model, held whole."""

    def __init__(self, source: ByteSource) -> None:
        self._data = source.read_at(0, source.size)
        self.features = 0

    def walk(self) -> None:
        header = _HEADER.unpack_from(self._data)
        size, version, _, labels, attributes = header[1], *header[3:7]
        if version != _VERSION:
            raise _Broken("unknown-version", 12, f"version {version} is not known")
        if size != len(self._data):
            kind = "trailing-data" if size < len(self._data) else "truncated"
            detail = f"{size} bytes are declared, {len(self._data)} are there"
            raise _Broken(kind, 4, detail)
        offsets = header[7:]
        sizes = [self._chunk(offset) for offset in offsets]
        self._tiles(sorted(zip(offsets, sizes, strict=True)))
        self._features(offsets[0], sizes[0], labels)
        for index, count in ((1, labels), (2, attributes)):
            self._names(offsets[index], sizes[index], count)
        for index in (3, 4):
            self._references(offsets[index], sizes[index])

    def _chunk(self, offset: int) -> int:
        """Give the size of a chunk that lies inside the file."""
        size = _CHUNK.unpack_from(self._data, offset)[1]
        if size < _CHUNK.size or offset + size > len(self._data):
            detail = f"a chunk of {size} bytes goes beyond the file"
            raise _Broken("out-of-bounds", offset, detail)
        return int(size)

    def _tiles(self, extents: list[tuple[int, int]]) -> None:
        reached = _HEADER.size
        for offset, size in [*extents, (len(self._data), 0)]:
            if offset < reached:
                raise _Broken("overlap", offset, f"a chunk begins before {reached}")
            if offset - reached >= _PADDING:
                detail = f"{offset - reached} bytes belong to no chunk"
                raise _Broken("hidden-data", reached, detail)
            reached = offset + size

    def _features(self, offset: int, size: int, labels: int) -> None:
        self.features = _CHUNK.unpack_from(self._data, offset)[2]
        if size != _CHUNK.size + self.features * _FEATURE.size:
            detail = f"{self.features} features in {size} bytes"
            raise _Broken("count-mismatch", offset, detail)
        start = offset + _CHUNK.size
        for entry in _FEATURE.iter_unpack(self._data[start : offset + size]):
            if entry[2] >= labels:
                detail = f"a feature is of label {entry[2]} of {labels}"
                raise _Broken("bad-index", offset, detail)

    def _names(self, offset: int, size: int, count: int) -> None:
        """Hold the list of names by number against its chunk."""
        fields = _CQDB_HEADER.unpack_from(self._data.ljust(offset + 24, b"\0"), offset)
        order, number, at = fields[3:]
        if order != _BYTE_ORDER or number < count:
            detail = f"{number} names for {count}, or a strange byte order"
            raise _Broken("count-mismatch", offset, detail)
        if at + 4 * number > size:
            raise _Broken("out-of-bounds", offset, f"{number} names at {at} of {size}")
        places = struct.unpack_from(f"<{number}I", self._data, offset + at)
        if max(places, default=0) + 8 > size:
            raise _Broken("out-of-bounds", offset, "a name lies beyond its chunk")

    def _references(self, offset: int, size: int) -> None:
        """Follow the lists of features: one behind the other, to the chunk's end."""
        count = _CHUNK.unpack_from(self._data, offset)[2]
        at, end = offset + _CHUNK.size + 4 * count, offset + size
        if at > end:
            raise _Broken("count-mismatch", offset, f"{count} lists in {size} bytes")
        starts = struct.unpack_from(f"<{count}I", self._data, offset + _CHUNK.size)
        for start in starts:
            # Names without features have none.
            if not start:
                continue
            if start != at or at + 4 > end:
                raise _Broken(
                    "out-of-bounds", at, f"a list is said to begin at {start}"
                )
            number = int.from_bytes(self._data[at : at + 4], "little")
            at += 4 + 4 * number
            if at > end:
                raise _Broken("out-of-bounds", start, f"a list of {number} features")
            listed = struct.unpack_from(f"<{number}I", self._data, start + 4)
            if max(listed, default=-1) >= self.features:
                raise _Broken("bad-index", start, "a list names a feature too many")
        if end - at >= _PADDING:
            raise _Broken("hidden-data", at, f"{end - at} bytes belong to no list")
