"""Where a log keeps what: `stores.json`, addresses, and stores that fail."""

from __future__ import annotations

import json
import stat
import sys

import fsspec
import pytest

from assay.errors import AssayError
from assay.log import StoreChoice, audit_log, describe_log, init_log, open_log
from assay.log.storage import FIRST_CHOICE, read_choice, write_choice
from assay.log.stores.object_store import ObjectFiles
from assay.log.stores.postgres import PostgresLedger
from assay.log.stores.postgres_address import is_postgres, postgres_address
from assay.log.stores.postgres_connection import fault
from tests.simulators.desk import assay, document
from tests.simulators.log_scenes import ORIGIN, batch, check_sound

WHOLE = "postgresql://me:p%40ss@db.example:5433/logs?sslmode=require"


def refused(code: str):
    return pytest.raises(AssayError, check=lambda error: error.code == code)


def test_a_choice_is_read_as_it_was_written_and_is_the_owners_alone(tmp_path):
    assert read_choice(tmp_path) == FIRST_CHOICE
    choice = StoreChoice(ledger=WHOLE, files="memory://x", bodies="files")
    write_choice(tmp_path, choice)
    assert read_choice(tmp_path) == choice
    assert stat.S_IMODE((tmp_path / "stores.json").stat().st_mode) == 0o600
    with refused("machine.file-access"):
        write_choice(tmp_path, choice)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.clear(),
        lambda document: document.update(more=""),
        lambda document: document.update(format="assay-log-stores/v9"),
        lambda document: document.update(ledger=None),
        lambda document: document.update(ledger="mysql://x"),
        lambda document: document.update(bodies="stones"),
    ],
)
def test_a_choice_that_cannot_be_used_is_refused_unshown(tmp_path, change):
    path = tmp_path / "log"
    init_log(path, ORIGIN)
    stores = json.loads((path / "stores.json").read_text())
    change(stores)
    (path / "stores.json").write_text(json.dumps(stores))
    with refused("log.stores-malformed"):
        open_log(path)
    (path / "stores.json").write_text("{")
    with refused("log.stores-malformed"):
        audit_log(path)
    (path / "stores.json").unlink()
    (path / "stores.json").mkdir()
    with refused("machine.file-access"):
        describe_log(path)


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        (StoreChoice(bodies="stones"), "usage.log-stores"),
        (StoreChoice(ledger="mysql"), "usage.log-ledger"),
        (StoreChoice(ledger="postgres:NO_SUCH_VARIABLE"), "usage.log-ledger"),
        (StoreChoice(files="nonsense://x"), "usage.store"),
    ],
)
def test_no_log_is_made_in_stores_that_cannot_be(tmp_path, choice, code):
    with refused(code):
        init_log(tmp_path / "log", ORIGIN, stores=choice)
    assert not (tmp_path / "log").exists()


def test_a_connection_string_says_how_to_reach_the_database(monkeypatch):
    address = postgres_address(WHOLE)
    assert (address.user, address.password, address.host) == (
        "me",
        "p@ss",
        "db.example",
    )
    assert (address.port, address.database) == (5433, "logs")
    assert address.sslmode == "require"
    assert "p@ss" not in repr(address)
    monkeypatch.setenv("LOG_DSN", "postgres://me@localhost/logs")
    near = postgres_address("postgres:LOG_DSN")
    assert (near.password, near.port, near.sslmode) == (None, 5432, "disable")
    socket = postgres_address("postgresql://me@:9/logs?host=/run/pg")
    assert (socket.socket, socket.sslmode) == ("/run/pg/.s.PGSQL.9", "disable")
    # Far away, the server has to be proven unless somebody says otherwise.
    assert postgres_address("postgresql://me@db.example/logs").sslmode == "verify-full"
    assert is_postgres("postgres:LOG_DSN")
    assert not is_postgres("postgres:")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "postgres:",
        "http://me@db.example/logs",
        "postgresql://db.example/logs",
        "postgresql://me@db.example",
        "postgresql://me@/logs",
        "postgresql://me@db.example:port/logs",
        "postgresql://me@db.example/logs?sslmode=prefer",
        "postgresql://me@db.example/logs?sslmode=require&sslmode=disable",
        "postgresql://me@db.example/logs?fallback=yes",
        "postgresql://me@db.example/logs?host=relative",
        "postgresql://me@db.example/logs?=&",
    ],
)
def test_a_text_that_is_no_connection_string_is_refused_unshown(text):
    with pytest.raises(AssayError) as caught:
        postgres_address(text)
    assert caught.value.code == "usage.log-ledger"
    assert "db.example" not in str(caught.value)


def test_a_server_elsewhere_that_cannot_be_proven_is_not_spoken_to():
    address = postgres_address("postgresql://me:secret@db.example/logs")
    with pytest.raises(AssayError) as caught:
        PostgresLedger(address, ORIGIN, lock_seconds=1).signed()
    assert caught.value.code == "usage.log-ledger"
    assert "secret" not in str(caught.value)


def test_without_their_packages_such_stores_are_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "pg8000.native", None)
    ledger = PostgresLedger(
        postgres_address("postgresql://me@localhost/logs"), ORIGIN, lock_seconds=1
    )
    with refused("usage.log-ledger"):
        ledger.size()
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with refused("usage.store"):
        ObjectFiles("memory://x")


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("55P03", "log.busy"),
        ("40001", "log.busy"),
        ("53100", "machine.disk-full"),
        ("42P01", "log.database-missing"),
        ("23505", "log.database-altered"),
        ("42703", "log.database-altered"),
        ("57P01", "machine.database-unreachable"),
    ],
)
def test_errors_of_the_server_are_told_by_what_they_mean(state, code):
    error = fault(ValueError({"C": state, "M": "words"}), "testing")
    assert error.code == code
    assert error.found == f"{state} words"


def test_errors_of_the_driver_are_the_machines():
    assert fault(OSError(), "testing").found == "OSError"
    assert fault(OSError("gone"), "testing").code == "machine.database-unreachable"


class Broken:
    """An object store that lies, forgets or raises."""

    def __init__(self, real, **broken) -> None:
        self._real = real
        self._broken = broken

    def __getattr__(self, name):
        return self._broken.get(name) or getattr(self._real, name)


@pytest.fixture
def files():
    files = ObjectFiles("memory://broken")
    yield files
    fsspec.filesystem("memory").store.clear()


def raising(*_args, **_kwargs):
    raise RuntimeError("the driver's own error")


def test_a_store_that_raises_whatever_it_likes_is_the_machines_fault(files):
    real = files._store
    for name, call in (
        ("open", lambda: files.read("a", max_bytes=1)),
        ("pipe_file", lambda: files.replace("a", b"1")),
        ("find", lambda: files.names("tile")),
        ("rm_file", lambda: files.remove(["a"])),
    ):
        files._store = Broken(real, **{name: raising})
        with refused("machine.file-access"):
            call()


def test_a_store_that_does_not_give_back_what_was_written_is_refused(files):
    real = files._store
    for taken in (
        lambda *_: None,
        lambda key, data: real.pipe_file(key, data[:-1]),
        lambda key, data: real.pipe_file(key, data + b"x"),
        lambda key, data: real.pipe_file(key, data[:-1] + b"x"),
    ):
        files._store = Broken(real, pipe_file=taken)
        with pytest.raises(AssayError) as caught:
            files.write_once({"tile/0/000": b"0123"})
        assert caught.value.code in {"machine.file-access", "log.file-conflict"}
        files._store = real
        files.remove(["tile/0/000"])


def test_the_verb_chooses_the_stores_of_a_log(tmp_path):
    path = tmp_path / "log"
    status, _ = document(
        "log", "init", path, "--files", f"file://{tmp_path}/objects",
    )  # fmt: skip
    assert status == 0
    assert read_choice(path).bodies == "files"
    assert (tmp_path / "objects/checkpoint").exists()
    open_log(path).append(batch(0, 3))
    check_sound(path, size=3)
    status, found = document("log", "show", path)
    assert (status, found["size"]) == (0, 3)
    done = assay("log", "init", tmp_path / "other", "--ledger", "postgres:NOWHERE_SET")
    assert done.exit_code == 2
    assert "NOWHERE_SET" in done.stderr
