"""What attached statements say: a payload becomes the noun of its kind.

1. The kind is one that Assay knows, in a version that it knows.
2. The predicate has its published form, and does not contradict itself.
3. The subject is what the predicate is about.
4. Of a snapshot: the bits and the entries beside them say the same.
5. Of a rotation: the key that follows has signed that it does.

The signature was checked before. Whether anybody believes the signer is decided
later, and decides whether the noun counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.crypto.bitstring import bit_at, count_bits, decode_list, list_bytes
from assay.crypto.name_record import organisation_id
from assay.crypto.public_key import FIRST_KINDS, public_key_from_der, require_place
from assay.crypto.succession import succession_message
from assay.domain.enrolment import ENROLMENT_TYPE, Enrolment
from assay.domain.evaluation import EVALUATION_TYPE, Evaluation
from assay.domain.key_event import KEY_EVENT_TYPE, KeyEvent
from assay.domain.review import REVIEW_TYPE, Review
from assay.domain.revocation import REVOCATION_TYPE, Revocation
from assay.domain.status import STATUS_TYPE, StatusSnapshot
from assay.errors import SignatureError, VerifyError
from assay.wire.v0.enrolment import EnrolmentPredicate
from assay.wire.v0.evaluation import EvaluationPredicate
from assay.wire.v0.key_event import KeyEventPredicate
from assay.wire.v0.review import ReviewPredicate
from assay.wire.v0.revocation import RevocationPredicate
from assay.wire.v0.status import StatusPredicate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from assay.domain.key_event import SuccessorKey
    from assay.domain.limits import Limits
    from assay.wire.v0.statement import StatementModel

__all__ = ["ATTACHED_TYPES", "AttachedNoun", "read_noun"]

AttachedNoun = Enrolment | KeyEvent | Revocation | StatusSnapshot | Review | Evaluation


def _enrolment(statement: StatementModel) -> Enrolment:
    enrolment = EnrolmentPredicate.read(
        statement.predicate, document="enrolment"
    ).to_domain(_subject(statement))
    # 3.
    expected = organisation_id(enrolment.organisation.name)
    if enrolment.organisation_id != expected:
        raise VerifyError(
            "organisation-id",
            "An enrolment is about another organisation than the one that it names.",
            expected=expected,
            found=enrolment.organisation_id,
        )
    return enrolment


def _key_event(statement: StatementModel) -> KeyEvent:
    model = KeyEventPredicate.read(statement.predicate, document="key event")
    event = model.to_domain(_subject(statement))
    if event.successor is not None:
        # 5.
        _check_consent(event.key_id, event.successor, model.effective)
    return event


def _check_consent(key_id: str, successor: SuccessorKey, effective: str) -> None:
    """Refuse a successor that did not sign: nobody gets another's key for theirs."""
    key = public_key_from_der(successor.public_key)
    require_place(key.kind, FIRST_KINDS)
    try:
        key.verify(
            succession_message(key_id, successor.key_id, effective), successor.proof
        )
    except SignatureError as error:
        raise VerifyError(
            "successor-proof",
            "A key that is named as a successor has not signed that it is one.",
            expected=f"a signature by the key {successor.key_id}",
            found="another signature",
            remedy="do not use this key event",
        ) from error


def _revocation(statement: StatementModel) -> Revocation:
    model = RevocationPredicate.read(statement.predicate, document="revocation")
    return model.to_domain(_subject(statement))


def _review(statement: StatementModel) -> Review:
    model = ReviewPredicate.read(statement.predicate, document="review")
    return model.to_domain(_subject(statement))


def _evaluation(statement: StatementModel) -> Evaluation:
    model = EvaluationPredicate.read(statement.predicate, document="evaluation")
    return model.to_domain(_subject(statement))


def _status(statement: StatementModel) -> StatusSnapshot:
    model = StatusPredicate.read(statement.predicate, document="status snapshot")
    return model.to_domain(_subject(statement))


_READERS: Mapping[str, Callable[[StatementModel], AttachedNoun]] = {
    ENROLMENT_TYPE: _enrolment,
    EVALUATION_TYPE: _evaluation,
    KEY_EVENT_TYPE: _key_event,
    REVIEW_TYPE: _review,
    REVOCATION_TYPE: _revocation,
    STATUS_TYPE: _status,
}
ATTACHED_TYPES = tuple(_READERS)


def read_noun(statement: StatementModel, limits: Limits) -> AttachedNoun:
    """Read what an attached statement says.

    Raises:
        VerifyError: `verify.unknown-statement`, `verify.organisation-id`,
            `verify.successor-proof` or `verify.status-bits`.
        KeyFileError: A successor is no key that signs statements.
        DocumentError: The predicate is malformed or contradicts itself.
    """
    # 1.
    reader = _READERS.get(statement.predicate_type)
    if reader is None:
        raise VerifyError(
            "unknown-statement",
            "An attached statement is of a kind that Assay does not know.",
            expected="one of " + ", ".join(ATTACHED_TYPES),
            found=statement.predicate_type[: limits.max_shown_chars],
            remedy="use the version of Assay that wrote it, or a later one",
        )
    # 2. and 3.
    noun = reader(statement)
    # 4.
    if isinstance(noun, StatusSnapshot):
        _check_bits(noun, limits)
    return noun


def _subject(statement: StatementModel) -> str:
    return statement.subject[0].digest.sha256


def _check_bits(snapshot: StatusSnapshot, limits: Limits) -> None:
    """Refuse bits and entries that differ: some reader looks at one of them only."""
    bits = decode_list(snapshot.encoded_list, limits)
    indexes = [entry.index for entry in snapshot.entries]
    # A list has the one length for its tree, so that no bit stands for nothing.
    if (
        len(bits) != list_bytes(snapshot.log_size)
        or count_bits(bits) != len(indexes)
        or not all(i < snapshot.log_size and bit_at(bits, i) for i in indexes)
    ):
        raise VerifyError(
            "status-bits",
            "The bits of a status list and the entries beside them do not agree.",
            expected=f"a bit for each of {len(indexes)} entries below "
            f"{snapshot.log_size}, and no other",
            found=f"{count_bits(bits)} bits set among {8 * len(bits)}",
            remedy="tell the office; its snapshot says two things",
        )
