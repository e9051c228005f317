"""Write `benchmarks/fuzzing.json` from the logs of libFuzzer.

    python -m tests.fuzz.record FOLDER-OF-LOGS

A log is what one run of `tests.fuzz.target` printed; its name begins with the family
and `-`. Each call adds to what is recorded already, except where a log of the same
name was counted before. Failures are counted by where they happened; `MENDED` is what
was done about them and is written by hand.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assay.wire import strict_json
from tests.fuzz.families import FAMILIES

__all__ = ["Run", "read_log"]

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "benchmarks" / "fuzzing.json"
_STATUS = re.compile(r"^#(\d+)\t.* cov: (\d+) ft: (\d+) corp: (\d+)/", re.MULTILINE)
_DONE = re.compile(r"^Done (\d+) runs in (\d+) second", re.MULTILINE)
_RATE = re.compile(r"exec/s: (\d+)")
_FAILURE = re.compile(r"^FAILURE (.+?) at (\S+):", re.MULTILINE)
_FATAL = re.compile(r"^(?:==\d+==ERROR|.*ERROR): libFuzzer: (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run did.

    Attributes:
        seconds: Of wall time.
        executions: Inputs tried.
        edges: Edges of the readers that were reached by then.
        features: Edges with how often they were taken.
        corpus: Inputs that reach something of their own.
        failures: Where something failed, or how libFuzzer ended.
    """

    seconds: int = 0
    executions: int = 0
    edges: int = 0
    features: int = 0
    corpus: int = 0
    failures: tuple[str, ...] = ()


def read_log(text: str) -> Run:
    """Read what libFuzzer printed; a run that was cut off counts as far as it went."""
    failures = [f"{kind} at {where}" for kind, where in _FAILURE.findall(text)]
    failures += _FATAL.findall(text)
    states = _STATUS.findall(text)
    if not states:
        return Run(failures=tuple(failures))
    executions, edges, features, corpus = map(int, states[-1])
    rates = [int(rate) for rate in _RATE.findall(text)]
    seconds = executions // rates[-1] if rates and rates[-1] else 0
    done = _DONE.search(text)
    if done is not None:
        executions, seconds = int(done[1]), int(done[2])
    return Run(
        seconds=seconds,
        executions=executions,
        edges=edges,
        features=features,
        corpus=corpus,
        failures=tuple(failures),
    )


def main() -> None:
    """Read the logs and write the record."""
    record: dict[str, Any] = {"families": {}, "logs": [], "mended": []}
    if RECORD.is_file():
        record = strict_json.loads(RECORD.read_bytes())
    counted = set(record["logs"])
    for path in sorted(Path(sys.argv[1]).glob("*-*.log")):
        family = path.name.split("-", 1)[0]
        if path.name not in counted and family in {known.name for known in FAMILIES}:
            run = read_log(path.read_text(encoding="utf-8", errors="replace"))
            _add(record["families"].setdefault(family, {}), run)
            counted.add(path.name)
    record["logs"] = sorted(counted)
    record["measured"] = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores shared with other work, niced, "
        f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "atheris": importlib.metadata.version("atheris"),
    }
    RECORD.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n")


def _add(total: dict[str, Any], run: Run) -> None:
    total["runs"] = total.get("runs", 0) + 1
    total["seconds"] = total.get("seconds", 0) + run.seconds
    total["executions"] = total.get("executions", 0) + run.executions
    # Readers change between runs, so the latest figures stand, not the largest.
    if run.edges:
        total["edges"], total["features"] = run.edges, run.features
        total["corpus"] = run.corpus
    told = set(total.get("failures", ())) | set(run.failures)
    total["failures"] = sorted(told)


if __name__ == "__main__":
    main()
