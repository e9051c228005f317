"""A COSE_Sign1 as it comes (RFC 9052 sections 3 and 4.2): read, not believed yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from assay.crypto import cbor
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import CoseError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.crypto.cbor import CborMap, CborValue

__all__ = ["CoseSign1", "Header", "parse_sign1", "shown_labels"]


class Header(IntEnum):
    """Labels of header parameters (IANA registry *COSE Header Parameters*)."""

    ALG = 1
    CRIT = 2
    CONTENT_TYPE = 3
    KID = 4
    CWT_CLAIMS = 15
    PAYLOAD_HASH_ALG = 258
    PREIMAGE_CONTENT_TYPE = 259
    PAYLOAD_LOCATION = 260
    RECEIPTS = 394
    VDS = 395
    VDP = 396


@dataclass(frozen=True, slots=True, kw_only=True)
class CoseSign1:
    """A COSE_Sign1 as it came; nothing of it is believed yet.

    Attributes:
        protected: The header that the signature covers.
        protected_bytes: Its bytes, which are what the signature covers.
        unprotected: The header that nothing covers.
        payload: What is signed, or None where it is not in the message.
        signature: As COSE has it: r and s one after the other, or 64 bytes.
    """

    protected: CborMap
    protected_bytes: bytes
    unprotected: CborMap
    payload: bytes | None
    signature: bytes

    def encoded(self, unprotected: CborMap | None = None) -> bytes:
        """Write the message, with another unprotected header where one is given."""
        header = self.unprotected if unprotected is None else unprotected
        parts = (self.protected_bytes, header, self.payload, self.signature)
        return cbor.encode(cbor.Tagged(value=parts))


def parse_sign1(
    data: bytes, *, max_bytes: int | None = None, limits: Limits = DEFAULT_LIMITS
) -> CoseSign1:
    """Read a COSE_Sign1, and refuse what two readers could read differently.

    1. The bytes are within their bound and are one CBOR value in its deterministic
       form, of which only payload and protected header are opaque.
    2. It is tag 18 around four members of the right types.
    3. The protected header is a map with labels of the right types; its keys may stand
       in any order, as the signature covers its bytes.
    4. No label is in both headers (RFC 9052 section 3).
    5. `crit` is protected, names something, and names only what is protected
       (RFC 9052 section 3.1).

    Raises:
        CoseError: `cose.too-large`, `cose.cbor-*`, `cose.not-sign1`,
            `cose.header-type`, `cose.label-twice` or `cose.crit-malformed`.
    """
    # 1.
    value = cbor.decode(data, max_bytes=max_bytes, limits=limits)
    # 2.
    protected_bytes, unprotected, payload, signature = _parts(value)
    # 3.
    protected = _protected(protected_bytes, limits)
    # 4.
    twice = [label for label in unprotected if label in protected]
    if twice:
        raise CoseError(
            "label-twice",
            "A label is in both headers of the message.",
            expected="each label in one of them",
            found=shown_labels(twice, limits),
        )
    # 5.
    _check_crit_form(protected, unprotected, limits)
    return CoseSign1(
        protected=protected,
        protected_bytes=protected_bytes,
        unprotected=unprotected,
        payload=payload,
        signature=signature,
    )


def _parts(value: CborValue) -> tuple[bytes, CborMap, bytes | None, bytes]:
    parts = value.value if isinstance(value, cbor.Tagged) else None
    match parts:
        case (
            bytes() as protected,
            Mapping() as unprotected,
            (bytes() | None) as payload,
            bytes() as signature,
        ):
            return protected, unprotected, payload, signature
        case _:
            raise CoseError(
                "not-sign1",
                "This is not a COSE_Sign1.",
                expected="tag 18 around protected header, unprotected header, payload "
                "and signature",
                found="something else",
            )


def _protected(data: bytes, limits: Limits) -> CborMap:
    # RFC 9052 section 3: an empty map is sent as no bytes at all.
    if not data:
        return MappingProxyType({})
    header = cbor.decode(
        data,
        any_key_order=True,
        max_bytes=limits.max_cose_header_bytes,
        limits=limits,
    )
    if not isinstance(header, Mapping):
        raise _wrong_type("a map as protected header", header)
    alg, kid = header.get(Header.ALG), header.get(Header.KID)
    if alg is not None and not _is_int(alg):
        raise _wrong_type("an integer as algorithm (label 1)", alg)
    if kid is not None and not isinstance(kid, bytes):
        raise _wrong_type("a byte string as key identifier (label 4)", kid)
    return header


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _wrong_type(expected: str, found: object) -> CoseError:
    return CoseError(
        "header-type",
        "A header of the message is not of its type.",
        expected=expected,
        found=f"a value of type {type(found).__name__}",
    )


def _check_crit_form(protected: CborMap, unprotected: CborMap, limits: Limits) -> None:
    if Header.CRIT not in protected and Header.CRIT not in unprotected:
        return
    named = protected.get(Header.CRIT)
    if (
        not isinstance(named, tuple)
        or not named
        or not all(_is_int(item) or isinstance(item, str) for item in named)
        or not all(item in protected for item in named)
    ):
        raise CoseError(
            "crit-malformed",
            "The list of critical parameters (label 2) makes no sense.",
            expected="in the protected header, one or more labels of that header",
            found=repr(named)[: limits.max_shown_chars],
        )


def shown_labels(labels: Iterable[object], limits: Limits) -> str:
    """Write labels for an error."""
    return ", ".join(map(str, labels))[: limits.max_shown_chars]
