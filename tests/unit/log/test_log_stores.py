from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from assay.crypto import merkle
from assay.errors import AssayError, LogError, MachineError
from assay.log.body_chain import EMPTY_CHAIN, extended
from assay.log.keys import create_keys
from assay.log.stores.files import DirectoryFiles
from assay.log.stores.interface import LedgerIdentity, SequencedEntry, SignedTree
from assay.log.stores.sqlite import SqliteLedger, create_ledger
from assay.log.tiles import encode_bundle, parse_bundle

EMPTY = SignedTree(size=0, root=merkle.EMPTY_ROOT, timestamp=100)
OWNER = LedgerIdentity(origin="log", vkeys=("a+b+c", "d"))


def refused(code: str):
    return pytest.raises(AssayError, check=lambda error: error.code == code)


@pytest.fixture
def files(tmp_path):
    return DirectoryFiles(tmp_path)


@pytest.fixture
def ledger(tmp_path):
    create_ledger(tmp_path / "ledger", EMPTY, OWNER)
    return SqliteLedger(tmp_path / "ledger", tmp_path / "lock", lock_seconds=0.05)


def entry(index: int) -> SequencedEntry:
    leaf = b"leaf %d" % index
    return SequencedEntry(
        index=index,
        leaf_hash=merkle.leaf_hash(leaf),
        body_sha256=f"{index:064x}",
        leaf=leaf,
    )


def test_a_file_is_written_once_and_never_over_another(files):
    files.write_once({"a/b": b"1", "c": b""})
    files.write_once({"a/b": b"1"})
    for other in (b"2", b"", b"12"):
        with refused("log.file-conflict"):
            files.write_once({"a/b": other})
    assert files.read("a/b", max_bytes=1) == b"1"
    assert files.names(".") == ("a/b", "c")


def test_absent_files_and_folders_are_nothing(files):
    assert files.read("a", max_bytes=1) is None
    files.write_once({"a": b""})
    assert files.read("a/b", max_bytes=1) is None
    assert files.names("nowhere") == ()
    files.remove(["nothing"])


def test_a_folder_in_the_place_of_a_file_is_the_machines_fault(files, tmp_path):
    (tmp_path / "folder").mkdir()
    with refused("machine.file-access"):
        files.read("folder", max_bytes=1)
    with refused("machine.file-access"):
        files.remove(["folder"])
    with refused("machine.file-access"):
        files.replace("folder", b"x")
    assert files.names(".") == ()


def test_a_folder_that_cannot_be_listed_is_the_machines_fault(files, monkeypatch):
    def scandir(_):
        raise PermissionError(13, "Permission denied", "folder")

    monkeypatch.setattr("assay.log.stores.files.os.scandir", scandir)
    with refused("machine.file-access"):
        files.names(".")


def test_a_key_that_cannot_be_written_is_the_machines_fault(tmp_path):
    create_keys(tmp_path, "log")
    before = (tmp_path / "key-ed25519.pem").read_bytes()
    with refused("machine.file-access"):
        create_keys(tmp_path, "log")
    assert (tmp_path / "key-ed25519.pem").read_bytes() == before


def test_the_ledger_gives_back_what_was_sequenced(ledger):
    items = [entry(i) for i in range(3)]
    ledger.sequence(items)
    assert ledger.size() == 3
    assert ledger.entries(1, 9) == tuple(items[1:])
    assert ledger.find([items[2].leaf_hash, b"?"]) == {items[2].leaf_hash: 2}
    assert ledger.knows_body(items[0].body_sha256)
    assert not ledger.knows_body("x")


@pytest.mark.parametrize("indices", [[1], [0, 2], [0, 0], [-1]])
def test_an_index_that_is_not_the_next_is_refused(ledger, indices):
    with refused("log.ledger-moved"):
        ledger.sequence([entry(i) for i in indices])
    assert ledger.size() == 0


def test_an_entry_that_is_there_already_undoes_the_whole_batch(ledger):
    ledger.sequence([entry(0)])
    twin = SequencedEntry(
        index=2, leaf_hash=entry(0).leaf_hash, body_sha256="", leaf=b""
    )
    with refused("log.database-altered"):
        ledger.sequence([entry(1), twin])
    assert ledger.size() == 1


def test_binding_a_tree_drops_the_entries_that_are_in_tiles_by_now(ledger):
    ledger.sequence([entry(0), entry(1)])
    bound = SignedTree(size=1, root=bytes(32), timestamp=100)
    ledger.compare_and_swap(EMPTY, bound)
    assert ledger.signed() == bound
    assert [item.leaf for item in ledger.entries(0, 2)] == [None, b"leaf 1"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # Somebody else has bound another tree meanwhile.
        (
            SignedTree(size=1, root=bytes(32), timestamp=100),
            SignedTree(size=2, root=bytes(32), timestamp=100),
        ),
        # A second root for one size.
        (EMPTY, SignedTree(size=0, root=bytes(32), timestamp=100)),
        # Time going back.
        (EMPTY, SignedTree(size=1, root=bytes(32), timestamp=99)),
    ],
)
def test_a_swap_that_could_fork_the_log_is_refused(ledger, old, new):
    with refused("log.ledger-moved"):
        ledger.compare_and_swap(old, new)
    assert ledger.signed() == EMPTY


def test_the_same_tree_may_be_bound_again_at_a_later_time(ledger):
    later = SignedTree(size=0, root=EMPTY.root, timestamp=101)
    ledger.compare_and_swap(EMPTY, later)
    with refused("log.ledger-moved"):
        ledger.compare_and_swap(
            later, SignedTree(size=-1, root=bytes(32), timestamp=101)
        )


def test_a_ledger_that_somebody_holds_is_busy(ledger, tmp_path):
    with closing(sqlite3.connect(tmp_path / "ledger", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with refused("log.busy"):
            ledger.sequence([entry(0)])
        other.execute("ROLLBACK")
    ledger.sequence([entry(0)])
    with ledger.exclusive(), refused("log.busy"), ledger.exclusive():
        pass


def test_a_ledger_that_cannot_grow_means_a_full_disk(ledger, monkeypatch):
    real = sqlite3.connect

    def connect(*args, **kwargs):
        connection = real(*args, **kwargs)
        connection.execute("PRAGMA max_page_count=1")
        return connection

    monkeypatch.setattr(sqlite3, "connect", connect)
    big = SequencedEntry(index=0, leaf_hash=b"", body_sha256="", leaf=bytes(65_535))
    with pytest.raises(MachineError) as caught:
        ledger.sequence([big])
    assert caught.value.code == "machine.disk-full"
    monkeypatch.undo()
    assert ledger.size() == 0
    ledger.sequence([entry(0)])


def test_a_lock_that_cannot_be_opened_is_the_machines_fault(tmp_path):
    create_ledger(tmp_path / "ledger", EMPTY, OWNER)
    ledger = SqliteLedger(
        tmp_path / "ledger", tmp_path / "no" / "lock", lock_seconds=0.05
    )
    with refused("machine.file-access"), ledger.exclusive():
        pass
    with refused("machine.file-access"):
        create_ledger(Path("/proc/nowhere"), EMPTY, OWNER)


def test_a_ledger_says_whose_it_is(ledger, tmp_path):
    assert ledger.identity() == OWNER
    for statement in ("UPDATE identity SET vkeys = x'00'", "DELETE FROM identity"):
        with sqlite3.connect(tmp_path / "ledger") as database:
            database.execute(statement)
        database.close()
        with refused("log.database-altered"):
            ledger.identity()


def test_binding_a_tree_binds_the_bodies_of_its_entries(ledger):
    items = [entry(i) for i in range(3)]
    ledger.sequence(items)
    assert ledger.bound_bodies() == (0, EMPTY_CHAIN)
    bound = SignedTree(size=2, root=bytes(32), timestamp=100)
    ledger.compare_and_swap(EMPTY, bound)
    two = extended(EMPTY_CHAIN, [items[0].body_sha256, items[1].body_sha256])
    assert ledger.bound_bodies() == (2, two)
    ledger.compare_and_swap(bound, bound)
    assert ledger.bound_bodies() == (2, two)
    last = SignedTree(size=3, root=bytes(32), timestamp=100)
    ledger.compare_and_swap(bound, last)
    assert ledger.bound_bodies() == (3, extended(two, [items[2].body_sha256]))


def test_another_sqlite_file_is_no_ledger(tmp_path):
    path = tmp_path / "other"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE entry (idx)")
    ledger = SqliteLedger(path, tmp_path / "lock", lock_seconds=0.05)
    with refused("log.database-altered"):
        ledger.size()


def test_bundles_are_read_back_and_cut_ones_refused():
    entries = [b"", b"a", bytes(65_535)]
    data = encode_bundle(entries)
    assert parse_bundle("x", data) == entries
    for cut in range(1, 6):
        if cut not in (2, 5):
            with pytest.raises(LogError) as caught:
                parse_bundle("x", data[:cut])
            assert caught.value.code == "log.tile-truncated"
