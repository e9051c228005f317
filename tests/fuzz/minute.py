"""Fuzz every family for its share of a minute: what CI runs.

    python -m tests.fuzz.minute FOLDER-FOR-FAILURES

Ends with the first family that fails, after showing what libFuzzer said.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.fuzz.families import FAMILIES, Family
from tests.fuzz.record import read_log

SECONDS = 60


def main() -> None:
    """Run the families side by side, as many as there are processors."""
    lanes = os.cpu_count() or 1
    seconds = max(1, SECONDS * lanes // len(FAMILIES))
    with ThreadPoolExecutor(lanes) as pool:
        ended = pool.map(lambda family: _fuzz(family, seconds), FAMILIES)
        failed = [name for name, wrong in ended if wrong]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}; the inputs lie in {sys.argv[1]}")


def _fuzz(family: Family, seconds: int) -> tuple[str, bool]:
    command = [sys.executable, "-m", "tests.fuzz.target", family.name]
    command += ["--seconds", str(seconds), "--artifacts", sys.argv[1]]
    # The same mutations each time: a change of ours is what makes a failure.
    command += ["--", "-seed=1"]
    done = subprocess.run(
        command,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    run = read_log(done.stdout)
    print(
        f"{family.name}: {run.executions} inputs in {run.seconds} s, "
        f"{run.edges} edges, exit status {done.returncode}"
    )
    if done.returncode:
        print(done.stdout[-8000:])
    return family.name, done.returncode != 0


if __name__ == "__main__":
    main()
