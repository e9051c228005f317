"""Reading and making tiles: the tree of a log as files (C2SP tlog-tiles v0.1.0).

A tile is believed only through its parent: the root of a full tile must be the hash
that the tile above has for it, up to the partial tiles of the right edge, whose root
is checked against a signed one. So an altered tile is found when it is used, by name.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto import merkle
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import LogError
from assay.log.layout import (
    TILE_WIDTH,
    body_list_path,
    bundle_path,
    tile_path,
    tile_width,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assay.log.stores.interface import FileReader

__all__ = [
    "Leaves",
    "TileTree",
    "encode_bundle",
    "grown_tiles",
    "leaf_hashes",
    "parse_bundle",
    "read_bundle",
    "read_hashes",
    "read_tile_file",
    "subtree_root",
    "tile_altered",
    "tile_truncated",
]

_TILE_BYTES = TILE_WIDTH * merkle.HASH_BYTES
_LENGTH_BYTES = 2
# Tiles that a tree holds in memory, of some 30 kB each.
_TILES_HELD = 512
_MAX_BUNDLE_BYTES = TILE_WIDTH * (_LENGTH_BYTES + DEFAULT_LIMITS.max_log_entry_bytes)
_REMEDY = "restore the file from a mirror, then audit the log"


def tile_altered(path: str, detail: str) -> LogError:
    """Name a tile or bundle whose content is not what the tree says."""
    return LogError(
        "tile-altered",
        f"The file {path} was altered.",
        expected="the hashes that the signed tree has here",
        found=detail,
        remedy=_REMEDY,
    )


def tile_truncated(path: str, expected: str, found: str) -> LogError:
    """Name a tile or bundle that is not as long as it must be."""
    return LogError(
        "tile-truncated",
        f"The file {path} has the wrong length.",
        expected=expected,
        found=found,
        remedy=_REMEDY,
    )


def _missing(path: str) -> LogError:
    return LogError(
        "tile-missing",
        f"The file {path} is not there.",
        expected="a file for every tile of the signed tree",
        found="no such file",
        remedy=_REMEDY,
    )


def read_tile_file(files: FileReader, path: str) -> bytes | None:
    """Read a tile or bundle as bytes, bounded; None when it is absent.

    Raises:
        LogError: `log.file-oversized`.
        MachineError: The file cannot be read.
    """
    bundle = path.startswith("tile/entries/")
    return files.read(path, max_bytes=_MAX_BUNDLE_BYTES if bundle else _TILE_BYTES)


def read_hashes(files: FileReader, level: int, index: int, width: int) -> list[bytes]:
    """Read a tile as it stands; a partial one also from the full tile.

    Raises:
        LogError: `log.tile-missing`, `log.tile-truncated` or `log.file-oversized`.
        MachineError: The file cannot be read.
    """
    path = tile_path(level, index, width)
    data = read_tile_file(files, path)
    expected = width * merkle.HASH_BYTES
    if data is None and width < TILE_WIDTH:
        full = tile_path(level, index, TILE_WIDTH)
        data = read_tile_file(files, full)
        if data is not None:
            path, expected = full, _TILE_BYTES
    if data is None:
        raise _missing(path)
    if len(data) != expected:
        raise tile_truncated(path, f"{expected} bytes", f"{len(data)} bytes")
    return [
        data[at : at + merkle.HASH_BYTES]
        for at in range(0, width * merkle.HASH_BYTES, merkle.HASH_BYTES)
    ]


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """Hash entries as leaves, as `merkle.leaf_hash` does, without a call for each."""
    sha256 = hashlib.sha256
    return [sha256(b"\0" + entry).digest() for entry in entries]


def subtree_root(hashes: Sequence[bytes]) -> bytes:
    """Compute the root of a full tile, as `merkle.root_from_leaves` does."""
    sha256, row = hashlib.sha256, hashes
    while len(row) > 1:
        row = [
            sha256(b"\1" + row[at] + row[at + 1]).digest()
            for at in range(0, len(row), 2)
        ]
    return row[0]


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Write entries one after the other, each behind its length in two bytes."""
    return b"".join(
        len(entry).to_bytes(_LENGTH_BYTES, "big") + entry for entry in entries
    )


def parse_bundle(path: str, data: bytes) -> list[bytes]:
    """Split a bundle into its entries.

    Raises:
        LogError: `log.tile-truncated` when the last entry is cut.
    """
    entries, at, length = [], 0, len(data)
    while at + _LENGTH_BYTES <= length:
        begin = at + _LENGTH_BYTES
        at = begin + (data[at] << 8 | data[at + 1])
        entries.append(data[begin:at])
    if at != length:
        expected = max(at, length + 1)
        raise tile_truncated(path, f"{expected} bytes", f"{length} bytes")
    return entries


def read_bundle(files: FileReader, index: int, width: int) -> list[bytes]:
    """Read a bundle as it stands; a partial one also from the full bundle.

    Raises:
        LogError: `log.tile-missing`, `log.tile-truncated` or `log.file-oversized`.
        MachineError: The file cannot be read.
    """
    path, expected = bundle_path(index, width), width
    data = read_tile_file(files, path)
    if data is None and width < TILE_WIDTH:
        full = bundle_path(index, TILE_WIDTH)
        data = read_tile_file(files, full)
        if data is not None:
            path, expected = full, TILE_WIDTH
    if data is None:
        raise _missing(path)
    entries = parse_bundle(path, data)
    if len(entries) != expected:
        raise tile_truncated(path, f"{expected} entries", f"{len(entries)} entries")
    return entries[:width]


class TileTree:
    """The tree of the first `size` entries, read from tiles and checked on the way."""

    def __init__(self, files: FileReader, size: int) -> None:
        self.size = size
        self._files = files
        # (level, index) -> rows of complete subtrees: hashes, pairs, fours, …
        self._loaded: dict[tuple[int, int], list[list[bytes]]] = {}

    def hashes(self, level: int, index: int) -> list[bytes]:
        """Give the hashes of one tile, as far as this tree has them.

        Raises:
            LogError: `log.tile-altered` and all of `read_hashes`.
            MachineError: A file cannot be read.
        """
        return self._rows(level, index)[0]

    def node(self, level: int, index: int) -> bytes:
        """Give the hash of a complete subtree: a `NodeReader`.

        Raises:
            LogError: `log.tile-altered` and all of `read_hashes`.
            MachineError: A file cannot be read.
        """
        tile_level, row = divmod(level, 8)
        # A tile's own root is a hash of the tile above, so `row` is at most 7.
        tile, position = divmod(index, TILE_WIDTH >> row)
        return self._rows(tile_level, tile)[row][position]

    def check_root(self, expected: bytes) -> merkle.CompactRange:
        """Check the right edge of the tree against a root, and give it.

        Raises:
            LogError: `log.root-mismatch` and all of `hashes`.
            MachineError: A file cannot be read.
        """
        edge = merkle.compact_range(self.size, self.node)
        if edge.root() != expected:
            names = ", ".join(
                tile_path(level, index, tile_width(level, index, self.size))
                for level, index in sorted(self._loaded)
            )
            raise LogError(
                "root-mismatch",
                f"The tiles of the right edge do not give the root: {names}.",
                expected=expected.hex(),
                found=edge.root().hex(),
                remedy=_REMEDY,
            )
        return edge

    def entries(self, index: int) -> list[bytes]:
        """Give the entries of one bundle, checked against their tile.

        Raises:
            LogError: `log.tile-altered` and all of `read_bundle` and `hashes`.
            MachineError: A file cannot be read.
        """
        width = tile_width(0, index, self.size)
        found = read_bundle(self._files, index, width)
        leaves = self.hashes(0, index)
        hashed = leaf_hashes(found)
        for at, (hash_of_entry, leaf) in enumerate(zip(hashed, leaves, strict=True)):
            if hash_of_entry != leaf:
                raise tile_altered(
                    bundle_path(index, width),
                    f"entry {index * TILE_WIDTH + at} hashes to something else",
                )
        return found

    def _rows(self, level: int, index: int) -> list[list[bytes]]:
        rows = self._loaded.get((level, index))
        if rows is None:
            width = tile_width(level, index, self.size)
            rows = _subtree_rows(read_hashes(self._files, level, index, width))
            if width == TILE_WIDTH:
                parent, position = divmod(index, TILE_WIDTH)
                if rows[8][0] != self.hashes(level + 1, parent)[position]:
                    raise tile_altered(
                        tile_path(level, index, width), f"root {rows[8][0].hex()}"
                    )
                self._make_room()
            self._loaded[level, index] = rows
        return rows

    def _make_room(self) -> None:
        """Forget full tiles; of the partial ones only the root has told the worth."""
        if len(self._loaded) < _TILES_HELD:
            return
        for level, index in list(self._loaded):
            if tile_width(level, index, self.size) == TILE_WIDTH:
                self._loaded.pop((level, index), None)


def _subtree_rows(hashes: list[bytes]) -> list[list[bytes]]:
    rows = [hashes]
    while len(rows[-1]) > 1:
        below = rows[-1]
        rows.append(
            [
                merkle.node_hash(below[at], below[at + 1])
                for at in range(0, len(below) - 1, 2)
            ]
        )
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaves:
    """Entries in a row, with what the tree and the lists of bodies have of them.

    Attributes:
        entries: The entries.
        hashes: Their leaf hashes.
        bodies: SHA-256 of their bodies, 32 bytes each; empty where it is not known.
    """

    entries: Sequence[bytes] = ()
    hashes: Sequence[bytes] = ()
    bodies: Sequence[bytes] = ()

    def from_place(self, first: int) -> Leaves:
        """Give those from a place on."""
        return Leaves(
            entries=self.entries[first:],
            hashes=self.hashes[first:],
            bodies=self.bodies[first:],
        )

    def __add__(self, other: Leaves) -> Leaves:
        """Give these and others behind them."""
        return Leaves(
            entries=[*self.entries, *other.entries],
            hashes=[*self.hashes, *other.hashes],
            bodies=[*self.bodies, *other.bodies],
        )


def grown_tiles(tree: TileTree, tail: Leaves, fresh: Leaves) -> dict[str, bytes]:
    """Make every file that a tree needs once entries are added to it.

    Args:
        tree: The tree, its right edge checked.
        tail: What its last bundle holds, where that is not full.
        fresh: What is added.

    Raises:
        LogError: The right edge of the present tree cannot be read; as `TileTree`.
        MachineError: A file cannot be read.
    """
    files: dict[str, bytes] = {}
    first = tree.size // TILE_WIDTH
    grown = tail + fresh
    for index, part in _split(first, grown.entries):
        files[bundle_path(index, len(part))] = encode_bundle(part)
    for index, part in _split(first, grown.bodies):
        # A list with a gap would say less than none.
        if all(part):
            files[body_list_path(index, len(part))] = b"".join(part)
    level, added = 0, list(fresh.hashes)
    while added:
        first, fill = divmod(tree.size >> (8 * level), TILE_WIDTH)
        hashes = tree.hashes(level, first) if fill else []
        roots = []
        for index, part in _split(first, [*hashes, *added]):
            files[tile_path(level, index, len(part))] = b"".join(part)
            if len(part) == TILE_WIDTH:
                roots.append(subtree_root(part))
        added, level = roots, level + 1
    return files


def _split(first: int, items: Sequence[bytes]) -> list[tuple[int, Sequence[bytes]]]:
    return [
        (first + at // TILE_WIDTH, items[at : at + TILE_WIDTH])
        for at in range(0, len(items), TILE_WIDTH)
    ]
