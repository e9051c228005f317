"""The write path: from entries in hand to a published checkpoint.

Order of durability. Each step is on the disk before the next begins:

    1. bodies      of entries that are new               store of bodies not trusted
    2. sequence    one transaction gives each an index   ledger          TRUSTED
    3. tiles       bundles, lists of bodies and hashes,  tile/           not trusted
                   never overwritten
    4. read back   the root from the tiles just written must be the root that the
                   last bound tree and the new leaves give
    5. bind        compare-and-swap of (size, root, time) ledger         TRUSTED
    6. sign        with both keys
    7. witnesses   as many as the log needs cosign, and   elsewhere       not trusted
                   the policy that it keeps is satisfied
    8. publish     replace the checkpoint                 checkpoint      not trusted

A signature exists only for a tree that was bound before (5 before 6), and the ledger
binds one root for a size at most, so no crash leads to two signed roots for one size.
After a crash between 5 and 8 the same tree is signed again, with a time that is not
earlier. After one between 2 and 5 the entries keep their indices: `advance` takes them
up, in the next append or when the log is opened. It is the same code either way, and
also where the witnesses of step 7 are too few: then nothing is published, the entries
keep their indices, and the next append asks the witnesses about the tree that holds
them too.

The policy of step 7 lies with the log (`kept_policy`) and is read anew each time, so no
way of writing to the log publishes past it: whoever appends to such a log without
witnesses is refused before step 1, and a checkpoint that lacks the quorum, such as one
from before there was a policy, is signed and cosigned again before a receipt is made.

Bodies come before the sequence, so that an index never stands for a body that was
lost; what a crash leaves behind is a body without an entry, which the audit counts.

"Not trusted" means that nothing is believed because it lies there: tiles are checked
against the bound root, bodies against their digests, the checkpoint against the
log's keys and the ledger. The ledger is what prevents forks: it must never be restored
to an earlier state than the published checkpoint, and two copies of a log must never
both run. Where that can be noticed, the log refuses to sign; `standing` says where.

An appender that finds ledger and checkpoint exactly as it left them goes on from what
it knows (`resume`); otherwise the log is read and judged anew (`load`).
"""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto import merkle
from assay.crypto.checkpoint import MAX_TIMESTAMP, Checkpoint
from assay.crypto.note import parse_note
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import LogError, MachineError, SignatureError
from assay.log.kept_policy import check_cosigned, is_cosigned
from assay.log.layout import CHECKPOINT, TILE_WIDTH, is_digest
from assay.log.parts import LogEntry, LogParts, Witnesses, check_entry
from assay.log.published import Published, checkpoint_missing, find_published
from assay.log.standing import check_edge, check_identity, check_time
from assay.log.stores.interface import SequencedEntry, SignedTree
from assay.log.tiles import Leaves, TileTree, grown_tiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assay.log.stores.interface import FileStore

__all__ = [
    "LogEntry",
    "LogParts",
    "LogState",
    "Witnesses",
    "advance",
    "bounded_time",
    "check_entry",
    "is_published",
    "load",
    "resume",
    "sequence",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    """A log whose parts agree with each other.

    Attributes:
        bound: The tree last bound.
        published: The checkpoint last published, of this tree or an earlier one.
        tree: The bound tree, its right edge checked.
        edge: Its compact range.
        tail: What its last bundle holds, where that is not full.
    """

    bound: SignedTree
    published: Published | None
    tree: TileTree
    edge: merkle.CompactRange
    tail: Leaves

    @property
    def newest(self) -> Published:
        """The published checkpoint.

        Raises:
            LogError: `log.checkpoint-missing`.
        """
        if self.published is None:
            raise checkpoint_missing()
        return self.published


def load(parts: LogParts) -> LogState:
    """Read a log and refuse it when its parts disagree.

    Raises:
        LogError: `log.root-mismatch`, `log.checkpoint-mismatch`,
            `log.database-behind`, `log.ledger-behind`, `log.identity-mismatch`,
            `log.time-implausible`, and what reading the parts raises.
        MachineError: A part cannot be read.
    """
    check_identity(parts.ledger, parts.settings)
    # Before the tree: while others append, a checkpoint is never ahead of it.
    published = find_published(parts.files, parts.settings)
    bound = parts.ledger.signed()
    tree = TileTree(parts.files, bound.size)
    if published is not None and published.checkpoint.size > bound.size:
        raise LogError(
            "database-behind",
            "The log has published more than its ledger knows.",
            expected=f"at least {published.checkpoint.size} entries",
            found=f"{bound.size}",
            remedy="the ledger was restored from an old backup: restore the newest, "
            "or close this log for ever; appending now would fork it",
        )
    edge = tree.check_root(bound.root)
    if published is not None:
        root = merkle.root_from_nodes(published.checkpoint.size, tree.node)
        if root != published.checkpoint.root:
            raise LogError(
                "checkpoint-mismatch",
                "The published checkpoint is not of this tree.",
                expected=f"root {root.hex()} at size {published.checkpoint.size}",
                found=f"root {published.checkpoint.root.hex()}",
                remedy="the log was forked: keep both checkpoints as evidence, and "
                "close the log",
            )
    check_edge(parts.files, parts.ledger, tree)
    stated = published.timestamp if published else 0
    check_time(max(bound.timestamp, stated), parts.clock())
    return LogState(
        bound=bound,
        published=published,
        tree=tree,
        edge=edge,
        tail=_tail(parts, tree),
    )


def _tail(parts: LogParts, tree: TileTree) -> Leaves:
    first, fill = divmod(tree.size, TILE_WIDTH)
    if not fill:
        return Leaves()
    rows = parts.ledger.rows(first * TILE_WIDTH, tree.size)
    return Leaves(
        entries=tree.entries(first),
        hashes=tree.hashes(0, first),
        bodies=[_body_digest(row[2]) for row in rows],
    )


def _body_digest(sha256: str) -> bytes:
    """Give the digest of a row, or nothing: a rebuilt ledger may not know it."""
    return bytes.fromhex(sha256) if is_digest(sha256) else b""


def resume(parts: LogParts, last: LogState | None) -> LogState:
    """Go on from a state that this process left, or read the log again.

    The caller holds the append lock. The ledger says what was bound and sequenced
    last, and it is trusted; where it and the published checkpoint are exactly as they
    were left, so is everything that was judged of them. What lies in tiles is read
    back once it is written (step 4).

    Raises:
        LogError: As `load`.
        MachineError: A part cannot be read.
    """
    if last is None or not _same(parts, last):
        return load(parts)
    check_time(last.bound.timestamp, parts.clock())
    return last


def _same(parts: LogParts, last: LogState) -> bool:
    note = parts.files.read(CHECKPOINT, max_bytes=DEFAULT_LIMITS.max_note_bytes)
    return (
        note == last.newest.note.encode()
        and parts.ledger.signed() == last.bound
        and parts.ledger.size() == last.bound.size
    )


def sequence(
    parts: LogParts, entries: Sequence[LogEntry], hashes: Sequence[bytes]
) -> tuple[int, ...]:
    """Give every entry its index; steps 1 and 2. The caller holds the append lock.

    An entry that was logged before keeps its index, and its body stays as it is: a
    withheld body does not come back because somebody submits it again.

    Args:
        parts: The log.
        entries: What to log.
        hashes: The leaf hash of each.

    Raises:
        LogError: The ledger or the store of bodies cannot take them.
        MachineError: The disk is full or failed.
    """
    indices = parts.ledger.find(hashes)
    following = parts.ledger.size()
    fresh: list[SequencedEntry] = []
    bodies: dict[str, bytes] = {}
    for entry, leaf_hash in zip(entries, hashes, strict=True):
        if leaf_hash in indices:
            continue
        digest = hashlib.sha256(entry.body).hexdigest()
        bodies[digest] = entry.body
        indices[leaf_hash] = following + len(fresh)
        fresh.append(
            SequencedEntry(
                index=indices[leaf_hash],
                leaf_hash=leaf_hash,
                body_sha256=digest,
                leaf=entry.leaf,
            )
        )
    if fresh:
        # 1.
        parts.bodies.put_many(bodies)
        # 2.
        parts.ledger.sequence(fresh)
    return tuple(indices[leaf_hash] for leaf_hash in hashes)


def advance(parts: LogParts, state: LogState) -> LogState:
    """Bring the published checkpoint up to the sequence; steps 3 to 8.

    The caller holds the append lock and has loaded the state under it.

    Raises:
        LogError: The parts disagree, or `log.time-implausible`; nothing was signed.
            `log.witness-quorum` or `log.witness-note`; nothing was published.
        MachineError: The disk is full or failed; the log stays consistent.
    """
    fresh = _pending(parts, state.bound.size)
    bound = state.bound
    published = state.published
    if not fresh.hashes and is_published(parts, state):
        return state
    # 3.
    files = grown_tiles(state.tree, state.tail, fresh)
    parts.files.write_once(files)
    # 4.
    edge = state.edge.extend(fresh.hashes)
    root = edge.root()
    grown = TileTree(parts.files, edge.size)
    grown.check_root(root)
    # 5.
    stated = max(bound.timestamp, published.timestamp if published else 0)
    # Once more: the clock may have been set since the log was loaded.
    now = parts.clock()
    check_time(stated, now)
    timestamp = bounded_time(max(now, stated))
    following = SignedTree(size=edge.size, root=root, timestamp=timestamp)
    parts.ledger.compare_and_swap(bound, following)
    # 6.
    checkpoint = Checkpoint(origin=parts.settings.origin, size=edge.size, root=root)
    note = parts.keys.sign(checkpoint, timestamp)
    # 7.
    if parts.witnesses is not None:
        note = _cosigned(parts.witnesses, note, grown)
    check_cosigned(note, parts.policy())
    # 8.
    parts.files.replace(CHECKPOINT, note.encode())
    # All is done and durable; partial tiles that stay behind do no harm.
    with contextlib.suppress(MachineError):
        _remove_superseded(parts.files, files)
    whole = state.tail + fresh
    return LogState(
        bound=following,
        published=Published(note=note, checkpoint=checkpoint, timestamp=timestamp),
        tree=grown,
        edge=edge,
        tail=whole.from_place(len(whole.hashes) - edge.size % TILE_WIDTH),
    )


def is_published(parts: LogParts, state: LogState) -> bool:
    """Tell whether the bound tree is published, cosigned as the kept policy asks.

    Raises:
        LogError: The kept policy cannot be used.
        MachineError: It cannot be read.
    """
    published = state.published
    return (
        published is not None
        and published.checkpoint.size == state.bound.size
        and is_cosigned(published.note, parts.policy())
    )


def _cosigned(witnesses: Witnesses, note: str, tree: TileTree) -> str:
    def prove(old_size: int) -> tuple[bytes, ...]:
        if old_size == 0:
            return ()
        return merkle.consistency_proof(old_size, tree.size, tree.node)

    cosigned = witnesses.cosign(note, prove)
    try:
        parse_note(cosigned)
        good = cosigned.startswith(note)
    except SignatureError:
        good = False
    if not good:
        raise LogError(
            "witness-note",
            "What came back from the witnesses is not the checkpoint they were given.",
            expected="the same text and signatures, and further signature lines",
            found=f"{len(cosigned)} other characters",
            remedy="nothing was published; look for the fault in the witnesses' client",
        )
    return cosigned


def bounded_time(seconds: int) -> int:
    """Keep a machine's time within what a signature can state."""
    return min(max(seconds, 0), MAX_TIMESTAMP)


def _pending(parts: LogParts, start: int) -> Leaves:
    rows = parts.ledger.rows(start, parts.ledger.size())
    entries, hashes, bodies = [], [], []
    for at, (index, leaf_hash, body_sha256, leaf) in enumerate(rows, start):
        if leaf is None or index != at or merkle.leaf_hash(leaf) != leaf_hash:
            raise LogError(
                "database-altered",
                "The ledger has lost an entry that it has sequenced.",
                expected=f"entry {at} with the hash beside it",
                found="no entry" if leaf is None else f"entry {index}",
                remedy="restore log.sqlite from the newest backup",
            )
        entries.append(leaf)
        hashes.append(leaf_hash)
        bodies.append(_body_digest(body_sha256))
    return Leaves(entries=entries, hashes=hashes, bodies=bodies)


def _remove_superseded(files: FileStore, written: Iterable[str]) -> None:
    """Remove the partial forms of tiles that have become full.

    tlog-tiles allows it, and a log that grows by one would keep 255 of each.
    """
    for path in written:
        # A partial form lies in the folder `<full>.p`.
        if ".p/" not in path:
            files.remove(files.names(f"{path}.p"))
