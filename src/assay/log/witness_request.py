"""What a log sends to a witness: the body of `add-checkpoint` (C2SP tlog-witness)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto import canonical_base64
from assay.crypto.checkpoint import Checkpoint, parse_checkpoint, parse_decimal
from assay.crypto.merkle import HASH_BYTES
from assay.crypto.note import Note, decode_text, parse_note
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import LogError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "MAX_PROOF_LINES",
    "AddCheckpoint",
    "format_add_checkpoint",
    "parse_add_checkpoint",
]

# tlog-witness: "The client MUST NOT send more than 63 consistency proof lines."
MAX_PROOF_LINES = 63
_OLD = re.compile(r"old ([0-9]+)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCheckpoint:
    """A checkpoint that a witness is asked to cosign; nothing of it is verified.

    Attributes:
        old_size: Size from which the proof leads to it.
        proof: Consistency proof.
        whole: The signed checkpoint, verbatim.
        note: The same, split.
        checkpoint: What its text says.
    """

    old_size: int
    proof: tuple[bytes, ...]
    whole: str
    note: Note
    checkpoint: Checkpoint


def format_add_checkpoint(old_size: int, proof: Sequence[bytes], note: str) -> bytes:
    """Write a request."""
    lines = [f"old {old_size}", *map(canonical_base64.encode, proof), "", note]
    return "\n".join(lines).encode()


def parse_add_checkpoint(body: bytes, limits: Limits = DEFAULT_LIMITS) -> AddCheckpoint:
    """Read a request strictly.

    Steps:
        1. Bound it; it is UTF-8 without control characters but newlines.
        2. The first line is `old`, a space and a size in its one spelling.
        3. At most 63 lines follow, each a hash, up to an empty line.
        4. Behind it stands a signed note whose text is a checkpoint. Extension lines
           are allowed: other logs than ours may have them.

    Raises:
        LogError: `log.witness-request` or `log.checkpoint-*`.
        SignatureError: `signature.note-*`.
    """
    # 1.
    if len(body) > limits.max_witness_request_bytes:
        raise _malformed(
            f"at most {limits.max_witness_request_bytes} bytes", f"{len(body)} bytes"
        )
    head, separator, whole = decode_text(body, limits).partition("\n\n")
    # 2.
    first, *lines = head.split("\n")
    match = _OLD.fullmatch(first)
    old_size = None if match is None else parse_decimal(match[1])
    if old_size is None or not separator:
        raise _malformed(
            "a line: old, a space, a decimal without leading zeroes", first
        )
    # 3.
    if len(lines) > MAX_PROOF_LINES:
        raise _malformed(f"at most {MAX_PROOF_LINES} hashes", f"{len(lines)} lines")
    proof = []
    for line in lines:
        value = canonical_base64.decode(line)
        if value is None or len(value) != HASH_BYTES:
            raise _malformed("32 bytes in canonical base64", line)
        proof.append(value)
    # 4.
    note = parse_note(whole, limits)
    return AddCheckpoint(
        old_size=old_size,
        proof=tuple(proof),
        whole=whole,
        note=note,
        checkpoint=parse_checkpoint(note.text, allow_extensions=True),
    )


def _malformed(expected: str, found: str) -> LogError:
    return LogError(
        "witness-request",
        "The request to the witness is malformed.",
        expected=expected,
        found=repr(found[:60]),
    )
