"""What an attacker does with an operator's own files, and what the log says to it."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from assay.crypto import merkle
from assay.errors import LogError, MachineError
from assay.log import LogEntry, audit_log, init_log, open_log
from assay.log.keys import LogKeys
from assay.log.standing import check_edge
from assay.log.stores.files import DirectoryFiles
from assay.log.stores.sqlite import SqliteLedger
from assay.log.tiles import TileTree
from tests.simulators.log_scenes import (
    ORIGIN,
    START,
    Clock,
    Disk,
    batch,
    check_receipts,
    check_sound,
    on_faulty_disk,
)


def copied(source: Path, target: Path) -> Path:
    shutil.copytree(source, target)
    return target


@dataclass(frozen=True)
class Scene:
    """A log, how it was earlier, and another of the same name."""

    root: Path
    path: Path
    early: Path
    other: Path

    def old_ledger(self) -> None:
        shutil.copy(self.early / "log.sqlite", self.path)

    def change(self, statement: str, *values) -> None:
        database = sqlite3.connect(self.path / "log.sqlite", isolation_level=None)
        with closing(database):
            database.execute(statement, values)

    def codes(self, **more) -> list[str]:
        return [problem.code for problem in audit_log(self.path, **more).problems]

    def append_is_refused(self, code: str, count: int = 1) -> None:
        """Neither opening the log nor one that is open signs anything."""
        entries = [LogEntry(leaf=b"fork %d" % i, body=b"") for i in range(count)]
        before = tree_of(self.path)
        with pytest.raises(LogError) as caught:
            open_log(self.path).append(entries)
        assert caught.value.code == code
        assert tree_of(self.path) == before


def tree_of(path: Path) -> list[tuple[str, bytes]]:
    """Give what was published, and the sequence."""
    files = [*sorted(path.glob("tile/**/*")), path / "checkpoint"]
    tree = [(str(file), file.read_bytes()) for file in files if file.is_file()]
    with closing(sqlite3.connect(path / "log.sqlite")) as database:
        (count,) = database.execute("SELECT COUNT(*) FROM entry").fetchone()
    return [*tree, ("rows", b"%d" % count)]


def scene(root: Path, first: int, second: int) -> Scene:
    path = root / "log"
    log = init_log(path, ORIGIN)
    log.append(batch(0, first))
    early = copied(path, root / "early")
    log.append(batch(first, second))
    init_log(root / "other", ORIGIN).append(batch(0, second))
    return Scene(root=root, path=path, early=early, other=root / "other")


@pytest.fixture
def small(tmp_path):
    return scene(tmp_path, 3, 6)


@pytest.mark.parametrize("sizes", [(3, 6), (3, 256), (3, 300), (256, 257), (255, 513)])
@pytest.mark.parametrize("checkpoint", ["older", "removed"])
def test_an_older_ledger_signs_nothing_whatever_became_of_the_checkpoint(
    tmp_path, monkeypatch, sizes, checkpoint
):
    case = scene(tmp_path, *sizes)
    case.old_ledger()
    (case.path / "checkpoint").unlink()
    if checkpoint == "older":
        shutil.copy(case.early / "checkpoint", case.path)
    monkeypatch.setattr(LogKeys, "sign", None)
    for count in (1, 2, 3, 4):
        case.append_is_refused("log.ledger-behind", count)
    assert "log.ledger-behind" in case.codes()


def test_an_older_ledger_is_noticed_by_what_is_left_of_the_later_tiles(small):
    small.old_ledger()
    (small.path / "checkpoint").unlink()
    (small.path / "tile/bodies/000.p/6").unlink()
    for name in ("tile/0/000.p/6", "tile/entries/000.p/6"):
        (small.path / name).unlink()
        if "entries" not in name:
            small.append_is_refused("log.ledger-behind")
    # Nothing shows it any more: this is the log as it was, and no fork of it there.
    assert small.codes() == ["log.checkpoint-missing"]


def test_an_older_ledger_with_rows_added_to_it_is_noticed(small):
    small.old_ledger()
    (small.path / "checkpoint").unlink()
    for index in (3, 4, 5, 6):
        leaf = b"forged %d" % index
        small.change(
            "INSERT INTO entry VALUES (?, ?, ?)",
            index,
            merkle.leaf_hash(leaf),
            hashlib.sha256(b"body 1").hexdigest(),
        )
        small.change("INSERT INTO waiting VALUES (?, ?)", index, leaf)
    small.append_is_refused("log.ledger-behind")
    (small.path / "tile/0/000.p/6").unlink()
    small.append_is_refused("log.ledger-behind")


def test_tiles_of_a_tree_that_a_crash_kept_from_being_bound_are_taken_up(small):
    total = on_disk(copied(small.path, small.root / "counted"), Disk())
    for failing in range(1, total + 1):
        path = copied(small.path, small.root / f"{failing}")
        disk = Disk()
        disk.countdown, disk.after = failing, True
        with pytest.raises(MachineError):
            on_disk(path, disk)
        log = open_log(path)
        check_receipts(log, batch(6, 9), log.append(batch(6, 9)))
        check_sound(path, size=9)


def on_disk(path: Path, disk: Disk) -> int:
    on_faulty_disk(open_log(path), disk).append(batch(6, 9))
    return disk.writes


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM entry WHERE idx = 1",
        "DELETE FROM entry WHERE idx = 5",
        "DELETE FROM entry",
        "UPDATE entry SET leaf_hash = x'00' WHERE idx = 2",
        "UPDATE entry SET leaf_hash = 'abc' WHERE idx = 2",
        "INSERT INTO waiting VALUES (1, x'00')",
        "UPDATE entry SET idx = 1000000000000000000 WHERE idx = 5",
        "UPDATE entry SET idx = 9 WHERE idx = 5",
        "INSERT INTO entry VALUES (6, zeroblob(32), hex(zeroblob(32)))",
        "UPDATE signed SET size = -1",
        "UPDATE signed SET timestamp = -5",
    ],
)
def test_a_ledger_that_disagrees_with_the_rightmost_tile_signs_nothing(
    small, statement
):
    small.change(statement)
    small.append_is_refused("log.database-altered")
    assert "log.database-altered" in small.codes()


def test_a_row_under_another_body_is_found_by_the_audit(small):
    small.change("UPDATE entry SET body_sha256 = ? WHERE idx = 1", "0" * 64)
    # The list beside each bundle has the body, and the chain.
    lists = len(list(small.path.glob("tile/bodies/000.p/*")))
    assert small.codes() == ["log.body-list-altered"] * lists + ["log.database-altered"]


def test_a_row_that_holds_an_entry_again_is_found_by_the_audit(small):
    small.change("INSERT INTO waiting VALUES (1, ?)", b"leaf 1")
    assert small.codes() == ["log.database-altered"]


def test_a_chain_of_another_type_is_found_by_the_audit(small):
    small.change("UPDATE signed SET bodies = 7")
    assert small.codes() == ["log.database-altered"]


def waiting(case: Scene, leaf: bytes | None, body: str) -> None:
    case.change("INSERT INTO entry VALUES (6, ?, ?)", merkle.leaf_hash(b"x"), body)
    case.change("DELETE FROM waiting")
    if leaf is not None:
        case.change("INSERT INTO waiting VALUES (6, ?)", leaf)


def test_a_waiting_row_without_its_body_is_found_by_the_audit(small):
    for body in ("0" * 64, "no digest"):
        waiting(small, b"x", body)
        assert small.codes() == ["log.body-missing"]
        small.change("DELETE FROM entry WHERE idx = 6")


@pytest.mark.parametrize("leaf", [b"y", None])
def test_a_waiting_row_without_the_entry_of_its_hash_is_found_by_the_audit(small, leaf):
    waiting(small, leaf, hashlib.sha256(b"body 1").hexdigest())
    assert small.codes() == ["log.database-altered"]
    with pytest.raises(LogError) as caught:
        open_log(small.path)
    assert caught.value.code == "log.database-altered"


@pytest.mark.parametrize("stated", [9 * 10**18, 253_402_300_800, START + 10**9])
def test_a_bound_time_in_the_future_is_found_and_not_signed(small, stated):
    small.change("UPDATE signed SET timestamp = ?", stated)
    assert small.codes() == ["log.time-implausible"]
    small.append_is_refused("log.time-implausible")


def test_a_published_time_in_the_future_is_found(small):
    early = Clock(START - 86_401)
    assert small.codes(clock=early) == ["log.time-implausible"]


def test_private_keys_with_which_nothing_can_be_signed_are_found(small):
    for name in ("key-ed25519.pem", "key-ml-dsa-44.pem"):
        key = small.path / name
        own = key.read_bytes()
        key.write_bytes(b"no key")
        assert small.codes() == ["log.key-malformed"]
        key.write_bytes((small.other / name).read_bytes())
        assert small.codes() == ["log.keys-mismatch"]
        key.write_bytes(own)
        key.chmod(0o644)
        assert small.codes() == ["log.key-exposed"]
        key.chmod(0o600)
        key.unlink()
        assert small.codes() == ["log.key-missing"]
        key.write_bytes(own)
        key.chmod(0o600)
    check_sound(small.path, size=6)


@pytest.mark.parametrize("checkpoint", [True, False])
def test_settings_and_keys_of_another_log_are_refused(small, checkpoint):
    for name in ("log.json", "key-ed25519.pem", "key-ml-dsa-44.pem"):
        shutil.copy(small.other / name, small.path)
    if not checkpoint:
        (small.path / "checkpoint").unlink()
    assert "log.identity-mismatch" in small.codes()
    with pytest.raises(LogError) as caught:
        open_log(small.path)
    assert caught.value.code == "log.identity-mismatch"
    assert not (small.path / "checkpoint").exists() or checkpoint


def test_a_ledger_without_an_identity_is_refused(small):
    small.change("UPDATE identity SET vkeys = 'none'")
    assert small.codes() == ["log.identity-mismatch"]
    small.change("DROP TABLE identity")
    assert small.codes() == ["log.database-altered"]
    small.append_is_refused("log.database-altered")
    small.change("PRAGMA user_version = 1")
    assert small.codes() == ["log.database-altered"]


def test_an_older_checkpoint_waits_only_where_the_newer_tree_is_there(small):
    shutil.copy(small.early / "checkpoint", small.path)
    report = audit_log(small.path)
    assert report.ok
    assert (report.size, report.pending) == (3, 3)
    (small.path / "tile/0/000.p/6").unlink()
    assert small.codes() == ["log.tile-missing"]
    small.append_is_refused("log.tile-missing")


def test_an_append_lists_no_more_than_the_right_edge(small, monkeypatch):
    seen: list[str] = []
    real = os.walk

    def walk(top, **more):
        seen.append(str(Path(top).relative_to(small.path)))
        return real(top, **more)

    monkeypatch.setattr("assay.log.stores.files.os.walk", walk)
    open_log(small.path)
    assert sorted(seen) == [
        "tile/0",
        "tile/0/x001",
        "tile/entries",
        "tile/entries/x001",
    ]


class Vanishing:
    """Lists a file that is gone once it is read, as another appender leaves it."""

    def __init__(self, real) -> None:
        self._real = real

    def names(self, directory):
        return (*self._real.names(directory), "tile/0/000.p/7")

    def read(self, path, *, max_bytes):
        return self._real.read(path, max_bytes=max_bytes)


def test_a_tile_that_another_appender_removes_meanwhile_accuses_nobody(small):
    waiting(small, b"x", hashlib.sha256(b"body 1").hexdigest())
    files = DirectoryFiles(small.path)
    ledger = SqliteLedger(
        small.path / "log.sqlite", small.path / "append.lock", lock_seconds=1
    )
    check_edge(Vanishing(files), ledger, TileTree(files, 6))
