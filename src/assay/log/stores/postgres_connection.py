"""Connections to PostgreSQL for a ledger, and what the server's errors mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.errors import AssayError, LogError, MachineError, UsageError

if TYPE_CHECKING:
    from assay.log.stores.postgres_address import PostgresAddress

__all__ = ["connect", "fault", "ledger_missing"]

# What the server's errors mean (PostgreSQL 15 documentation, appendix A).
_BUSY = {"55P03", "57014", "40001", "40P01"}
_ABSENT = {"42P01", "3D000", "3F000"}
_FULL = {"53100"}
_SHOWN = 300
_CONNECT_SECONDS = 20


def connect(address: PostgresAddress, lock_seconds: float, tls: object | None) -> Any:  # noqa: ANN401 - of pg8000
    """Connect, and refuse a server that may lose what it promises to keep.

    Raises:
        UsageError: `usage.log-ledger`.
        LogError: `log.database-volatile`.
        Exception: What pg8000 raises; `fault` says what it means.
    """
    try:
        import pg8000.native  # noqa: PLC0415 - optional, and only such ledgers need it
    except ImportError as error:
        raise UsageError(
            "log-ledger",
            "A ledger in PostgreSQL needs a package that is not installed.",
            expected="the optional package `pg8000`",
            found="it is not there",
            remedy="install Assay with its extra `postgres`",
        ) from error
    if address.sslmode == "verify-full" and tls is None:
        raise UsageError(
            "log-ledger",
            "The database's certificate cannot be proven by this command.",
            expected="a database of this machine, or sslmode=require over a network "
            "that you trust",
            found="sslmode=verify-full",
        )
    wanted = {"disable": None, "require": True, "verify-full": tls}[address.sslmode]
    place = {"unix_sock": address.socket} if address.socket else {"host": address.host}
    connection = pg8000.native.Connection(
        address.user,
        password=address.password,
        port=address.port,
        database=address.database,
        ssl_context=wanted,
        timeout=max(_CONNECT_SECONDS, 2 * lock_seconds),
        application_name="assay-log",
        **place,
    )
    connection.run("SET synchronous_commit = on")
    connection.run(f"SET lock_timeout = {max(1, int(lock_seconds * 1000))}")
    ((synced, whole),) = connection.run(
        "SELECT current_setting('fsync'), current_setting('full_page_writes')"
    )
    if (synced, whole) != ("on", "on"):
        connection.close()
        raise LogError(
            "database-volatile",
            "The database may lose what it has promised to keep.",
            expected="a server with fsync=on and full_page_writes=on",
            found=f"fsync={synced}, full_page_writes={whole}",
            remedy="configure the server; a ledger that goes back in time forks the "
            "log",
        )
    return connection


def fault(error: Exception, doing: str) -> AssayError:
    """Say what an error of the driver or the server means."""
    details: Any = error.args[0] if error.args else {}
    state = details.get("C", "") if isinstance(details, dict) else ""
    said = details.get("M", "") if isinstance(details, dict) else str(error)
    # The server's words name roles and hosts; a password is in none of them.
    found = f"{state} {said}".strip()[:_SHOWN] or type(error).__name__
    if state in _BUSY:
        return LogError(
            "busy",
            f"Another process held the log for too long while {doing}.",
            expected="the log to become free",
            found=found,
            remedy="repeat; if it never becomes free, look for a stopped process",
        )
    if state in _FULL:
        return MachineError(
            "disk-full",
            f"The database's disk is full: failed while {doing}.",
            found=found,
            remedy="free some space and repeat; the log stays consistent",
        )
    if state in _ABSENT:
        return ledger_missing(found)
    if state.startswith(("22", "23", "42")):
        return LogError(
            "database-altered",
            f"The ledger is damaged: failed while {doing}.",
            expected="the tables as Assay has made them",
            found=found,
            remedy="restore the database from the newest backup",
        )
    return MachineError(
        "database-unreachable",
        f"The database failed while {doing}.",
        found=found,
        remedy="check that it runs and lets you in, then repeat; the log stays "
        "consistent",
    )


def ledger_missing(found: str) -> LogError:
    """Say that the database has no ledger of this log."""
    return LogError(
        "database-missing",
        "The log has no ledger in this database.",
        expected="the table assay_log with a row for this log",
        found=found,
        remedy="check which database it is, or restore it from the newest backup; "
        "without it the log can be read and audited, but never again appended to",
    )
