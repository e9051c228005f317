"""Whether a SCITT transparent statement is one that its reader believes.

Steps (RFC 9943 sections 6 and 7; RFC 9052 section 4.4; RFC 9942 section 5.2):

    1. The file is one COSE_Sign1 in its one spelling, and its unprotected header holds
       receipts and nothing else.
    2. The protected header says who speaks about what, with which key, and of what type
       the statement is.
    3. The key identifier is the thumbprint of a key that the reader believes.
    4. That key's signature holds over the header and the payload.
    5. The statement at hand, if it is given, is the payload, or has the payload as its
       digest.
    6. Where it is Assay's own statement about a release, its subject is that release.
    7. There are one to sixteen receipts, and none twice.
    8. Every receipt whose issuer is a log that the reader believes holds for the entry
       that the statement without receipts makes, under a key of that log, and is about
       the same subject. Receipts of other logs count for nothing.
    9. At least one receipt counts.
   10. The key was within its dates when the first log took the statement.
   11. The instant asked about is within the trust file's dates, and not before the
       registration.

Where step 11 alone fails, the result is stale, and otherwise it is valid. What it says
is who said something and that a log has it, and never that it is true, complete or
unrevoked: that is for `verify_bundle`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto.cose_key import key_thumbprint
from assay.crypto.cose_sign1 import Header, parse_sign1, verify_sign1
from assay.crypto.public_key import public_key_from_der
from assay.crypto.scitt_statement import read_claims, read_content_type
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.statement import Issuer
from assay.domain.verdict import Reason, VerdictValue
from assay.errors import AssayError, ScittError
from assay.verify.scitt_payload import check_payload
from assay.verify.scitt_receipts import LogReceiptKey, Registration, check_receipts
from assay.verify.times import CLOCK_SKEW
from assay.wire.v0.instant import format_instant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from assay.crypto.cose_sign1 import CoseSign1
    from assay.crypto.public_key import PublicKey
    from assay.crypto.scitt_statement import ContentType
    from assay.domain.trust import TrustedIssuer, TrustFile

__all__ = [
    "LogReceiptKey",
    "Registration",
    "ScittVerdict",
    "TransparentStatement",
    "verify_transparent_statement",
]

_UNDERSTOOD = frozenset(
    {
        Header.KID,
        Header.CWT_CLAIMS,
        Header.PAYLOAD_HASH_ALG,
        Header.PREIMAGE_CONTENT_TYPE,
        Header.PAYLOAD_LOCATION,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransparentStatement:
    """What was proven of a statement. Only `verify` builds it.

    Attributes:
        issuer: Who signed, as the reader knows them.
        claimed_issuer: Who speaks, as the statement says.
        subject: What it is about, as the statement says.
        media_type: Of what type it is.
        payload_sha256: Hex digest of the statement.
        payload: The statement, or None where only its digest is at hand.
        predicate_type: Its in-toto predicate type, or None where it has none.
        registrations: The logs that have it.
        ignored: How many receipts are of logs that the reader does not believe.
    """

    issuer: Issuer
    claimed_issuer: str
    subject: str
    media_type: str
    payload_sha256: str
    payload: bytes | None
    predicate_type: str | None
    registrations: tuple[Registration, ...]
    ignored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScittVerdict:
    """What a transparent statement is worth at an instant, to one reader.

    Attributes:
        value: Valid, invalid or stale.
        at: The instant.
        reasons: Why not valid; empty when it is.
        statement: What was proven; None when it is invalid.
    """

    value: VerdictValue
    at: datetime
    reasons: tuple[Reason, ...]
    statement: TransparentStatement | None = None


def verify_transparent_statement(
    data: bytes,
    trust: TrustFile,
    keys: Sequence[LogReceiptKey],
    at: datetime,
    *,
    payload: bytes | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> ScittVerdict:
    """Verify a SCITT transparent statement: steps 1 to 11 of this module.

    Args:
        data: The statement, as read from its file.
        trust: Whom the reader believes: developers by their keys, logs by their names.
        keys: Keys of those logs for COSE receipts.
        at: The instant asked about, with a time zone.
        payload: The in-toto statement, where it is at hand beside the file.
        limits: Bounds on what is read.

    Raises:
        CoseError: The file is no COSE_Sign1 in its one spelling: there is nothing to
            verify.
    """
    message = parse_sign1(data, limits=limits)  # 1.
    try:
        statement = _prove(message, trust, keys, payload, limits)
    except AssayError as error:
        return ScittVerdict(
            value=VerdictValue.INVALID, at=at, reasons=(_refused(error),)
        )
    stale = _staleness(statement, trust, at)  # 11.
    return ScittVerdict(
        value=VerdictValue.STALE if stale else VerdictValue.VALID,
        at=at,
        reasons=stale,
        statement=statement,
    )


def _prove(
    message: CoseSign1,
    trust: TrustFile,
    keys: Sequence[LogReceiptKey],
    payload: bytes | None,
    limits: Limits,
) -> TransparentStatement:
    # 1. The rest of it.
    _check_unprotected(message, limits)
    # 2.
    claims = read_claims(message.protected, limits)
    content = read_content_type(message.protected)
    # 3.
    believed, key = _issuer(message, trust)
    # 4.
    signed = _signed(message, key, content, payload, limits)
    # 5. and 6.
    checked = check_payload(signed, content, claims.subject, payload, limits)
    # 7. to 9.
    origins = {log.origin for log in trust.logs}
    known = [item for item in keys if item.origin in origins]
    registrations, ignored = check_receipts(message, claims.subject, known, limits)
    # 10.
    _check_dates(believed, registrations)
    return TransparentStatement(
        issuer=Issuer(name=believed.name, key_id=key.key_id),
        claimed_issuer=claims.issuer,
        subject=claims.subject,
        media_type=content.media_type,
        payload_sha256=checked.sha256,
        payload=checked.payload,
        predicate_type=checked.predicate_type,
        registrations=registrations,
        ignored=ignored,
    )


def _check_unprotected(message: CoseSign1, limits: Limits) -> None:
    # Whatever else were there could be changed by anybody.
    other = [label for label in message.unprotected if label != Header.RECEIPTS]
    if other:
        raise ScittError(
            "unprotected",
            "The unprotected header of the statement holds other things than receipts.",
            expected=f"label {Header.RECEIPTS.value} alone",
            found=", ".join(map(str, other))[: limits.max_shown_chars],
        )


def _issuer(message: CoseSign1, trust: TrustFile) -> tuple[TrustedIssuer, PublicKey]:
    kid = message.protected.get(Header.KID)
    if kid is None:
        raise ScittError(
            "kid-missing",
            "The statement does not name the key that signed it.",
            expected="a key identifier (label 4): the thumbprint of RFC 9679",
            found="none",
        )
    for developer in trust.developers:
        key = public_key_from_der(developer.public_key)
        if key_thumbprint(key) == kid:
            return developer, key
    raise ScittError(
        "issuer-unknown",
        "The statement is signed by nobody whom the trust file names.",
        expected="the thumbprint of a developer's key",
        found=kid.hex() if isinstance(kid, bytes) else "",
        remedy="add the developer's key to the trust file, if you believe it",
    )


def _signed(
    message: CoseSign1,
    key: PublicKey,
    content: ContentType,
    payload: bytes | None,
    limits: Limits,
) -> bytes:
    detached = None
    if message.payload is None and payload is not None:
        detached = hashlib.sha256(payload).digest() if content.hashed else payload
    return verify_sign1(
        message, key, payload=detached, understood=_UNDERSTOOD, limits=limits
    )


def _check_dates(issuer: TrustedIssuer, registrations: Sequence[Registration]) -> None:
    """Refuse a key that was used before or after its dates, by the first log's time."""
    first = min((item.at for item in registrations if item.at), default=None)
    starts, ends = issuer.valid_from, issuer.valid_until
    if starts is None and ends is None:
        return
    if (
        first is None
        or (starts is not None and starts - first > CLOCK_SKEW)
        or (ends is not None and first > ends)
    ):
        raise ScittError(
            "key-dates",
            "The key was not within its dates when the statement was registered.",
            expected=f"from {_shown(starts)} until {_shown(ends)}",
            found=_shown(first),
        )


def _shown(instant: datetime | None) -> str:
    return "no stated time" if instant is None else format_instant(instant)


def _staleness(
    statement: TransparentStatement, trust: TrustFile, at: datetime
) -> tuple[Reason, ...]:
    reasons = []
    if trust.valid_until is not None and at > trust.valid_until:
        reasons.append(
            Reason(
                code="trust.expired",
                message="The trust file is no longer valid at this instant.",
                subject=format_instant(trust.valid_until),
                remedy="make a new one, from keys that you believe today",
            )
        )
    times = [item.at for item in statement.registrations if item.at is not None]
    if times and min(times) - at > CLOCK_SKEW:
        reasons.append(
            Reason(
                code="scitt.not-yet-registered",
                message="The logs took the statement only after this instant.",
                subject=format_instant(min(times)),
                remedy="ask about a later instant, or check this machine's clock",
            )
        )
    return tuple(reasons)


def _refused(error: AssayError) -> Reason:
    parts = (
        error.message,
        error.expected and f"Expected: {error.expected}.",
        error.found and f"Found: {error.found}.",
    )
    return Reason(
        code=error.code, message=" ".join(filter(None, parts)), remedy=error.remedy
    )
