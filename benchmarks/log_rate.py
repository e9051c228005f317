"""How many statements a second a log registers, and how long a receipt takes.

Everything that a server does for a statement but the HTTP around it: the submission is
parsed strictly, its signature checked, leaf and body made, and all of it is on the disk
and in a checkpoint with both signatures when the receipt is given. Beside it stand the
limits of the same machine, measured in turns with it: signature checks, hashing, and
rows that SQLite syncs. Writes `benchmarks/log_rate.json`. Nothing here fails on speed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assay.crypto.dsse import pre_authentication_encoding
from assay.crypto.public_key import public_key_from_der
from assay.domain.statement import Envelope
from assay.flows.signature_crew import SignatureCrew, default_crew
from assay.log import Batcher, LogEntry, init_log
from assay.log.submission import submitted_entries
from assay.wire.v0.log_api import read_submission, write_submission

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

RESULTS = Path(__file__).resolve().parent / "log_rate.json"
TYPE = "application/vnd.in-toto+json"
# A statement of some 3 kB, as an assessment of a small programme is.
PAYLOAD_BYTES = 2_100
BATCHES = ((1, 200), (10, 2_000), (100, 20_000), (256, 256 * 120), (1_000, 40_000))
# Steady loads, in statements a second, each submitted alone.
LOADS = (50, 500)
LOAD_SECONDS = 15
SUBMITTERS = 128


def main() -> int:
    """Measure everything and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="turns of each (odd)")
    parser.add_argument("--folder", type=Path, help="where the logs are made")
    parser.add_argument("--pymerkle", help="python of an environment that has pymerkle")
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    rounds = arguments.rounds
    with (
        tempfile.TemporaryDirectory(dir=arguments.folder) as scratch,
        SignatureCrew(default_crew()) as crew,
    ):
        bench = _Bench(Path(scratch), crew)
        document = {
            "date": datetime.now(tz=UTC).date().isoformat(),
            "command": "python -m benchmarks.log_rate",
            "machine": _machine(),
            "rounds": rounds,
            "submissionBytes": len(bench.submissions[0]),
            "loadAverageBefore": round(os.getloadavg()[0], 2),
            "registered": bench.registered(rounds),
            "receipts": [bench.latency(load) for load in LOADS],
            "limits": bench.limits(rounds),
            "peer": _pymerkle(arguments.pymerkle, Path(scratch)),
            "loadAverageAfter": round(os.getloadavg()[0], 2),
        }
    text = json.dumps(document, indent=2) + "\n"
    arguments.out.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


class _Bench:
    """Signed statements, and logs to register them in."""

    def __init__(self, scratch: Path, crew: SignatureCrew) -> None:
        self._scratch = scratch
        self._crew = crew
        self._number = 0
        key = ec.generate_private_key(ec.SECP256R1())
        der = key.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
        self._key = public_key_from_der(der)
        self._native = key
        count = max(count for _, count in BATCHES)
        self.submissions = [self._submission(number) for number in range(count)]

    def _submission(self, number: int) -> bytes:
        payload = json.dumps(
            {"number": number, "text": os.urandom(PAYLOAD_BYTES // 2).hex()}
        ).encode()
        message = pre_authentication_encoding(TYPE, payload)
        envelope = Envelope(
            payload=payload,
            payload_type=TYPE,
            key_id=self._key.key_id,
            signature=self._native.sign(message, ec.ECDSA(hashes.SHA256())),
        )
        return write_submission([(envelope, self._key.der)])

    def _log(self) -> Any:  # noqa: ANN401 - a log
        self._number += 1
        return init_log(
            self._scratch / str(self._number), f"log.example/{self._number}"
        )

    def registered(self, rounds: int) -> list[dict[str, Any]]:
        """Statements a second at each size of a batch."""
        rates: dict[int, list[float]] = {most: [] for most, _ in BATCHES}
        for _ in range(rounds):
            for most, count in BATCHES:
                rates[most].append(self._rate(most, count))
        return [
            {
                "batch": most,
                "statements": count,
                "perSecond": round(statistics.median(rates[most])),
                "all": [round(rate) for rate in rates[most]],
            }
            for most, count in BATCHES
        ]

    def _rate(self, most: int, count: int) -> float:
        """Submit batches from three threads: one is checked while another is kept."""
        log = self._log()
        work = deque(
            self.submissions[first : first + most] for first in range(0, count, most)
        )

        def submit(batcher: Batcher) -> None:
            while True:
                try:
                    part = work.popleft()
                except IndexError:
                    return
                batcher.submit_many(_entries(part, self._crew))

        with Batcher(log, most=most, wait=3_600) as batcher:
            threads = [
                threading.Thread(target=submit, args=(batcher,))
                for _ in range(1 if most == 1 else 3)
            ]
            began = time.perf_counter()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            seconds = time.perf_counter() - began
        shutil.rmtree(self._scratch / str(self._number))
        return count / seconds

    def latency(self, load: int) -> dict[str, Any]:
        """Seconds from a submission to its receipt, under a steady load."""
        log = self._log()
        count = load * LOAD_SECONDS
        taken: list[float] = []
        began = time.perf_counter() + 0.5

        with Batcher(log) as batcher, ThreadPoolExecutor(SUBMITTERS) as pool:

            def submit(number: int) -> None:
                # From when it was due: who waits for a free submitter waits, too.
                due = began + number / load
                time.sleep(max(0.0, due - time.perf_counter()))
                (entry,) = _entries([self.submissions[number]], self._crew)
                batcher.submit(entry)
                taken.append(time.perf_counter() - due)

            list(pool.map(submit, range(count)))
        shutil.rmtree(self._scratch / str(self._number))
        ordered = sorted(taken)
        return {
            "perSecond": load,
            "statements": count,
            "p50Seconds": round(ordered[len(ordered) // 2], 3),
            "p99Seconds": round(ordered[len(ordered) * 99 // 100], 3),
            "maxSeconds": round(ordered[-1], 3),
        }

    def limits(self, rounds: int) -> dict[str, Any]:
        """What the machine does of each part, and nothing else."""
        message = os.urandom(PAYLOAD_BYTES)
        signature = self._native.sign(message, ec.ECDSA(hashes.SHA256()))

        def verify() -> None:
            for _ in range(4_000):
                self._key.verify(message, signature)

        leaf = os.urandom(490)

        def hash_leaves() -> None:
            for _ in range(200_000):
                hashlib.sha256(b"\0" + leaf).digest()

        return {
            "p256ChecksPerSecond": _per_second(verify, 4_000, rounds),
            "leafHashesPerSecond": _per_second(hash_leaves, 200_000, rounds),
            "syncedSqliteRowsPerSecond": _per_second(self._rows, 256 * 60, rounds),
        }

    def _rows(self) -> None:
        """Keep 3 kB rows in SQLite, 256 in a transaction, each synced."""
        path = self._scratch / "rows"
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=FULL")
            database.execute("CREATE TABLE IF NOT EXISTS t (a BLOB UNIQUE, b BLOB)")
            for _ in range(60):
                rows = [(os.urandom(32), os.urandom(3_000)) for _ in range(256)]
                database.execute("BEGIN")
                database.executemany("INSERT INTO t VALUES (?, ?)", rows)
                database.execute("COMMIT")
        path.unlink()


def _entries(parts: Sequence[bytes], crew: SignatureCrew) -> list[LogEntry]:
    """Do what the server does with submissions: parse, check, make the entries."""
    statements = [item for data in parts for item in read_submission(data)]
    return submitted_entries(statements, crew.check)


def _per_second(work: Callable[[], None], count: int, rounds: int) -> int:
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return round(count / statistics.median(seconds))


_PEER = """
import os, sys, time
from pymerkle import SqliteTree
def rate(count, work):
    began = time.perf_counter()
    work()
    return round(count / (time.perf_counter() - began))
def one_by_one():
    for _ in range(300):
        tree.append_entry(os.urandom(490))
rows = [os.urandom(490) for _ in range(25600)]
def batches():
    for first in range(0, 25600, 256):
        tree.append_entries(rows[first:first + 256])
with SqliteTree(sys.argv[1], algorithm='sha256') as tree:
    print(rate(300, one_by_one), rate(25600, batches))
"""


def _pymerkle(python: str | None, scratch: Path) -> dict[str, Any] | None:
    """Append leaves, and nothing else, with pymerkle's tree in SQLite."""
    if python is None:
        return None
    command = [python, "-c", _PEER, str(scratch / "peer.db")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    one, many = map(int, done.stdout.split())
    return {
        "what": "pymerkle 7.0.0, SqliteTree: leaves appended, no signature, no body",
        "perSecondOneByOne": one,
        "perSecondBatch256": many,
    }


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "system": platform.system(),
        "processor": platform.machine(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


if __name__ == "__main__":
    sys.exit(main())
