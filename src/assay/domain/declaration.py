"""What a named role of the developer says about a control."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

__all__ = ["Answer", "AnswerValue", "Declarations", "EvidenceFile"]


class AnswerValue(StrEnum):
    """What people can answer; leaving a question open is no answer at all."""

    MET = "met"
    NOT_MET = "not met"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class EvidenceFile:
    """A file that backs an answer, bound by its digest and kept by the developer."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of one role.

    Attributes:
        control: Id of the control.
        value: The answer.
        role: Who answers, as a role, such as `release engineering lead`.
        date: Day on which it was answered.
        statement: How the control is met, or why it is not or does not apply.
        evidence: Files that back it.
    """

    control: str
    value: AnswerValue
    role: str
    date: date
    statement: str
    evidence: tuple[EvidenceFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """All answers for one release, sorted by control."""

    answers: tuple[Answer, ...] = ()

    def of(self, control: str) -> Answer | None:
        """Give the answer to a control, or None when nobody answered."""
        return next((a for a in self.answers if a.control == control), None)
