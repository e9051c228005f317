"""Counts that every report shows, and the proof that its parts belong together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.domain.assessment import Outcome
from assay.domain.finding import CheckStatus, Severity
from assay.domain.programme import EvidenceClass
from assay.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.domain.assessment import Assessment, ControlResult
    from assay.domain.facts import Content, Gap, Place
    from assay.domain.finding import CheckReport
    from assay.domain.programme import Area, Control, Programme
    from assay.domain.release import Inventory

__all__ = [
    "CLASSES",
    "ControlLine",
    "NotLookedAt",
    "Unread",
    "areas_of",
    "by_class",
    "count_outcomes",
    "findings_by_severity",
    "lines_of",
    "not_looked_at",
    "require_one_subject",
    "shown_outcomes",
    "unlisted_findings",
]

# From the strongest to the weakest, as readers should weigh them.
CLASSES = (
    EvidenceClass.INDEPENDENT,
    EvidenceClass.REPRODUCIBLE,
    EvidenceClass.OBSERVED,
    EvidenceClass.DECLARED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlLine:
    """A control and what came of it."""

    control: Control
    result: ControlResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A place that checks passed over, once, with all that wanted to look at it."""

    place: Place
    content: Content
    reasons: tuple[str, ...]
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLookedAt:
    """All of which an assessment says nothing; none of it reads as fine.

    Attributes:
        controls: Controls that nobody assessed, in the programme's order.
        failed_controls: Controls whose assessment failed.
        failed_checks: Checks that failed themselves.
        gaps: What checks ought to have looked at and did not, with their ids.
        withheld: Controls of which the developer shows only a salted digest.
    """

    controls: tuple[ControlLine, ...]
    failed_controls: tuple[ControlLine, ...]
    failed_checks: tuple[CheckReport, ...]
    gaps: tuple[tuple[str, Gap], ...]
    withheld: tuple[ControlLine, ...] = ()

    @property
    def unread(self) -> tuple[Unread, ...]:
        """The places of the gaps, each once, in the order in which they were met."""
        grouped: dict[tuple[Place, Content], list[tuple[str, str]]] = {}
        for check, gap in self.gaps:
            wanted = grouped.setdefault((gap.place, gap.content), [])
            wanted.append((gap.reason, check))
        return tuple(
            Unread(
                place=place,
                content=content,
                reasons=tuple(dict.fromkeys(reason for reason, _ in wanted)),
                checks=tuple(dict.fromkeys(check for _, check in wanted)),
            )
            for (place, content), wanted in grouped.items()
        )

    @property
    def total(self) -> int:
        """How many things were not looked at."""
        parts = (
            self.controls,
            self.failed_controls,
            self.failed_checks,
            self.gaps,
            self.withheld,
        )
        return sum(len(part) for part in parts)


def require_one_subject(
    assessment: Assessment, programme: Programme, inventory: Inventory | None = None
) -> None:
    """Refuse to report on parts that do not belong to one release and programme.

    A control that is absent from an assessment would otherwise be absent from the
    report, and what is absent reads as fine.

    Raises:
        UsageError: `usage.report-mismatch`: the programme or the inventory is not
            the one that was assessed, or a control has no result.
    """
    if assessment.programme != programme.ref:
        raise _mismatch(
            "programme",
            f"{assessment.programme.id} {assessment.programme.version} "
            f"({assessment.programme.digest})",
            f"{programme.ref.id} {programme.ref.version} ({programme.ref.digest})",
        )
    wanted = [control.id for control in programme.controls]
    given = [result.control for result in assessment.controls]
    if given != wanted:
        raise _mismatch(
            "list of controls",
            f"{len(wanted)} results, one per control in the programme's order",
            f"{len(given)} results",
        )
    areas = {area.id for area in programme.areas}
    stray = sorted({c.area for c in programme.controls} - areas)
    if stray:
        raise _mismatch("list of areas", "every control's area", ", ".join(stray))
    if inventory is None:
        return
    files = (assessment.files, assessment.total_size)
    found = (len(inventory.files), inventory.total_size)
    if found != files:
        raise _mismatch(
            "inventory",
            f"{files[0]} files of {files[1]} bytes",
            f"{found[0]} files of {found[1]} bytes",
        )


def _mismatch(what: str, expected: str, found: str) -> UsageError:
    return UsageError(
        "report-mismatch",
        f"Cannot report on this assessment: the {what} is not the one it was made of.",
        expected=expected,
        found=found,
        remedy="Give the parts of one and the same assessment.",
    )


def lines_of(assessment: Assessment, programme: Programme) -> tuple[ControlLine, ...]:
    """Pair each control with its result, in the programme's order."""
    pairs = zip(programme.controls, assessment.controls, strict=True)
    return tuple(ControlLine(control=c, result=r) for c, r in pairs)


def areas_of(
    assessment: Assessment, programme: Programme
) -> tuple[tuple[Area, tuple[ControlLine, ...]], ...]:
    """Group the lines by area, in the programme's order; empty areas are left out."""
    lines = lines_of(assessment, programme)
    grouped = (
        (area, tuple(line for line in lines if line.control.area == area.id))
        for area in programme.areas
    )
    return tuple((area, inside) for area, inside in grouped if inside)


def count_outcomes(lines: tuple[ControlLine, ...]) -> dict[Outcome, int]:
    """Count every outcome, also those that nothing came to."""
    counted = Counter(line.result.outcome for line in lines)
    return {outcome: counted[outcome] for outcome in Outcome}


def shown_outcomes(counts: Mapping[Outcome, int]) -> tuple[Outcome, ...]:
    """Give the outcomes that tables have room for, also those nothing came to.

    Whoever makes an assessment withholds nothing: `withheld` is among them only where
    something is.
    """
    return tuple(
        outcome
        for outcome in Outcome
        if outcome is not Outcome.WITHHELD or counts[outcome]
    )


def by_class(
    lines: tuple[ControlLine, ...],
) -> tuple[tuple[EvidenceClass, tuple[ControlLine, ...]], ...]:
    """Group the lines by how their results are known, the strongest class first."""
    grouped = (
        (c, tuple(line for line in lines if line.result.evidence_class is c))
        for c in CLASSES
    )
    return tuple((c, inside) for c, inside in grouped if inside)


def findings_by_severity(assessment: Assessment) -> dict[Severity, int]:
    """Count the listed findings of every severity, the most severe first."""
    counted = Counter(finding.severity for finding in assessment.findings)
    return {severity: counted[severity] for severity in Severity}


def unlisted_findings(assessment: Assessment) -> int:
    """Count findings beyond the bound of their check, of which only this is known."""
    return sum(
        max(report.findings_total - len(report.findings), 0)
        for report in assessment.reports
    )


def not_looked_at(assessment: Assessment, programme: Programme) -> NotLookedAt:
    """Collect all of which the assessment says nothing."""
    lines = lines_of(assessment, programme)
    reports = assessment.reports
    return NotLookedAt(
        controls=tuple(x for x in lines if x.result.outcome is Outcome.NOT_ASSESSED),
        failed_controls=tuple(x for x in lines if x.result.outcome is Outcome.ERROR),
        failed_checks=tuple(r for r in reports if r.status is CheckStatus.ERROR),
        gaps=tuple((r.check, gap) for r in reports for gap in r.gaps),
        withheld=tuple(x for x in lines if x.result.outcome is Outcome.WITHHELD),
    )
