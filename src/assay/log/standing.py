"""Whether the ledger is this log's, and the newest: what can be noticed at low cost.

The ledger is what prevents forks, and a copy of it may be older than the log. The
checkpoint shows that, as long as it is there and newer. The files show it too: tiles
are written after their entries are sequenced, so no crash leaves a tile of an entry
that the ledger does not know.

    1. identity  the ledger was made for this origin and these keys
    2. time      what was stated last is not far ahead of the clock, since time never
                 goes back and a wrong one would be stated for ever
    3. files     level 0 and the bundles, at the right edge, hold no entry that the
                 ledger has not sequenced, and none other than it has
    4. rows      the ledger has the entries of the rightmost tile, each once

Only the right edge is looked at, so that an append to a large log stays cheap; the
audit compares everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.crypto import merkle
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import LogError
from assay.log.layout import TILE_WIDTH, bundle_path, parse_tile_path, tile_path
from assay.log.tiles import parse_bundle, read_tile_file

if TYPE_CHECKING:
    from assay.log.layout import TilePath
    from assay.log.settings import LogSettings
    from assay.log.stores.interface import FileStore, Ledger, SequencedEntry
    from assay.log.tiles import TileTree

__all__ = ["check_edge", "check_identity", "check_time", "ledger_behind"]

# layout: three digits of an index to a folder.
_FOLDER = 1000


def ledger_behind(path: str, found: str) -> LogError:
    """Say that a file proves more than the ledger knows."""
    return LogError(
        "ledger-behind",
        f"The file {path} holds entries that the ledger does not know.",
        expected="tiles of nothing but the entries that the ledger has sequenced",
        found=found,
        remedy="the ledger is an older copy: restore the newest log.sqlite. Never "
        "append without it, and never remove the tiles; if it is lost, close the log",
    )


def check_identity(ledger: Ledger, settings: LogSettings) -> None:
    """Refuse a ledger that was made for another log; step 1.

    Raises:
        LogError: `log.identity-mismatch`, or the ledger cannot be read.
        MachineError: The ledger cannot be read.
    """
    made = ledger.identity()
    if (made.origin, made.vkeys) != (
        settings.origin,
        tuple(map(str, settings.vkeys)),
    ):
        raise LogError(
            "identity-mismatch",
            "The ledger was made for a log of another name or with other keys.",
            expected=f"the log {made.origin} with the keys {_key_ids(made.vkeys)}",
            found=f"the log {settings.origin} with the keys "
            f"{_key_ids(tuple(map(str, settings.vkeys)))}",
            remedy="restore log.json, the private keys and log.sqlite of one log; "
            "none of them ever changes to another's",
        )


def _key_ids(vkeys: tuple[str, ...]) -> str:
    # <name>+<id>+<material>
    return ", ".join(vkey.split("+")[1] if "+" in vkey else "?" for vkey in vkeys)


def check_time(stated: int, now: int) -> None:
    """Refuse a time that no clock can have given; step 2.

    Args:
        stated: The latest time that the log has bound or signed.
        now: The machine's time.

    Raises:
        LogError: `log.time-implausible`.
    """
    limits = DEFAULT_LIMITS
    latest = min(now + limits.max_log_seconds_ahead, limits.max_log_time)
    if stated > latest or now > limits.max_log_time:
        raise LogError(
            "time-implausible",
            "The log's last time is far ahead of the machine's clock, or either is "
            "beyond the calendar.",
            expected=f"at most {latest} seconds since the Epoch",
            found=f"{stated} stated last, {now} by the clock",
            remedy="set the clock, if that is wrong; otherwise restore the newest "
            "log.sqlite, or close the log: its time never goes back",
        )


def check_edge(files: FileStore, ledger: Ledger, tree: TileTree) -> None:
    """Compare the ledger with the files of the right edge; steps 3 and 4.

    Others may append meanwhile: files are listed before the ledger is counted.

    Args:
        files: Where the tiles are.
        ledger: Who came when.
        tree: The tree last bound, its right edge checked.

    Raises:
        LogError: `log.ledger-behind`, `log.database-altered`, or a part cannot be
            read.
        MachineError: A part cannot be read.
    """
    first = max(0, tree.size - 1) // TILE_WIDTH
    found = _files_from(files, first, ledger.size())
    sequenced = ledger.size()
    start = first * TILE_WIDTH
    rows = ledger.entries(start, sequenced)
    # 3., before 4.: an older copy of a ledger agrees with itself.
    if sequenced >= tree.size:
        for path, tile in found:
            if tile.index * TILE_WIDTH + tile.width > sequenced:
                raise ledger_behind(path, f"{sequenced} entries in the ledger")
    # 4.
    _check_rows(rows, sequenced, tree)
    # 3. Tiles of entries that are sequenced and not bound, as a crash leaves them.
    for path, tile in found:
        at = tile.index * TILE_WIDTH
        if at + tile.width > tree.size:
            part = rows[at - start : at - start + tile.width]
            _check_unbound(files, path, tile, [row.leaf_hash for row in part])


def _files_from(
    files: FileStore, first: int, sequenced: int
) -> list[tuple[str, TilePath]]:
    """List the bundles and tiles of level 0 from one index on.

    Of many folders only the first, the last and the one behind: a later tree has files
    in each.
    """
    last = sequenced // TILE_WIDTH // _FOLDER
    names: set[str] = set()
    for folder in sorted({first // _FOLDER, last, last + 1}):
        for path in (
            tile_path(0, folder * _FOLDER, TILE_WIDTH),
            bundle_path(folder * _FOLDER, TILE_WIDTH),
        ):
            names.update(files.names(path.rpartition("/")[0]))
    parsed = ((name, parse_tile_path(name)) for name in sorted(names))
    return [(name, tile) for name, tile in parsed if tile and tile.index >= first]


def _check_rows(
    rows: tuple[SequencedEntry, ...], sequenced: int, tree: TileTree
) -> None:
    first = max(0, tree.size - 1) // TILE_WIDTH
    start = first * TILE_WIDTH
    hashes = tree.hashes(0, first) if tree.size else []
    if sequenced < tree.size or len(rows) != sequenced - start:
        raise _altered(f"entries {start} to {sequenced - 1}", f"{len(rows)} of them")
    for index, row in enumerate(rows, start):
        if index < tree.size:
            # Binding a tree takes the entries out of the ledger.
            good = row.leaf is None and row.leaf_hash == hashes[index - start]
        else:
            # Without the entry: it was bound since, or `advance` refuses.
            good = row.leaf is None or merkle.leaf_hash(row.leaf) == row.leaf_hash
        if not good:
            raise _altered(f"entry {index} as it was sequenced", "something else")


def _check_unbound(
    files: FileStore, path: str, tile: TilePath, hashes: list[bytes]
) -> None:
    data = read_tile_file(files, path)
    # None: removed meanwhile, because the full tile has come.
    if data is None:
        return
    if tile.level is None:
        found = b"".join(map(merkle.leaf_hash, parse_bundle(path, data)))
    else:
        found = data
    if found != b"".join(hashes):
        raise ledger_behind(path, "other entries than the ledger has")


def _altered(expected: str, found: str) -> LogError:
    return LogError(
        "database-altered",
        "The ledger does not have the entries of the rightmost tile.",
        expected=expected,
        found=found,
        remedy="restore log.sqlite from the newest backup, then audit the log",
    )
