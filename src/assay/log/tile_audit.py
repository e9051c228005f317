"""The part of an audit that recomputes every tile from the entries.

1. Bundle by bundle, entries are hashed; where that disagrees with the tile of
   level 0, the tile is right if it leads to the signed root, and the bundle is
   right otherwise: so the altered one of the two is named.
2. Every tile of a higher level must be the roots of the tiles below.
3. Every partial form that still exists must be the beginning of the whole.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.crypto import merkle
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import LogError
from assay.log.entry_form import is_hashedrekord
from assay.log.layout import (
    TILE_WIDTH,
    bundle_path,
    parse_tile_path,
    tile_path,
    tile_width,
)
from assay.log.standing import ledger_behind
from assay.log.tiles import (
    TileTree,
    leaf_hashes,
    parse_bundle,
    read_bundle,
    read_hashes,
    read_tile_file,
    subtree_root,
    tile_altered,
    tile_truncated,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assay.log.stores.interface import (
        FileStore,
        Ledger,
        LedgerRow,
        SignedTree,
    )

__all__ = ["TileAudit"]


@dataclass(slots=True, kw_only=True)
class TileAudit:
    """The recomputing of one log's tiles.

    Attributes:
        files: Where the tiles are.
        ledger: Who came when, or None when it cannot be read.
        signed: The newest tree that the log is bound to; its tiles must all be there.
        sequenced: Entries in the ledger; those beyond the signed tree may have tiles.
        roots_at: Sizes whose roots will be asked for.
        blame: Takes every problem.
        progress: Told how many entries were looked at, of how many.
        growing: Whether files of a later tree may be there, as in a copy that was
            made while the log went on; they are counted and not compared.
        tiles: Files compared so far.
        beyond: Files of a later tree.
        foreign: Entries that are no `hashedrekord`; a note, not a problem.
        complete: Whether every entry of the signed tree could be read.
    """

    files: FileStore
    ledger: Ledger | None
    signed: SignedTree
    sequenced: int
    roots_at: tuple[int, ...]
    blame: Callable[[LogError], None]
    progress: Callable[[int, int], None] = lambda _done, _all: None
    growing: bool = False
    tiles: int = 0
    beyond: int = 0
    foreign: int = 0
    complete: bool = True
    _missing: int = 0
    _widths: dict[tuple[int | None, int], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )
    # (level, tile) -> hashes, as far as roots will need them.
    _tree: dict[tuple[int, int], list[bytes]] = field(default_factory=dict)
    _reference: TileTree | None = None

    def run(self, names: Iterable[str]) -> None:
        """Recompute all tiles and compare the files of these names with them.

        Raises:
            LogError: The ledger cannot be read.
            MachineError: A file cannot be read.
        """
        self._group(names)
        self._reference = self._signed_tree()
        size = max(self.signed.size, self.sequenced)
        roots: list[bytes] = []
        edges = {at // TILE_WIDTH for at in self.roots_at}
        for index in range(-(-size // TILE_WIDTH)):
            # A stranger's checkpoint may claim any size over no tiles at all.
            if self._missing > DEFAULT_LIMITS.max_findings_per_check:
                self.complete = False
                return
            hashes = self._level_0(index)
            self.progress(min(size, (index + 1) * TILE_WIDTH), size)
            if not hashes and index * TILE_WIDTH >= self.signed.size:
                # A gap in the ledger, which was named; a forged index may be anything.
                break
            if index in edges:
                self._tree[0, index] = hashes
            # A gap would shift every hash above it.
            if len(hashes) == TILE_WIDTH and len(roots) == index:
                roots.append(subtree_root(hashes))
        if len(roots) < self.signed.size // TILE_WIDTH:
            self.complete = False
        else:
            self._levels_above(roots)

    def root(self, size: int) -> bytes:
        """Give the recomputed root of one of `roots_at`; needs `complete`."""
        return merkle.root_from_nodes(size, self._node)

    def _node(self, level: int, index: int) -> bytes:
        tile_level, row = divmod(level, 8)
        tile, at = divmod(index << row, TILE_WIDTH)
        return merkle.root_from_leaves(
            self._tree[tile_level, tile][at : at + (1 << row)]
        )

    def _group(self, names: Iterable[str]) -> None:
        size = max(self.signed.size, self.sequenced)
        for name in names:
            parsed = parse_tile_path(name)
            beyond = parsed is not None and parsed.width > tile_width(
                parsed.level or 0, parsed.index, size
            )
            if beyond and self.growing:
                self.beyond += 1
            elif beyond and parsed is not None and not parsed.level:
                self.blame(ledger_behind(name, f"{size} entries in the ledger"))
            elif parsed is None or beyond:
                self.blame(
                    LogError(
                        "tile-unexpected",
                        f"The file {name} has no place in this log.",
                        expected="tiles of the entries that were sequenced",
                        found=name,
                    )
                )
            else:
                self._widths[parsed.level, parsed.index].append(parsed.width)

    def _signed_tree(self) -> TileTree | None:
        tree = TileTree(self.files, self.signed.size)
        try:
            tree.check_root(self.signed.root)
        except LogError:
            # The tile at fault is named when its turn comes.
            return None
        return tree

    def _level_0(self, index: int) -> list[bytes]:
        """Compare one bundle and its tile; give the hashes that are right."""
        first = index * TILE_WIDTH
        rows = self.ledger.rows(first, first + TILE_WIDTH) if self.ledger else []
        width = tile_width(0, index, self.signed.size)
        entries = self._entries(index, width)
        tile = self._required(0, index)
        if entries is None:
            self.complete = False
            hashes = tile or []
        else:
            self.foreign += sum(not is_hashedrekord(entry) for entry in entries)
            hashes = leaf_hashes(entries)
            if tile is not None and hashes != tile and self._leads_to_root(index):
                self.complete, hashes = False, tile
        # What was just read and found right need not be read again.
        right_entries = entries is not None and self.complete
        right_tile = tile is not None and tile == hashes
        if len(hashes) == width:
            hashes = hashes + [row[1] for row in rows[width:]]
        self._compare_bundles(index, hashes, width if right_entries else 0)
        self._compare_rows(first, rows, hashes)
        self._compare_tiles(0, index, hashes, width if right_tile else 0)
        return hashes

    def _entries(self, index: int, width: int) -> list[bytes] | None:
        if not width:
            return []
        try:
            return read_bundle(self.files, index, width)
        except LogError as error:
            self._blame_missing(error)
            return None

    def _required(self, level: int, index: int) -> list[bytes] | None:
        """Read a tile as far as the signed tree needs it; blame a missing one."""
        width = tile_width(level, index, self.signed.size)
        if not width:
            return []
        try:
            return read_hashes(self.files, level, index, width)
        except LogError as error:
            self._blame_missing(error)
            return None

    def _blame_missing(self, error: LogError) -> None:
        # What is there is on the list of files, and is compared and named from there.
        if error.code == "log.tile-missing":
            self._missing += 1
            self.blame(error)

    def _leads_to_root(self, index: int) -> bool:
        if self._reference is None:
            return False
        try:
            self._reference.hashes(0, index)
        except LogError:
            return False
        return True

    def _compare_bundles(self, index: int, hashes: list[bytes], right: int) -> None:
        for width in self._widths.get((None, index), ()):
            path = bundle_path(index, width)
            self.tiles += 1
            if width == right:
                continue
            try:
                data = read_tile_file(self.files, path)
                # None: removed meanwhile, because the full bundle has come.
                if data is None or width > len(hashes):
                    continue
                if leaf_hashes(parse_bundle(path, data)) != hashes[:width]:
                    self.blame(tile_altered(path, "entries with other hashes"))
            except LogError as error:
                self.blame(error)

    def _compare_tiles(
        self, level: int, index: int, hashes: list[bytes], right: int = 0
    ) -> None:
        for width in self._widths.get((level, index), ()):
            path = tile_path(level, index, width)
            self.tiles += 1
            if width == right:
                continue
            expected = b"".join(hashes[:width])
            try:
                data = read_tile_file(self.files, path)
            except LogError as error:
                self.blame(error)
                continue
            # Nothing to compare with: its entries are gone, which was said already.
            if data is None or width > len(hashes):
                continue
            if len(data) != len(expected):
                self.blame(
                    tile_truncated(path, f"{len(expected)} bytes", f"{len(data)} bytes")
                )
            elif data != expected:
                self.blame(tile_altered(path, "hashes of something else"))

    def _compare_rows(
        self, first: int, rows: list[LedgerRow], hashes: list[bytes]
    ) -> None:
        """Check that the ledger has the same entries in the same order."""
        if self.ledger is None:
            return
        wanted = min(TILE_WIDTH, max(0, self.sequenced - first))
        count = min(len(rows), len(hashes))
        agree = [row[:2] for row in rows[:count]] == list(
            zip(range(first, first + count), hashes, strict=False)
        )
        if not agree or len(rows) < wanted:
            self.blame(
                LogError(
                    "database-altered",
                    f"The ledger disagrees with the entries from {first} on.",
                    expected=f"{wanted} entries with the hashes of the tiles",
                    found=f"{len(rows)} entries",
                )
            )

    def _levels_above(self, hashes: list[bytes]) -> None:
        level = 1
        while hashes:
            above: list[bytes] = []
            for index in range(-(-len(hashes) // TILE_WIDTH)):
                part = hashes[index * TILE_WIDTH : (index + 1) * TILE_WIDTH]
                self._tree[level, index] = part
                self._required(level, index)
                self._compare_tiles(level, index, part)
                if len(part) == TILE_WIDTH:
                    above.append(subtree_root(part))
            hashes, level = above, level + 1
