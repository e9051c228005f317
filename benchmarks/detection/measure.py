"""Ask Assay and its peers about every sample, a process for each question.

    python -m benchmarks.detection.measure --peers DIR --store FILE [--real DIR]

Answers are kept in FILE by scanner, version and sample, so that a run that was
stopped goes on where it was, and a new sample costs only its own questions. What
Assay says is never kept: it is asked anew each time.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from assay.wire import strict_json
from benchmarks.detection.corpus import real_samples, samples
from benchmarks.detection.peers import PEERS, Answer, Peer, Run
from benchmarks.detection.sample import Truth
from benchmarks.detection.tables import Verdicts, write_results

if TYPE_CHECKING:
    from benchmarks.detection.sample import Sample

SECONDS = 60
_RANK = ("none", "info", "low", "medium", "high", "critical")
# One alarm about one of several files is an alarm; one failure else is a failure.
_FIRST = (Answer.ALARM, Answer.FAILED, Answer.SILENT)
# No peer may call home: this is a measurement, and samples look like attacks.
_QUIET = {
    "AISBOM_NO_TELEMETRY": "1",
    "AISBOM_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
    "NO_ANALYTICS": "1",
    "PROMPTFOO_DISABLE_TELEMETRY": "1",
    "NO_COLOR": "1",
}


def main() -> int:
    """Ask everybody about everything and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", type=Path, help="folder of virtual environments")
    parser.add_argument("--store", type=Path, help="file that keeps peers' answers")
    parser.add_argument("--real", type=Path, help="real dumps, see real_dumps.py")
    parser.add_argument("--family", action="append", help="only these families")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--dry", action="store_true", help="print, write no results")
    options = parser.parse_args()
    corpus = [*samples(), *(real_samples(options.real) if options.real else ())]
    if options.family:
        corpus = [sample for sample in corpus if sample.family in options.family]
    desk = Desk(options.peers, options.store)
    with ThreadPoolExecutor(options.workers) as pool:
        verdicts = list(pool.map(desk.ask, corpus))
    desk.close()
    write_results(verdicts, desk.versions, dry=options.dry)
    return 0


class Desk:
    """Lays each sample out on disk and asks every scanner about it."""

    def __init__(self, peers: Path | None, store: Path | None) -> None:
        self._root = peers.resolve() if peers else None
        self._lock = threading.Lock()
        self._kept: dict[str, str] = {}
        self._store = None
        if store is not None:
            if store.exists():
                for line in store.read_bytes().splitlines():
                    key, answer = strict_json.loads(line)
                    self._kept[key] = answer
            self._store = store.open("a", encoding="utf-8")
        self.versions = {"Assay": _assay_version()}
        self._peers = [peer for peer in PEERS if self._has(peer)]

    def close(self) -> None:
        """Close the store."""
        if self._store is not None:
            self._store.close()

    def ask(self, sample: Sample) -> Verdicts:
        """Give what everybody says of one sample."""
        with tempfile.TemporaryDirectory(prefix="assay-sample-") as scratch:
            root = Path(scratch) / "release"
            for path, data in sample.files.items():
                target = root / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
            worst, findings = _assay(root)
            answers = {"Assay": _alarm(worst, sample.truth)}
            for peer in self._peers:
                answers[peer.name] = self._peer(peer, sample, root)
        return Verdicts(sample=sample, answers=answers, worst=worst, findings=findings)

    def _has(self, peer: Peer) -> bool:
        if self._root is None:
            return False
        python = self._root / peer.folder / "bin" / "python"
        if not python.exists():
            print(f"not here, left out: {peer.name}", file=sys.stderr)
            return False
        code = f"import importlib.metadata as m; print(m.version({peer.package!r}))"
        done = subprocess.run(
            [python, "-c", code], capture_output=True, text=True, check=True
        )
        self.versions[peer.name] = done.stdout.strip()
        return True

    def _peer(self, peer: Peer, sample: Sample, root: Path) -> Answer:
        digest = hashlib.sha256()
        for path, data in sorted(sample.files.items()):
            digest.update(f"{len(path)}:{path}:{len(data)}:".encode() + data)
        key = f"{peer.name} {self.versions[peer.name]} {digest.hexdigest()}"
        with self._lock:
            if key in self._kept:
                return Answer(self._kept[key])
        targets = [root]
        if peer.each_file:
            targets = sorted(path for path in root.rglob("*") if path.is_file())
        answers = {peer.answer(self._run(peer, target)) for target in targets}
        answer = min(answers, key=_FIRST.index, default=Answer.SILENT)
        with self._lock:
            self._kept[key] = answer.value
            if self._store is not None:
                self._store.write(f'["{key}", "{answer.value}"]\n')
                self._store.flush()
        return answer

    def _run(self, peer: Peer, target: Path) -> Run:
        if self._root is None:
            raise AssertionError(peer.name)
        home = self._root / peer.folder
        program, *rest = peer.command(target)
        with tempfile.TemporaryDirectory(prefix="assay-peer-") as scratch:
            return run(
                [str(home / "bin" / program), *rest],
                cwd=home / peer.inside if peer.inside else Path(scratch),
            )


def run(command: list[str], cwd: Path) -> Run:
    """Run a scanner to its end, or for `SECONDS`."""
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=os.environ | _QUIET,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Run(status=None, output="")
    return Run(status=done.returncode, output=done.stdout.decode(errors="replace"))


def _assay_version() -> str:
    from assay import __version__  # noqa: PLC0415 - only its version is wanted

    return __version__


def _assay(root: Path) -> tuple[str, tuple[str, ...]]:
    """Give the worst severity that `assay check` found, and what it found."""
    command = [sys.executable, "-m", "assay", "check", str(root), "--json", "-"]
    done = subprocess.run(
        [*command, "--quiet", "--jobs", "1"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode not in {0, 1}:
        return "none", (f"failed with {done.returncode}: {done.stderr.decode()[:300]}",)
    findings = strict_json.loads(done.stdout)["findings"]
    worst = max(
        (finding["severity"] for finding in findings), key=_RANK.index, default="none"
    )
    told = {f"{f['severity']} {f['check']}/{f['rule']}" for f in findings}
    return worst, tuple(sorted(told))


def _alarm(worst: str, truth: Truth) -> Answer:
    """High or critical counts on hostile samples, anything above low on honest ones."""
    bound = "high" if truth is Truth.HOSTILE else "medium"
    alarmed = _RANK.index(worst) >= _RANK.index(bound)
    return Answer.ALARM if alarmed else Answer.SILENT


if __name__ == "__main__":
    sys.exit(main())
