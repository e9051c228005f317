"""The bytes that offices, assessors and evaluators sign, in canonical JSON.

One function for each kind. What a payload says is checked by reading it again, so
that nothing is signed that a verifier would refuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.crypto.canonical import canonical_json
from assay.domain.enrolment import ENROLMENT_TYPE
from assay.domain.evaluation import EVALUATION_TYPE
from assay.domain.key_event import KEY_EVENT_TYPE
from assay.domain.review import REVIEW_TYPE
from assay.domain.revocation import REVOCATION_TYPE
from assay.domain.status import STATUS_TYPE
from assay.wire.v0.enrolment import EnrolmentPredicate
from assay.wire.v0.evaluation import EvaluationPredicate
from assay.wire.v0.key_event import KeyEventPredicate
from assay.wire.v0.registry_parts import built
from assay.wire.v0.review import ReviewPredicate
from assay.wire.v0.revocation import RevocationPredicate
from assay.wire.v0.statement import StatementModel
from assay.wire.v0.status import StatusPredicate

if TYPE_CHECKING:
    from assay.domain.enrolment import Enrolment
    from assay.domain.evaluation import Evaluation
    from assay.domain.key_event import KeyEvent
    from assay.domain.review import Review
    from assay.domain.revocation import Revocation
    from assay.domain.status import StatusSnapshot
    from assay.wire.model import WireModel

__all__ = [
    "enrolment_payload",
    "evaluation_payload",
    "key_event_payload",
    "review_payload",
    "revocation_payload",
    "status_payload",
]

# As in the developer's own statements: the digest says which release.
_RELEASE = "release"


def enrolment_payload(enrolment: Enrolment) -> bytes:
    """Give the statement that an organisation takes part, or withdraws.

    Raises:
        DocumentError: It contradicts itself.
    """
    predicate = built(lambda: EnrolmentPredicate.of(enrolment), "enrolment")
    predicate.to_domain(enrolment.organisation_id)
    name = enrolment.organisation.name
    return _payload(name, enrolment.organisation_id, ENROLMENT_TYPE, predicate)


def key_event_payload(event: KeyEvent) -> bytes:
    """Give the statement that a key has a successor, ended, or was compromised.

    Raises:
        DocumentError: It contradicts itself.
    """
    predicate = built(lambda: KeyEventPredicate.of(event), "key event")
    predicate.to_domain(event.key_id)
    return _payload("key", event.key_id, KEY_EVENT_TYPE, predicate)


def revocation_payload(revocation: Revocation) -> bytes:
    """Give the statement that another statement no longer counts.

    Raises:
        DocumentError: It is too long.
    """
    predicate = built(lambda: RevocationPredicate.of(revocation), "revocation")
    return _payload("statement", revocation.sha256, REVOCATION_TYPE, predicate)


def status_payload(snapshot: StatusSnapshot) -> bytes:
    """Give the statement of all that had ended at an instant.

    Raises:
        DocumentError: It contradicts itself.
    """
    predicate = built(lambda: StatusPredicate.of(snapshot), "status snapshot")
    predicate.to_domain(snapshot.log_root)
    return _payload(snapshot.log_origin, snapshot.log_root, STATUS_TYPE, predicate)


def review_payload(review: Review) -> bytes:
    """Give the statement of what an assessor saw.

    Raises:
        DocumentError: It contradicts itself.
    """
    predicate = built(lambda: ReviewPredicate.of(review), "review")
    predicate.to_domain(review.release_digest)
    return _payload(_RELEASE, review.release_digest, REVIEW_TYPE, predicate)


def evaluation_payload(evaluation: Evaluation) -> bytes:
    """Give the statement of what was measured.

    Raises:
        DocumentError: It contradicts itself.
    """
    predicate = built(lambda: EvaluationPredicate.of(evaluation), "evaluation")
    predicate.to_domain(evaluation.release_digest)
    return _payload(_RELEASE, evaluation.release_digest, EVALUATION_TYPE, predicate)


def _payload(name: str, digest: str, kind: str, predicate: WireModel) -> bytes:
    statement = StatementModel.of(
        name=name, digest=digest, predicate_type=kind, predicate=predicate
    )
    return canonical_json(statement.document())
