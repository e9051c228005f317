"""What every store promises, and what a log does in every combination of them."""

from __future__ import annotations

import hashlib
import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import pytest

from assay.crypto import merkle
from assay.errors import AssayError
from assay.log import Batcher, LogEntry, audit_log, describe_log, init_log, open_log
from assay.log.body_chain import EMPTY_CHAIN, extended
from assay.log.storage import create_stores, open_stores
from assay.log.stores.interface import LedgerIdentity, SequencedEntry, SignedTree
from tests.simulators.log_scenes import batch, check_receipts, check_sound
from tests.simulators.log_stores import COMBINATIONS, Combination, Place

pytestmark = pytest.mark.enable_socket

EMPTY = SignedTree(size=0, root=merkle.EMPTY_ROOT, timestamp=100)
# Each engine of each store once.
FILES = [
    Combination("sqlite", name, "files") for name in ("directory", "memory", "local")
]
BODIES = [Combination("sqlite", "directory", "sqlite"), *FILES]
LEDGERS = [Combination(name, "directory", "sqlite") for name in ("sqlite", "postgres")]


def refused(code: str):
    return pytest.raises(AssayError, check=lambda error: error.code == code)


@pytest.fixture
def place(request, tmp_path):
    return Place(request.param, tmp_path, request)


@pytest.fixture
def stores(place):
    path, origin, choice = place.new()
    path.mkdir()
    identity = LedgerIdentity(origin=origin, vkeys=("a+b+c", "d"))
    create_stores(path, choice, EMPTY, identity, tls=None)
    return open_stores(path, choice, origin, lock_seconds=0.3)


def entry(index: int) -> SequencedEntry:
    leaf = b"leaf %d" % index
    return SequencedEntry(
        index=index,
        leaf_hash=merkle.leaf_hash(leaf),
        body_sha256=f"{index:064x}",
        leaf=leaf,
    )


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def every(combinations):
    return pytest.mark.parametrize("place", combinations, ids=str, indirect=True)


@every(FILES)
def test_files_are_written_once_replaced_listed_and_removed(stores):
    files = stores.files
    files.write_once({"tile/0/000": b"1", "tile/0/001.p/2": b"", "tile/1/000": b"22"})
    files.write_once({"tile/0/000": b"1"})
    for other in (b"2", b"", b"12"):
        with refused("log.file-conflict"):
            files.write_once({"tile/0/000": other})
    assert files.read("tile/0/000", max_bytes=1) == b"1"
    assert files.read("tile/0/001.p/2", max_bytes=1) == b""
    assert files.read("tile/0/002", max_bytes=1) is None
    with refused("log.file-oversized"):
        files.read("tile/1/000", max_bytes=1)
    files.replace("checkpoint", b"old")
    files.replace("checkpoint", b"newer")
    assert files.read("checkpoint", max_bytes=9) == b"newer"
    assert files.names("tile/0") == ("tile/0/000", "tile/0/001.p/2")
    assert files.names("nowhere") == ()
    files.remove(["tile/0/001.p/2", "tile/0/007"])
    assert files.names("tile") == ("tile/0/000", "tile/1/000")


@every(BODIES)
def test_bodies_are_kept_by_their_digest_and_erased(stores):
    bodies = stores.bodies
    kept = {digest(data): data for data in (b"", b"one", bytes(100_000))}
    with bodies.session():
        bodies.put_many(kept)
        bodies.put_many(dict(list(kept.items())[:1]))
    for sha256, data in kept.items():
        assert bodies.get(sha256) == data
    assert bodies.get("0" * 64) is None
    assert list(bodies.digests()) == sorted(kept)
    gone = digest(b"one")
    assert bodies.erase([gone, "0" * 64]) == 1
    assert bodies.get(gone) is None
    assert list(bodies.digests()) == sorted(kept.keys() - {gone})
    assert bodies.erase([gone]) == 0
    bodies.put_many({})


@every(LEDGERS)
def test_a_ledger_gives_back_what_was_sequenced(stores):
    ledger = stores.ledger
    items = [entry(i) for i in range(700)]
    ledger.sequence(items[:1])
    ledger.sequence(items[1:])
    assert ledger.size() == 700
    assert ledger.entries(698, 900) == tuple(items[698:])
    assert ledger.rows(0, 1) == [(0, items[0].leaf_hash, f"{0:064x}", b"leaf 0")]
    found = ledger.find([item.leaf_hash for item in items] + [b"?"])
    assert found == {item.leaf_hash: item.index for item in items}
    assert ledger.find([]) == {}
    assert ledger.knows_body(items[0].body_sha256)
    assert not ledger.knows_body("x")


@every(LEDGERS)
def test_a_ledger_refuses_an_index_that_is_not_the_next(stores):
    for indices in ([1], [0, 2], [0, 0], [-1]):
        with refused("log.ledger-moved"):
            stores.ledger.sequence([entry(i) for i in indices])
    assert stores.ledger.size() == 0


@every(LEDGERS)
def test_a_ledger_refuses_a_second_entry_of_one_hash_and_takes_nothing(stores):
    stores.ledger.sequence([entry(0)])
    twin = SequencedEntry(
        index=2, leaf_hash=entry(0).leaf_hash, body_sha256="", leaf=b""
    )
    with stores.ledger.session():
        with refused("log.database-altered"):
            stores.ledger.sequence([entry(1), twin])
        assert stores.ledger.size() == 1
        stores.ledger.sequence([entry(1)])


@every(LEDGERS)
def test_a_ledger_binds_one_root_for_a_size_and_never_goes_back(stores):
    ledger = stores.ledger
    items = [entry(0), entry(1), entry(2)]
    ledger.sequence(items)
    one = SignedTree(size=2, root=bytes(32), timestamp=100)
    ledger.compare_and_swap(EMPTY, one)
    assert ledger.signed() == one
    assert [row[3] for row in ledger.rows(0, 3)] == [None, None, b"leaf 2"]
    chain = extended(EMPTY_CHAIN, [item.body_sha256 for item in items[:2]])
    assert ledger.bound_bodies() == (2, chain)
    for old, new in (
        (EMPTY, SignedTree(size=3, root=bytes(32), timestamp=100)),
        (one, SignedTree(size=2, root=bytes(31) + b"1", timestamp=100)),
        (one, SignedTree(size=1, root=bytes(32), timestamp=100)),
        (one, SignedTree(size=3, root=bytes(32), timestamp=99)),
    ):
        with refused("log.ledger-moved"):
            ledger.compare_and_swap(old, new)
    later = SignedTree(size=2, root=bytes(32), timestamp=105)
    ledger.compare_and_swap(one, later)
    assert ledger.signed() == later
    assert ledger.bound_bodies() == (2, chain)


@every(LEDGERS)
def test_a_ledger_lets_one_appender_in(stores):
    ledger = stores.ledger

    def enter():
        with ledger.exclusive():
            return True

    with ThreadPoolExecutor(1) as pool:
        with ledger.exclusive():
            with refused("log.busy"):
                pool.submit(enter).result()
            # The one who is in can go on.
            ledger.sequence([entry(0)])
        assert pool.submit(enter).result()
    assert ledger.size() == 1


@every(LEDGERS)
def test_a_ledger_says_whose_it_is(stores):
    assert stores.ledger.identity().vkeys == ("a+b+c", "d")


@every(COMBINATIONS)
def test_a_log_works_in_every_combination(place):
    path, origin, choice = place.new()
    log = init_log(path, origin, stores=choice)
    entries = batch(0, 600)
    check_receipts(log, entries[:3], log.append(entries[:3]))
    with log.kept_open():
        check_receipts(log, entries[3:300], log.append(entries[3:300]))
        check_receipts(log, entries[200:], log.append(entries[200:]))
    check_sound(path, size=600)
    report = audit_log(path)
    assert (report.bodies, report.withheld, report.orphans) == (7, 0, 0)
    log = open_log(path)
    assert log.entry(555) == b"leaf 555"
    assert log.body(digest(b"body 3")) == b"body 3"
    assert log.withhold([digest(b"body 3")]) == 1
    with refused("log.body-withheld"):
        log.body(digest(b"body 3"))
    with refused("log.body-unknown"):
        log.withhold([digest(b"another")])
    # Submitting it again does not undo that, and gives the same index.
    (receipt,) = log.append(batch(3, 4))
    assert receipt.index == 3
    report = audit_log(path)
    assert report.ok
    assert (report.bodies, report.withheld) == (6, 1)
    assert describe_log(path).size == 600
    with refused("log.directory-not-empty"):
        init_log(path, origin, stores=choice)


@every([Combination("postgres", "directory", "sqlite"), FILES[1], FILES[2]])
def test_a_log_is_never_made_over_another_that_is_elsewhere(place, tmp_path):
    path, origin, choice = place.new()
    init_log(path, origin, stores=choice)
    with refused("log.directory-not-empty"):
        init_log(tmp_path / "other", origin, stores=choice)
    check_sound(path, size=0)


@every([LEDGERS[0], BODIES[1]])
def test_nothing_of_an_erased_body_is_left_on_the_disk(place):
    path, origin, choice = place.new()
    log = init_log(path, origin, stores=choice)
    secrets = [b"SECRET-%d-" % i * 2_000 for i in range(20)]
    entries = [
        LogEntry(leaf=b"leaf %d" % i, body=body) for i, body in enumerate(secrets)
    ]
    log.append(entries)

    def seen(number: int) -> bool:
        needle = b"SECRET-%d-SECRET" % number
        return any(
            needle in file.read_bytes() for file in path.rglob("*") if file.is_file()
        )

    assert all(map(seen, range(20)))
    assert log.withhold([digest(body) for body in secrets[5:15]]) == 10
    assert [seen(i) for i in range(20)] == [not 5 <= i < 15 for i in range(20)]
    # Also while somebody keeps the log open, as a server does.
    with log.kept_open():
        log.append([LogEntry(leaf=b"later", body=b"later")])
        log.withhold([digest(secrets[0])])
        assert not seen(0)
    assert audit_log(path).withheld == 11


def _submit(path, numbers) -> list[int]:
    log = open_log(path)
    return [log.append(batch(i, i + 1))[0].index for i in numbers]


@every([Combination("sqlite", "directory", "sqlite"), LEDGERS[1]])
def test_a_statement_has_one_index_whoever_submits_it_and_how_often(place):
    path, origin, choice = place.new()
    log = init_log(path, origin, stores=choice)
    entries = batch(0, 12)
    # From threads, through a batcher, and without one.
    with Batcher(log, most=5, wait=0.01) as batcher, ThreadPoolExecutor(8) as pool:
        first = list(pool.map(batcher.submit, entries * 4))
        again = list(pool.map(lambda one: log.append([one])[0], entries))
    places = {
        item.leaf: receipt.index for item, receipt in zip(entries, again, strict=True)
    }
    assert [item.index for item in first] == [places[item.leaf] for item in entries] * 4
    # From processes.
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as workers:
        found = workers.starmap(_submit, [(path, range(20)), (path, range(19, -1, -1))])
    assert found[0] == found[1][::-1]
    assert found[0][:12] == [places[item.leaf] for item in entries]
    check_sound(path, size=20)
