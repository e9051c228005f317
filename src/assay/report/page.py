"""What the page of a report shows, worked out before any markup is written."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from assay.domain.assessment import Outcome
from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.release import IrregularKind
from assay.report.glossary import OUTCOMES
from assay.report.tally import (
    ControlLine,
    areas_of,
    by_class,
    count_outcomes,
    findings_by_severity,
    lines_of,
)
from assay.report.text import clean

if TYPE_CHECKING:
    from assay.domain.assessment import Assessment
    from assay.domain.baseline import Accepted, Comparison
    from assay.domain.declaration import Declarations
    from assay.domain.facts import ReleaseFacts
    from assay.domain.finding import CheckReport, Finding, Severity
    from assay.domain.programme import EvidenceClass, Programme, Tier
    from assay.domain.release import Inventory, Irregular
    from assay.domain.verdict import Reason

__all__ = [
    "AreaBlock",
    "CheckRow",
    "ClassRow",
    "Cut",
    "EvidenceRow",
    "FindingBlock",
    "IrregularRow",
    "Segment",
    "SeverityRow",
    "TierRow",
    "TypeRow",
    "area_blocks",
    "check_rows",
    "class_rows",
    "commands",
    "cut",
    "evidence_rows",
    "finding_blocks",
    "irregular_rows",
    "segments",
    "severity_rows",
    "sorted_reasons",
    "tier_rows",
    "type_rows",
]

T = TypeVar("T")

# A narrower part of a bar has no room for its number; the table beside it has all.
_NARROWEST_LABEL = 0.05

_IRREGULAR_WORDS = {
    IrregularKind.SYMLINK_INSIDE: "link to another file of the release",
    IrregularKind.SYMLINK_OUTSIDE: "link to something outside the release",
    IrregularKind.SYMLINK_BROKEN: "link to nothing",
    IrregularKind.SPECIAL_FILE: "device, socket or pipe",
    IrregularKind.VERSION_CONTROL: "directory of a version control system",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(Generic[T]):
    """A list that may have been cut.

    Attributes:
        items: What is shown.
        left: How many more there are.
    """

    items: tuple[T, ...]
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of a horizontal bar.

    Attributes:
        outcome: What it stands for.
        count: How many.
        x: Where it starts, as a percentage of the width.
        width: How wide it is, likewise.
        middle: Where its number stands, or empty when it is too narrow.
    """

    outcome: Outcome
    count: int
    x: str
    width: str
    middle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """The outcomes of all controls whose results are known in one way."""

    evidence_class: EvidenceClass
    total: int
    counts: dict[Outcome, int]
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityRow:
    """How many findings of one severity, and the width of their bar in percent."""

    severity: Severity
    count: int
    width: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRow:
    """A tier, whether it was reached, and how many of its controls hold.

    `reached` is in words: what is withheld can leave it undetermined.
    """

    tier: Tier
    reached: str
    holding: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaBlock:
    """An area and its controls."""

    number: int
    title: str
    lines: tuple[ControlLine, ...]
    counts: dict[Outcome, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingBlock:
    """A finding, its number on the page, and the controls that its check answers.

    `accepted` is the entry of a baseline that accepts it, when one does.
    """

    number: int
    finding: Finding
    controls: tuple[str, ...]
    accepted: Accepted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """A check that ran and the controls that it answers."""

    report: CheckReport
    controls: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """An evidence file; its name and size are known from the declarations only."""

    sha256: str
    name: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRow:
    """Files of one type."""

    name: str
    files: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IrregularRow:
    """An entry that the digest leaves out, and what it is in words."""

    entry: Irregular
    words: str


def cut(items: tuple[T, ...], most: int = DEFAULT_LIMITS.max_report_rows) -> Cut[T]:
    """Keep the first items of a list and count the others."""
    return Cut(items=items[:most], left=max(len(items) - most, 0))


def segments(lines: tuple[ControlLine, ...]) -> tuple[Segment, ...]:
    """Draw the outcomes of some controls as the parts of one bar."""
    counts = count_outcomes(lines)
    total = len(lines)
    parts: list[Segment] = []
    before = 0
    for outcome in OUTCOMES:
        count = counts[outcome]
        if not count:
            continue
        middle = _percent(before + count / 2, total)
        parts.append(
            Segment(
                outcome=outcome,
                count=count,
                x=_percent(before, total),
                width=_percent(count, total),
                middle=middle if count / total >= _NARROWEST_LABEL else "",
            )
        )
        before += count
    return tuple(parts)


def _percent(part: float, whole: int) -> str:
    return f"{100 * part / whole:.3f}%"


def evidence_rows(
    assessment: Assessment, declarations: Declarations | None
) -> dict[str, tuple[EvidenceRow, ...]]:
    """Give the evidence files of each control, by its id.

    Args:
        assessment: Holds the digests of the files.
        declarations: Holds their names and sizes as well, when it is at hand.
    """
    answers = () if declarations is None else declarations.answers
    known = {
        (answer.control, file.sha256): EvidenceRow(
            sha256=file.sha256, name=file.name, size=file.size
        )
        for answer in answers
        for file in answer.evidence
    }
    return {
        result.control: tuple(
            known.get((result.control, digest), EvidenceRow(sha256=digest))
            for digest in result.evidence
        )
        for result in assessment.controls
    }


def class_rows(assessment: Assessment, programme: Programme) -> tuple[ClassRow, ...]:
    """Give the outcomes by how they are known, the strongest class first."""
    return tuple(
        ClassRow(
            evidence_class=evidence_class,
            total=len(lines),
            counts=count_outcomes(lines),
            segments=segments(lines),
        )
        for evidence_class, lines in by_class(lines_of(assessment, programme))
    )


def severity_rows(assessment: Assessment) -> tuple[SeverityRow, ...]:
    """Give the findings by severity, each bar measured against the longest."""
    counts = findings_by_severity(assessment)
    longest = max(1, *counts.values())
    return tuple(
        SeverityRow(severity=severity, count=n, width=_percent(n, longest))
        for severity, n in counts.items()
    )


def tier_rows(assessment: Assessment, programme: Programme) -> tuple[TierRow, ...]:
    """Give every tier of the programme, from the highest to the lowest."""
    holding = {
        line.control.id
        for line in lines_of(assessment, programme)
        if line.result.outcome in {Outcome.MET, Outcome.NOT_APPLICABLE}
    }
    return tuple(
        TierRow(
            tier=tier,
            reached=_reached(assessment, tier.id),
            holding=sum(control in holding for control in tier.controls),
        )
        for tier in reversed(programme.tiers)
    )


def _reached(assessment: Assessment, tier: str) -> str:
    if tier in assessment.tiers:
        return "Yes"
    return "Undetermined" if tier in assessment.tiers_undetermined else "No"


def area_blocks(assessment: Assessment, programme: Programme) -> tuple[AreaBlock, ...]:
    """Give the controls of each area with what came of them."""
    return tuple(
        AreaBlock(
            number=place, title=area.title, lines=lines, counts=count_outcomes(lines)
        )
        for place, (area, lines) in enumerate(areas_of(assessment, programme), 1)
    )


def _controls_of(programme: Programme, check: str) -> tuple[str, ...]:
    return tuple(c.id for c in programme.controls if check in c.checks)


def finding_blocks(
    assessment: Assessment,
    programme: Programme,
    comparison: Comparison | None = None,
) -> Cut[FindingBlock]:
    """Give the findings, the most severe first."""
    kept = cut(assessment.findings)
    blocks = tuple(
        FindingBlock(
            number=place,
            finding=finding,
            controls=_controls_of(programme, finding.check),
            accepted=comparison.accepted.get(finding.id) if comparison else None,
        )
        for place, finding in enumerate(kept.items, 1)
    )
    return Cut(items=blocks, left=kept.left)


def check_rows(assessment: Assessment, programme: Programme) -> Cut[CheckRow]:
    """Give the checks that ran, in the order in which they ran."""
    rows = tuple(
        CheckRow(report=report, controls=_controls_of(programme, report.check))
        for report in assessment.reports
    )
    return cut(rows)


def type_rows(inventory: Inventory, facts: ReleaseFacts | None) -> Cut[TypeRow]:
    """Count files and bytes by type, the largest first.

    Args:
        inventory: The files.
        facts: Types decided by content. Without them only the endings of the names
            are known, and a name proves nothing.
    """
    if facts is not None:
        pairs = [(f.content.value, f.size) for f in facts.files]
    else:
        pairs = [(_ending(f.path), f.size) for f in inventory.files]
    sizes: dict[str, list[int]] = {}
    for name, size in pairs:
        sizes.setdefault(name, []).append(size)
    rows = [TypeRow(name=n, files=len(s), size=sum(s)) for n, s in sizes.items()]
    return cut(tuple(sorted(rows, key=lambda row: (-row.size, row.name))))


def _ending(path: str) -> str:
    name = path.rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and stem and ending else "no ending"


def irregular_rows(inventory: Inventory) -> Cut[IrregularRow]:
    """Give the entries of the directory that the digest leaves out."""
    return cut(
        tuple(
            IrregularRow(entry=entry, words=_IRREGULAR_WORDS[entry.kind])
            for entry in inventory.irregular
        )
    )


def sorted_reasons(reasons: tuple[Reason, ...]) -> Cut[Reason]:
    """Give the reasons that speak against a yes before those that speak for it."""
    return cut(tuple(sorted(reasons, key=lambda reason: reason.holds)))


def commands(programme: Programme, benefit: str | None) -> tuple[tuple[str, str], ...]:
    """Give what to type to repeat and to check all this, each with what it does.

    People will paste these, so what comes from a programme is quoted for the shell.
    """
    name = shlex.quote(clean(f"{programme.ref.id}@{programme.ref.version}"))
    wanted = "BENEFIT" if benefit is None else shlex.quote(clean(benefit))
    return (
        (
            (
                "Make the assessment again from the files. The same release, programme "
                "and version of Assay give the same result, byte for byte."
            ),
            f"assay check RELEASE --programme {name}",
        ),
        (
            (
                "Check the developer's signed bundle against your own trust file and "
                "the files that you hold. No network is needed."
            ),
            "assay verify BUNDLE --trust TRUST --release RELEASE",
        ),
        (
            "Ask whether a benefit is due, and why.",
            f"assay decide BUNDLE --trust TRUST --benefit {wanted}",
        ),
        (
            "Compare one file with the manifest, without Assay.",
            "sha256sum FILE",
        ),
    )
