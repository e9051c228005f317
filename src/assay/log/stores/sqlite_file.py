"""One SQLite file: opened for an operation or kept for a session, its faults named.

Write-ahead log and `synchronous=FULL`: a committed transaction survives a power cut.
Outside a session a connection lives for one operation, so that a copy of the directory
between operations is whole. Within one, the file is looked at before each use: where
another has taken its place, the connection is not used any more.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from assay.errors import AssayError, LogError, MachineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["FileKind", "SqliteFile", "create_file", "faults"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """What one SQLite file of a log is.

    Attributes:
        application_id: Number that tells it from other SQLite files.
        version: Of the schema that new files get.
        older: Versions that are read and written as well.
        schema: Statements that make it.
        missing: Makes the error for a file that is not there, from its name.
        damaged: Makes the error for one that is not as it was written: what was
            being done, what was expected and what was found.
        secure_delete: Whether what is removed is overwritten.
    """

    application_id: int
    version: int
    schema: str
    missing: Callable[[str], AssayError]
    damaged: Callable[[str, str, str], AssayError]
    older: tuple[int, ...] = ()
    secure_delete: bool = False


def create_file(path: Path, kind: FileKind, doing: str) -> sqlite3.Connection:
    """Create a file with its schema and give a connection to it; the caller closes it.

    Raises:
        MachineError: The file cannot be written.
    """
    with faults(kind, doing):
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.executescript(
                f"BEGIN; PRAGMA application_id={kind.application_id};"
                f"PRAGMA user_version={kind.version};{kind.schema}COMMIT;"
            )
        except sqlite3.Error:
            connection.close()
            raise
    return connection


@contextmanager
def faults(kind: FileKind, doing: str) -> Iterator[None]:
    """Turn SQLite's errors into ours: the machine, another process, or damage."""
    try:
        yield
    except sqlite3.Error as error:
        raise _fault(error, kind, doing) from error


def _fault(error: sqlite3.Error, kind: FileKind, doing: str) -> AssayError:
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
    return kind.damaged(doing, "a file of this version of Assay", str(error))


class _Kept(threading.local):
    """The connection of this thread's session."""

    depth: int = 0
    connection: sqlite3.Connection | None = None
    place: tuple[int, int] = (0, 0)


class SqliteFile:
    """Connections to one SQLite file of a log."""

    def __init__(
        self, path: Path, kind: FileKind, *, timeout: float, read_only: bool = False
    ) -> None:
        self.path = path
        self.kind = kind
        self._timeout = timeout
        self._read_only = read_only
        self._kept = _Kept()

    @contextmanager
    def session(self) -> Iterator[None]:
        """Keep the connection that this thread opens until the session ends."""
        kept = self._kept
        kept.depth += 1
        try:
            yield
        finally:
            kept.depth -= 1
            if not kept.depth:
                self._drop()

    @contextmanager
    def connection(self, doing: str) -> Iterator[sqlite3.Connection]:
        """Give a connection, and name what SQLite refuses while it is used.

        Raises:
            AssayError: The file is missing, damaged or of another kind, or
                `log.busy`.
            MachineError: It cannot be read or written.
        """
        try:
            status = self.path.stat()
        except OSError as error:
            raise self.kind.missing(self.path.name) from error
        place = (status.st_dev, status.st_ino)
        with faults(self.kind, doing):
            if not self._kept.depth:
                with closing(self._open()) as connection:
                    yield connection
                return
            if self._kept.place != place:
                self._drop()
            connection = self._kept.connection or self._open()
            self._kept.connection, self._kept.place = connection, place
            try:
                yield connection
            finally:
                # After an error a transaction may be open.
                if connection.in_transaction:
                    connection.rollback()

    @contextmanager
    def transaction(self, doing: str) -> Iterator[sqlite3.Connection]:
        """Give a connection within a transaction that ends with the block.

        Raises:
            AssayError: As `connection`.
            MachineError: As `connection`.
        """
        with self.connection(doing) as connection:
            connection.execute("BEGIN IMMEDIATE")
            # An error leaves the transaction open; `connection` undoes it.
            yield connection
            connection.execute("COMMIT")

    def _drop(self) -> None:
        connection, self._kept.connection = self._kept.connection, None
        self._kept.place = (0, 0)
        if connection is not None:
            connection.close()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._uri(), uri=True, isolation_level=None, timeout=self._timeout
        )
        try:
            connection.execute("PRAGMA synchronous=FULL")
            if self.kind.secure_delete:
                connection.execute("PRAGMA secure_delete=ON")
            self._check_kind(connection)
        except (sqlite3.Error, AssayError):
            connection.close()
            raise
        return connection

    def _uri(self) -> str:
        uri = f"file:{quote(str(self.path.resolve()))}?mode="
        if not self._read_only:
            return uri + "rw"
        # SQLite cannot read a write-ahead log on a medium that nobody can write to,
        # unless it is told that nobody does.
        writable = os.access(self.path.parent, os.W_OK)
        return uri + ("ro" if writable else "ro&immutable=1")

    def _check_kind(self, connection: sqlite3.Connection) -> None:
        found = tuple(
            int(connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("application_id", "user_version")
        )
        known = (self.kind.version, *self.kind.older)
        if found[0] != self.kind.application_id or found[1] not in known:
            raise self.kind.damaged(
                "opening it",
                f"version {self.kind.version}",
                f"application {found[0]:#x}, version {found[1]}",
            )
