"""Keys of sigstore's logs, and what clients call them.

A key's id is 32 bytes. For ECDSA it is SHA-256 of the key in DER (RFC 6962 section
3.2); for Ed25519 it is the hash of which C2SP signed-note takes the first four bytes
as the id of a key: name, line feed, 0x01, key. Checkpoints carry those four.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from assay.crypto.verifier_key import SignatureType, parse_vkey
from assay.errors import KeyFileError, TrustError

if TYPE_CHECKING:
    from assay.domain.trust import KeylessLog

__all__ = ["ed25519_in_der", "identify", "key_id", "log_key_of_vkey", "signed_by"]

# SubjectPublicKeyInfo of RFC 8410, up to the 32 bytes of the key.
_ED25519_HEAD = bytes.fromhex("302a300506032b6570032100")


def ed25519_in_der(raw: bytes) -> bytes:
    """Wrap an Ed25519 key as SubjectPublicKeyInfo (RFC 8410 section 4)."""
    return _ED25519_HEAD + raw


def log_key_of_vkey(vkeys: tuple[str, ...]) -> bytes | None:
    """Give a log's own Ed25519 key in DER, which sigstore clients verify by.

    Returns:
        None where the log has none: they know no ML-DSA.

    Raises:
        SignatureError: A verifier key is none.
    """
    for text in vkeys:
        key = parse_vkey(text)
        if key.type is SignatureType.ED25519:
            return ed25519_in_der(key.public)
    return None


def key_id(log: KeylessLog) -> bytes:
    """Give the 32 bytes by which clients find a log's key."""
    if log.origin and log.public_key.startswith(_ED25519_HEAD):
        raw = log.public_key[len(_ED25519_HEAD) :]
        return hashlib.sha256(f"{log.origin}\n".encode() + b"\x01" + raw).digest()
    return hashlib.sha256(log.public_key).digest()


def identify(log: KeylessLog) -> tuple[bytes, str]:
    """Give the id of a log's key, and its kind in sigstore's `PublicKeyDetails`.

    Raises:
        KeyFileError: `key.not-a-key` or `key.unsupported`.
    """
    return key_id(log), _details(log.public_key)


def _details(der: bytes) -> str:
    native = _loaded(der)
    if isinstance(native, ed25519.Ed25519PublicKey):
        return "PKIX_ED25519"
    if isinstance(native, ec.EllipticCurvePublicKey) and isinstance(
        native.curve, ec.SECP256R1
    ):
        return "PKIX_ECDSA_P256_SHA_256"
    raise KeyFileError(
        "unsupported",
        "This kind of key is not used for logs here.",
        expected="Ed25519 or ECDSA P-256",
        found=type(native).__name__,
    )


def signed_by(der: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether a log's key signed a message, with SHA-256 where a hash is needed.

    Raises:
        TrustError: `trust.malformed`: the verifier named what is no key.
    """
    try:
        native = _loaded(der)
    except KeyFileError as error:
        raise TrustError(
            "malformed",
            "The trust file names a key that is none.",
            expected=error.expected,
            found=error.found,
        ) from error
    try:
        if isinstance(native, ed25519.Ed25519PublicKey):
            native.verify(signature, message)
        elif isinstance(native, ec.EllipticCurvePublicKey):
            native.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        elif isinstance(native, rsa.RSAPublicKey):
            native.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _loaded(der: bytes) -> object:
    try:
        return load_der_public_key(der)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(
            "not-a-key",
            "This is not a public key.",
            expected="SubjectPublicKeyInfo in DER",
            found="something else",
        ) from error
