"""Where a PostgreSQL ledger is: a connection string, or a variable that holds one.

`postgresql://user:password@host:port/database?sslmode=…`, as libpq writes it
(PostgreSQL 15 documentation, 34.1.1.2). The password is never shown.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from assay.errors import UsageError

__all__ = ["PostgresAddress", "is_postgres", "postgres_address"]

_VARIABLE = re.compile(r"postgres:([A-Za-z_][A-Za-z0-9_]{0,99})", re.ASCII)
_SCHEMES = ("postgresql", "postgres")
_MODES = ("disable", "require", "verify-full")
_PORT = 5432


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresAddress:
    """How to reach a database.

    Attributes:
        user: Who connects.
        password: Never shown.
        host: Name or address; empty for a socket.
        socket: Path of a socket; empty for a host.
        port: Of the host.
        database: Its name.
        sslmode: `disable`, `require` (encrypted, the server not proven) or
            `verify-full`.
    """

    user: str
    password: str | None = field(repr=False)
    host: str
    socket: str
    port: int
    database: str
    sslmode: str


def is_postgres(choice: str) -> bool:
    """Tell whether a choice of a ledger has the form of one in PostgreSQL."""
    return bool(_VARIABLE.fullmatch(choice)) or choice.startswith(
        tuple(f"{scheme}://" for scheme in _SCHEMES)
    )


def postgres_address(choice: str) -> PostgresAddress:
    """Read a choice of a ledger; a variable is looked up now.

    Raises:
        UsageError: `usage.log-ledger`.
    """
    variable = _VARIABLE.fullmatch(choice)
    if variable is None:
        return _parse(choice)
    value = os.environ.get(variable[1])
    if not value:
        raise _refused(f"no value in the environment variable {variable[1]}")
    return _parse(value)


def _parse(text: str) -> PostgresAddress:
    try:
        parts = urlsplit(text)
        port = parts.port or _PORT
        host = parts.hostname or ""
        query = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
    except ValueError as error:
        raise _refused("a text that is no address") from error
    if parts.scheme not in _SCHEMES:
        raise _refused("an address of another scheme")
    unknown = sorted(query.keys() - {"sslmode", "host"})
    if unknown or any(len(values) != 1 for values in query.values()):
        raise _refused(f"options that are not known or repeated: {unknown}")
    folder = query.get("host", [""])[0]
    database = unquote(parts.path.removeprefix("/"))
    if not parts.username or not database or (folder and not folder.startswith("/")):
        raise _refused("an address without user or database")
    near = bool(folder) or host in {"localhost", "127.0.0.1", "::1"}
    mode = query.get("sslmode", ["disable" if near else "verify-full"])[0]
    if mode not in _MODES or not (folder or host):
        raise _refused("no host, or an sslmode that is not known")
    return PostgresAddress(
        user=unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        host=host,
        socket=f"{folder}/.s.PGSQL.{port}" if folder else "",
        port=port,
        database=database,
        sslmode=mode,
    )


def _refused(found: str) -> UsageError:
    return UsageError(
        "log-ledger",
        "The log's ledger cannot be reached by what was given.",
        expected="sqlite, postgres:VARIABLE with the name of an environment variable, "
        "or postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=" + "|".join(_MODES),
        found=found,
    )
