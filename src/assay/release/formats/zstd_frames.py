"""Zstandard frames, decoded in plain Python.

So it says the same on every machine; what takes too many steps is a gap.
Source: RFC 8878, section 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from assay.release.formats.xxhash import xxh64
from assay.release.formats.zstd_block import MAX_BLOCK_BYTES, BlockState, decode_block

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["frames"]

_MAGIC = b"\x28\xb5\x2f\xfd"
# The longest reach of references that the reference program accepts unasked.
_MAX_WINDOW = 128 << 20
# How far beyond the window the past is kept before it is cut.
_SLACK = 1 << 20
_RAW, _REPEATED, _COMPRESSED = 0, 1, 2


def frames(journal: Journal) -> Steps:
    """Decode frame after frame until something else follows."""
    any_frame = False
    while True:
        magic = yield PEEK
        if magic == _MAGIC:
            yield from _Frame(journal).steps()
        elif is_skippable(magic):
            head = yield 8
            yield from journal.skip(int.from_bytes(head[4:], "little"))
        elif any_frame:
            return
        else:
            raise Stopped("malformed", f"expected a frame, found {magic.hex()}")
        any_frame = True


class _Frame:
    """One frame and what it says of itself."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._state = BlockState()
        self._window = 0
        self._size: int | None = None
        self._summed = False
        self._total = 0
        self._content: bytearray | None = bytearray()

    def steps(self) -> Steps:
        yield from self._header()
        last = False
        while not last:
            head = int.from_bytes((yield 3), "little")
            last = bool(head & 1)
            yield from self._block(head >> 1 & 3, head >> 3)
        if self._summed:
            stated = int.from_bytes((yield 4), "little")
            if self._content is not None:
                self._journal.pay(len(self._content) // 8)
                if xxh64(bytes(self._content)) & 0xFFFFFFFF != stated:
                    self._journal.note("bad-checksum", "of the content of a frame")
        if self._size is not None and self._size != self._total:
            self._journal.note(
                "header-mismatch",
                f"expected {self._size} bytes, found {self._total}",
            )

    def _header(self) -> Steps:
        yield 4
        self._journal.pay(FRAME_STEPS)
        flags = (yield 1)[0]
        single = flags >> 5 & 1
        self._summed = bool(flags & 4)
        if not self._summed:
            self._content = None
        dictionary = (0, 1, 2, 4)[flags & 3]
        sized = (single, 2, 4, 8)[flags >> 6]
        rest = yield from _exactly(1 - single + dictionary + sized)
        if not single:
            base = 1 << 10 + (rest[0] >> 3)
            self._window = base + base // 8 * (rest[0] & 7)
        at = 1 - single
        name = int.from_bytes(rest[at : at + dictionary], "little")
        if sized:
            size = int.from_bytes(rest[at + dictionary :], "little")
            self._size = size + 256 if sized == 2 else size
        if single:
            self._window = self._size or 0
        if flags & 8:
            raise Stopped("malformed", "expected a frame, found a reserved bit set")
        if name:
            raise Stopped(BEYOND, "a zstd frame that needs a dictionary from elsewhere")
        if self._window > _MAX_WINDOW:
            reason = f"a zstd frame that refers back over {self._window} bytes"
            raise Stopped(BEYOND, reason)

    def _block(self, kind: int, size: int) -> Steps:
        wanted = 1 if kind == _REPEATED else size
        if kind > _COMPRESSED or (kind == _COMPRESSED and size > MAX_BLOCK_BYTES):
            raise Stopped("malformed", f"expected a block, found type {kind}")
        data = yield from _exactly(wanted)
        out, wrong = self._state.out, None
        before = len(out)
        if kind == _RAW:
            out += data
        elif kind == _REPEATED:
            out += data * size
        else:
            try:
                decode_block(self._state, data)
            except Stopped as stop:
                wrong = stop
        new = bytes(out[before:])
        if len(out) > self._window + _SLACK:
            del out[: len(out) - self._window]
        self._keep(new)
        yield new
        steps, self._state.steps = self._state.steps, 0
        self._journal.pay(steps + BLOCK_STEPS)
        if wrong is not None:
            raise wrong

    def _keep(self, new: bytes) -> None:
        """Count some output, and hold what the checksum will be taken of."""
        self._total += len(new)
        if self._content is not None:
            self._content += new
            if len(self._content) > CHECKED_BYTES:
                self._content = None


def _exactly(count: int) -> Generator[int | bytes, bytes, bytes]:
    """Read bytes, none when none are wanted."""
    return (yield count) if count else b""
