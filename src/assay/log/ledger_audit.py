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
from assay.errors import AssayError, LogError
from assay.log.body_chain import EMPTY_CHAIN, extended
from assay.log.keys import keys_mismatch, read_keys
from assay.log.layout import TILE_WIDTH, is_digest
from assay.log.standing import check_identity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assay.log.body_audit import BodyLists
    from assay.log.settings import LogSettings
    from assay.log.stores.interface import BodyStore, Ledger, LedgerRow

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
        bodies: Where the bodies are.
        lists: The lists of bodies beside the bundles.
        ledger: Who came when.
        bound: Entries of the tree last bound, when the audit began.
        signed: Entries of the newest signed tree; more than `bound` in an old ledger.
        sequenced: Entries of the ledger, when the audit began.
        blame: Takes every problem.
        logged: Digests of the bodies that the rows name.
    """

    bodies: BodyStore
    lists: BodyLists
    ledger: Ledger
    bound: int
    signed: int
    sequenced: int
    blame: Callable[[AssayError], None]
    logged: set[bytes] = field(default_factory=set)

    def run(self) -> None:
        """Look at every row.

        Raises:
            LogError: The ledger cannot be read.
            MachineError: The ledger or a body cannot be read.
        """
        size, expected = self.ledger.bound_bodies()
        chain, chained = EMPTY_CHAIN, 0
        for index in range(-(-max(self.sequenced, size) // TILE_WIDTH)):
            first = index * TILE_WIDTH
            rows = self.ledger.rows(first, first + TILE_WIDTH)
            if not rows:
                # A gap is named with the tiles; a forged index could be anything.
                break
            part = [row[2] for row in rows if row[0] < size]
            chain, chained = extended(chain, part), chained + len(part)
            digests = [_digest(row[2]) for row in rows]
            self.logged.update(digests)
            self.lists.compare(index, digests)
            if rows[-1][0] < self.bound and all(row[3] is None for row in rows):
                continue
            for row in rows:
                self._look(row)
        self.logged.discard(b"")
        # Of missing rows the tiles tell.
        if chained == size and chain != expected:
            self.blame(
                _altered(
                    "The ledger files entries under other bodies than it has bound.",
                    f"bodies with the chain {expected.hex()}",
                    chain.hex(),
                )
            )

    def _look(self, row: LedgerRow) -> None:
        index, _, _, leaf = row
        if index < self.bound:
            # 3.
            if leaf is not None:
                self.blame(
                    _altered(
                        f"The ledger holds an entry {index} of its own, although it is "
                        "in the tiles.",
                        "no entry once it is bound",
                        f"{len(leaf)} bytes",
                    )
                )
        elif self.signed <= index < self.sequenced:
            # 4.
            self._look_at_pending(row)

    def _look_at_pending(self, row: LedgerRow) -> None:
        index, leaf_hash, body_sha256, leaf = row
        if leaf is None:
            # Others may have bound it since the audit began.
            good = self.ledger.signed().size > index
        else:
            good = merkle.leaf_hash(leaf) == leaf_hash
        if not good:
            self.blame(
                _altered(
                    f"The entry {index} that waits does not have its hash.",
                    leaf_hash.hex(),
                    "no entry" if leaf is None else "an entry with another",
                )
            )
        if not is_digest(body_sha256) or self.bodies.get(body_sha256) is None:
            self.blame(
                LogError(
                    "body-missing",
                    f"The entry {index} waits to be published without its body.",
                    expected="the body that was written before it",
                    found=body_sha256[:64],
                )
            )


def _digest(sha256: str) -> bytes:
    return bytes.fromhex(sha256) if is_digest(sha256) else b""


def _altered(message: str, expected: str, found: str) -> LogError:
    return LogError("database-altered", message, expected=expected, found=found)
