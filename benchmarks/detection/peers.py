"""Scanners that Assay is held against: how each is run, and what counts as its alarm.

Each lies in a virtual environment of its own, named after it, below one folder. An
alarm is what the tool itself would stop a pipeline for, read from its report, sample by
sample: most are run once over a folder of samples, some take one file at a time.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from assay.errors import DocumentError
from assay.wire import strict_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

__all__ = ["PEERS", "QUIET", "Answer", "Peer", "Run"]

# No peer may call home: this is a measurement, and samples look like attacks.
QUIET = {
    "AISBOM_NO_TELEMETRY": "1",
    "AISBOM_OFFLINE": "1",
    "COLUMNS": "1000",
    "DO_NOT_TRACK": "1",
    "NO_ANALYTICS": "1",
    "PROMPTFOO_DISABLE_TELEMETRY": "1",
    "NO_COLOR": "1",
}


class Answer(StrEnum):
    """What a scanner says of a sample."""

    ALARM = "alarm"
    SILENT = "silent"
    # It failed, or ran out of time: whoever gates on its status is stopped too.
    FAILED = "failed"


_STATUS = {"0": Answer.SILENT, "1": Answer.ALARM}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One finished process over a folder of samples.

    Attributes:
        root: The folder; each sample has a folder of its own in it.
        status: Exit status; None when it was stopped.
        output: Standard output and standard error.
        report: The file that it was asked to write, or nothing.
    """

    root: Path
    status: int | None
    output: str
    report: bytes


# Names of samples' folders with what the scanner says of each; those that are missing
# are silent. None: the run as a whole failed.
Said = dict[str, Answer] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A scanner.

    Attributes:
        name: As tables call it.
        package: Its distribution, for the version.
        folder: Its virtual environment below the folder of all peers.
        command: Gives the command for a folder, or for a file when `each_file`, and
            the report's path; the first word lies in the environment's `bin`.
        said: Reads what came of a folder.
        of_status: Reads what came of one file.
        each_file: `module:function` of its command line when it takes one file at a
            time, which `each_file.py` then runs for each.
        options: What stands before the file then.
        inside: Folder below the environment to start in, when it needs one.
    """

    name: str
    package: str
    folder: str
    command: Callable[[Path, Path], list[str]]
    said: Callable[[Run], Said] | None = None
    of_status: Callable[[str], Answer] | None = None
    each_file: str | None = None
    options: tuple[str, ...] = ()
    inside: str | None = None


def _sample(run: Run, path: str) -> str | None:
    """Give the sample that a path in a report lies in."""
    relative = path.removeprefix(f"{run.root}/")
    return None if relative.startswith("/") else relative.split("/", 1)[0] or None


def _marked(run: Run, paths: Iterable[str], answer: Answer) -> dict[str, Answer]:
    return {name: answer for path in paths if (name := _sample(run, path))}


def _document(data: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        return strict_json.loads(data)
    except DocumentError:
        return None


def _picklescan(run: Run) -> Said:
    if run.status not in {0, 1}:
        return None
    # `--strict` adds why to the end of the line.
    lines = [line for line in run.output.splitlines() if " FOUND" in line]
    return _marked(run, (line.split(": ", 1)[0] for line in lines), Answer.ALARM)


def _modelscan(run: Run) -> Said:
    document = _document(run.report)
    if run.status == 3:  # it found no file that it knows
        return {}
    if document is None:
        return None
    errors = (error.get("source") or "" for error in document["errors"])
    alarms = (issue["source"] for issue in document["issues"])
    failed = _marked(run, errors, Answer.FAILED)
    return failed | _marked(run, alarms, Answer.ALARM)


def _saferpickle(run: Run) -> Said:
    start = run.output.find("[\n")
    document = _document(run.output[start:].encode()) if start >= 0 else None
    if document is None:
        return None
    errors = (d["filename"] for d in document if d["status"] == "error")
    words = {"unsafe", "suspicious"}
    alarms = (d["filename"] for d in document if d.get("classification") in words)
    failed = _marked(run, errors, Answer.FAILED)
    return failed | _marked(run, alarms, Answer.ALARM)


def _aisbom(run: Run) -> Said:
    """It names files by their digest, and gates on critical risks."""
    document = _document(run.report)
    if document is None:
        return None
    risky = {
        digest["content"]
        for component in document.get("components", ())
        for digest in component.get("hashes", ())
        for entry in component.get("properties", ())
        if entry["name"] == "aisbom:risk" and entry["value"].startswith("CRITICAL")
    }
    return _marked(
        run,
        (
            str(path)
            for path in run.root.rglob("*")
            if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() in risky
        ),
        Answer.ALARM,
    )


def _safeloadai(run: Run) -> Said:
    if run.status == 5:  # no type that it supports
        return {}
    document = _document(run.report)
    if document is None:
        return None
    parts = document if isinstance(document, list) else [document]
    quiet = {"CLEAN", "UNSUPPORTED", None}
    failed = (part["path"] for part in parts if part.get("error"))
    alarms = (part["path"] for part in parts if part.get("verdict") not in quiet)
    told = _marked(run, failed, Answer.FAILED)
    return told | _marked(run, alarms, Answer.ALARM)


def _modelaudit(run: Run) -> Said:
    document = _document(run.report)
    if document is None:
        return None
    told: dict[str, Answer] = {}
    for issue in document["issues"]:
        path = re.split(r" \(pos |:", issue.get("location") or "", maxsplit=1)[0]
        if issue["severity"] in {"warning", "critical", "error"}:
            told |= _marked(run, [path], Answer.ALARM)
        elif (issue.get("details") or {}).get("analysis_incomplete"):
            # Alone, it would end with status 2: it could not look.
            told = _marked(run, [path], Answer.FAILED) | told
    return told


def _fickling(status: str) -> Answer:
    """Exit status 1 is an alarm; what it cannot read ends in an error."""
    return _STATUS.get(status, Answer.FAILED)


def _glyphhound(status: str) -> Answer:
    """2: there is no template in what it was given."""
    return Answer.SILENT if status == "2" else _STATUS.get(status, Answer.FAILED)


def _aisbom_command(*more: str) -> Callable[[Path, Path], list[str]]:
    def command(path: Path, report: Path) -> list[str]:
        given = ["aisbom", "scan", str(path), "--offline", "--output", str(report)]
        return [*given, *more]

    return command


PEERS: tuple[Peer, ...] = (
    Peer(
        name="picklescan",
        package="picklescan",
        folder="picklescan",
        command=lambda path, _: ["picklescan", "-p", str(path)],
        said=_picklescan,
    ),
    Peer(
        name="picklescan --strict",
        package="picklescan",
        folder="picklescan",
        command=lambda path, _: ["picklescan", "--strict", "-p", str(path)],
        said=_picklescan,
    ),
    Peer(
        name="modelscan",
        package="modelscan",
        folder="modelscan",
        command=lambda path, out: [
            *("modelscan", "-p", str(path), "-r", "json", "-o", str(out)),
        ],
        said=_modelscan,
    ),
    Peer(
        name="fickling",
        package="fickling",
        folder="fickling",
        command=lambda path, out: [
            *("fickling", "--check-safety", "--json-output", str(out), str(path)),
        ],
        of_status=_fickling,
        each_file="fickling.__main__:main",
        options=("--check-safety", "--json-output", "report.json"),
    ),
    Peer(
        name="saferpickle",
        package="saferpickle",
        folder="saferpickle",
        command=lambda path, _: ["python", "cli.py", f"--directory={path}"],
        said=_saferpickle,
        inside="src/saferpickle",
    ),
    Peer(
        name="aisbom",
        package="aisbom-cli",
        folder="aisbom",
        command=_aisbom_command(),
        said=_aisbom,
    ),
    Peer(
        name="aisbom --strict",
        package="aisbom-cli",
        folder="aisbom",
        command=_aisbom_command("--strict"),
        said=_aisbom,
    ),
    Peer(
        name="safeloadai",
        package="safeloadai",
        folder="safeloadai",
        command=lambda path, out: [
            *("safeloadai", "scan", "--no-input", "-q", "--report", str(out)),
            str(path),
        ],
        said=_safeloadai,
    ),
    Peer(
        name="modelaudit",
        package="modelaudit",
        folder="modelaudit",
        command=lambda path, out: [
            *("modelaudit", "scan", "--no-cache", "-f", "json", "-o", str(out)),
            str(path),
        ],
        said=_modelaudit,
    ),
    Peer(
        name="glyphhound",
        package="glyphhound",
        folder="glyphhound",
        command=lambda path, _: ["glyphhound", "scan", str(path)],
        of_status=_glyphhound,
        each_file="glyphhound.cli:main",
        options=("scan",),
    ),
)
