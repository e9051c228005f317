"""What opcodes come next, as far as they only build data: one byte for each."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from assay.release.formats import pickle_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.release.source import ByteSource

__all__ = ["LONGEST_OPCODE", "Ahead", "look_ahead"]

_WINDOW_BYTES = 1 << 18
# Bytes of the stream between two places whose opcode is known by number.
_PIECE_BYTES = 1 << 10
# The longest opcode that the patterns match takes less than this.
LONGEST_OPCODE = 600
_FRAME = pickle_tokens.FRAME[0]
_FRAME_BYTES = 9
_BINUNICODE = 0x58
_LENGTH_BYTES = 5
_UNMATCHED = (_FRAME, _BINUNICODE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A run of opcodes that do nothing but build data.

    Attributes:
        source: Where it lies.
        number: How many opcodes of the stream come before it.
        names: The first byte of each opcode.
        numbers: Opcodes of the run whose offset is known, the first of all first.
        offsets: Their offsets; the last is that behind the run.
    """

    source: ByteSource
    number: int
    names: bytes
    numbers: list[int]
    offsets: list[int]

    def offset_of(self, number: int) -> int:
        """Give the offset of an opcode of the run, or that behind the last."""
        known = bisect_right(self.numbers, number) - 1
        offset = self.offsets[known]
        missing = number - self.numbers[known]
        if not missing:
            return offset
        data = self.source.read_at(offset, _PIECE_BYTES + LONGEST_OPCODE)
        opcodes = pickle_tokens.opcode_names().finditer(data)
        last = next(islice(opcodes, missing - 1, None), None)
        # There is one: the same bytes were matched when the run was read.
        return offset if last is None else offset + last.end()

    def memo_uses(self, start: int, end: int) -> list[bytes]:
        """Give each PUT and GET with its index, from one opcode to another."""
        pattern = pickle_tokens.memo_uses()
        found: list[bytes] = []
        for first, beyond in self._pieces(self.offset_of(start), self.offset_of(end)):
            data = self.source.read_at(first, beyond - first)
            found += pattern.findall(data)
            while found and not found[-1]:
                found.pop()
        return found

    def _pieces(self, first: int, end: int) -> Iterator[tuple[int, int]]:
        """Give stretches between two offsets that the patterns match without a gap."""
        while first < end:
            known = bisect_right(self.offsets, first)
            beyond = min(self.offsets[known], end)
            # An opcode that no pattern matches stands alone between two offsets.
            number = self.numbers[known - 1]
            alone = self.numbers[known] - number == 1
            if not alone or self.names[number] not in _UNMATCHED:
                yield first, beyond
            first = beyond


def look_ahead(source: ByteSource, offset: int, number: int, most: int) -> Ahead:
    """Name the opcodes from `offset` on, until one does more than build data.

    Args:
        source: The stream.
        offset: Where its next opcode is.
        number: How many opcodes came before.
        most: Opcodes after which it may end.
    """
    reader = _Reader(source, offset)
    reader.read(most)
    return Ahead(
        source=source,
        number=number,
        names=b"".join(reader.names),
        numbers=reader.numbers,
        offsets=reader.offsets,
    )


class _Reader:
    """Names opcodes piece by piece."""

    def __init__(self, source: ByteSource, offset: int) -> None:
        self._source = source
        self._base = offset
        self._window = source.read_at(offset, _WINDOW_BYTES)
        self._position = 0
        self._count = 0
        self.names: list[bytes] = []
        self.numbers = [0]
        self.offsets = [offset]

    def read(self, most: int) -> None:
        while self._count < most:
            if len(self._window) - self._position < LONGEST_OPCODE:
                self._slide()
            if not self._piece() and not self._unmatched():
                return

    def _slide(self) -> None:
        self._base += self._position
        self._position = 0
        self._window = self._source.read_at(self._base, _WINDOW_BYTES)

    def _piece(self) -> bool:
        """Name the opcodes that the patterns match, about a piece of them."""
        start, window = self._position, self._window
        # A piece that is shorter than an opcode would seem to end the run.
        stop = start + _PIECE_BYTES
        match = pickle_tokens.run().match(window, start, stop)
        end = start if match is None else match.end()
        if end == start:
            return False
        names = pickle_tokens.opcode_names().findall(window, start, end)
        self._add(b"".join(names), end)
        return True

    def _unmatched(self) -> bool:
        """Name an opcode of data that no pattern matches: its length is too large."""
        head = self._window[self._position : self._position + _FRAME_BYTES]
        left = self._source.size - self._base - self._position
        if len(head) < _LENGTH_BYTES:
            return False
        if head[0] == _FRAME and len(head) == _FRAME_BYTES:
            if int.from_bytes(head[1:], "little") > left - _FRAME_BYTES:
                return False
            taken = _FRAME_BYTES
        elif head[0] == _BINUNICODE:
            taken = _LENGTH_BYTES + int.from_bytes(head[1:_LENGTH_BYTES], "little")
            if taken > left:
                return False
        else:
            return False
        self._add(head[:1], self._position + taken)
        return True

    def _add(self, names: bytes, position: int) -> None:
        self.names.append(names)
        self._count += len(names)
        self._position = position
        if position > len(self._window):
            self._slide()
        self.numbers.append(self._count)
        self.offsets.append(self._base + self._position)
