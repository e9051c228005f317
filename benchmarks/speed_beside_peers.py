"""Measure Assay beside other tools on large inputs, whole processes in turns.

Assay, `openssl`, `sha256sum` and every peer found take turns on each input, so that a
busy machine slows all of them. A tool that reads less than the whole file is marked:
it was faster because it did not look. Writes `benchmarks/speed.json`; nothing here
fails on speed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.detection.peers import PEERS, QUIET
from benchmarks.large_inputs import INPUTS

if TYPE_CHECKING:
    from collections.abc import Callable

RESULTS = Path(__file__).resolve().parent / "speed.json"

# How many peers still run whose last run took longer than this many seconds: once.
_PATIENCE_SECONDS = 8.0
# A tool that was given less than this share of the bytes did not read the whole.
_WHOLE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One whole process with its children.

    Attributes:
        seconds: Wall time.
        cpu_seconds: User and system time.
        peak_bytes: Greatest resident memory of one process.
        read_bytes: Bytes that it took from files; None where the system cannot tell.
        status: Exit status.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    read_bytes: int | None
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one tool took for one input, medians of its runs."""

    input: str
    tool: str
    seconds: float
    cpu_seconds: float
    peak_mib: float
    reads_whole: bool | None
    statuses: tuple[int, ...]
    runs: int


def main() -> int:
    """Measure every tool on every input and write the results."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--peers", type=Path, help="a virtual environment for each")
    parser.add_argument("--inputs", type=Path, help="where the inputs lie or go")
    parser.add_argument("--only", default="", help="names of inputs, with commas")
    parser.add_argument("--rounds", type=int, default=3, help="3 or 5")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="assay-speed-") as scratch:
        root = given.inputs or Path(scratch)
        # Elsewhere: a process shows the memory of the one that started it as its own.
        subprocess.run(
            [sys.executable, "-m", "benchmarks.large_inputs", str(root)], check=True
        )
        directories = [root / made.name for made in INPUTS]
        wanted = given.only.split(",") if given.only else [i.name for i in INPUTS]
        rows = [
            row
            for directory in directories
            if directory.name in wanted
            for row in measure(directory, tools(given.peers), given.rounds)
        ]
    document = {
        "date": datetime.now(tz=UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "python": sys.version.split()[0],
        "rounds": given.rounds,
        "own_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "inputs": {made.name: made.what for made in INPUTS},
        "rows": [asdict(row) for row in rows],
    }
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool and how it is run over a release directory.

    Attributes:
        name: As tables call it.
        command: Gives its command line for a directory and for a report to write.
        inside: Directory to start in; None for one that is thrown away.
        each_file: Whether it takes the one file of a directory instead.
    """

    name: str
    command: Callable[[Path, Path], list[str]]
    inside: Path | None = None
    each_file: bool = False


def tools(peers: Path | None) -> list[Tool]:
    """Give every tool that is here: Assay, what only hashes, and the peers."""
    here = str(Path(sys.executable).parent)
    script = shutil.which("assay", path=here) or "assay"
    found = [Tool(name="assay", command=lambda path, _: [script, "check", str(path)])]
    cores = os.cpu_count() or 1
    for name, words in (
        (f"openssl, {cores} processes", "openssl dgst -sha256"),
        (f"sha256sum, {cores} processes", "sha256sum"),
    ):
        if shutil.which(words.split()[0]):
            found.append(Tool(name=name, command=_hashing(words, cores)))
    for peer in PEERS if peers is not None else ():
        home = (peers / peer.folder).resolve() if peers is not None else Path()
        if "--strict" not in peer.name and (home / "bin" / "python").exists():
            inside = home / peer.inside if peer.inside else None
            found.append(
                Tool(
                    name=peer.name,
                    command=_at_home(peer.command, home),
                    inside=inside,
                    each_file=peer.each_file is not None,
                )
            )
    return found


def _hashing(words: str, cores: int) -> Callable[[Path, Path], list[str]]:
    line = f'find "$0" -type f -print0 | xargs -0 -n1 -P{cores} {words}'
    return lambda path, _: ["sh", "-c", line, str(path)]


def _at_home(
    command: Callable[[Path, Path], list[str]], home: Path
) -> Callable[[Path, Path], list[str]]:
    def at_home(path: Path, report: Path) -> list[str]:
        program, *rest = command(path, report)
        return [str(home / "bin" / program), *rest]

    return at_home


def measure(directory: Path, found: list[Tool], rounds: int) -> list[Row]:
    """Let all tools take turns on one input, after one that only warms the cache."""
    size = sum(file.stat().st_size for file in directory.iterdir())
    files = sorted(directory.iterdir())
    asked = [tool for tool in found if not tool.each_file or len(files) == 1]
    runs: dict[str, list[Run]] = {tool.name: [] for tool in asked}
    for turn in range(rounds + 1):
        for tool in asked:
            kept = runs[tool.name]
            if kept and kept[-1].seconds > _PATIENCE_SECONDS:
                continue
            done = run(tool, files[0] if tool.each_file else directory)
            if turn or done.seconds > _PATIENCE_SECONDS:
                kept.append(done)
    rows = [_row(directory.name, name, kept, size) for name, kept in runs.items()]
    for row in rows:
        print(
            f"{row.input:3} {row.tool:12} {row.seconds:7.2f} s, CPU "
            f"{row.cpu_seconds:7.2f} s, {row.peak_mib:6.0f} MiB, "
            f"whole: {row.reads_whole}",
            flush=True,
        )
    return rows


def _row(name: str, tool: str, runs: list[Run], size: int) -> Row:
    read = [run.read_bytes for run in runs if run.read_bytes is not None]
    return Row(
        input=name,
        tool=tool,
        seconds=round(statistics.median(run.seconds for run in runs), 3),
        cpu_seconds=round(statistics.median(run.cpu_seconds for run in runs), 3),
        peak_mib=round(max(run.peak_bytes for run in runs) / 2**20, 1),
        reads_whole=max(read) >= _WHOLE * size if read else None,
        statuses=tuple(sorted({run.status for run in runs})),
        runs=len(runs),
    )


def run(tool: Tool, target: Path) -> Run:
    """Run a tool to its end, whatever its exit status.

    What it read is what the system counted for it and its children when it ended and
    was not yet waited for. Files that are mapped are not counted.
    """
    with tempfile.TemporaryDirectory(prefix="assay-speed-run-") as scratch:
        command = tool.command(target.resolve(), Path(scratch) / "report")
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=tool.inside or scratch,
            env=os.environ | QUIET,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        # Wait without taking it away, so that its counters are still there.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        seconds = time.perf_counter() - started
        read = _read_bytes(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_bytes=usage.ru_maxrss * 1024,
        read_bytes=read,
        status=process.returncode,
    )


def _read_bytes(process: int) -> int | None:
    try:
        counters = Path(f"/proc/{process}/io").read_text(encoding="ascii")
    except OSError:
        return None
    for line in counters.splitlines():
        name, _, value = line.partition(": ")
        if name == "rchar":
            return int(value)
    return None


if __name__ == "__main__":
    sys.exit(main())
