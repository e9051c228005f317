"""A witness: its name, its two private keys, and the signature lines it gives.

Both cosignatures state the time (C2SP tlog-cosignature): Ed25519 (0x04), which every
client verifies, and ML-DSA-44 (0x06), which the specification recommends.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from assay.crypto.checkpoint import (
    MAX_NAME_BYTES,
    ed25519_cosigned_message,
    ml_dsa_44_cosigned_message,
)
from assay.crypto.note import NoteSignature, format_note
from assay.crypto.verifier_key import (
    SignatureType,
    VerifierKey,
    is_key_name,
    make_vkey,
    parse_vkey,
)
from assay.errors import DocumentError, LogError, SignatureError, UsageError
from assay.log.keys import keys_mismatch, read_private_key, write_private_key
from assay.log.layout import ED25519_KEY, ML_DSA_KEY
from assay.wire import strict_json

if TYPE_CHECKING:
    from pathlib import Path

    from assay.crypto.checkpoint import Checkpoint

__all__ = [
    "WITNESS_SETTINGS",
    "WitnessKeys",
    "check_witness_name",
    "create_witness_keys",
    "read_witness_keys",
    "settings_of_witness",
    "signature_lines",
]

WITNESS_SETTINGS = "witness.json"
_FORMAT = "assay-witness/v0"
_MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessKeys:
    """The private keys of one witness.

    Attributes:
        name: The name of both keys.
        ed25519: Makes cosignatures of type 0x04.
        ml_dsa_44: Makes cosignatures of type 0x06.
    """

    name: str
    ed25519: Ed25519PrivateKey
    ml_dsa_44: MLDSA44PrivateKey

    @property
    def vkeys(self) -> tuple[VerifierKey, VerifierKey]:
        """The public half, as others verify it."""
        return (
            make_vkey(
                self.name,
                SignatureType.ED25519_COSIGNATURE,
                self.ed25519.public_key().public_bytes_raw(),
            ),
            make_vkey(
                self.name,
                SignatureType.ML_DSA_44_COSIGNATURE,
                self.ml_dsa_44.public_key().public_bytes_raw(),
            ),
        )

    def cosign(
        self, text: str, checkpoint: Checkpoint, timestamp: int
    ) -> tuple[NoteSignature, NoteSignature]:
        """Cosign a checkpoint; the caller has bound the witness to it, or will.

        Args:
            text: The text of the note, with extension lines when it has any.
            checkpoint: What that text says.
            timestamp: Seconds since the Epoch, more than 0.

        Raises:
            LogError: `log.name-length`: the origin is too long to be cosigned.
        """
        stated = timestamp.to_bytes(8, "big")
        plain, timed = self.vkeys
        message = ml_dsa_44_cosigned_message(self.name, timestamp, checkpoint)
        return (
            NoteSignature(
                name=plain.name,
                key_id=plain.key_id,
                signature=stated
                + self.ed25519.sign(ed25519_cosigned_message(text, timestamp)),
            ),
            NoteSignature(
                name=timed.name,
                key_id=timed.key_id,
                signature=stated + self.ml_dsa_44.sign(message),
            ),
        )


def signature_lines(text: str, signatures: tuple[NoteSignature, ...]) -> str:
    """Write signature lines alone, as an answer of a witness has them."""
    return format_note(text, signatures)[len(text) + 1 :]


def check_witness_name(name: str) -> None:
    """Refuse a name that no verifier key can carry.

    Raises:
        UsageError: `usage.witness-name`.
    """
    if (
        not is_key_name(name)
        or not name.isprintable()
        or "://" in name
        or len(name.encode()) > MAX_NAME_BYTES
    ):
        raise UsageError(
            "witness-name",
            "A witness cannot have this name.",
            expected="a name of yours without a scheme, such as witness.example.com/w1,"
            f" without spaces and '+', at most {MAX_NAME_BYTES} bytes",
            found=repr(name[:80]),
        )


def create_witness_keys(root: Path, name: str) -> WitnessKeys:
    """Make two keys and write them, never over an existing file.

    Raises:
        MachineError: A file exists or cannot be written.
    """
    keys = WitnessKeys(
        name=name,
        ed25519=Ed25519PrivateKey.generate(),
        ml_dsa_44=MLDSA44PrivateKey.generate(),
    )
    write_private_key(root / ED25519_KEY, keys.ed25519)
    write_private_key(root / ML_DSA_KEY, keys.ml_dsa_44)
    return keys


def settings_of_witness(keys: WitnessKeys) -> bytes:
    """Write the public description of a witness: `witness.json`."""
    document = {
        "format": _FORMAT,
        "name": keys.name,
        "vkeys": [str(key) for key in keys.vkeys],
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def read_witness_keys(root: Path, settings: bytes) -> WitnessKeys:
    """Read both keys, which must be those that the witness states.

    Raises:
        LogError: `log.witness-settings`, `log.key-missing`, `log.key-exposed`,
            `log.key-malformed` or `log.keys-mismatch`.
        MachineError: A key cannot be read.
    """
    name, stated = _parsed(settings)
    plain, timed = (read_private_key(root / path) for path in (ED25519_KEY, ML_DSA_KEY))
    if not isinstance(plain, Ed25519PrivateKey) or not isinstance(
        timed, MLDSA44PrivateKey
    ):
        raise LogError(
            "key-malformed",
            "The private keys of the witness are of other kinds than they should be.",
            expected=f"an Ed25519 key in {ED25519_KEY}, ML-DSA-44 in {ML_DSA_KEY}",
            found="another kind of key",
            remedy="restore them from where they are kept",
        )
    keys = WitnessKeys(name=name, ed25519=plain, ml_dsa_44=timed)
    if keys.vkeys != stated:
        raise keys_mismatch(stated, keys.vkeys)
    return keys


def _parsed(settings: bytes) -> tuple[str, tuple[VerifierKey, ...]]:
    try:
        document = strict_json.loads(settings, max_bytes=_MAX_BYTES)
        if set(document) != {"format", "name", "vkeys"}:
            raise _malformed("other members than format, name and vkeys")
        if document["format"] != _FORMAT or not isinstance(document["name"], str):
            raise _malformed("another format")
        return document["name"], tuple(parse_vkey(key) for key in document["vkeys"])
    except (DocumentError, SignatureError) as error:
        raise _malformed(error.message) from error
    except (TypeError, AttributeError) as error:
        raise _malformed("values of other types") from error


def _malformed(found: str) -> LogError:
    return LogError(
        "witness-settings",
        f"The file {WITNESS_SETTINGS} cannot be used.",
        expected=f"format {_FORMAT}, a name and two verifier keys",
        found=found,
        remedy="restore it from a backup",
    )
