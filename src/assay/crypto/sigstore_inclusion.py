"""That an entry of a sigstore bundle is in a log that the verifier named.

Numbered steps; the first that does not hold ends it:

1. The entry names, by the id of its key, one of the logs.
2. It has an inclusion proof. A promise of Rekor v1 alone proves no inclusion.
3. The checkpoint in the proof is signed by that log's key, under the log's name; lines
   of others, such as witnesses, prove nothing here and do no harm.
4. Size and root of the proof are those of the checkpoint.
5. The proof leads from the entry's bytes to that root (RFC 9162 section 2.1.3.2).
6. A promise, where there is one, is signed by the log over the entry, its place and its
   time. Only then does the entry state a time.
7. The log counted at that time.

For Rekor v2, whose entries state no time, the caller owes step 7 at the times that it
has proven otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assay.crypto import merkle
from assay.crypto.canonical import canonical_json
from assay.crypto.checkpoint import parse_checkpoint
from assay.crypto.note import parse_note
from assay.crypto.sigstore_key import key_id, signed_by
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.encoding import encode_base64
from assay.errors import DocumentError, KeylessError, LogError, SignatureError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.crypto.checkpoint import Checkpoint
    from assay.domain.sigstore import InclusionProof, SigstoreEntry
    from assay.domain.trust import KeylessLog

__all__ = ["IncludedEntry", "log_counts_at", "verify_inclusion"]

_KEY_HINT_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class IncludedEntry:
    """An entry that is in a log.

    Attributes:
        log: Which of the named ones.
        integrated_at: When the log says that it took it; None where it does not say.
    """

    log: KeylessLog
    integrated_at: datetime | None


def verify_inclusion(
    entry: SigstoreEntry, logs: Sequence[KeylessLog], limits: Limits = DEFAULT_LIMITS
) -> IncludedEntry:
    """Prove that an entry is in one of the logs.

    Raises:
        KeylessError: `keyless.unknown-log`, `.no-proof`, `.checkpoint`, `.inclusion`,
            `.promise` or `.log-not-counted`.
    """
    # 1.
    log = next((item for item in logs if key_id(item) == entry.log_id), None)
    if log is None:
        raise _refused(
            "unknown-log",
            "The signature is in a log that the trust file does not name for it.",
            expected=", ".join(item.origin for item in logs) or "no log at all",
            found=f"the log {entry.log_id.hex()[:64]}",
        )
    # 2.
    if entry.proof is None:
        raise _refused(
            "no-proof",
            "The entry has no proof that it is in the log.",
            expected="an inclusion proof with a checkpoint",
            found="none, or a promise of the log alone",
        )
    try:
        # 3 and 4.
        tree = _checkpoint(entry.proof, log, limits)
        # 5.
        merkle.verify_inclusion(
            leaf=merkle.leaf_hash(entry.body),
            index=entry.proof.index,
            size=tree.size,
            proof=entry.proof.hashes,
            root=tree.root,
        )
    except (LogError, SignatureError) as error:
        raise _refused(
            "inclusion",
            "The entry is not proven to be in the log.",
            expected=error.expected or "a proof that leads to the signed root",
            found=f"{error.message} {error.found}".strip(),
        ) from error
    # 6 and 7.
    return IncludedEntry(log=log, integrated_at=_promised(entry, log))


def log_counts_at(log: KeylessLog, at: datetime) -> bool:
    """Tell whether the verifier counts a log at a time, both ends included."""
    begin, end = log.valid_from, log.valid_until
    return (begin is None or at >= begin) and (end is None or at <= end)


def _checkpoint(proof: InclusionProof, log: KeylessLog, limits: Limits) -> Checkpoint:
    note = parse_note(proof.checkpoint, limits)
    hint = key_id(log)[:_KEY_HINT_BYTES]
    lines = [
        item
        for item in note.signatures
        if item.name == log.origin and item.key_id == hint
    ]
    signed = any(
        signed_by(log.public_key, note.text.encode(), item.signature) for item in lines
    )
    tree = parse_checkpoint(note.text, allow_extensions=True)
    # Rekor v1 puts the number of its tree behind its name.
    named = tree.origin == log.origin or tree.origin.startswith(f"{log.origin} - ")
    if not signed or not named:
        raise _refused(
            "checkpoint",
            "The checkpoint is not signed by the log.",
            expected=f"a signature of {log.origin} by the key {hint.hex()}",
            found="one that does not hold" if lines else "none by this name and key",
        )
    if (tree.size, tree.root) != (proof.size, proof.root):
        raise _refused(
            "checkpoint",
            "The inclusion proof is for another tree than its checkpoint.",
            expected=f"size {tree.size}, root {tree.root.hex()}",
            found=f"size {proof.size}, root {proof.root.hex()[:64]}",
        )
    return tree


def _promised(entry: SigstoreEntry, log: KeylessLog) -> datetime | None:
    if entry.promise is None:
        return None
    try:
        message = canonical_json(
            {
                "body": encode_base64(entry.body),
                "integratedTime": entry.integrated_at,
                "logID": entry.log_id.hex(),
                "logIndex": entry.index,
            }
        )
        time = datetime.fromtimestamp(entry.integrated_at, tz=UTC)
    except (DocumentError, OverflowError, ValueError, OSError) as error:
        raise _refused(
            "promise",
            "The entry states a place or a time that no log has.",
            expected="an index below 2^53, and seconds up to the year 9999",
            found=f"index {entry.index}, {entry.integrated_at} seconds",
        ) from error
    if not signed_by(log.public_key, message, entry.promise):
        raise _refused(
            "promise",
            "The log's promise to take the entry does not hold.",
            expected=f"a signature by {log.origin} over the entry and its time",
            found="a signature by another key, or over something else",
        )
    if not log_counts_at(log, time):
        raise _refused(
            "log-not-counted",
            "The trust file does not count the log at the time that it states.",
            expected=f"a time from {log.valid_from} to {log.valid_until}",
            found=time.isoformat(),
        )
    return time


def _refused(code: str, message: str, *, expected: str, found: str) -> KeylessError:
    return KeylessError(
        code,
        message,
        expected=expected,
        found=found[: DEFAULT_LIMITS.max_shown_chars],
        remedy="get the signature again from whoever signed; do not use this one",
    )
