"""A real document of every kind that a registry writes, for the published schemas."""

from __future__ import annotations

import json

from assay.domain.key_event import KeyEventKind
from assay.domain.revocation import RevocationReason
from assay.domain.status import KeyStatus, RevokedStatement, WithdrawnOrganisation
from assay.statement.registry_payloads import status_payload
from assay.wire.v0.registry_results import (
    AttachDocument,
    IssueDocument,
    StatusCheckDocument,
)
from tests.simulators.registry import (
    DAY,
    DEV_KEY,
    HOUR,
    NEW_KEY,
    NOON,
    answered,
    compromise,
    enrolled_key,
    enrolment,
    entry,
    revocation,
    rotation,
    snapshot,
    unrevoked,
    withdrawal,
)

REVIEW_FILE = """
format = "assay-review/0"
assessor = "Fathom Surveyors"
independence = "No shares, no shared staff, a fixed fee."
reviewed_at = 2026-11-23T13:00:00Z
valid_until = 2027-05-23T13:00:00Z

[[result]]
control = "cargo-1"
result = "repeated equal"

[[result]]
control = "crew-3"
result = "answers"
outcome = "met"
reason = "Seen on board."

[[result.evidence]]
file = "survey.txt"
collected_at = 2026-11-23T12:00:00Z
valid_until = 2027-02-23T12:00:00Z
"""


def _predicate(payload: bytes):
    return json.loads(payload)["predicate"]


def _written(model):
    return model.model_dump(mode="json", by_alias=True)


def _full_snapshot() -> bytes:
    ended = RevokedStatement(
        sha256="ab" * 32, effective=NOON, reason=RevocationReason.UNSAFE
    )
    gone = WithdrawnOrganisation(
        organisation_id="cd" * 32,
        name="Example Labs",
        effective=NOON,
        until=NOON + DAY,
        key_ids=("ef" * 32,),
    )
    key = KeyStatus(
        key_id="ef" * 32,
        kind=KeyEventKind.COMPROMISE,
        effective=NOON,
        last_good=NOON - HOUR,
    )
    return status_payload(
        snapshot(
            unrevoked().log,
            NOON + DAY,
            entries=(entry(1, "12" * 32, NOON),),
            elsewhere=(ended,),
            keys=(key,),
            withdrawn=(gone,),
        )
    )


def registry_documents() -> list[tuple[str, dict]]:
    """Give a name of a schema and a document for each kind."""
    scene = unrevoked()
    return [
        ("predicate-enrolment", _predicate(enrolment(enrolled_key(DEV_KEY)))),
        ("predicate-enrolment", _predicate(withdrawal(NOON))),
        ("predicate-key-event", _predicate(rotation(DEV_KEY, NEW_KEY, NOON))),
        ("predicate-key-event", _predicate(compromise(DEV_KEY, NOON, NOON - HOUR))),
        (
            "predicate-revocation",
            _predicate(
                revocation("ab" * 32, NOON, log_origin="log.example", log_index=7)
            ),
        ),
        ("predicate-revocation", _predicate(revocation("ab" * 32, NOON))),
        ("predicate-status", _predicate(_full_snapshot())),
        ("predicate-review", _predicate(scene.review(answered()))),
        ("predicate-evaluation", _predicate(scene.evaluation())),
        (
            "result-issue",
            _written(
                IssueDocument(
                    format="assay-issue/0",
                    file="a.st",
                    predicate_type="https://assay/status/v0.1",
                    sha256="ab" * 32,
                    key_id="cd" * 32,
                    log_origin=None,
                    log_index=None,
                )
            ),
        ),
        (
            "result-attach",
            _written(
                AttachDocument(
                    format="assay-attach/0", bundle="a.assay", attached=("ab" * 32,)
                )
            ),
        ),
        (
            "result-status-check",
            _written(
                StatusCheckDocument(
                    format="assay-status-check/0",
                    snapshot="ab" * 32,
                    origin="log.example",
                    size=7,
                    considered_entries=7,
                    revocations=1,
                    key_events=0,
                    enrolments=0,
                    withheld=0,
                    problems=("withholds a revocation",),
                )
            ),
        ),
    ]
