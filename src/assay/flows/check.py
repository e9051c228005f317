"""A release, a programme and answers give an assessment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import assay
from assay.assess.check import CheckSubject
from assay.assess.registry import CHECKS
from assay.assess.runner import run_checks
from assay.crypto.digest import release_digest, sha256_hex
from assay.domain.assessment import Assessment
from assay.domain.baseline import compare_with
from assay.domain.declaration import Declarations, EvidenceFile
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import AssayError, EvidenceError
from assay.flows.files import read_file
from assay.flows.programmes import read_found
from assay.programme.outcomes import burden_of, control_results, tiers_reached
from assay.release import inspect_release

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from assay.domain.baseline import Baseline, Comparison
    from assay.domain.facts import ReleaseFacts
    from assay.domain.programme import Programme
    from assay.domain.release import Inventory
    from assay.release import InspectedRelease

__all__ = [
    "CheckedRelease",
    "assess_release",
    "beside_baseline",
    "check_release",
    "read_accepted",
    "read_answers",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRelease:
    """A release that was checked, with all that went into its assessment.

    Attributes:
        name: What people call it: the name of where it came from.
        inventory: Its files.
        facts: What was seen in them.
        programme: The programme.
        programme_file: Its exact bytes.
        declarations: What people answered.
        assessment: What came of it all.
        baseline: What is accepted; None when no baseline was given.
        comparison: The findings beside it; None when no baseline was given.
        notes: What was assumed about where it came from, one sentence each.
    """

    name: str
    inventory: Inventory
    facts: ReleaseFacts
    programme: Programme
    programme_file: bytes
    declarations: Declarations
    assessment: Assessment
    baseline: Baseline | None = None
    comparison: Comparison | None = None
    notes: tuple[str, ...] = ()


def check_release(
    root: Path | str,
    programme_file: bytes,
    *,
    declarations_file: Path | None = None,
    today: date,
    read: Callable[[], InspectedRelease] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> CheckedRelease:
    """Check a release against a programme.

    Args:
        root: Where the release is, as for `inspect_release`.
        programme_file: The programme, as `find_programme` gives it.
        declarations_file: What people answered; evidence files lie relative to it.
        today: Answers dated later are refused.
        read: Gives the release as read; by default it is read here and now.
        limits: Bounds on everything that is read.

    Raises:
        ReleaseError: The release cannot be read whole, or changes while it is read.
        ProgrammeError, EvidenceError, DocumentError: What came with it is unusable.
    """
    programme = read_found(programme_file, limits)
    declarations = read_answers(declarations_file, programme, today, limits)
    inspected = inspect_release(root, limits=limits) if read is None else read()
    return CheckedRelease(
        name=inspected.name,
        inventory=inspected.inventory,
        facts=inspected.facts,
        programme=programme,
        programme_file=programme_file,
        declarations=declarations,
        assessment=assess_release(inspected, programme, declarations, limits),
        notes=inspected.notes,
    )


def beside_baseline(
    checked: CheckedRelease, baseline: Baseline | None, today: date
) -> CheckedRelease:
    """Hold the findings of a checked release against a baseline; no outcome changes.

    Args:
        checked: The release.
        baseline: As `read_accepted` gives it; None for none.
        today: Entries that expired before this day accept nothing.
    """
    if baseline is None:
        return checked
    comparison = compare_with(
        baseline, checked.assessment.findings, checked.inventory.digests, today
    )
    return replace(checked, baseline=baseline, comparison=comparison)


def assess_release(
    inspected: InspectedRelease,
    programme: Programme,
    declarations: Declarations,
    limits: Limits = DEFAULT_LIMITS,
) -> Assessment:
    """Run every registered check and derive every outcome."""
    subject = CheckSubject(
        inventory=inspected.inventory, facts=inspected.facts, limits=limits
    )
    reports = run_checks(CHECKS, subject)
    results = control_results(programme, reports, declarations)
    return Assessment(
        release_digest=release_digest(inspected.inventory.files),
        files=len(inspected.inventory.files),
        total_size=inspected.inventory.total_size,
        programme=programme.ref,
        tool_version=assay.__version__,
        controls=results,
        reports=reports,
        tiers=tiers_reached(programme, results),
        burden=burden_of(programme, declarations),
    )


def read_accepted(
    path: Path | None, limits: Limits = DEFAULT_LIMITS
) -> Baseline | None:
    """Read which findings are accepted; None when there is no file.

    Raises:
        EvidenceError, DocumentError, InputError: The file is unusable or not there.
    """
    if path is None:
        return None
    # Late: its models take a while to build, and most runs have no baseline.
    from assay.wire.v0.baseline import read_baseline  # noqa: PLC0415 - see above

    most = limits.max_declarations_bytes
    return read_baseline(read_file(path, most=most, what="baseline file"), limits)


def read_answers(
    path: Path | None, programme: Programme, today: date, limits: Limits
) -> Declarations:
    """Read what people answered, and digest the evidence files that they name.

    Raises:
        EvidenceError: An answer is unusable, or an evidence file is missing
            (`evidence.file`).
        DocumentError, InputError: The file is malformed or not there.
    """
    if path is None:
        return Declarations()
    # Late: its models take a while to build, and most runs have no answers yet.
    from assay.wire.v0.declarations import read_declarations  # noqa: PLC0415 - see above

    data = read_file(path, most=limits.max_declarations_bytes, what="declarations file")

    def evidence(name: str) -> EvidenceFile:
        try:
            content = read_file(
                path.parent / name, most=limits.max_evidence_bytes, what="evidence file"
            )
        except AssayError as error:
            raise EvidenceError(
                "file",
                f"An evidence file cannot be read: {error.message}",
                expected=f"a file {name} beside the declarations",
                found=error.found,
            ) from error
        if not content:
            raise EvidenceError(
                "empty-file",
                f"The evidence file {name} has nothing in it.",
                expected="a file that shows what was answered",
                found="0 bytes",
                remedy="put the evidence into it, or do not name it",
            )
        return EvidenceFile(name=name, sha256=sha256_hex(content), size=len(content))

    return read_declarations(data, programme, evidence, today=today)
