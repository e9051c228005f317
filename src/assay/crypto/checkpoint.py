"""Checkpoints of C2SP tlog-checkpoint v1.0.0, and what signatures on them cover.

A checkpoint is the text of a note: the log's origin, its size and its root. Every
value has one spelling here, so two checkpoints are the same exactly when their bytes
are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assay.crypto import canonical_base64
from assay.crypto.merkle import HASH_BYTES, MAX_TREE_SIZE
from assay.errors import LogError

__all__ = [
    "MAX_NAME_BYTES",
    "MAX_TIMESTAMP",
    "Checkpoint",
    "ed25519_cosigned_message",
    "format_checkpoint",
    "ml_dsa_44_cosigned_message",
    "parse_checkpoint",
    "parse_decimal",
]

# tlog-cosignature: `cosigner_name<1..2^8-1>` and `log_origin<1..2^8-1>`.
MAX_NAME_BYTES = 255
# tlog-cosignature: a timestamp "MUST NOT exceed 2^63 - 1".
MAX_TIMESTAMP = 2**63 - 1
# 2^63 - 1 has 19 digits. Only ASCII digits, no sign, no leading zeroes.
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A log's tree at one size.

    Attributes:
        origin: The log's name for itself.
        size: Leaves in the tree.
        root: 32-byte root hash.
        extensions: Extension lines. ML-DSA signatures do not cover them, and our own
            logs have none.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def parse_decimal(text: str) -> int | None:
    """Read a number below 2^63 in its one ASCII spelling; None for anything else."""
    if _DECIMAL.fullmatch(text) is None:
        return None
    value = int(text)
    return value if value <= MAX_TREE_SIZE else None


# An ML-DSA-44 cosignature is over the parts of a checkpoint, which are then read again.
@lru_cache(maxsize=16)
def parse_checkpoint(text: str, *, allow_extensions: bool = False) -> Checkpoint:
    """Read the text of a checkpoint note.

    Args:
        text: The note text, with its final newline.
        allow_extensions: Whether lines after the root are kept and not refused.

    Raises:
        LogError: `log.checkpoint-lines`, `log.checkpoint-origin`,
            `log.checkpoint-size`, `log.checkpoint-root` or
            `log.checkpoint-extension`.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop():
        raise LogError(
            "checkpoint-lines",
            "A checkpoint has three lines, each ending in a newline.",
            expected="origin, size, root",
            found=f"{len(lines)} lines",
        )
    origin, size_line, root_line, *extensions = lines
    if not origin:
        raise LogError("checkpoint-origin", "The checkpoint names no origin.")
    size = parse_decimal(size_line)
    if size is None:
        raise LogError(
            "checkpoint-size",
            "The checkpoint's size is not a plain decimal number.",
            expected=f"0 to {MAX_TREE_SIZE}, no leading zeroes",
            found=repr(size_line[:40]),
        )
    root = canonical_base64.decode(root_line)
    if root is None or len(root) != HASH_BYTES:
        raise LogError(
            "checkpoint-root",
            "The checkpoint's root is not a hash.",
            expected="32 bytes in canonical base64",
            found=repr(root_line[:60]),
        )
    if extensions and (not allow_extensions or "" in extensions):
        raise LogError(
            "checkpoint-extension",
            "The checkpoint has lines after its root.",
            expected="non-empty extension lines" if allow_extensions else "none",
            found=f"{len(extensions)} lines",
        )
    return Checkpoint(origin=origin, size=size, root=root, extensions=tuple(extensions))


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """Write a checkpoint as note text.

    Raises:
        LogError: When the text would not be read back as the same checkpoint; as
            `parse_checkpoint`.
    """
    lines = (
        checkpoint.origin,
        str(checkpoint.size),
        canonical_base64.encode(checkpoint.root),
        *checkpoint.extensions,
    )
    text = "".join(f"{line}\n" for line in lines)
    if parse_checkpoint(text, allow_extensions=True) != checkpoint:
        raise LogError(
            "checkpoint-lines",
            "The checkpoint cannot be written: a value contains a line break.",
            expected="values without line breaks",
            found=repr(checkpoint.origin[:60]),
        )
    return text


def ed25519_cosigned_message(text: str, timestamp: int) -> bytes:
    """Build what a signature of type 0x04 covers (tlog-cosignature, "Ed25519").

    Args:
        text: The checkpoint's text, with extension lines when it has any.
        timestamp: Seconds since the Epoch, 0 to 2^63 - 1.
    """
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def ml_dsa_44_cosigned_message(
    cosigner: str, timestamp: int, checkpoint: Checkpoint
) -> bytes:
    """Build what a signature of type 0x06 covers (tlog-cosignature, "ML-DSA-44").

    Extension lines are not covered: a caller who acts on them needs another signature.

    Args:
        cosigner: Name of the signing key.
        timestamp: Seconds since the Epoch, 0 to 2^63 - 1.
        checkpoint: The tree; the subtree signed is the whole of it.

    Raises:
        LogError: `log.name-length` when a name cannot be encoded.
    """
    return b"".join(
        (
            b"subtree/v1\n\0",
            _opaque(cosigner),
            timestamp.to_bytes(8, "big"),
            _opaque(checkpoint.origin),
            (0).to_bytes(8, "big"),
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )


def _opaque(name: str) -> bytes:
    data = name.encode()
    if not 1 <= len(data) <= MAX_NAME_BYTES:
        raise LogError(
            "name-length",
            "A name is too short or too long for an ML-DSA-44 cosignature.",
            expected=f"1 to {MAX_NAME_BYTES} bytes",
            found=f"{len(data)} bytes",
        )
    return bytes((len(data),)) + data
