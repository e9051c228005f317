"""The ledger in PostgreSQL, for logs whose appenders are several machines.

Trusted, as the SQLite ledger is. Each step is one transaction that first takes the
log's own row `FOR UPDATE`, so writers of one log follow one another, and what they have
read cannot change under them. The append lock is an advisory lock of the connection:
the server drops it when the connection ends, and whoever lost the connection can write
nothing with it any more.

A server that does not write to the disk before it answers (`fsync=off`) is refused:
its promise is what keeps the log from forking after a power cut.
"""

from __future__ import annotations

import hashlib
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from assay.errors import AssayError, LogError
from assay.log.body_chain import EMPTY_CHAIN, extended
from assay.log.stores.interface import LedgerIdentity, SequencedEntry, SignedTree
from assay.log.stores.ledger_rules import check_indices, check_swap, check_types, unlike
from assay.log.stores.postgres_connection import connect, fault, ledger_missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assay.log.stores.interface import LedgerRow
    from assay.log.stores.postgres_address import PostgresAddress

__all__ = ["PostgresLedger", "create_postgres_ledger"]

_VERSION = 1
_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS assay_log (
        origin text PRIMARY KEY,
        version integer NOT NULL,
        vkeys text NOT NULL,
        size bigint NOT NULL,
        root bytea NOT NULL,
        timestamp bigint NOT NULL,
        bodies bytea NOT NULL
    )""",
    """CREATE TABLE IF NOT EXISTS assay_log_entry (
        origin text NOT NULL REFERENCES assay_log,
        idx bigint NOT NULL,
        leaf_hash bytea NOT NULL,
        body_sha256 text NOT NULL,
        leaf bytea,
        PRIMARY KEY (origin, idx),
        UNIQUE (origin, leaf_hash)
    )""",
    """CREATE INDEX IF NOT EXISTS assay_log_entry_body
        ON assay_log_entry (origin, body_sha256)""",
)


def create_postgres_ledger(
    address: PostgresAddress,
    first: SignedTree,
    identity: LedgerIdentity,
    tls: object | None,
) -> None:
    """Make the tables, where they are not there, and the row of a new log.

    Raises:
        LogError: `log.directory-not-empty`: the database has a log of this name.
        MachineError: The database cannot be reached or written.
    """
    ledger = PostgresLedger(address, identity.origin, lock_seconds=60, tls=tls)
    with ledger.transaction("creating the ledger") as run:
        # Two that make tables at a time would trip over each other.
        run("SELECT pg_advisory_xact_lock(:key)", key=_key("tables"))
        for statement in _SCHEMA:
            run(statement)
        made = run(
            "INSERT INTO assay_log VALUES (:origin, :version, :vkeys, :size, :root, "
            ":time, :bodies) ON CONFLICT DO NOTHING RETURNING 1",
            origin=identity.origin,
            version=_VERSION,
            vkeys="\n".join(identity.vkeys),
            size=first.size,
            root=first.root,
            time=first.timestamp,
            bodies=EMPTY_CHAIN,
        )
    if not made:
        raise LogError(
            "directory-not-empty",
            "The database has the ledger of a log of this name.",
            expected="a name that no log of this database has",
            found=identity.origin,
            remedy="choose another origin; an existing log is never overwritten",
        )


class _Kept(threading.local):
    """The connection of this thread's session."""

    depth: int = 0
    connection: Any = None


class PostgresLedger:
    """A `Ledger` in a PostgreSQL database."""

    def __init__(
        self,
        address: PostgresAddress,
        origin: str,
        *,
        lock_seconds: float,
        tls: object | None = None,
    ) -> None:
        self._address = address
        self._origin = origin
        self._lock_seconds = lock_seconds
        self._tls = tls
        self._kept = _Kept()

    @contextmanager
    def session(self) -> Iterator[None]:
        """Keep one connection for this thread until the session ends."""
        kept = self._kept
        kept.depth += 1
        try:
            yield
        finally:
            kept.depth -= 1
            if not kept.depth:
                self._drop()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep every other appender out, of this machine or another.

        Raises:
            LogError: `log.busy` when the lock does not become free in time.
            MachineError: The database cannot be reached.
        """
        with self.session():
            key = _key(f"append {self._origin}")
            with self._running("waiting for the append lock") as run:
                run("SELECT pg_advisory_lock(:key)", key=key)
            try:
                yield
            finally:
                # A connection that was lost has lost its lock, too.
                if self._kept.connection is not None:
                    with self._running("giving the append lock back") as run:
                        run("SELECT pg_advisory_unlock(:key)", key=key)

    def identity(self) -> LedgerIdentity:
        """Give the log that the ledger was made for.

        Raises:
            LogError: `log.database-missing` or `log.database-altered`.
            MachineError: The database cannot be reached.
        """
        with self._running("reading whose ledger it is") as run:
            row = self._own(run)
        return LedgerIdentity(origin=self._origin, vkeys=tuple(row[1].split("\n")))

    def signed(self) -> SignedTree:
        """Give the tree that was last bound.

        Raises:
            LogError: `log.database-missing` or `log.database-altered`.
            MachineError: The database cannot be reached.
        """
        with self._running("reading the last signed tree") as run:
            return _signed(self._own(run))

    def bound_bodies(self) -> tuple[int, bytes]:
        """Give the size last bound and the chain over the bodies of its entries.

        Raises:
            LogError: `log.database-missing` or `log.database-altered`.
            MachineError: The database cannot be reached.
        """
        with self._running("reading the last signed tree") as run:
            row = self._own(run)
        return _signed(row).size, bytes(row[5])

    def size(self) -> int:
        """Count the sequenced entries, signed or not.

        Raises:
            LogError: `log.database-missing`.
            MachineError: The database cannot be reached.
        """
        with self._running("counting the entries") as run:
            return self._size(run)

    def find(self, leaf_hashes: Iterable[bytes]) -> dict[bytes, int]:
        """Give the indices of those leaves that were sequenced before.

        Raises:
            LogError: `log.database-missing`.
            MachineError: The database cannot be reached.
        """
        with self._running("looking for entries") as run:
            rows = run(
                "SELECT leaf_hash, idx FROM assay_log_entry WHERE origin = :origin "
                "AND leaf_hash = ANY(CAST(:hashes AS bytea[]))",
                origin=self._origin,
                hashes=list(leaf_hashes),
            )
        return {bytes(leaf_hash): index for leaf_hash, index in rows}

    def knows_body(self, sha256: str) -> bool:
        """Tell whether any entry was logged with this body.

        Raises:
            LogError: `log.database-missing`.
            MachineError: The database cannot be reached.
        """
        with self._running("looking for a body") as run:
            query = (
                "SELECT 1 FROM assay_log_entry WHERE origin = :origin "
                "AND body_sha256 = :sha256 LIMIT 1"
            )
            return bool(run(query, origin=self._origin, sha256=sha256))

    def entries(self, start: int, end: int) -> tuple[SequencedEntry, ...]:
        """Give the entries from `start` up to `end`, in order.

        Raises:
            LogError: `log.database-missing` or `log.database-altered`.
            MachineError: The database cannot be reached.
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
            MachineError: The database cannot be reached.
        """
        with self._running("reading entries") as run:
            found = run(
                "SELECT idx, leaf_hash, body_sha256, leaf FROM assay_log_entry "
                "WHERE origin = :origin AND idx >= :start AND idx < :end ORDER BY idx",
                origin=self._origin,
                start=start,
                end=end,
            )
        rows = [(row[0], row[1], row[2], row[3]) for row in found]
        check_types(rows, start)
        return rows

    def sequence(self, entries: Sequence[SequencedEntry]) -> None:
        """Add entries at the end, all or none.

        Raises:
            LogError: `log.database-missing`, `log.database-altered`, `log.busy`, or
                `log.ledger-moved` when an index is not the next.
            MachineError: The database cannot be reached, or its disk is full.
        """
        with self.transaction("sequencing entries") as run:
            self._own(run, lock=True)
            check_indices(entries, self._size(run))
            run(
                "INSERT INTO assay_log_entry SELECT :origin, * FROM unnest("
                "CAST(:indices AS bigint[]), CAST(:hashes AS bytea[]), "
                "CAST(:bodies AS text[]), CAST(:leaves AS bytea[]))",
                origin=self._origin,
                indices=[item.index for item in entries],
                hashes=[item.leaf_hash for item in entries],
                bodies=[item.body_sha256 for item in entries],
                leaves=[item.leaf for item in entries],
            )

    def compare_and_swap(self, old: SignedTree, new: SignedTree) -> None:
        """Bind the log to sign `new` if `old` is still the last.

        Raises:
            LogError: `log.ledger-moved` when it is not, or when `new` would be a
                second root for a size or an older tree; otherwise as `sequence`.
            MachineError: The database cannot be reached, or its disk is full.
        """
        with self.transaction("binding the next checkpoint") as run:
            row = self._own(run, lock=True)
            check_swap(_signed(row), old, new)
            part = {"origin": self._origin, "start": old.size, "end": new.size}
            bodies = run(
                "SELECT body_sha256 FROM assay_log_entry WHERE origin = :origin "
                "AND idx >= :start AND idx < :end ORDER BY idx",
                **part,
            )
            run(
                "UPDATE assay_log SET size = :size, root = :root, timestamp = :time, "
                "bodies = :bodies WHERE origin = :origin",
                origin=self._origin,
                size=new.size,
                root=new.root,
                time=new.timestamp,
                bodies=extended(bytes(row[5]), (item[0] for item in bodies)),
            )
            # These are in durable tiles by now; the ledger need not keep them twice.
            run(
                "UPDATE assay_log_entry SET leaf = NULL WHERE origin = :origin "
                "AND idx >= :start AND idx < :end AND leaf IS NOT NULL",
                **part,
            )

    @contextmanager
    def transaction(self, doing: str) -> Iterator[Any]:
        """Give a function that runs statements of one transaction."""
        with self._running(doing) as run:
            run("BEGIN ISOLATION LEVEL READ COMMITTED")
            yield run
            run("COMMIT")

    @contextmanager
    def _running(self, doing: str) -> Iterator[Any]:
        with self.session(), _Faults(self, doing):
            if self._kept.connection is None:
                self._kept.connection = connect(
                    self._address, self._lock_seconds, self._tls
                )
            yield self._kept.connection.run

    def failed(self) -> None:
        """Give a connection up, and with it whatever transaction was open."""
        self._drop()

    def _drop(self) -> None:
        connection, self._kept.connection = self._kept.connection, None
        if connection is not None:
            with _Quiet():
                connection.close()

    def _own(self, run: Any, *, lock: bool = False) -> list[Any]:  # noqa: ANN401 - of pg8000
        query = (
            "SELECT version, vkeys, size, root, timestamp, bodies FROM assay_log "
            "WHERE origin = :origin"
        )
        rows = run(f"{query} FOR UPDATE" if lock else query, origin=self._origin)
        if not rows:
            raise ledger_missing(self._origin)
        row: list[Any] = rows[0]
        if row[0] != _VERSION:
            raise unlike(f"a ledger of version {_VERSION}")
        return row

    def _size(self, run: Any) -> int:  # noqa: ANN401 - of pg8000
        rows = run(
            "SELECT COALESCE(MAX(idx) + 1, 0) FROM assay_log_entry "
            "WHERE origin = :origin",
            origin=self._origin,
        )
        return int(rows[0][0])


def _signed(row: list[Any]) -> SignedTree:
    size, root, timestamp = row[2:5]
    if size < 0 or timestamp < 0:
        raise unlike("a size and a time in the table assay_log")
    return SignedTree(size=size, root=bytes(root), timestamp=timestamp)


def _key(what: str) -> int:
    """Give the number of an advisory lock."""
    digest = hashlib.sha256(f"assay-log {what}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


class _Quiet:
    """Lets a connection be closed that may be broken."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> bool:
        """Forget what the driver says."""
        return isinstance(error, Exception)


class _Faults:
    """Turns whatever the driver raises into ours, and gives its connection up."""

    def __init__(self, ledger: PostgresLedger, doing: str) -> None:
        self._ledger = ledger
        self._doing = doing

    def __enter__(self) -> None:
        """Begin to ask the server."""

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        """Say what was being done."""
        if error is None:
            return
        # Also for our own errors: a transaction may be open.
        self._ledger.failed()
        if isinstance(error, Exception) and not isinstance(error, AssayError):
            raise fault(error, self._doing) from error
