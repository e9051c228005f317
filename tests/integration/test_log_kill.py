"""Kill an appender at random moments; the log must be sound every time."""

from __future__ import annotations

import secrets
import subprocess
import sys
import time

import pytest

from assay.crypto.merkle import verify_consistency
from assay.crypto.note import open_checkpoint
from assay.crypto.tlog_proof import verify_tlog_proof
from assay.log import audit_log, init_log, open_log
from tests.simulators.log_scenes import ORIGIN

APPENDER = """
import sys
from assay.log import LogEntry, open_log
log = open_log(sys.argv[1])
number = 0
while True:
    batch = [
        LogEntry(leaf=f"{sys.argv[2]} {number + i}".encode(), body=sys.argv[2].encode())
        for i in range(1 + number % 90)
    ]
    for receipt, entry in zip(log.append(batch), batch, strict=True):
        print(receipt.index, entry.leaf.decode(), flush=True)
    number += len(batch)
"""

SECONDS = 15.0


@pytest.mark.slow
def test_a_log_killed_at_random_moments_stays_sound_and_keeps_every_receipt(tmp_path):
    path = tmp_path / "log"
    log = init_log(path, ORIGIN)
    promised: dict[str, int] = {}
    seen = None
    deadline = time.monotonic() + SECONDS
    rounds = 0
    while time.monotonic() < deadline:
        worker = subprocess.Popen(
            [sys.executable, "-c", APPENDER, str(path), f"round{rounds}"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert worker.stdout is not None
        first = worker.stdout.readline()
        time.sleep(secrets.randbelow(150) / 1000)
        worker.kill()
        rest, _ = worker.communicate()
        for line in (first + rest).splitlines(keepends=True):
            place, _, text = line.partition(" ")
            if line.endswith("\n"):
                promised[text.strip()] = int(place)
        # As the crash has left it, and again once it is opened.
        assert audit_log(path).problems == ()
        log = open_log(path)
        report = audit_log(path)
        assert report.problems == ()
        assert report.pending == 0
        now = open_checkpoint(log.checkpoint(), log.vkeys).checkpoint
        if seen is not None:
            verify_consistency(
                old_size=seen.size,
                new_size=now.size,
                old_root=seen.root,
                new_root=now.root,
                proof=log.consistency(seen.size),
            )
        seen = now
        rounds += 1
    assert rounds >= 5
    assert len(set(promised.values())) == len(promised)
    for leaf, index in promised.items():
        assert log.entry(index) == leaf.encode()
    leaf, index = max(promised.items(), key=lambda item: item[1])
    proof = verify_tlog_proof(log.prove(index).proof_text, leaf.encode(), log.vkeys)
    assert proof.index == index
