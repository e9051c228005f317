"""A cursor over a GGUF header: bounded reads in a window, and strings passed in bulk.

Version 1 has lengths of four bytes, later ones of eight. Either byte order is honest.
Source: the GGUF specification of ggml, and the reader of llama.cpp.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.release.source import ByteSource

__all__ = ["ARRAY", "SCALARS", "STRING", "BrokenError", "Cursor", "is_utf8"]

STRING = 8
ARRAY = 9
# Number of a value's type, and how `struct` names it.
SCALARS = {
    0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "B",
    10: "Q", 11: "q", 12: "d",
}  # fmt: skip
_WINDOW = 4 << 20


class BrokenError(Exception):
    """The header cannot be read on: a kind of problem, and why."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


def is_utf8(data: bytes) -> bool:
    """Tell whether the bytes are a text."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class Cursor:
    """Reads forward through a source and holds a window of it."""

    __slots__ = ("_at", "_base", "_buffer", "_source", "long", "mark", "order")

    def __init__(self, source: ByteSource, offset: int) -> None:
        self._source = source
        self._base = offset
        self._at = 0
        self._buffer = b""
        self.order = "<"
        self.long = "Q"
        # Where what is being read began; for those who say where it broke.
        self.mark = offset

    @property
    def offset(self) -> int:
        """Where the next byte is read."""
        return self._base + self._at

    @property
    def left(self) -> int:
        """How many bytes follow."""
        return self._source.size - self.offset

    def _fill(self, count: int) -> None:
        """Have `count` bytes in the window."""
        if len(self._buffer) - self._at >= count:
            return
        self._base += self._at
        self._at = 0
        self._buffer = self._source.read_at(self._base, max(count, _WINDOW))
        if len(self._buffer) < count:
            raise BrokenError("truncated", "the file ends inside its header")

    def number(self, kind: str) -> int | float:
        """Read one number, named as `struct` names it."""
        size = struct.calcsize(f"={kind}")
        self._fill(size)
        value: int | float = struct.unpack_from(
            self.order + kind, self._buffer, self._at
        )[0]
        self._at += size
        return value

    def whole(self, kind: str) -> int:
        """Read one whole number."""
        return int(self.number(kind))

    def text(self, bound: int) -> tuple[bytes, int]:
        """Read a string; give at most `bound` bytes of it, and its length."""
        length = self.whole(self.long)
        if length > self.left:
            raise BrokenError(
                "out-of-bounds",
                f"a text of {length} bytes, where {self.left} are left",
            )
        kept = min(length, bound)
        self._fill(kept)
        data = self._buffer[self._at : self._at + kept]
        self._at += length
        return data, length

    def skip(self, count: int) -> None:
        """Pass over bytes."""
        if count > self.left:
            raise BrokenError(
                "out-of-bounds", f"{count} bytes, where {self.left} are left"
            )
        self._at += count

    def skip_texts(self, count: int) -> None:
        """Pass over strings, without making anything of them.

        A vocabulary has some hundred thousand, so the loop does nothing but add up
        lengths; that a step went beyond the window or the file shows at the next.
        """
        reader = struct.Struct(self.order + self.long)
        unpack, size = reader.unpack_from, reader.size
        if count * size > self.left:
            raise BrokenError(
                "count-mismatch", f"{count} texts, where {self.left} bytes are left"
            )
        while count:
            self._fill(size)
            buffer, at = self._buffer, self._at
            try:
                while count:
                    at += size + unpack(buffer, at)[0]
                    count -= 1
            except (struct.error, OverflowError):
                pass
            self._at = at
            if self.left < 0:
                raise BrokenError(
                    "out-of-bounds", "a text in a list goes beyond the file"
                )
