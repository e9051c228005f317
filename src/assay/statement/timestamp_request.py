"""Asking an authority on time for a timestamp over a signature (RFC 3161).

What is stamped is the signature in the envelope, as in sigstore bundles. An answer is
verified before it is kept, by the same steps as a verifier takes, and by the nonce as
well, which nobody can check later.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from assay.crypto.timestamp_token import canonical_token, verify_timestamp
from assay.domain.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from assay.domain.trust import TimestampAuthority

__all__ = ["QUERY_TYPE", "REPLY_TYPE", "request_timestamp", "timestamp_query"]

# RFC 3161 section 3.4.
QUERY_TYPE = "application/timestamp-query"
REPLY_TYPE = "application/timestamp-reply"

# DER: `INTEGER 1`; the algorithm SHA-256 with NULL; `BOOLEAN TRUE`.
_VERSION = b"\x02\x01\x01"
_SHA256 = bytes.fromhex("300d06096086480165030402010500")
_WITH_CERTIFICATES = b"\x01\x01\xff"


def timestamp_query(signature: bytes, nonce: int) -> bytes:
    """Write a TimeStampReq over SHA-256 of a signature (RFC 3161 section 2.4.1).

    The signer's certificate is asked for, so that the answer can be verified alone.

    Args:
        signature: What is to be stamped.
        nonce: A number of 1 to 64 bits that was never used before.
    """
    digest = hashlib.sha256(signature).digest()
    imprint = _wrapped(0x30, _SHA256 + _wrapped(0x04, digest))
    # One bit more than it takes, so that the number is not read as negative.
    number = nonce.to_bytes(nonce.bit_length() // 8 + 1, "big")
    return _wrapped(
        0x30, _VERSION + imprint + _wrapped(0x02, number) + _WITH_CERTIFICATES
    )


def request_timestamp(
    signature: bytes,
    post: Callable[[bytes], bytes],
    *,
    nonce: int,
    authorities: Sequence[TimestampAuthority],
    not_after: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """Get a timestamp over a signature, and keep it only if it holds.

    Args:
        signature: That of an envelope.
        post: Sends a TimeStampReq to the authority and gives its answer.
        nonce: A number of 1 to 64 bits that was never used before.
        authorities: Whose answers are kept.
        not_after: Latest time that can be true.
        limits: Bounds on the answer.

    Returns:
        TimeStampResp in DER, in the order that every reader takes.

    Raises:
        TimestampError: `timestamp.*`: the answer is not what was asked for.
    """
    answer = post(timestamp_query(signature, nonce))
    verify_timestamp(
        answer,
        signature,
        authorities,
        nonce=nonce,
        not_after=not_after,
        limits=limits,
    )
    return canonical_token(answer, limits)


def _wrapped(tag: int, content: bytes) -> bytes:
    """Write one value; nothing here is longer than a length of one byte can say."""
    return bytes((tag, len(content))) + content
