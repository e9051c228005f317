"""What the log asks of its stores: three narrow Protocols.

    FileStore   tiles, lists of bodies, the checkpoint        not trusted
    BodyStore   what the entries stand for, by digest         not trusted
    Ledger      who came when, what was bound last            TRUSTED

Everything that must survive a crash goes through them, so a test can fail before and
after each write, and another engine can take the place of files or SQLite. No store
needs a conditional write: the ledger's transactions are what prevents forks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    # Index, leaf hash, digest of the body in hex, the entry itself while it waits.
    LedgerRow = tuple[int, bytes, str, bytes | None]

__all__ = [
    "BodyStore",
    "FileReader",
    "FileStore",
    "Ledger",
    "LedgerIdentity",
    "SequencedEntry",
    "SignedTree",
]


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


class FileReader(Protocol):
    """Where a log's files are read, here or elsewhere. Not trusted: all is verified."""

    def read(self, path: str, *, max_bytes: int) -> bytes | None:
        """Give a file's bytes, or None when it is absent."""


class FileStore(FileReader, Protocol):
    """Immutable tiles, and the checkpoint. Not trusted: all is verified."""

    def write_once(self, files: Mapping[str, bytes]) -> None:
        """Write files that never change; durable when this returns."""

    def replace(self, path: str, data: bytes) -> None:
        """Replace a file as one step; durable when this returns."""

    def remove(self, paths: Sequence[str]) -> None:
        """Remove files, where they exist."""

    def names(self, directory: str) -> tuple[str, ...]:
        """List all files below a directory, sorted."""


class BodyStore(Protocol):
    """What the entries stand for, by SHA-256 in hex. Not trusted: all is verified."""

    def session(self) -> AbstractContextManager[None]:
        """Keep what is costly to open, for this thread, until the session ends."""

    def put_many(self, bodies: Mapping[str, bytes]) -> None:
        """Keep bodies by their digests; durable when this returns."""

    def get(self, sha256: str) -> bytes | None:
        """Give a body as it lies there, or None when it is absent."""

    def erase(self, digests: Sequence[str]) -> int:
        """Remove bodies so that nothing of them is left, and count them."""

    def digests(self) -> Iterator[str]:
        """List what is there, sorted."""


class Ledger(Protocol):
    """Who came when, and what was signed last. Trusted: it prevents forks."""

    def session(self) -> AbstractContextManager[None]:
        """Keep what is costly to open, for this thread, until the session ends."""

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

    def rows(self, start: int, end: int) -> list[LedgerRow]:
        """Give the same as plain rows, for those who read a whole ledger."""

    def sequence(self, entries: Sequence[SequencedEntry]) -> None:
        """Add entries at the end, all or none; durable when this returns."""

    def compare_and_swap(self, old: SignedTree, new: SignedTree) -> None:
        """Bind the log to sign `new` if `old` is still the last; durable."""
