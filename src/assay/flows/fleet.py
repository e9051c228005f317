"""Many releases, one after the other or over a cluster; one broken one stops nobody.

Every release gets a document of its own as soon as it is checked, and the summary is
written anew every second: a run that is stopped goes on where it was. Ray is used when
it is installed and asked for; it only ever runs `check_one`, which knows nothing of it.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import assay
from assay.crypto.digest import sha256_hex
from assay.domain.finding import Severity
from assay.domain.gate import gate_of
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import AssayError, DocumentError, UsageError
from assay.flows.check import beside_baseline, check_release
from assay.flows.check_document import check_document
from assay.flows.files import machine_error, read_file, write_file
from assay.flows.programmes import read_found
from assay.release.background import open_cache
from assay.release.inspect import inspect_release
from assay.wire.strict_json import loads
from assay.wire.v0.fleet import (
    FleetBaselinePart,
    FleetDocument,
    FleetEntryPart,
    FleetErrorPart,
    SeverityCounts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from assay.flows.check import CheckedRelease
    from assay.release import Progress

__all__ = [
    "SUMMARY",
    "Checked",
    "FleetOrder",
    "Here",
    "check_fleet",
    "check_one",
    "read_list",
]

SUMMARY = "fleet.json"
# The summary of a large fleet takes a while to write: not after each of its releases.
_SUMMARY_SECONDS = 1.0
_MOST_WORD_CHARS = 80
# Lines that an error names.
_MOST_LINES = 5
_NOTHING = {severity.value: 0 for severity in Severity}


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOrder:
    """What is to be done with every release; it travels to where the work is done.

    Attributes:
        programme_file: The programme, as `find_programme` gives it.
        fail_on: Severity from which a finding fails a release.
        jobs: Threads for one release; as many as there are processors when None.
        cache: Directory of kept facts, on each machine; None for none.
        baseline_file: Findings that are accepted in every release; None for none.
    """

    programme_file: bytes
    fail_on: str
    jobs: int | None = None
    cache: str | None = None
    baseline_file: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One release done: its line in the summary, and its document."""

    entry: FleetEntryPart
    document: bytes


class Here:
    """Checks one release after the other in this process, each with all cores.

    Args:
        watch: Called with the path of each release before it is read; gives what is to
            be told how far the reading is.
    """

    def __init__(
        self, watch: Callable[[str], Callable[[Progress], None]] | None = None
    ) -> None:
        self._watch = watch

    def __call__(
        self, order: FleetOrder, releases: list[tuple[str, str]]
    ) -> Iterator[Checked]:
        """Give each as soon as it is done."""
        for path, name in releases:
            progress = None if self._watch is None else self._watch(path)
            yield check_one(order, path, name, progress)


def check_fleet(  # noqa: PLR0913 - the options of the verb, each with its default
    releases: list[str],
    out: Path,
    order: FleetOrder,
    *,
    engine: Callable[[FleetOrder, list[tuple[str, str]]], Iterator[Checked]],
    again: bool = False,
    begin: Callable[[int, int], None] | None = None,
    tell: Callable[[FleetEntryPart, int, int], None] | None = None,
) -> FleetDocument:
    """Check every release that is not done already, and write the summary.

    Args:
        releases: Paths or addresses, in the order of the summary.
        out: Directory for the documents and `SUMMARY`; made when it is not there.
        order: What to do with each.
        engine: Where the work is done.
        again: Whether to check what is done and has not changed.
        begin: Told once how many need not be checked again, and how many there are.
        tell: Told of each release, with how many are done and how many there are.

    Raises:
        UsageError: `usage.fleet-other`: the directory holds another fleet's summary.
        MachineError: The directory cannot be written to.
    """
    programme = read_found(order.programme_file).ref
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise machine_error(
            "write", "The directory cannot be made.", out, error
        ) from error
    digest = sha256_hex(order.programme_file)
    baseline = _baseline_of(order)
    before = _read_summary(out / SUMMARY)
    names = _names(releases)
    done: dict[str, FleetEntryPart] = {}
    if before is not None and not again and _same(before, digest, baseline, order):
        for entry in before.releases:
            if entry.document == names.get(entry.path) and _still_holds(entry, out):
                done[entry.path] = entry

    def summary() -> FleetDocument:
        return FleetDocument(
            format="assay-fleet/0",
            programme=f"{programme.id}@{programme.version}",
            programme_digest=digest,
            tool_version=assay.__version__,
            fail_on=order.fail_on,
            baseline=baseline,
            releases=tuple(done[path] for path in names if path in done),
        )

    waiting = [(path, names[path]) for path in names if path not in done]
    if begin is not None:
        begin(len(done), len(names))
    written = time.monotonic()
    try:
        for checked in engine(order, waiting):
            write_file(out / checked.entry.document, checked.document)
            done[checked.entry.path] = checked.entry
            if time.monotonic() - written > _SUMMARY_SECONDS:
                _write_summary(out, summary())
                written = time.monotonic()
            if tell is not None:
                tell(checked.entry, len(done), len(names))
    finally:
        # Also when somebody stops it: what is done is then known the next time.
        _write_summary(out, summary())
    return summary()


def check_one(
    order: FleetOrder,
    path: str,
    name: str,
    progress: Callable[[Progress], None] | None = None,
) -> Checked:
    """Check one release; whatever is wrong with it is its own result.

    Args:
        order: What to do.
        path: Where it is, or its address.
        name: Name of its document.
        progress: Told now and then how far the reading is.
    """
    started = time.monotonic()
    root = path if "://" in path else Path(path)
    try:
        looked = _look(path)
        cache = open_cache(None if order.cache is None else Path(order.cache))
        today = datetime.now(tz=UTC).date()
        checked = check_release(
            root,
            order.programme_file,
            today=today,
            read=lambda: inspect_release(
                root, jobs=order.jobs, cache=cache, progress=progress
            ),
        )
        if order.baseline_file is not None:
            # Late: most fleets have none.
            from assay.wire.v0.baseline import read_baseline  # noqa: PLC0415 - see above

            checked = beside_baseline(
                checked, read_baseline(order.baseline_file), today
            )
    except AssayError as error:
        return _failed(path, name, error, time.monotonic() - started)
    seconds = time.monotonic() - started
    value = check_document(checked, seconds).model_dump(mode="json", by_alias=True)
    return Checked(
        entry=_entry(path, name, checked, order, looked, seconds),
        document=json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n",
    )


def read_list(path: Path) -> list[str]:
    """Read which releases there are: a path or an address a line, `#` begins a comment.

    Relative paths lie below the directory of the list.

    Raises:
        UsageError: `usage.fleet-list`: it names none, or one twice.
        InputError: It is not there, or too large.
    """
    data = read_file(path, most=DEFAULT_LIMITS.max_declarations_bytes, what="list")
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise _bad_list("text in UTF-8", "other bytes") from error
    found: dict[str, list[int]] = {}
    for number, line in enumerate(map(str.strip, lines), 1):
        if line and not line.startswith("#"):
            one = line if "://" in line else str(path.parent / line)
            found.setdefault(one, []).append(number)
    releases = list(found)
    if str(path.parent).encode("utf-8", "replace").decode() != str(path.parent):
        # The lines are Unicode; the directory above them is not.
        raise _bad_list("a directory of the list whose name is UTF-8", "other bytes")
    if not releases:
        raise _bad_list("at least one release", "none")
    for one, numbers in found.items():
        if len(numbers) > 1:
            where = ", ".join(map(str, numbers[:_MOST_LINES]))
            more = ", ..." if numbers[_MOST_LINES:] else ""
            raise UsageError(
                "fleet-list",
                "The list names a release more than once.",
                expected="each release once",
                found=f"{one} in lines {where}{more}",
                remedy="remove all of these lines but one",
            )
    return releases


def _entry(
    path: str,
    name: str,
    checked: CheckedRelease,
    order: FleetOrder,
    looked: str | None,
    seconds: float,
) -> FleetEntryPart:
    counts = dict(_NOTHING)
    for finding in checked.assessment.findings:
        counts[finding.severity.value] += 1
    reports = checked.assessment.reports
    return FleetEntryPart(
        path=path,
        gate=gate_of(
            checked.assessment, Severity(order.fail_on), checked.comparison
        ).value.value,
        document=name,
        looked=looked,
        release_digest=checked.assessment.release_digest,
        findings=SeverityCounts(**counts),
        tiers=checked.assessment.tiers,
        not_inspected=sum(len(report.gaps) for report in reports),
        error=None,
        seconds=round(seconds, 3),
    )


def _failed(path: str, name: str, error: AssayError, seconds: float) -> Checked:
    value = {
        "format": "assay-error/0",
        "code": error.code,
        "message": error.message,
        "expected": error.expected,
        "found": error.found,
        "remedy": error.remedy,
    }
    data = json.dumps(value, indent=2).encode("utf-8", "backslashreplace") + b"\n"
    entry = FleetEntryPart(
        path=path,
        gate="error",
        document=name,
        looked=None,
        release_digest=None,
        findings=None,
        tiers=None,
        not_inspected=None,
        error=FleetErrorPart(
            **{key: _spelled(text) for key, text in value.items() if key != "format"}
        ),
        seconds=round(seconds, 3),
    )
    return Checked(entry=entry, document=data)


def _spelled(text: str) -> str:
    """Spell out what no document can carry: names of files need not be Unicode."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _look(path: str) -> str | None:
    """Digest names, sizes and times of all that lies at a path.

    What a store or the tag of a layout leads to cannot be told without reading it.
    """
    if "://" in path or not os.path.exists(path):  # noqa: PTH110 - false for a NUL
        return None
    # Behind links: a link to a snapshot does not say that it leads to one.
    root = Path(os.path.realpath(path))
    folder = root.parent.parent
    if root.parent.name == "snapshots" and (folder / "blobs").is_dir():
        # The files of a snapshot are links to what lies beside it.
        root = folder
    seen = hashlib.sha256()
    try:
        for place in _places(root):
            status = os.lstat(place)
            about = (
                os.path.relpath(place, root),
                status.st_size,
                status.st_mtime_ns,
                # Anyone can set the former, and nobody the latter.
                status.st_ctime_ns,
                status.st_ino,
                status.st_mode,
            )
            seen.update(repr(about).encode("utf-8", "surrogateescape"))
    except OSError:
        # The check that follows meets the same trouble, and tells it as it should.
        return None
    return seen.hexdigest()


def _places(root: Path) -> Iterator[str]:
    """Give all that lies at a path: itself behind links, and what is below it."""
    yield os.path.realpath(root)
    for folder, folders, files in os.walk(root):
        folders.sort()
        # Links to directories are among the folders, and are not walked.
        for name in sorted((*folders, *files)):
            yield os.path.join(folder, name)  # noqa: PTH118 - many files, plain strings


def _still_holds(entry: FleetEntryPart, out: Path) -> bool:
    """Say whether a release is as it was when it was checked."""
    if entry.looked is None or not (out / entry.document).is_file():
        return False
    return entry.looked == _look(entry.path)


def _baseline_of(order: FleetOrder) -> FleetBaselinePart | None:
    """Name a baseline with the day, on which depends what it accepts."""
    if order.baseline_file is None:
        return None
    return FleetBaselinePart(
        digest=sha256_hex(order.baseline_file),
        day=datetime.now(tz=UTC).date().isoformat(),
    )


def _same(
    before: FleetDocument,
    digest: str,
    baseline: FleetBaselinePart | None,
    order: FleetOrder,
) -> bool:
    now = (digest, assay.__version__, order.fail_on, baseline)
    return now == (
        before.programme_digest,
        before.tool_version,
        before.fail_on,
        before.baseline,
    )


def _names(releases: Iterable[str]) -> dict[str, str]:
    """Give each release a document that is named after it and after no other."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for path in releases:
        # ASCII alone: other characters take up to four of the bytes of a file's name.
        word = "".join(
            char if char.isascii() and (char.isalnum() or char in "-._") else "-"
            for char in Path(path).name
        )
        plain = word.strip(".")[:_MOST_WORD_CHARS] or "release"
        digest = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()
        short = digest[:8]
        # Not all file systems tell capitals apart, and 8 characters can be made to fit.
        if f"{plain}-{short}".lower() in taken:
            short = digest
        taken.add(f"{plain}-{short}".lower())
        names[path] = f"{plain}-{short}.json"
    return names


def _read_summary(path: Path) -> FleetDocument | None:
    if not path.exists():
        return None
    data = read_file(path, most=DEFAULT_LIMITS.max_document_bytes, what="summary")
    try:
        return FleetDocument.read(loads(data), document="fleet summary")
    except DocumentError as error:
        raise UsageError(
            "fleet-other",
            "The directory holds a summary that this version did not write.",
            expected="an empty directory, or one of `assay fleet check`",
            found=str(path),
            remedy="name another directory, or move the file away",
        ) from error


def _write_summary(out: Path, document: FleetDocument) -> None:
    value = document.model_dump(mode="json", by_alias=True)
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    write_file(out / SUMMARY, text.encode("utf-8"))


def _bad_list(expected: str, found: str) -> UsageError:
    return UsageError(
        "fleet-list",
        "The list names no fleet.",
        expected=expected,
        found=found,
        remedy="write one release a line; lines that begin with # are comments",
    )
