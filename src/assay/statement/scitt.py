"""A payload and a signer give a Signed Statement of SCITT; receipts are added later.

Source: RFC 9943 sections 6 and 7.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from assay.crypto.cose_key import key_thumbprint, thumbprint_uri
from assay.crypto.cose_sign1 import Header, sign_sign1
from assay.crypto.scitt_statement import (
    Claims,
    ContentType,
    content_header,
    read_claims,
    write_claims,
)
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.statement import PAYLOAD_TYPE
from assay.errors import ScittError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.crypto.cose_sign1 import CoseSign1
    from assay.statement.sign import Signer

__all__ = ["make_transparent", "sign_scitt_statement"]


def sign_scitt_statement(
    payload: bytes,
    subject: str,
    signer: Signer,
    *,
    issuer: str | None = None,
    hashed: bool = False,
) -> CoseSign1:
    """Sign an in-toto payload as a Signed Statement, and check the signature.

    A signer whose signatures follow from the message gives the same statement each
    time, and so the same log entry.

    Args:
        payload: The in-toto statement.
        subject: What it is about: for a release, `release_subject`.
        signer: Whoever holds the issuer's key.
        issuer: Who speaks; by default the key itself, by its thumbprint.
        hashed: Whether only the payload's SHA-256 goes into the statement.

    Raises:
        CoseError: `cose.key-kind` or `cose.signature-mismatch`.
        ScittError: `scitt.claims`: issuer or subject is empty or too long.
    """
    key = signer.public_key
    claims = Claims(
        issuer=thumbprint_uri(key) if issuer is None else issuer, subject=subject
    )
    protected = {
        **content_header(ContentType(media_type=PAYLOAD_TYPE, hashed=hashed)),
        Header.KID: key_thumbprint(key),
        Header.CWT_CLAIMS: write_claims(claims),
    }
    # What nobody would accept is not signed.
    read_claims(protected)
    signed = hashlib.sha256(payload).digest() if hashed else payload
    return sign_sign1(signer, protected, signed)


def make_transparent(
    statement: CoseSign1, receipts: Sequence[bytes], limits: Limits = DEFAULT_LIMITS
) -> bytes:
    """Attach receipts to a statement.

    Raises:
        ScittError: `scitt.receipt-count`: none, or too many.
    """
    if not 1 <= len(receipts) <= limits.max_cose_receipts:
        raise ScittError(
            "receipt-count",
            "A transparent statement has a bounded number of receipts.",
            expected=f"1 to {limits.max_cose_receipts}",
            found=str(len(receipts)),
        )
    return statement.encoded({Header.RECEIPTS: tuple(receipts)})
