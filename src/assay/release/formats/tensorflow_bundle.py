"""Indexes of TensorFlow checkpoints: which tensor lies where in which data file.

An index is a sorted table of LevelDB: blocks of keys with common beginnings, an index
of the blocks, and a footer. Its values are messages of `tensor_bundle.proto`; the key
that is empty holds the header.
Source: `table_format.md` of LevelDB, `tensor_bundle.proto` and `naming.cc` of
TensorFlow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap, WeightsFacts
from assay.release.formats.graph_files import DataFiles
from assay.release.formats.protobuf import BYTES, VARINT, Wire
from assay.release.formats.reading import Problems, shorten
from assay.release.source import BytesSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_bundle", "read"]

_FOOTER = 48
_MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")
# Kind of compression and checksum behind each block.
_TRAILER = 5
# Bytes of one element by `DataType`; texts, resources and variants have none.
_SIZES = {
    1: 4, 2: 8, 3: 4, 4: 1, 5: 2, 6: 1, 8: 8, 9: 8, 10: 1, 11: 1, 12: 1, 13: 4, 14: 2,
    15: 2, 16: 2, 17: 2, 18: 16, 19: 2, 22: 4, 23: 8, 24: 1, 25: 1,
}  # fmt: skip
_TYPE, _SHAPE, _SHARD, _OFFSET, _SIZE, _SLICES = 1, 2, 3, 4, 5, 7
_MAX_BYTES = 64 << 20
_MAX_ENTRIES = 200_000
_MAX_BLOCK = 16 << 20
_MAX_SHARDS = 100_000
_KEY_BYTES = 4_096


def is_bundle(source: ByteSource) -> bool:
    """Tell whether the bytes end with the footer of a table."""
    size = source.size
    return size >= _FOOTER and source.read_at(size - 8, 8) == _MAGIC


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the tensors of the index, and the bytes of data files that hold them."""
    return _Bundle(subject, inspection).read()


class _Broken(Exception):  # noqa: N818 - control flow inside this module only
    """The table does not go on."""

    def __init__(self, offset: int, detail: str) -> None:
        self.offset = offset
        self.detail = detail
        super().__init__(detail)


class _Bundle:
    """One index being read."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._subject = subject
        self._source = subject.source
        self._problems = Problems(subject, inspection.limits)
        self._files = DataFiles(subject, inspection)
        self._shown = inspection.limits.max_shown_chars
        self._shards = 0
        self._tensors = 0
        self._extents: dict[int, list[tuple[int, int, str]]] = {}
        self._budget = _MAX_BYTES

    def read(self) -> list[Fact]:
        gaps: list[Fact] = []
        try:
            self._table()
        except _Broken as found:
            place = self._subject.at(offset=found.offset)
            self._problems.add("malformed", found.detail, place=place)
            reason = f"the index was not read to its end: {found.detail}"
            gaps.append(Gap(place=place, reason=reason, content=Content.TF_CHECKPOINT))
        for shard in sorted(self._extents):
            self._use(shard, sorted(self._extents[shard]))
        facts = WeightsFacts(
            place=self._subject.place,
            content=Content.TF_CHECKPOINT,
            tensors=self._tensors,
            data_files=self._files.done(),
            problems=self._problems.done(),
        )
        return [facts, *gaps]

    def _table(self) -> None:
        start = self._source.size - _FOOTER
        footer = self._source.read_at(start, _FOOTER)
        position = 0
        numbers = []
        for _ in range(4):
            number, position = _varint(footer, position, start)
            numbers.append(number)
        handles = self._entries(numbers[2], numbers[3])
        seen = 0
        last: bytes | None = None
        for _, handle in handles:
            offset, position = _varint(handle, 0, start)
            size, _ = _varint(handle, position, start)
            for key, value in self._entries(offset, size):
                seen += 1
                if seen > _MAX_ENTRIES:
                    raise _Broken(offset, f"more entries than {_MAX_ENTRIES}")
                if last is not None and key <= last:
                    self._add("duplicate-name", "names are not in order", key, offset)
                last = key
                self._value(key, value, offset)

    def _entries(self, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
        """Give keys and values of a block."""
        self._budget -= size
        end = self._source.size - _FOOTER - _TRAILER
        if size > _MAX_BLOCK or offset + size > end or self._budget < 0:
            raise _Broken(min(offset, end), "a block lies outside of the table")
        data = self._source.read_at(offset, size + 1)
        if data[size] != 0:
            raise _Broken(offset, "a block is compressed")
        restarts = int.from_bytes(data[max(0, size - 4) : size], "little")
        stop = size - 4 - 4 * restarts
        if stop < 0:
            raise _Broken(offset, "a block is shorter than its restarts")
        position = 0
        key = b""
        while position < stop:
            shared, position = _varint(data, position, offset)
            own, position = _varint(data, position, offset)
            length, position = _varint(data, position, offset)
            after = position + own + length
            if shared > len(key) or shared + own > _KEY_BYTES or after > stop:
                raise _Broken(offset + position, "an entry is longer than its block")
            key = key[:shared] + data[position : position + own]
            yield key, data[position + own : after]
            position = after

    def _value(self, key: bytes, value: bytes, offset: int) -> None:
        wire = Wire(BytesSource(value), 10_000)
        numbers: dict[int, int] = {}
        count = 1
        sliced = False
        for field in wire.fields(0, len(value)):
            if field.wire == VARINT:
                numbers[field.number] = field.start
            elif field.number == _SHAPE and field.wire == BYTES and key:
                count = _elements(wire, field.start, field.end)
            elif field.number == _SLICES:
                sliced = True
        if wire.broken is not None:
            self._add("malformed", wire.broken.detail, key, offset)
        if not key:
            self._shards = numbers.get(1, 0)
            return
        self._tensors += 1
        if not sliced:
            self._tensor(key, numbers, count, offset)

    def _tensor(
        self, key: bytes, numbers: dict[int, int], count: int, offset: int
    ) -> None:
        shard = numbers.get(_SHARD, 0)
        start, size = numbers.get(_OFFSET, 0), numbers.get(_SIZE, 0)
        if not shard < min(max(self._shards, 1), _MAX_SHARDS):
            self._add("bad-index", f"data file {shard} of {self._shards}", key, offset)
            return
        width = _SIZES.get(numbers.get(_TYPE, 0))
        if width is not None and count * width != size:
            detail = f"shape and type need {_shown(count * width)} bytes, not {size}"
            self._add("count-mismatch", detail, key, offset)
        name = key.decode("utf-8", "backslashreplace")
        self._extents.setdefault(shard, []).append((start, start + size, name))

    def _use(self, shard: int, extents: list[tuple[int, int, str]]) -> None:
        """Note the bytes of one data file that tensors take, joined where they meet."""
        folder_and_name = self._subject.place.path.rpartition("/")[2]
        prefix = folder_and_name.removesuffix(".index")
        path = f"{prefix}.data-{shard:05}-of-{max(self._shards, 1):05}"
        begin, reached, first = extents[0]
        for start, end, name in [*extents[1:], (-1, -1, "")]:
            if start == reached:
                reached = end
                continue
            place = self._subject.at(key=shorten(first, self._shown) or None)
            self._files.add(path, place, offset=begin, length=reached - begin)
            if 0 <= start < reached and start != end:
                detail = f"it begins at {start}, before {reached}"
                self._add("overlap", detail, name.encode(), 0)
            begin, reached, first = start, max(end, reached), name

    def _add(self, kind: str, detail: str, key: bytes, offset: int) -> None:
        name = key.decode("utf-8", "backslashreplace")
        place = self._subject.at(offset=offset, key=shorten(name, self._shown) or None)
        self._problems.add(kind, detail, place=place)


def _elements(wire: Wire, start: int, end: int) -> int:
    """Give the product of the dimensions of a `TensorShapeProto`."""
    count = 1
    for field in wire.fields(start, end):
        if field.number != 2 or field.wire != BYTES:
            continue
        size = 0
        for part in wire.fields(field.start, field.end):
            if part.number == 1 and part.wire == VARINT:
                size = part.start
        if size == 0 or count < 1 << 70:
            count *= size
    return count


def _varint(data: bytes, position: int, offset: int) -> tuple[int, int]:
    value = shift = 0
    for byte in data[position : position + 10]:
        value |= (byte & 0x7F) << shift
        shift += 7
        position += 1
        if byte < 0x80:
            return value, position
    raise _Broken(offset, "expected a number, found none that ends")


def _shown(number: int) -> str:
    return str(number) if number < 1 << 63 else "more than 2^63"
