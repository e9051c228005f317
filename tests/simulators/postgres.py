"""A PostgreSQL server of its own for a test: made, started and stopped here.

The server refuses to run as root, so root runs it as the user `postgres`. It listens
on a socket in its own folder and on 127.0.0.1.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

__all__ = ["PostgresServer", "why_no_postgres"]

USER = "assay"


def _program(name: str) -> str | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = (shutil.which(name, path=str(folder)) for folder in folders)
    return next(filter(None, found), None) or shutil.which(name)


def why_no_postgres() -> str:
    """Say why no server can be run here; nothing when one can."""
    if _program("initdb") is None or _program("pg_ctl") is None:
        return "the Debian package `postgresql` is not installed"
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        return "root has no `runuser` to start the server as another user"
    return ""


class PostgresServer:
    """A server with one user, who needs a password over 127.0.0.1.

    On the socket nobody is asked: proving a password takes longer than what most tests
    do with the connection.
    """

    def __init__(self) -> None:
        self.password = secrets.token_hex(8)
        # Not below the test's own folder: only root may look into that.
        self._root = Path(tempfile.mkdtemp(prefix="assay-pg-"))
        self._data = self._root / "data"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def start(self) -> None:
        """Make the data folder and start the server."""
        secret = self._root / "password"
        secret.write_text(self.password)
        if os.geteuid() == 0:
            for path in (self._root, secret):
                shutil.chown(path, "postgres", "postgres")
        self._run(
            "initdb", "-D", self._data, "-U", USER, "--auth-host", "scram-sha-256",
            "--auth-local", "trust", "--pwfile", secret, "--no-sync", "-E", "UTF8",
            "--locale", "C",
        )  # fmt: skip
        self.restart("start")

    def restart(self, how: str = "restart", **settings: str) -> None:
        """Start the server, or start it again with other settings."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self._root),
            **settings,
        }
        self._run(
            "pg_ctl", "-D", self._data, "-w", "-m", "immediate",
            "-l", self._root / "server.log",
            "-o", " ".join(f"-c {name}={value}" for name, value in options.items()),
            how,
        )  # fmt: skip

    def stop(self) -> None:
        """Stop the server and remove what it has written."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(self._root)

    def address(
        self, *, password: str | None = None, database: str = "postgres"
    ) -> str:
        """Give a connection string over the server's socket."""
        secret = quote(self.password if password is None else password)
        folder = quote(str(self._root), safe="")
        return f"postgresql://{USER}:{secret}@:{self.port}/{database}?host={folder}"

    def network_address(self, *, sslmode: str = "disable") -> str:
        """Give a connection string over 127.0.0.1."""
        return (
            f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/postgres"
            f"?sslmode={sslmode}"
        )

    def _run(self, name: str, *arguments: object) -> None:
        program = _program(name)
        assert program is not None
        command = [program, *map(str, arguments)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        with (self._root / f"{name}.out").open("wb") as out:
            done = subprocess.run(
                command, cwd="/", stdout=out, stderr=out, check=False, timeout=120
            )
        said = (self._root / f"{name}.out").read_text(errors="replace")
        assert done.returncode == 0, said
