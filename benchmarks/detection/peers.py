"""Scanners that Assay is held against: how each is run, and what counts as its alarm.

Each lies in a virtual environment of its own, named after it, below one folder. An
alarm is what the tool itself would stop a pipeline for: its exit status, or the
verdict in its report where the status does not tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from assay.wire import strict_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["PEERS", "Answer", "Peer", "Run"]


class Answer(StrEnum):
    """What a scanner says of a sample."""

    ALARM = "alarm"
    SILENT = "silent"
    # It failed, or ran out of time: whoever gates on its status is stopped too.
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One finished process: its exit status (None when it was stopped) and output."""

    status: int | None
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A scanner.

    Attributes:
        name: As tables call it.
        package: Its distribution, for the version.
        folder: Its virtual environment below the folder of all peers.
        command: Gives the command for a sample's directory; the first word lies in
            the environment's `bin`.
        answer: Reads what came of it.
        each_file: Whether it takes one file at a time.
        inside: Folder below the environment to start in, when it needs one.
    """

    name: str
    package: str
    folder: str
    command: Callable[[Path], list[str]]
    answer: Callable[[Run], Answer]
    each_file: bool = False
    inside: str | None = None


def _by_status(*alarms: int, silent: tuple[int, ...] = (0,)) -> Callable[[Run], Answer]:
    def answer(run: Run) -> Answer:
        if run.status in alarms:
            return Answer.ALARM
        return Answer.SILENT if run.status in silent else Answer.FAILED

    return answer


def _fickling(run: Run) -> Answer:
    """A traceback ends with 1 too, as an alarm does."""
    if "Traceback (most recent call last)" in run.output:
        return Answer.FAILED
    return _by_status(1)(run)


def _saferpickle(run: Run) -> Answer:
    start = run.output.find("[\n")
    if run.status != 0 or start < 0:
        return Answer.FAILED
    results = strict_json.loads(run.output[start:].encode())
    words = {result.get("classification") for result in results}
    if words & {"unsafe", "suspicious"}:
        return Answer.ALARM
    failed = any(result.get("status") == "error" for result in results)
    return Answer.FAILED if failed else Answer.SILENT


PEERS: tuple[Peer, ...] = (
    Peer(
        name="picklescan",
        package="picklescan",
        folder="picklescan",
        command=lambda path: ["picklescan", "-p", str(path)],
        answer=_by_status(1),
    ),
    Peer(
        name="picklescan --strict",
        package="picklescan",
        folder="picklescan",
        command=lambda path: ["picklescan", "--strict", "-p", str(path)],
        answer=_by_status(1),
    ),
    Peer(
        name="modelscan",
        package="modelscan",
        folder="modelscan",
        command=lambda path: ["modelscan", "-p", str(path)],
        # 3: it found no file that it knows.
        answer=_by_status(1, silent=(0, 3)),
    ),
    Peer(
        name="fickling",
        package="fickling",
        folder="fickling",
        command=lambda path: ["fickling", "--check-safety", str(path)],
        answer=_fickling,
        each_file=True,
    ),
    Peer(
        name="saferpickle",
        package="saferpickle",
        folder="saferpickle",
        command=lambda path: ["python", "cli.py", f"--directory={path}"],
        answer=_saferpickle,
        inside="src/saferpickle",
    ),
    Peer(
        name="aisbom",
        package="aisbom-cli",
        folder="aisbom",
        command=lambda path: ["aisbom", "scan", str(path), "--offline"],
        answer=_by_status(2),
    ),
    Peer(
        name="aisbom --strict",
        package="aisbom-cli",
        folder="aisbom",
        command=lambda path: ["aisbom", "scan", str(path), "--offline", "--strict"],
        answer=_by_status(2),
    ),
    Peer(
        name="safeloadai",
        package="safeloadai",
        folder="safeloadai",
        command=lambda path: ["safeloadai", "scan", "--no-input", str(path)],
        # 1 malicious, 3 suspicious; 5 is a type that it does not support.
        answer=_by_status(1, 3, silent=(0, 5)),
    ),
    Peer(
        name="modelaudit",
        package="modelaudit",
        folder="modelaudit",
        command=lambda path: ["modelaudit", "scan", "--no-cache", str(path)],
        answer=_by_status(1),
    ),
    Peer(
        name="glyphhound",
        package="glyphhound",
        folder="glyphhound",
        command=lambda path: ["glyphhound", "scan", str(path)],
        # 2: no template in what it was given.
        answer=_by_status(1, silent=(0, 2)),
        each_file=True,
    ),
)
