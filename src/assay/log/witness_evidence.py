"""Contradictions that a witness was shown: two notes signed by the keys of one log.

    same-size     two roots for one size: together the notes prove that the log forked
    inconsistent  no proof came from the tree that was cosigned to the one shown. That
                  may be a fault of whoever asked; the notes let others find out

Below `evidence/<SHA-256 of the origin>/<kind>-<size>-<digest>/` lie `held.note`, which
the witness had cosigned, and `shown.note`. The same contradiction is kept once, and of
each kind as many as `max_forks_kept`: only who holds the log's keys can make any.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from assay.crypto.note import format_note
from assay.domain.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from assay.crypto.note import NoteSignature
    from assay.log.stores.interface import FileStore
    from assay.log.witness_request import AddCheckpoint
    from assay.log.witness_state import Witnessed

__all__ = ["EVIDENCE", "WitnessEvidence"]

EVIDENCE = "evidence"


class WitnessEvidence:
    """Keeps contradictions in files."""

    def __init__(self, files: FileStore) -> None:
        self._files = files

    def keep(
        self,
        origin: str,
        held: Witnessed,
        asked: AddCheckpoint,
        signed: tuple[NoteSignature, ...],
    ) -> None:
        """Keep what contradicts the tree cosigned last, if it does.

        Args:
            origin: The log.
            held: What was cosigned last.
            asked: What was refused, its signatures verified.
            signed: The log's signatures on it.

        Raises:
            MachineError: A file cannot be written.
        """
        new = asked.checkpoint
        if new.size == held.size and new.root != held.root:
            kind = "same-size"
        elif asked.old_size == held.size and new.size > held.size:
            kind = "inconsistent"
        else:
            # A stale or an older one: no contradiction.
            return
        place = f"{EVIDENCE}/{hashlib.sha256(origin.encode()).hexdigest()}"
        shown = format_note(asked.note.text, signed)
        digest = hashlib.sha256(asked.note.text.encode()).hexdigest()[:16]
        name = f"{place}/{kind}-{new.size}-{digest}"
        kept = {
            path.rpartition("/")[0]
            for path in self._files.names(place)
            if path.startswith(f"{place}/{kind}-")
        }
        if name in kept or len(kept) >= DEFAULT_LIMITS.max_forks_kept:
            return
        self._files.write_once(
            {
                f"{name}/held.note": held.note.encode(),
                f"{name}/shown.note": shown.encode(),
            }
        )

    def names(self) -> tuple[str, ...]:
        """Name the contradictions that are kept.

        Raises:
            MachineError: A folder cannot be read.
        """
        return tuple(
            sorted({path.rpartition("/")[0] for path in self._files.names(EVIDENCE)})
        )
