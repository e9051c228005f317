"""The declarations predicate v0.2, and the answers that its digests stand for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assay.domain.declaration import Answer, AnswerValue, EvidenceFile
from assay.wire.model import JsonModel
from assay.wire.v0.assessment_v2 import Items
from assay.wire.v0.instant import DATE, read_date
from assay.wire.v0.parts import ProgrammePart, Text
from assay.wire.v0.statement import EvidencePart

__all__ = ["AnswerItem", "DeclarationsV02Predicate"]


class DeclarationsV02Predicate(JsonModel):
    """The declarations predicate, `https://assay/declarations/v0.2`.

    `items` are salted digests, sorted, each once: of each answer, and of nothing where
    a question was left open. There are as many as the programme has questions.
    """

    programme: ProgrammePart
    items: Items


class AnswerItem(JsonModel):
    """One answer of one role; the control's id stands in the disclosure."""

    answer: Literal["met", "not met", "not applicable"]
    role: Text
    date: Annotated[str, Field(pattern=DATE)]
    statement: Text
    evidence: Annotated[tuple[EvidencePart, ...], Field(max_length=4096)]

    @classmethod
    def of(cls, answer: Answer) -> AnswerItem:
        """Write an answer."""
        return cls(
            answer=answer.value.value,
            role=answer.role,
            date=answer.date.isoformat(),
            statement=answer.statement,
            evidence=tuple(
                EvidencePart(name=e.name, sha256=e.sha256, size=e.size)
                for e in answer.evidence
            ),
        )

    def to_domain(self, control: str) -> Answer:
        """Read the answer to a control.

        Raises:
            DocumentError: `document.bad-instant`.
        """
        return Answer(
            control=control,
            value=AnswerValue(self.answer),
            role=self.role,
            date=read_date(self.date),
            statement=self.statement,
            evidence=tuple(
                EvidenceFile(name=e.name, sha256=e.sha256, size=e.size)
                for e in self.evidence
            ),
        )
