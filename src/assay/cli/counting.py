"""How many entries of a log were handled, drawn on a terminal and nowhere else."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from assay.cli.output import on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["counted"]

_CLEAR = "\r\x1b[2K"
# Between two drawings, and before the first: a small log is done before.
_DRAW_SECONDS = 0.2


@contextmanager
def counted(
    doing: str, *, clock: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[int, int], None]]:
    """Give what is to be told of progress: how many are done, of how many."""
    if not on_terminal(err=True):
        yield lambda _done, _all: None
        return
    due = clock() + _DRAW_SECONDS

    def draw(done: int, total: int) -> None:
        nonlocal due
        if clock() < due:
            return
        due = clock() + _DRAW_SECONDS
        share = done * 100 // max(total, 1)
        click.echo(f"{_CLEAR}{doing} {share:3d} %", nl=False, err=True)

    try:
        yield draw
    finally:
        click.echo(_CLEAR, nl=False, err=True)
