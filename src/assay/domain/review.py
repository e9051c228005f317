"""Independent review: what an assessor other than the developer saw."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from assay.domain.assessment import Outcome
    from assay.domain.programme import ProgrammeRef
    from assay.domain.statement import VerifiedStatement

__all__ = [
    "REVIEW_TYPE",
    "Review",
    "ReviewEvidence",
    "ReviewKind",
    "ReviewResult",
    "VerifiedReview",
]

REVIEW_TYPE = "https://assay/review/v0.1"


class ReviewKind(StrEnum):
    """What an assessor did about a control.

    `confirms`: looked, and it is as the assessment says. `contradicts`: looked, and it
    is otherwise. `repeated equal` and `repeated different`: ran the checks again over
    the same files, with that result. `answers`: answered a control that only a review
    answers.
    """

    CONFIRMS = "confirms"
    CONTRADICTS = "contradicts"
    REPEATED_EQUAL = "repeated equal"
    REPEATED_DIFFERENT = "repeated different"
    ANSWERS = "answers"

    @property
    def gives_outcome(self) -> bool:
        """Whether the assessor states an outcome of their own."""
        return self in (
            ReviewKind.CONTRADICTS,
            ReviewKind.REPEATED_DIFFERENT,
            ReviewKind.ANSWERS,
        )


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ReviewEvidence:
    """A file that the assessor relies on; the file itself stays with the assessor.

    Attributes:
        sha256: Hex digest.
        size: Bytes.
        name: What it is called.
        collected_at: When it was taken.
        valid_until: After this instant it shows nothing any more.
    """

    sha256: str
    size: int
    name: str
    collected_at: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewResult:
    """What came of one control.

    Attributes:
        control: Its id.
        kind: What the assessor did.
        outcome: What came of it, where the assessor states one; otherwise None.
        reason: Why, in words.
        evidence: What it rests on, sorted.
    """

    control: str
    kind: ReviewKind
    outcome: Outcome | None
    reason: str
    evidence: tuple[ReviewEvidence, ...] = ()

    def holds_at(self, at: datetime) -> bool:
        """Tell whether none of its evidence has run out."""
        return all(at <= file.valid_until for file in self.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """An assessor's word on one assessment of one release.

    Attributes:
        release_digest: Hex SHA-256 of the release.
        assessment: Hex digest of the assessment's payload.
        programme: The programme of that assessment.
        assessor: What the assessor calls itself; it proves nothing.
        independence: Why the assessor is independent of the developer, in words.
        results: One for each control that was looked at, in the order of their ids.
        reviewed_at: When the work was done.
        valid_until: After this instant it counts as not there.
    """

    release_digest: str
    assessment: str
    programme: ProgrammeRef
    assessor: str
    independence: str
    results: tuple[ReviewResult, ...]
    reviewed_at: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedReview:
    """A believed assessor's review of this assessment. Only `verify` builds it.

    Attributes:
        review: What the assessor saw, without results that no assessor may give.
        statement: The statement behind it; its issuer is the assessor.
    """

    review: Review
    statement: VerifiedStatement
