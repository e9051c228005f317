"""Logs as the first release made them: a file for each body, entries in the ledger."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing

import pytest

from assay.crypto.merkle import EMPTY_ROOT
from assay.errors import AssayError
from assay.log import StoreChoice, audit_log, init_log, open_log, rebuild_ledger
from assay.log.body_chain import EMPTY_CHAIN
from tests.simulators.log_scenes import (
    ORIGIN,
    START,
    batch,
    check_receipts,
    check_sound,
)

FIRST_SCHEMA = """
CREATE TABLE entry (
    idx INTEGER PRIMARY KEY,
    leaf_hash BLOB NOT NULL UNIQUE,
    body_sha256 TEXT NOT NULL,
    leaf BLOB
);
CREATE INDEX entry_body ON entry (body_sha256);
CREATE TABLE signed (
    id INTEGER PRIMARY KEY CHECK (id = 0),
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    timestamp INTEGER NOT NULL,
    bodies BLOB NOT NULL
);
CREATE TABLE identity (
    id INTEGER PRIMARY KEY CHECK (id = 0),
    origin TEXT NOT NULL,
    vkeys TEXT NOT NULL
);
PRAGMA application_id=1098085241;
PRAGMA user_version=2;
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "log"
    log = init_log(path, ORIGIN, stores=StoreChoice(bodies="files"))
    (path / "stores.json").unlink()
    (path / "log.sqlite").unlink()
    with closing(sqlite3.connect(path / "log.sqlite")) as ledger:
        ledger.execute("PRAGMA journal_mode=WAL")
        ledger.executescript(FIRST_SCHEMA)
        vkeys = "\n".join(map(str, log.vkeys))
        ledger.execute("INSERT INTO identity VALUES (0, ?, ?)", (ORIGIN, vkeys))
        ledger.execute(
            "INSERT INTO signed VALUES (0, 0, ?, ?, ?)",
            (EMPTY_ROOT, START, EMPTY_CHAIN),
        )
        ledger.commit()
    return path


def remove_lists(path) -> None:
    """The first logs had no lists of bodies."""
    for file in path.glob("tile/bodies/**/*"):
        if file.is_file():
            file.unlink()


def test_the_first_form_of_a_log_is_read_written_and_audited(path):
    log = open_log(path)
    entries = batch(0, 400)
    check_receipts(log, entries[:100], log.append(entries[:100]))
    remove_lists(path)
    check_receipts(log, entries[50:], log.append(entries[50:]))
    check_sound(path, size=400)
    digest = hashlib.sha256(b"body 2").hexdigest()
    assert (path / "bodies" / digest[:2] / digest).read_bytes() == b"body 2"
    assert log.body(digest) == b"body 2"
    assert log.withhold([digest]) == 1
    assert not (path / "bodies" / digest[:2] / digest).exists()
    report = audit_log(path)
    assert report.ok
    assert (report.bodies, report.withheld) == (6, 1)
    with closing(sqlite3.connect(path / "log.sqlite")) as ledger:
        assert ledger.execute("PRAGMA user_version").fetchone() == (2,)
        assert ledger.execute("SELECT count(leaf) FROM entry").fetchone() == (0,)


def test_the_ledger_of_the_first_form_can_be_rebuilt_in_the_new_one(path, tmp_path):
    log = open_log(path)
    log.append(batch(0, 400))
    report = rebuild_ledger(path, out=tmp_path / "new.sqlite")
    assert (report.size, report.compared, report.different) == (400, 400, 0)
    remove_lists(path)
    report = rebuild_ledger(path, out=tmp_path / "poorer.sqlite")
    # Which body an entry stands for is then known by nobody else.
    assert report.unknown_bodies == 400
    assert report.different == 401


def test_another_version_of_a_ledger_is_refused(path):
    with closing(sqlite3.connect(path / "log.sqlite")) as ledger:
        ledger.execute("PRAGMA user_version=1")
    with pytest.raises(AssayError) as caught:
        open_log(path)
    assert caught.value.code == "log.database-altered"
