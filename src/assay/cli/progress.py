"""How far a long reading has come: drawn on a terminal, told now and then elsewhere.

All of it goes to standard error, so that no result is mixed with it. `--quiet` silences
it. A run that is over within seconds says nothing where nobody looks at it.
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from assay.cli.output import harmless, on_terminal, terminal_width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assay.release import Progress

__all__ = ["Watch", "watched"]

_CLEAR = "\r\x1b[2K"
# Between two drawings on a terminal.
_DRAW_SECONDS = 0.1
# Until the first line elsewhere, and between it and the next: a log of an hour's work
# has a hundred lines of it.
_FIRST_SECONDS = 10.0
_NEXT_SECONDS = 30.0
# Before a rate is worth telling.
_GUESS_SECONDS = 0.5
# What a name keeps when the terminal has no room for all.
_LABEL_COLUMNS = 30


class Watch:
    """Shows the progress that it is called with."""

    def __init__(
        self, *, terminal: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._terminal = terminal
        self._clock = clock
        self._label = ""
        self._started = clock()
        self._next = self._started + (0 if terminal else _FIRST_SECONDS)

    def begin(self, label: str) -> None:
        """Say what is read from now on, when there is more than one thing to read."""
        self._label = harmless(label)
        self._started = self._clock()
        if self._terminal:
            self._draw([])

    def __call__(self, progress: Progress) -> None:
        """Show how far the reading is, unless that was shown just now."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + (_DRAW_SECONDS if self._terminal else _NEXT_SECONDS)
        parts = _parts(progress, max(now - self._started, 1e-6))
        if self._terminal:
            self._draw(parts)
        else:
            label = (self._label,) if self._label else ()
            self._write("  ".join((*label, *parts)) + "\n")

    def clear(self) -> None:
        """Take the line away, before others are written."""
        if self._terminal:
            self._write(_CLEAR)

    def _draw(self, parts: list[str]) -> None:
        # One column less than there are: a full line would wrap, and stay.
        width = terminal_width() - 1
        label = _shortened(self._label, _LABEL_COLUMNS)
        # Of what there is no room for, how many bytes there are is missed the least.
        while parts and len("  ".join((label, *parts))) > width:
            parts.pop(1 if len(parts) > 1 else 0)
        rest = "  ".join(parts)
        label = _shortened(self._label, width - (len(rest) + 2 if rest else 0))
        self._write(_CLEAR + "  ".join(filter(None, (label, rest))))

    def _write(self, text: str) -> None:
        """Write, or be silent from now on: no reading fails for want of a listener."""
        try:
            click.echo(text, nl=False, err=True)
        except OSError:
            self._next = math.inf


@contextmanager
def watched(*, quiet: bool) -> Iterator[Watch | None]:
    """Show progress on standard error while files are read."""
    if quiet:
        yield None
        return
    watch = Watch(terminal=on_terminal(err=True))
    try:
        yield watch
    finally:
        watch.clear()


def _parts(progress: Progress, seconds: float) -> list[str]:
    rate = progress.bytes_done / seconds
    left = (progress.bytes_total - progress.bytes_done) / max(rate, 1.0)
    share = progress.bytes_done * 100 // max(progress.bytes_total, 1)
    parts = [
        f"reading {share:3d} %",
        f"{progress.bytes_done / 1e9:.2f} of {progress.bytes_total / 1e9:.2f} GB",
    ]
    # The first instants tell nothing of the rest.
    if seconds >= _GUESS_SECONDS:
        parts += [f"{rate / 1e6:.0f} MB/s", f"{left:.0f} s left"]
    return parts


def _shortened(label: str, width: int) -> str:
    """Cut the middle out: which of how many stands in front, the name at the end."""
    if len(label) <= width:
        return label
    tail = max(width - 3, 0) // 2
    return f"{label[: max(width - 3 - tail, 0)]}...{label[len(label) - tail :]}"
