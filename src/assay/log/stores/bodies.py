"""What the entries stand for, by digest: in one SQLite file, or as a file for each.

A file for each body costs a turn of the disk for each; one transaction for a batch
costs one. So new logs keep bodies in SQLite, and files are for object stores and for
logs that were made with them.

What is erased has to be gone: the file is kept with `secure_delete`, which writes
zeroes over it, and the write-ahead log is emptied before `erase` returns.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, closing, nullcontext
from itertools import chain
from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import LogError
from assay.log.layout import body_path, is_digest
from assay.log.stores.sqlite_file import FileKind, SqliteFile, create_file

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from assay.log.stores.interface import FileStore

__all__ = ["FileBodies", "SqliteBodies", "create_bodies"]

# "Assb" as a 32-bit number.
_APPLICATION_ID = 0x41737362
_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE body (
    id INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE,
    data BLOB NOT NULL
);
"""
# Rows of one statement; SQLite takes 32,766 values, and a batch is 256 bodies.
_ROWS_AT_ONCE = 256


def _missing(name: str) -> LogError:
    return LogError(
        "bodies-missing",
        "The log has no store of bodies.",
        expected=name,
        found="no such file",
        remedy="restore it from the newest backup, then audit the log; the entries "
        "stand without it, and nothing can be logged",
    )


def _damaged(doing: str, expected: str, found: str) -> LogError:
    return LogError(
        "bodies-damaged",
        f"The store of bodies cannot be used: failed while {doing}.",
        expected=expected,
        found=found,
        remedy="restore bodies.sqlite from the newest backup, then audit the log",
    )


_KIND = FileKind(
    application_id=_APPLICATION_ID,
    version=_SCHEMA_VERSION,
    schema=_SCHEMA,
    missing=_missing,
    damaged=_damaged,
    secure_delete=True,
)


def create_bodies(path: Path) -> None:
    """Create the store of a new log.

    Raises:
        MachineError: The file cannot be written.
    """
    create_file(path, _KIND, "creating the store of bodies").close()


class SqliteBodies:
    """A `BodyStore` in one SQLite file."""

    def __init__(
        self, path: Path, *, lock_seconds: float, read_only: bool = False
    ) -> None:
        self._file = SqliteFile(path, _KIND, timeout=lock_seconds, read_only=read_only)

    def session(self) -> AbstractContextManager[None]:
        """Keep one connection for this thread until the session ends."""
        return self._file.session()

    def put_many(self, bodies: Mapping[str, bytes]) -> None:
        """Keep bodies by their digests; one transaction, durable when this returns.

        Raises:
            LogError: `log.bodies-missing`, `log.bodies-damaged` or `log.busy`.
            MachineError: The disk is full or failed.
        """
        rows = [(bytes.fromhex(sha256), data) for sha256, data in bodies.items()]
        with self._file.transaction("keeping bodies") as connection:
            for first in range(0, len(rows), _ROWS_AT_ONCE):
                part = rows[first : first + _ROWS_AT_ONCE]
                marks = ",".join(["(?,?)"] * len(part))
                connection.execute(
                    f"INSERT INTO body (sha256, data) VALUES {marks} "  # noqa: S608 - question marks only
                    "ON CONFLICT (sha256) DO UPDATE SET data = excluded.data "
                    "WHERE data IS NOT excluded.data",
                    tuple(chain.from_iterable(part)),
                )

    def get(self, sha256: str) -> bytes | None:
        """Give a body as it lies there, or None when it is absent.

        Raises:
            LogError: `log.bodies-missing`, `log.bodies-damaged`, or
                `log.file-oversized`.
            MachineError: The file cannot be read.
        """
        limit = DEFAULT_LIMITS.max_bundle_bytes
        # What is too long is not even read.
        query = (
            "SELECT length(data), CASE WHEN length(data) <= ? THEN data ELSE x'' END "
            "FROM body WHERE sha256 = ?"
        )
        with self._file.connection("reading a body") as connection:
            row = connection.execute(query, (limit, bytes.fromhex(sha256))).fetchone()
        if row is None:
            return None
        if not isinstance(row[1], bytes):
            raise _damaged("reading a body", "bytes", "a value of another type")
        if row[0] > limit:
            raise LogError(
                "file-oversized",
                f"The body {sha256} is larger than it can be.",
                expected=f"at most {limit} bytes",
                found=f"{row[0]} bytes",
                remedy="restore it from a backup, then audit the log",
            )
        return row[1]

    def erase(self, digests: Sequence[str]) -> int:
        """Remove bodies so that nothing of them is left in the files, and count them.

        Raises:
            LogError: `log.bodies-missing`, `log.bodies-damaged`, or `log.busy`: a
                reader keeps the write-ahead log, so that the bytes may still be in
                it; repeat.
            MachineError: The disk failed.
        """
        erased = 0
        with self._file.session():
            with self._file.transaction("erasing bodies") as connection:
                for sha256 in digests:
                    query = "DELETE FROM body WHERE sha256 = ?"
                    erased += connection.execute(
                        query, (bytes.fromhex(sha256),)
                    ).rowcount
            with self._file.connection("erasing bodies") as connection:
                query = "PRAGMA wal_checkpoint(TRUNCATE)"
                (busy, _, _) = connection.execute(query).fetchone()
        if busy:
            raise LogError(
                "busy",
                "The bodies are erased, but a reader keeps an older state of them.",
                expected="nobody to read bodies for a moment",
                found="bytes that may still be in the write-ahead log",
                remedy="repeat the same, until it succeeds",
            )
        return erased

    def digests(self) -> Iterator[str]:
        """List what is there, sorted.

        Raises:
            LogError: `log.bodies-missing` or `log.bodies-damaged`.
            MachineError: The file cannot be read.
        """
        with self._file.connection("listing bodies") as connection:
            yield from _listed(connection)


def _listed(connection: sqlite3.Connection) -> Iterator[str]:
    with closing(connection.cursor()) as cursor:
        for (sha256,) in cursor.execute("SELECT sha256 FROM body ORDER BY sha256"):
            if not isinstance(sha256, bytes):
                raise _damaged("listing bodies", "digests", "a value of another type")
            yield sha256.hex()


class FileBodies:
    """A `BodyStore` of one file for each body, in any `FileStore`."""

    def __init__(self, files: FileStore) -> None:
        self._files = files

    def session(self) -> AbstractContextManager[None]:
        """Do nothing: files are opened one by one."""
        return nullcontext()

    def put_many(self, bodies: Mapping[str, bytes]) -> None:
        """Keep bodies by their digests; durable when this returns.

        Raises:
            LogError: `log.file-conflict` when a file has other content.
            MachineError: A file cannot be written.
        """
        self._files.write_once(
            {body_path(sha256): data for sha256, data in bodies.items()}
        )

    def get(self, sha256: str) -> bytes | None:
        """Give a body as it lies there, or None when it is absent.

        Raises:
            LogError: `log.file-oversized`.
            MachineError: The file cannot be read.
        """
        limit = DEFAULT_LIMITS.max_bundle_bytes
        return self._files.read(body_path(sha256), max_bytes=limit)

    def erase(self, digests: Sequence[str]) -> int:
        """Remove bodies, and count them.

        Raises:
            MachineError: A file is there and cannot be removed.
        """
        present = [sha256 for sha256 in digests if self.get(sha256) is not None]
        self._files.remove([body_path(sha256) for sha256 in present])
        return len(present)

    def digests(self) -> Iterator[str]:
        """List what is there, sorted; temporary files are none.

        Raises:
            MachineError: The folders cannot be listed.
        """
        for name in self._files.names("bodies"):
            sha256 = name.rpartition("/")[2]
            if is_digest(sha256) and name == body_path(sha256):
                yield sha256
