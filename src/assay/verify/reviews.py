"""Which reviews and evaluations of others count for a claim.

For each review:

1. It is proven as the trust file asks, and was not revoked.
2. A key of an assessor that the trust file names, or one that followed it, signed it,
   and was one to sign with at that time.
3. The assessor is not the developer, under that or another name or key.
4. It is about this release, this assessment and this programme.
5. It was done at the instant asked about or before, not later than its receipt says,
   and has not run out.
6. Each result is one that an assessor may give for that control; those that are not
   are left out, one by one.

What does not count is told, and counts as not there: neither for the claim nor
against it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assay.domain.assessment import Outcome
from assay.domain.evaluation import Evaluation, VerifiedEvaluation
from assay.domain.programme import AnswerMethod
from assay.domain.review import Review, ReviewKind, VerifiedReview
from assay.domain.verdict import Reason
from assay.errors import AssayError, VerifyError
from assay.verify.key_register import Role
from assay.verify.revocations import revocations_of
from assay.verify.times import CLOCK_SKEW
from assay.wire.v0.instant import format_instant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from assay.domain.programme import Control, Programme
    from assay.domain.review import ReviewResult
    from assay.domain.statement import Issuer, VerifiedStatement
    from assay.verify.attached import Attached
    from assay.verify.key_register import KeyRegister

__all__ = ["Opinions", "Reviewed", "opinions"]

_ASSESSOR = frozenset({Role.ASSESS})
_EVALUATOR = frozenset({Role.ASSESS, Role.EVALUATE, Role.RELEASE})
_REPEATED = (ReviewKind.REPEATED_EQUAL, ReviewKind.REPEATED_DIFFERENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What a review has to be about.

    Attributes:
        key_id: The key that signed the claim.
        issuer: Whose claim it is.
        release_digest: The release.
        assessment: Digest of the assessment's payload.
        programme: The programme under which it was assessed.
    """

    key_id: str
    issuer: Issuer
    release_digest: str
    assessment: str
    programme: Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinions:
    """What others say that counts, and what was left out.

    Attributes:
        reviews: Reviews that count, in a definite order.
        evaluations: Evaluations that count, in a definite order.
        told: What does not count, and why.
    """

    reviews: tuple[VerifiedReview, ...] = ()
    evaluations: tuple[VerifiedEvaluation, ...] = ()
    told: tuple[Reason, ...] = ()


def opinions(
    attached: Sequence[Attached], register: KeyRegister, claim: Reviewed
) -> Opinions:
    """Take the reviews and evaluations that count for a claim.

    Args:
        attached: Statements whose signatures hold, each once.
        register: Whose keys are whose, at the instant asked about.
        claim: What they have to be about.
    """
    reviews, evaluations, told = [], [], []
    for item in attached:
        noun = item.noun
        try:
            if isinstance(noun, Review):
                review, left_out = _review(item, noun, attached, register, claim)
                reviews.append(review)
                told += [_counted(review), *left_out]
            elif isinstance(noun, Evaluation):
                found = _evaluation(item, noun, attached, register, claim)
                evaluations.append(found)
        except AssayError as error:
            told.append(_told(error, item.sha256))
    return Opinions(
        reviews=tuple(reviews), evaluations=tuple(evaluations), told=tuple(told)
    )


def _review(
    item: Attached,
    review: Review,
    attached: Sequence[Attached],
    register: KeyRegister,
    claim: Reviewed,
) -> tuple[VerifiedReview, list[Reason]]:
    # 1. and 2.
    statement = _proven(item, _ASSESSOR, review.reviewed_at, attached, register)
    # 3.
    _check_independent(statement.issuer, register, claim)
    # 4.
    about = (review.release_digest, review.assessment, review.programme)
    if about != (claim.release_digest, claim.assessment, claim.programme.ref):
        raise VerifyError(
            "review-other",
            "A review is about another release, assessment or programme.",
            expected=f"the assessment {claim.assessment}",
            found=review.assessment,
        )
    # 5.
    _check_dates(review.reviewed_at, statement, register.at)
    if register.at > review.valid_until:
        raise VerifyError(
            "review-expired",
            f"A review by {statement.issuer.name} ran out, and counts as not there.",
            expected=f"an instant up to {format_instant(review.valid_until)}",
            found=format_instant(register.at),
        )
    # 6.
    controls = {control.id: control for control in claim.programme.controls}
    kept, told = [], []
    for result in review.results:
        why = _inadmissible(result, controls.get(result.control))
        if why:
            told.append(
                Reason(
                    code="verify.review-result",
                    message=f"{statement.issuer.name} may not say that of a control: "
                    f"{why}.",
                    subject=result.control,
                    holds=True,
                )
            )
        else:
            kept.append(result)
    review = replace(review, results=tuple(kept))
    return VerifiedReview(review=review, statement=statement), told


def _evaluation(
    item: Attached,
    evaluation: Evaluation,
    attached: Sequence[Attached],
    register: KeyRegister,
    claim: Reviewed,
) -> VerifiedEvaluation:
    stated = evaluation.evaluated_at
    statement = _proven(item, _EVALUATOR, stated, attached, register)
    if evaluation.release_digest != claim.release_digest:
        raise VerifyError(
            "evaluation-other",
            "An evaluation is about another release.",
            expected=claim.release_digest,
            found=evaluation.release_digest,
        )
    _check_dates(stated, statement, register.at)
    return VerifiedEvaluation(evaluation=evaluation, statement=statement)


def _proven(
    item: Attached,
    roles: Collection[Role],
    stated: datetime,
    attached: Iterable[Attached],
    register: KeyRegister,
) -> VerifiedStatement:
    issuer = register.issuer(
        item.key.key_id, roles, existed_by=item.existed_by, stated=stated
    )
    proven = item.proven()
    ended = revocations_of((item.sha256,), item.key.key_id, attached, register)
    if ended and ended[0].entitled:
        raise VerifyError(
            "attached-revoked",
            f"A statement by {issuer.name} was revoked by {ended[0].by}.",
            expected="a statement that still counts",
            found=f"{ended[0].reason} from {format_instant(ended[0].effective)} on",
        )
    return replace(proven, issuer=issuer)


def _check_independent(
    assessor: Issuer, register: KeyRegister, claim: Reviewed
) -> None:
    shared = register.parties(assessor.key_id) & register.parties(claim.key_id)
    # Also not under a name that the developer's key once had, or has for others.
    own = {claim.issuer.name, *register.names(claim.key_id)}
    if (
        shared
        or assessor.key_id == claim.key_id
        or assessor.name.casefold() in {name.casefold() for name in own}
    ):
        raise VerifyError(
            "review-not-independent",
            "A review is by the developer itself, and counts as not there.",
            expected=f"an assessor other than {claim.issuer.name}",
            found=assessor.name,
        )


def _check_dates(stated: datetime, statement: VerifiedStatement, at: datetime) -> None:
    existed_by = statement.existed_by
    if existed_by is not None and stated - existed_by > CLOCK_SKEW:
        raise VerifyError(
            "attached-postdated",
            "The statement says that it was made after its receipt was given.",
            expected=f"an instant before {format_instant(existed_by)}",
            found=format_instant(stated),
        )
    if max(stated, existed_by or stated) - at > CLOCK_SKEW:
        raise VerifyError(
            "attached-later",
            "The statement had not been made at the instant asked about.",
            expected=f"one of {format_instant(at)} or before",
            found=format_instant(stated),
        )


def _inadmissible(result: ReviewResult, control: Control | None) -> str:
    """Say why a result is none that an assessor may give; empty when it is one."""
    if control is None:
        return "the programme has no such control"
    review = control.method is AnswerMethod.REVIEW
    if (result.kind is ReviewKind.ANSWERS) is not review:
        return f"it is answered by {control.method.value}"
    if result.kind in _REPEATED and control.method is not AnswerMethod.CHECKS:
        return "no check answers it that could be repeated"
    void = result.outcome is Outcome.NOT_APPLICABLE
    if void and not control.not_applicable_allowed:
        return "it applies to every release"
    lacking = control.evidence_required and result.outcome is Outcome.MET
    if lacking and not any(file.size for file in result.evidence):
        return "it asks for evidence, and there is none"
    return ""


def _counted(review: VerifiedReview) -> Reason:
    kinds = Counter(result.kind.value for result in review.review.results)
    said = ", ".join(f"{kind}: {kinds[kind]}" for kind in sorted(kinds))
    return Reason(
        code="verify.review",
        message=f"Reviewed by {review.statement.issuer.name} at "
        f"{format_instant(review.review.reviewed_at)} ({said or 'nothing counts'}).",
        subject=review.statement.payload_sha256,
        holds=True,
    )


def _told(error: AssayError, subject: str) -> Reason:
    found = f" Found: {error.found}." if error.found else ""
    return Reason(
        code=error.code, message=error.message + found, subject=subject, holds=True
    )
