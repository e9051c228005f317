"""Streams that our own code decodes: LZ4 and Zstandard, block by block.

A decoder is a generator. It yields how many bytes it wants next, `PEEK` for a look at
the next four, a negative number for bytes to be passed over, or some output; what it
wanted is sent to it. So it never holds more than a block of its input.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

__all__ = [
    "BEYOND",
    "BLOCK_STEPS",
    "CHECKED_BYTES",
    "FRAME_STEPS",
    "PEEK",
    "Framed",
    "Journal",
    "Steps",
    "Stopped",
    "is_skippable",
]

Steps = Generator[int | bytes, bytes, None]

PEEK = 0
_PEEKED_BYTES = 4
# Beyond what is decoded here: a gap, and no problem of the data.
BEYOND = "too-large"
# What the standard library inflates in the time of a step: one bound holds for both.
_STEP_BYTES = 256
# Skippable frames and problems of one stream that are kept.
_MAX_NOTES = 64
# What a block and a frame cost, however little is in them.
BLOCK_STEPS, FRAME_STEPS = 4, 12
# Content up to this size is compared with its checksum: some eight megabytes a second.
CHECKED_BYTES = 4 << 20


class Stopped(ValueError):  # noqa: N818 - a state of the data, not an error of ours
    """A stream that goes no further; all output before that was given.

    Attributes:
        kind: Kind of problem, or `BEYOND`.
    """

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind


@dataclass(slots=True)
class Journal:
    """What a decoder meets beside its output.

    Attributes:
        spend: Takes bytes off what a file may expand to; tells whether any are left.
        at: Offset of the next byte of input.
        problems: Kind, detail and offset of what is wrong and stops nothing.
        hidden: Offset and length of data that decoders pass over.
    """

    spend: Callable[[int], bool]
    at: int = 0
    problems: list[tuple[str, str, int]] = field(default_factory=list)
    hidden: list[tuple[int, int]] = field(default_factory=list)

    def note(self, kind: str, detail: str) -> None:
        """Keep a problem that stops nothing."""
        if len(self.problems) < _MAX_NOTES:
            self.problems.append((kind, detail, self.at))

    def pay(self, steps: int) -> None:
        """Take steps of about half a microsecond off the bound.

        Raises:
            Stopped: There are none left.
        """
        if not self.spend(steps * _STEP_BYTES):
            raise Stopped(BEYOND, "takes longer to decode than one file is given")

    def skip(self, length: int) -> Steps:
        """Pass over the user data of a skippable frame; its magic was peeked at."""
        if len(self.hidden) < _MAX_NOTES:
            self.hidden.append((self.at, length))
        self.pay(FRAME_STEPS)
        yield -length


def is_skippable(magic: bytes) -> bool:
    """Tell a frame of user data, which LZ4 and Zstandard have in common."""
    return len(magic) == _PEEKED_BYTES and (
        magic[1:] == b"\x2a\x4d\x18" and magic[0] & 0xF0 == 0x50
    )


class Framed:
    """Feeds a decoder; a `Decompressor` to those who use it."""

    def __init__(self, journal: Journal, steps: Steps) -> None:
        self._journal = journal
        self._steps = steps
        self._buffer = bytearray()
        self._ready: bytes = b""
        self._stop: Stopped | None = None
        self._over = False
        self._last = False
        self._wanted = 0
        # Whether the decoder gave output last, and wants nothing for it.
        self._resting = True
        self._pump()

    @property
    def eof(self) -> bool:
        """Whether the last frame has ended."""
        return self._over and not self._ready

    @property
    def unused(self) -> bytes:
        """Input behind the end of the last frame."""
        return bytes(self._buffer)

    @property
    def hungry(self) -> bool:
        """Whether it needs input to go on."""
        idle = not (self._ready or self._over or self._stop)
        return idle and not self._satisfied()

    def feed(self, data: bytes) -> bytes:
        """Give some output for more input; `b""` says that there is no more.

        Raises:
            Stopped: The stream goes no further.
        """
        if not data and self.hungry:
            self._last = True
        self._buffer += data
        self._pump()
        ready, self._ready = self._ready, b""
        if not ready and self._stop is not None:
            raise self._stop
        # On to the next output, so that it is known whether input is wanted for it.
        self._pump()
        return ready

    def _pump(self) -> None:
        """Go on to the next output, as far as the input reaches."""
        while not (self._ready or self._over or self._stop) and self._satisfied():
            self._give()

    def _satisfied(self) -> bool:
        """Tell whether the decoder can go on with what is here."""
        if self._resting:
            return True
        have = len(self._buffer)
        if self._wanted > PEEK:
            return have >= self._wanted
        if self._wanted == PEEK:
            return have >= _PEEKED_BYTES or self._last
        return bool(have)

    def _give(self) -> None:
        if self._resting:
            self._send(None)
            return
        if self._wanted == PEEK:
            self._send(bytes(self._buffer[:_PEEKED_BYTES]))
            return
        count = min(abs(self._wanted), len(self._buffer))
        taken = bytes(self._buffer[:count]) if self._wanted > 0 else b""
        del self._buffer[:count]
        self._journal.at += count
        if self._wanted < 0 and count < -self._wanted:
            self._wanted += count
        else:
            self._send(taken)

    def _send(self, data: bytes | None) -> None:
        try:
            step = next(self._steps) if data is None else self._steps.send(data)
        except StopIteration:
            self._over = True
        except Stopped as stop:
            self._stop = stop
        else:
            if isinstance(step, int):
                self._wanted, self._resting = step, False
            else:
                self._ready, self._resting = step, True
