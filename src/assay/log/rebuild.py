"""Make a ledger anew from what the log has published: for when the ledger is lost.

The ledger holds nothing that the tiles, the lists of bodies and the checkpoint do not
hold, except what waits to be published. So it can be rebuilt, and is bound to the
published checkpoint. What cannot be known from the files is whether a later tree was
signed; where any file is of a later tree, nothing is rebuilt. Ask the witnesses, and
whoever mirrors the log, for the newest checkpoint before the rebuilt ledger is used.

    1. the checkpoint carries valid signatures by all of the log's keys
    2. no file is of a later tree
    3. the entries give the root of the checkpoint, before anything is written
    4. rows are written to a ledger that is bound to nothing, so that no log opens by
       it: leaf hashes from the entries, bodies from the lists
    5. the entries that were written give the root, once more
    6. the ledger is bound to the checkpoint, and takes its place
    7. where another ledger of the log is there, both are compared row by row
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assay.crypto import merkle
from assay.errors import AssayError, LogError
from assay.log.body_audit import BODY_LIST_BYTES
from assay.log.layout import (
    BODY_LISTS,
    DATABASE,
    LOCK,
    TILE_WIDTH,
    body_list_path,
    parse_body_list_path,
    parse_tile_path,
    tile_width,
)
from assay.log.published import read_published
from assay.log.settings import believed_settings, read_settings
from assay.log.storage import create_ledger_only, open_stores, read_choice
from assay.log.stores.files import DirectoryFiles, machine_error
from assay.log.stores.interface import LedgerIdentity, SequencedEntry, SignedTree
from assay.log.stores.sqlite import SqliteLedger, add_indexes, create_ledger
from assay.log.tiles import leaf_hashes, read_bundle, subtree_root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from assay.domain.trust import TrustedLog
    from assay.log.published import Published
    from assay.log.settings import LogSettings
    from assay.log.stores.interface import FileStore, Ledger

__all__ = ["RebuildReport", "rebuild_ledger"]

_LOCK_SECONDS = 60.0
# Bundles whose rows make one transaction: 65,536 rows.
_BUNDLES_AT_ONCE = 256
_DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildReport:
    """What was rebuilt, and how it compares.

    Attributes:
        size: Entries.
        root: Root of the tree that the ledger is bound to.
        unknown_bodies: Entries whose body no list names.
        compared: Rows that were compared with another ledger; None when there is none.
        different: Rows in which the two differ, the row of the bound tree among them.
    """

    size: int
    root: bytes
    unknown_bodies: int
    compared: int | None
    different: int


def rebuild_ledger(
    path: Path | str,
    *,
    out: Path | None = None,
    trusted: Sequence[TrustedLog] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    tls: object | None = None,
) -> RebuildReport:
    """Make a ledger from the tiles of a log.

    Args:
        path: The log's directory, or a copy of what the log has published.
        out: A file for the new ledger. None: the place of the log's own, where there
            must be none.
        trusted: The logs that the caller believes. None: the log's own word for its
            keys is taken.
        progress: Told how many entries were handled, of how many.
        tls: The TLS context for a database elsewhere, when the caller has one.

    Raises:
        LogError: `log.ledger-exists`, `log.rebuild-beyond`, `log.rebuild-root`,
            `log.not-a-log`, `log.checkpoint-missing`, `log.checkpoint-altered`, or a
            file is missing or cut.
        TrustError: `trust.unknown-log` or `trust.log-keys`.
        UsageError: A store cannot be reached with what is installed and set.
        MachineError: A part cannot be read or written.
    """
    root = Path(path)
    settings = _settings(root, trusted)
    choice = read_choice(root)
    stores = open_stores(
        root, choice, settings.origin, lock_seconds=_LOCK_SECONDS, tls=tls
    )
    existing = stores.ledger if _is_there(stores.ledger, needed=out is None) else None
    if out is None and existing is not None:
        raise _exists("the log's own ledger")
    # 1.
    published = read_published(stores.files, settings)
    source = _Source(stores.files, published, progress)
    # 2.
    source.refuse_later()
    # 3.
    source.check_root()
    # 4., 5. and 6.
    first = SignedTree(size=0, root=merkle.EMPTY_ROOT, timestamp=0)
    identity = LedgerIdentity(
        origin=settings.origin, vkeys=tuple(map(str, settings.vkeys))
    )
    if out is None and choice.ledger != "sqlite":
        create_ledger_only(root, choice, first, identity, tls=tls)
        rebuilt: Ledger = stores.ledger
        unknown = _fill(rebuilt, source, first)
    else:
        target = root / DATABASE if out is None else out
        draft = _draft(target)
        create_ledger(draft, first, identity, indexed=False)
        try:
            unknown = _fill(_ledger(draft, root), source, first)
            add_indexes(draft)
            draft.replace(target)
        except OSError as error:
            raise machine_error(error, f"putting {target.name} in its place") from error
        finally:
            _remove(draft)
        rebuilt = _ledger(target, root)
    # 7.
    compared, different = (None, 0)
    if existing is not None:
        compared, different = _compare(rebuilt, existing, published.checkpoint.size)
    return RebuildReport(
        size=published.checkpoint.size,
        root=published.checkpoint.root,
        unknown_bodies=unknown,
        compared=compared,
        different=different,
    )


def _settings(root: Path, trusted: Sequence[TrustedLog] | None) -> LogSettings:
    wrong: list[AssayError] = []
    settings, _ = believed_settings(
        read_settings(DirectoryFiles(root)), trusted, wrong.append
    )
    if wrong:
        raise wrong[0]
    return settings


def _is_there(ledger: Ledger, *, needed: bool) -> bool:
    """Tell whether a ledger can be read; a broken one is in the way of a new one."""
    try:
        ledger.signed()
    except LogError as error:
        if needed and error.code != "log.database-missing":
            raise
        return False
    return True


def _ledger(path: Path, root: Path) -> SqliteLedger:
    return SqliteLedger(path, root / LOCK, lock_seconds=_LOCK_SECONDS)


def _draft(target: Path) -> Path:
    if target.exists():
        raise _exists(f"a file {target.name}")
    draft = target.with_name(f"{target.name}.rebuilding")
    _remove(draft)
    return draft


def _remove(draft: Path) -> None:
    for end in ("", "-wal", "-shm"):
        with contextlib.suppress(OSError):
            draft.with_name(draft.name + end).unlink()


def _exists(found: str) -> LogError:
    return LogError(
        "ledger-exists",
        "A ledger is rebuilt only where there is none.",
        expected="no ledger",
        found=found,
        remedy="name another file with --out; a ledger that is there is compared with "
        "the rebuilt one, and never overwritten",
    )


class _Source:
    """What the log has published, bundle by bundle."""

    def __init__(
        self,
        files: FileStore,
        published: Published,
        progress: Callable[[int, int], None],
    ) -> None:
        self.published = published
        self._files = files
        self._size = published.checkpoint.size
        self._progress = progress
        # Two readings of all entries.
        self._handled = 0

    def refuse_later(self) -> None:
        """Refuse where a file is of a tree later than the published one."""
        for name in self._files.names("tile"):
            tile = parse_body_list_path(name) or parse_tile_path(name)
            if tile is not None and tile.width > tile_width(
                tile.level or 0, tile.index, self._size
            ):
                raise LogError(
                    "rebuild-beyond",
                    "The log has files of a tree later than its checkpoint.",
                    expected=f"nothing beyond {self._size} entries",
                    found=name,
                    remedy="that tree may have been signed, and a ledger that does not "
                    "know it would fork the log: restore the newest checkpoint or the "
                    "ledger, or close the log",
                )

    def check_root(self) -> None:
        """Refuse entries that do not give the root of the checkpoint.

        Raises:
            LogError: `log.rebuild-root`, or a bundle is missing or cut.
            MachineError: A bundle cannot be read.
        """
        tree = _Tree()
        for hashes in self.bundles():
            tree.add(hashes)
        self.compare(tree)

    def compare(self, tree: _Tree) -> None:
        """Refuse a tree that is not that of the checkpoint."""
        if tree.root() != self.published.checkpoint.root:
            raise LogError(
                "rebuild-root",
                "The entries do not give the root of the published checkpoint.",
                expected=self.published.checkpoint.root.hex(),
                found=tree.root().hex(),
                remedy="audit the log, and restore from a mirror what is named there",
            )

    def bundles(self) -> Iterator[list[bytes]]:
        """Give the leaf hashes of each bundle."""
        for index in range(-(-self._size // TILE_WIDTH)):
            width = tile_width(0, index, self._size)
            yield leaf_hashes(read_bundle(self._files, index, width))
            self._handled += width
            self._progress(self._handled, 2 * self._size)

    def bodies(self, index: int, width: int) -> list[str]:
        """Give the digests of the bodies of a bundle; empty where no list is there."""
        for name in dict.fromkeys(
            (body_list_path(index, width), body_list_path(index, TILE_WIDTH))
        ):
            data = self._files.read(name, max_bytes=BODY_LIST_BYTES)
            if data is None:
                continue
            if len(data) < width * _DIGEST_BYTES or len(data) % _DIGEST_BYTES:
                raise LogError(
                    "tile-truncated",
                    f"The file {name} below {BODY_LISTS} has the wrong length.",
                    expected=f"{width * _DIGEST_BYTES} bytes",
                    found=f"{len(data)} bytes",
                    remedy="restore it from a mirror, or remove it: the bodies of its "
                    "entries are not known then",
                )
            text = data.hex()
            return [text[64 * at : 64 * at + 64] for at in range(width)]
        return [""] * width


class _Tree:
    """The root over bundles, each of which is a subtree."""

    def __init__(self) -> None:
        self._full: list[bytes] = []
        self._rest: list[bytes] = []

    def add(self, hashes: list[bytes]) -> None:
        if len(hashes) == TILE_WIDTH:
            self._full.append(subtree_root(hashes))
        else:
            self._rest = hashes

    def root(self) -> bytes:
        above = merkle.CompactRange().extend(self._full)
        # The complete subtrees of both, from the largest to the smallest.
        below = merkle.CompactRange().extend(self._rest)
        return merkle.CompactRange(
            size=len(self._full) * TILE_WIDTH + len(self._rest),
            hashes=(*above.hashes, *below.hashes),
        ).root()


def _fill(ledger: Ledger, source: _Source, first: SignedTree) -> int:
    """Write every row and bind the tree; count the entries without a known body."""
    rows: list[SequencedEntry] = []
    tree, unknown, following = _Tree(), 0, 0
    with ledger.session():
        for index, hashes in enumerate(source.bundles()):
            tree.add(hashes)
            bodies = source.bodies(index, len(hashes))
            unknown += bodies.count("")
            for leaf_hash, sha256 in zip(hashes, bodies, strict=True):
                rows.append(
                    SequencedEntry(
                        index=following,
                        leaf_hash=leaf_hash,
                        body_sha256=sha256,
                        leaf=None,
                    )
                )
                following += 1
            if len(rows) >= _BUNDLES_AT_ONCE * TILE_WIDTH:
                ledger.sequence(rows)
                rows = []
        if rows:
            ledger.sequence(rows)
        # 5.
        source.compare(tree)
        # 6.
        checkpoint = source.published.checkpoint
        ledger.compare_and_swap(
            first,
            SignedTree(
                size=checkpoint.size,
                root=checkpoint.root,
                timestamp=source.published.timestamp,
            ),
        )
    return unknown


def _compare(rebuilt: Ledger, other: Ledger, size: int) -> tuple[int, int]:
    """Count the rows compared, and those that differ."""
    step = _BUNDLES_AT_ONCE * TILE_WIDTH
    different = 0
    with rebuilt.session(), other.session():
        for first in range(0, size, step):
            end = min(size, first + step)
            ours, theirs = rebuilt.rows(first, end), other.rows(first, end)
            if ours != theirs:
                same = sum(a == b for a, b in zip(ours, theirs, strict=False))
                different += end - first - same
        heads = [
            (one.identity(), one.signed(), one.bound_bodies())
            for one in (rebuilt, other)
        ]
    return size, different + (heads[0] != heads[1])
