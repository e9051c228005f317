"""The part of an audit that only the operator's own files allow.

1. The private keys are there, and are those of `log.json`.
2. The ledger was made for this log.
3. Every row of a bound entry is as binding left it: without the entry, and with the
   body that the chain over all bodies has (see `body_chain`).
4. Every row that waits has its entry, with the hash beside it, and its body.

That the rows have the hashes of the tiles is looked at with the tiles (`tile_audit`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.crypto import merkle
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import AssayError, LogError, UsageError
from assay.log.body_chain import EMPTY_CHAIN, extended
from assay.log.keys import keys_mismatch, read_keys
from assay.log.layout import TILE_WIDTH, body_path
from assay.log.standing import check_identity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assay.log.settings import LogSettings
    from assay.log.stores.interface import FileStore, Ledger, SequencedEntry

__all__ = ["RowAudit", "audit_identity", "audit_keys"]


def audit_keys(
    root: Path, stated: LogSettings, blame: Callable[[AssayError], None]
) -> None:
    """Blame private keys with which the log could not sign; step 1."""
    try:
        found = read_keys(root, stated.origin).vkeys
    except AssayError as error:
        blame(error)
        return
    if found != stated.vkeys:
        blame(keys_mismatch(stated.vkeys, found))


def audit_identity(
    ledger: Ledger, stated: LogSettings, blame: Callable[[AssayError], None]
) -> None:
    """Blame a ledger of another log; step 2."""
    try:
        check_identity(ledger, stated)
    except LogError as error:
        blame(error)


@dataclass(slots=True, kw_only=True)
class RowAudit:
    """The comparing of the ledger's rows with themselves and the bodies.

    Attributes:
        files: Where the bodies are.
        ledger: Who came when.
        bound: Entries of the tree last bound, when the audit began.
        signed: Entries of the newest signed tree; more than `bound` in an old ledger.
        sequenced: Entries of the ledger, when the audit began.
        blame: Takes every problem.
        logged: Digests of the bodies that the rows name.
    """

    files: FileStore
    ledger: Ledger
    bound: int
    signed: int
    sequenced: int
    blame: Callable[[AssayError], None]
    logged: set[str] = field(default_factory=set)

    def run(self, present: set[str]) -> None:
        """Look at every row.

        Args:
            present: Digests of the bodies that were listed.

        Raises:
            LogError: The ledger cannot be read.
            MachineError: The ledger or a body cannot be read.
        """
        size, expected = self.ledger.bound_bodies()
        chain, chained = EMPTY_CHAIN, 0
        for first in range(0, max(self.sequenced, size), TILE_WIDTH):
            rows = self.ledger.entries(first, first + TILE_WIDTH)
            if not rows:
                # A gap is named with the tiles; a forged index could be anything.
                break
            part = [row.body_sha256 for row in rows if row.index < size]
            chain, chained = extended(chain, part), chained + len(part)
            self.logged.update(row.body_sha256 for row in rows)
            for row in rows:
                self._look(row, present)
        # Of missing rows the tiles tell.
        if chained == size and chain != expected:
            self.blame(
                _altered(
                    "The ledger files entries under other bodies than it has bound.",
                    f"bodies with the chain {expected.hex()}",
                    chain.hex(),
                )
            )

    def _look(self, row: SequencedEntry, present: set[str]) -> None:
        if row.index < self.bound:
            # 3.
            if row.leaf is not None:
                self.blame(
                    _altered(
                        f"The ledger holds an entry {row.index} of its own, although "
                        "it is in the tiles.",
                        "no entry once it is bound",
                        f"{len(row.leaf)} bytes",
                    )
                )
        elif self.signed <= row.index < self.sequenced:
            # 4.
            self._look_at_pending(row, present)

    def _look_at_pending(self, row: SequencedEntry, present: set[str]) -> None:
        if row.leaf is None:
            # Others may have bound it since the audit began.
            good = self.ledger.signed().size > row.index
        else:
            good = merkle.leaf_hash(row.leaf) == row.leaf_hash
        if not good:
            self.blame(
                _altered(
                    f"The entry {row.index} that waits does not have its hash.",
                    row.leaf_hash.hex(),
                    "no entry" if row.leaf is None else "an entry with another",
                )
            )
        if row.body_sha256 not in present and not self._has_body(row.body_sha256):
            self.blame(
                LogError(
                    "body-missing",
                    f"The entry {row.index} waits to be published without its body.",
                    expected="the body that was written before it",
                    found=row.body_sha256,
                )
            )

    def _has_body(self, sha256: str) -> bool:
        """Look for a body that came after the list was made."""
        try:
            path = body_path(sha256)
        except UsageError:
            return False
        limit = DEFAULT_LIMITS.max_bundle_bytes
        return self.files.read(path, max_bytes=limit) is not None


def _altered(message: str, expected: str, found: str) -> LogError:
    return LogError("database-altered", message, expected=expected, found=found)
