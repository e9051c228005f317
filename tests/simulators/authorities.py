"""Certificate authorities of tests: real ones, each wrong in one way asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_NO_USE = dict.fromkeys(
    (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ),
    False,
)


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A private key and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def issue(
    name: str,
    issuer: Holder | None = None,
    *,
    authority: bool = False,
    path_length: int | None = None,
    uses: tuple[str, ...] | None = None,
    code_signing: bool = False,
    days: tuple[int, int] = (-1, 365),
    unknown_critical: bool = False,
    purposes: tuple[x509.ObjectIdentifier, ...] = (),
    more: tuple[tuple[x509.ObjectIdentifier, bytes], ...] = (),
    key: ec.EllipticCurvePrivateKey | None = None,
    critical_purposes: bool = False,
    names: tuple[x509.GeneralName, ...] = (),
    at: datetime = NOW,
) -> Holder:
    """Issue a certificate; its own issuer when none is given."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    above = subject if issuer is None else issuer.certificate.subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at + timedelta(days=days[0]))
        .not_valid_after(at + timedelta(days=days[1]))
        .add_extension(
            x509.BasicConstraints(ca=authority, path_length=path_length), critical=True
        )
    )
    if uses is not None:
        usage = x509.KeyUsage(**(_NO_USE | dict.fromkeys(uses, True)))
        builder = builder.add_extension(usage, critical=True)
    if code_signing:
        purposes = (*purposes, ExtendedKeyUsageOID.CODE_SIGNING)
    if purposes:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage(purposes), critical=critical_purposes
        )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName(names), critical=True
        )
    for oid, value in more:
        extension = x509.UnrecognizedExtension(oid, value)
        builder = builder.add_extension(extension, critical=False)
    if unknown_critical:
        odd = x509.UnrecognizedExtension(
            x509.ObjectIdentifier("1.3.6.1.4.1.1"), b"\5\0"
        )
        builder = builder.add_extension(odd, critical=True)
    signer = key if issuer is None else issuer.key
    return Holder(key=key, certificate=builder.sign(signer, hashes.SHA256()))


def root(name: str = "root", at: datetime = NOW) -> Holder:
    """Make an authority that stands on its own."""
    return issue(name, authority=True, uses=("key_cert_sign",), at=at)
