"""Receipts: `c2sp.org/tlog-proof@v1`, one text that proves an entry is in a log.

A receipt holds the entry's index, the path to the root and the signed checkpoint. It
is checked with nothing but the entry's bytes and the keys that the verifier chose.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from assay.crypto import canonical_base64, merkle
from assay.crypto.checkpoint import parse_decimal
from assay.crypto.note import (
    SignatureType,
    VerifiedSignature,
    VerifierKey,
    decode_text,
    split_note,
    verify_checkpoint,
)
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import LogError, SignatureError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assay.crypto.note import SignedCheckpoint

__all__ = [
    "HEADER",
    "TlogProof",
    "VerifiedProof",
    "format_tlog_proof",
    "parse_tlog_proof",
    "verify_tlog_proof",
]

HEADER = "c2sp.org/tlog-proof@v1"
_EXTRA = "extra "
_INDEX = "index "


@dataclass(frozen=True, slots=True, kw_only=True)
class TlogProof:
    """A receipt split into its parts, not verified.

    Attributes:
        index: Place of the entry, from 0.
        hashes: Inclusion proof, from the leaf's sibling upwards.
        checkpoint: The signed checkpoint, verbatim.
        extra: Data that nothing signs, or None.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedProof:
    """What a receipt proves, once every step has held.

    Attributes:
        origin: The log's name for itself.
        index: Place of the entry.
        size: Entries in the tree that the log signed.
        root: 32-byte root of that tree.
        timestamp: When the log signed, from its own ML-DSA-44 signature, in seconds
            since the Epoch; None when it has none or states no time.
        log_keys: The log's keys that signed: all that were asked for.
        witnesses: Cosignatures by the given witnesses that hold.
        ignored: Signature lines by keys that were not given; they prove nothing.
    """

    origin: str
    index: int
    size: int
    root: bytes
    timestamp: int | None
    log_keys: tuple[VerifierKey, ...]
    witnesses: tuple[VerifiedSignature, ...]
    ignored: int


def parse_tlog_proof(
    data: bytes | str, *, limits: Limits = DEFAULT_LIMITS
) -> TlogProof:
    """Split a receipt into its parts, strictly; nothing is verified.

    Raises:
        SignatureError: `signature.note-oversized` or `signature.note-encoding`.
        LogError: `log.proof-header`, `log.proof-extra`, `log.proof-index`,
            `log.proof-hash` or `log.proof-cut`.
    """
    head, separator, checkpoint = decode_text(data, limits).partition("\n\n")
    lines = head.split("\n")
    if lines.pop(0) != HEADER:
        raise LogError(
            "proof-header",
            "The text is not a receipt.",
            expected=f"the first line {HEADER}",
            found=repr(head[:40]),
        )
    if not separator:
        raise LogError(
            "proof-cut",
            "The receipt ends before its checkpoint.",
            expected="an empty line and a signed checkpoint",
            found="the end of the text",
            remedy="copy the whole receipt again",
        )
    extra = _parse_extra(lines)
    index_line = lines.pop(0) if lines else ""
    index = parse_decimal(index_line.removeprefix(_INDEX))
    if index is None or not index_line.startswith(_INDEX):
        raise LogError(
            "proof-index",
            "The receipt does not say which entry it is for.",
            expected="a line: index, a space, a decimal without leading zeroes",
            found=repr(index_line[:40]),
        )
    return TlogProof(
        index=index,
        hashes=tuple(map(_parse_hash, lines)),
        checkpoint=checkpoint,
        extra=extra,
    )


def _parse_extra(lines: list[str]) -> bytes | None:
    if not lines or not lines[0].startswith(_EXTRA):
        return None
    line = lines.pop(0)
    extra = canonical_base64.decode(line.removeprefix(_EXTRA))
    if not extra:
        raise LogError(
            "proof-extra",
            "The extra line of the receipt is not base64.",
            expected="canonical base64",
            found=repr(line[:40]),
        )
    return extra


def _parse_hash(line: str) -> bytes:
    value = canonical_base64.decode(line)
    if value is None or len(value) != merkle.HASH_BYTES:
        raise LogError(
            "proof-hash",
            "A line of the inclusion proof is not a hash.",
            expected="32 bytes in canonical base64",
            found=repr(line[:60]),
        )
    return value


def format_tlog_proof(proof: TlogProof) -> str:
    """Write a receipt.

    Raises:
        LogError: When the text would not be read back as the same receipt; as
            `parse_tlog_proof`.
        SignatureError: `signature.note-oversized` or `signature.note-encoding`.
    """
    lines = [HEADER]
    if proof.extra is not None:
        lines.append(_EXTRA + canonical_base64.encode(proof.extra))
    lines.append(f"{_INDEX}{proof.index}")
    lines.extend(map(canonical_base64.encode, proof.hashes))
    text = "\n".join(lines) + "\n\n" + proof.checkpoint
    parse_tlog_proof(text)
    return text


def verify_tlog_proof(
    proof: bytes | str,
    entry: bytes,
    log_keys: Sequence[VerifierKey],
    *,
    origin: str | None = None,
    witness_keys: Sequence[VerifierKey] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> VerifiedProof:
    """Prove that `entry` is in a log, from the receipt and chosen keys alone.

    Steps (tlog-proof, "Verifying a tlog proof"; its numbers in brackets):
        1. Parse the receipt; refuse unsigned extra data, which would be the one part
           that anybody could change.
        2. Verify every signature by a given key over the checkpoint [2, 3]; one that
           fails refuses the whole.
        3. The origin is the one asked for [2].
        4. Every given log key signed [2]: with a classical and a post-quantum key,
           breaking one of the two schemes forges nothing.
        5. Hash the entry as a leaf [1] and follow the path to the signed root [4].

    The caller still owes: that the entry's bytes are those of the statement in hand,
    how many and which witnesses are enough, and whether the times are acceptable.

    Args:
        proof: The receipt.
        entry: The log entry, as it was hashed into the leaf.
        log_keys: The log's keys; all of them must have signed.
        origin: The log's name; by default the one name that all log keys carry.
        witness_keys: Cosigners that the caller knows.
        limits: Bounds on the text.

    Raises:
        LogError: `log.proof-*`, `log.checkpoint-*`, `log.origin-mismatch`,
            `log.entry-too-long`, `log.inclusion-*` or `log.index-beyond-tree`.
        SignatureError: `signature.note-*`, `signature.keys-collide`,
            `signature.log-key-missing` or `signature.log-keys-unclear`.
    """
    # 1.
    parsed = parse_tlog_proof(proof, limits=limits)
    if parsed.extra is not None:
        raise LogError(
            "proof-extra",
            "The receipt carries extra data, which nothing signs.",
            expected="no extra line",
            found=f"{len(parsed.extra)} bytes",
        )
    # 2.
    expected_origin = _expected_origin(log_keys, origin)
    keys = (*log_keys, *witness_keys)
    signed = _opened(parsed.checkpoint, keys, limits.max_note_signatures)
    tree = signed.checkpoint
    # 3.
    if tree.origin != expected_origin:
        raise LogError(
            "origin-mismatch",
            "The receipt is from another log.",
            expected=expected_origin,
            found=tree.origin[: limits.max_shown_chars],
        )
    # 4.
    by_log, by_others = _told_apart(signed, log_keys)
    # 5.
    if len(entry) > limits.max_log_entry_bytes:
        raise LogError(
            "entry-too-long",
            "The entry is longer than any log entry.",
            expected=f"at most {limits.max_log_entry_bytes} bytes",
            found=f"{len(entry)} bytes",
        )
    merkle.verify_inclusion(
        leaf=merkle.leaf_hash(entry),
        index=parsed.index,
        size=tree.size,
        proof=parsed.hashes,
        root=tree.root,
    )
    return VerifiedProof(
        origin=tree.origin,
        index=parsed.index,
        size=tree.size,
        root=tree.root,
        timestamp=_log_time(by_log),
        log_keys=tuple(item.key for item in by_log),
        witnesses=by_others,
        ignored=signed.ignored,
    )


# Statements that were logged together have one checkpoint: the same bytes and keys give
# the same answer. The text is the end of a receipt, whose characters were checked.
@lru_cache(maxsize=16)
def _opened(
    checkpoint: str, keys: tuple[VerifierKey, ...], most: int
) -> SignedCheckpoint:
    return verify_checkpoint(split_note(checkpoint, most), keys)


def _expected_origin(log_keys: Sequence[VerifierKey], origin: str | None) -> str:
    names = sorted({key.name for key in log_keys})
    if not names or (origin is None and len(names) > 1):
        raise SignatureError(
            "log-keys-unclear",
            "It is not clear which log to trust.",
            expected="the keys of one log, at least one",
            found=", ".join(names) or "no keys",
            remedy="give the log's keys, and its origin when their names differ",
        )
    return names[0] if origin is None else origin


def _told_apart(
    signed: SignedCheckpoint, log_keys: Sequence[VerifierKey]
) -> tuple[tuple[VerifiedSignature, ...], tuple[VerifiedSignature, ...]]:
    """Give the signatures by the log, all of whose keys signed, and those by others."""
    own = set(log_keys)
    found = tuple(item for item in signed.signatures if item.key in own)
    missing = own.difference(item.key for item in found)
    if missing:
        raise SignatureError(
            "log-key-missing",
            "The checkpoint lacks a signature by a key of the log.",
            expected="signatures by all of the log's keys",
            found="none by "
            + ", ".join(
                sorted(f"{key.name} (id {key.key_id.hex()})" for key in missing)
            ),
        )
    return found, tuple(item for item in signed.signatures if item.key not in own)


def _log_time(signatures: Iterable[VerifiedSignature]) -> int | None:
    """Take the time from the log's ML-DSA-44 signature; the oldest if it has two."""
    times = [
        item.timestamp
        for item in signatures
        if item.key.type is SignatureType.ML_DSA_44_COSIGNATURE
        and item.timestamp is not None
    ]
    return min(times, default=None)
