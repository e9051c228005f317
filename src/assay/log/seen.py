"""The newest checkpoint that somebody has seen of a log, kept between two looks at it.

Whoever looks again asks for proof that the log has only grown since. Two checkpoints
for which there is none are kept, both, in a folder beside: they are the evidence.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto import merkle
from assay.crypto.note import open_checkpoint
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import AssayError, LogError, SignatureError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assay.crypto.checkpoint import Checkpoint
    from assay.crypto.note import VerifiedSignature
    from assay.crypto.verifier_key import VerifierKey
    from assay.log.stores.interface import FileStore

__all__ = ["Seen", "SeenFile", "check_growth", "open_by_all", "split_view"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A checkpoint that carries the signatures of all of a log's keys.

    Attributes:
        note: The signed text, verbatim.
        tree: What it says.
        signatures: By the log's keys, and by those of the witnesses that were given.
    """

    note: str
    tree: Checkpoint
    signatures: tuple[VerifiedSignature, ...] = ()


def open_by_all(
    note: bytes | str,
    keys: Sequence[VerifierKey],
    origin: str,
    witnesses: Sequence[VerifierKey] = (),
) -> Seen:
    """Verify that a checkpoint is of this log and signed by all of its keys.

    Raises:
        SignatureError: `signature.note-*` or `signature.log-key-missing`.
        LogError: `log.checkpoint-*` or `log.origin-mismatch`.
    """
    opened = open_checkpoint(note, (*keys, *witnesses))
    missing = set(keys) - {item.key for item in opened.signatures}
    if missing:
        raise SignatureError(
            "log-key-missing",
            "The checkpoint lacks a signature by a key of the log.",
            expected="signatures by all of the log's keys",
            found="none by " + ", ".join(sorted(key.key_id.hex() for key in missing)),
        )
    if opened.checkpoint.origin != origin:
        raise LogError(
            "origin-mismatch",
            "The checkpoint is of another log.",
            expected=origin,
            found=opened.checkpoint.origin[: DEFAULT_LIMITS.max_shown_chars],
        )
    text = note.decode() if isinstance(note, bytes) else note
    return Seen(note=text, tree=opened.checkpoint, signatures=opened.signatures)


def split_view(old: Seen, new: Seen, why: str) -> LogError:
    """Say that two checkpoints by one log's keys cannot both be true."""
    return LogError(
        "split-view",
        "The log has signed two histories, or cannot show that it has only grown.",
        expected=f"a tree that begins with the {old.tree.size} entries seen before",
        found=f"{new.tree.size} entries: {why}",
        remedy="keep both checkpoints, which prove it, and tell others who rely on the "
        "log; do not believe its receipts",
    )


def check_growth(
    old: Seen, new: Seen, prove: Callable[[int, int], Sequence[bytes]]
) -> None:
    """Check that a log has only grown from one checkpoint to the other.

    Steps:
        1. A smaller tree than before was withdrawn: a rollback.
        2. Of one size there is one root.
        3. The empty tree proves nothing and needs no proof.
        4. Otherwise the consistency proof (RFC 6962) holds.

    Args:
        old: What was seen before.
        new: What is shown now.
        prove: Gives the proof from the one size to the other.

    Raises:
        LogError: `log.rollback` or `log.split-view`.
        AssayError: As `prove`: no proof was given, which proves nothing.
    """
    # 1.
    if new.tree.size < old.tree.size:
        raise LogError(
            "rollback",
            "The log shows less than it has shown before.",
            expected=f"at least {old.tree.size} entries",
            found=f"{new.tree.size}",
            remedy="a mirror may be behind: ask again later; if it stays so, the log "
            "was restored from an old copy: tell its operator and all who rely on it",
        )
    # 2.
    if new.tree.size == old.tree.size:
        if new.tree.root != old.tree.root:
            raise split_view(old, new, "two roots for one size")
        return
    # 3.
    if old.tree.size == 0:
        return
    # 4.
    proof = prove(old.tree.size, new.tree.size)
    try:
        merkle.verify_consistency(
            old_size=old.tree.size,
            new_size=new.tree.size,
            old_root=old.tree.root,
            new_root=new.tree.root,
            proof=proof,
        )
    except LogError as error:
        raise split_view(old, new, str(error)) from error


class SeenFile:
    """The newest checkpoint seen of one log, in a file of its own."""

    def __init__(self, files: FileStore, name: str) -> None:
        """Name the file.

        Args:
            files: The folder that it lies in; evidence is kept there too.
            name: Of the file.
        """
        self._files = files
        self._name = name

    def read(self, keys: Sequence[VerifierKey], origin: str) -> Seen | None:
        """Give what was seen last, verified again; None at the first time.

        Raises:
            LogError: `log.seen-altered`: it is not a checkpoint of this log, so a
                look could be kept from noticing that the log has changed.
            MachineError: The file cannot be read.
        """
        data = self._files.read(self._name, max_bytes=DEFAULT_LIMITS.max_note_bytes)
        if data is None:
            return None
        try:
            return open_by_all(data, keys, origin)
        except AssayError as error:
            raise LogError(
                "seen-altered",
                "What was seen last of the log cannot be used.",
                expected=f"a checkpoint of {origin}, signed by all of its keys",
                found=str(error)[:400],
                remedy="use a file of its own for each log; if nobody can have changed "
                "it, remove it: the log is then believed from now on only",
            ) from error

    def write(self, seen: Seen) -> None:
        """Keep a checkpoint as the newest; durable when this returns.

        Raises:
            MachineError: The file cannot be written.
        """
        self._files.replace(self._name, seen.note.encode())

    def keep_evidence(self, kind: str, old: Seen, new: Seen, said: str) -> str:
        """Keep two checkpoints that contradict each other; give the folder's name.

        Raises:
            MachineError: A file cannot be written.
        """
        digest = hashlib.sha256(f"{old.note}\n{new.note}".encode()).hexdigest()[:16]
        folder = f"{self._name}.evidence/{kind}-{new.tree.size}-{digest}"
        self._files.write_once(
            {
                f"{folder}/seen.note": old.note.encode(),
                f"{folder}/shown.note": new.note.encode(),
                f"{folder}/why.txt": f"{said}\n".encode("utf-8", "backslashreplace"),
            }
        )
        return folder
