"""What the log asks of its stores: two narrow Protocols.

Everything that must survive a crash goes through them, so a test can fail before and
after each write, and another engine can take the place of files or SQLite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

__all__ = ["FileStore", "Ledger", "LedgerIdentity", "SequencedEntry", "SignedTree"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTree:
    """The tree that the log has last bound itself to sign.

    Attributes:
        size: Entries.
        root: 32-byte root.
        timestamp: Seconds since the Epoch that the signature states.
    """

    size: int
    root: bytes
    timestamp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerIdentity:
    """The log that a ledger was made for.

    Attributes:
        origin: Its name.
        vkeys: Its verifier keys, as texts: whole, because a key id has 32 bits only.
    """

    origin: str
    vkeys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SequencedEntry:
    """An entry as the ledger knows it.

    Attributes:
        index: Its place in the log.
        leaf_hash: RFC 6962 hash.
        body_sha256: Digest of the body, in hex.
        leaf: The entry itself; None once it is in a signed tile.
    """

    index: int
    leaf_hash: bytes
    body_sha256: str
    leaf: bytes | None


class FileStore(Protocol):
    """Immutable tiles and bodies, and the checkpoint. Not trusted: all is verified."""

    def read(self, path: str, *, max_bytes: int) -> bytes | None:
        """Give a file's bytes, or None when it is absent."""

    def write_once(self, files: Mapping[str, bytes]) -> None:
        """Write files that never change; durable when this returns."""

    def replace(self, path: str, data: bytes) -> None:
        """Replace a file as one step; durable when this returns."""

    def remove(self, paths: Sequence[str]) -> None:
        """Remove files, where they exist."""

    def names(self, directory: str) -> tuple[str, ...]:
        """List all files below a directory, sorted."""


class Ledger(Protocol):
    """Who came when, and what was signed last. Trusted: it prevents forks."""

    def exclusive(self) -> AbstractContextManager[None]:
        """Keep every other appender out, in this process or another."""

    def identity(self) -> LedgerIdentity:
        """Give the log that the ledger was made for."""

    def signed(self) -> SignedTree:
        """Give the tree that was last bound."""

    def bound_bodies(self) -> tuple[int, bytes]:
        """Give the size last bound and the chain over the bodies of its entries."""

    def size(self) -> int:
        """Count the sequenced entries, signed or not."""

    def find(self, leaf_hashes: Iterable[bytes]) -> dict[bytes, int]:
        """Give the indices of those leaves that were sequenced before."""

    def knows_body(self, sha256: str) -> bool:
        """Tell whether any entry was logged with this body."""

    def entries(self, start: int, end: int) -> tuple[SequencedEntry, ...]:
        """Give the entries from `start` up to `end`, in order."""

    def sequence(self, entries: Sequence[SequencedEntry]) -> None:
        """Add entries at the end, all or none; durable when this returns."""

    def compare_and_swap(self, old: SignedTree, new: SignedTree) -> None:
        """Bind the log to sign `new` if `old` is still the last; durable."""
