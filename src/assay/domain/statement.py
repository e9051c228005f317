"""Statements: what gets signed, and what has been proven about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from assay.domain.assessment import Assessment
    from assay.domain.declaration import Declarations
    from assay.domain.programme import Programme
    from assay.domain.release import FileRecord

__all__ = [
    "ASSESSMENT_TYPE",
    "DECLARATIONS_TYPE",
    "MANIFEST_TYPE",
    "PAYLOAD_TYPE",
    "SEAL_TYPE",
    "STATEMENT_TYPE",
    "Bundle",
    "Envelope",
    "Issuer",
    "LoggedStatement",
    "Seal",
    "SealedStatement",
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
    """An envelope and the receipt that it is in the log.

    Attributes:
        envelope: The signed statement.
        receipt: C2SP tlog-proof text, or None when the statement was not logged.
    """

    envelope: Envelope
    receipt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """One file with everything that a verifier needs offline.

    Attributes:
        public_key: Signer's public key in DER (SubjectPublicKeyInfo).
        statements: Manifest, assessment, declarations if any, seal; in this order.
        programme: The programme's file, exactly as digested.
    """

    public_key: bytes
    statements: tuple[LoggedStatement, ...]
    programme: bytes


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
    """

    release_digest: str
    sealed_at: datetime
    valid_until: datetime
    statements: tuple[SealedStatement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """A signer whom the verifier chose to believe.

    Attributes:
        name: As the verifier's trust file names it.
        key_id: Hex SHA-256 of the public key in DER.
    """

    name: str
    key_id: str


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
    """

    predicate_type: str
    payload_sha256: str
    issuer: Issuer
    log_origin: str | None = None
    log_index: int | None = None
    logged_at: datetime | None = None


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
    """

    issuer: Issuer
    files: tuple[FileRecord, ...]
    assessment: Assessment
    declarations: Declarations
    seal: Seal
    programme: Programme
    programme_trusted: bool
    statements: tuple[VerifiedStatement, ...]
