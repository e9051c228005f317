"""Servers as programs of their own, started and stopped by tests."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Process", "assay_serves", "free_port", "started"]

_SECONDS = 60
_LISTENS = re.compile(r"listens on (http://\S+)")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Process:
    """A running program, and what it has said."""

    def __init__(self, command: list[str]) -> None:
        self.lines: list[str] = []
        self.popen = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = ""

    def _read(self) -> None:
        for line in self.popen.stdout or ():
            self.lines.append(line)

    def wait_for(self, pattern: re.Pattern[str]) -> re.Match[str]:
        ends = time.monotonic() + _SECONDS
        while time.monotonic() < ends:
            for line in list(self.lines):
                found = pattern.search(line)
                if found:
                    return found
            if self.popen.poll() is not None:
                break
            time.sleep(0.02)
        message = f"it never said {pattern.pattern}: {''.join(self.lines)}"
        raise AssertionError(message)

    def end(self, number: int = signal.SIGTERM) -> int:
        if self.popen.poll() is None:
            self.popen.send_signal(number)
        status = self.popen.wait(_SECONDS)
        self._reader.join(_SECONDS)
        self.popen.stdout.close()
        return status


@contextmanager
def started(command: list[str]) -> Iterator[Process]:
    process = Process(list(map(str, command)))
    try:
        yield process
    finally:
        if process.popen.poll() is None:
            process.end(signal.SIGKILL)


@contextmanager
def assay_serves(*arguments: object, listen: str = "127.0.0.1:0") -> Iterator[Process]:
    """Run `assay ... serve`, and give it once it listens."""
    command = [sys.executable, "-m", "assay", *map(str, arguments), "--listen", listen]
    with started(command) as process:
        process.url = process.wait_for(_LISTENS)[1]
        yield process
