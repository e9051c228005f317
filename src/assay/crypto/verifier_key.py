"""Verifier keys of C2SP signed-note v1.0.0: who may sign a note, and how."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from assay.crypto import canonical_base64
from assay.errors import SignatureError

__all__ = [
    "KEY_ID_BYTES",
    "SignatureType",
    "VerifierKey",
    "is_key_name",
    "make_vkey",
    "parse_vkey",
]

KEY_ID_BYTES = 4
_KEY_ID_HEX = re.compile(r"[0-9a-f]{8}", re.ASCII)
# No Unicode spaces, no control characters, no plus.
_NOT_IN_NAMES = re.compile(r"[\s+\x00-\x1f]")


class SignatureType(IntEnum):
    """Signature type identifiers assigned by C2SP signed-note."""

    ED25519 = 0x01
    ED25519_COSIGNATURE = 0x04
    ML_DSA_44_COSIGNATURE = 0x06


_PUBLIC_KEY_BYTES = {
    SignatureType.ED25519: 32,
    SignatureType.ED25519_COSIGNATURE: 32,
    SignatureType.ML_DSA_44_COSIGNATURE: 1312,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A public key that may sign notes; `str()` gives its vkey text.

    Attributes:
        name: Key name; for a log's own keys it is the log's origin.
        key_id: First four bytes of the hash over name, type and key.
        type: What kind of signature it verifies.
        public: Raw public key.
    """

    name: str
    key_id: bytes
    type: SignatureType
    public: bytes

    def __hash__(self) -> int:
        """Hash what tells most keys apart; a receipt looks each up several times."""
        return hash(self.key_id)

    def __str__(self) -> str:
        """Give the vkey: name, key id in hex, type and key in base64."""
        material = canonical_base64.encode(bytes((self.type,)) + self.public)
        return f"{self.name}+{self.key_id.hex()}+{material}"


def make_vkey(name: str, kind: SignatureType, public: bytes) -> VerifierKey:
    """Name a public key.

    Raises:
        SignatureError: `signature.key-name` or `signature.vkey-malformed`.
    """
    if not is_key_name(name):
        raise SignatureError(
            "key-name",
            "A key cannot have this name.",
            expected="a non-empty name without spaces, control characters or '+'",
            found=repr(name[:80]),
        )
    if len(public) != _PUBLIC_KEY_BYTES[kind]:
        raise SignatureError(
            "vkey-malformed",
            f"The verifier key {name} has the wrong length for its type.",
            expected=f"{_PUBLIC_KEY_BYTES[kind]} bytes for type 0x{kind:02x}",
            found=f"{len(public)} bytes",
        )
    digest = hashlib.sha256(name.encode() + b"\n" + bytes((kind,)) + public).digest()
    return VerifierKey(
        name=name, key_id=digest[:KEY_ID_BYTES], type=kind, public=public
    )


# A verifier reads the few keys of its trust file for every receipt again.
@lru_cache(maxsize=256)
def parse_vkey(text: str) -> VerifierKey:
    """Read a vkey: `<name>+<key id>+<base64 of type and key>`.

    Raises:
        SignatureError: `signature.vkey-malformed`, `signature.vkey-type`,
            `signature.vkey-id` or `signature.key-name`.
    """
    parts = text.split("+", 2)
    material = canonical_base64.decode(parts[2]) if len(parts) == 3 else None
    if not material or _KEY_ID_HEX.fullmatch(parts[1]) is None:
        raise SignatureError(
            "vkey-malformed",
            "The text is not a verifier key.",
            expected="<name>+<8 hex digits>+<base64 of type and public key>",
            found=repr(text[:80]),
        )
    try:
        kind = SignatureType(material[0])
    except ValueError as error:
        raise SignatureError(
            "vkey-type",
            f"The verifier key {parts[0]} is of a type that Assay does not verify.",
            expected="0x01, 0x04 or 0x06",
            found=f"0x{material[0]:02x}",
        ) from error
    key = make_vkey(parts[0], kind, material[1:])
    if key.key_id.hex() != parts[1]:
        raise SignatureError(
            "vkey-id",
            f"The key id of the verifier key {key.name} is not that of its key.",
            expected=key.key_id.hex(),
            found=parts[1],
            remedy="copy the whole vkey again from its owner",
        )
    return key


# The same few sign every checkpoint.
@lru_cache(maxsize=256)
def is_key_name(name: str) -> bool:
    """Tell whether signed-note allows a key to have this name."""
    return bool(name) and _NOT_IN_NAMES.search(name) is None
