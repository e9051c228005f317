from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing

import pytest

from assay.crypto.checkpoint import Checkpoint
from assay.errors import MachineError
from assay.log import LogEntry, audit_log, init_log, open_log
from tests.simulators.log_scenes import (
    ORIGIN,
    START,
    Disk,
    batch,
    check_sound,
    on_faulty_disk,
)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    path = tmp_path_factory.mktemp("audit") / "log"
    log = init_log(path, ORIGIN)
    for first, end in ((0, 3), (3, 300), (300, 513), (513, 520)):
        log.append(batch(first, end))
    check_sound(path, size=520)
    return path


@pytest.fixture
def path(original, tmp_path):
    copy = tmp_path / "log"
    copy.mkdir()
    for file in sorted(original.rglob("*")):
        target = copy / file.relative_to(original)
        if file.is_dir():
            target.mkdir()
        else:
            target.write_bytes(file.read_bytes())
            target.chmod(file.stat().st_mode)
    return copy


def codes(path) -> list[str]:
    report = audit_log(path)
    assert report.ok is (not report.problems)
    return [problem.code for problem in report.problems]


def change(path, statement: str, *values) -> None:
    with closing(sqlite3.connect(path / "log.sqlite", isolation_level=None)) as ledger:
        ledger.execute(statement, values)


def test_a_sound_log_is_counted(path):
    report = audit_log(path)
    assert (report.size, report.pending, report.bodies) == (520, 0, 7)
    assert (report.withheld, report.orphans, report.leftovers) == (0, 0, 0)
    # Two full tiles and bundles, the partial ones of 513 and 520, level 1.
    assert report.tiles == 2 * 2 + 2 * 2 + 2


def test_every_altered_cut_or_missing_tile_is_named(path):
    names = [file.relative_to(path).as_posix() for file in path.glob("tile/**/*")]
    names = sorted(name for name in names if (path / name).is_file())
    assert len(names) == 14
    for name in names:
        file = path / name
        data = file.read_bytes()
        for altered, code in (
            (data[:-1] + bytes((data[-1] ^ 1,)), "log.tile-altered"),
            (data[:-7], "log.tile-truncated"),
            (bytes(len(data)), None),
        ):
            file.write_bytes(altered)
            report = audit_log(path)
            named = [p for p in report.problems if f" {name} " in p.message]
            assert named, (name, report.problems)
            listed = code == "log.tile-altered" and "/bodies/" in name
            expected = "log.body-list-altered" if listed else code
            assert expected in (None, named[0].code)
            file.write_bytes(data)
        file.unlink()
        report = audit_log(path)
        # The partial forms of a smaller tree may be absent, and lists of bodies; the
        # others are needed.
        needed = "/bodies/" not in name and (
            ".p/" not in name or name.endswith((".p/8", "1/000.p/2"))
        )
        assert bool(report.problems) == needed, name
        if needed:
            assert {problem.code for problem in report.problems} == {"log.tile-missing"}
        file.write_bytes(data)
    check_sound(path, size=520)


def test_the_culprit_alone_is_named_when_one_file_is_altered(path):
    for name in ("tile/entries/001", "tile/0/001", "tile/1/000.p/2"):
        file = path / name
        data = file.read_bytes()
        file.write_bytes(data[:-1] + bytes((data[-1] ^ 1,)))
        (problem,) = audit_log(path).problems
        assert name in problem.message
        file.write_bytes(data)


def test_entries_rewritten_together_with_their_tiles_do_not_give_the_root(path):
    # The operator rewrites an entry and every tile above it, but cannot sign.
    other = init_log(path.parent / "other", ORIGIN)
    entries = batch(0, 520)
    entries[100] = LogEntry(leaf=b"rewritten", body=b"body 2")
    other.append(entries)
    for file in (path.parent / "other").glob("tile/**/*"):
        if file.is_file():
            name = file.relative_to(path.parent / "other")
            (path / name).write_bytes(file.read_bytes())
    found = codes(path)
    assert "log.checkpoint-mismatch" in found
    assert "log.root-mismatch" in found
    assert "log.database-altered" in found


def test_a_file_without_a_place_is_named(path):
    (path / "tile" / "0" / "003").write_bytes(bytes(8192))
    (path / "tile" / "notes.txt").write_text("x")
    assert codes(path) == ["log.ledger-behind", "log.tile-unexpected"]


def test_an_oversized_tile_or_bundle_is_named(path):
    for name in ("tile/0/001", "tile/entries/001"):
        data = (path / name).read_bytes()
        with (path / name).open("r+b") as file:
            file.truncate(256 * (2 + 65_535) + 1)
        assert "log.file-oversized" in codes(path)
        (path / name).write_bytes(data)


def test_a_swapped_or_missing_checkpoint_is_found(path):
    (path / "checkpoint").write_bytes(b"no checkpoint")
    assert codes(path) == ["log.checkpoint-altered"]
    (path / "checkpoint").unlink()
    report = audit_log(path)
    assert [problem.code for problem in report.problems] == ["log.checkpoint-missing"]
    assert (report.size, report.pending, report.root) == (None, None, None)


def test_a_checkpoint_of_a_fork_is_found(path):
    keys = open_log(path)._parts.keys
    fork = Checkpoint(origin=ORIGIN, size=519, root=bytes(32))
    (path / "checkpoint").write_text(keys.sign(fork, START))
    assert codes(path) == ["log.checkpoint-mismatch"]


def test_the_tiles_are_audited_without_a_ledger(path):
    (path / "log.sqlite").unlink()
    report = audit_log(path)
    assert [problem.code for problem in report.problems] == ["log.database-missing"]
    assert report.root is not None
    assert report.orphans == 0
    (path / "log.sqlite").write_bytes(b"x" * 5000)
    assert codes(path) == ["log.database-altered"]


def test_a_ledger_that_disagrees_is_found(path):
    change(path, "UPDATE entry SET leaf_hash = x'00' WHERE idx = 300")
    assert codes(path) == ["log.database-altered"]
    change(path, "DELETE FROM entry WHERE idx = 300")
    assert codes(path) == ["log.database-altered"]


def test_a_ledger_that_bound_another_root_is_found(path):
    change(path, "UPDATE signed SET root = ?", bytes(32))
    assert codes(path) == ["log.root-mismatch"]


def test_a_ledger_behind_the_checkpoint_is_found(path):
    change(path, "UPDATE signed SET size = 300")
    found = codes(path)
    # The chain over the bodies is that of another size, too.
    assert found == ["log.database-behind", "log.database-altered"]


def test_a_ledger_without_its_signed_tree_is_found(path):
    change(path, "DELETE FROM signed")
    assert codes(path) == ["log.database-altered"]
    change(path, "INSERT INTO signed VALUES (0, 'x', 'y', 'z', 0)")
    assert codes(path) == ["log.database-altered"]
    change(path, "PRAGMA user_version = 9")
    assert codes(path) == ["log.database-altered"]


def test_a_ledger_that_breaks_while_it_is_read_is_found(path):
    change(path, "ALTER TABLE entry RENAME COLUMN body_sha256 TO other")
    report = audit_log(path)
    assert [problem.code for problem in report.problems] == ["log.database-altered"]
    assert report.root is None


def test_bodies_are_counted_and_altered_ones_named(path):
    log = open_log(path)
    digest = hashlib.sha256(b"body 3").hexdigest()
    log.withhold([digest])
    log._parts.bodies.put_many({hashlib.sha256(b"orphan").hexdigest(): b"orphan"})
    (path / "tile" / ".new-1-x").write_bytes(b"cut")
    report = audit_log(path)
    assert report.ok
    assert (report.bodies, report.withheld, report.orphans) == (7, 1, 1)
    assert report.leftovers == 1
    log._parts.bodies.put_many({digest: b"other"})
    assert codes(path) == ["log.body-altered"]
    log._parts.bodies.put_many({digest: bytes(128 * 2**20 + 1)})
    assert codes(path) == ["log.file-oversized"]


def test_entries_that_are_sequenced_and_not_signed_are_counted(path):
    log = open_log(path)
    disk = Disk()
    # The bodies, one transaction, a bundle and its list; then the tile fails.
    disk.countdown = 5
    with pytest.raises(MachineError):
        on_faulty_disk(log, disk).append(batch(520, 523))
    report = audit_log(path)
    assert report.ok
    assert (report.size, report.pending) == (520, 3)
    open_log(path)
    check_sound(path, size=523)


def test_the_list_of_problems_is_bounded(path):
    for number in range(1100):
        (path / "tile" / f"{number}.txt").touch()
    assert len(audit_log(path).problems) == 1000


def test_settings_with_one_key_only_are_not_those_of_the_keys_and_the_ledger(path):
    settings = json.loads((path / "log.json").read_text())
    settings["vkeys"] = settings["vkeys"][:1]
    (path / "log.json").write_text(json.dumps(settings))
    report = audit_log(path)
    assert codes(path) == ["log.keys-mismatch", "log.identity-mismatch"]
    # The tree is audited by it all the same.
    assert report.root is not None


def test_a_log_on_a_medium_that_nobody_can_write_to_can_be_audited(path, monkeypatch):
    monkeypatch.setattr("assay.log.stores.sqlite_file.os.access", lambda *_: False)
    assert audit_log(path).ok


def test_a_full_bundle_and_its_tile_that_are_both_gone_are_named(path):
    (path / "tile/entries/000").unlink()
    (path / "tile/0/000").unlink()
    report = audit_log(path)
    assert {problem.code for problem in report.problems} >= {"log.tile-missing"}
    assert report.root is None


def test_a_root_without_signed_tiles_is_found(path):
    # The edge of the signed tree and a full tile are altered at once: nothing leads
    # to the root any more, so the entries are what the tiles are measured by.
    for name in ("tile/0/001", "tile/1/000.p/2"):
        data = (path / name).read_bytes()
        (path / name).write_bytes(data[:-1] + bytes((data[-1] ^ 1,)))
    report = audit_log(path)
    named = [problem.message.split()[2] for problem in report.problems]
    assert named == ["tile/0/001", "tile/1/000.p/2"]


def test_an_oversized_tile_of_hashes_is_named(path):
    with (path / "tile/0/000").open("r+b") as file:
        file.truncate(8193)
    assert codes(path) == ["log.file-oversized"]
