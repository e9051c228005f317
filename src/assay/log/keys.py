"""The log's two private keys, in PKCS#8 files that only their owner may read.

Every checkpoint carries both signatures: Ed25519 (0x01), which all C2SP tools verify,
and ML-DSA-44 (0x06), which holds against a quantum computer and states the time.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from assay.crypto.checkpoint import format_checkpoint, ml_dsa_44_cosigned_message
from assay.crypto.note import NoteSignature, format_note
from assay.crypto.verifier_key import SignatureType, VerifierKey, make_vkey
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import LogError
from assay.log.layout import ED25519_KEY, ML_DSA_KEY
from assay.log.stores.files import machine_error

if TYPE_CHECKING:
    from pathlib import Path

    from assay.crypto.checkpoint import Checkpoint

__all__ = [
    "LogKeys",
    "create_keys",
    "keys_mismatch",
    "read_keys",
    "read_private_key",
    "write_private_key",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKeys:
    """The private keys of one log.

    Attributes:
        origin: The log's name, which is also the name of both keys.
        ed25519: Signs the text of a checkpoint.
        ml_dsa_44: Signs its tree, with the time.
    """

    origin: str
    ed25519: Ed25519PrivateKey
    ml_dsa_44: MLDSA44PrivateKey

    @property
    def vkeys(self) -> tuple[VerifierKey, VerifierKey]:
        """The public half, as others verify it."""
        return (
            make_vkey(
                self.origin,
                SignatureType.ED25519,
                self.ed25519.public_key().public_bytes_raw(),
            ),
            make_vkey(
                self.origin,
                SignatureType.ML_DSA_44_COSIGNATURE,
                self.ml_dsa_44.public_key().public_bytes_raw(),
            ),
        )

    def sign(self, checkpoint: Checkpoint, timestamp: int) -> str:
        """Sign a checkpoint with both keys.

        The caller has bound the log to this tree in the ledger before.

        Raises:
            LogError: The checkpoint cannot be written; as `format_checkpoint`.
        """
        text = format_checkpoint(checkpoint)
        plain, timed = self.vkeys
        message = ml_dsa_44_cosigned_message(self.origin, timestamp, checkpoint)
        return format_note(
            text,
            (
                NoteSignature(
                    name=plain.name,
                    key_id=plain.key_id,
                    signature=self.ed25519.sign(text.encode()),
                ),
                NoteSignature(
                    name=timed.name,
                    key_id=timed.key_id,
                    signature=timestamp.to_bytes(8, "big")
                    + self.ml_dsa_44.sign(message),
                ),
            ),
        )


def create_keys(root: Path, origin: str) -> LogKeys:
    """Make two keys and write them, never over an existing file.

    Raises:
        MachineError: A file exists or cannot be written.
    """
    keys = LogKeys(
        origin=origin,
        ed25519=Ed25519PrivateKey.generate(),
        ml_dsa_44=MLDSA44PrivateKey.generate(),
    )
    for name, key in ((ED25519_KEY, keys.ed25519), (ML_DSA_KEY, keys.ml_dsa_44)):
        write_private_key(root / name, key)
    return keys


def write_private_key(path: Path, key: Ed25519PrivateKey | MLDSA44PrivateKey) -> None:
    """Write a key that only its owner may read, never over an existing file.

    Raises:
        MachineError: The file exists or cannot be written.
    """
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise machine_error(error, f"writing the key {path.name}") from error


def read_keys(root: Path, origin: str) -> LogKeys:
    """Read both keys.

    Raises:
        LogError: `log.key-missing`, `log.key-exposed` or `log.key-malformed`.
        MachineError: A key cannot be read.
    """
    plain, timed = (read_private_key(root / name) for name in (ED25519_KEY, ML_DSA_KEY))
    if not isinstance(plain, Ed25519PrivateKey):
        raise _malformed(ED25519_KEY, "an Ed25519 key")
    if not isinstance(timed, MLDSA44PrivateKey):
        raise _malformed(ML_DSA_KEY, "an ML-DSA-44 key")
    return LogKeys(origin=origin, ed25519=plain, ml_dsa_44=timed)


def keys_mismatch(
    stated: tuple[VerifierKey, ...], found: tuple[VerifierKey, ...]
) -> LogError:
    """Say that the private keys are not those that the log states."""
    return LogError(
        "keys-mismatch",
        "The private keys are not those of this log.",
        expected=", ".join(key.key_id.hex() for key in stated),
        found=", ".join(key.key_id.hex() for key in found),
        remedy="restore the log's own keys; a log cannot change them",
    )


def read_private_key(path: Path) -> object:
    """Read an unencrypted PKCS#8 key that nobody but its owner may use.

    Raises:
        LogError: `log.key-missing`, `log.key-exposed` or `log.key-malformed`.
        MachineError: The file cannot be read.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        with path.open("rb") as file:
            pem = file.read(DEFAULT_LIMITS.max_key_file_bytes)
    except FileNotFoundError as error:
        raise LogError(
            "key-missing",
            "A private key of the log is not there.",
            expected=path.name,
            found="no such file",
            remedy="restore it from where it is kept; a log cannot change its keys",
        ) from error
    except OSError as error:
        raise machine_error(error, f"reading the key {path.name}") from error
    if mode & 0o077:
        raise LogError(
            "key-exposed",
            f"Others than its owner may use the private key {path.name}.",
            expected="mode 0600",
            found=f"mode {mode:04o}",
            remedy=f"chmod 600 {path.name}, once nobody else can have read it",
        )
    try:
        return load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm, InternalError) as error:
        raise _malformed(path.name, "an unencrypted PKCS#8 PEM key") from error


def _malformed(name: str, expected: str) -> LogError:
    return LogError(
        "key-malformed",
        f"The file {name} is not the log's key.",
        expected=expected,
        found="something else",
        remedy="restore it from where it is kept",
    )
