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
        self._label = f"{harmless(label)}  "
        self._started = self._clock()
        if self._terminal:
            self._draw("")

    def __call__(self, progress: Progress) -> None:
        """Show how far the reading is, unless that was shown just now."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + (_DRAW_SECONDS if self._terminal else _NEXT_SECONDS)
        text = _text(progress, max(now - self._started, 1e-6))
        if self._terminal:
            self._draw(text)
        else:
            self._write(f"{self._label}{text}\n")

    def clear(self) -> None:
        """Take the line away, before others are written."""
        if self._terminal:
            self._write(_CLEAR)

    def _draw(self, text: str) -> None:
        # One column less than there are: a full line would wrap, and stay.
        width = terminal_width() - 1
        line = f"{self._label}{text}"
        if len(line) > width:
            cut = max(width - len(text) - 5, 0)
            line = f"{self._label[:cut]}...  {text}"[:width]
        self._write(_CLEAR + line)

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


def _text(progress: Progress, seconds: float) -> str:
    rate = progress.bytes_done / seconds
    left = (progress.bytes_total - progress.bytes_done) / max(rate, 1.0)
    share = progress.bytes_done * 100 // max(progress.bytes_total, 1)
    return (
        f"reading {share:3d} %  {progress.bytes_done / 1e9:.2f} of "
        f"{progress.bytes_total / 1e9:.2f} GB  {rate / 1e6:.0f} MB/s  "
        f"{left:.0f} s left"
    )
