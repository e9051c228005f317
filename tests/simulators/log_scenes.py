"""Logs for tests: small ones made at once, and stores that fail when told to."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from assay.crypto.tlog_proof import verify_tlog_proof
from assay.errors import MachineError
from assay.log import LogEntry, audit_log
from assay.log.directory import Log
from assay.log.parts import LogParts

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = "log.example/test"
START = 1_790_000_000


def batch(first: int, end: int) -> list[LogEntry]:
    return [
        LogEntry(leaf=f"leaf {i}".encode(), body=f"body {i % 7}".encode())
        for i in range(first, end)
    ]


class Clock:
    """Time that a test moves by hand."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def check_receipts(log: Log, entries: list[LogEntry], receipts) -> None:
    for entry, receipt in zip(entries, receipts, strict=True):
        proof = verify_tlog_proof(receipt.proof_text, entry.leaf, log.vkeys)
        assert proof.index == receipt.index


def check_sound(path: Path, *, size: int | None = None) -> None:
    """The whole-log check that ends every scenario."""
    report = audit_log(path)
    assert report.problems == ()
    assert report.ok
    assert report.root is not None
    if size is not None:
        assert (report.size, report.pending) == (size, 0)


class Disk:
    """Counts the writes of both stores and fails before or after a chosen one."""

    def __init__(self) -> None:
        self.countdown: int | None = None
        self.after = False
        self.writes = 0

    @contextmanager
    def write(self):
        self.writes += 1
        due = self.countdown is not None and self.writes == self.countdown
        if due and not self.after:
            raise MachineError("disk-full", "The test's disk is full.")
        yield
        if due:
            raise MachineError("disk-full", "The test's disk is full.")


class FaultyFiles:
    def __init__(self, real, disk: Disk) -> None:
        self._real, self._disk = real, disk

    def read(self, path, *, max_bytes):
        return self._real.read(path, max_bytes=max_bytes)

    def write_once(self, files):
        for path, data in files.items():
            with self._disk.write():
                self._real.write_once({path: data})

    def replace(self, path, data):
        with self._disk.write():
            self._real.replace(path, data)

    def remove(self, paths):
        for path in paths:
            with self._disk.write():
                self._real.remove([path])

    def names(self, directory):
        return self._real.names(directory)


class FaultyBodies:
    def __init__(self, real, disk: Disk) -> None:
        self._real, self._disk = real, disk

    def __getattr__(self, name):
        return getattr(self._real, name)

    def put_many(self, bodies):
        with self._disk.write():
            self._real.put_many(bodies)


class FaultyLedger:
    def __init__(self, real, disk: Disk) -> None:
        self._real, self._disk = real, disk

    def __getattr__(self, name):
        return getattr(self._real, name)

    def sequence(self, entries):
        with self._disk.write():
            self._real.sequence(entries)

    def compare_and_swap(self, old, new):
        with self._disk.write():
            self._real.compare_and_swap(old, new)


def on_faulty_disk(log: Log, disk: Disk) -> Log:
    parts = log._parts
    return Log(
        LogParts(
            settings=parts.settings,
            keys=parts.keys,
            files=FaultyFiles(parts.files, disk),
            bodies=FaultyBodies(parts.bodies, disk),
            ledger=FaultyLedger(parts.ledger, disk),
            clock=parts.clock,
            witnesses=parts.witnesses,
        )
    )
