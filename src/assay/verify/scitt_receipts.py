"""Steps 7 to 9 of a transparent statement: which logs have it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assay.crypto.cose_key import key_thumbprint
from assay.crypto.cose_receipt import parse_receipt, verify_inclusion_receipt
from assay.crypto.cose_sign1 import Header
from assay.crypto.scitt_statement import read_claims, statement_entry
from assay.errors import ScittError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.crypto.cose_sign1 import CoseSign1
    from assay.crypto.public_key import PublicKey
    from assay.domain.limits import Limits

__all__ = ["LogReceiptKey", "Registration", "check_receipts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReceiptKey:
    """A key that signs the COSE receipts of a log that the reader believes.

    Attributes:
        origin: The log's name, which is the issuer of its receipts.
        public_key: The key.
    """

    origin: str
    public_key: PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """That a log has a statement.

    Attributes:
        origin: The log.
        root: Root of the tree whose signature proves it.
        size: Entries in that tree, or None where the log did not sign it.
        index: The statement's place, or None where the log did not sign the size.
        at: When that tree was signed, as the log says, or None.
    """

    origin: str
    root: bytes
    size: int | None
    index: int | None
    at: datetime | None


def check_receipts(
    message: CoseSign1, subject: str, keys: Sequence[LogReceiptKey], limits: Limits
) -> tuple[tuple[Registration, ...], int]:
    """Give the believed logs that have a statement, and count the receipts of others.

    Raises:
        ScittError: `scitt.receipts`, `scitt.receipt-repeated`, `scitt.claims`,
            `scitt.issued-at`, `scitt.receipt-key`, `scitt.receipt-subject` or
            `scitt.log-unknown`.
        CoseError, LogError: A receipt of a believed log does not hold.
    """
    # 7.
    receipts = _receipts(message, limits)
    # 8.
    entry = statement_entry(message)
    found = [_registration(item, entry, subject, keys, limits) for item in receipts]
    registrations = tuple(item for item in found if item is not None)
    # 9.
    _check_registered(registrations, keys)
    return registrations, len(found) - len(registrations)


def _receipts(message: CoseSign1, limits: Limits) -> tuple[bytes, ...]:
    listed = message.unprotected.get(Header.RECEIPTS)
    receipts = listed if isinstance(listed, tuple) else ()
    encoded = tuple(item for item in receipts if isinstance(item, bytes))
    if (
        len(encoded) != len(receipts)
        or not 1 <= len(encoded) <= limits.max_cose_receipts
    ):
        raise ScittError(
            "receipts",
            "The statement has no receipts that can be read.",
            expected=f"an array of 1 to {limits.max_cose_receipts} byte strings at "
            f"label {Header.RECEIPTS.value}",
            found=f"{len(receipts)} of them, or something else",
            remedy="ask whoever sent it for the statement with its receipt",
        )
    if len(set(encoded)) < len(encoded):
        raise ScittError(
            "receipt-repeated",
            "The statement has one receipt more than once.",
            expected="each receipt once",
            found=f"{len(encoded)} receipts, {len(set(encoded))} different",
        )
    return encoded


def _registration(
    data: bytes,
    entry: bytes,
    subject: str,
    keys: Sequence[LogReceiptKey],
    limits: Limits,
) -> Registration | None:
    """Verify one receipt; None when it is of a log that counts for nothing."""
    receipt = parse_receipt(data, limits)
    stated = read_claims(receipt.protected, limits)
    own = [key.public_key for key in keys if key.origin == stated.issuer]
    if not own:
        return None
    kid = receipt.protected.get(Header.KID)
    key = next((key for key in own if key_thumbprint(key) == kid), None)
    if key is None:
        raise ScittError(
            "receipt-key",
            "The receipt names no key that is known of its log.",
            expected=" or ".join(key_thumbprint(key).hex() for key in own),
            found=kid.hex() if isinstance(kid, bytes) else "none",
            remedy="ask the log's operator whether it has a new key for receipts",
        )
    if stated.subject != subject:
        raise ScittError(
            "receipt-subject",
            "The receipt is about something else than the statement.",
            expected=subject[: limits.max_shown_chars],
            found=stated.subject[: limits.max_shown_chars],
        )
    proven = verify_inclusion_receipt(receipt, entry, key, limits=limits)
    at = stated.issued_at
    return Registration(
        origin=stated.issuer,
        root=proven.root,
        size=proven.size,
        index=proven.index,
        at=None if at is None else datetime.fromtimestamp(at, tz=UTC),
    )


def _check_registered(
    registrations: Sequence[Registration], keys: Sequence[LogReceiptKey]
) -> None:
    if not registrations:
        raise ScittError(
            "log-unknown",
            "No receipt is of a log whose key for receipts you believe.",
            expected=" or ".join(sorted({key.origin for key in keys}))
            or "a log of the trust file, and its key for receipts",
            found="receipts of other logs",
        )
