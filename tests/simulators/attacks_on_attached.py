"""Snapshots, reviews and evaluations that must not count."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from assay.crypto.bitstring import bits_of, encode_list
from assay.domain.assessment import Outcome
from assay.domain.key_event import KeyEventKind
from assay.domain.review import ReviewKind
from assay.domain.statement import ASSESSMENT_TYPE
from assay.domain.status import KeyStatus
from assay.statement.registry_payloads import status_payload
from tests.simulators.claims import edited
from tests.simulators.registry import (
    ASSESSOR,
    ASSESSOR_KEY,
    DAY,
    DEV_KEY,
    HOUR,
    NOON,
    OFFICE,
    OFFICE_KEY,
    SEEN,
    STRANGER_KEY,
    answered,
    developer,
    enrolled_key,
    enrolment,
    entry,
    issuer,
    snapshot,
)
from tests.simulators.standing_cases import (
    ENROLLED,
    INVALID,
    STALE,
    VALID,
    WRONG_BITS,
    Case,
    forged,
    not_an_answer,
    nothing,
    reviewed,
    revoked_review,
    two,
)

ATTACHED_ATTACKS = {
    # -- snapshots
    "no snapshot where one is required": Case(
        STALE, "verify.no-status", nothing, {"status_required": True}
    ),
    "no snapshot where none is required": Case(VALID, "verify.no-status", nothing),
    "a snapshot that is too old": Case(
        STALE,
        "verify.status-old",
        lambda s: s.status(NOON + HOUR),
        {"status_required": True, "status_max_age": timedelta(hours=12)},
    ),
    "a snapshot that is too old, where none is required": Case(
        VALID,
        "verify.status-old",
        lambda s: s.status(NOON + HOUR),
        {"status_max_age": timedelta(hours=12)},
    ),
    "a snapshot that ran out": Case(
        STALE,
        "verify.status-expired",
        lambda s: s.status(NOON + HOUR, valid_until=NOON + DAY),
        {"status_required": True},
    ),
    "a snapshot of later than the instant": Case(
        STALE,
        "verify.status-later",
        lambda s: s.status(NOON + 3 * DAY),
        {"status_required": True},
    ),
    "a snapshot by a key of another work": Case(
        STALE,
        "verify.status-signer",
        lambda s: s.status(signer=ASSESSOR_KEY),
        {"status_required": True},
    ),
    "a snapshot that states a later time than its receipt": Case(
        STALE,
        "verify.status-postdated",
        lambda s: s.status(NOON + DAY, at=NOON + HOUR),
        {"status_required": True},
    ),
    "a snapshot over another log": Case(
        STALE,
        "verify.status-other-log",
        lambda s: s.status(log_origin="other.example/log"),
        {"status_required": True},
    ),
    "a snapshot that is in no log": Case(
        STALE,
        "verify.no-receipt",
        lambda s: s.issue(
            status_payload(snapshot(s.log, NOON + DAY)), OFFICE_KEY, None
        ),
        {"status_required": True},
    ),
    "a snapshot by an office key that had ended": Case(
        STALE,
        "verify.key-ended",
        lambda s: s.status(),
        {
            "status_required": True,
            "offices": (issuer(OFFICE, OFFICE_KEY, valid_until=NOON),),
        },
    ),
    "a log that was rolled back": Case(
        STALE, "verify.status-rollback", two({}, {}, sizes=(20, 10))
    ),
    "two roots of one size": Case(
        STALE, "verify.status-split", two({}, {"log_root": "ab" * 32}, sizes=(9, 9))
    ),
    "two snapshots of one instant": Case(
        STALE,
        "verify.status-split",
        two({}, {"issued_at": NOON + HOUR, "ttl": HOUR}, sizes=(9, 9)),
    ),
    "an entry that is there and then is not": Case(
        STALE,
        "verify.status-split",
        two({"entries": (entry(1, "ee" * 32, NOON),)}, {}),
    ),
    "an entry whose date moves": Case(
        STALE,
        "verify.status-split",
        two(
            {"entries": (entry(1, "ee" * 32, NOON),)},
            {"entries": (entry(1, "ee" * 32, NOON + DAY),)},
        ),
    ),
    "a key that ended and then did not": Case(
        STALE,
        "verify.status-split",
        two(
            {
                "keys": (
                    KeyStatus(
                        key_id="ee" * 32, kind=KeyEventKind.RETIRED, effective=NOON
                    ),
                )
            },
            {},
        ),
    ),
    "another statement at the claim's place": Case(
        STALE,
        "verify.status-other-entry",
        lambda s: s.status(entries=(entry(s.seal_index, "ee" * 32, NOON + 9 * DAY),)),
    ),
    "bits and entries that differ, at hand": Case(
        STALE,
        "verify.status-bits",
        forged(
            lambda s: status_payload(snapshot(s.log, NOON + DAY, size=10)),
            encodedList=WRONG_BITS["encoded_list"],
        ),
        {"status_required": True},
    ),
    "bits and entries that differ, in the bundle": Case(
        INVALID,
        "verify.status-bits",
        forged(
            lambda s: status_payload(snapshot(s.log, NOON + DAY, size=10)),
            encodedList=WRONG_BITS["encoded_list"],
        ),
        attached=True,
    ),
    "a list for more entries than the tree has": Case(
        INVALID,
        "verify.status-bits",
        forged(
            lambda s: status_payload(snapshot(s.log, NOON + DAY, size=10)),
            encodedList=encode_list(bits_of((), 200_000)),
        ),
        attached=True,
    ),
    # -- what is attached
    "an attached statement of a kind to come": Case(
        INVALID,
        "verify.unknown-statement",
        lambda s: s.issue(
            edited(
                s.review(answered()),
                lambda doc: doc.update(predicateType="https://assay/review/v0.2"),
            ),
            ASSESSOR_KEY,
        ),
        attached=True,
    ),
    "a claim's statement among the attached": Case(
        INVALID,
        "verify.unknown-statement",
        lambda s: s.issue(s.claim.payloads()[ASSESSMENT_TYPE], DEV_KEY),
        attached=True,
    ),
    "an enrolment about another organisation than it names": Case(
        INVALID,
        "verify.organisation-id",
        lambda s: s.issue(
            edited(
                ENROLLED,
                lambda doc: doc["subject"][0]["digest"].update(sha256="ee" * 32),
            ),
            OFFICE_KEY,
        ),
        attached=True,
    ),
    "a review that is malformed, in the bundle": Case(
        INVALID,
        "document.schema",
        forged(lambda s: s.review(answered()), ASSESSOR_KEY, independence=""),
        attached=True,
    ),
    "a review that is malformed, at hand": Case(
        VALID,
        "document.schema",
        forged(lambda s: s.review(answered()), ASSESSOR_KEY, independence=""),
    ),
    # -- reviews and evaluations
    "a review by a stranger": Case(
        VALID, "trust.unknown-issuer", reviewed(STRANGER_KEY)
    ),
    "a review that is in no log": Case(
        VALID, "verify.no-receipt", reviewed(ASSESSOR_KEY, None)
    ),
    "a review by the developer under its assessor's name": Case(
        VALID,
        "verify.review-not-independent",
        reviewed(),
        {"developers": (developer(ASSESSOR.upper(), DEV_KEY),)},
    ),
    "a review by the developer's own key": Case(
        VALID,
        "verify.review-not-independent",
        reviewed(DEV_KEY),
        {"assessors": (issuer("Another name", DEV_KEY),)},
    ),
    "a review by a key that the office says is the developer's": Case(
        VALID,
        "verify.review-not-independent",
        lambda s: [
            s.issue(
                enrolment(enrolled_key(DEV_KEY), enrolled_key(ASSESSOR_KEY)), OFFICE_KEY
            ),
            reviewed()(s),
        ],
    ),
    "a review of another assessment": Case(
        VALID,
        "verify.review-other",
        reviewed(ASSESSOR_KEY, NOON + HOUR, assessment="ee" * 32),
    ),
    "a review that ran out": Case(
        VALID,
        "verify.review-expired",
        reviewed(ASSESSOR_KEY, NOON + HOUR, valid_until=NOON + DAY),
    ),
    "a review of later than its receipt": Case(
        VALID,
        "verify.attached-postdated",
        reviewed(ASSESSOR_KEY, NOON + HOUR, reviewed_at=NOON + DAY),
    ),
    "a review of later than the instant": Case(
        VALID,
        "verify.attached-later",
        reviewed(ASSESSOR_KEY, NOON + 3 * DAY, reviewed_at=NOON + 3 * DAY),
    ),
    "a review that the assessor revoked": Case(
        VALID, "verify.attached-revoked", revoked_review
    ),
    "a review that confirms what only a review answers": Case(
        VALID, "verify.review-result", not_an_answer()
    ),
    "a review that answers what checks answer": Case(
        VALID,
        "verify.review-result",
        not_an_answer(ReviewKind.ANSWERS, "cargo-1", outcome=Outcome.MET),
    ),
    "a review of a control that there is not": Case(
        VALID, "verify.review-result", not_an_answer(control="cargo-9")
    ),
    "a review that repeats what nobody checked": Case(
        VALID,
        "verify.review-result",
        not_an_answer(ReviewKind.REPEATED_EQUAL, "crew-1"),
    ),
    "a review that finds void what applies to everybody": Case(
        VALID,
        "verify.review-result",
        not_an_answer(ReviewKind.CONTRADICTS, "crew-1", outcome=Outcome.NOT_APPLICABLE),
    ),
    "a review that answers without the evidence asked for": Case(
        VALID,
        "verify.review-result",
        not_an_answer(
            ReviewKind.ANSWERS,
            outcome=Outcome.MET,
            evidence=(replace(SEEN, size=0),),
        ),
    ),
    "an evaluation of another release": Case(
        VALID,
        "verify.evaluation-other",
        lambda s: s.issue(s.evaluation(release_digest="ee" * 32), ASSESSOR_KEY),
    ),
    "an evaluation of later than its receipt": Case(
        VALID,
        "verify.attached-postdated",
        lambda s: s.issue(s.evaluation(evaluated_at=NOON + DAY), ASSESSOR_KEY),
    ),
}
