"""Public keys of developers: ECDSA P-256 and Ed25519.

OMS v1.0 and sigstore clients need P-256; Ed25519 is accepted for Assay's own types.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import (
    dsa,
    ec,
    ed448,
    ed25519,
    rsa,
    x25519,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from assay.errors import KeyFileError, SignatureError

__all__ = [
    "KeyKind",
    "PublicKey",
    "kind_of_key",
    "public_key_from_der",
    "public_key_from_pem",
]

_Native = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


class KeyKind(StrEnum):
    """Key types, named as sigstore's `PublicKeyDetails` names them."""

    P256 = "PKIX_ECDSA_P256_SHA_256"
    ED25519 = "PKIX_ED25519"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A public key and what it is called.

    Attributes:
        kind: Its type.
        der: SubjectPublicKeyInfo (RFC 5280 section 4.1), in its one DER form.
    """

    kind: KeyKind
    der: bytes
    _native: _Native

    @property
    def key_id(self) -> str:
        """Hex SHA-256 of the DER form, 64 characters."""
        return hashlib.sha256(self.der).hexdigest()

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check a signature over a message.

        ECDSA: SHA-256, DER-encoded (RFC 3279). Ed25519: pure (RFC 8032).

        Raises:
            SignatureError: `signature.mismatch`.
        """
        try:
            if isinstance(self._native, ec.EllipticCurvePublicKey):
                self._native.verify(signature, message, ec.ECDSA(hashes.SHA256()))
            else:
                self._native.verify(signature, message)
        except InvalidSignature as error:
            raise SignatureError(
                "mismatch",
                "The signature does not hold over the bytes it came with.",
                expected=f"a signature by key {self.key_id}",
                found="a signature by another key, or other bytes",
                remedy="get the file again from its developer; do not use this one",
            ) from error


def public_key_from_der(der: bytes) -> PublicKey:
    """Read a public key from DER (SubjectPublicKeyInfo).

    Raises:
        KeyFileError: `key.not-a-key`, `key.unsupported` or `key.not-canonical`.
    """
    try:
        native = load_der_public_key(der)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _not_a_key("DER bytes of a public key") from error
    key = _public_key(native)
    if key.der != der:
        raise KeyFileError(
            "not-canonical",
            "The public key is not in its one DER form.",
            expected="SubjectPublicKeyInfo, named curve, uncompressed point",
            found="another encoding of the same key",
        )
    return key


def public_key_from_pem(pem: bytes) -> PublicKey:
    """Read a public key from PEM.

    Raises:
        KeyFileError: `key.not-a-key` or `key.unsupported`.
    """
    try:
        native = load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _not_a_key("a PEM block `PUBLIC KEY`") from error
    return _public_key(native)


def _not_a_key(expected: str) -> KeyFileError:
    return KeyFileError(
        "not-a-key",
        "This is not a public key.",
        expected=expected,
        found="something else",
        remedy="make a key pair with `assay keys new`",
    )


def _public_key(native: object) -> PublicKey:
    kind: KeyKind | None = None
    if isinstance(native, ec.EllipticCurvePublicKey):
        if isinstance(native.curve, ec.SECP256R1):
            kind = KeyKind.P256
    elif isinstance(native, ed25519.Ed25519PublicKey):
        kind = KeyKind.ED25519
    if kind is None or not isinstance(
        native, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
    ):
        raise KeyFileError(
            "unsupported",
            "Assay does not sign or verify with this kind of key.",
            expected="ECDSA P-256 or Ed25519",
            found=kind_of_key(native),
            remedy="make a key pair with `assay keys new`",
        )
    der = native.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(kind=kind, der=der, _native=native)


def kind_of_key(native: object) -> str:
    """Name the kind of a public key in words, for those who gave it."""
    if isinstance(native, ec.EllipticCurvePublicKey):
        return f"an elliptic curve key on {native.curve.name}"
    known = (
        (rsa.RSAPublicKey, "an RSA key"),
        (dsa.DSAPublicKey, "a DSA key"),
        (ed25519.Ed25519PublicKey, "an Ed25519 key"),
        (ed448.Ed448PublicKey, "an Ed448 key"),
        (x25519.X25519PublicKey, "an X25519 key, which signs nothing"),
    )
    names = (name for kind, name in known if isinstance(native, kind))
    return next(names, "a key of another kind")
