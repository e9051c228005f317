"""From a signing certificate to a root that the verifier chose.

Steps, each of which must hold (RFC 5280 section 6.1, as far as code signing needs it):

1. The chain is no longer than `MAX_CERTIFICATES`.
2. Every certificate is within its validity at the instant asked about.
3. Each is signed by the next, whose subject is its issuer.
4. Whoever issues is an authority: basic constraints, key usage, path length.
5. No certificate has a critical extension that is not understood here.
6. The last is one of the roots, or is signed by one of them.
7. The first may sign: key usage `digitalSignature`, or extended usage code signing; an
   extended usage of other things alone, such as servers, forbids it (section 4.2.1.12).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from assay.crypto.der import read_der
from assay.crypto.model_key import ModelKey, model_key_of
from assay.errors import DocumentError, KeyFileError, SignatureError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

__all__ = [
    "MAX_CERTIFICATES",
    "Certificate",
    "CertificateNames",
    "certificates_from_der",
    "certificates_from_pem",
    "check_path",
    "covers",
    "is_issued_by",
    "key_of_certificate",
    "names_of",
    "signing_key_of_chain",
]

Certificate = x509.Certificate

_E = TypeVar("_E", bound=x509.ExtensionType)

# Real chains have two to four.
MAX_CERTIFICATES = 10
# What `cryptography` raises besides ValueError, each time a certificate is looked into;
# TypeError for a name of a kind of text that its attribute cannot have.
_MALFORMED = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
_UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    }
)


# Tag of the version in a certificate, before its serial number.
_VERSION = 0xA0
_FOR_CODE = frozenset(
    {ExtendedKeyUsageOID.CODE_SIGNING, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateNames:
    """Whom a certificate is about, and who says so.

    Attributes:
        subject: Distinguished name as RFC 4514 writes it; may be empty.
        issuer: That of the authority.
        alternative: Mail addresses, addresses and hosts that stand for the subject.
    """

    subject: str
    issuer: str
    alternative: tuple[str, ...] = ()


def names_of(der: bytes) -> CertificateNames:
    """Give the names in a certificate; they prove nothing without its chain.

    Raises:
        KeyFileError: `key.not-a-certificate`.
    """
    try:
        certificate = _certificate(der)
        others = _extension(certificate, x509.SubjectAlternativeName)
        return CertificateNames(
            subject=certificate.subject.rfc4514_string(),
            issuer=certificate.issuer.rfc4514_string(),
            alternative=()
            if others is None
            else tuple(
                name.value
                for name in others
                if isinstance(
                    name,
                    (x509.RFC822Name, x509.UniformResourceIdentifier, x509.DNSName),
                )
            ),
        )
    except (*_MALFORMED, DocumentError) as error:
        raise _not_a_certificate("an X.509 certificate in DER") from error


def key_of_certificate(der: bytes) -> ModelKey:
    """Give the key in a certificate, of which nothing is proven.

    Raises:
        KeyFileError: `key.not-a-certificate` or `key.unsupported`.
    """
    try:
        return model_key_of(_certificate(der).public_key())
    except (*_MALFORMED, DocumentError) as error:
        raise _not_a_certificate("an X.509 certificate in DER") from error


def certificates_from_pem(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Read the roots that a verifier trusts.

    Raises:
        KeyFileError: `key.not-a-certificate`.
    """
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except _MALFORMED as error:
        raise _not_a_certificate("PEM blocks `CERTIFICATE`") from error


def certificates_from_der(ders: Iterable[bytes]) -> tuple[x509.Certificate, ...]:
    """Read certificates, each of them whole.

    Raises:
        KeyFileError: `key.not-a-certificate`.
    """
    try:
        certificates = tuple(map(_certificate, ders))
        for certificate in certificates:
            # What is read late must be readable: extensions once, names, dates, key.
            tuple(certificate.extensions)
            _ = (certificate.issuer, certificate.subject, certificate.public_key())
            _ = (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    except (*_MALFORMED, DocumentError) as error:
        raise _not_a_certificate("X.509 certificates in DER") from error
    return certificates


def _certificate(der: bytes) -> x509.Certificate:
    """Read one whose serial number is positive (RFC 5280 section 4.1.2.2).

    Of others `cryptography` warns wherever they are touched.
    """
    outer = read_der(der).parts()
    body = [part for part in outer[0].parts() if part.tag != _VERSION] if outer else []
    if not body or body[0].number() <= 0:
        raise _not_a_certificate("a positive serial number")
    return x509.load_der_x509_certificate(der)


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Tell whether the other has signed a certificate and bears its issuer's name."""
    return _issued(certificate, issuer)


def covers(certificate: x509.Certificate, at: datetime) -> bool:
    """Tell whether an instant lies in a certificate's validity, both ends included."""
    return _covers(certificate, at)


def check_path(path: Sequence[x509.Certificate], at: datetime) -> None:
    """Take steps 2, 4 and 5 for a path whose signatures were already followed.

    Args:
        path: From the certificate in question to the root, each issued by the next.
        at: Instant at which all must be valid.

    Raises:
        SignatureError: `signature.certificate`.
    """
    for depth, certificate in enumerate(path):
        _check_dates(certificate, at)
        _check_critical(certificate)
        if depth:
            _check_authority(certificate, depth - 1)


def signing_key_of_chain(
    chain: tuple[bytes, ...], roots: tuple[x509.Certificate, ...], at: datetime
) -> ModelKey:
    """Give the key that a chain vouches for.

    Args:
        chain: Certificates in DER, the signing one first.
        roots: Authorities that the verifier chose.
        at: Instant at which all must be valid.

    Raises:
        SignatureError: `signature.certificate`, saying which step failed.
        KeyFileError: `key.not-a-certificate` or `key.unsupported`.
    """
    if not 1 <= len(chain) <= MAX_CERTIFICATES:  # 1
        raise _refused("the chain", f"{len(chain)} certificates")
    try:
        path = [_certificate(der) for der in chain]
        _check_use(path[0])  # 7
        _climb(path, 0, roots, at)
        return model_key_of(path[0].public_key())
    except (*_MALFORMED, DocumentError) as error:
        raise _not_a_certificate("X.509 certificates in DER") from error


def _climb(
    path: list[x509.Certificate],
    depth: int,
    roots: tuple[x509.Certificate, ...],
    at: datetime,
) -> None:
    """Go from the certificate at `depth` to a root; depth is bounded by step 1."""
    certificate = path[depth]
    _check_dates(certificate, at)  # 2
    _check_critical(certificate)  # 5
    if certificate in roots:  # 6
        return
    anchors = [root for root in roots if _issued(certificate, root)]
    if anchors:
        # One authority may have several certificates for the same key: any will do.
        anchor = next((root for root in anchors if _covers(root, at)), anchors[0])
        _check_dates(anchor, at)
        _check_critical(anchor)
        _check_authority(anchor, depth)
        return
    if depth + 1 == len(path):
        raise _refused("no root that was given", "has signed the chain")
    if not _issued(certificate, path[depth + 1]):  # 3
        raise _refused("a certificate", "is not signed by the next one")
    _check_authority(path[depth + 1], depth)  # 4
    _climb(path, depth + 1, roots, at)


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _check_dates(certificate: x509.Certificate, at: datetime) -> None:
    if not _covers(certificate, at):
        begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        raise _refused("a certificate", f"is valid from {begin} to {end}, not at {at}")


def _covers(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def _check_critical(certificate: x509.Certificate) -> None:
    for extension in certificate.extensions:
        if extension.critical and extension.oid not in _UNDERSTOOD:
            oid = extension.oid.dotted_string
            raise _refused("a critical extension", f"is not understood: {oid}")


def _check_authority(certificate: x509.Certificate, below: int) -> None:
    """Prove that a certificate may issue, with `below` authorities under it."""
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        raise _refused("an issuer", "is no certificate authority")
    if constraints.path_length is not None and constraints.path_length < below:
        raise _refused("an issuer", "allows no authority of this depth below it")
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        raise _refused("an issuer", "may not sign certificates")


def _check_use(certificate: x509.Certificate) -> None:
    usage = _extension(certificate, x509.KeyUsage)
    extended = _extension(certificate, x509.ExtendedKeyUsage)
    signs = usage is not None and usage.digital_signature
    if extended is not None:
        signs = not _FOR_CODE.isdisjoint(extended)
    if not signs:
        raise _refused("the signing certificate", "is not meant for signing")


def _extension(certificate: x509.Certificate, kind: type[_E]) -> _E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _refused(what: str, found: str) -> SignatureError:
    return SignatureError(
        "certificate",
        "The certificate chain does not vouch for the signing key.",
        expected="a chain from the signing certificate to a root that was given",
        found=f"{what} {found}",
        remedy="give the signer's root certificate, or an instant within its validity",
    )


def _not_a_certificate(expected: str) -> KeyFileError:
    return KeyFileError(
        "not-a-certificate",
        "This is not a certificate.",
        expected=expected,
        found="something else",
    )
