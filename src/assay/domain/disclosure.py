"""What can be shown or withheld one by one, and what each control rests on.

A signed statement v0.2 holds a salted digest in the place of each result, report and
answer (after SD-JWT, RFC 9901). How many digests there are follows from the programme
alone, so their number tells nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from assay.domain.programme import AnswerMethod

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.domain.programme import Control, Programme

__all__ = [
    "EvidenceItem",
    "EvidenceKind",
    "ItemKind",
    "ItemRef",
    "answer_slots",
    "assessment_slots",
    "checks_named",
    "counts_until",
    "fully_shown",
    "questions_of",
    "sharing",
]


class ItemKind(StrEnum):
    """What a salted digest may stand for.

    The first two are items of an assessment, the last of declarations.
    """

    CONTROL = "control"
    REPORT = "report"
    ANSWER = "answer"


class EvidenceKind(StrEnum):
    """What a control's result rests on: items of the claim, or a developer's files."""

    REPORT = "report"
    ANSWER = "answer"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ItemRef:
    """Which item: the result or the answer of a control, or the report of a check."""

    kind: ItemKind
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceItem:
    """One thing that a control's result rests on.

    Attributes:
        kind: What it is.
        sha256: Salted digest of the report or answer, or digest of the file, in hex.
        collected: Day of the person's answer; None for what files themselves show.
        valid_until: Day at whose beginning the answer is stale; None likewise.
    """

    kind: EvidenceKind
    sha256: str
    collected: date | None = None
    valid_until: date | None = None


def checks_named(programme: Programme) -> tuple[str, ...]:
    """Give the checks that the programme's controls rest on, sorted, each once."""
    return tuple(sorted({c for control in programme.controls for c in control.checks}))


def questions_of(programme: Programme) -> tuple[str, ...]:
    """Give the controls that people of the developer are asked about."""
    return tuple(
        control.id
        for control in programme.controls
        if control.method is AnswerMethod.DECLARATION
    )


def assessment_slots(programme: Programme) -> int:
    """How many salted digests an assessment under a programme has."""
    return len(programme.controls) + len(checks_named(programme))


def answer_slots(programme: Programme) -> int:
    """How many salted digests the declarations under a programme have."""
    return len(questions_of(programme))


def counts_until(collected: date, freshness_days: int) -> date:
    """Give the day at whose beginning an answer is stale; the calendar's last at most.

    Args:
        collected: Day of the answer.
        freshness_days: What the control allows.
    """
    try:
        return collected + timedelta(days=freshness_days)
    except OverflowError:
        return date.max


def fully_shown(control: Control, items: Iterable[ItemRef]) -> bool:
    """Say whether all that a control rests on is among some items.

    Whoever has all of it can work the outcome out, so it cannot be withheld. Nothing
    but a review answers some controls: they rest on no item.
    """
    there = set(items)
    if control.method is AnswerMethod.DECLARATION:
        return ItemRef(kind=ItemKind.ANSWER, id=control.id) in there
    return bool(control.checks) and there.issuperset(
        ItemRef(kind=ItemKind.REPORT, id=check) for check in control.checks
    )


def sharing(programme: Programme, checks: Iterable[str]) -> tuple[Control, ...]:
    """Give the controls that rest on any of some checks, in the programme's order."""
    named = set(checks)
    return tuple(c for c in programme.controls if named.intersection(c.checks))
