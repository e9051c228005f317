"""What makes a COSE_Sign1 a Signed Statement of SCITT (RFC 9943 section 6).

Its protected header says who speaks (`iss`), about what (`sub`), with which key (`kid`)
and of what type the payload is. The payload is the statement itself, or its digest in
the form of a hash envelope (RFC 9995).

RFC 9943 does not say which bytes a log keeps. Here the entry is SHA-256 over the whole
message with an empty unprotected header: 32 bytes, whatever receipts are attached.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto.cose_sign1 import Header
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import ScittError

if TYPE_CHECKING:
    from assay.crypto.cbor import CborMap, CborValue, Label
    from assay.crypto.cose_sign1 import CoseSign1

__all__ = [
    "Claims",
    "ContentType",
    "content_header",
    "read_claims",
    "read_content_type",
    "read_release_subject",
    "release_subject",
    "statement_entry",
    "write_claims",
]

# RFC 8392 section 3.1.
_ISS, _SUB, _IAT = 1, 2, 6
# RFC 9054: SHA-256 as a COSE algorithm.
_SHA_256 = -16
# RFC 6920 section 3: a name made of a digest, without an authority.
_NI = "ni:///sha-256;"
_DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """CWT claims of a header (RFC 9597).

    Attributes:
        issuer: Who speaks.
        subject: What it is about.
        issued_at: When, in seconds since the Epoch, or None.
    """

    issuer: str
    subject: str
    issued_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentType:
    """Of what type a statement is.

    Attributes:
        media_type: Its media type.
        hashed: Whether the payload is its SHA-256 instead of the statement itself.
    """

    media_type: str
    hashed: bool


def statement_entry(message: CoseSign1) -> bytes:
    """Give the log entry that stands for a statement: 32 bytes."""
    return hashlib.sha256(message.encoded({})).digest()


def write_claims(claims: Claims) -> CborMap:
    """Give the value of the header parameter *CWT Claims*."""
    value: dict[Label, CborValue] = {_ISS: claims.issuer, _SUB: claims.subject}
    if claims.issued_at is not None:
        value[_IAT] = claims.issued_at
    return value


def read_claims(protected: CborMap, limits: Limits = DEFAULT_LIMITS) -> Claims:
    """Read who speaks about what from a protected header.

    Raises:
        ScittError: `scitt.claims` or `scitt.issued-at`.
    """
    value = protected.get(Header.CWT_CLAIMS)
    texts = (
        (value.get(_ISS), value.get(_SUB)) if isinstance(value, Mapping) else (None,)
    )
    match texts:
        case (str() as issuer, str() as subject) if (
            1 <= len(issuer) <= limits.max_cwt_claim_chars
            and 1 <= len(subject) <= limits.max_cwt_claim_chars
            and isinstance(value, Mapping)
        ):
            issued_at = _read_time(value.get(_IAT), limits)
            return Claims(issuer=issuer, subject=subject, issued_at=issued_at)
        case _:
            raise ScittError(
                "claims",
                "The message does not say who speaks, or about what.",
                expected="CWT claims (label 15) with issuer (1) and subject (2), of 1 "
                f"to {limits.max_cwt_claim_chars} characters",
                found="none, or others",
            )


def _read_time(value: CborValue, limits: Limits) -> int | None:
    if value is None:
        return None
    if (
        isinstance(value, int)
        and not isinstance(value, bool)
        and 0 <= value <= limits.max_log_time
    ):
        return value
    raise ScittError(
        "issued-at",
        "The message says that it was issued at no time that there is.",
        expected=f"whole seconds since 1970, at most {limits.max_log_time}",
        found=str(value)[: limits.max_shown_chars],
    )


def content_header(content: ContentType) -> CborMap:
    """Give the header parameters that say of what type a statement is."""
    if content.hashed:
        return {
            Header.PAYLOAD_HASH_ALG: _SHA_256,
            Header.PREIMAGE_CONTENT_TYPE: content.media_type,
        }
    return {Header.CONTENT_TYPE: content.media_type}


def read_content_type(protected: CborMap) -> ContentType:
    """Read of what type a statement is (RFC 9052 section 3.1, RFC 9995 section 3).

    Raises:
        ScittError: `scitt.content-type`: there is none, or both kinds, or another hash.
    """
    plain = protected.get(Header.CONTENT_TYPE)
    algorithm = protected.get(Header.PAYLOAD_HASH_ALG)
    hashed = protected.get(Header.PREIMAGE_CONTENT_TYPE)
    if isinstance(plain, str) and algorithm is None and hashed is None:
        return ContentType(media_type=plain, hashed=False)
    if plain is None and algorithm == _SHA_256 and isinstance(hashed, str):
        return ContentType(media_type=hashed, hashed=True)
    raise ScittError(
        "content-type",
        "The statement does not say of what type it is.",
        expected="a media type (label 3), or SHA-256 (label 258) and the media type of "
        "what was hashed (label 259)",
        found="none of the two, or both",
    )


def release_subject(sha256: str) -> str:
    """Name a release by its digest (RFC 6920)."""
    encoded = base64.urlsafe_b64encode(bytes.fromhex(sha256)).rstrip(b"=")
    return _NI + encoded.decode("ascii")


def read_release_subject(subject: str) -> str | None:
    """Give the digest of the release that a subject names; None for another subject."""
    if not subject.startswith(_NI):
        return None
    try:
        digest = base64.b64decode(subject[len(_NI) :] + "=", "-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(digest) != _DIGEST_BYTES or release_subject(digest.hex()) != subject:
        return None
    return digest.hex()
