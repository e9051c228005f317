"""What every ledger refuses, whichever engine keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.errors import LogError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.log.stores.interface import LedgerRow, SequencedEntry, SignedTree

__all__ = ["check_indices", "check_swap", "check_types", "unlike"]

_ROW_TYPES = {(int, bytes, str, bytes), (int, bytes, str, type(None))}


def check_indices(entries: Sequence[SequencedEntry], following: int) -> None:
    """Refuse entries that are not the next ones.

    Raises:
        LogError: `log.ledger-moved`.
    """
    expected = range(following, following + len(entries))
    if [item.index for item in entries] != list(expected):
        raise _moved(f"index {following} next", f"index {entries[0].index}")


def check_swap(last: SignedTree, old: SignedTree, new: SignedTree) -> None:
    """Refuse to bind what could be a second root for a size, or go back in time.

    Raises:
        LogError: `log.ledger-moved`.
    """
    grows = new.size > old.size or (new.size, new.root) == (old.size, old.root)
    if last != old or not grows or new.timestamp < old.timestamp:
        raise _moved(f"size {old.size}", f"size {last.size} to {new.size}")


def check_types(rows: Sequence[LedgerRow], start: int) -> None:
    """Refuse rows that hold something else than was written.

    Raises:
        LogError: `log.database-altered`.
    """
    if not {(type(a), type(b), type(c), type(d)) for a, b, c, d in rows} <= _ROW_TYPES:
        raise unlike(f"numbers, hashes and entries from {start} on")


def unlike(expected: str) -> LogError:
    """Say that a ledger holds something else than was written to it."""
    return LogError(
        "database-altered",
        "The ledger holds something else than was written to it.",
        expected=expected,
        found="none, or values of other types",
        remedy="restore log.sqlite from the newest backup",
    )


def _moved(expected: str, found: str) -> LogError:
    return LogError(
        "ledger-moved",
        "The ledger is not where this append left it.",
        expected=expected,
        found=found,
        remedy="open the log again; if it persists, two copies of the log may run",
    )
