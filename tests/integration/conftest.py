from __future__ import annotations

import os

import pytest

from tests.simulators.postgres import PostgresServer, why_no_postgres


@pytest.fixture(scope="session")
def postgres():
    """A real server; where CI=1 it must be there."""
    reason = why_no_postgres()
    if reason and os.environ.get("CI") == "1":
        pytest.fail(f"CI needs PostgreSQL: {reason}")
    if reason:
        pytest.skip(reason)
    server = PostgresServer()
    server.start()
    yield server
    server.stop()
