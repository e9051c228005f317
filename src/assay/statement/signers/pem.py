"""A signer whose key is a PEM file, protected by a passphrase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from assay.crypto.public_key import KeyKind, kind_of_key, public_key_from_der
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import KeyFileError

if TYPE_CHECKING:
    from assay.crypto.public_key import PublicKey

__all__ = ["CANNOT_OPEN", "PemSigner", "new_private_key", "read_private_key"]

CANNOT_OPEN = (
    "try another passphrase; without the right one nobody can open this key, and a new "
    "one has to be made and made known"
)

# What OpenSSL takes.
_MAX_PASSPHRASE_BYTES = 1023

_Native = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class PemSigner:
    """A private key in memory.

    Attributes:
        public_key: The key that verifies what this signs.
    """

    public_key: PublicKey
    _native: _Native

    def sign(self, message: bytes) -> bytes:
        """Sign a message.

        ECDSA takes its nonce from the message and the key (RFC 6979), so the same
        statement has the same signature and the log gives it the same index.
        """
        if isinstance(self._native, ec.EllipticCurvePrivateKey):
            algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
            return self._native.sign(message, algorithm)
        return self._native.sign(message)


def new_private_key(kind: KeyKind, passphrase: bytes | None) -> bytes:
    """Make a private key and give it as PKCS #8 in PEM.

    Args:
        kind: P-256 or Ed25519.
        passphrase: Protects the file; None leaves it open to anyone who reads it.

    Raises:
        KeyFileError: `key.passphrase-length`.
    """
    if passphrase is not None and not 1 <= len(passphrase) <= _MAX_PASSPHRASE_BYTES:
        raise KeyFileError(
            "passphrase-length",
            "No key can be protected by a passphrase of this length.",
            expected=f"1 to {_MAX_PASSPHRASE_BYTES} bytes",
            found=f"{len(passphrase)} bytes",
        )
    native: _Native
    if kind is KeyKind.P256:
        native = ec.generate_private_key(ec.SECP256R1())
    else:
        native = ed25519.Ed25519PrivateKey.generate()
    protection: KeySerializationEncryption = NoEncryption()
    if passphrase is not None:
        protection = BestAvailableEncryption(passphrase)
    return native.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)


def read_private_key(
    pem: bytes, passphrase: bytes | None, limits: Limits = DEFAULT_LIMITS
) -> PemSigner:
    """Open a private key; an empty passphrase is none.

    Raises:
        KeyFileError: `key.not-a-key`, `key.unsupported`, `key.passphrase-missing`,
            `key.passphrase-not-needed` or `key.passphrase-wrong`.
    """
    passphrase = passphrase or None
    try:
        if len(pem) > limits.max_key_file_bytes:
            raise _not_a_key()
        native = load_pem_private_key(pem, passphrase)
    except TypeError as error:
        raise _passphrase_trouble(given=passphrase is not None) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        if passphrase is not None and b"ENCRYPTED" in pem[:200]:
            raise KeyFileError(
                "passphrase-wrong",
                "The key cannot be opened.",
                expected="the passphrase that it was made with",
                found="another one, or a damaged file",
                remedy=CANNOT_OPEN,
            ) from error
        raise _not_a_key() from error
    if not isinstance(native, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
        raise KeyFileError(
            "unsupported",
            "Assay does not sign with this kind of key.",
            expected="ECDSA P-256 or Ed25519",
            found=kind_of_key(native.public_key()),
            remedy="make a key pair with `assay keys new`",
        )
    der = native.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    return PemSigner(public_key=public_key_from_der(der), _native=native)


def _not_a_key() -> KeyFileError:
    return KeyFileError(
        "not-a-key",
        "This is not a private key.",
        expected="a PEM file `PRIVATE KEY` or `ENCRYPTED PRIVATE KEY`",
        found="something else",
        remedy="make a key pair with `assay keys new`",
    )


def _passphrase_trouble(*, given: bool) -> KeyFileError:
    """Tell the two mismatches apart: cryptography raises TypeError for both."""
    return KeyFileError(
        "passphrase-not-needed" if given else "passphrase-missing",
        "The key is not protected by a passphrase."
        if given
        else "The key is protected by a passphrase.",
        expected="no passphrase" if given else "its passphrase",
        found="one was given" if given else "none was given",
        remedy=""
        if given
        else "answer the prompt, or set ASSAY_KEY_PASSPHRASE where nobody can answer",
    )
