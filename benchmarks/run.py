"""Measure Assay beside its limits, and write the figures into the README.

Every figure is taken in one run: the thing measured and what it is held against take
turns, so that a busy machine slows both. Writes `benchmarks/results.json` and the
tables of README.md. Nothing here fails on speed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import write_readme
from benchmarks.shards import write_shards
from benchmarks.stopwatch import Sample, timed

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results.json"
SHARDS, SHARD_BYTES = 4, 500_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure and what it is held against, from the same run.

    Attributes:
        what: What was measured.
        assay_seconds: Median wall time.
        against: What it is held against.
        against_seconds: Its median wall time.
        ratio: The first over the second.
        peak_mib: Greatest resident memory of Assay, in MiB.
        asked: What the project asks of itself, in words.
    """

    what: str
    assay_seconds: float
    against: str
    against_seconds: float
    ratio: float
    peak_mib: float
    asked: str


def main() -> int:
    """Measure everything and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="turns of each (odd)")
    rounds = parser.parse_args().rounds
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as scratch:
        figures = [
            help_figure(rounds),
            shards_figure(Path(scratch), rounds, cores),
            *verify_figures(Path(scratch), rounds),
        ]
    document = {
        "date": datetime.now(tz=UTC).date().isoformat(),
        "command": "make bench",
        "machine": machine(cores),
        "rounds": rounds,
        "figures": [asdict(figure) for figure in figures],
    }
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return write_readme.main()


def assay(*arguments: str) -> list[str]:
    """Give the command line that runs this checkout's Assay."""
    script = shutil.which("assay", path=str(Path(sys.executable).parent))
    return [script or "assay", *arguments]


def help_figure(rounds: int) -> Figure:
    """`assay --help` against an interpreter that does nothing."""
    ours, theirs = take_turns(rounds, assay("--help"), [sys.executable, "-c", "pass"])
    return figure(
        "`assay --help`", ours, "`python -c pass`", theirs, "under 0.25 s on 2 cores"
    )


def shards_figure(scratch: Path, rounds: int, cores: int) -> Figure:
    """`assay check` on four shards against hashing the same files and nothing else."""
    release = scratch / "shards"
    files = write_shards(release, SHARDS, SHARD_BYTES)
    listing = "\0".join(map(str, files))
    digest = f"xargs -0 -n1 -P{cores} openssl dgst -sha256 < {scratch}/listing"
    (scratch / "listing").write_text(listing, encoding="utf-8")
    ours, theirs = take_turns(
        rounds,
        assay("check", str(release), "--quiet"),
        ["sh", "-c", digest],
        allowed=(0, 1),
    )
    return figure(
        f"`assay check`, {SHARDS} safetensors shards of 500 MB",
        ours,
        f"`openssl dgst -sha256`, {cores} processes",
        theirs,
        "at most 1.15 times, under 300 MB",
    )


def verify_figures(scratch: Path, rounds: int) -> list[Figure]:
    """`assay verify` and `assay decide` of a small release, from a cold start."""
    release = scratch / "small"
    write_shards(release, 1, 100_000)
    key, log = scratch / "key.pem", scratch / "log"
    bundle, trust = scratch / "small.assay", scratch / "trust.toml"
    for line in (
        f"keys new {key} --no-passphrase",
        f"log init {log}",
        f"seal {release} --key {key} --log {log} --out {bundle}",
        f"trust new {trust} --developer bench={key}.pub --log {log}",
    ):
        command = assay(*line.split())
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    idle = [sys.executable, "-c", "import cryptography.x509, pydantic, click"]
    ours, theirs = take_turns(
        rounds, assay("verify", str(bundle), "--trust", str(trust), "--quiet"), idle
    )
    return [
        figure(
            "`assay verify` of a bundle, from a cold start",
            ours,
            "importing its libraries and doing nothing",
            theirs,
            "under 0.4 s",
        )
    ]


def take_turns(
    rounds: int, ours: list[str], theirs: list[str], allowed: tuple[int, ...] = (0,)
) -> tuple[list[Sample], list[Sample]]:
    """Run both commands in turns, once each unmeasured to warm the page cache."""
    timed(ours, allowed)
    timed(theirs, (0,))
    samples: tuple[list[Sample], list[Sample]] = ([], [])
    for _ in range(rounds):
        samples[0].append(timed(ours, allowed))
        samples[1].append(timed(theirs, (0,)))
    return samples


def figure(
    what: str, ours: list[Sample], against: str, theirs: list[Sample], asked: str
) -> Figure:
    """Reduce the samples to medians; memory is the greatest seen."""
    mine = statistics.median(sample.seconds for sample in ours)
    other = statistics.median(sample.seconds for sample in theirs)
    return Figure(
        what=what,
        assay_seconds=round(mine, 3),
        against=against,
        against_seconds=round(other, 3),
        ratio=round(mine / other, 2),
        peak_mib=round(max(sample.peak_bytes for sample in ours) / 2**20, 1),
        asked=asked,
    )


def machine(cores: int) -> str:
    """Describe the machine as far as a reader needs to compare."""
    model = platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip()
            for line in info.read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ]
        model = names[0] if names else model
    return f"{cores} cores ({model}), {platform.system()}, Python " + (
        platform.python_version()
    )


if __name__ == "__main__":
    sys.exit(main())
