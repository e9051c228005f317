"""`stores.json`: where a log keeps what, chosen once, when it is made.

The operator's own file, like the keys: it may hold a connection string with a password,
so only its owner may read it and no message shows what is in it. A log without it is
one of the first ones: everything in its directory, a file for each body.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.errors import DocumentError, LogError, UsageError
from assay.log.layout import BODIES, DATABASE, LOCK, STORES
from assay.log.stores.bodies import FileBodies, SqliteBodies, create_bodies
from assay.log.stores.files import DirectoryFiles, machine_error
from assay.log.stores.object_store import ObjectFiles
from assay.log.stores.postgres import PostgresLedger, create_postgres_ledger
from assay.log.stores.postgres_address import is_postgres, postgres_address
from assay.log.stores.sqlite import SqliteLedger, create_ledger
from assay.wire import strict_json

if TYPE_CHECKING:
    from pathlib import Path

    from assay.log.stores.interface import (
        BodyStore,
        FileStore,
        Ledger,
        LedgerIdentity,
        SignedTree,
    )

__all__ = [
    "FIRST_CHOICE",
    "StoreChoice",
    "Stores",
    "check_choice",
    "create_ledger_only",
    "create_stores",
    "open_stores",
    "public_files",
    "read_choice",
    "write_choice",
]

FORMAT = "assay-log-stores/v0"
_MAX_BYTES = 64 * 1024
_SQLITE = "sqlite"
_DIRECTORY = "directory"
_FILES = "files"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreChoice:
    """Where a log keeps what.

    Attributes:
        ledger: `sqlite`, `postgres:VARIABLE` with the name of an environment variable
            that holds a connection string, or the connection string itself.
        files: `directory`, or the address of a folder that fsspec knows.
        bodies: `sqlite`, or `files`: one for each, where the tiles are.
    """

    ledger: str = _SQLITE
    files: str = _DIRECTORY
    bodies: str = _SQLITE


# Of logs that were made before there was a choice.
FIRST_CHOICE = StoreChoice(bodies=_FILES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """The opened stores of a log.

    Attributes:
        files: Tiles and checkpoint.
        bodies: What the entries stand for.
        ledger: Who came when.
    """

    files: FileStore
    bodies: BodyStore
    ledger: Ledger


def check_choice(choice: StoreChoice) -> None:
    """Refuse a choice that no log can be made with.

    Raises:
        UsageError: `usage.log-stores`, `usage.log-ledger`, or `usage.store`: fsspec or
            its driver is not installed.
    """
    if choice.bodies not in {_SQLITE, _FILES}:
        raise UsageError(
            "log-stores",
            "Bodies are kept in SQLite or as files.",
            expected="sqlite or files",
            found=repr(choice.bodies[:40]),
        )
    if choice.ledger != _SQLITE:
        postgres_address(choice.ledger)
    if choice.files != _DIRECTORY:
        ObjectFiles(choice.files)


def write_choice(root: Path, choice: StoreChoice) -> None:
    """Write the choice of a new log, for its owner only.

    Raises:
        MachineError: The file cannot be written.
    """
    document = {
        "format": FORMAT,
        "ledger": choice.ledger,
        "files": choice.files,
        "bodies": choice.bodies,
    }
    text = json.dumps(document, indent=2) + "\n"
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        descriptor = os.open(root / STORES, flags, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise machine_error(error, f"writing {STORES}") from error


def read_choice(root: Path) -> StoreChoice:
    """Read the choice of a log.

    Raises:
        LogError: `log.stores-malformed`.
        MachineError: The file cannot be read.
    """
    try:
        with (root / STORES).open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return FIRST_CHOICE
    except OSError as error:
        raise machine_error(error, f"reading {STORES}") from error
    try:
        document = strict_json.loads(data, max_bytes=_MAX_BYTES)
    except DocumentError as error:
        raise _malformed(error.message) from error
    if not isinstance(document, dict) or set(document) != {
        "format",
        "ledger",
        "files",
        "bodies",
    }:
        raise _malformed("other members than format, ledger, files and bodies")
    if document.pop("format") != FORMAT or not all(
        isinstance(value, str) for value in document.values()
    ):
        raise _malformed("another format")
    choice = StoreChoice(**document)
    if choice.bodies not in {_SQLITE, _FILES} or not (
        choice.ledger == _SQLITE or is_postgres(choice.ledger)
    ):
        raise _malformed("stores that this version of Assay does not know")
    return choice


def _malformed(found: str) -> LogError:
    return LogError(
        "stores-malformed",
        f"The file {STORES} cannot be used.",
        expected=f"format {FORMAT} and where ledger, files and bodies are",
        found=found,
        remedy="restore it from a backup",
    )


def create_stores(
    root: Path,
    choice: StoreChoice,
    first: SignedTree,
    identity: LedgerIdentity,
    *,
    tls: object | None,
) -> None:
    """Make what has to be there before a log can be opened.

    Raises:
        LogError: `log.directory-not-empty`: the address or the database holds a log of
            this name.
        UsageError: The ledger's connection string cannot be used.
        MachineError: A store cannot be written.
    """
    if choice.files != _DIRECTORY and ObjectFiles(choice.files).names(""):
        raise LogError(
            "directory-not-empty",
            "A log is made in a folder of its own.",
            expected="an address below which there is nothing",
            found="objects",
            remedy="choose another address; an existing log is never overwritten",
        )
    create_ledger_only(root, choice, first, identity, tls=tls)
    if choice.bodies == _SQLITE:
        create_bodies(root / BODIES)


def create_ledger_only(
    root: Path,
    choice: StoreChoice,
    first: SignedTree,
    identity: LedgerIdentity,
    *,
    tls: object | None,
) -> None:
    """Make the ledger of a log.

    Raises:
        LogError: `log.directory-not-empty`: the database holds a log of this name.
        UsageError: The ledger's connection string cannot be used.
        MachineError: The ledger cannot be written.
    """
    if choice.ledger == _SQLITE:
        create_ledger(root / DATABASE, first, identity)
    else:
        create_postgres_ledger(postgres_address(choice.ledger), first, identity, tls)


def public_files(root: Path, choice: StoreChoice) -> FileStore:
    """Give what readers of a log see of it: tiles and checkpoint.

    Raises:
        UsageError: `usage.store`.
    """
    if choice.files == _DIRECTORY:
        return DirectoryFiles(root)
    return ObjectFiles(choice.files)


def open_stores(
    root: Path,
    choice: StoreChoice,
    origin: str,
    *,
    lock_seconds: float,
    read_only: bool = False,
    tls: object | None = None,
) -> Stores:
    """Give the stores of a log; nothing is opened before it is used.

    Args:
        root: The log's directory.
        choice: Where it keeps what.
        origin: Its name.
        lock_seconds: How long to wait for others.
        read_only: Whether databases in files are opened for reading only.
        tls: The TLS context for a database elsewhere, when the caller has one.

    Raises:
        UsageError: An address cannot be used: `usage.store`, `usage.log-ledger`.
    """
    files = public_files(root, choice)
    bodies: BodyStore = (
        SqliteBodies(root / BODIES, lock_seconds=lock_seconds, read_only=read_only)
        if choice.bodies == _SQLITE
        else FileBodies(files)
    )
    ledger: Ledger
    if choice.ledger == _SQLITE:
        ledger = SqliteLedger(
            root / DATABASE, root / LOCK, lock_seconds=lock_seconds, read_only=read_only
        )
    else:
        address = postgres_address(choice.ledger)
        ledger = PostgresLedger(address, origin, lock_seconds=lock_seconds, tls=tls)
    return Stores(files=files, bodies=bodies, ledger=ledger)
