"""What a baseline accepts on a terminal, and which of its entries accept nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.report.screen import Ink
from assay.report.text import number, plural, prose

if TYPE_CHECKING:
    from assay.domain.baseline import Accepted, Comparison
    from assay.report.screen import Screen

__all__ = ["acceptance_words", "accepted_lines"]

# Entries of each kind that are named; the document of `--json` has all.
_NAMED = 5


def accepted_lines(screen: Screen, comparison: Comparison | None) -> list[str]:
    """Say what a baseline accepts, and name the entries that somebody has to mend."""
    if comparison is None:
        return []
    told = acceptance_words(comparison)
    text = f"{plural(len(comparison.accepted), 'finding')} by the baseline"
    lines = screen.field("Accepted", text, ink=Ink.WARN if told else Ink.PLAIN)
    for entry in told:
        lines += screen.field("", entry, ink=Ink.WARN)
    return lines


def acceptance_words(comparison: Comparison | None) -> tuple[str, ...]:
    """Name the entries of a baseline that somebody has to mend, kind by kind."""
    if comparison is None:
        return ()
    kinds = (
        (comparison.expired, "entry has expired", "entries have expired"),
        (comparison.changed, "is of another content", "are of another content"),
        (
            comparison.unbound,
            "accepts nothing, for want of the file's sha256",
            "accept nothing, for want of their files' sha256",
        ),
        (comparison.unused, "has no finding", "have no finding"),
        (
            comparison.ending,
            "ends within 30 days",
            "end within 30 days",
        ),
        (
            comparison.distant,
            "ends later than in two years: who will look again?",
            "end later than in two years: who will look again?",
        ),
    )
    told = [
        f"{plural(len(entries), one, many)} ({_named(entries)})"
        for entries, one, many in kinds
        if entries
    ]
    if comparison.unfilled:
        forms = plural(comparison.unfilled, "form is", "forms are")
        told.append(f"{forms} not filled in, and accept nothing")
    return tuple(told)


def _named(entries: tuple[Accepted, ...]) -> str:
    """Name entries as people find them in the file: by id, place and day."""
    names = [
        prose(
            f"{entry.id}{f' in {entry.place}' if entry.place else ''}"
            f" until {entry.expires}"
        )
        for entry in entries[:_NAMED]
    ]
    left = len(entries) - _NAMED
    return ", ".join([*names, *([f"and {number(left)} more"] if left > 0 else [])])
