"""Ask Assay and its peers about every sample of the corpus.

    python -m benchmarks.detection.measure --peers DIR --store FILE [--real DIR]

Samples are laid out in folders, a batch at a time, and every scanner is run over a
batch as its users would run it over a folder of models. Where a batch fails or takes
too long, each of its samples is asked about alone. Answers of peers are kept in FILE by
scanner, version and sample, so that a run which was stopped goes on where it was. What
Assay says is never kept: it is asked anew each time, by `assay fleet check`.
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

from assay import __version__
from assay.wire import strict_json
from benchmarks.detection.corpus import real_samples, samples
from benchmarks.detection.peers import PEERS, QUIET, Answer, Peer, Run
from benchmarks.detection.sample import Truth
from benchmarks.detection.tables import Verdicts, write_results, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.detection.sample import Sample

EACH_FILE = Path(__file__).with_name("each_file.py")
BATCH = 50
SECONDS = 15
BATCH_SECONDS = 90
_RANK = ("none", "info", "low", "medium", "high", "critical")
# One alarm about one of several files is an alarm; one failure else is a failure.
_FIRST = (Answer.ALARM, Answer.FAILED, Answer.SILENT)


def main() -> int:
    """Ask everybody about everything and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", type=Path, help="folder of virtual environments")
    parser.add_argument("--store", type=Path, help="file that keeps peers' answers")
    parser.add_argument("--real", type=Path, help="real dumps, see real_dumps.py")
    parser.add_argument("--family", action="append", help="only these families")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--most", type=int, help="ask peers about so many of each family, evenly chosen"
    )
    parser.add_argument("--dry", action="store_true", help="print, write no results")
    parser.add_argument(
        "--whole",
        action="store_true",
        help="ask nobody but Assay, about all, and leave the tables beside peers",
    )
    options = parser.parse_args()
    corpus = [*samples(), *(real_samples(options.real) if options.real else ())]
    if options.family:
        corpus = [sample for sample in corpus if sample.family in options.family]
    desk = Desk(None if options.whole else options.peers, options.store)
    if options.most:
        desk.shared = shared(corpus, options.most)
    batches = [corpus[at : at + BATCH] for at in range(0, len(corpus), BATCH)]
    with ThreadPoolExecutor(options.workers) as pool:
        verdicts = [v for part in pool.map(desk.ask, batches) for v in part]
    desk.close()
    write_results(verdicts, desk.versions, dry=options.dry or options.whole)
    if options.whole:
        write_whole(verdicts)
    return 0


def shared(corpus: list[Sample], most: int) -> set[str]:
    """Choose samples for everybody: of each family and truth as many, evenly spread."""
    groups: dict[tuple[str, str], list[str]] = {}
    for sample in corpus:
        groups.setdefault((sample.family, sample.truth), []).append(_digest(sample))
    return {
        group[number * len(group) // min(most, len(group))]
        for group in groups.values()
        for number in range(min(most, len(group)))
    }


class Desk:
    """Lays samples out on disk and asks every scanner about them."""

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
        self.versions = {"Assay": __version__}
        # Samples that peers are asked about; None for all.
        self.shared: set[str] | None = None
        self._peers = [peer for peer in PEERS if self._has(peer)]

    def close(self) -> None:
        """Close the store."""
        if self._store is not None:
            self._store.close()

    def ask(self, batch: Sequence[Sample]) -> list[Verdicts]:
        """Give what everybody says of a batch of samples."""
        with tempfile.TemporaryDirectory(prefix="assay-samples-") as scratch:
            root = Path(scratch).resolve() / "samples"
            folders = [root / f"{number:03d}" for number in range(len(batch))]
            for sample, folder in zip(batch, folders, strict=True):
                lay_out(sample, folder)
            ours = ask_assay(folders, Path(scratch))
        theirs = {peer.name: self._peer(peer, batch) for peer in self._peers}
        return [
            Verdicts(
                sample=sample,
                answers={"Assay": _alarm(worst, sample.truth)}
                | {
                    name: answers[number]
                    for name, answers in theirs.items()
                    if number in answers
                },
                worst=worst,
                findings=findings,
            )
            for number, (sample, (worst, findings)) in enumerate(
                zip(batch, ours, strict=True)
            )
        ]

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

    def _peer(self, peer: Peer, batch: Sequence[Sample]) -> dict[int, Answer]:
        """Give what a peer says of each sample that it is asked about, by number."""
        prefix = f"{peer.name} {self.versions[peer.name]}"
        asked = {
            number: f"{prefix} {_digest(sample)}"
            for number, sample in enumerate(batch)
            if self.shared is None or _digest(sample) in self.shared
        }
        with self._lock:
            new = [number for number, key in asked.items() if key not in self._kept]
        if new:
            with tempfile.TemporaryDirectory(prefix="assay-samples-") as scratch:
                root = Path(scratch).resolve() / "samples"
                folders = [root / f"{number:03d}" for number in new]
                for number, folder in zip(new, folders, strict=True):
                    lay_out(batch[number], folder)
                answers = self._batch(peer, folders)
            self._keep({asked[n]: a for n, a in zip(new, answers, strict=True)})
        with self._lock:
            return {number: Answer(self._kept[key]) for number, key in asked.items()}

    def _keep(self, answers: dict[str, Answer]) -> None:
        with self._lock:
            for key, answer in answers.items():
                self._kept[key] = answer.value
                if self._store is not None:
                    self._store.write(f'["{key}", "{answer.value}"]\n')
            if self._store is not None:
                self._store.flush()

    def _batch(self, peer: Peer, folders: Sequence[Path]) -> list[Answer]:
        if peer.of_status is not None:
            return self._files(peer, peer.of_status, folders)
        said = self._said(peer, folders[0].parent, folders[0].parent, BATCH_SECONDS)
        if said is not None:
            return [said.get(folder.name, Answer.SILENT) for folder in folders]
        if len(folders) == 1:
            return [Answer.FAILED]
        # Whichever it was: each alone, in a folder of its own.
        return [self._alone(peer, folder) for folder in folders]

    def _alone(self, peer: Peer, folder: Path) -> Answer:
        said = self._said(peer, folder, folder.parent, SECONDS)
        return Answer.FAILED if said is None else said.get(folder.name, Answer.SILENT)

    def _said(
        self, peer: Peer, target: Path, root: Path, seconds: int
    ) -> dict[str, Answer] | None:
        run = self._run(peer, target, root, seconds)
        if run.status is None or peer.said is None:
            return None
        return peer.said(run)

    def _files(
        self,
        peer: Peer,
        of_status: Callable[[str], Answer],
        folders: Sequence[Path],
    ) -> list[Answer]:
        """Ask a tool that takes one file at a time about every file of each sample."""
        files = [
            (folder, path)
            for folder in folders
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        ]
        if self._root is None or peer.each_file is None:
            raise AssertionError(peer.name)
        command = [
            str(self._root / peer.folder / "bin" / "python"),
            str(EACH_FILE),
            *(peer.each_file, str(SECONDS), *peer.options, "--"),
        ]
        answers: dict[Path, set[Answer]] = {folder: set() for folder in folders}
        at = 0
        while at < len(files):
            paths = [str(path) for _, path in files[at:]]
            with tempfile.TemporaryDirectory(prefix="assay-peer-") as scratch:
                done = subprocess.run(
                    [*command, *paths],
                    cwd=scratch,
                    env=os.environ | QUIET,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    check=False,
                )
            lines = done.stdout.splitlines()
            for line, (folder, _) in zip(lines, files[at:], strict=False):
                answers[folder].add(of_status(line.partition(" ")[2]))
            at += len(lines)
            if at < len(files):
                # The process itself died over this one.
                answers[files[at][0]].add(Answer.FAILED)
                at += 1
        return [
            min(answers[folder], key=_FIRST.index, default=Answer.SILENT)
            for folder in folders
        ]

    def _run(self, peer: Peer, target: Path, root: Path, seconds: int) -> Run:
        if self._root is None:
            raise AssertionError(peer.name)
        home = self._root / peer.folder
        with tempfile.TemporaryDirectory(prefix="assay-peer-") as scratch:
            report = Path(scratch) / "report"
            program, *rest = peer.command(target, report)
            try:
                done = subprocess.run(
                    [str(home / "bin" / program), *rest],
                    cwd=home / peer.inside if peer.inside else scratch,
                    env=os.environ | QUIET,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    timeout=seconds,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return Run(root=root, status=None, output="", report=b"")
            return Run(
                root=root,
                status=done.returncode,
                output=done.stdout.decode(errors="replace"),
                report=report.read_bytes() if report.exists() else b"",
            )


def lay_out(sample: Sample, folder: Path) -> None:
    """Write the files of a sample into a folder of its own."""
    for path, data in sample.files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def ask_assay(
    folders: Sequence[Path], scratch: Path
) -> list[tuple[str, tuple[str, ...]]]:
    """Give the worst severity that Assay found in each folder, and what it found."""
    listed, out = scratch / "releases.txt", scratch / "results"
    listed.write_text("".join(f"{folder}\n" for folder in folders), encoding="utf-8")
    command = [sys.executable, "-m", "assay", "fleet", "check", str(listed)]
    subprocess.run(
        [*command, "--out", str(out), "--jobs", "1", "--quiet"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    summary = strict_json.loads((out / "fleet.json").read_bytes())
    entries = {entry["path"]: entry for entry in summary["releases"]}
    answers = []
    for folder in folders:
        document = (out / entries[str(folder)]["document"]).read_bytes()
        answers.append(_found(strict_json.loads(document)))
    return answers


def _found(document: dict[str, list[dict[str, str]]]) -> tuple[str, tuple[str, ...]]:
    if "findings" not in document:
        return "none", (f"error {document['code']}",)
    findings = document["findings"]
    worst = max((f["severity"] for f in findings), key=_RANK.index, default="none")
    told = {f"{f['severity']} {f['check']}/{f['rule']}" for f in findings}
    return worst, tuple(sorted(told))


def _alarm(worst: str, truth: Truth) -> Answer:
    """High or critical counts on hostile samples, anything above low on honest ones."""
    bound = "high" if truth is Truth.HOSTILE else "medium"
    alarmed = _RANK.index(worst) >= _RANK.index(bound)
    return Answer.ALARM if alarmed else Answer.SILENT


def _digest(sample: Sample) -> str:
    digest = hashlib.sha256()
    for path, data in sorted(sample.files.items()):
        digest.update(f"{len(path)}:{path}:{len(data)}:".encode() + data)
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
