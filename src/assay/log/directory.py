"""An open log: append, read, prove, withhold."""

from __future__ import annotations

import hashlib
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assay.crypto import merkle
from assay.errors import LogError
from assay.log.kept_policy import check_cosigned
from assay.log.layout import (
    POLICY,
    TILE_WIDTH,
    body_path,
)
from assay.log.parts import LogEntry, LogParts, check_entry
from assay.log.published import read_published
from assay.log.receipts import Receipt, check_place, entry_unknown, make_receipts
from assay.log.sequencer import advance, is_published, load, resume, sequence
from assay.log.tiles import TileTree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assay.crypto.verifier_key import VerifierKey
    from assay.log.published import Published
    from assay.log.sequencer import LogState

__all__ = ["Log", "Receipt", "system_clock"]


def system_clock() -> int:
    """Give the machine's time in seconds since the Epoch."""
    return int(time.time())


class _Kept(threading.local):
    """What this thread keeps while the log is kept open."""

    depth: int = 0
    state: LogState | None = None


class Log:
    """An open log; safe to use from several threads and processes at a time.

    Nothing is kept between calls but paths and keys, so every call sees what others
    have appended, and judges what lies there anew. Within `kept_open` an appender goes
    on from what it has written, where the ledger and the checkpoint are as it left
    them.
    """

    def __init__(self, parts: LogParts) -> None:
        self._parts = parts
        self._kept = _Kept()

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
                `log.witnesses-needed` (nothing was taken), `log.witness-quorum` (the
                entries keep their indices, and nothing is published yet), or the log's
                parts disagree (see `log.sequencer.load`).
            MachineError: The disk is full or failed.
        """
        for entry in entries:
            check_entry(entry)
        if not entries:
            return ()
        self._require_witnesses()
        hashes = [merkle.leaf_hash(entry.leaf) for entry in entries]
        with self.kept_open(), self._parts.ledger.exclusive():
            state = resume(self._parts, self._kept.state)
            indices = sequence(self._parts, entries, hashes)
            self._kept.state = state = advance(self._parts, state)
        for leaf_hash, index in zip(hashes, indices, strict=True):
            check_place(state.tree, leaf_hash, index)
        return make_receipts(state.newest, state.tree, indices)

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Keep in this thread what is costly to open, until the context ends.

        For those who call often. Meanwhile a copy of the directory's databases is whole
        only together with their write-ahead logs, and they must not be exchanged.
        """
        kept = self._kept
        kept.depth += 1
        try:
            with self._parts.ledger.session(), self._parts.bodies.session():
                yield
        finally:
            kept.depth -= 1
            if not kept.depth:
                kept.state = None

    def recover(self) -> None:
        """Check the log, and finish what a crash has left unfinished.

        Where the log keeps a witness policy and is open without witnesses, it is left
        as it is.

        Raises:
            LogError: The log's parts disagree (see `log.sequencer.load`), or
                `log.witness-quorum`.
            MachineError: The disk is full or failed.
        """
        with self.kept_open():
            state = load(self._parts)
            if (
                is_published(self._parts, state)
                and self._parts.ledger.size() == state.bound.size
            ):
                return
            if self._parts.witnesses is None and self._parts.policy() is not None:
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
            LogError: `log.entry-unknown`, `log.witness-quorum`, or a part is missing or
                altered.
            MachineError: A file cannot be read.
        """
        published, tree = self._read()
        check_cosigned(published.note, self._parts.policy())
        (receipt,) = make_receipts(published, tree, [index])
        return receipt

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
        if not 0 <= index < tree.size:
            raise entry_unknown(index, tree.size)
        bundle, position = divmod(index, TILE_WIDTH)
        return tree.entries(bundle)[position]

    def body(self, sha256: str) -> bytes:
        """Give a body by its digest.

        Raises:
            LogError: `log.body-withheld`, `log.body-unknown` or `log.body-altered`.
            UsageError: `usage.not-a-digest`.
            MachineError: The file cannot be read.
        """
        name = body_path(sha256)
        data = self._parts.bodies.get(sha256)
        if data is None:
            raise self._absent_body(sha256, name)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise LogError(
                "body-altered",
                f"The body {name} was altered.",
                expected="content with the digest that is its name",
                found=f"{len(data)} other bytes",
                remedy="restore it from a backup, or remove it to withhold it",
            )
        return data

    def withhold(self, digests: Sequence[str]) -> int:
        """Erase bodies, so that nothing of them is left, and count those there were.

        Their entries stand, and so does every receipt.

        Raises:
            LogError: `log.body-unknown`: one of them was never logged, and none is
                erased; `log.busy`.
            UsageError: `usage.not-a-digest`.
            MachineError: A body cannot be removed.
        """
        for sha256 in digests:
            body_path(sha256)
            if not self._parts.ledger.knows_body(sha256):
                raise _unknown_body(sha256)
        return self._parts.bodies.erase(digests)

    def _require_witnesses(self) -> None:
        if self._parts.witnesses is None and self._parts.policy() is not None:
            raise LogError(
                "witnesses-needed",
                "This log publishes nothing without its witnesses, and is open "
                "without them.",
                expected=f"a client of the witnesses that {POLICY} names",
                found="none; nothing was taken",
                remedy="submit to the log's server, or write with `--log DIR`, which "
                "asks the witnesses; `assay log policy` changes whom the log asks",
            )

    def _absent_body(self, sha256: str, name: str) -> LogError:
        if self._parts.ledger.knows_body(sha256):
            return LogError(
                "body-withheld",
                "The body was logged and is withheld.",
                expected=name,
                found="nothing",
                remedy="ask the developer for it; its entry still stands",
            )
        return _unknown_body(sha256)

    def _read(self) -> tuple[Published, TileTree]:
        published = read_published(self._parts.files, self._parts.settings)
        return published, self._tree(published)

    def _tree(self, published: Published) -> TileTree:
        tree = TileTree(self._parts.files, published.checkpoint.size)
        tree.check_root(published.checkpoint.root)
        return tree


def _unknown_body(sha256: str) -> LogError:
    return LogError(
        "body-unknown",
        "No body with this digest was logged.",
        expected="the digest of a body of this log",
        found=sha256,
    )
