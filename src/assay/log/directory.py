"""A transparency log in a directory: make one, open it, append, read, prove."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assay.crypto import merkle
from assay.crypto.checkpoint import Checkpoint
from assay.crypto.tlog_proof import TlogProof, format_tlog_proof
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import LogError
from assay.log.keys import create_keys, keys_mismatch, read_keys
from assay.log.layout import CHECKPOINT, DATABASE, LOCK, TILE_WIDTH, body_path
from assay.log.published import read_published
from assay.log.sequencer import (
    LogEntry,
    LogParts,
    advance,
    bounded_time,
    check_entry,
    load,
    sequence,
)
from assay.log.settings import (
    LogSettings,
    check_origin,
    read_settings,
    write_settings,
)
from assay.log.standing import check_time
from assay.log.stores.files import DirectoryFiles, machine_error
from assay.log.stores.interface import LedgerIdentity, SignedTree
from assay.log.stores.sqlite import SqliteLedger, create_ledger
from assay.log.tiles import TileTree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assay.crypto.verifier_key import VerifierKey
    from assay.log.published import Published
    from assay.log.sequencer import Witnesses

__all__ = [
    "Log",
    "LogDescription",
    "Receipt",
    "describe_log",
    "init_log",
    "open_log",
    "system_clock",
]

# Longer than the largest append takes on a slow disk.
LOCK_SECONDS = 60.0


def system_clock() -> int:
    """Give the machine's time in seconds since the Epoch."""
    return int(time.time())


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Proof that an entry is in the log.

    Attributes:
        index: Its place, for ever.
        proof_text: A `c2sp.org/tlog-proof@v1` text, with the signed checkpoint.
    """

    index: int
    proof_text: str


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


class Log:
    """An open log; safe to use from several threads and processes at a time.

    Nothing is kept between calls but paths and keys, so every call sees what others
    have appended.
    """

    def __init__(self, parts: LogParts) -> None:
        self._parts = parts

    @property
    def origin(self) -> str:
        """The log's name."""
        return self._parts.settings.origin

    @property
    def vkeys(self) -> tuple[VerifierKey, ...]:
        """The keys that verify its checkpoints, all of which sign each one."""
        return self._parts.settings.vkeys

    def append(self, entries: Sequence[LogEntry]) -> tuple[Receipt, ...]:
        """Log entries and give their receipts, in the same order.

        When this returns, every entry is in a signed and published tree. When it
        raises, the log is consistent, and submitting the same entries again gives
        the indices that they may already have.

        Raises:
            LogError: `log.entry-too-long`, `log.body-too-long`, `log.busy`,
                `log.witness-quorum` (the entries keep their indices, and nothing is
                published yet), or the log's parts disagree (see
                `log.sequencer.load`).
            MachineError: The disk is full or failed.
        """
        for entry in entries:
            check_entry(entry)
        if not entries:
            return ()
        with self._parts.ledger.exclusive():
            state = load(self._parts)
            indices = sequence(self._parts, entries)
            published = advance(self._parts, state)
        tree = self._tree(published)
        for entry, index in zip(entries, indices, strict=True):
            _check_place(tree, entry.leaf, index)
        return tuple(
            Receipt(index=index, proof_text=_proof(published, tree, index))
            for index in indices
        )

    def recover(self) -> None:
        """Check the log, and finish what a crash has left unfinished.

        Raises:
            LogError: The log's parts disagree (see `log.sequencer.load`), or
                `log.witness-quorum`.
            MachineError: The disk is full or failed.
        """
        state = load(self._parts)
        published = state.published
        if (
            published is not None
            and published.checkpoint.size == state.bound.size
            and self._parts.ledger.size() == state.bound.size
        ):
            return
        with self._parts.ledger.exclusive():
            advance(self._parts, load(self._parts))

    def pending(self) -> int:
        """Count the entries that have an index and are not in a published tree yet.

        Raises:
            LogError: As `checkpoint`, or the ledger is missing or damaged.
            MachineError: A part cannot be read.
        """
        published = read_published(self._parts.files, self._parts.settings)
        return max(0, self._parts.ledger.size() - published.checkpoint.size)

    def find(self, leaf: bytes) -> int | None:
        """Give the index of an entry, or None when it was never logged.

        Raises:
            LogError: The ledger is missing or damaged.
            MachineError: The ledger cannot be read.
        """
        leaf_hash = merkle.leaf_hash(leaf)
        return self._parts.ledger.find([leaf_hash]).get(leaf_hash)

    def checkpoint(self) -> str:
        """Give the published checkpoint, verified.

        Raises:
            LogError: `log.checkpoint-missing` or `log.checkpoint-altered`.
            MachineError: The file cannot be read.
        """
        return read_published(self._parts.files, self._parts.settings).note

    def prove(self, index: int) -> Receipt:
        """Give a fresh receipt for an entry.

        Raises:
            LogError: `log.entry-unknown`, or a part is missing or altered.
            MachineError: A file cannot be read.
        """
        published, tree = self._read()
        _check_known(index, tree.size)
        return Receipt(index=index, proof_text=_proof(published, tree, index))

    def consistency(self, old_size: int) -> tuple[bytes, ...]:
        """Prove that the published tree begins with that of `old_size` entries.

        Raises:
            LogError: `log.consistency-sizes`, or a part is missing or altered.
            MachineError: A file cannot be read.
        """
        _, tree = self._read()
        return merkle.consistency_proof(old_size, tree.size, tree.node)

    def entry(self, index: int) -> bytes:
        """Give an entry of the published tree, checked against it.

        Raises:
            LogError: `log.entry-unknown`, or a part is missing or altered.
            MachineError: A file cannot be read.
        """
        _, tree = self._read()
        _check_known(index, tree.size)
        bundle, position = divmod(index, TILE_WIDTH)
        return tree.entries(bundle)[position]

    def body(self, sha256: str) -> bytes:
        """Give a body by its digest.

        Raises:
            LogError: `log.body-withheld`, `log.body-unknown` or `log.body-altered`.
            UsageError: `usage.not-a-digest`.
            MachineError: The file cannot be read.
        """
        path = body_path(sha256)
        data = self._parts.files.read(path, max_bytes=DEFAULT_LIMITS.max_bundle_bytes)
        if data is None:
            raise self._absent_body(sha256, path)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise LogError(
                "body-altered",
                f"The file {path} was altered.",
                expected="content with the digest that is its name",
                found=f"{len(data)} other bytes",
                remedy="restore it from a backup, or remove it to withhold it",
            )
        return data

    def _absent_body(self, sha256: str, path: str) -> LogError:
        if self._parts.ledger.knows_body(sha256):
            return LogError(
                "body-withheld",
                "The body was logged and is withheld.",
                expected=path,
                found="no such file",
                remedy="ask the developer for it; its entry still stands",
            )
        return LogError(
            "body-unknown",
            "No body with this digest was logged.",
            expected="the digest of a body of this log",
            found=sha256,
        )

    def _read(self) -> tuple[Published, TileTree]:
        published = read_published(self._parts.files, self._parts.settings)
        return published, self._tree(published)

    def _tree(self, published: Published) -> TileTree:
        tree = TileTree(self._parts.files, published.checkpoint.size)
        tree.check_root(published.checkpoint.root)
        return tree


def _check_known(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise LogError(
            "entry-unknown",
            "The log has no such entry.",
            expected=f"an index below {size}",
            found=str(index),
        )


def _check_place(tree: TileTree, leaf: bytes, index: int) -> None:
    """Refuse to give a receipt for anything but the entry in hand."""
    _check_known(index, tree.size)
    bundle, position = divmod(index, TILE_WIDTH)
    if tree.hashes(0, bundle)[position] != merkle.leaf_hash(leaf):
        raise LogError(
            "database-altered",
            f"The ledger says that the entry has index {index}; the tree has another.",
            expected=merkle.leaf_hash(leaf).hex(),
            found=tree.hashes(0, bundle)[position].hex(),
            remedy="restore log.sqlite from the newest backup, then audit the log",
        )


def _proof(published: Published, tree: TileTree, index: int) -> str:
    return format_tlog_proof(
        TlogProof(
            index=index,
            hashes=merkle.inclusion_proof(index, tree.size, tree.node),
            checkpoint=published.note,
        )
    )


def init_log(
    path: Path | str, origin: str, *, clock: Callable[[], int] = system_clock
) -> Log:
    """Make a log in a new or empty directory, with new keys.

    `log.json` comes last: without it the directory is not a log, so one that was cut
    short is never used.

    Args:
        path: The directory.
        origin: The log's name for ever, a URL without scheme.
        clock: Gives the time in seconds since the Epoch.

    Raises:
        LogError: `log.directory-not-empty` or `log.time-implausible`.
        UsageError: `usage.log-origin`.
        MachineError: The directory cannot be written.
    """
    check_origin(origin)
    now = clock()
    check_time(0, now)
    root = Path(path)
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
    files = DirectoryFiles(root)
    keys = create_keys(root, origin)
    first = SignedTree(size=0, root=merkle.EMPTY_ROOT, timestamp=bounded_time(now))
    vkeys = tuple(map(str, keys.vkeys))
    create_ledger(root / DATABASE, first, LedgerIdentity(origin=origin, vkeys=vkeys))
    checkpoint = Checkpoint(origin=origin, size=0, root=first.root)
    files.replace(CHECKPOINT, keys.sign(checkpoint, first.timestamp).encode())
    write_settings(files, LogSettings(origin=origin, vkeys=keys.vkeys))
    return open_log(root, clock=clock)


def open_log(
    path: Path | str,
    *,
    clock: Callable[[], int] = system_clock,
    lock_seconds: float = LOCK_SECONDS,
    witnesses: Witnesses | None = None,
) -> Log:
    """Open a log, check it, and finish what a crash has left unfinished.

    Where that needs witnesses and too few answer, the log is open all the same, and
    the entries wait on: `Log.pending` counts them.

    Args:
        path: The directory.
        clock: Gives the time in seconds since the Epoch.
        lock_seconds: How long to wait for another appender.
        witnesses: Who cosigns before a checkpoint is published, if anybody.

    Raises:
        LogError: `log.not-a-log`, `log.settings-malformed`, `log.key-missing`,
            `log.key-exposed`, `log.key-malformed`, `log.keys-mismatch`,
            `log.database-missing`, `log.identity-mismatch`,
            `log.time-implausible`, or the parts disagree (see `log.sequencer.load`).
        MachineError: A part cannot be read or written.
    """
    root = Path(path)
    files = DirectoryFiles(root)
    settings = read_settings(files)
    keys = read_keys(root, settings.origin)
    if keys.vkeys != settings.vkeys:
        raise keys_mismatch(settings.vkeys, keys.vkeys)
    ledger = SqliteLedger(root / DATABASE, root / LOCK, lock_seconds=lock_seconds)
    log = Log(
        LogParts(
            settings=settings,
            keys=keys,
            files=files,
            ledger=ledger,
            clock=clock,
            witnesses=witnesses,
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
        LogError: `log.not-a-log`, `log.settings-malformed`, `log.checkpoint-missing`
            or `log.checkpoint-altered`.
        MachineError: A file cannot be read.
    """
    files = DirectoryFiles(Path(path))
    settings = read_settings(files)
    published = read_published(files, settings)
    return LogDescription(
        origin=settings.origin,
        vkeys=tuple(map(str, settings.vkeys)),
        size=published.checkpoint.size,
        root=published.checkpoint.root,
        timestamp=published.timestamp,
    )
