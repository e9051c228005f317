"""What can be seen to be wrong with a statement before it is signed and logged.

A log forgets nothing, so whoever signs by mistake cannot take it back. What only a
verifier can know, such as whom a trust file names, is not asked here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from assay.domain.enrolment import Enrolment
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import AssayError, UsageError
from assay.log.statements import read_statements
from assay.programme import read_programme
from assay.verify.attached_nouns import ATTACHED_TYPES, read_noun
from assay.wire.v0.statement import read_statement

if TYPE_CHECKING:
    from pathlib import Path

    from assay.crypto.public_key import PublicKey
    from assay.domain.review import Review
    from assay.domain.statement import Bundle

__all__ = [
    "Right",
    "check_enrolled",
    "check_review",
    "check_revoker",
]


class Right(StrEnum):
    """By what right somebody revokes."""

    SIGNER = "signer"
    SUCCESSOR = "successor"
    OFFICE = "office"


def check_review(
    review: Review, bundle: Bundle, key: PublicKey, limits: Limits = DEFAULT_LIMITS
) -> None:
    """Refuse a review that no verifier can count.

    Raises:
        UsageError: `usage.review-own-claim` or `usage.review-unknown-control`.
        ProgrammeError, DocumentError: The bundle's programme cannot be read.
    """
    if key.der == bundle.public_key:
        raise UsageError(
            "review-own-claim",
            "The key of this review signed the claim itself: nobody reviews their own.",
            expected="the key of an independent assessor",
            found=key.key_id,
            remedy="sign with the assessor's key",
        )
    programme = read_programme(bundle.programme, limits=limits)
    controls = [control.id for control in programme.controls]
    unknown = sorted({item.control for item in review.results}.difference(controls))
    if unknown:
        raise UsageError(
            "review-unknown-control",
            "The review is about controls that the programme of the claim lacks.",
            expected="controls of the programme, such as " + ", ".join(controls[:3]),
            found=", ".join(unknown)[: limits.max_shown_chars],
            remedy="correct the ids in the review file; `assay programme show` lists "
            "them",
        )


def check_revoker(target_key_id: str, key: PublicKey, right: Right) -> None:
    """Refuse to revoke by another key than the one that signed, unless that is meant.

    Raises:
        UsageError: `usage.revoke-by-another` or `usage.revoke-as`.
    """
    same = target_key_id == key.key_id
    if right is Right.SIGNER and not same:
        raise UsageError(
            "revoke-by-another",
            "The key is another than the one that signed what is to be revoked.",
            expected=f"the key {target_key_id}",
            found=key.key_id,
            remedy="sign with that key, or say by what right another revokes: "
            "`--as successor` or `--as office`",
        )
    if right is not Right.SIGNER and same:
        raise UsageError(
            "revoke-as",
            f"The key is not that of a {right}: it signed what is to be revoked.",
            expected="`--as` only with another key",
            found=f"--as {right} with the signer's own key",
            remedy="leave `--as` out",
        )


def check_enrolled(organisation_id: str, log: Path, key: PublicKey) -> None:
    """Refuse to withdraw whom this key never enrolled in this log.

    Raises:
        UsageError: `usage.not-enrolled`.
        LogError, MachineError: The log cannot be read.
    """
    for logged in read_statements(log).statements:
        if logged.public_key == key.der and organisation_id == _enrolled(
            logged.envelope.payload
        ):
            return
    raise UsageError(
        "not-enrolled",
        "This key has enrolled no such organisation in this log.",
        expected="the name under which it was enrolled",
        found="no enrolment of it",
        remedy="correct the name, or say `--anyway` where it was enrolled by another "
        "key or elsewhere",
    )


def _enrolled(payload: bytes) -> str | None:
    """Give whom a statement enrols or withdraws; None for any other statement."""
    try:
        statement = read_statement(payload)
        if statement.predicate_type not in ATTACHED_TYPES:
            return None
        noun = read_noun(statement, DEFAULT_LIMITS)
    except AssayError:
        return None
    return noun.organisation_id if isinstance(noun, Enrolment) else None
