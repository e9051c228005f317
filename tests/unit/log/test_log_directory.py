from __future__ import annotations

import hashlib
import json
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from assay.crypto import merkle
from assay.crypto.note import open_checkpoint
from assay.crypto.verifier_key import parse_vkey
from assay.errors import AssayError, LogError, MachineError, UsageError
from assay.log import LogEntry, audit_log, describe_log, init_log, open_log
from assay.log.layout import tile_path, tile_width
from assay.log.stores import sqlite as sqlite_module
from tests.simulators.log_scenes import (
    ORIGIN,
    START,
    Clock,
    batch,
    check_receipts,
    check_sound,
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log"


@pytest.fixture
def log(path):
    return init_log(path, ORIGIN, clock=Clock())


def refused(code: str):
    return pytest.raises(AssayError, check=lambda error: error.code == code)


def test_a_new_log_is_empty_signed_and_sound(log, path):
    check_sound(path, size=0)
    about = describe_log(path)
    assert (about.origin, about.size, about.timestamp) == (ORIGIN, 0, START)
    assert about.root == merkle.EMPTY_ROOT
    assert tuple(map(parse_vkey, about.vkeys)) == log.vkeys
    assert log.origin == ORIGIN
    assert open_checkpoint(log.checkpoint(), log.vkeys).checkpoint.size == 0


@pytest.mark.usefixtures("log")
def test_the_private_keys_are_for_their_owner_only(path):
    for name in ("key-ed25519.pem", "key-ml-dsa-44.pem"):
        assert stat.S_IMODE((path / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("count", [1, 2, 255, 256, 257, 511, 512, 513])
def test_every_entry_of_a_log_has_a_receipt_that_verifies(log, path, count):
    entries = batch(0, count)
    check_receipts(log, entries, log.append(entries))
    check_sound(path, size=count)
    reopened = open_log(path)
    for index in {0, count // 2, count - 1}:
        assert reopened.entry(index) == entries[index].leaf
        check_receipts(log, [entries[index]], [reopened.prove(index)])


def test_growing_one_by_one_gives_the_same_tree_as_growing_at_once(tmp_path):
    slow = init_log(tmp_path / "slow", ORIGIN)
    quick = init_log(tmp_path / "quick", ORIGIN)
    for first, end in ((0, 250), (250, 251), (251, 256), (256, 257), (257, 600)):
        slow.append(batch(first, end))
    quick.append(batch(0, 600))
    assert describe_log(tmp_path / "slow").root == describe_log(tmp_path / "quick").root
    # Partial forms are removed once the tile is full.
    assert not (tmp_path / "slow" / "tile" / "0" / "000.p").exists()
    check_sound(tmp_path / "slow", size=600)


@pytest.mark.slow
def test_a_log_of_70000_entries_has_the_tiles_of_the_specification(log, path):
    entries = batch(0, 70_000)
    for first in range(0, 70_000, 30_000):
        log.append(entries[first : first + 29_999])
        log.append(entries[first + 29_999 : first + 30_000])
    check_sound(path, size=70_000)
    assert tile_width(0, 273, 70_000) == 112
    for level, index, width in ((0, 273, 112), (1, 1, 17), (2, 0, 1), (1, 0, 256)):
        assert (path / tile_path(level, index, width)).is_file()
    for index in (0, 1, 65_535, 65_536, 69_999):
        check_receipts(log, [entries[index]], [log.prove(index)])


def test_consistency_with_every_earlier_checkpoint_can_be_proven(log):
    roots: dict[int, bytes] = {}
    for size in (1, 7, 256, 300):
        log.append(batch(len(roots) and max(roots), size))
        opened = open_checkpoint(log.checkpoint(), log.vkeys)
        roots[size] = opened.checkpoint.root
    for size, root in roots.items():
        merkle.verify_consistency(
            old_size=size,
            new_size=300,
            old_root=root,
            new_root=roots[300],
            proof=log.consistency(size),
        )


def test_an_entry_submitted_twice_keeps_its_index_and_gets_a_fresh_receipt(log, path):
    first = log.append(batch(0, 3))
    twice = [*batch(2, 4), *batch(3, 4), *batch(0, 1)]
    receipts = log.append(twice)
    assert [item.index for item in receipts] == [2, 3, 3, 0]
    check_receipts(log, twice, receipts)
    assert receipts[0].proof_text != first[2].proof_text
    again = log.append(batch(0, 1))
    assert again[0].index == 0
    assert log.find(b"leaf 3") == 3
    assert log.find(b"leaf 4") is None
    check_sound(path, size=4)


def test_appending_nothing_does_nothing(log):
    before = log.checkpoint()
    assert log.append([]) == ()
    assert log.checkpoint() == before


def test_entries_and_bodies_beyond_their_bounds_are_refused_unlogged(log, path):
    longest = LogEntry(leaf=bytes(65_535), body=b"")
    check_receipts(log, [longest], log.append([longest]))
    with refused("log.entry-too-long"):
        log.append([*batch(0, 1), LogEntry(leaf=bytes(65_536), body=b"")])
    with refused("log.body-too-long"):
        log.append([LogEntry(leaf=b"", body=bytes(128 * 2**20 + 1))])
    check_sound(path, size=1)


def test_a_body_is_given_by_its_digest_and_may_be_withheld(log, path):
    log.append(batch(0, 2))
    digest = hashlib.sha256(b"body 0").hexdigest()
    assert log.body(digest) == b"body 0"
    assert log.withhold([digest]) == 1
    with refused("log.body-withheld"):
        log.body(digest)
    report = audit_log(path)
    assert report.ok
    assert report.withheld == 1
    # Submitting the statement again must not undo the withholding.
    log.append(batch(0, 1))
    with refused("log.body-withheld"):
        log.body(digest)
    with refused("log.body-unknown"):
        log.body("0" * 64)


def test_an_altered_body_is_not_given_out(log, path):
    log.append(batch(0, 1))
    digest = hashlib.sha256(b"body 0").hexdigest()
    with closing(sqlite3.connect(path / "bodies.sqlite")) as bodies, bodies:
        bodies.execute("UPDATE body SET data = ?", (b"other",))
    with refused("log.body-altered"):
        log.body(digest)


@pytest.mark.parametrize("index", [-1, 1, 2**70])
def test_an_entry_that_was_never_logged_is_refused(log, index):
    log.append(batch(0, 1))
    with refused("log.entry-unknown"):
        log.entry(index)
    with refused("log.entry-unknown"):
        log.prove(index)


@pytest.mark.usefixtures("log")
def test_a_log_is_never_made_over_anything(tmp_path, path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    (tmp_path / "empty").mkdir()
    for occupied in (path, tmp_path / "full", tmp_path / "full" / "file"):
        with refused("log.directory-not-empty"):
            init_log(occupied, ORIGIN)
    init_log(tmp_path / "empty", ORIGIN)
    with pytest.raises(MachineError):
        init_log(Path("/proc/nowhere/log"), ORIGIN)


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb", "o" * 256])
def test_an_origin_that_cannot_be_a_key_name_is_refused(tmp_path, origin):
    with pytest.raises(UsageError) as caught:
        init_log(tmp_path / "log", origin)
    assert caught.value.code == "usage.log-origin"
    assert not (tmp_path / "log").exists()


@pytest.mark.usefixtures("log")
def test_a_directory_that_is_no_log_is_refused(tmp_path, path):
    for nothing in (tmp_path / "nowhere", tmp_path):
        for use in (open_log, audit_log, describe_log):
            with refused("log.not-a-log"):
                use(nothing)
    # As if making it had been cut short.
    (path / "log.json").unlink()
    with refused("log.not-a-log"):
        open_log(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda _: b"{",
        lambda _: b"[]",
        lambda data: data.replace(b"assay-log/v0", b"assay-log/v9"),
        lambda data: data.replace(b'"format"', b'"form"'),
        lambda data: json.dumps({**json.loads(data), "vkeys": "x"}).encode(),
        lambda data: json.dumps({**json.loads(data), "vkeys": [1]}).encode(),
        lambda data: json.dumps({**json.loads(data), "vkeys": []}).encode(),
        lambda data: json.dumps({**json.loads(data), "vkeys": ["x"]}).encode(),
        lambda data: json.dumps({**json.loads(data), "origin": "other"}).encode(),
        lambda data: json.dumps({**json.loads(data), "origin": 7}).encode(),
    ],
)
@pytest.mark.usefixtures("log")
def test_settings_that_are_not_those_of_a_log_are_refused(path, change):
    settings = path / "log.json"
    settings.write_bytes(change(settings.read_bytes()))
    with refused("log.settings-malformed"):
        open_log(path)


def test_a_missing_ledger_is_refused(log, path):
    (path / "log.sqlite").unlink()
    with refused("log.database-missing"):
        open_log(path)
    with refused("log.database-missing"):
        log.append(batch(0, 1))
    assert not (path / "log.sqlite").exists()


def test_a_missing_exposed_or_exchanged_key_is_refused(log, path, tmp_path):
    key = path / "key-ed25519.pem"
    own = key.read_bytes()
    key.chmod(0o640)
    with refused("log.key-exposed"):
        open_log(path)
    key.chmod(0o600)
    other = init_log(tmp_path / "other", ORIGIN)
    assert other.vkeys != log.vkeys
    key.write_bytes((tmp_path / "other" / "key-ed25519.pem").read_bytes())
    with refused("log.keys-mismatch"):
        open_log(path)
    key.write_bytes(b"no key")
    with refused("log.key-malformed"):
        open_log(path)
    key.write_bytes((path / "key-ml-dsa-44.pem").read_bytes())
    with refused("log.key-malformed"):
        open_log(path)
    (path / "key-ml-dsa-44.pem").write_bytes(own)
    key.write_bytes(own)
    with refused("log.key-malformed"):
        open_log(path)
    key.unlink()
    with refused("log.key-missing"):
        open_log(path)
    key.mkdir()
    with refused("machine.file-access"):
        open_log(path)


def test_a_checkpoint_from_another_log_is_refused(log, path, tmp_path):
    other = init_log(tmp_path / "other", ORIGIN)
    other.append(batch(0, 2))
    log.append(batch(0, 2))
    (path / "checkpoint").write_text(other.checkpoint())
    for use in (open_log, describe_log):
        with refused("log.checkpoint-altered"):
            use(path)
    with refused("log.checkpoint-altered"):
        log.append(batch(2, 3))


def test_a_checkpoint_without_the_signature_of_one_key_is_refused(log, path):
    lines = log.checkpoint().splitlines(keepends=True)
    (path / "checkpoint").write_text("".join(lines[:-1]))
    with refused("log.checkpoint-altered"):
        open_log(path)


def test_a_checkpoint_signed_for_another_origin_is_refused(log, path):
    keys = log._parts.keys
    signed = open_checkpoint(log.checkpoint(), log.vkeys).checkpoint
    other = type(signed)(origin="other", size=signed.size, root=signed.root)
    (path / "checkpoint").write_text(keys.sign(other, START))
    with refused("log.checkpoint-altered"):
        open_log(path)


def test_an_earlier_checkpoint_is_replaced_by_the_bound_one(log, path):
    log.append(batch(0, 2))
    early = log.checkpoint()
    log.append(batch(2, 5))
    (path / "checkpoint").write_text(early)
    open_log(path)
    check_sound(path, size=5)
    (path / "checkpoint").unlink()
    with refused("log.checkpoint-missing"):
        describe_log(path)
    open_log(path)
    check_sound(path, size=5)


def test_a_checkpoint_of_a_fork_is_refused(log, path):
    # The operator signs a second tree with the same keys.
    keys = log._parts.keys
    log.append(batch(0, 3))
    signed = open_checkpoint(log.checkpoint(), log.vkeys).checkpoint
    fork = type(signed)(origin=ORIGIN, size=2, root=bytes(32))
    (path / "checkpoint").write_text(keys.sign(fork, START))
    with refused("log.checkpoint-mismatch"):
        open_log(path)
    with refused("log.checkpoint-mismatch"):
        log.append(batch(3, 4))


def test_a_ledger_restored_from_an_old_backup_is_refused(log, path):
    log.append(batch(0, 2))
    old = (path / "log.sqlite").read_bytes()
    log.append(batch(2, 3))
    (path / "log.sqlite").write_bytes(old)
    for leftover in path.glob("log.sqlite-*"):
        leftover.unlink()
    with refused("log.database-behind"):
        open_log(path)
    # Also when the operator removes the checkpoint that gives it away: the tiles do.
    (path / "checkpoint").unlink()
    with refused("log.ledger-behind"):
        open_log(path)
    with refused("log.ledger-behind"):
        log.append([LogEntry(leaf=b"forked", body=b"")])


def alter(file: Path, *, cut: int | None = None) -> None:
    data = bytearray(file.read_bytes())
    if cut is not None:
        file.write_bytes(bytes(data[:cut]))
    else:
        data[-1] ^= 1
        file.write_bytes(bytes(data))


def test_an_altered_right_edge_is_refused_when_the_log_is_opened(log, path):
    log.append(batch(0, 300))
    for name in ("tile/0/001.p/44", "tile/1/000.p/1"):
        original = (path / name).read_bytes()
        alter(path / name)
        with pytest.raises(LogError) as caught:
            open_log(path)
        assert caught.value.code == "log.root-mismatch"
        assert name in caught.value.message
        with refused("log.root-mismatch"):
            log.append(batch(300, 301))
        (path / name).write_bytes(original)
    open_log(path)


def test_an_altered_full_tile_is_named_when_it_is_used(log, path):
    log.append(batch(0, 600))
    alter(path / "tile/0/001")
    with pytest.raises(LogError) as caught:
        log.prove(300)
    assert caught.value.code == "log.tile-altered"
    assert "tile/0/001" in caught.value.message
    check_receipts(log, batch(5, 6), log.append(batch(5, 6)))


def test_an_altered_entry_is_named_when_it_is_used(log, path):
    log.append(batch(0, 3))
    alter(path / "tile/entries/000.p/3")
    with pytest.raises(LogError) as caught:
        log.entry(2)
    assert caught.value.code == "log.tile-altered"
    assert "tile/entries/000.p/3" in caught.value.message
    with refused("log.tile-altered"):
        log.append(batch(3, 4))


def test_cut_grown_and_missing_tiles_are_refused(log, path):
    log.append(batch(0, 3))
    tile, bundle = path / "tile/0/000.p/3", path / "tile/entries/000.p/3"
    whole, whole_bundle = tile.read_bytes(), bundle.read_bytes()
    alter(tile, cut=64)
    with refused("log.tile-truncated"):
        open_log(path)
    tile.write_bytes(bytes(8193))
    with refused("log.file-oversized"):
        open_log(path)
    tile.unlink()
    with refused("log.tile-missing"):
        open_log(path)
    tile.write_bytes(whole)
    for cut in (8, 9, len(whole_bundle) - 1):
        alter(bundle, cut=cut)
        with refused("log.tile-truncated"):
            log.entry(0)
        bundle.write_bytes(whole_bundle)
    bundle.unlink()
    with refused("log.tile-missing"):
        log.entry(0)


def test_partial_tiles_may_be_served_from_the_full_ones(log):
    log.append(batch(0, 250))
    early = log.checkpoint()
    log.append(batch(250, 256))
    (Path(log._parts.files._root) / "checkpoint").write_text(early)
    # The partial forms of 250 are gone; the tree of 250 is still there.
    assert log.entry(249) == b"leaf 249"
    check_receipts(log, batch(7, 8), [log.prove(7)])


def test_a_ledger_that_points_to_another_entry_gives_no_receipt(log, path):
    log.append(batch(0, 2))
    with sqlite3.connect(path / "log.sqlite") as database:
        database.execute(
            "UPDATE entry SET leaf_hash = x'00' WHERE idx = 0",
        )
        database.execute(
            "UPDATE entry SET leaf_hash = ? WHERE idx = 1",
            (merkle.leaf_hash(b"leaf 0"),),
        )
    database.close()
    with refused("log.database-altered"):
        log.append(batch(0, 1))


def test_a_ledger_that_lost_a_pending_entry_signs_nothing(log, path):
    log.append(batch(0, 1))
    with sqlite3.connect(path / "log.sqlite") as database:
        database.execute("INSERT INTO entry VALUES (1, x'01', 'aa')")
    database.close()
    with refused("log.database-altered"):
        log.append(batch(5, 6))
    with refused("log.database-altered"):
        open_log(path)


def test_several_threads_can_append_at_a_time(log, path):
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for i in range(5):
                entries = batch(number * 5 + i, number * 5 + i + 2)
                check_receipts(log, entries, log.append(entries))
        except BaseException as error:  # noqa: BLE001 - handed to the main thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    check_sound(path, size=21)


APPENDER = """
import sys
from assay.log import LogEntry, open_log
log = open_log(sys.argv[1])
for i in range(15):
    log.append([LogEntry(leaf=f"{sys.argv[2]} {i}".encode(), body=b"b")])
"""


@pytest.mark.usefixtures("log")
def test_several_processes_can_append_at_a_time(path):
    workers = [
        subprocess.Popen([sys.executable, "-c", APPENDER, str(path), name])
        for name in "abc"
    ]
    # An audit meanwhile accuses nobody.
    while any(worker.poll() is None for worker in workers):
        assert audit_log(path).problems == ()
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    check_sound(path, size=45)


def test_size_and_chain_of_the_bound_tree_are_of_one_moment(log, monkeypatch):
    log.append(batch(0, 2))
    real = sqlite_module._read_chain

    def append_between(connection):
        monkeypatch.setattr(sqlite_module, "_read_chain", real)
        log.append(batch(2, 4))
        return real(connection)

    expected = log._parts.ledger.bound_bodies()
    monkeypatch.setattr(sqlite_module, "_read_chain", append_between)
    assert log._parts.ledger.bound_bodies() == expected
    assert log._parts.ledger.bound_bodies()[0] == 4


def test_a_log_that_is_held_for_too_long_is_busy(log, path):
    impatient = open_log(path, lock_seconds=0.05)
    with log._parts.ledger.exclusive(), refused("log.busy"):
        impatient.append(batch(0, 1))
    impatient.append(batch(0, 1))
