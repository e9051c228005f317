"""A ledger in a real PostgreSQL: passwords, lost connections, a server that forgets."""

from __future__ import annotations

import re
import uuid

import pg8000.native
import pytest

from assay.errors import AssayError
from assay.log import StoreChoice, audit_log, init_log, open_log, rebuild_ledger
from assay.log.stores.postgres_address import postgres_address
from tests.simulators.log_scenes import batch, check_receipts, check_sound

pytestmark = pytest.mark.enable_socket


def refused(code: str):
    return pytest.raises(AssayError, check=lambda error: error.code == code)


@pytest.fixture
def origin():
    return f"log.example/{uuid.uuid4().hex}"


def statement(server, text: str, **values):
    address = postgres_address(server.address())
    connection = pg8000.native.Connection(
        address.user,
        unix_sock=address.socket,
        database=address.database,
        ssl_context=None,
    )
    try:
        return connection.run(text, **values)
    finally:
        connection.close()


def test_the_password_comes_from_the_environment_and_is_in_no_message(
    postgres, tmp_path, origin, monkeypatch
):
    monkeypatch.setenv("TEST_LOG_DSN", postgres.network_address())
    path = tmp_path / "log"
    log = init_log(path, origin, stores=StoreChoice(ledger="postgres:TEST_LOG_DSN"))
    check_receipts(log, batch(0, 3), log.append(batch(0, 3)))
    kept = [file.read_bytes() for file in path.rglob("*") if file.is_file()]
    assert not any(postgres.password.encode() in data for data in kept)
    wrong = re.sub(":[0-9a-f]{16}@", ":not-the-password@", postgres.network_address())
    monkeypatch.setenv("TEST_LOG_DSN", wrong)
    with pytest.raises(AssayError) as caught:
        open_log(path)
    assert caught.value.code == "machine.database-unreachable"
    assert "not-the-password" not in str(caught.value)
    monkeypatch.delenv("TEST_LOG_DSN")
    with refused("usage.log-ledger"):
        open_log(path)


def test_a_server_without_tls_is_refused_where_it_is_required(
    postgres, tmp_path, origin
):
    choice = StoreChoice(ledger=postgres.network_address(sslmode="require"))
    with refused("machine.database-unreachable"):
        init_log(tmp_path / "log", origin, stores=choice)


def test_a_connection_that_the_server_ends_loses_nothing(postgres, tmp_path, origin):
    path = tmp_path / "log"
    log = init_log(path, origin, stores=StoreChoice(ledger=postgres.address()))
    with log.kept_open():
        log.append(batch(0, 3))
        statement(
            postgres,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'assay-log'",
        )
        with refused("machine.database-unreachable"):
            log.append(batch(3, 6))
        # The next one connects anew.
        check_receipts(log, batch(3, 6), log.append(batch(3, 6)))
    check_sound(path, size=6)


def test_who_lost_the_append_lock_writes_nothing_more(postgres, tmp_path, origin):
    path = tmp_path / "log"
    log = init_log(path, origin, stores=StoreChoice(ledger=postgres.address()))
    ledger = log._parts.ledger
    with refused("machine.database-unreachable"), ledger.exclusive():
        statement(
            postgres,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'assay-log'",
        )
        ledger.size()
    check_receipts(log, batch(0, 1), log.append(batch(0, 1)))


def test_rows_that_were_changed_behind_the_log_are_found(postgres, tmp_path, origin):
    path = tmp_path / "log"
    log = init_log(path, origin, stores=StoreChoice(ledger=postgres.address()))
    log.append(batch(0, 300))
    statement(
        postgres,
        "UPDATE assay_log_entry SET leaf_hash = :hash WHERE origin = :origin "
        "AND idx = 7",
        hash=bytes(32),
        origin=origin,
    )
    codes = {problem.code for problem in audit_log(path).problems}
    assert codes == {"log.database-altered"}
    for column, value in (("size", -1), ("version", 9)):
        statement(
            postgres,
            f"UPDATE assay_log SET {column} = {value} WHERE origin = :origin",  # noqa: S608 - of this test
            origin=origin,
        )
        with refused("log.database-altered"):
            open_log(path)


def test_a_ledger_that_is_gone_from_the_database_is_rebuilt(postgres, tmp_path, origin):
    path = tmp_path / "log"
    log = init_log(path, origin, stores=StoreChoice(ledger=postgres.address()))
    log.append(batch(0, 300))
    report = rebuild_ledger(path, out=tmp_path / "beside.sqlite")
    assert (report.compared, report.different) == (300, 0)
    with refused("log.ledger-exists"):
        rebuild_ledger(path)
    for table in ("assay_log_entry", "assay_log"):
        query = f"DELETE FROM {table} WHERE origin = :origin"  # noqa: S608 - of this test
        statement(postgres, query, origin=origin)
    with refused("log.database-missing"):
        open_log(path)
    assert rebuild_ledger(path).size == 300
    log = open_log(path)
    check_receipts(log, batch(298, 303), log.append(batch(298, 303)))
    check_sound(path, size=303)


def test_a_server_that_may_forget_is_refused(postgres, tmp_path, origin):
    path = tmp_path / "log"
    log = init_log(path, origin, stores=StoreChoice(ledger=postgres.address()))
    postgres.restart(fsync="off")
    try:
        with refused("log.database-volatile"):
            log.append(batch(0, 1))
    finally:
        postgres.restart()
    check_receipts(log, batch(0, 1), log.append(batch(0, 1)))
    check_sound(path, size=1)
