"""Tensors of an ONNX model: what they declare against what they hold, and where.

Source: `TensorProto` and `SparseTensorProto` of `onnx.proto`, and `ExternalData.md` of
the ONNX project; the marker of addresses in memory is ONNX Runtime's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.release.formats.protobuf import BYTES, VARINT
from assay.release.formats.reading import shorten
from assay.release.source import SliceSource

if TYPE_CHECKING:
    from assay.domain.facts import Fact, Place
    from assay.release.formats.graph_walk import GraphWalk
    from assay.release.formats.protobuf import Field, Wire

__all__ = ["Tensors", "entry"]

# Bits of one element by `TensorProto.DataType`; STRING has none.
_BITS = {
    1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32,
    13: 64, 14: 64, 15: 128, 16: 16, 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4,
    24: 8, 25: 2, 26: 2, 27: 6, 28: 6,
}  # fmt: skip
_STRING = 8
_DIMS, _TYPE, _STRINGS, _NAME, _RAW, _EXTERNAL, _LOCATION = 1, 2, 6, 8, 9, 13, 14
# Fields with numbers of fixed size, and how many bytes each takes.
_FIXED_DATA = {4: 4, 10: 8}
_VARINT_DATA = frozenset({5, 7, 11})
_KNOWN = frozenset(range(1, 15)) | {16}
_KEYS = frozenset({"location", "offset", "length", "checksum", "basepath"})
_MAX_DIMENSIONS = 1_000
_HUGE = 1 << 33
# How what is plainly no numbers begins: programs, archives, pickles.
_MAGIC = (b"\x7fELF", b"MZ", b"PK\x03\x04", b"7z\xbc\xaf", b"\x80\x02", b"\x80\x03",
          b"\x80\x04\x95", b"\x80\x05\x95", b"\x1f\x8b\x08")  # fmt: skip
_MAGIC_BYTES = 64
_ADDRESS = "*/_ORT_MEM_ADDR_/*"


class Tensors:
    """Reads tensors one by one and keeps what was seen of all of them."""

    def __init__(self, walk: GraphWalk) -> None:
        self._walk = walk
        self._wire = walk.wire
        self._problems = walk.problems
        self._embedded = walk.limits.max_pickle_embedded
        # Facts of what lies in the place of numbers.
        self.facts: list[Fact] = []

    def sparse(self, start: int, end: int) -> None:
        """Read a sparse tensor: its values and its indices."""
        for field in self._wire.fields(start, end):
            if field.number in (1, 2) and field.wire == BYTES:
                self.tensor(field.start, field.end)

    def tensor(self, start: int, end: int) -> str:
        """Read one tensor and give its name."""
        found = _Tensor()
        for field in self._wire.fields(start, end):
            self._field(found, field)
        place = self._place(found.name, start)
        if found.external or found.location == 1:
            self._external(found, place)
        else:
            self._size(found, place)
        return found.name

    def content(self, name: str, start: int, end: int) -> None:
        """Look into bytes that should be numbers or text, if they begin otherwise."""
        if end - start < _MAGIC_BYTES or self._embedded <= 0:
            return
        if self._wire.bytes_of(start, end, 4).startswith(_MAGIC):
            self._embedded -= 1
            source = SliceSource(self._wire.source, start, end - start)
            member = shorten(name, 80) or f"bytes at {start}"
            facts = self._walk.inspection.raw_data(self._walk.subject, member, source)
            self.facts.extend(facts)

    def _place(self, name: str, start: int) -> Place:
        bound = self._walk.limits.max_shown_chars
        return self._walk.subject.at(offset=start, key=shorten(name, bound) or None)

    def _field(self, found: _Tensor, field: Field) -> None:
        number = field.number
        if number == _DIMS:
            self._dims(found, field)
        elif field.wire == VARINT:
            self._number(found, field)
        elif number == _NAME:
            found.name = self._wire.text(field.start, field.end, 512)
        elif number == _RAW:
            found.raw = (found.raw or 0) + field.end - field.start
            self.content(found.name, field.start, field.end)
        elif number in _FIXED_DATA:
            size = field.end - field.start
            found.elements += size // _FIXED_DATA[number]
            found.fixed = True
        elif number in _VARINT_DATA:
            found.packed += field.end - field.start
        elif number == _STRINGS:
            found.strings += 1
            self.content(found.name, field.start, field.end)
        elif number == _EXTERNAL and len(found.external) < _MAX_DIMENSIONS:
            found.external.append(entry(self._wire, field.start, field.end))
        else:
            self._walk.known(field, _KNOWN, "tensor")

    def _number(self, found: _Tensor, field: Field) -> None:
        if field.number == _TYPE:
            found.type = field.start
        elif field.number == _LOCATION:
            found.location = field.start
        elif field.number in _VARINT_DATA:
            found.packed += 1

    def _dims(self, found: _Tensor, field: Field) -> None:
        numbers = [field.start]
        if field.wire == BYTES:
            data = self._wire.bytes_of(field.start, field.end, 10 * _MAX_DIMENSIONS)
            numbers = _packed(data)
        for number in numbers:
            found.dimensions += 1
            # Negative ones are huge here; a zero makes nothing of all others.
            if number == 0 or found.count < 1 << 70:
                found.count *= number

    def _size(self, found: _Tensor, place: Place) -> None:
        """Compare what the tensor declares with what it holds."""
        bits = _BITS.get(found.type)
        if found.dimensions > _MAX_DIMENSIONS:
            self._problems.add("over-limit", f"{found.dimensions} dims", place=place)
        elif bits is None:
            if found.type != _STRING:
                detail = f"there is no type of elements {found.type}"
                self._problems.add("tensor-type", detail, place=place)
            elif found.strings != found.count:
                self._mismatch(place, f"{_shown(found.count)} texts", found.strings)
        elif found.raw is not None:
            needed = (found.count * bits + 7) // 8
            if needed != found.raw:
                self._mismatch(place, f"{_shown(needed)} bytes", found.raw)
        else:
            self._typed(found, bits, place)

    def _typed(self, found: _Tensor, bits: int, place: Place) -> None:
        """Compare with the lists of numbers: one or two for each element, or less."""
        held = found.elements + found.packed
        least = found.count if bits >= 8 else (found.count * bits + 7) // 8
        if found.fixed:
            wanted = (found.count, 2 * found.count)
            if found.elements not in wanted:
                self._mismatch(place, f"{_shown(found.count)} numbers", found.elements)
        elif held < least:
            if not held and found.count * bits > _HUGE:
                detail = f"it declares {_shown(found.count)} numbers and holds none"
                self._problems.add("huge-tensor", detail, place=place)
            else:
                self._mismatch(place, f"{_shown(least)} bytes or more", held)
        elif held > 10 * max(found.count, 1):
            self._mismatch(place, f"{_shown(found.count)} numbers", held)

    def _mismatch(self, place: Place, expected: str, found: int) -> None:
        detail = f"shape and type need {expected}, it holds {found}"
        self._problems.add("tensor-size", detail, place=place)

    def _external(self, found: _Tensor, place: Place) -> None:
        values: dict[str, str] = {}
        for key, value in found.external:
            if key not in _KEYS and not key.startswith("prepacked_"):
                detail = f"external data have no setting {key[:80]!r}"
                self._problems.add("external-data-key", detail, place=place)
            if key in values:
                detail = f"external data set {key[:80]!r} twice"
                self._problems.add("external-data-key", detail, place=place)
            values[key] = value
        path = values.get("location", "")
        if path.replace("\\", "/").startswith(_ADDRESS):
            detail = "its data are an address in the memory of the process"
            self._problems.add("memory-address", detail, place=place)
            return
        if not path:
            detail = "external data without a location"
            self._problems.add("external-data-key", detail, place=place)
            return
        self._extent(found, path, values, place)

    def _extent(
        self, found: _Tensor, path: str, values: dict[str, str], place: Place
    ) -> None:
        offset, length = _integer(values.get("offset")), _integer(values.get("length"))
        if -1 in (offset, length):
            detail = "offset or length of external data is no number from 0"
            self._problems.add("external-data-range", detail, place=place)
            offset = length = None
        bits = _BITS.get(found.type)
        needed = None if bits is None else (found.count * bits + 7) // 8
        if length is None:
            length = needed
        elif needed is not None and length != needed:
            self._mismatch(place, f"{_shown(needed)} bytes", length)
        self._walk.files.add(path, place, offset=offset or 0, length=length)


class _Tensor:
    """One tensor as far as it was read."""

    __slots__ = (
        "count", "dimensions", "elements", "external", "fixed", "location", "name",
        "packed", "raw", "strings", "type",
    )  # fmt: skip

    def __init__(self) -> None:
        self.name = ""
        self.type = 0
        self.location = 0
        self.count = 1
        self.dimensions = 0
        self.raw: int | None = None
        # Numbers of fixed size, bytes of packed ones, texts.
        self.elements = 0
        self.fixed = False
        self.packed = 0
        self.strings = 0
        self.external: list[tuple[str, str]] = []


def entry(wire: Wire, start: int, end: int, bound: int = 4096) -> tuple[str, str]:
    """Give key and value of a `StringStringEntryProto`."""
    key = value = ""
    for field in wire.fields(start, end):
        if field.wire == BYTES:
            if field.number == 1:
                key = wire.text(field.start, field.end, bound)
            elif field.number == 2:
                value = wire.text(field.start, field.end, bound)
    return key, value


def _packed(data: bytes) -> list[int]:
    numbers = []
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(value)
            value = shift = 0
        elif shift > 70:
            break
    return numbers


def _integer(text: str | None) -> int | None:
    """Give a number from 0, None where there is no text, -1 where it is none."""
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 20):
        return -1
    return int(text)


def _shown(number: int) -> str:
    return str(number) if number < 1 << 63 else "more than 2^63"
