"""Make a log, open it, describe it: what a directory becomes a `Log` by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from assay.crypto import merkle
from assay.crypto.checkpoint import Checkpoint
from assay.errors import LogError
from assay.log.directory import Log, system_clock
from assay.log.kept_policy import kept_policy
from assay.log.keys import create_keys, keys_mismatch, read_keys
from assay.log.layout import CHECKPOINT
from assay.log.parts import LogParts
from assay.log.published import read_published
from assay.log.sequencer import bounded_time
from assay.log.settings import (
    LogSettings,
    check_origin,
    read_settings,
    write_settings,
)
from assay.log.standing import check_time
from assay.log.storage import (
    StoreChoice,
    check_choice,
    create_stores,
    open_stores,
    public_files,
    read_choice,
    write_choice,
)
from assay.log.stores.files import DirectoryFiles, machine_error
from assay.log.stores.interface import LedgerIdentity, SignedTree

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.log.parts import Witnesses

__all__ = ["LogDescription", "describe_log", "init_log", "open_log"]

# Longer than the largest append takes on a slow disk.
LOCK_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDescription:
    """A log as anybody may see it.

    Attributes:
        origin: Its name.
        vkeys: Its verifier keys, as texts for a trust file.
        size: Entries in the published tree.
        root: 32-byte root of the published tree.
        timestamp: When it was signed, in seconds since the Epoch.
    """

    origin: str
    vkeys: tuple[str, ...]
    size: int
    root: bytes
    timestamp: int


def init_log(
    path: Path | str,
    origin: str,
    *,
    clock: Callable[[], int] = system_clock,
    stores: StoreChoice | None = None,
    tls: object | None = None,
) -> Log:
    """Make a log in a new or empty directory, with new keys.

    `log.json` comes last: without it the directory is not a log, so one that was cut
    short is never used.

    Args:
        path: The directory.
        origin: The log's name for ever, a URL without scheme.
        clock: Gives the time in seconds since the Epoch.
        stores: Where it keeps what; by default everything in the directory.
        tls: The TLS context for a database elsewhere, when the caller has one.

    Raises:
        LogError: `log.directory-not-empty` or `log.time-implausible`.
        UsageError: `usage.log-origin`, `usage.log-ledger`, `usage.log-stores` or
            `usage.store`.
        MachineError: The directory or a store cannot be written.
    """
    check_origin(origin)
    choice = stores or StoreChoice()
    check_choice(choice)
    now = clock()
    check_time(0, now)
    root = Path(path)
    _make_room(root)
    keys = create_keys(root, origin)
    first = SignedTree(size=0, root=merkle.EMPTY_ROOT, timestamp=bounded_time(now))
    identity = LedgerIdentity(origin=origin, vkeys=tuple(map(str, keys.vkeys)))
    create_stores(root, choice, first, identity, tls=tls)
    write_choice(root, choice)
    files = open_stores(root, choice, origin, lock_seconds=LOCK_SECONDS, tls=tls).files
    checkpoint = Checkpoint(origin=origin, size=0, root=first.root)
    files.replace(CHECKPOINT, keys.sign(checkpoint, first.timestamp).encode())
    settings = LogSettings(origin=origin, vkeys=keys.vkeys)
    # Where readers find it, and then where the operator does.
    write_settings(files, settings)
    write_settings(DirectoryFiles(root), settings)
    return open_log(root, clock=clock, tls=tls)


def _make_room(root: Path) -> None:
    try:
        root.mkdir(parents=True, exist_ok=True)
        occupied = any(root.iterdir())
    except (FileExistsError, NotADirectoryError):
        occupied = True
    except OSError as error:
        raise machine_error(error, "making the log directory") from error
    if occupied:
        raise LogError(
            "directory-not-empty",
            "A log is made in a directory of its own.",
            expected="a path that is free or an empty directory",
            found=str(root),
            remedy="choose another path; an existing log is never overwritten",
        )


def open_log(
    path: Path | str,
    *,
    clock: Callable[[], int] = system_clock,
    lock_seconds: float = LOCK_SECONDS,
    witnesses: Witnesses | None = None,
    tls: object | None = None,
) -> Log:
    """Open a log, check it, and finish what a crash has left unfinished.

    Where that needs witnesses and too few answer, the log is open all the same, and
    the entries wait on: `Log.pending` counts them. A log that keeps a witness policy
    and is opened without witnesses is open for all but appending.

    Args:
        path: The directory.
        clock: Gives the time in seconds since the Epoch.
        lock_seconds: How long to wait for another appender.
        witnesses: Who cosigns before a checkpoint is published, if anybody; a log
            that keeps a witness policy takes nothing without them.
        tls: The TLS context for a database elsewhere, when the caller has one.

    Raises:
        LogError: `log.not-a-log`, `log.settings-malformed`, `log.stores-malformed`,
            `log.key-missing`, `log.key-exposed`, `log.key-malformed`,
            `log.keys-mismatch`, `log.database-missing`, `log.identity-mismatch`,
            `log.time-implausible`, or the parts disagree (see `log.sequencer.load`).
        UsageError: `usage.log-ledger` or `usage.store`: a store cannot be reached with
            what is installed and set.
        MachineError: A part cannot be read or written.
    """
    root = Path(path)
    settings = read_settings(DirectoryFiles(root))
    choice = read_choice(root)
    keys = read_keys(root, settings.origin)
    if keys.vkeys != settings.vkeys:
        raise keys_mismatch(settings.vkeys, keys.vkeys)
    stores = open_stores(
        root, choice, settings.origin, lock_seconds=lock_seconds, tls=tls
    )
    log = Log(
        LogParts(
            settings=settings,
            keys=keys,
            files=stores.files,
            bodies=stores.bodies,
            ledger=stores.ledger,
            clock=clock,
            witnesses=witnesses,
            policy=partial(kept_policy, root),
        )
    )
    try:
        log.recover()
    except LogError as error:
        if error.code != "log.witness-quorum":
            raise
    return log


def describe_log(path: Path | str) -> LogDescription:
    """Describe a log from what it has published; needs no private key.

    Raises:
        LogError: `log.not-a-log`, `log.settings-malformed`, `log.stores-malformed`,
            `log.checkpoint-missing` or `log.checkpoint-altered`.
        UsageError: `usage.store`: its files cannot be reached.
        MachineError: A file cannot be read.
    """
    root = Path(path)
    settings = read_settings(DirectoryFiles(root))
    files = public_files(root, read_choice(root))
    published = read_published(files, settings)
    return LogDescription(
        origin=settings.origin,
        vkeys=tuple(map(str, settings.vkeys)),
        size=published.checkpoint.size,
        root=published.checkpoint.root,
        timestamp=published.timestamp,
    )
