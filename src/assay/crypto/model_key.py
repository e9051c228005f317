"""Keys of OpenSSF Model Signing: ECDSA on three curves, each with its own hash.

Wider than the keys of Assay's own statements: a manifest may come from any tool that
follows OMS v1.0 (algorithm registry, "Signing Key Types").
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from assay.crypto.public_key import kind_of_key
from assay.errors import KeyFileError, SignatureError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

__all__ = ["ModelKey", "hash_of_curve", "model_key_from_pem", "model_key_of"]

# Sigstore's algorithm registry: the hash grows with the curve.
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "secp256r1": hashes.SHA256,
    "secp384r1": hashes.SHA384,
    "secp521r1": hashes.SHA512,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelKey:
    """A public key that model signing knows.

    Attributes:
        curve: `secp256r1`, `secp384r1` or `secp521r1`.
    """

    curve: str
    _native: ec.EllipticCurvePublicKey

    @property
    def hint(self) -> str:
        """Hex SHA-256 of the key in PEM, by which bundles name it (section 4.1)."""
        pem = self._native.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(pem).hexdigest()

    @property
    def key_id(self) -> str:
        """Hex SHA-256 of the DER form, by which Assay names keys."""
        der = self._native.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(der).hexdigest()

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check a DER signature over a message, with the curve's hash.

        Raises:
            SignatureError: `signature.mismatch`.
        """
        try:
            algorithm = ec.ECDSA(_HASHES[self.curve]())
            self._native.verify(signature, message, algorithm)
        except InvalidSignature as error:
            raise SignatureError(
                "mismatch",
                "The signature does not hold over the bytes it came with.",
                expected=f"a signature by key {self.key_id}",
                found="a signature by another key, or other bytes",
                remedy="get the file again from its developer; do not use this one",
            ) from error


def hash_of_curve(curve: ec.EllipticCurve) -> hashes.HashAlgorithm:
    """Give the hash that goes with a curve.

    Raises:
        KeyFileError: `key.unsupported`.
    """
    found = _HASHES.get(curve.name)
    if found is None:
        raise _unsupported(curve.name)
    return found()


def model_key_of(native: PublicKeyTypes) -> ModelKey:
    """Take a key that was already parsed.

    Raises:
        KeyFileError: `key.unsupported`.
    """
    if not isinstance(native, ec.EllipticCurvePublicKey):
        raise _unsupported(kind_of_key(native))
    hash_of_curve(native.curve)
    return ModelKey(curve=native.curve.name, _native=native)


def model_key_from_pem(pem: bytes) -> ModelKey:
    """Read a public key from PEM.

    Raises:
        KeyFileError: `key.not-a-key` or `key.unsupported`.
    """
    try:
        native = load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(
            "not-a-key",
            "This is not a public key.",
            expected="a PEM block `PUBLIC KEY`",
            found="something else",
            remedy="give the public half, such as developer.pem.pub",
        ) from error
    return model_key_of(native)


def _unsupported(found: str) -> KeyFileError:
    return KeyFileError(
        "unsupported",
        "Model signing does not know this kind of key.",
        expected="ECDSA on P-256, P-384 or P-521",
        found=found,
        remedy="make a key pair with `assay keys new`",
    )
