"""What a person reads about a claim that was repeated from the files."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.repeat import RepeatValue
from assay.report.glossary import REPEATS
from assay.report.screen import MORE_STILL, Ink, Screen, select
from assay.report.text import prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.domain.repeat import RepeatedControl

__all__ = ["repeat_counts", "repeat_text"]

_INK = {
    RepeatValue.DIFFERENT: Ink.BAD,
    RepeatValue.NOT_REPEATED: Ink.WARN,
    RepeatValue.WITHHELD: Ink.WARN,
    RepeatValue.SIGNED: Ink.PLAIN,
    RepeatValue.EQUAL: Ink.GOOD,
}


def repeat_counts(repeated: Sequence[RepeatedControl]) -> str:
    """Count the controls by what came of them, what weighs most first."""
    counts = Counter(item.value for item in repeated)
    parts = [f"{counts[value]} {value}" for value in REPEATS if counts[value]]
    return ", ".join(parts)


def repeat_text(
    repeated: Sequence[RepeatedControl],
    *,
    width: int,
    colour: bool,
    verbose: bool = False,
) -> str:
    """Write what came of repeating a claim, for a terminal.

    Args:
        repeated: One entry for each control; empty where nothing was to be repeated.
        width: Columns of the terminal.
        colour: Whether to use colours.
        verbose: Whether to name also the controls of which nothing differs.

    Returns:
        Lines ended by line feeds; empty for no entries.
    """
    if not repeated:
        return ""
    screen = Screen(width=width, colour=colour)
    lines = screen.field("Repeated", repeat_counts(repeated))
    told = [
        item
        for value in REPEATS
        for item in repeated
        if item.value is value and (verbose or value is RepeatValue.DIFFERENT)
    ]
    entries = [
        screen.fold(_entry(item), indent="  ", ink=_INK[item.value]) for item in told
    ]
    lines += select(screen, entries, DEFAULT_LIMITS.max_report_rows, MORE_STILL)
    if not verbose:
        # One reason holds for all that were not repeated.
        reasons = dict.fromkeys(
            item.reason for item in repeated if item.value is RepeatValue.NOT_REPEATED
        )
        for reason in reasons:
            lines += screen.field("", reason, ink=Ink.WARN)
    return "\n".join(lines) + "\n"


def _entry(item: RepeatedControl) -> str:
    if item.value is RepeatValue.WITHHELD:
        return prose(f"{item.control} withheld")
    said = " ".join((*item.differences, item.reason)).strip()
    outcome = f"signed as {item.signed}"
    if item.recomputed is not None and item.recomputed is not item.signed:
        outcome += f", {item.recomputed} here"
    return prose(f"{item.control} {item.value} ({outcome}){': ' if said else ''}{said}")
