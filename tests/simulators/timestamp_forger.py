"""Tokens that no honest authority makes: each field can be another than it should be.

The forger writes DER by hand and signs with whatever key it is given, so that every
step of the verifier is met by a token that passes the steps before it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.simulators.authorities import NOW, Holder, issue

if TYPE_CHECKING:
    from collections.abc import Iterable

SIGNED_DATA = "1.2.840.113549.1.7.2"
TST_INFO = "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
CERTIFICATE_V1 = "1.2.840.113549.1.9.16.2.12"
SHA1 = "1.3.14.3.2.26"
SHA256 = "2.16.840.1.101.3.4.2.1"
SHA512 = "2.16.840.1.101.3.4.2.3"
ECDSA_SHA256 = "1.2.840.10045.4.3.2"
ECDSA_SHA384 = "1.2.840.10045.4.3.3"
_NAMES = {SHA1: "sha1", SHA256: "sha256", SHA512: "sha512"}


def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def number(value: int) -> bytes:
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return der(0x02, value.to_bytes(size, "big", signed=True))


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    out = bytearray()
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        out += bytes(reversed(groups))
    return der(0x06, bytes(out))


def algorithm(dotted: str) -> bytes:
    return der(0x30, oid(dotted))


def attribute(dotted: str, *values: bytes) -> bytes:
    return der(0x30, oid(dotted), der(0x31, *values))


def stamp_holder(issuer: Holder, **wrong: object) -> Holder:
    """Issue a certificate for timestamps, wrong in what is asked for."""
    return issue(
        "stamps",
        issuer,
        **(
            {
                "uses": ("digital_signature",),
                "purposes": (ExtendedKeyUsageOID.TIME_STAMPING,),
                "critical_purposes": True,
            }
            | wrong
        ),
    )


@dataclass(kw_only=True)
class Forger:
    """Makes tokens; every field is what an honest one would have until it is set."""

    signer: Holder
    status: int = 0
    status_more: bytes = b""
    content_type: str = TST_INFO
    info_version: int = 1
    policy: str = "1.2.3"
    imprint: str = SHA256
    serial: int = 7
    time: datetime = NOW
    nonce: int | None = None
    extensions: bytes = b""
    accuracy: bytes = b""
    digest: str = SHA256
    digests: tuple[str, ...] | None = None
    signature_algorithm: str = ECDSA_SHA256
    certificates: Iterable[bytes] | None = None
    certificate_id: bytes | None = None
    attributes: dict[str, bytes | None] = field(default_factory=dict)
    unsigned: bytes = b""
    signers: int = 1
    signer_version: int = 1
    data_version: int = 3
    revocations: bytes = b""
    sid: bytes | None = None
    whole_imprint: bytes | None = None

    def stamp(self, message: bytes) -> bytes:
        info = self._info(message)
        signer = self._signer(info)
        held = (self.signer.der,) if self.certificates is None else self.certificates
        certificates = sorted(held)
        signed = der(
            0x30,
            number(self.data_version),
            der(0x31, *map(algorithm, self.digests or (self.digest,))),
            der(0x30, oid(self.content_type), der(0xA0, der(0x04, info))),
            der(0xA0, *certificates) if certificates else b"",
            self.revocations,
            der(0x31, *(signer for _ in range(self.signers))),
        )
        token = der(0x30, oid(SIGNED_DATA), der(0xA0, signed))
        return der(0x30, der(0x30, number(self.status), self.status_more), token)

    def _info(self, message: bytes) -> bytes:
        hashed = hashlib.new(_NAMES[self.imprint], message).digest()
        return der(
            0x30,
            number(self.info_version),
            oid(self.policy),
            self.whole_imprint or der(0x30, algorithm(self.imprint), der(0x04, hashed)),
            number(self.serial),
            der(0x18, self.time.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode()),
            self.accuracy,
            b"" if self.nonce is None else number(self.nonce),
            self.extensions,
        )

    def _signer(self, info: bytes) -> bytes:
        certificate = self.signer.certificate
        hashed = hashlib.sha256(self.signer.der).digest()
        own_id = self.certificate_id or der(0x30, der(0x04, hashed))
        digest = hashlib.new(_NAMES[self.digest], info).digest()
        honest: dict[str, bytes | None] = {
            CONTENT_TYPE: attribute(CONTENT_TYPE, oid(TST_INFO)),
            MESSAGE_DIGEST: attribute(MESSAGE_DIGEST, der(0x04, digest)),
            CERTIFICATE_V2: attribute(CERTIFICATE_V2, der(0x30, der(0x30, own_id))),
        }
        attributes = honest | self.attributes
        inside = b"".join(sorted(item for item in attributes.values() if item))
        signature = self.signer.key.sign(der(0x31, inside), ec.ECDSA(hashes.SHA256()))
        return der(
            0x30,
            number(self.signer_version),
            self.sid
            or der(
                0x30,
                certificate.issuer.public_bytes(),
                number(certificate.serial_number),
            ),
            algorithm(self.digest),
            der(0xA0, inside),
            algorithm(self.signature_algorithm),
            der(0x04, signature),
            self.unsigned,
        )


def critical_extension(*, critical: bool) -> bytes:
    inside = (oid("1.2.3.4"), der(0x01, b"\xff") if critical else b"", der(0x04, b"x"))
    return der(0xA1, der(0x30, *inside))
