"""What others say of a claim's key, organisation and statements, and must not count."""

from __future__ import annotations

from assay.crypto.name_record import organisation_id
from assay.domain.enrolment import KeyRole
from assay.domain.key_event import KeyEventKind
from assay.domain.revocation import RevocationReason
from assay.domain.statement import ASSESSMENT_TYPE
from assay.domain.status import KeyStatus, RevokedStatement, WithdrawnOrganisation
from tests.simulators.claims import DEVELOPER
from tests.simulators.registry import (
    ASSESSOR_KEY,
    DAY,
    DEV_KEY,
    HOUR,
    NEW_KEY,
    NOBODY,
    NOON,
    OFFICE_KEY,
    STRANGER_KEY,
    compromise,
    enrolled_key,
    enrolment,
    entry,
    key_id,
    retirement,
    revocation,
    rotation,
    withdrawal,
)
from tests.simulators.standing_cases import (
    ENROLLED,
    INVALID,
    STALE,
    VALID,
    Case,
    nothing,
)

STANDING_ATTACKS = {
    # -- the claim's key
    "a claim by a key that nobody names": Case(
        INVALID, "trust.unknown-developer", nothing, {"developers": NOBODY}
    ),
    "an enrolment by a stranger": Case(
        INVALID,
        "trust.unknown-developer",
        lambda s: s.issue(ENROLLED, STRANGER_KEY),
        {"developers": NOBODY},
    ),
    "an enrolment that is in no log": Case(
        INVALID,
        "trust.unknown-developer",
        lambda s: s.issue(ENROLLED, OFFICE_KEY, None),
        {"developers": NOBODY},
    ),
    "an enrolment for another work": Case(
        INVALID,
        "trust.unknown-developer",
        lambda s: s.issue(
            enrolment(enrolled_key(DEV_KEY, roles=(KeyRole.ASSESS,))), OFFICE_KEY
        ),
        {"developers": NOBODY},
    ),
    "a claim before the enrolled key begins": Case(
        INVALID,
        "verify.key-not-begun",
        lambda s: s.issue(
            enrolment(enrolled_key(DEV_KEY, valid_from=NOON + DAY)), OFFICE_KEY
        ),
        {"developers": NOBODY},
    ),
    "a claim before the organisation was enrolled": Case(
        INVALID,
        "verify.key-not-begun",
        lambda s: s.issue(
            enrolment(enrolled_key(DEV_KEY), effective=NOON + DAY), OFFICE_KEY
        ),
        {"developers": NOBODY},
    ),
    "a claim after the enrolled key ended": Case(
        INVALID,
        "verify.key-ended",
        lambda s: s.issue(
            enrolment(enrolled_key(DEV_KEY, valid_until=NOON - DAY)), OFFICE_KEY
        ),
        {"developers": NOBODY},
    ),
    "a claim after the key was retired": Case(
        INVALID,
        "verify.key-retired",
        lambda s: s.issue(retirement(DEV_KEY, NOON - DAY), DEV_KEY),
    ),
    "a claim after the key was rotated": Case(
        INVALID,
        "verify.key-retired",
        lambda s: s.issue(rotation(DEV_KEY, NEW_KEY, NOON - DAY), OFFICE_KEY),
    ),
    "a claim after the key was compromised": Case(
        INVALID,
        "verify.key-compromised",
        lambda s: s.issue(compromise(DEV_KEY, NOON - HOUR), OFFICE_KEY),
    ),
    "a claim after the last good instant of a key": Case(
        INVALID,
        "verify.key-compromised",
        lambda s: s.issue(
            compromise(DEV_KEY, NOON + DAY, last_good=NOON - HOUR), DEV_KEY
        ),
    ),
    "a key that ended by the word of a snapshot": Case(
        INVALID,
        "verify.key-compromised",
        lambda s: s.status(
            keys=(
                KeyStatus(
                    key_id=key_id(DEV_KEY),
                    kind=KeyEventKind.COMPROMISE,
                    effective=NOON - HOUR,
                ),
            )
        ),
    ),
    "a compromise that is in no log": Case(
        STALE,
        "verify.ending-unproven",
        lambda s: s.issue(compromise(DEV_KEY, NOON - HOUR), OFFICE_KEY, None),
    ),
    "a key event by a stranger": Case(
        VALID,
        "trust.unknown-issuer",
        lambda s: s.issue(compromise(DEV_KEY, NOON - HOUR), STRANGER_KEY),
    ),
    "a rotation to a key whose holder knows nothing of it": Case(
        INVALID,
        "verify.successor-proof",
        lambda s: s.issue(
            rotation(DEV_KEY, NEW_KEY, NOON + DAY, proof=b"not signed"), DEV_KEY
        ),
        attached=True,
    ),
    # -- withdrawals
    "a claim after its organisation withdrew": Case(
        STALE,
        "verify.withdrawn",
        lambda s: [
            s.issue(ENROLLED, OFFICE_KEY, NOON - DAY),
            s.issue(withdrawal(NOON - HOUR), OFFICE_KEY),
        ],
        {"developers": NOBODY},
    ),
    "a withdrawal alone that names the key": Case(
        STALE,
        "verify.withdrawn",
        lambda s: s.issue(withdrawal(NOON - HOUR, enrolled_key(DEV_KEY)), OFFICE_KEY),
    ),
    "a withdrawal that a snapshot lists": Case(
        STALE,
        "verify.withdrawn",
        lambda s: s.status(
            withdrawn=(
                WithdrawnOrganisation(
                    organisation_id=organisation_id(DEVELOPER),
                    name=DEVELOPER,
                    effective=NOON - HOUR,
                    until=NOON + HOUR,
                    key_ids=(key_id(DEV_KEY),),
                ),
            )
        ),
    ),
    # -- revocations
    "a claim that its developer revoked": Case(
        INVALID,
        "verify.revoked",
        lambda s: s.issue(revocation(s.seal, NOON + DAY), DEV_KEY),
    ),
    "a claim whose assessment the office revoked": Case(
        INVALID,
        "verify.revoked",
        lambda s: s.issue(
            revocation(s.payload(ASSESSMENT_TYPE), NOON + DAY, text=""), OFFICE_KEY
        ),
    ),
    "a claim whose bit is set": Case(
        INVALID,
        "verify.revoked",
        lambda s: s.status(entries=(entry(s.seal_index, s.seal, NOON),)),
    ),
    "a claim that a snapshot lists without a place": Case(
        INVALID,
        "verify.revoked",
        lambda s: s.status(
            elsewhere=(
                RevokedStatement(
                    sha256=s.seal, effective=NOON, reason=RevocationReason.UNSAFE
                ),
            )
        ),
    ),
    "a revocation by somebody who may not": Case(
        VALID,
        "verify.revocation-ignored",
        lambda s: s.issue(revocation(s.seal, NOON), ASSESSOR_KEY),
    ),
    "a revocation by a key that had ended": Case(
        VALID,
        "verify.revocation-ignored",
        lambda s: [
            s.issue(retirement(DEV_KEY, NOON + HOUR), DEV_KEY),
            s.issue(revocation(s.seal, NOON), DEV_KEY, NOON + DAY),
        ],
    ),
    "a revocation that is in no log": Case(
        STALE,
        "verify.revocation-unproven",
        lambda s: s.issue(revocation(s.seal, NOON), DEV_KEY, None),
    ),
}
