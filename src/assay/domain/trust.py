"""Whom a verifier believes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from assay.domain.programme import ProgrammeRef

__all__ = [
    "DEFAULT_STATUS_AGE",
    "KeylessAuthority",
    "KeylessIdentity",
    "KeylessLog",
    "TimestampAuthority",
    "TrustFile",
    "TrustedDeveloper",
    "TrustedIssuer",
    "TrustedLog",
    "TrustedWitness",
]

# A revocation is to be known within a week, where the trust file says nothing else.
DEFAULT_STATUS_AGE = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedIssuer:
    """Somebody and one key that speaks for them, within its dates.

    Attributes:
        name: What the verifier calls them.
        public_key: DER (SubjectPublicKeyInfo).
        valid_from: The key signs nothing before this instant; None: no bound.
        valid_until: The key signs nothing after this instant; None: no bound.
    """

    name: str
    public_key: bytes
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedDeveloper(TrustedIssuer):
    """A developer and one key that speaks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedLog:
    """A log and its keys.

    Attributes:
        origin: Its name.
        vkeys: Verifier keys that must all have signed its checkpoints.
        receipt_keys: Keys in DER, any of which signs its COSE receipts.
    """

    origin: str
    vkeys: tuple[str, ...]
    receipt_keys: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedWitness:
    """A witness of logs, by its C2SP verifier key."""

    name: str
    vkey: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampAuthority:
    """An RFC 3161 authority whose word on time counts.

    Attributes:
        name: What the verifier calls it.
        certificates: DER. At least one root, which is signed by itself; authorities in
            between, where tokens lack them; and the certificate that signs tokens,
            where only tokens by that very one are to count.
        policy: Dotted object identifier that tokens must state, or None for any.
        valid_from: Tokens that state an earlier time do not count; or None.
        valid_until: Tokens that state a later time do not count; or None.
    """

    name: str
    certificates: tuple[bytes, ...]
    policy: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeylessAuthority:
    """An authority that certifies short-lived keys, such as sigstore's Fulcio.

    Attributes:
        certificates: DER: at least one root, and authorities between it and signers.
        valid_from: Certificates for earlier signatures do not count; or None.
        valid_until: Certificates for later signatures do not count; or None.
    """

    certificates: tuple[bytes, ...]
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeylessLog:
    """A log of sigstore: Rekor for entries, or one of certificates for SCTs.

    Attributes:
        public_key: DER (SubjectPublicKeyInfo): Ed25519, or ECDSA on P-256.
        origin: The log's name in its checkpoints; empty for a log of certificates.
        valid_from: What it signed earlier does not count; or None.
        valid_until: What it signed later does not count; or None.
    """

    public_key: bytes
    origin: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeylessIdentity:
    """Somebody who signs with short-lived certificates, and by whose word it is so.

    Attributes:
        name: What the verifier calls them.
        issuer: OpenID Connect issuer that must have vouched for them, exactly.
        identity: Mail address or URI in the certificate, exactly.
        authorities: Who may have certified them.
        logs: Where the signature must stand.
        certificate_logs: Whose signed timestamp the certificate must carry; with none
            named this is not assessed, and said so.
    """

    name: str
    issuer: str
    identity: str
    authorities: tuple[KeylessAuthority, ...]
    logs: tuple[KeylessLog, ...]
    certificate_logs: tuple[KeylessLog, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustFile:
    """Whom a verifier believes, chosen by the verifier alone.

    Attributes:
        developers: Keys whose claims count.
        offices: Keys of programme offices, whose enrolments, key events, revocations
            and status snapshots count.
        assessors: Keys whose independent reviews count.
        logs: Logs whose receipts count.
        witnesses: Witnesses whose cosignatures count.
        quorum: How many witnesses must have cosigned, 0 or more.
        policy: C2SP tlog-policy text in place of witnesses and quorum; or empty.
        timestamp_authorities: Authorities whose timestamps count.
        log_required: Whether a statement without a receipt is refused.
        timestamp_required: Whether a claim without a believed timestamp is refused.
        second_required: Whether a claim without a second, post-quantum envelope is.
        status_required: Whether a claim is stale without a status snapshot.
        status_max_age: How old the snapshot may be at the instant asked about.
        programmes: Programmes that may decide, by digest.
        valid_until: After this instant the file itself is stale; or None.
        keyless: Signers by short-lived certificates whose statements count.
    """

    developers: tuple[TrustedDeveloper, ...]
    offices: tuple[TrustedIssuer, ...] = ()
    assessors: tuple[TrustedIssuer, ...] = ()
    logs: tuple[TrustedLog, ...]
    witnesses: tuple[TrustedWitness, ...] = ()
    quorum: int = 0
    policy: str = ""
    timestamp_authorities: tuple[TimestampAuthority, ...] = ()
    log_required: bool = True
    timestamp_required: bool = False
    second_required: bool = False
    status_required: bool = False
    status_max_age: timedelta = DEFAULT_STATUS_AGE
    programmes: tuple[ProgrammeRef, ...]
    valid_until: datetime | None = None
    keyless: tuple[KeylessIdentity, ...] = ()
