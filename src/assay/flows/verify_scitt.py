"""A transparent statement, a trust file and keys for receipts give a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.crypto.cose_key import read_key_set
from assay.crypto.public_key import public_key_from_der
from assay.crypto.scitt_statement import read_release_subject
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import UsageError
from assay.flows.files import read_file
from assay.flows.trust import chosen_origin
from assay.verify.scitt import verify_transparent_statement
from assay.verify.scitt_receipts import LogReceiptKey
from assay.wire.v0.answers import IssuerPart
from assay.wire.v0.instant import format_instant
from assay.wire.v0.parts import ReasonPart
from assay.wire.v0.scitt_answers import (
    RegistrationPart,
    ScittVerifyDocument,
    TransparentPart,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from assay.domain.trust import TrustFile
    from assay.verify.scitt import ScittVerdict, TransparentStatement
    from assay.verify.scitt_receipts import Registration

__all__ = ["read_receipt_keys", "scitt_document", "verify_scitt_file"]

# What I-JSON carries exactly (RFC 7493 section 2.2); a log may sign larger numbers.
_GREATEST = 2**53 - 1


def read_receipt_keys(
    named: Sequence[tuple[str | None, Path]],
    trust: TrustFile,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[LogReceiptKey, ...]:
    """Read key sets of logs, and take those that the trust file has.

    Args:
        named: The log's origin and its `scitt-keys.cbor`; the origin may be None where
            the trust file names one log.
        trust: Whom the reader believes.
        limits: Bounds on what is read.

    Raises:
        UsageError: `usage.receipt-keys`: it is not clear which log the keys are of,
            or there are none.
        CoseError: A file is no COSE key set.
        InputError: There is no such file.
    """
    believed = [
        LogReceiptKey(origin=log.origin, public_key=public_key_from_der(der))
        for log in trust.logs
        for der in log.receipt_keys
    ]
    origins = [log.origin for log in trust.logs]
    given = [
        LogReceiptKey(origin=chosen_origin(origin, origins), public_key=key)
        for origin, path in named
        for key in read_key_set(
            read_file(path, most=limits.max_key_file_bytes, what="COSE key set"), limits
        )
    ]
    if not believed and not given:
        raise UsageError(
            "receipt-keys",
            "No key is known by which receipts could be verified.",
            expected="`receipt_keys` of a log in the trust file, or --receipt-keys",
            found="neither",
            remedy="get the log's scitt-keys.cbor from its operator, then "
            "`assay trust add --receipt-keys`",
        )
    return (*believed, *given)


def verify_scitt_file(
    path: Path,
    trust: TrustFile,
    keys: Sequence[LogReceiptKey],
    at: datetime,
    *,
    payload: Path | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> ScittVerdict:
    """Verify a transparent statement, with its payload where that is at hand.

    Raises:
        InputError: There is no such file, or it is too large.
    """
    data = read_file(path, most=limits.max_cose_bytes, what="transparent statement")
    given = None
    if payload is not None:
        given = read_file(payload, most=limits.max_payload_bytes, what="payload")
    return verify_transparent_statement(
        data, trust, keys, at, payload=given, limits=limits
    )


def scitt_document(verdict: ScittVerdict) -> ScittVerifyDocument:
    """Write a verdict, and all that was proven."""
    statement = verdict.statement
    return ScittVerifyDocument(
        format="assay-scitt-verify/0",
        verdict=verdict.value.value,
        at=format_instant(verdict.at),
        reasons=tuple(map(ReasonPart.of, verdict.reasons)),
        statement=None if statement is None else _statement(statement),
    )


def _statement(statement: TransparentStatement) -> TransparentPart:
    return TransparentPart(
        issuer=IssuerPart.of(statement.issuer),
        claimed_issuer=statement.claimed_issuer,
        subject=statement.subject,
        release=read_release_subject(statement.subject),
        media_type=statement.media_type,
        predicate_type=statement.predicate_type,
        payload_sha256=statement.payload_sha256,
        registrations=tuple(map(_registration, statement.registrations)),
        ignored_receipts=statement.ignored,
    )


def _registration(registration: Registration) -> RegistrationPart:
    at = registration.at
    return RegistrationPart(
        origin=registration.origin,
        root=registration.root.hex(),
        size=_exact(registration.size),
        index=_exact(registration.index),
        at=None if at is None else format_instant(at),
    )


def _exact(number: int | None) -> int | None:
    return None if number is None or number > _GREATEST else number
