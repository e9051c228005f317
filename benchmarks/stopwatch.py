"""Wall time and memory of whole processes, children included."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass

__all__ = ["Sample", "timed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One run: wall seconds and greatest resident memory in bytes."""

    seconds: float
    peak_bytes: int


def timed(command: list[str], allowed: tuple[int, ...]) -> Sample:
    """Run a command to its end.

    Raises:
        subprocess.CalledProcessError: Its exit status is not among those allowed.
    """
    started = time.perf_counter()
    # wait4 tells the memory of this very process; a run's output is thrown away.
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    if code not in allowed:
        raise subprocess.CalledProcessError(code, command)
    return Sample(seconds=seconds, peak_bytes=usage.ru_maxrss * 1024)
