"""Statements: what gets signed, and what has been proven about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from assay.domain.assessment import Assessment
    from assay.domain.declaration import Declarations
    from assay.domain.evaluation import VerifiedEvaluation
    from assay.domain.programme import Programme
    from assay.domain.release import FileRecord
    from assay.domain.review import VerifiedReview

__all__ = [
    "ASSESSMENT_TYPE",
    "ASSESSMENT_V02_TYPE",
    "DECLARATIONS_TYPE",
    "DECLARATIONS_V02_TYPE",
    "MANIFEST_TYPE",
    "PAYLOAD_TYPE",
    "SEAL_TYPE",
    "SEAL_TYPES",
    "SEAL_V02_TYPE",
    "STATEMENT_TYPE",
    "Bundle",
    "BundleVersion",
    "Envelope",
    "Issuer",
    "LoggedStatement",
    "Seal",
    "SealedStatement",
    "StatementFile",
    "VerifiedRelease",
    "VerifiedStatement",
]

# in-toto attestation framework, Statement v1 and its DSSE payload type.
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
# OpenSSF Model Signing v1.0, section 5.1.
MANIFEST_TYPE = "https://model_signing/signature/v1.0"
ASSESSMENT_TYPE = "https://assay/assessment/v0.1"
DECLARATIONS_TYPE = "https://assay/declarations/v0.1"
SEAL_TYPE = "https://assay/seal/v0.1"
# With salted digests in the place of results, reports and answers.
ASSESSMENT_V02_TYPE = "https://assay/assessment/v0.2"
DECLARATIONS_V02_TYPE = "https://assay/declarations/v0.2"
SEAL_V02_TYPE = "https://assay/seal/v0.2"
SEAL_TYPES = (SEAL_TYPE, SEAL_V02_TYPE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A DSSE envelope with one signature (DSSE v1.0, envelope.md).

    Attributes:
        payload: The signed bytes, exactly as signed.
        payload_type: DSSE payload type.
        key_id: Hex SHA-256 of the signer's public key in DER (SubjectPublicKeyInfo).
        signature: Raw bytes: DER for ECDSA (RFC 3279), 64 bytes for Ed25519.
    """

    payload: bytes
    payload_type: str
    key_id: str
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedStatement:
    """An envelope, and what proves where and when it stood.

    Attributes:
        envelope: The signed statement.
        receipt: C2SP tlog-proof text, or None when the statement was not logged.
        second: A post-quantum envelope over the same payload, or None.
        timestamps: RFC 3161 TimeStampResp in DER, over SHA-256 of the signature.
    """

    envelope: Envelope
    receipt: str | None = None
    second: Envelope | None = None
    timestamps: tuple[bytes, ...] = ()


class BundleVersion(StrEnum):
    """Released formats of a bundle; every one is read for ever."""

    V0_1 = "v0.1"
    V0_2 = "v0.2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """One file with everything that a verifier needs offline.

    Attributes:
        public_key: Key of whoever makes the claim, in DER (SubjectPublicKeyInfo).
        statements: Manifest, assessment, declarations if any, seal; in this order.
        programme: The programme's file, exactly as digested.
        attached: Statements of others, or of the developer about the claim, that no
            seal binds: reviews, enrolments, key events, revocations, snapshots.
        further_keys: Keys of second envelopes and of attached statements.
        disclosures: What opens the salted digests of the claim's statements.
        version: Its format.
    """

    public_key: bytes
    statements: tuple[LoggedStatement, ...]
    programme: bytes
    attached: tuple[LoggedStatement, ...] = ()
    further_keys: tuple[bytes, ...] = ()
    disclosures: tuple[str, ...] = ()
    version: BundleVersion = BundleVersion.V0_1


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementFile:
    """One signed statement by itself, as it travels before it is in a bundle.

    Attributes:
        public_key: Key that signed it, in DER.
        statement: The statement with its receipt and timestamps.
        further_keys: Key of its second envelope, if it has one.
    """

    public_key: bytes
    statement: LoggedStatement
    further_keys: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SealedStatement:
    """One statement that a seal binds: its predicate type and payload digest."""

    predicate_type: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """The developer's act of claiming: which statements, when, until when.

    Attributes:
        release_digest: Hex SHA-256 of the release.
        sealed_at: When, in UTC, whole seconds.
        valid_until: After this instant the claim is stale.
        statements: What it binds, sorted.
        supersedes: Hex SHA-256 of the payloads of earlier seals that it takes the
            place of, sorted; none in v0.1.
    """

    release_digest: str
    sealed_at: datetime
    valid_until: datetime
    statements: tuple[SealedStatement, ...]
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """A signer whom the verifier chose to believe.

    Attributes:
        name: As the verifier's trust file names it, or an enrolment that it believes.
        key_id: Hex SHA-256 of the public key in DER.
        valid_from: The key signs nothing before this instant; None: no bound.
        valid_until: The key signs nothing after this instant; None: no bound.
    """

    name: str
    key_id: str
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedStatement:
    """A statement whose signature and receipt were proven. Only `verify` builds it.

    Attributes:
        predicate_type: What kind of statement.
        payload_sha256: Hex digest of the signed bytes.
        issuer: Who signed.
        log_origin: Log that holds it, or None where the verifier asks for no log.
        log_index: Its index there, or None.
        logged_at: Log's own signed time of the receipt, or None.
        timestamped_at: Earliest time that a believed authority states, or None.
        second_key_id: Key of a believed second envelope, or None.
    """

    predicate_type: str
    payload_sha256: str
    issuer: Issuer
    log_origin: str | None = None
    log_index: int | None = None
    logged_at: datetime | None = None
    timestamped_at: datetime | None = None
    second_key_id: str | None = None

    @property
    def existed_by(self) -> datetime | None:
        """The earliest instant at which somebody else vouches that it existed."""
        times = (self.logged_at, self.timestamped_at)
        return min((time for time in times if time is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedRelease:
    """What a bundle proves about a release. Only `verify` builds it.

    Attributes:
        issuer: Who signed all of it.
        files: The manifest: every file of the release.
        assessment: Outcomes per control.
        declarations: Answers of people; empty when none were given.
        seal: When it was claimed and until when.
        programme: The programme under which it was assessed.
        programme_trusted: Whether the trust file names that very programme.
        statements: The statements behind it.
        reasons: The reason of each outcome in the words that were signed, which nobody
            is shown; empty where something is withheld.
        reviews: Reviews of believed assessors that count at the instant asked about.
        evaluations: Evaluations of believed parties, likewise.
    """

    issuer: Issuer
    files: tuple[FileRecord, ...]
    assessment: Assessment
    declarations: Declarations
    seal: Seal
    programme: Programme
    programme_trusted: bool
    statements: tuple[VerifiedStatement, ...]
    reasons: tuple[str, ...] = ()
    reviews: tuple[VerifiedReview, ...] = ()
    evaluations: tuple[VerifiedEvaluation, ...] = ()

    @property
    def withheld(self) -> tuple[str, ...]:
        """Ids of the controls of which the bundle shows only a salted digest."""
        return self.assessment.withheld

    @property
    def seal_digest(self) -> str:
        """Hex SHA-256 of the seal's payload, which names this very claim."""
        return next(
            statement.payload_sha256
            for statement in self.statements
            if statement.predicate_type in SEAL_TYPES
        )
