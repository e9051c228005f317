"""Audit a log of a million entries, and rebuild its ledger, beside plain hashing.

`assay log check` of the public part alone, of the whole log, and `assay log rebuild`,
each as a process of its own; beside them a program that only hashes the same entries
and tree, and pymerkle's tree in memory where an environment has it. Writes
`benchmarks/log_audit.json`. Nothing here fails on speed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assay.wire.strict_json import loads
from benchmarks.stopwatch import Sample, timed

RESULTS = Path(__file__).resolve().parent / "log_audit.json"

# Read every bundle, hash every entry and every node, compare nothing.
_HASH = """
import hashlib, pathlib, sys
sha256 = hashlib.sha256
def root(row):
    while len(row) > 1:
        pairs = zip(row[::2], row[1::2])
        row = [sha256(b"\\1" + a + b).digest() for a, b in pairs]
    return row[0]
for path in sorted(pathlib.Path(sys.argv[1], "tile/entries").rglob("*")):
    if not path.is_file():
        continue
    data, at, row = path.read_bytes(), 0, []
    while at < len(data):
        end = at + 2 + (data[at] << 8 | data[at + 1])
        row.append(sha256(b"\\0" + data[at + 2:end]).digest())
        at = end
    root(row)
"""
_PEER = """
import os, sys
from pymerkle import InmemoryTree
tree = InmemoryTree(algorithm='sha256')
rows = [os.urandom(490) for _ in range(int(sys.argv[1]))]
for row in rows:
    tree.append_entry(row)
tree.get_state()
"""


def main() -> int:
    """Measure everything and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="turns of each (odd)")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--log", type=Path, help="a log that was made before")
    parser.add_argument("--folder", type=Path, help="where the log is made")
    parser.add_argument("--pymerkle", help="python of an environment that has pymerkle")
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as scratch:
        log = arguments.log or Path(scratch) / "log"
        if arguments.log is None:
            # In a process of its own: a program that is started later counts as its
            # own the most memory that this one ever held.
            made = ("--entries", str(arguments.entries))
            million = [sys.executable, "-m", "benchmarks.log_million", str(log), *made]
            subprocess.run(million, check=True, stdout=subprocess.DEVNULL)
        figures = _figures(log, Path(scratch), arguments)
    document = {
        "date": datetime.now(tz=UTC).date().isoformat(),
        "command": "python -m benchmarks.log_audit",
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.system(),
            "processor": platform.machine(),
            "python": platform.python_version(),
            "openssl": ssl.OPENSSL_VERSION,
        },
        "rounds": arguments.rounds,
        "entries": arguments.entries,
        "loadAverageAfter": round(os.getloadavg()[0], 2),
        "figures": figures,
    }
    text = json.dumps(document, indent=2) + "\n"
    arguments.out.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


def _figures(
    log: Path, scratch: Path, arguments: argparse.Namespace
) -> list[dict[str, Any]]:
    assay = shutil.which("assay", path=str(Path(sys.executable).parent)) or "assay"
    public = scratch / "public"
    public.mkdir()
    for name in ("log.json", "checkpoint"):
        shutil.copy(log / name, public)
    (public / "tile").symlink_to(log.resolve() / "tile")
    rebuilt = scratch / "rebuilt.sqlite"
    commands = {
        "assay log check, from tiles alone": [assay, "log", "check", str(public)],
        "assay log check, the whole log": [assay, "log", "check", str(log)],
        "assay log rebuild, from tiles alone": [
            *(assay, "log", "rebuild", str(public), "--out", str(rebuilt)),
        ],
        "limit: the same entries and tree hashed, nothing compared": [
            *(sys.executable, "-c", _HASH, str(public)),
        ],
    }
    if arguments.pymerkle:
        commands["peer: pymerkle 7.0.0, a tree of as many in memory"] = [
            *(arguments.pymerkle, "-c", _PEER, str(arguments.entries)),
        ]
    samples: dict[str, list[Sample]] = {what: [] for what in commands}
    for _ in range(arguments.rounds):
        for what, command in commands.items():
            samples[what].append(timed(command, (0,)))
            rebuilt.unlink(missing_ok=True)
    figures = [
        {
            "what": what,
            "seconds": round(statistics.median(one.seconds for one in taken), 2),
            "peakMiB": round(max(one.peak_bytes for one in taken) / 2**20),
        }
        for what, taken in samples.items()
    ]
    return [*figures, _equal(assay, log, rebuilt)]


def _equal(assay: str, log: Path, rebuilt: Path) -> dict[str, Any]:
    """Rebuild once more beside the log's ledger, and compare row by row."""
    command = [assay, "log", "rebuild", str(log), "--out", str(rebuilt), "--json", "-"]
    done = subprocess.run(command, capture_output=True, check=False)
    found = loads(done.stdout)
    return {
        "what": "rows of the rebuilt ledger compared with the log's own",
        "compared": found["compared"],
        "different": found["different"],
    }


if __name__ == "__main__":
    sys.exit(main())
