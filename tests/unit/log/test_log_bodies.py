"""The store of bodies when it is missing, damaged, held or altered."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from assay.errors import AssayError
from assay.log import StoreChoice, audit_log, init_log, open_log, rebuild_ledger
from assay.log.entry_form import is_hashedrekord
from assay.log.sequencer import load
from assay.log.stores.bodies import FileBodies, SqliteBodies, create_bodies
from assay.log.stores.files import DirectoryFiles
from benchmarks.log_million import make_entries
from tests.simulators.log_scenes import ORIGIN, batch, check_receipts, check_sound

DIGEST = hashlib.sha256(b"body 3").hexdigest()


def refused(code: str):
    return pytest.raises(AssayError, check=lambda error: error.code == code)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "log"
    init_log(path, ORIGIN).append(batch(0, 300))
    return path


def change(path, statement: str, *values) -> None:
    with closing(sqlite3.connect(path / "bodies.sqlite")) as bodies, bodies:
        bodies.execute(statement, values)


def codes(path) -> list[str]:
    return [problem.code for problem in audit_log(path).problems]


def test_without_the_store_the_tree_stands_and_nothing_is_logged(path):
    log = open_log(path)
    (path / "bodies.sqlite").unlink()
    assert codes(path) == ["log.bodies-missing"]
    with refused("log.bodies-missing"):
        log.append(batch(300, 301))
    with refused("log.bodies-missing"):
        log.body(DIGEST)
    # What was logged before still has its place.
    (receipt,) = log.append(batch(7, 8))
    assert receipt.index == 7


def test_another_file_in_its_place_is_no_store_of_bodies(path):
    log = open_log(path)
    change(path, "PRAGMA user_version = 9")
    assert codes(path) == ["log.bodies-damaged"]
    with refused("log.bodies-damaged"):
        log.body(DIGEST)
    (path / "bodies.sqlite").write_bytes(b"x" * 5_000)
    assert codes(path) == ["log.bodies-damaged"]


@pytest.mark.parametrize("column", ["data", "sha256"])
def test_values_of_other_types_are_no_bodies(path, column):
    change(path, f"UPDATE body SET {column} = 'text' WHERE id = 1")  # noqa: S608 - of this test
    assert codes(path) == ["log.bodies-damaged"]


def test_erasing_says_when_a_reader_keeps_what_was_erased(path):
    log = open_log(path, lock_seconds=0.1)
    with closing(sqlite3.connect(path / "bodies.sqlite")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM body").fetchone()
        with refused("log.busy"):
            log.withhold([DIGEST])
        reader.execute("ROLLBACK")
    # It is erased all the same; repeating it sees to the rest.
    with refused("log.body-withheld"):
        log.body(DIGEST)
    assert log.withhold([DIGEST]) == 0
    files = [file.read_bytes() for file in path.glob("bodies.sqlite*")]
    assert not any(b"body 3" in data for data in files)


def test_a_store_that_cannot_be_made_is_the_machines_fault():
    with refused("machine.file-access"):
        create_bodies(Path("/proc/nowhere"))


def test_a_file_that_takes_its_place_while_it_is_kept_open_is_noticed(path, tmp_path):
    create_bodies(tmp_path / "empty")
    bodies = SqliteBodies(path / "bodies.sqlite", lock_seconds=1)
    with bodies.session():
        assert bodies.get(DIGEST) == b"body 3"
        (tmp_path / "empty").replace(path / "bodies.sqlite")
        for name in ("bodies.sqlite-wal", "bodies.sqlite-shm"):
            (path / name).unlink(missing_ok=True)
        assert bodies.get(DIGEST) is None


def test_files_that_are_no_bodies_are_not_listed(tmp_path):
    files = DirectoryFiles(tmp_path)
    bodies = FileBodies(files)
    with bodies.session():
        bodies.put_many({DIGEST: b"body 3"})
    files.write_once({"bodies/README": b"", f"bodies/00/{DIGEST}": b"body 3"})
    assert list(bodies.digests()) == [DIGEST]
    with refused("usage.not-a-digest"):
        bodies.get("no digest")


def test_a_body_withheld_while_it_is_audited_is_no_fault(tmp_path, monkeypatch):
    path = tmp_path / "log"
    log = init_log(path, ORIGIN, stores=StoreChoice(bodies="files"))
    log.append(batch(0, 10))
    real = FileBodies.digests

    def listed_before(self):
        for sha256 in list(real(self)):
            log.withhold([sha256])
            yield sha256

    monkeypatch.setattr(FileBodies, "digests", listed_before)
    report = audit_log(path)
    assert report.ok
    assert (report.bodies, report.withheld) == (0, 7)


def test_lists_of_bodies_without_a_place_or_too_long_are_named(path):
    (path / "tile/bodies/notes").write_text("x")
    assert codes(path) == ["log.tile-unexpected"]
    (path / "tile/bodies/notes").unlink()
    (path / "tile/bodies/009").write_bytes(bytes(8192))
    assert codes(path) == ["log.ledger-behind"]
    (path / "tile/bodies/009").unlink()
    (path / "tile/bodies/000").write_bytes(bytes(9000))
    assert codes(path) == ["log.file-oversized"]


def test_without_a_checkpoint_there_is_nothing_newest(path):
    log = open_log(path)
    (path / "checkpoint").unlink()
    with refused("log.checkpoint-missing"):
        _ = load(log._parts).newest


def test_a_ledger_of_many_rows_is_rebuilt_in_parts(path, tmp_path, monkeypatch):
    monkeypatch.setattr("assay.log.rebuild._BUNDLES_AT_ONCE", 1)
    report = rebuild_ledger(path, out=tmp_path / "new")
    assert (report.compared, report.different) == (300, 0)


def test_a_rebuilt_ledger_that_cannot_take_its_place_is_the_machines_fault(
    path, tmp_path, monkeypatch
):
    def replace(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", replace)
    with refused("machine.file-access"):
        rebuild_ledger(path, out=tmp_path / "new")
    assert not list(tmp_path.glob("new*"))


def test_folders_that_are_known_to_be_durable_are_a_bounded_number(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("assay.log.stores.files._FOLDERS_KNOWN", 2)
    log = init_log(tmp_path / "log", ORIGIN)
    with log.kept_open():
        for first in range(0, 900, 300):
            entries = batch(first, first + 300)
            check_receipts(log, entries[::50], log.append(entries)[::50])
    check_sound(tmp_path / "log", size=900)


def test_entries_of_the_benchmark_have_the_form_of_real_ones():
    (entry,) = make_entries(1)
    assert is_hashedrekord(entry.leaf)
    # What the quick way does not know is read as JSON, and refused by it.
    assert not is_hashedrekord(entry.leaf[:-1])
    assert not is_hashedrekord(entry.leaf.replace(b"SHA2_256", b"SHA2_256\xff"))
    assert is_hashedrekord(entry.leaf.replace(b"SHA2_256", "SHA2_256\u20ac".encode()))
