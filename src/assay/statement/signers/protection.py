"""A private key under a passphrase: PBES2 in PKCS #8 (RFC 8018 section 6.2, RFC 5958).

The library would write PBKDF2 with 2,048 rounds, which a graphics card tries millions
of times a second, and offers no other number. So the wrapping is written here, from
the library's own PBKDF2 and AES; every tool that reads PKCS #8 opens it.
"""

from __future__ import annotations

import base64
import secrets

from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

__all__ = ["ROUNDS", "protected_pem"]

ROUNDS = 600_000
"""Rounds of PBKDF2 with HMAC-SHA-256: the number of OWASP's Password Storage Cheat
Sheet; about a tenth of a second for whoever opens the key."""

_SALT_BYTES = 16
_AES_256_BYTES = 32
_AES_BLOCK_BYTES = 16
_SEQUENCE, _INTEGER, _OCTETS = 0x30, 0x02, 0x04
_SHORT = 0x80
_LINE = 64

# Object identifiers with tag and length: pkcs5-PBES2, pkcs5-PBKDF2, hmacWithSHA256
# with its NULL, aes256-CBC.
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_PBKDF2 = bytes.fromhex("06092a864886f70d01050c")
_HMAC_SHA256 = bytes.fromhex("06082a864886f70d02090500")
_AES256_CBC = bytes.fromhex("060960864801650304012a")


def protected_pem(pkcs8: bytes, passphrase: bytes) -> bytes:
    """Encrypt a PKCS #8 key in DER: PBKDF2-HMAC-SHA-256, then AES-256-CBC."""
    salt = secrets.token_bytes(_SALT_BYTES)
    start = secrets.token_bytes(_AES_BLOCK_BYTES)
    key = PBKDF2HMAC(
        algorithm=hashes.SHA256(), length=_AES_256_BYTES, salt=salt, iterations=ROUNDS
    ).derive(passphrase)
    filler = padding.PKCS7(8 * _AES_BLOCK_BYTES).padder()
    cipher = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    padded = filler.update(pkcs8) + filler.finalize()
    hidden = cipher.update(padded) + cipher.finalize()
    rounds = ROUNDS.to_bytes(ROUNDS.bit_length() // 8 + 1, "big")
    derivation = _wrapped(
        _SEQUENCE,
        _wrapped(_OCTETS, salt),
        _wrapped(_INTEGER, rounds),
        _wrapped(_SEQUENCE, _HMAC_SHA256),
    )
    scheme = _wrapped(
        _SEQUENCE,
        _wrapped(_SEQUENCE, _PBKDF2, derivation),
        _wrapped(_SEQUENCE, _AES256_CBC, _wrapped(_OCTETS, start)),
    )
    return _pem(
        _wrapped(
            _SEQUENCE,
            _wrapped(_SEQUENCE, _PBES2, scheme),
            _wrapped(_OCTETS, hidden),
        )
    )


def _wrapped(tag: int, *parts: bytes) -> bytes:
    """Write one element of DER (X.690 section 8.1)."""
    body = b"".join(parts)
    if len(body) < _SHORT:
        return bytes((tag, len(body))) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes((tag, _SHORT | len(length))) + length + body


def _pem(der: bytes) -> bytes:
    text = base64.b64encode(der)
    lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    label = b"ENCRYPTED PRIVATE KEY"
    return b"\n".join(
        (b"-----BEGIN %b-----" % label, *lines, b"-----END %b-----" % label, b"")
    )
