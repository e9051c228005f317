"""What is known of a control once independent reviews are taken in.

Reviews come from a `VerifiedRelease`: they are by assessors whom the verifier chose,
about this very assessment. Of one assessor the newest word on a control counts; a
result whose evidence has run out counts as not there.

| the assessor                                   | what then counts                    |
|------------------------------------------------|-------------------------------------|
| contradicts, or ran it again with another end  | the assessor's outcome, independent |
| confirms, or ran it again with the same end    | the outcome as it was, independent  |
| answers a control that only a review answers   | the assessor's outcome, independent |
| says nothing that counts                       | the assessment's, as it was         |

Where assessors differ, the worst counts: `not met` before `not applicable` before
`met`. `not met` counts until the review ends. What speaks for a control counts while
the review is younger than the control's freshness, and is dated by it. So more evidence
never makes a supplier less eligible, except what an assessor saw to be otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from assay.domain.assessment import Outcome
from assay.domain.programme import EvidenceClass
from assay.domain.review import ReviewKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assay.domain.assessment import ControlResult
    from assay.domain.review import ReviewResult, VerifiedReview
    from assay.domain.statement import VerifiedRelease

__all__ = ["LOOKED", "Seen", "seen"]

LOOKED = (Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE)
_WORST_FIRST = (Outcome.NOT_MET, Outcome.NOT_APPLICABLE, Outcome.MET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of a control, by whose word.

    Attributes:
        outcome: What came of it.
        evidence_class: How it is known.
        collected: When that was seen.
        how: What was done then, in a word: checked, answered or reviewed.
        assessors: Names of the assessors whose word it is, sorted; empty without one.
        reason: Why, where nobody looked.
    """

    outcome: Outcome
    evidence_class: EvidenceClass
    collected: datetime
    how: str
    assessors: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """What one assessor says of a control."""

    outcome: Outcome
    assessor: str
    at: datetime


def seen(
    release: VerifiedRelease,
    result: ControlResult,
    reviews: Iterable[VerifiedReview],
    at: datetime,
) -> Seen:
    """Say what counts of a control at an instant: the assessment's word, or assessors'.

    Args:
        release: What a valid bundle proves.
        result: What its assessment says of the control.
        reviews: All reviews that were proven, whichever bundle brought them.
        at: The instant asked about.
    """
    own = {statement.payload_sha256 for statement in release.statements}
    about = [review for review in reviews if review.review.assessment in own]
    if result.collected is None:
        collected = release.seal.sealed_at
    else:
        collected = datetime.combine(result.collected, time(), tzinfo=UTC)
    fresh = timedelta(days=release.programme.control(result.control).freshness_days)
    words = [
        word
        for review, item in _newest(about, result.control)
        if item.holds_at(at) and at <= review.review.valid_until
        for word in _word(review, item, result)
        if word.outcome is Outcome.NOT_MET
        or at - word.at <= fresh
        or item.kind is ReviewKind.ANSWERS
    ]
    worst = next((o for o in _WORST_FIRST if any(w.outcome is o for w in words)), None)
    if worst is None:
        return Seen(
            outcome=result.outcome,
            evidence_class=result.evidence_class,
            collected=collected,
            # Nobody answers what a check looks at.
            how="Checked" if result.collected is None else "Answered",
            assessors=(),
            reason=result.reason,
        )
    counted = [word for word in words if word.outcome is worst]
    latest = max(word.at for word in counted)
    if worst is result.outcome:
        latest = max(latest, collected)
    return Seen(
        outcome=worst,
        evidence_class=EvidenceClass.INDEPENDENT,
        collected=latest,
        how="Reviewed",
        assessors=tuple(sorted({word.assessor for word in counted})),
        reason="",
    )


def _newest(
    reviews: Sequence[VerifiedReview], control: str
) -> Iterator[tuple[VerifiedReview, ReviewResult]]:
    """Give the newest word of each assessor on a control."""
    newest: dict[str, tuple[VerifiedReview, ReviewResult]] = {}
    for review in sorted(
        reviews, key=lambda r: (r.review.reviewed_at, r.statement.payload_sha256)
    ):
        for item in review.review.results:
            if item.control == control:
                newest[review.statement.issuer.name] = (review, item)
    yield from newest.values()


def _word(
    review: VerifiedReview, item: ReviewResult, result: ControlResult
) -> Iterator[_Word]:
    outcome = result.outcome if item.outcome is None else item.outcome
    # Nobody confirms that nobody looked.
    if outcome in LOOKED:
        yield _Word(
            outcome=outcome,
            assessor=review.statement.issuer.name,
            at=review.review.reviewed_at,
        )
