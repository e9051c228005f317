"""Certificates of sigstore's Fulcio: who was identified, by whom, and when seen.

Numbered steps of `check_fulcio_certificate`, at one instant:

1. The certificate leads to an authority that the verifier named, counted at the
   instant, and all of the path is valid then (`certificate_chain`).
2. It is for signing code: key usage `digitalSignature`, extended key usage code
   signing, and no authority itself.
3. Where logs of certificates are named, it carries the signed timestamp of one of them
   over itself and its issuer (RFC 6962 section 3.2).

Extensions: sigstore/fulcio, docs/oid-info.md. 1.3.6.1.4.1.57264.1.8 holds the issuer
as a DER UTF8String; the older .1 holds the plain characters.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from assay.crypto.certificate_chain import (
    certificates_from_der,
    is_issued_by,
    signing_key_of_chain,
)
from assay.crypto.der import UTF8_STRING, read_der
from assay.crypto.sigstore_inclusion import log_counts_at
from assay.crypto.sigstore_key import signed_by
from assay.errors import DocumentError, KeyFileError, KeylessError, SignatureError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cryptography.x509.certificate_transparency import SignedCertificateTimestamp

    from assay.crypto.model_key import ModelKey
    from assay.domain.trust import KeylessAuthority, KeylessIdentity, KeylessLog

__all__ = ["FulcioNames", "check_fulcio_certificate", "fulcio_names", "is_self_signed"]

_ISSUER_V1 = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
_ISSUER_V2 = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
_E = TypeVar("_E", bound=x509.ExtensionType)
# What `cryptography` raises when a certificate is looked into; as in certificate_chain.
_MALFORMED = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FulcioNames:
    """Who a certificate is about; it proves nothing without its chain.

    Attributes:
        identity: Its one alternative name: a mail address or a URI.
        issuer: OpenID Connect issuer that vouched for it.
    """

    identity: str
    issuer: str


def fulcio_names(der: bytes) -> FulcioNames:
    """Read who a certificate is about.

    Raises:
        KeylessError: `keyless.names`: none or several identities, no issuer, or two
            that differ.
    """
    certificate = _certificate(der)
    try:
        names = list(_extension(certificate, x509.SubjectAlternativeName) or ())
        stated = {
            _issuer(item.value.value, item.oid)
            for item in certificate.extensions
            if item.oid in {_ISSUER_V1, _ISSUER_V2}
            and isinstance(item.value, x509.UnrecognizedExtension)
        }
    except (*_MALFORMED, DocumentError) as error:
        raise _names("extensions that cannot be read") from error
    known = [
        name.value
        for name in names
        if isinstance(name, x509.RFC822Name | x509.UniformResourceIdentifier)
    ]
    if len(names) != 1 or len(known) != 1:
        raise _names(f"{len(names)} names, {len(known)} of them an address or a URI")
    if len(stated) != 1:
        raise _names(f"{len(stated)} issuers")
    return FulcioNames(identity=known[0], issuer=stated.pop())


def is_self_signed(der: bytes) -> bool:
    """Tell whether a certificate is a root.

    Raises:
        KeylessError: `keyless.names`: it is none.
    """
    certificate = _certificate(der)
    return is_issued_by(certificate, certificate)


def check_fulcio_certificate(
    certificate: bytes, identity: KeylessIdentity, at: datetime
) -> ModelKey:
    """Prove that a certificate vouches for its key at an instant.

    Args:
        certificate: DER.
        identity: Whose authorities and logs count.
        at: The instant.

    Raises:
        KeylessError: `keyless.certificate`, `.purpose` or `.certificate-log`.
    """
    leaf = _certificate(certificate)
    # 1.
    key, authority = _climbed(certificate, identity.authorities, at)
    # 2.
    _check_purpose(leaf)
    # 3.
    if identity.certificate_logs:
        issuers = certificates_from_der(authority.certificates)
        _check_seen(leaf, issuers, identity.certificate_logs)
    return key


def _climbed(
    leaf: bytes,
    authorities: Sequence[KeylessAuthority],
    at: datetime,
) -> tuple[ModelKey, KeylessAuthority]:
    """Try each authority that counts at the instant; the last refusal is told."""
    found = "no authority that counts at this instant"
    for authority in authorities:
        begin, end = authority.valid_from, authority.valid_until
        if (begin and at < begin) or (end and at > end):
            continue
        *between, root = authority.certificates
        try:
            anchor = certificates_from_der((root,))
            return signing_key_of_chain((leaf, *between), anchor, at), authority
        except (SignatureError, KeyFileError) as error:
            found = error.found
    raise KeylessError(
        "certificate",
        "The certificate does not lead to an authority that the trust file names.",
        expected=f"a path to one of {len(authorities)} authorities, valid at {at}",
        found=found,
        remedy="check which sigstore instance signed, and that its authority is named",
    )


def _check_purpose(leaf: x509.Certificate) -> None:
    usage = _extension(leaf, x509.KeyUsage)
    extended = _extension(leaf, x509.ExtendedKeyUsage)
    basic = _extension(leaf, x509.BasicConstraints)
    if (
        usage is None
        or not usage.digital_signature
        or extended is None
        or ExtendedKeyUsageOID.CODE_SIGNING not in extended
        or (basic is not None and basic.ca)
    ):
        raise KeylessError(
            "purpose",
            "The certificate is not for signing code.",
            expected="key usage digitalSignature and extended key usage code signing",
            found="other uses, or an authority",
        )


def _check_seen(
    leaf: x509.Certificate,
    issuers: Sequence[x509.Certificate],
    logs: Sequence[KeylessLog],
) -> None:
    """Prove that a log of certificates has seen the certificate: step 3."""
    issuer = next((item for item in issuers if is_issued_by(leaf, item)), None)
    ids = {hashlib.sha256(log.public_key).digest(): log for log in logs}
    try:
        stamps = list(
            _extension(leaf, x509.PrecertificateSignedCertificateTimestamps) or ()
        )
        seen = issuer is not None and any(
            stamp.log_id in ids and _is_seen(leaf, issuer, stamp, ids[stamp.log_id])
            for stamp in stamps
        )
    except (*_MALFORMED, OverflowError):
        stamps, seen = [], False
    if not seen:
        raise KeylessError(
            "certificate-log",
            "No log of certificates that the trust file names has seen the "
            "certificate.",
            expected="a signed certificate timestamp by one of them",
            found=f"{len(stamps)} timestamps, none that holds",
        )


def _is_seen(
    leaf: x509.Certificate,
    issuer: x509.Certificate,
    stamp: SignedCertificateTimestamp,
    log: KeylessLog,
) -> bool:
    message = _seen_message(leaf, issuer, stamp)
    counts = log_counts_at(log, stamp.timestamp.replace(tzinfo=UTC))
    return counts and signed_by(log.public_key, message, stamp.signature)


def _seen_message(
    leaf: x509.Certificate,
    issuer: x509.Certificate,
    stamp: SignedCertificateTimestamp,
) -> bytes:
    """Build what a log signs for a precertificate (RFC 6962 section 3.2)."""
    key = issuer.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    body = leaf.tbs_precertificate_bytes
    time = round(stamp.timestamp.replace(tzinfo=UTC).timestamp() * 1000)
    return b"".join(
        (
            b"\x00\x00",  # version 1, certificate_timestamp
            time.to_bytes(8, "big"),
            b"\x00\x01",  # precert_entry
            hashlib.sha256(key).digest(),
            len(body).to_bytes(3, "big"),
            body,
            len(stamp.extension_bytes).to_bytes(2, "big"),
            stamp.extension_bytes,
        )
    )


def _issuer(value: bytes, oid: x509.ObjectIdentifier) -> str:
    if oid == _ISSUER_V1:
        return value.decode("utf-8")
    text = read_der(value)
    if text.tag != UTF8_STRING:
        raise _names("an issuer that is no text")
    return text.content.decode("utf-8")


def _certificate(der: bytes) -> x509.Certificate:
    try:
        return certificates_from_der((der,))[0]
    except KeyFileError as error:
        raise _names("bytes that are no certificate") from error


def _extension(certificate: x509.Certificate, kind: type[_E]) -> _E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _names(found: str) -> KeylessError:
    return KeylessError(
        "names",
        "The certificate does not say who signed, in the way that sigstore does.",
        expected="one mail address or URI, and one OpenID Connect issuer",
        found=found,
    )
