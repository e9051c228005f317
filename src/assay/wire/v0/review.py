"""The review predicate, `https://assay/review/v0.1`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from assay.domain.assessment import Outcome
from assay.domain.review import Review, ReviewEvidence, ReviewKind, ReviewResult
from assay.errors import DocumentError
from assay.wire.model import JsonModel
from assay.wire.v0.instant import format_instant, read_instant
from assay.wire.v0.parts import Count, Hex256, ProgrammePart
from assay.wire.v0.registry_parts import (
    Instant,
    Line,
    Words,
    check_order,
    refuse_repeated,
)

__all__ = ["ReviewPredicate"]

_Said = Annotated[str, Field(min_length=1, max_length=10_000)]


class ReviewEvidencePart(JsonModel):
    """A file that the assessor relies on."""

    name: Line
    sha256: Hex256
    size: Count
    collected_at: Instant
    valid_until: Instant

    @classmethod
    def of(cls, file: ReviewEvidence) -> ReviewEvidencePart:
        """Write a file's digest and dates."""
        return cls(
            name=file.name,
            sha256=file.sha256,
            size=file.size,
            collected_at=format_instant(file.collected_at),
            valid_until=format_instant(file.valid_until),
        )

    def to_domain(self) -> ReviewEvidence:
        """Read a file's digest and dates.

        Raises:
            DocumentError: `document.dates-reversed` or `document.bad-instant`.
        """
        collected_at = read_instant(self.collected_at)
        valid_until = read_instant(self.valid_until)
        check_order(collected_at, valid_until, "The time of a file")
        return ReviewEvidence(
            sha256=self.sha256,
            size=self.size,
            name=self.name,
            collected_at=collected_at,
            valid_until=valid_until,
        )


class ReviewResultPart(JsonModel):
    """What came of one control."""

    control: Annotated[str, Field(min_length=1, max_length=100)]
    result: Literal[
        "confirms", "contradicts", "repeated equal", "repeated different", "answers"
    ]
    outcome: Literal["met", "not met", "not applicable"] | None = None
    reason: Words
    evidence: Annotated[tuple[ReviewEvidencePart, ...], Field(max_length=1_000)]

    @classmethod
    def of(cls, result: ReviewResult) -> ReviewResultPart:
        """Write what came of a control."""
        return cls.model_validate(
            {
                "control": result.control,
                "result": result.kind.value,
                "outcome": None if result.outcome is None else result.outcome.value,
                "reason": result.reason,
                "evidence": tuple(map(ReviewEvidencePart.of, result.evidence)),
            }
        )

    def to_domain(self) -> ReviewResult:
        """Read what came of a control.

        Raises:
            DocumentError: `document.review-outcome`, `document.unsorted`, or as its
                evidence.
        """
        kind = ReviewKind(self.result)
        if kind.gives_outcome is not (self.outcome is not None):
            raise DocumentError(
                "review-outcome",
                f"The review's result for {self.control} is not one or the other.",
                expected="an outcome, "
                + ("as" if kind.gives_outcome else "left out, as")
                + f" for every result that {kind.value!r}",
                found=self.outcome or "none",
            )
        evidence = tuple(part.to_domain() for part in self.evidence)
        refuse_repeated(((file.sha256, file.name) for file in evidence), "files")
        return ReviewResult(
            control=self.control,
            kind=kind,
            outcome=None if self.outcome is None else Outcome(self.outcome),
            reason=self.reason,
            evidence=evidence,
        )


class ReviewPredicate(JsonModel):
    """What an independent assessor saw of one assessment."""

    described_in: ClassVar[str] = "docs/formats/review.md"

    assessment: Hex256
    programme: ProgrammePart
    assessor: Line
    independence: _Said
    results: Annotated[
        tuple[ReviewResultPart, ...], Field(min_length=1, max_length=10_000)
    ]
    reviewed_at: Instant
    valid_until: Instant

    @classmethod
    def of(cls, review: Review) -> ReviewPredicate:
        """Write a review."""
        return cls(
            assessment=review.assessment,
            programme=ProgrammePart.of(review.programme),
            assessor=review.assessor,
            independence=review.independence,
            results=tuple(map(ReviewResultPart.of, review.results)),
            reviewed_at=format_instant(review.reviewed_at),
            valid_until=format_instant(review.valid_until),
        )

    def to_domain(self, subject: str) -> Review:
        """Read a review.

        Args:
            subject: The digest that the statement names as its subject: the release.

        Raises:
            DocumentError: `document.dates-reversed`, `document.unsorted`,
                `document.bad-instant`, or as its results.
        """
        reviewed_at = read_instant(self.reviewed_at)
        valid_until = read_instant(self.valid_until)
        check_order(reviewed_at, valid_until, "A review")
        refuse_repeated((part.control for part in self.results), "controls")
        return Review(
            release_digest=subject,
            assessment=self.assessment,
            programme=self.programme.to_domain(),
            assessor=self.assessor,
            independence=self.independence,
            results=tuple(part.to_domain() for part in self.results),
            reviewed_at=reviewed_at,
            valid_until=valid_until,
        )
