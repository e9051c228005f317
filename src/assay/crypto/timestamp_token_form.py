"""The form of an RFC 3161 response, taken apart by a reader of our own.

`rfc3161-client` verifies a token but leaves these to its caller, and shows none of
them: that the signer's certificate is the one that the signed attributes name (RFC
5816), that nothing unsigned rides along, which hashes were used inside, and critical
extensions. What has another form than RFC 3161 section 2.4.2 and RFC 5652 section 5
ask is refused before any library sees it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto.der import (
    BOOLEAN,
    GENERALIZED_TIME,
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    SET,
    Element,
    read_der,
)
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import TimestampError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CertificateId", "TokenForm", "read_token_form"]

_TAG_0 = 0xA0
_TAG_1 = 0xA1

# Contents of OBJECT IDENTIFIERs.
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_TST_INFO = bytes.fromhex("2a864886f70d0109100104")
_CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")
_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
_SIGNING_CERTIFICATE_V1 = bytes.fromhex("2a864886f70d010910020c")
_SIGNING_CERTIFICATE_V2 = bytes.fromhex("2a864886f70d010910022f")
_HASHES = {
    bytes.fromhex("608648016503040201"): "sha256",
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
}
# Signatures, and the hash that each names; RSA alone leaves it to the digest algorithm.
_SIGNATURES = {
    bytes.fromhex("2a8648ce3d040302"): "sha256",  # ecdsa-with-SHA256, RFC 5758
    bytes.fromhex("2a8648ce3d040303"): "sha384",
    bytes.fromhex("2a8648ce3d040304"): "sha512",
    bytes.fromhex("2a864886f70d01010b"): "sha256",  # sha256WithRSAEncryption, RFC 8017
    bytes.fromhex("2a864886f70d01010c"): "sha384",
    bytes.fromhex("2a864886f70d01010d"): "sha512",
    bytes.fromhex("2a864886f70d010101"): None,  # rsaEncryption
}
# RFC 5035 section 4: what an ESSCertIDv2 without an algorithm means.
_DEFAULT_HASH = "sha256"
_CMS_VERSION = 3
_SIGNER_VERSION = 1
# RFC 3161 section 2.4.2: 0 is granted; 1, granted with modifications, is not what was
# asked for.
_STATUS_WORDS = (
    "granted",
    "granted with modifications",
    "rejected",
    "waiting",
    "a warning of revocation",
    "a notification of revocation",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateId:
    """What the signed attributes say of the signer's certificate (ESSCertIDv2).

    Attributes:
        algorithm: Name of the hash, as `hashlib` knows it.
        digest: Hash of the certificate in DER.
    """

    algorithm: str
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenForm:
    """What is read of a response before anything of it is proven.

    Attributes:
        imprint_algorithm: Name of the hash of what is stamped.
        imprint: That hash.
        signer_issuer: Issuer of the signer's certificate, a Name in DER.
        signer_serial: Its serial number.
        certificate_id: What the signed attributes say of it.
        canonical: The response with its certificates in the order of DER. OpenSSL
            writes them as they come, which CMS allows and `rfc3161-client` refuses to
            read; nothing signs their order.
    """

    imprint_algorithm: str
    imprint: bytes
    signer_issuer: bytes
    signer_serial: int
    certificate_id: CertificateId
    canonical: bytes


def read_token_form(token: bytes, limits: Limits = DEFAULT_LIMITS) -> TokenForm:
    """Take a TimeStampResp apart.

    Raises:
        TimestampError: `timestamp.rejected`, `.malformed` or `.weak-hash`.
        DocumentError: `document.der`.
    """
    outer = _parts(read_der(token), SEQUENCE, "a TimeStampResp", limits)
    _check_status(outer[0] if outer else None, limits)
    if len(outer) != 2:
        raise _malformed("a response without a token, or with more than one")
    info = _parts(outer[1], SEQUENCE, "a TimeStampToken", limits)
    if len(info) != 2 or not _is_id(info[0], _SIGNED_DATA) or info[1].tag != _TAG_0:
        raise _malformed("a token that is no signed data")
    signed = _parts(_only(info[1], limits), SEQUENCE, "the SignedData", limits)
    canonical = token
    if len(signed) > 3 and signed[3].tag == _TAG_0:
        canonical = _sorted_within(token, signed[3], limits)
        signed = (*signed[:3], *signed[4:])
    if len(signed) != 4 or signed[0].number() != _CMS_VERSION:
        raise _malformed("signed data of another version, or with revocation lists")
    imprint = _imprint(signed[2], limits)
    signer = _parts(
        _only(_tagged(signed[3], SET), limits), SEQUENCE, "a SignerInfo", limits
    )
    algorithms = _parts(signed[1], SET, "the digest algorithms", limits)
    if len(signer) != 6 or signer[0].number() != _SIGNER_VERSION:
        raise _malformed("a signer without signed attributes, or with unsigned ones")
    used = _hash_named(signer[2], limits)
    if [_hash_named(item, limits) for item in algorithms] != [used]:
        raise _malformed("digest algorithms that are not the signer's")
    _check_signature_algorithm(signer[4], used, limits)
    issuer, serial = _issuer_and_serial(signer[1], limits)
    return TokenForm(
        imprint_algorithm=imprint[0],
        imprint=imprint[1],
        signer_issuer=issuer,
        signer_serial=serial,
        certificate_id=_certificate_id(signer[3], limits),
        canonical=canonical,
    )


def _sorted_within(token: bytes, certificates: Element, limits: Limits) -> bytes:
    """Sort a set in its place (X.690 section 11.6); no length changes by it."""
    parts = sorted(part.encoded for part in certificates.parts(limits))
    return token[: certificates.body] + b"".join(parts) + token[certificates.end :]


def _check_status(status: Element | None, limits: Limits) -> None:
    parts = () if status is None else _parts(status, SEQUENCE, "the status", limits)
    if not parts:
        raise _malformed("a response without a status")
    value = parts[0].number()
    if value:
        known = 0 <= value < len(_STATUS_WORDS)
        raise TimestampError(
            "rejected",
            "The timestamp authority did not grant a timestamp.",
            expected="the status 0, granted",
            found=f"the status {value}, {_STATUS_WORDS[value]}" if known else "another",
            remedy="ask it again, or ask another authority",
        )


def _imprint(content: Element, limits: Limits) -> tuple[str, bytes]:
    """Read the hash that is stamped, out of the TSTInfo inside the signed content."""
    parts = _parts(content, SEQUENCE, "the signed content", limits)
    if len(parts) != 2 or not _is_id(parts[0], _TST_INFO) or parts[1].tag != _TAG_0:
        raise _malformed("signed content that is no TSTInfo")
    octets = _tagged(_only(parts[1], limits), OCTET_STRING)
    info = _parts(read_der(octets.content), SEQUENCE, "the TSTInfo", limits)
    wanted = (INTEGER, OBJECT_IDENTIFIER, SEQUENCE, INTEGER, GENERALIZED_TIME)
    if tuple(part.tag for part in info[:5]) != wanted or info[0].number() != 1:
        raise _malformed("a TSTInfo of another form or version")
    if info[-1].tag == _TAG_1:
        _refuse_critical(info[-1], limits)
    imprint = _parts(info[2], SEQUENCE, "a message imprint", limits)
    if len(imprint) != 2:
        raise _malformed("a message imprint of another form")
    return _hash_named(imprint[0], limits), _tagged(imprint[1], OCTET_STRING).content


def _refuse_critical(extensions: Element, limits: Limits) -> None:
    for extension in extensions.parts(limits):
        parts = _parts(extension, SEQUENCE, "an extension", limits)
        if len(parts) > 2 and parts[1].tag == BOOLEAN and any(parts[1].content):
            raise _malformed("a critical extension, which is not understood here")


def _issuer_and_serial(sid: Element, limits: Limits) -> tuple[bytes, int]:
    parts = _parts(sid, SEQUENCE, "an issuer and serial number", limits)
    if len(parts) != 2:
        raise _malformed("a signer that is not named by issuer and serial number")
    return parts[0].encoded, parts[1].number()


def _certificate_id(attributes: Element, limits: Limits) -> CertificateId:
    """Read SigningCertificateV2 (RFC 5035 section 3), and check what lies beside it."""
    found: dict[bytes, Element] = {}
    for attribute in _tagged(attributes, _TAG_0).parts(limits):
        parts = _parts(attribute, SEQUENCE, "a signed attribute", limits)
        if len(parts) != 2 or parts[0].tag != OBJECT_IDENTIFIER:
            raise _malformed("a signed attribute of another form")
        if parts[0].content in found:
            raise _malformed("a signed attribute that stands twice")
        found[parts[0].content] = parts[1]
    kind = _value_of(found, _CONTENT_TYPE, "content type", limits)
    if not _is_id(kind, _TST_INFO):
        raise _malformed("signed attributes for other content")
    _tagged(_value_of(found, _MESSAGE_DIGEST, "message digest", limits), OCTET_STRING)
    if _SIGNING_CERTIFICATE_V1 in found and _SIGNING_CERTIFICATE_V2 not in found:
        raise TimestampError(
            "weak-hash",
            "The timestamp names its signer's certificate by SHA-1 alone.",
            expected="the attribute SigningCertificateV2 (RFC 5816)",
            found="the attribute SigningCertificate of RFC 2634",
            remedy="ask the authority for SHA-256, or ask another one",
        )
    named = _value_of(found, _SIGNING_CERTIFICATE_V2, "signing certificate", limits)
    lists = _parts(named, SEQUENCE, "a SigningCertificateV2", limits)
    ids = _parts(lists[0], SEQUENCE, "the certificate ids", limits) if lists else ()
    if not ids:
        raise _malformed("a signing certificate without an id")
    # The first is the signer's own; the others would be those above it.
    parts = _parts(ids[0], SEQUENCE, "a certificate id", limits)
    algorithm = _DEFAULT_HASH
    if parts and parts[0].tag == SEQUENCE:
        algorithm, parts = _hash_named(parts[0], limits), parts[1:]
    if not parts:
        raise _malformed("a certificate id without a hash")
    return CertificateId(
        algorithm=algorithm, digest=_tagged(parts[0], OCTET_STRING).content
    )


def _value_of(
    found: dict[bytes, Element], oid: bytes, name: str, limits: Limits
) -> Element:
    if oid not in found:
        raise _malformed(f"no signed attribute for the {name}")
    return _only(_tagged(found[oid], SET), limits)


def _hash_named(algorithm: Element, limits: Limits) -> str:
    parts = _parts(algorithm, SEQUENCE, "an algorithm", limits)
    name = _HASHES.get(parts[0].content) if parts else None
    if name is None or parts[0].tag != OBJECT_IDENTIFIER:
        oid = parts[0].content.hex() if parts else ""
        raise TimestampError(
            "weak-hash",
            "The timestamp uses a hash that Assay does not take.",
            expected="SHA-256, SHA-384 or SHA-512",
            found=f"the object identifier {oid[:64]} in hex",
            remedy="ask the authority for SHA-256, or ask another one",
        )
    return name


def _check_signature_algorithm(algorithm: Element, used: str, limits: Limits) -> None:
    """Hold it against the digest algorithm: OpenSSL looks at one of the two only."""
    parts = _parts(algorithm, SEQUENCE, "an algorithm", limits)
    oid = parts[0].content if parts else b""
    if oid not in _SIGNATURES or _SIGNATURES[oid] not in {None, used}:
        raise TimestampError(
            "weak-hash",
            "The timestamp is signed in a way that Assay does not take.",
            expected=f"ECDSA or RSA with {used}, as its digest algorithm says",
            found=f"the object identifier {oid.hex()[:64]} in hex",
            remedy="ask the authority for SHA-256, or ask another one",
        )


def _parts(element: Element, tag: int, what: str, limits: Limits) -> Sequence[Element]:
    if element.tag != tag:
        raise _malformed(f"something else in the place of {what}")
    return element.parts(limits)


def _tagged(element: Element, tag: int) -> Element:
    if element.tag != tag:
        raise _malformed(f"the tag 0x{element.tag:02x} instead of 0x{tag:02x}")
    return element


def _only(element: Element, limits: Limits) -> Element:
    parts = element.parts(limits)
    if len(parts) != 1:
        raise _malformed(f"{len(parts)} values where there has to be one")
    return parts[0]


def _is_id(element: Element, oid: bytes) -> bool:
    return element.tag == OBJECT_IDENTIFIER and element.content == oid


def _malformed(found: str) -> TimestampError:
    return TimestampError(
        "malformed",
        "This is no RFC 3161 timestamp that Assay can read.",
        expected="a TimeStampResp in DER, with a token by one signer",
        found=found,
        remedy="ask the authority for a new timestamp",
    )
