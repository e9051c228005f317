"""LZ4 frames, old ones too, decoded in plain Python.

joblib writes them, and loaders open them without a question. Sources: LZ4 Frame Format
Description 1.6.4 and LZ4 Block Format Description of the lz4 project.
"""

from __future__ import annotations

from assay.release.formats.framed import (
    BEYOND,
    BLOCK_STEPS,
    CHECKED_BYTES,
    FRAME_STEPS,
    PEEK,
    Journal,
    Steps,
    Stopped,
    is_skippable,
)
from assay.release.formats.xxhash import xxh32

__all__ = ["frames"]

_MAGIC = b"\x04\x22\x4d\x18"
_LEGACY = b"\x02\x21\x4c\x18"
_WINDOW = 65_536
_LEGACY_BLOCK = 8 << 20
_RAW = 0x8000_0000
_MIN_MATCH = 4
# Bits of the descriptor's first byte.
_INDEPENDENT, _BLOCK_SUMS, _SIZED, _SUMMED, _DICTIONARY = 32, 16, 8, 4, 1


def frames(journal: Journal) -> Steps:
    """Decode frame after frame until something else follows."""
    any_frame = False
    while True:
        magic = yield PEEK
        if magic == _MAGIC:
            yield from _Frame(journal).steps()
        elif magic == _LEGACY:
            yield from _legacy(journal)
        elif is_skippable(magic):
            head = yield 8
            yield from journal.skip(int.from_bytes(head[4:], "little"))
        elif any_frame:
            return
        else:
            raise Stopped("malformed", f"expected a frame, found {magic.hex()}")
        any_frame = True


def _legacy(journal: Journal) -> Steps:
    yield 4
    while True:
        size = yield PEEK
        if len(size) < 4 or size in (_MAGIC, _LEGACY) or is_skippable(size):
            return
        stored = int.from_bytes(size, "little")
        if stored > _LEGACY_BLOCK + _LEGACY_BLOCK // 255 + 16:
            # Whatever follows is no block.
            return
        yield 4
        data = b""
        if stored:
            data = yield stored
        out = bytearray()
        count, wrong = decode_block(data, out, _LEGACY_BLOCK)
        yield bytes(out)
        journal.pay(count + BLOCK_STEPS)
        if wrong:
            raise Stopped("malformed", wrong)


class _Frame:
    """One frame and what it says of itself."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._flags = 0
        self._bound = 0
        self._size: int | None = None
        # The last 64 KiB, to which a block may refer.
        self._history = bytearray()
        self._total = 0
        self._content: bytearray | None = None

    def steps(self) -> Steps:
        yield from self._descriptor()
        while True:
            head = yield 4
            size = int.from_bytes(head, "little")
            if not size:
                break
            yield from self._block(size & ~_RAW, raw=bool(size & _RAW))
        if self._flags & _SUMMED:
            stated = int.from_bytes((yield 4), "little")
            if self._content is not None:
                self._journal.pay(len(self._content) // 8)
                if xxh32(bytes(self._content)) != stated:
                    self._journal.note("bad-checksum", "of the content of a frame")
        if self._size is not None and self._size != self._total:
            self._journal.note(
                "header-mismatch",
                f"expected {self._size} bytes, found {self._total}",
            )

    def _descriptor(self) -> Steps:
        yield 4
        self._journal.pay(FRAME_STEPS)
        fixed = yield 2
        self._flags = fixed[0]
        kind = fixed[1] >> 4 & 7
        if self._flags >> 6 != 1 or kind < 4:
            raise Stopped("malformed", f"expected a frame, found flags {fixed.hex()}")
        self._bound = 1 << 2 * kind + 8
        wanted = bool(self._flags & _SIZED) * 8 + (self._flags & _DICTIONARY) * 4
        rest = (yield wanted) if wanted else b""
        check = yield 1
        if xxh32(fixed + rest) >> 8 & 0xFF != check[0]:
            self._journal.note("bad-checksum", "of the header of a frame")
        if self._flags & _SIZED:
            self._size = int.from_bytes(rest[:8], "little")
        if self._flags & _DICTIONARY:
            raise Stopped(BEYOND, "an LZ4 frame that needs a dictionary from elsewhere")
        self._content = bytearray() if self._flags & _SUMMED else None

    def _block(self, stored: int, *, raw: bool) -> Steps:
        if stored > self._bound:
            raise Stopped(
                "malformed",
                f"expected at most {self._bound} bytes in a block, found {stored}",
            )
        data = (yield stored) if stored else b""
        if self._flags & _BLOCK_SUMS:
            stated = int.from_bytes((yield 4), "little")
            self._journal.pay(stored // 8)
            if xxh32(data) != stated:
                self._journal.note("bad-checksum", "of a block")
        before = len(self._history)
        wrong, count = "", 0
        if raw:
            self._history += data
        else:
            count, wrong = decode_block(data, self._history, before + self._bound)
        new = bytes(self._history[before:])
        keep = 0 if self._flags & _INDEPENDENT else _WINDOW
        del self._history[: max(len(self._history) - keep, 0)]
        self._keep(new)
        yield new
        self._journal.pay(count + BLOCK_STEPS)
        if wrong:
            raise Stopped("malformed", wrong)

    def _keep(self, new: bytes) -> None:
        """Count some output, and hold what the checksum will be taken of."""
        self._total += len(new)
        if self._content is not None:
            self._content += new
            if len(self._content) > CHECKED_BYTES:
                self._content = None


def decode_block(data: bytes, out: bytearray, bound: int) -> tuple[int, str]:
    """Decode one block behind what `out` holds already.

    Returns:
        How many sequences were taken, and what is wrong with the next, if anything.
    """
    position, count = 0, 0
    while position < len(data):
        token = data[position]
        position += 1
        count += 1
        length = token >> 4
        if length == 15:
            more, position = _length(data, position)
            length += more
        end = position + length
        if end > len(data) or len(out) + length > bound:
            out += data[position : position + max(min(length, bound - len(out)), 0)]
            return count, f"expected {length} literals, which do not fit"
        out += data[position:end]
        if end == len(data):
            break
        offset = int.from_bytes(data[end : end + 2], "little")
        position = end + 2
        length = token & 15
        if length == 15:
            more, position = _length(data, position)
            length += more
        wrong = _copy(out, offset, length + _MIN_MATCH, bound)
        if wrong:
            return count, wrong
    return count, ""


def _length(data: bytes, position: int) -> tuple[int, int]:
    """Read the bytes that make a length longer than fifteen."""
    length = 0
    while position < len(data):
        byte = data[position]
        position += 1
        length += byte
        if byte != 255:
            break
    return length, position


def _copy(out: bytearray, offset: int, length: int, bound: int) -> str:
    start = len(out) - offset
    if not offset or start < 0:
        return f"expected a distance up to {len(out)}, found {offset}"
    if len(out) + length > bound:
        return f"expected a block of at most {bound} bytes, found more"
    if offset >= length:
        out += out[start : start + length]
    else:
        out += (out[start:] * (length // offset + 1))[:length]
    return ""
