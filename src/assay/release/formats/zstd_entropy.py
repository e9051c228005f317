"""The two codes of Zstandard: finite state entropy, and Huffman.

Source: RFC 8878, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass

from assay.release.formats.framed import Stopped

__all__ = [
    "Backward",
    "Fse",
    "Huffman",
    "broken",
    "build",
    "read_fse",
    "read_huffman",
]

# Tables take some hundred bytes; a description never looks further.
_MAX_TABLE_BYTES = 512
_MAX_WEIGHTS = 255
_MAX_CODE_BITS = 11
_WEIGHTS_LOG = 6
_REFILL_BYTES = 6


def broken(detail: str) -> Stopped:
    """Make the end of a stream that breaks its format."""
    return Stopped("malformed", detail)


class Backward:
    """Bits read from the end of some bytes to their beginning."""

    __slots__ = ("_data", "left")

    def __init__(self, data: bytes) -> None:
        if not data or not data[-1]:
            raise broken("expected a last bit that is set in a stream of codes")
        self._data = data
        # Bits not read yet; below zero when more were read than there are.
        self.left = 8 * len(data) - 9 + data[-1].bit_length()

    def read(self, count: int) -> int:
        """Give the next bits, as if zeros stood before the first."""
        self.left -= count
        at = self.left
        if at < 0:
            have = count + at
            if have <= 0:
                return 0
            return (int.from_bytes(self._data[:8], "little") & (1 << have) - 1) << -at
        chunk = int.from_bytes(self._data[at >> 3 : (at >> 3) + 8], "little")
        return chunk >> (at & 7) & (1 << count) - 1


@dataclass(frozen=True, slots=True)
class Fse:
    """A decoding table: by state the symbol, the bits to read, and where to go."""

    log: int
    symbols: list[int]
    bits: list[int]
    bases: list[int]


def build(shares: list[int], log: int) -> Fse:
    """Make the table of a distribution (section 4.1.1)."""
    size = 1 << log
    symbols = [0] * size
    top = size - 1
    for symbol, share in enumerate(shares):
        if share == -1:
            symbols[top] = symbol
            top -= 1
    place, step = 0, (size >> 1) + (size >> 3) + 3
    for symbol, share in enumerate(shares):
        for _ in range(share):
            symbols[place] = symbol
            place = place + step & size - 1
            while place > top:
                place = place + step & size - 1
    counts = [abs(share) for share in shares]
    bits, bases = [0] * size, [0] * size
    for state, symbol in enumerate(symbols):
        count = counts[symbol]
        counts[symbol] += 1
        bits[state] = log - count.bit_length() + 1
        bases[state] = (count << bits[state]) - size
    return Fse(log, symbols, bits, bases)


def read_fse(data: bytes, max_log: int, max_symbols: int) -> tuple[Fse, int]:
    """Read the description of a table; give it and how many bytes it takes."""
    value = int.from_bytes(data[:_MAX_TABLE_BYTES], "little")
    log = (value & 15) + 5
    if log > max_log:
        raise broken(f"expected a table of at most {max_log} bits, found {log}")
    left, at = 1 << log, 4
    shares: list[int] = []
    while left > 0 and len(shares) < max_symbols:
        width = (left + 1).bit_length()
        short = (1 << width) - 2 - left
        read = value >> at & (1 << width) - 1
        low = read & (1 << width - 1) - 1
        if low < short:
            read = low
            at += width - 1
        else:
            at += width
            if read >= 1 << width - 1:
                read -= short
        share = read - 1
        shares.append(share)
        left -= abs(share)
        if not share:
            at = _zeros(value, at, shares, max_symbols)
    used = at + 7 >> 3
    if left or used > len(data) or len(shares) > max_symbols:
        raise broken("expected a distribution, found one that does not add up")
    return build(shares, log), used


def _zeros(value: int, at: int, shares: list[int], bound: int) -> int:
    """Read how many more symbols have no share."""
    while len(shares) < bound:
        more = value >> at & 3
        at += 2
        shares += [0] * more
        if more < 3:
            break
    return at


@dataclass(frozen=True, slots=True)
class Huffman:
    """A decoding table: by the next `width` bits the symbol and its own length."""

    width: int
    symbols: list[int]
    lengths: list[int]

    def decode(self, data: bytes, count: int) -> bytes:
        """Decode a stream of so many symbols (section 4.2.2)."""
        left = Backward(data).left
        at = len(data)
        # The padding and its first bit are masked away.
        window, have = 0, left - 8 * at
        out = bytearray(count)
        width, symbols, lengths = self.width, self.symbols, self.lengths
        mask = (1 << width) - 1
        for index in range(count):
            if have < width:
                size = min(_REFILL_BYTES, at)
                at -= size
                window = window << 8 * size | int.from_bytes(
                    data[at : at + size], "little"
                )
                have += 8 * size
                window &= (1 << max(have, 0)) - 1
            code = window >> have - width if have >= width else window << width - have
            code &= mask
            out[index] = symbols[code]
            have -= lengths[code]
            if have < 0:
                raise broken("expected more bits in a stream of literals")
        if have or at:
            raise broken("expected a stream of literals to end, found more bits")
        return bytes(out)


def read_huffman(data: bytes) -> tuple[Huffman, int]:
    """Read the description of a tree; give it and how many bytes it takes."""
    if not data:
        raise broken("expected a Huffman tree, found the end")
    size = data[0]
    if size < 128:
        weights = _packed_weights(data[1 : 1 + size])
    else:
        count = size - 127
        size = count + 1 >> 1
        pairs = data[1 : 1 + size]
        weights = [half for byte in pairs for half in (byte >> 4, byte & 15)][:count]
    if len(data) <= size:
        raise broken("expected a Huffman tree, found the end")
    return _tree(weights), size + 1


def _packed_weights(data: bytes) -> list[int]:
    table, used = read_fse(data, _WEIGHTS_LOG, 256)
    bits = Backward(data[used:])
    states = [bits.read(table.log), bits.read(table.log)]
    weights: list[int] = []
    turn = 0
    while len(weights) < _MAX_WEIGHTS:
        state = states[turn]
        weights.append(table.symbols[state])
        states[turn] = table.bases[state] + bits.read(table.bits[state])
        turn = 1 - turn
        if bits.left < 0:
            weights.append(table.symbols[states[turn]])
            return weights
    raise broken("expected at most 255 weights in a Huffman tree")


def _tree(weights: list[int]) -> Huffman:
    total = sum(1 << weight >> 1 for weight in weights)
    width = total.bit_length()
    rest = (1 << width) - total
    if (
        not 0 < width <= _MAX_CODE_BITS
        or rest & rest - 1
        or len(weights) > _MAX_WEIGHTS
    ):
        raise broken("expected a Huffman tree, found weights that do not add up")
    weights = [*weights, rest.bit_length()]
    symbols: list[int] = []
    lengths: list[int] = []
    for weight in range(1, width + 1):
        for symbol, own in enumerate(weights):
            if own == weight:
                symbols += [symbol] * (1 << weight - 1)
                lengths += [width + 1 - weight] * (1 << weight - 1)
    if len(symbols) != 1 << width:
        raise broken("expected a Huffman tree, found one that is not full")
    return Huffman(width, symbols, lengths)
