"""A signer whose key is a PEM file, protected by a passphrase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from assay.crypto.public_key import (
    ALL_KINDS,
    KeyKind,
    key_hash,
    kind_of_pem,
    public_key_of,
)
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import KeyFileError
from assay.statement.signers.protection import protected_pem

if TYPE_CHECKING:
    from assay.crypto.public_key import PublicKey

__all__ = ["CANNOT_OPEN", "PemSigner", "new_private_key", "read_private_key"]

CANNOT_OPEN = (
    "try another passphrase; without the right one nobody can open this key, and a new "
    "one has to be made and made known"
)

# What OpenSSL takes.
_MAX_PASSPHRASE_BYTES = 1023

_Native = (
    ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | mldsa.MLDSA65PrivateKey
)


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
        statement has the same signature and the log gives it the same index. ML-DSA
        is hedged with chance (FIPS 204 section 3.4); nothing of it is logged.
        """
        if isinstance(self._native, ec.EllipticCurvePrivateKey):
            algorithm = ec.ECDSA(
                key_hash(self.public_key.kind), deterministic_signing=True
            )
            return self._native.sign(message, algorithm)
        return self._native.sign(message)


def new_private_key(kind: KeyKind, passphrase: bytes | None) -> bytes:
    """Make a private key and give it as PKCS #8 in PEM.

    Args:
        kind: Its type.
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
    native = _new(kind)
    if passphrase is None:
        return native.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    der = native.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return protected_pem(der, passphrase)


def _new(kind: KeyKind) -> _Native:
    if kind is KeyKind.P256:
        return ec.generate_private_key(ec.SECP256R1())
    if kind is KeyKind.P384:
        return ec.generate_private_key(ec.SECP384R1())
    if kind is KeyKind.ED25519:
        return ed25519.Ed25519PrivateKey.generate()
    return mldsa.MLDSA65PrivateKey.generate()


def read_private_key(
    pem: bytes, passphrase: bytes | None, limits: Limits = DEFAULT_LIMITS
) -> PemSigner:
    """Open a private key; an empty passphrase is none.

    Raises:
        KeyFileError: `key.not-a-key`, `key.unsupported`, `key.passphrase-missing`,
            `key.passphrase-not-needed`, `key.passphrase-wrong` or `key.weak`.
    """
    passphrase = passphrase or None
    try:
        if len(pem) > limits.max_key_file_bytes:
            raise _not_a_key(pem[:0])
        native = load_pem_private_key(pem, passphrase)
    except TypeError as error:
        raise _passphrase_trouble(given=passphrase is not None) from error
    except (ValueError, UnsupportedAlgorithm, InternalError) as error:
        if passphrase is not None and b"ENCRYPTED" in pem[:200]:
            raise KeyFileError(
                "passphrase-wrong",
                "The key cannot be opened.",
                expected="the passphrase that it was made with",
                found="another one, or a damaged file",
                remedy=CANNOT_OPEN,
            ) from error
        raise _not_a_key(pem) from error
    # The kind is judged by the public half, which every private key has.
    public = public_key_of(native.public_key(), ALL_KINDS)
    return PemSigner(public_key=public, _native=cast("_Native", native))


def _not_a_key(pem: bytes) -> KeyFileError:
    return KeyFileError(
        "not-a-key",
        "This is not a private key.",
        expected="a PEM file `PRIVATE KEY` or `ENCRYPTED PRIVATE KEY`",
        found=kind_of_pem(pem),
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
