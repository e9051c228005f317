"""The ledger in SQLite: one short transaction for each step, synced when committed.

Write-ahead log and `synchronous=FULL`: a committed transaction survives a power cut.
Connections live for one operation, so a `Log` can be used from any thread or process
and a copy of the directory between operations is whole.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from assay.errors import AssayError, LogError, MachineError
from assay.log.body_chain import EMPTY_CHAIN, extended
from assay.log.stores.interface import LedgerIdentity, SequencedEntry, SignedTree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

__all__ = ["SqliteLedger", "create_ledger"]

# "Assy" as a 32-bit number, so that another SQLite file is not taken for a ledger.
_APPLICATION_ID = 0x41737379
_SCHEMA_VERSION = 2
_ROW_TYPES = {(int, bytes, str, bytes), (int, bytes, str, type(None))}
_SCHEMA = """
CREATE TABLE entry (
    idx INTEGER PRIMARY KEY,
    leaf_hash BLOB NOT NULL UNIQUE,
    body_sha256 TEXT NOT NULL,
    leaf BLOB
);
CREATE INDEX entry_body ON entry (body_sha256);
CREATE TABLE signed (
    id INTEGER PRIMARY KEY CHECK (id = 0),
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    timestamp INTEGER NOT NULL,
    bodies BLOB NOT NULL
);
CREATE TABLE identity (
    id INTEGER PRIMARY KEY CHECK (id = 0),
    origin TEXT NOT NULL,
    vkeys TEXT NOT NULL
);
"""


def create_ledger(path: Path, first: SignedTree, identity: LedgerIdentity) -> None:
    """Create the database of a new log.

    Raises:
        MachineError: The file cannot be written.
    """
    with _faults("creating the ledger"):
        connection = sqlite3.connect(path, isolation_level=None)
        with closing(connection):
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.executescript(
                f"BEGIN; PRAGMA application_id={_APPLICATION_ID};"
                f"PRAGMA user_version={_SCHEMA_VERSION};{_SCHEMA}COMMIT;"
            )
            connection.execute(
                "INSERT INTO identity VALUES (0, ?, ?)",
                (identity.origin, "\n".join(identity.vkeys)),
            )
            connection.execute(
                "INSERT INTO signed VALUES (0, ?, ?, ?, ?)",
                (first.size, first.root, first.timestamp, EMPTY_CHAIN),
            )


@contextmanager
def _faults(doing: str) -> Iterator[None]:
    """Turn SQLite's errors into ours: the machine, another appender, or damage."""
    try:
        yield
    except sqlite3.Error as error:
        raise _fault(error, doing) from error


def _fault(error: sqlite3.Error, doing: str) -> AssayError:
    # Low byte: the primary result code (sqlite.org/rescode.html).
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return LogError(
            "busy",
            f"Another process held the log for too long while {doing}.",
            expected="the log to become free",
            found=str(error),
            remedy="repeat; if it never becomes free, look for a stopped process",
        )
    if primary == sqlite3.SQLITE_FULL:
        return MachineError(
            "disk-full",
            f"The disk is full: failed while {doing}.",
            found=str(error),
            remedy="free some space and repeat; the log stays consistent",
        )
    if primary == sqlite3.SQLITE_IOERR:
        # SQLite says the same of a full disk when it grows its shared memory file.
        return MachineError(
            "file-access",
            f"The disk is full or fails: stopped while {doing}.",
            found=str(error),
            remedy="free some space or check the medium, then repeat; the log stays "
            "consistent",
        )
    if primary in {
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
    }:
        return MachineError(
            "file-access",
            f"The machine failed while {doing}.",
            found=str(error),
            remedy="check the medium and the permissions, then repeat",
        )
    return LogError(
        "database-altered",
        f"The ledger is damaged: failed while {doing}.",
        expected="a ledger of this version of Assay",
        found=str(error),
        remedy="restore log.sqlite from the newest backup; never from an older one "
        "than the published checkpoint",
    )


class SqliteLedger:
    """A `Ledger` in one SQLite file, with a second one as the lock."""

    def __init__(
        self, path: Path, lock: Path, *, lock_seconds: float, read_only: bool = False
    ) -> None:
        self._path = path
        self._lock = lock
        self._lock_seconds = lock_seconds
        self._read_only = read_only

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep every other appender out, in this process or another.

        The lock is SQLite's own on a file that never holds a row: it works on every
        system, waits with a time-out, and the kernel drops it when the process dies.

        Raises:
            LogError: `log.busy` when it does not become free in time.
            MachineError: The lock file cannot be opened.
        """
        with _faults("waiting for the append lock"):
            connection = sqlite3.connect(
                self._lock, isolation_level=None, timeout=self._lock_seconds
            )
        with closing(connection):
            with _faults("waiting for the append lock"):
                connection.execute("BEGIN EXCLUSIVE")
            yield

    def identity(self) -> LedgerIdentity:
        """Give the log that the ledger was made for.

        Raises:
            LogError: `log.database-missing` or `log.database-altered`.
            MachineError: The database cannot be read.
        """
        query = "SELECT origin, vkeys FROM identity"
        with self._connection("reading whose ledger it is") as connection:
            row = connection.execute(query).fetchone()
        if row is None or tuple(map(type, row)) != (str, str):
            raise _unlike("the log's name and keys in the table identity")
        return LedgerIdentity(origin=row[0], vkeys=tuple(row[1].split("\n")))

    def signed(self) -> SignedTree:
        """Give the tree that was last bound.

        Raises:
            LogError: `log.database-missing` or `log.database-altered`.
            MachineError: The database cannot be read.
        """
        with self._connection("reading the last signed tree") as connection:
            return _read_signed(connection)

    def bound_bodies(self) -> tuple[int, bytes]:
        """Give the size last bound and the chain over the bodies of its entries.

        Raises:
            LogError: `log.database-missing` or `log.database-altered`.
            MachineError: The database cannot be read.
        """
        with self._connection("reading the last signed tree") as connection:
            # One reading for both: another process may bind between two.
            connection.execute("BEGIN")
            return _read_signed(connection).size, _read_chain(connection)

    def size(self) -> int:
        """Count the sequenced entries, signed or not.

        Raises:
            LogError: `log.database-missing` or `log.database-altered`.
            MachineError: The database cannot be read.
        """
        with self._connection("counting the entries") as connection:
            return _read_size(connection)

    def find(self, leaf_hashes: Iterable[bytes]) -> dict[bytes, int]:
        """Give the indices of those leaves that were sequenced before.

        Raises:
            LogError: `log.database-missing` or `log.database-altered`.
            MachineError: The database cannot be read.
        """
        query = "SELECT idx FROM entry WHERE leaf_hash = ?"
        found: dict[bytes, int] = {}
        with self._connection("looking for entries") as connection:
            for leaf_hash in leaf_hashes:
                row = connection.execute(query, (leaf_hash,)).fetchone()
                if row is not None:
                    found[leaf_hash] = int(row[0])
        return found

    def knows_body(self, sha256: str) -> bool:
        """Tell whether any entry was logged with this body.

        Raises:
            LogError: `log.database-missing` or `log.database-altered`.
            MachineError: The database cannot be read.
        """
        query = "SELECT 1 FROM entry WHERE body_sha256 = ? LIMIT 1"
        with self._connection("looking for a body") as connection:
            return connection.execute(query, (sha256,)).fetchone() is not None

    def entries(self, start: int, end: int) -> tuple[SequencedEntry, ...]:
        """Give the entries from `start` up to `end`, in order.

        Raises:
            LogError: `log.database-missing` or `log.database-altered`.
            MachineError: The database cannot be read.
        """
        query = (
            "SELECT idx, leaf_hash, body_sha256, leaf FROM entry "
            "WHERE idx >= ? AND idx < ? ORDER BY idx"
        )
        with self._connection("reading entries") as connection:
            rows = connection.execute(query, (start, end)).fetchall()
        if any(tuple(map(type, row)) not in _ROW_TYPES for row in rows):
            raise _unlike(f"numbers, hashes and entries from {start} on")
        return tuple(
            SequencedEntry(
                index=index, leaf_hash=leaf_hash, body_sha256=body_sha256, leaf=leaf
            )
            for index, leaf_hash, body_sha256, leaf in rows
        )

    def sequence(self, entries: Sequence[SequencedEntry]) -> None:
        """Add entries at the end, all or none.

        Raises:
            LogError: `log.database-missing`, `log.database-altered`, `log.busy`, or
                `log.ledger-moved` when an index is not the next.
            MachineError: The disk is full or failed.
        """
        with self._transaction("sequencing entries") as connection:
            first = _read_size(connection)
            if [item.index for item in entries] != list(
                range(first, first + len(entries))
            ):
                raise _moved(f"index {first} next", f"index {entries[0].index}")
            connection.executemany(
                "INSERT INTO entry VALUES (?, ?, ?, ?)",
                [
                    (item.index, item.leaf_hash, item.body_sha256, item.leaf)
                    for item in entries
                ],
            )

    def compare_and_swap(self, old: SignedTree, new: SignedTree) -> None:
        """Bind the log to sign `new` if `old` is still the last.

        Raises:
            LogError: `log.ledger-moved` when it is not, or when `new` would be a
                second root for a size or an older tree; otherwise as `sequence`.
            MachineError: The disk is full or failed.
        """
        with self._transaction("binding the next checkpoint") as connection:
            last = _read_signed(connection)
            grows = new.size > old.size or (new.size, new.root) == (old.size, old.root)
            if last != old or not grows or new.timestamp < old.timestamp:
                raise _moved(f"size {old.size}", f"size {last.size} to {new.size}")
            bodies = connection.execute(
                "SELECT body_sha256 FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx",
                (old.size, new.size),
            ).fetchall()
            chain = extended(_read_chain(connection), (row[0] for row in bodies))
            connection.execute(
                "UPDATE signed SET size = ?, root = ?, timestamp = ?, bodies = ?",
                (new.size, new.root, new.timestamp, chain),
            )
            # These are in durable tiles by now; the ledger need not keep them twice.
            connection.execute(
                "UPDATE entry SET leaf = NULL WHERE idx >= ? AND idx < ?",
                (old.size, new.size),
            )

    @contextmanager
    def _connection(self, doing: str) -> Iterator[sqlite3.Connection]:
        if not self._path.is_file():
            raise LogError(
                "database-missing",
                "The log has no ledger.",
                expected=self._path.name,
                found="no such file",
                remedy="restore it from the newest backup; without it the log can be "
                "read and audited, but never again appended to",
            )
        with _faults(doing):
            connection = sqlite3.connect(
                self._uri(), uri=True, isolation_level=None, timeout=self._lock_seconds
            )
            with closing(connection):
                connection.execute("PRAGMA synchronous=FULL")
                _check_identity(connection)
                yield connection

    def _uri(self) -> str:
        uri = f"file:{quote(str(self._path.resolve()))}?mode="
        if not self._read_only:
            return uri + "rw"
        # SQLite cannot read a write-ahead log on a medium that nobody can write to,
        # unless it is told that nobody does.
        writable = os.access(self._path.parent, os.W_OK)
        return uri + ("ro" if writable else "ro&immutable=1")

    @contextmanager
    def _transaction(self, doing: str) -> Iterator[sqlite3.Connection]:
        with self._connection(doing) as connection:
            connection.execute("BEGIN IMMEDIATE")
            # An error leaves the transaction open, and closing undoes it.
            yield connection
            connection.execute("COMMIT")


def _unlike(expected: str) -> LogError:
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


def _number(connection: sqlite3.Connection, query: str) -> int:
    (value,) = connection.execute(query).fetchone()
    return int(value)


def _check_identity(connection: sqlite3.Connection) -> None:
    found = (
        _number(connection, "PRAGMA application_id"),
        _number(connection, "PRAGMA user_version"),
    )
    if found != (_APPLICATION_ID, _SCHEMA_VERSION):
        raise LogError(
            "database-altered",
            "The database is not a ledger that this version of Assay knows.",
            expected=f"version {_SCHEMA_VERSION}",
            found=f"application {found[0]:#x}, version {found[1]}",
            remedy="restore log.sqlite from the newest backup; a ledger made before "
            "the first release cannot be taken over",
        )


def _read_size(connection: sqlite3.Connection) -> int:
    return _number(connection, "SELECT COALESCE(MAX(idx) + 1, 0) FROM entry")


def _read_signed(connection: sqlite3.Connection) -> SignedTree:
    row: Any = connection.execute("SELECT size, root, timestamp FROM signed").fetchone()
    types = None if row is None else tuple(map(type, row))
    if types != (int, bytes, int) or row[0] < 0 or row[2] < 0:
        raise LogError(
            "database-altered",
            "The ledger does not say what was signed last.",
            expected="a size, a root and a time in the table signed",
            found="no row" if row is None else "other values",
            remedy="restore log.sqlite from the newest backup",
        )
    return SignedTree(size=row[0], root=row[1], timestamp=row[2])


def _read_chain(connection: sqlite3.Connection) -> bytes:
    (chain,) = connection.execute("SELECT bodies FROM signed").fetchone()
    if not isinstance(chain, bytes):
        raise _unlike("a digest over all bodies in the table signed")
    return chain
