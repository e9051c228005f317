"""Witnesses that are asked without sockets: real ones, and some that misbehave."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.errors import NetworkError
from assay.flows.witness import init_witness, open_witness, witness_follows
from assay.log.web import Request
from assay.log.witness_server import WitnessServer
from tests.simulators.forked_logs import clock as still

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Said:
    status: int
    body: bytes = b""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)


class Wires:
    """An `Asks` that leads addresses to functions; unknown ones are unreachable."""

    def __init__(self) -> None:
        self.places: dict[str, Callable[[str, str, bytes], Said]] = {}
        self.asked: list[tuple[str, bytes]] = []
        self._lock = threading.Lock()

    def get(self, url: str) -> Said:
        return self._ask("GET", url, b"")

    def post(self, url: str, body: bytes, content_type: str) -> Said:
        del content_type
        return self._ask("POST", url, body)

    def _ask(self, method: str, url: str, body: bytes) -> Said:
        with self._lock:
            self.asked.append((url, body))
        for prefix, place in self.places.items():
            if url.startswith(prefix):
                return place(method, url[len(prefix) :], body)
        raise NetworkError("unreachable", "The test has no such place.", found=url)

    def serve(self, prefix: str, respond) -> None:
        """Lead a prefix to a server of ours."""

        def place(method: str, path: str, body: bytes) -> Said:
            path, _, query = path.partition("?")
            answer = respond(
                Request(
                    method=method,
                    path=path,
                    query=query,
                    headers={"content-type": "application/json"},
                    read=lambda most: body[:most],
                )
            )
            return Said(
                status=answer.status,
                body=answer.body,
                content_type=answer.content_type.partition(";")[0],
                headers={name.lower(): value for name, value in answer.headers},
            )

        self.places[prefix] = place


def real_witness(folder: Path, name: str, log_path: Path, *, clock=still):
    """Make a witness that follows a log; give its server and its keys."""
    shown = init_witness(folder, name)
    witness_follows(folder, log=log_path / "log.json")
    return WitnessServer(open_witness(folder, clock=clock)), shown.vkeys
