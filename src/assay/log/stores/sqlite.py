"""The ledger in SQLite: one short transaction for each step, synced when committed.

What is done for many entries is one statement for many, because every statement waits
its turn with the other threads of a server.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from assay.errors import LogError
from assay.log.body_chain import EMPTY_CHAIN, extended
from assay.log.stores.interface import LedgerIdentity, SequencedEntry, SignedTree
from assay.log.stores.ledger_rules import check_indices, check_swap, check_types, unlike
from assay.log.stores.sqlite_file import FileKind, SqliteFile, create_file, faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from assay.log.stores.interface import LedgerRow

__all__ = ["SqliteLedger", "add_indexes", "create_ledger"]

# "Assy" as a 32-bit number, so that another SQLite file is not taken for a ledger.
_APPLICATION_ID = 0x41737379
_SCHEMA_VERSION = 3
# Of the first logs: entries that wait lie beside their hashes.
_FIRST_VERSION = 2
_TABLES = """
CREATE TABLE entry (
    idx INTEGER PRIMARY KEY,
    leaf_hash BLOB NOT NULL,
    body_sha256 TEXT NOT NULL
);
CREATE TABLE waiting (
    idx INTEGER PRIMARY KEY,
    leaf BLOB NOT NULL
);
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
_INDEXES = """
CREATE UNIQUE INDEX entry_leaf ON entry (leaf_hash);
CREATE INDEX entry_body ON entry (body_sha256);
"""
_ROWS = (
    "SELECT entry.idx, leaf_hash, body_sha256, leaf FROM entry "
    "LEFT JOIN waiting ON waiting.idx = entry.idx "
    "WHERE entry.idx >= ? AND entry.idx < ? ORDER BY entry.idx"
)
_FIRST_ROWS = (
    "SELECT idx, leaf_hash, body_sha256, leaf FROM entry "
    "WHERE idx >= ? AND idx < ? ORDER BY idx"
)

# Rows of one statement, of four values each; SQLite takes 32,766 values.
_ROWS_AT_ONCE = 512
_Item = TypeVar("_Item")


def _missing(name: str) -> LogError:
    return LogError(
        "database-missing",
        "The log has no ledger.",
        expected=name,
        found="no such file",
        remedy="restore it from the newest backup; without it the log can be read and "
        "audited, but never again appended to",
    )


def _damaged(doing: str, expected: str, found: str) -> LogError:
    return LogError(
        "database-altered",
        f"The ledger is damaged, or no ledger that this version of Assay knows: failed "
        f"while {doing}.",
        expected=expected,
        found=found,
        remedy="restore log.sqlite from the newest backup; never from an older one "
        "than the published checkpoint",
    )


_KIND = FileKind(
    application_id=_APPLICATION_ID,
    version=_SCHEMA_VERSION,
    schema=_TABLES + _INDEXES,
    missing=_missing,
    damaged=_damaged,
    older=(_FIRST_VERSION,),
)


def create_ledger(
    path: Path, first: SignedTree, identity: LedgerIdentity, *, indexed: bool = True
) -> None:
    """Create the database of a new log.

    Args:
        path: Where.
        first: The tree that it is bound to.
        identity: Whose it is.
        indexed: Whether it can be searched; otherwise `add_indexes` comes later, which
            is faster when there are many rows to write first.

    Raises:
        MachineError: The file cannot be written.
    """
    doing = "creating the ledger"
    kind = _KIND if indexed else replace(_KIND, schema=_TABLES)
    with closing(create_file(path, kind, doing)) as connection, faults(_KIND, doing):
        connection.execute(
            "INSERT INTO identity VALUES (0, ?, ?)",
            (identity.origin, "\n".join(identity.vkeys)),
        )
        connection.execute(
            "INSERT INTO signed VALUES (0, ?, ?, ?, ?)",
            (first.size, first.root, first.timestamp, EMPTY_CHAIN),
        )


def add_indexes(path: Path) -> None:
    """Make a ledger searchable that was created without that.

    Raises:
        LogError: `log.database-altered`: two entries have one hash.
        MachineError: The file cannot be written.
    """
    file = SqliteFile(path, _KIND, timeout=0)
    with file.connection("making the ledger searchable") as connection:
        connection.executescript(f"BEGIN;{_INDEXES}COMMIT;")


class SqliteLedger:
    """A `Ledger` in one SQLite file, with a second one as the lock."""

    def __init__(
        self, path: Path, lock: Path, *, lock_seconds: float, read_only: bool = False
    ) -> None:
        self._file = SqliteFile(path, _KIND, timeout=lock_seconds, read_only=read_only)
        self._lock = lock
        self._lock_seconds = lock_seconds

    def session(self) -> AbstractContextManager[None]:
        """Keep one connection for this thread until the session ends."""
        return self._file.session()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep every other appender out, in this process or another.

        The lock is SQLite's own on a file that never holds a row: it works on every
        system, waits with a time-out, and the kernel drops it when the process dies.

        Raises:
            LogError: `log.busy` when it does not become free in time.
            MachineError: The lock file cannot be opened.
        """
        with faults(_KIND, "waiting for the append lock"):
            connection = sqlite3.connect(
                self._lock, isolation_level=None, timeout=self._lock_seconds
            )
        with closing(connection):
            with faults(_KIND, "waiting for the append lock"):
                connection.execute("BEGIN EXCLUSIVE")
            yield

    def identity(self) -> LedgerIdentity:
        """Give the log that the ledger was made for.

        Raises:
            LogError: `log.database-missing` or `log.database-altered`.
            MachineError: The database cannot be read.
        """
        query = "SELECT origin, vkeys FROM identity"
        with self._file.connection("reading whose ledger it is") as connection:
            row = connection.execute(query).fetchone()
        if row is None or tuple(map(type, row)) != (str, str):
            raise unlike("the log's name and keys in the table identity")
        return LedgerIdentity(origin=row[0], vkeys=tuple(row[1].split("\n")))

    def signed(self) -> SignedTree:
        """Give the tree that was last bound.

        Raises:
            LogError: `log.database-missing` or `log.database-altered`.
            MachineError: The database cannot be read.
        """
        with self._file.connection("reading the last signed tree") as connection:
            return _read_signed(connection)

    def bound_bodies(self) -> tuple[int, bytes]:
        """Give the size last bound and the chain over the bodies of its entries.

        Raises:
            LogError: `log.database-missing` or `log.database-altered`.
            MachineError: The database cannot be read.
        """
        with self._file.connection("reading the last signed tree") as connection:
            # One reading for both: another process may bind between two.
            connection.execute("BEGIN")
            return _read_signed(connection).size, _read_chain(connection)

    def size(self) -> int:
        """Count the sequenced entries, signed or not.

        Raises:
            LogError: `log.database-missing` or `log.database-altered`.
            MachineError: The database cannot be read.
        """
        with self._file.connection("counting the entries") as connection:
            return _read_size(connection)

    def find(self, leaf_hashes: Iterable[bytes]) -> dict[bytes, int]:
        """Give the indices of those leaves that were sequenced before.

        Raises:
            LogError: `log.database-missing` or `log.database-altered`.
            MachineError: The database cannot be read.
        """
        found: dict[bytes, int] = {}
        with self._file.connection("looking for entries") as connection:
            for part in _parts(tuple(leaf_hashes)):
                marks = ",".join("?" * len(part))
                query = f"SELECT leaf_hash, idx FROM entry WHERE leaf_hash IN ({marks})"  # noqa: S608 - question marks only
                found.update(connection.execute(query, part).fetchall())
        return found

    def knows_body(self, sha256: str) -> bool:
        """Tell whether any entry was logged with this body.

        Raises:
            LogError: `log.database-missing` or `log.database-altered`.
            MachineError: The database cannot be read.
        """
        query = "SELECT 1 FROM entry WHERE body_sha256 = ? LIMIT 1"
        with self._file.connection("looking for a body") as connection:
            return connection.execute(query, (sha256,)).fetchone() is not None

    def entries(self, start: int, end: int) -> tuple[SequencedEntry, ...]:
        """Give the entries from `start` up to `end`, in order.

        Raises:
            LogError: `log.database-missing` or `log.database-altered`.
            MachineError: The database cannot be read.
        """
        return tuple(
            SequencedEntry(
                index=index, leaf_hash=leaf_hash, body_sha256=body_sha256, leaf=leaf
            )
            for index, leaf_hash, body_sha256, leaf in self.rows(start, end)
        )

    def rows(self, start: int, end: int) -> list[LedgerRow]:
        """Give the same as plain rows, for those who read a whole ledger.

        Raises:
            LogError: `log.database-missing` or `log.database-altered`.
            MachineError: The database cannot be read.
        """
        with self._file.connection("reading entries") as connection:
            query = _FIRST_ROWS if _is_first(connection) else _ROWS
            rows: list[Any] = connection.execute(query, (start, end)).fetchall()
        check_types(rows, start)
        return rows

    def sequence(self, entries: Sequence[SequencedEntry]) -> None:
        """Add entries at the end, all or none.

        Raises:
            LogError: `log.database-missing`, `log.database-altered`, `log.busy`, or
                `log.ledger-moved` when an index is not the next.
            MachineError: The disk is full or failed.
        """
        with self._file.transaction("sequencing entries") as connection:
            check_indices(entries, _read_size(connection))
            first = _is_first(connection)
            for part in _parts(entries):
                if first:
                    _insert(connection, "entry", [_row(item) for item in part])
                    continue
                _insert(connection, "entry", [_row(item)[:3] for item in part])
                leaves = [
                    (item.index, item.leaf) for item in part if item.leaf is not None
                ]
                _insert(connection, "waiting", leaves)

    def compare_and_swap(self, old: SignedTree, new: SignedTree) -> None:
        """Bind the log to sign `new` if `old` is still the last.

        Raises:
            LogError: `log.ledger-moved` when it is not, or when `new` would be a
                second root for a size or an older tree; otherwise as `sequence`.
            MachineError: The disk is full or failed.
        """
        with self._file.transaction("binding the next checkpoint") as connection:
            check_swap(_read_signed(connection), old, new)
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
                "UPDATE entry SET leaf = NULL "
                "WHERE idx >= ? AND idx < ? AND leaf IS NOT NULL"
                if _is_first(connection)
                else "DELETE FROM waiting WHERE idx >= ? AND idx < ?",
                (old.size, new.size),
            )


def _is_first(connection: sqlite3.Connection) -> bool:
    return _number(connection, "PRAGMA user_version") == _FIRST_VERSION


def _row(item: SequencedEntry) -> LedgerRow:
    return (item.index, item.leaf_hash, item.body_sha256, item.leaf)


def _insert(
    connection: sqlite3.Connection, table: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows by one statement."""
    if not rows:
        return
    marks = ",".join([f"({','.join('?' * len(rows[0]))})"] * len(rows))
    connection.execute(
        f"INSERT INTO {table} VALUES {marks}",  # noqa: S608 - question marks only
        tuple(chain.from_iterable(rows)),
    )


def _parts(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    for first in range(0, len(items), _ROWS_AT_ONCE):
        yield items[first : first + _ROWS_AT_ONCE]


def _number(connection: sqlite3.Connection, query: str) -> int:
    (value,) = connection.execute(query).fetchone()
    return int(value)


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
        raise unlike("a digest over all bodies in the table signed")
    return chain
