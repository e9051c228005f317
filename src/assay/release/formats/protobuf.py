"""The wire format of protocol buffers: fields of a message, one after another.

Nothing is recursive, nothing that a length announces is held: a field is where it
lies, and who wants its bytes asks for them. A break ends the message in which it is
and is kept for the reader; what came before it counts.
Source: the encoding guide of protocol buffers (varints, tags, wire types, packed
fields, groups); the 2 GiB bound and depth 100 are those of its libraries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assay.release.source import ByteSource

__all__ = ["BYTES", "FIXED32", "FIXED64", "VARINT", "Break", "Field", "Wire", "matches"]

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_FIXED = {FIXED64: 8, FIXED32: 4}
# Two varints of ten bytes: a tag and what follows it.
_LONGEST_HEAD = 20
_MAX_VARINT_BYTES = 10
_MAX_TAG = (1 << 32) - 1
# After a jump over a tensor little is read; the more fields follow, the more.
_SMALL_WINDOW = 4 * 1024
_LARGE_WINDOW = 256 * 1024


class Field(NamedTuple):
    """One field: a number in `start` for a varint, else the extent of its bytes."""

    number: int
    wire: int
    start: int
    end: int


class Break(NamedTuple):
    """Where and how the bytes stop being messages.

    `kind` is `malformed`, `truncated` or `too-many-fields`.
    """

    offset: int
    kind: str
    detail: str


class Wire:
    """A source that is read as messages.

    Attributes:
        source: The bytes.
        broken: The first break, or None.
        fields_left: Fields that may still be read.
    """

    def __init__(self, source: ByteSource, max_fields: int) -> None:
        self.source = source
        self.broken: Break | None = None
        self.fields_left = max_fields
        self._data = b""
        self._base = 0
        # Last position from which a whole tag and length are at hand.
        self._safe = -1
        self._window = _SMALL_WINDOW

    def fields(self, start: int, end: int) -> Iterator[Field]:
        """Give the fields of the message between two offsets, to its end or break.

        A field that is longer than its message is given as far as it goes.
        """
        position = start
        while position < end:
            if self.fields_left <= 0:
                self._break(position, "too-many-fields", "more fields than are read")
                return
            self.fields_left -= 1
            if not self._base <= position <= self._safe:
                self._fill(position)
            field, position = self._field(position, end)
            if field is None:
                return
            yield field

    def bytes_of(self, start: int, end: int, bound: int) -> bytes:
        """Give the bytes between two offsets, at most `bound` of them."""
        end = min(end, start + bound)
        at = start - self._base
        if at >= 0 and end - self._base <= len(self._data):
            return self._data[at : end - self._base]
        return self.source.read_at(start, end - start)

    def text(self, start: int, end: int, bound: int = 4096) -> str:
        """Give a text of at most `bound` bytes; what is no UTF-8 stays visible."""
        data = self.bytes_of(start, end, bound)
        return data.decode("utf-8", "backslashreplace")

    def _field(self, position: int, end: int) -> tuple[Field | None, int]:
        tag, at = self._varint(position)
        if at < 0:
            return None, end
        number, wire = tag >> 3, tag & 7
        if number == 0 or tag > _MAX_TAG:
            self._break(position, "malformed", f"there is no field {number}")
            return None, end
        if wire != VARINT:
            return self._extent(number, wire, at, end)
        value, after = self._varint(at)
        if after > end:
            self._break(position, "truncated", "a number that its message cuts")
            after = -1
        return (None, end) if after < 0 else (Field(number, wire, value, after), after)

    def _extent(
        self, number: int, wire: int, at: int, end: int
    ) -> tuple[Field | None, int]:
        if wire == BYTES:
            length, start = self._varint(at)
            if start < 0:
                return None, end
        elif wire in _FIXED:
            length, start = _FIXED[wire], at
        else:
            self._break(at, "malformed", f"there is no wire type {wire} here")
            return None, end
        after = start + length
        if after > end:
            found = max(0, end - start)
            detail = f"field {number} needs {_number(length)} bytes, found {found}"
            self._break(at, "truncated", detail)
            return (Field(number, wire, start, end) if start < end else None), end
        return Field(number, wire, start, after), after

    def _varint(self, position: int) -> tuple[int, int]:
        """Give a number and the offset after it, -1 when there is none."""
        at = position - self._base
        data = self._data
        if at >= len(data):
            self._break(position, "truncated", "expected a number, found the end")
            return 0, -1
        value = data[at]
        if value < 0x80:
            return value, position + 1
        value &= 0x7F
        shift = 7
        for byte in data[at + 1 : at + _MAX_VARINT_BYTES]:
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value & 0xFFFF_FFFF_FFFF_FFFF, position + shift // 7
        self._break(position, "malformed", "expected a number, found none that ends")
        return 0, -1

    def _fill(self, position: int) -> None:
        """Move the window; it grows while what is read lies close together."""
        near = 0 <= position - self._base <= len(self._data) + _SMALL_WINDOW
        self._window = min(self._window * 4, _LARGE_WINDOW) if near else _SMALL_WINDOW
        self._data = self.source.read_at(position, self._window)
        self._base = position
        last = position + len(self._data)
        self._safe = last if last >= self.source.size else last - _LONGEST_HEAD

    def _break(self, offset: int, kind: str, detail: str) -> None:
        if self.broken is None:
            self.broken = Break(offset, kind, detail)


def matches(
    wire: Wire, start: int, end: int, known: Mapping[int, int], bound: int = 64
) -> list[Field] | None:
    """Give the first fields of a message, up to one that is not known or a break.

    None when a known field has the wrong type: then it is another message.
    """
    found: list[Field] = []
    for field in wire.fields(start, end):
        expected = known.get(field.number)
        if expected is None:
            break
        if expected != field.wire:
            return None
        found.append(field)
        if len(found) >= bound:
            break
    return found


def _number(number: int) -> str:
    return str(number) if number < 1 << 63 else "more than 2^63"
