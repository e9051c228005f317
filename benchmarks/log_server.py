"""How much a log's server bears: reads and submissions a second, over loopback.

Run from the root of the project: `python -m benchmarks.log_server`. The server is
`assay log serve` as a program of its own; the clients share the machine with it, as
many threads as connections. Beside each figure stands waitress itself, which answers
the same number of bytes and does nothing else, in the same run.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assay.flows.log_serve import Role, add_token
from assay.log import audit_log, init_log
from assay.network.http_client import HttpClient
from assay.network.http_server import HttpServer
from tests.simulators.served_logs import submission
from tests.simulators.server_processes import assay_serves

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main", "measure"]

RESULTS = Path(__file__).resolve().parent / "log_server.json"

CONNECTIONS = (1, 16, 64)
READS = 3_000
SUBMISSIONS = {1: 60, 16: 600, 64: 1_500}


def client(token: str | None = None) -> HttpClient:
    """Make a client of its own for each thread, so that each has one connection."""
    return HttpClient(
        timeout_seconds=60, total_seconds=120, most_bytes=10_000_000, token=token
    )


def load(connections: int, count: int, work: Callable[[int], None]) -> dict[str, float]:
    """Do work `count` times over so many threads; give the rate and the delays."""
    delays: list[float] = []
    numbers = iter(range(count))
    lock = threading.Lock()

    def run() -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            began = time.perf_counter()
            work(number)
            delays.append(time.perf_counter() - began)

    threads = [threading.Thread(target=run) for _ in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    cuts = statistics.quantiles(delays, n=100)
    return {
        "per_second": round(count / seconds, 1),
        "p50_ms": round(cuts[49] * 1000, 2),
        "p99_ms": round(cuts[98] * 1000, 2),
    }


def reads(url: str, connections: int) -> dict[str, float]:
    """Fetch the checkpoint again and again."""
    kept = threading.local()

    def work(_: int) -> None:
        if not hasattr(kept, "client"):
            kept.client = client()
        kept.client.get(url).require(200)

    return load(connections, READS, work)


def submissions(
    url: str, token: str, connections: int, bodies: list[bytes]
) -> dict[str, float]:
    """Submit one statement a request; each waits until its tree is published."""
    kept = threading.local()

    def work(number: int) -> None:
        if not hasattr(kept, "client"):
            kept.client = client(token)
        kept.client.post(url, bodies[number], "application/json").require(200)

    return load(connections, len(bodies), work)


def bare(connections: int, size: int) -> dict[str, float]:
    """Let waitress answer so many bytes, and nothing else happen."""
    body = b"a" * size

    def application(environ, start_response):  # noqa: ANN001, ANN202 - PEP 3333
        del environ
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    server = HttpServer(application, listen="127.0.0.1:0", most_body_bytes=1)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        return reads(f"http://{server.address}/", connections)
    finally:
        server.stop()
        thread.join()


def measure() -> dict[str, object]:
    """Measure everything once."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        log = init_log(root / "log", "log.example/benchmark")
        token, _ = add_token(root / "tokens.json", "benchmark", Role.SUBMIT)
        first = 0
        result: dict[str, object] = {"reads": {}, "bare_waitress": {}}
        written: dict[str, object] = {}
        with assay_serves(
            "log", "serve", root / "log", "--tokens", root / "tokens.json", "--quiet",
            "--rate", 1_000_000, "--address-rate", 1_000_000,
        ) as server:  # fmt: skip
            size = len(log.checkpoint())
            for connections in CONNECTIONS:
                result["reads"][str(connections)] = reads(  # type: ignore[index]  # a dictionary, as made above
                    f"{server.url}/checkpoint", connections
                )
            for connections in CONNECTIONS:
                count = SUBMISSIONS[connections]
                bodies = [submission(first + at) for at in range(count)]
                first += count
                written[str(connections)] = submissions(
                    f"{server.url}/api/v0/statements", token, connections, bodies
                )
            batches = [
                submission(*range(first + at * 200, first + at * 200 + 200))
                for at in range(40)
            ]
            first += 8_000
            batched = submissions(f"{server.url}/api/v0/statements", token, 8, batches)
            batched["statements_per_second"] = round(batched["per_second"] * 200, 1)
        for connections in CONNECTIONS:
            result["bare_waitress"][str(connections)] = bare(connections, size)  # type: ignore[index]  # as above
        report = audit_log(root / "log")
        if not report.ok or report.size != first:
            sys.exit("the log is not what was submitted")
        return {**result, "submissions": written, "batches_of_200": batched}


def main() -> int:
    """Measure, and write the results."""
    document = {
        "date": datetime.now(tz=UTC).date().isoformat(),
        "command": "python -m benchmarks.log_server",
        "machine": f"{os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}",
        **measure(),
    }
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
