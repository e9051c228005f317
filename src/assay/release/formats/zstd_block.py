"""Compressed blocks of Zstandard: literals, and sequences that copy what came before.

Source: RFC 8878, sections 3.1.1.3 to 3.1.1.5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from assay.release.formats.zstd_entropy import (
    Backward,
    Fse,
    Huffman,
    broken,
    build,
    read_fse,
    read_huffman,
)

__all__ = ["MAX_BLOCK_BYTES", "BlockState", "decode_block"]

MAX_BLOCK_BYTES = 128 * 1024

_LITERAL_BASES = (
    *range(16),
    *(16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512, 1024),
    *(2048, 4096, 8192, 16384, 32768, 65536),
)
_LITERAL_BITS = (
    *(0,) * 16,
    *(1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
)
_MATCH_BASES = (
    *range(3, 35),
    *(35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515),
    *(1027, 2051, 4099, 8195, 16387, 32771, 65539),
)
_MATCH_BITS = (
    *(0,) * 32,
    *(1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
)
_MAX_OFFSET_CODE = 31


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of the three codes of sequences: bounds, and the shares when none come."""

    max_log: int
    symbols: int
    log: int
    shares: tuple[int, ...]


_LITERALS = _Kind(
    9,
    36,
    6,
    (4, 3, *(2,) * 11, 1, 1, 1, *(2,) * 9, 3, 2, *(1,) * 5, *(-1,) * 4),
)
_OFFSETS = _Kind(
    8,
    _MAX_OFFSET_CODE + 1,
    5,
    (*(1,) * 6, 2, 2, 2, *(1,) * 15, *(-1,) * 5),
)
_MATCHES = _Kind(
    9,
    53,
    6,
    (1, 4, 3, *(2,) * 6, *(1,) * 37, *(-1,) * 7),
)
# As the modes stand in their byte, from its highest bits.
_KINDS = (_LITERALS, _OFFSETS, _MATCHES)


@cache
def _predefined(kind: _Kind) -> Fse:
    return build(list(kind.shares), kind.log)


@dataclass(slots=True)
class BlockState:
    """What blocks of a frame leave to the next one.

    Attributes:
        out: What was decoded last, as far back as references may go.
        huffman: The last tree of literals.
        tables: The last tables of literal lengths, offsets and match lengths.
        offsets: The three distances used last.
        steps: Work done, in steps of about half a microsecond.
    """

    out: bytearray = field(default_factory=bytearray)
    huffman: Huffman | None = None
    tables: list[Fse | None] = field(default_factory=lambda: [None, None, None])
    offsets: list[int] = field(default_factory=lambda: [1, 4, 8])
    steps: int = 0


def decode_block(state: BlockState, data: bytes) -> None:
    """Decode one compressed block behind what the state holds.

    Raises:
        Stopped: It breaks its format; what came before that is in `state.out`.
    """
    literals, used = _literals(state, data)
    bound = len(state.out) + MAX_BLOCK_BYTES
    taken = _sequences(state, data[used:], literals, bound)
    rest = literals[taken:]
    state.out += rest[: bound - len(state.out)]
    if len(state.out) == bound and len(rest) > bound:
        raise broken("expected at most 128 KiB in a block")


def _literals(state: BlockState, data: bytes) -> tuple[bytes, int]:
    """Decode the section of literals; give them and how many bytes it takes."""
    head = int.from_bytes(data[:5], "little")
    kind, form = head & 3, head >> 2 & 3
    if kind < 2:
        skip, shift, width = ((1, 3, 5), (2, 4, 12), (1, 3, 5), (3, 4, 20))[form]
        size = head >> shift & (1 << width) - 1
        stored = size if kind == 0 else 1
        if skip + stored > len(data) or size > MAX_BLOCK_BYTES:
            raise broken(f"expected {size} literals in a block, which do not fit")
        found = data[skip : skip + stored]
        return found if kind == 0 else found * size, skip + stored
    skip, width = ((3, 10), (3, 10), (4, 14), (5, 18))[form]
    size = head >> 4 & (1 << width) - 1
    stored = head >> 4 + width & (1 << width) - 1
    if skip + stored > len(data) or size > MAX_BLOCK_BYTES:
        raise broken(f"expected {size} literals in a block, which do not fit")
    packed = data[skip : skip + stored]
    if kind == 2:
        state.huffman, tree = read_huffman(packed)
        state.steps += 200
        packed = packed[tree:]
    if state.huffman is None:
        raise broken("expected a Huffman tree, found none in the frame")
    state.steps += size // 3
    return _streams(state.huffman, packed, size, single=form == 0), skip + stored


def _streams(huffman: Huffman, data: bytes, size: int, *, single: bool) -> bytes:
    if single:
        return huffman.decode(data, size)
    share = (size + 3) // 4
    ends = [6]
    for at in (0, 2, 4):
        ends.append(ends[-1] + int.from_bytes(data[at : at + 2], "little"))
    if ends[-1] >= len(data) or size < 3 * share:
        raise broken("expected four streams of literals, which do not fit")
    ends.append(len(data))
    counts = (share, share, share, size - 3 * share)
    return b"".join(
        huffman.decode(data[start:end], count)
        for start, end, count in zip(ends, ends[1:], counts, strict=False)
    )


def _sequences(state: BlockState, data: bytes, literals: bytes, bound: int) -> int:
    """Carry out the sequences; give how many literals they took."""
    if not data:
        raise broken("expected a section of sequences, found the end")
    count, at = data[0], 1
    if count == 255:
        count, at = int.from_bytes(data[1:3], "little") + 0x7F00, 3
    elif count >= 128:
        count, at = (count - 128 << 8) + int.from_bytes(data[1:2], "little"), 2
    if not count:
        return 0
    modes = data[at] if at < len(data) else 0
    at += 1
    tables: list[Fse] = []
    for index, kind in enumerate(_KINDS):
        mode = modes >> 6 - 2 * index & 3
        table, used = _table(data[at : at + 512], kind, mode, state.tables[index])
        state.tables[index] = table
        state.steps += 2 << table.log if mode == 2 else 5
        tables.append(table)
        at += used
    return _Run(state, tables, literals, bound).carry_out(Backward(data[at:]), count)


def _table(data: bytes, kind: _Kind, mode: int, last: Fse | None) -> tuple[Fse, int]:
    if mode == 0:
        return _predefined(kind), 0
    if mode == 1:
        if not data or data[0] >= kind.symbols:
            raise broken("expected a code for all sequences, found none")
        return Fse(0, [data[0]], [0], [0]), 1
    if mode == 2:
        return read_fse(data, kind.max_log, kind.symbols)
    if last is None:
        raise broken("expected a table of codes, found none in the frame")
    return last, 0


@dataclass(slots=True)
class _Run:
    """The sequences of one block on their way."""

    state: BlockState
    tables: list[Fse]
    literals: bytes
    bound: int

    def carry_out(self, bits: Backward, count: int) -> int:
        literal, offset, match = self.tables
        one, two, three = (bits.read(table.log) for table in self.tables)
        out, taken = self.state.out, 0
        for index in range(count):
            self.state.steps += 5
            code = offset.symbols[two]
            distance = (1 << code) + bits.read(code)
            code = match.symbols[three]
            length = _MATCH_BASES[code] + bits.read(_MATCH_BITS[code])
            code = literal.symbols[one]
            copied = _LITERAL_BASES[code] + bits.read(_LITERAL_BITS[code])
            if bits.left < 0 or taken + copied > len(self.literals):
                raise broken("expected a sequence, found the end")
            if len(out) + copied + length > self.bound:
                raise broken("expected at most 128 KiB in a block")
            out += self.literals[taken : taken + copied]
            taken += copied
            self._copy(self._distance(distance, bare=not copied), length)
            if index < count - 1:
                one = literal.bases[one] + bits.read(literal.bits[one])
                three = match.bases[three] + bits.read(match.bits[three])
                two = offset.bases[two] + bits.read(offset.bits[two])
        if bits.left:
            raise broken("expected the sequences to end with their bits")
        return taken

    def _distance(self, value: int, *, bare: bool) -> int:
        """Turn a value into a distance; small ones repeat those used before."""
        last = self.state.offsets
        if value > 3:
            distance = value - 3
            last[:] = [distance, last[0], last[1]]
            return distance
        at = value - 1 + bare
        if at == 3:
            distance = last[0] - 1
            last[:] = [distance, last[0], last[1]]
            return distance
        distance = last.pop(at)
        last.insert(0, distance)
        return distance

    def _copy(self, distance: int, length: int) -> None:
        out = self.state.out
        start = len(out) - distance
        if distance <= 0 or start < 0:
            raise broken(f"expected a distance up to {len(out)}, found {distance}")
        if distance >= length:
            out += out[start : start + length]
        else:
            out += (out[start:] * (length // distance + 1))[:length]
