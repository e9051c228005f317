from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest

from assay.domain.trust import TrustedLog
from assay.errors import AssayError
from assay.log import audit_log, init_log, open_log, rebuild_ledger
from tests.simulators.desk import assay, document
from tests.simulators.log_scenes import ORIGIN, batch, check_receipts, check_sound


def refused(code: str):
    return pytest.raises(AssayError, check=lambda error: error.code == code)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "log"
    log = init_log(path, ORIGIN)
    for first, end in ((0, 3), (3, 300), (300, 513), (513, 520)):
        log.append(batch(first, end))
    return path


def lose_ledger(path) -> None:
    for file in path.glob("log.sqlite*"):
        file.unlink()


def test_a_rebuilt_ledger_is_the_lost_one_row_by_row(path, tmp_path):
    seen = []
    report = rebuild_ledger(
        path,
        out=tmp_path / "new",
        progress=lambda done, total: seen.append((done, total)),
    )
    assert (report.size, report.compared, report.different) == (520, 520, 0)
    assert report.unknown_bodies == 0
    assert report.root == audit_log(path).root
    assert seen[0] == (256, 1040)
    assert seen[-1] == (1040, 1040)
    assert not list(tmp_path.glob("new.rebuilding*"))


def test_a_log_goes_on_with_the_ledger_that_was_rebuilt(path):
    receipts = open_log(path).append(batch(0, 10))
    lose_ledger(path)
    with refused("log.database-missing"):
        open_log(path)
    report = rebuild_ledger(path)
    assert (report.size, report.compared) == (520, None)
    log = open_log(path)
    # What was logged keeps its place, and the rest follows.
    assert [item.index for item in log.append(batch(0, 10))] == [
        item.index for item in receipts
    ]
    entries = batch(600, 900)
    check_receipts(log, entries, log.append(entries))
    check_sound(path, size=820)
    assert audit_log(path).withheld == 0


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512])
def test_any_size_can_be_rebuilt(tmp_path, size):
    path = tmp_path / "log"
    init_log(path, ORIGIN).append(batch(0, size))
    report = rebuild_ledger(path, out=tmp_path / "new")
    assert (report.size, report.different) == (size, 0)


def test_a_copy_of_the_public_part_is_enough(path, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("log.json", "checkpoint"):
        shutil.copy(path / name, copy)
    shutil.copytree(path / "tile", copy / "tile")
    report = rebuild_ledger(copy, out=tmp_path / "new")
    assert (report.size, report.compared) == (520, None)


def test_rows_that_differ_are_counted(path, tmp_path):
    with closing(sqlite3.connect(path / "log.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE entry SET body_sha256 = ? WHERE idx = 7", ("0" * 64,))
        ledger.execute("DELETE FROM entry WHERE idx = 519")
    report = rebuild_ledger(path, out=tmp_path / "new")
    assert (report.compared, report.different) == (520, 2)


def test_nothing_is_rebuilt_over_a_ledger_or_another_file(path, tmp_path):
    with refused("log.ledger-exists"):
        rebuild_ledger(path)
    (tmp_path / "there").touch()
    with refused("log.ledger-exists"):
        rebuild_ledger(path, out=tmp_path / "there")
    (path / "log.sqlite").write_bytes(b"x" * 5_000)
    # A broken one is in the way, too, but can be left aside.
    with refused("log.database-altered"):
        rebuild_ledger(path)
    assert rebuild_ledger(path, out=tmp_path / "new").compared is None


@pytest.mark.parametrize("name", ["tile/entries/001", "tile/entries/002.p/8"])
def test_entries_that_do_not_lead_to_the_checkpoint_are_refused(path, name):
    lose_ledger(path)
    file = path / name
    data = file.read_bytes()
    file.write_bytes(data[:-1] + b"x")
    with refused("log.rebuild-root"):
        rebuild_ledger(path)
    assert not list(path.glob("log.sqlite*"))
    file.write_bytes(data[:-1])
    with refused("log.tile-truncated"):
        rebuild_ledger(path)
    file.unlink()
    with refused("log.tile-missing"):
        rebuild_ledger(path)
    assert not list(path.glob("log.sqlite*"))


def test_entries_that_change_while_they_are_read_bind_nothing(path):
    """Both readings must give the root, or the ledger is of another tree."""
    lose_ledger(path)
    file = path / "tile/entries/000"

    def alter(done: int, _total: int) -> None:
        if done == 520:
            data = file.read_bytes()
            file.write_bytes(data[:-1] + b"x")

    with refused("log.rebuild-root"):
        rebuild_ledger(path, progress=alter)
    assert not list(path.glob("log.sqlite*"))


@pytest.mark.parametrize(
    "name",
    ["tile/0/003", "tile/entries/002.p/9", "tile/bodies/002.p/9", "tile/1/000.p/3"],
)
def test_files_of_a_later_tree_forbid_it(path, name):
    lose_ledger(path)
    (path / name).write_bytes(b"")
    with refused("log.rebuild-beyond"):
        rebuild_ledger(path)


def test_an_older_checkpoint_than_the_tiles_forbids_it(path):
    older = (path / "checkpoint").read_bytes()
    open_log(path).append(batch(600, 601))
    (path / "checkpoint").write_bytes(older)
    lose_ledger(path)
    with refused("log.rebuild-beyond"):
        rebuild_ledger(path)


def test_a_checkpoint_that_nobody_believes_is_refused(path, tmp_path):
    stranger = TrustedLog(origin="log.example/other", vkeys=())
    with refused("trust.unknown-log"):
        rebuild_ledger(path, out=tmp_path / "new", trusted=[stranger])
    (path / "checkpoint").write_bytes(b"none")
    with refused("log.checkpoint-altered"):
        rebuild_ledger(path, out=tmp_path / "new")
    (path / "checkpoint").unlink()
    with refused("log.checkpoint-missing"):
        rebuild_ledger(path, out=tmp_path / "new")


def test_lists_of_bodies_that_are_cut_are_refused_and_missing_ones_counted(
    path, tmp_path
):
    file = path / "tile/bodies/001"
    data = file.read_bytes()
    for cut in (data[:-1], data[:-32], b""):
        file.write_bytes(cut)
        with refused("log.tile-truncated"):
            rebuild_ledger(path, out=tmp_path / "new")
    file.write_bytes(data + bytes(32))
    with refused("log.file-oversized"):
        rebuild_ledger(path, out=tmp_path / "new")
    file.unlink()
    report = rebuild_ledger(path, out=tmp_path / "new")
    assert report.unknown_bodies == 256
    # The rows without a body, and what the bound tree says of all bodies.
    assert report.different == 257


def test_a_ledger_that_does_not_know_every_body_goes_on(path):
    lose_ledger(path)
    shutil.rmtree(path / "tile/bodies")
    assert rebuild_ledger(path).unknown_bodies == 520
    log = open_log(path)
    entries = batch(600, 1100)
    check_receipts(log, entries, log.append(entries))
    report = audit_log(path)
    assert report.ok
    # The bodies are there, and nobody can say any more whose they are; those of the
    # entries that came later are the same.
    assert (report.bodies, report.orphans) == (7, 0)
    assert (path / "tile/bodies/003.p/252").exists()
    assert not (path / "tile/bodies/002").exists()


def test_the_verb_tells_what_it_has_made(path, tmp_path):
    done = assay("log", "rebuild", path, "--out", tmp_path / "a")
    assert done.exit_code == 0
    assert "520 rows compared with the ledger: all equal" in done.output
    shutil.rmtree(path / "tile/bodies")
    done = assay("log", "rebuild", path, "--out", tmp_path / "b")
    assert done.exit_code == 1
    assert "520 entries have a body that no list names" in done.output
    assert "521 DIFFERENT" in done.output
    lose_ledger(path)
    status, found = document("log", "rebuild", path)
    assert status == 0
    assert (found["size"], found["compared"], found["unknownBodies"]) == (
        520,
        None,
        520,
    )


def test_the_verb_to_withhold_erases_by_digest(path):
    sha256 = next(open_log(path)._parts.bodies.digests())
    status, found = document("log", "withhold", path, sha256)
    assert status == 0
    assert found == {"format": "assay-log-withheld/0", "erased": 1}
    assert "log.body-unknown" in assay("log", "withhold", path, "0" * 64).stderr
    assert "usage.not-a-digest" in assay("log", "withhold", path, "no digest").stderr
    with refused("log.body-withheld"):
        open_log(path).body(sha256)
