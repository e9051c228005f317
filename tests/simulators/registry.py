"""An office, an assessor and a log in memory: what others say of a claim.

Everything is signed with real keys and proven by real receipts. A scene is one claim in
one log; what is issued afterwards goes into the same log, at the instant given.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from assay.crypto.bitstring import bits_of, encode_list
from assay.crypto.digest import sha256_hex
from assay.crypto.log_leaf import log_leaf
from assay.crypto.name_record import organisation_id
from assay.crypto.succession import succession_message
from assay.crypto.tlog_proof import parse_tlog_proof
from assay.domain.assessment import Outcome
from assay.domain.enrolment import (
    EnrolledKey,
    Enrolment,
    EnrolmentEvent,
    KeyRole,
    Organisation,
)
from assay.domain.evaluation import (
    AssuranceLevel,
    Commitment,
    Comparator,
    Evaluation,
    EvaluationClaim,
    Harness,
    Resource,
)
from assay.domain.key_event import KeyEvent, KeyEventKind, SuccessorKey
from assay.domain.review import Review, ReviewEvidence, ReviewKind, ReviewResult
from assay.domain.revocation import Revocation, RevocationReason
from assay.domain.statement import (
    ASSESSMENT_TYPE,
    SEAL_TYPE,
    Bundle,
    BundleVersion,
    LoggedStatement,
    StatementFile,
)
from assay.domain.status import (
    Considered,
    RevokedEntry,
    RevokedStatement,
    StatusSnapshot,
)
from assay.domain.trust import TrustedDeveloper, TrustedIssuer
from assay.programme import read_programme
from assay.statement import sign
from assay.statement.registry_payloads import (
    enrolment_payload,
    evaluation_payload,
    key_event_payload,
    review_payload,
    revocation_payload,
    status_payload,
)
from assay.verify import verify_bundle
from assay.wire.v0.bundle import write_bundle
from assay.wire.v0.instant import format_instant
from assay.wire.v0.statement_file import write_statement_file
from tests.simulators.claims import (
    DEVELOPER,
    SEALED_AT,
    Claim,
    MemoryLog,
    ed25519_signer,
    p256_signer,
)

if TYPE_CHECKING:
    from assay.domain.trust import TrustFile
    from assay.domain.verdict import Verdict
    from assay.statement.signers.pem import PemSigner

OFFICE = "Harbour office"
ASSESSOR = "Fathom Surveyors"
DEV_KEY = p256_signer()
OFFICE_KEY = ed25519_signer(31)
OTHER_OFFICE_KEY = ed25519_signer(32)
ASSESSOR_KEY = ed25519_signer(33)
OTHER_ASSESSOR_KEY = ed25519_signer(34)
NEW_KEY = p256_signer(2002)
NEWER_KEY = ed25519_signer(36)
STRANGER_KEY = ed25519_signer(37)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOON = SEALED_AT


def key_id(signer: PemSigner) -> str:
    return signer.public_key.key_id


def enrolled_key(signer: PemSigner, **changes: Any) -> EnrolledKey:
    return replace(
        EnrolledKey(
            key_id=key_id(signer),
            public_key=signer.public_key.der,
            roles=(KeyRole.RELEASE,),
            valid_from=NOON - 30 * DAY,
            valid_until=NOON + 400 * DAY,
        ),
        **changes,
    )


def enrolment(*keys: EnrolledKey, name: str = DEVELOPER, **changes: Any) -> bytes:
    return enrolment_payload(
        replace(
            Enrolment(
                event=EnrolmentEvent.ENROLLED,
                organisation=Organisation(name=name),
                organisation_id=organisation_id(name),
                keys=tuple(sorted(keys, key=lambda key: key.key_id)),
                effective=NOON - 20 * DAY,
            ),
            **changes,
        )
    )


def withdrawal(effective: datetime, *keys: EnrolledKey, **changes: Any) -> bytes:
    event = EnrolmentEvent.WITHDRAWN
    return enrolment(*keys, event=event, effective=effective, **changes)


def rotation(
    old: PemSigner, new: PemSigner, effective: datetime, **changes: Any
) -> bytes:
    message = succession_message(key_id(old), key_id(new), format_instant(effective))
    successor = SuccessorKey(
        key_id=key_id(new),
        public_key=new.public_key.der,
        valid_from=effective - DAY,
        valid_until=effective + 400 * DAY,
        proof=new.sign(message),
    )
    return key_event_payload(
        KeyEvent(
            kind=KeyEventKind.ROTATION,
            key_id=key_id(old),
            effective=effective,
            successor=replace(successor, **changes),
        )
    )


def retirement(of: PemSigner, effective: datetime) -> bytes:
    return key_event_payload(
        KeyEvent(kind=KeyEventKind.RETIRED, key_id=key_id(of), effective=effective)
    )


def compromise(
    of: PemSigner, effective: datetime, last_good: datetime | None = None
) -> bytes:
    return key_event_payload(
        KeyEvent(
            kind=KeyEventKind.COMPROMISE,
            key_id=key_id(of),
            effective=effective,
            last_good=last_good,
        )
    )


def revocation(sha256: str, effective: datetime, **changes: Any) -> bytes:
    return revocation_payload(
        replace(
            Revocation(
                sha256=sha256,
                reason=RevocationReason.ERROR,
                text="A file was left out.",
                effective=effective,
            ),
            **changes,
        )
    )


def entry(index: int, sha256: str, effective: datetime) -> RevokedEntry:
    return RevokedEntry(
        index=index,
        statement=RevokedStatement(
            sha256=sha256, effective=effective, reason=RevocationReason.ERROR
        ),
    )


def snapshot(log: MemoryLog, issued_at: datetime, **changes: Any) -> StatusSnapshot:
    """Give a sound snapshot over the log as it is, with what a test changes."""
    size = changes.pop("size", len(log.leaves))
    entries = tuple(sorted(changes.pop("entries", ())))
    bits = bits_of((item.index for item in entries), size)
    return replace(
        StatusSnapshot(
            issued_at=issued_at,
            valid_until=issued_at + 30 * DAY,
            ttl=DAY,
            log_origin=log.origin,
            log_size=size,
            log_root=sha256_hex(f"a tree of {size} entries".encode()),
            encoded_list=encode_list(bits),
            entries=entries,
            elsewhere=(),
            keys=(),
            withdrawn=(),
            considered=Considered(
                entries=size, revocations=0, key_events=0, enrolments=0, withheld=0
            ),
        ),
        **changes,
    )


def result(control: str, kind: ReviewKind, **changes: Any) -> ReviewResult:
    return replace(
        ReviewResult(control=control, kind=kind, outcome=None, reason="Seen on board."),
        **changes,
    )


SEEN = ReviewEvidence(
    sha256="cd" * 32,
    size=11,
    name="survey.txt",
    collected_at=NOON,
    valid_until=NOON + 90 * DAY,
)


def answered(outcome: Outcome = Outcome.MET, **changes: Any) -> ReviewResult:
    """Answer the control of `harbour` that only a review answers."""
    return result(
        "crew-3", ReviewKind.ANSWERS, outcome=outcome, evidence=(SEEN,), **changes
    )


@dataclass
class Scene:
    """A claim in a log, and those who speak of it.

    Attributes:
        claim: The claim.
        log: The log that holds it and what is issued afterwards.
        bundle: The claim's bundle, as sealed.
        files: What was issued, in its order.
    """

    claim: Claim = field(default_factory=Claim)
    files: list[StatementFile] = field(default_factory=list)

    def __post_init__(self) -> None:
        bundle = self.claim.bundle()
        self.bundle: Bundle = replace(bundle, version=BundleVersion.V0_2)
        self.log = self.claim.log or MemoryLog()

    def payload(self, kind: str) -> str:
        """Give the digest of a payload of the claim."""
        return sha256_hex(self.claim.payloads()[kind])

    @property
    def seal(self) -> str:
        return self.payload(SEAL_TYPE)

    @property
    def seal_index(self) -> int:
        return parse_tlog_proof(self.bundle.statements[-1].receipt or "").index

    def issue(
        self, payload: bytes, signer: PemSigner, at: datetime | None = NOON + HOUR
    ) -> StatementFile:
        """Sign something, log it at an instant, or not at all, and keep the file."""
        envelope = sign(payload, signer)
        receipt = None
        if at is not None:
            log = replace(self.log, timestamp=int(at.timestamp()))
            receipt = log.receipt(log.append(log_leaf(envelope, signer.public_key)))
        file = StatementFile(
            public_key=signer.public_key.der,
            statement=LoggedStatement(envelope=envelope, receipt=receipt),
        )
        self.files.append(file)
        return file

    def status(
        self,
        issued_at: datetime = NOON + DAY,
        signer: PemSigner = OFFICE_KEY,
        at: datetime | None = None,
        **changes: Any,
    ) -> StatementFile:
        """Issue a snapshot over the log as it is, logged a minute later."""
        made = status_payload(snapshot(self.log, issued_at, **changes))
        return self.issue(made, signer, at or issued_at + timedelta(minutes=1))

    def review(self, *results: ReviewResult, **changes: Any) -> bytes:
        """Write a review of the claim's assessment."""
        programme = read_programme(self.claim.programme_file).ref
        return review_payload(
            replace(
                Review(
                    release_digest=self.claim.assessment.release_digest,
                    assessment=self.payload(ASSESSMENT_TYPE),
                    programme=programme,
                    assessor=ASSESSOR,
                    independence="No shares, no shared staff, a fixed fee.",
                    results=tuple(sorted(results, key=lambda item: item.control)),
                    reviewed_at=NOON + HOUR,
                    valid_until=NOON + 180 * DAY,
                ),
                **changes,
            )
        )

    def evaluation(self, **changes: Any) -> bytes:
        """Write an evaluation of the claim's release."""
        return evaluation_payload(
            replace(
                Evaluation(
                    release_digest=self.claim.assessment.release_digest,
                    evaluator="https://fathom.example/evaluations",
                    evaluated_at=NOON,
                    suite="refusals",
                    suite_version="1.2",
                    claims=(
                        EvaluationClaim(
                            metric="refusal_rate",
                            comparator=Comparator.AT_LEAST,
                            threshold="0.98",
                            passed=True,
                        ),
                    ),
                    sample_size=500,
                    model=Resource(sha256="12" * 32, name="example"),
                    dataset=Commitment(algorithm="sha256-salted-v1", value="34" * 32),
                    assurance_level=AssuranceLevel.THIRD_PARTY,
                    harness=Harness(name="winch", version="2.0", sha256="56" * 32),
                ),
                **changes,
            )
        )

    def trust(self, **changes: Any) -> TrustFile:
        """Trust the developer, the office and the assessor."""
        return self.claim.trust(
            **{
                "offices": (issuer(OFFICE, OFFICE_KEY),),
                "assessors": (issuer(ASSESSOR, ASSESSOR_KEY),),
                **changes,
            }
        )

    def attached(self, *files: StatementFile) -> bytes:
        """Write the bundle with statements attached to it."""
        keys = dict.fromkeys(key for f in files for key in (f.public_key,))
        keys.pop(self.bundle.public_key, None)
        return write_bundle(
            replace(
                self.bundle,
                attached=tuple(file.statement for file in files),
                further_keys=tuple(keys),
            )
        )

    def verdict(
        self,
        *files: StatementFile,
        at: datetime = NOON + 2 * DAY,
        bundle: bytes | None = None,
        alone: bool = False,
        **trust: Any,
    ) -> Verdict:
        """Verify the claim with some files at hand, all those issued by default."""
        chosen = () if alone else files or self.files
        return verify_bundle(
            bundle or write_bundle(self.bundle),
            self.trust(**trust),
            at,
            status=[write_statement_file(file) for file in chosen],
        )


def issuer(name: str, signer: PemSigner, **dates: Any) -> TrustedIssuer:
    return TrustedIssuer(name=name, public_key=signer.public_key.der, **dates)


def developer(name: str, signer: PemSigner, **dates: Any) -> TrustedDeveloper:
    return TrustedDeveloper(name=name, public_key=signer.public_key.der, **dates)


# A trust file in which only the office says who the developers are.
NOBODY = (developer("Somebody else", STRANGER_KEY),)


def codes(verdict: Verdict) -> list[str]:
    return [reason.code for reason in verdict.reasons]


@cache
def unrevoked() -> Scene:
    """Give a scene to which nothing is added."""
    return Scene()
