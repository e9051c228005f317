"""The two sentences of a report that people quote: what was found, what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.assessment import Outcome
from assay.report.tally import (
    count_outcomes,
    findings_by_severity,
    lines_of,
    unlisted_findings,
)
from assay.report.text import number, plural

if TYPE_CHECKING:
    from assay.domain.assessment import Assessment, Burden
    from assay.domain.programme import Programme

__all__ = [
    "answered_words",
    "asked_words",
    "findings_words",
    "found_words",
    "missing_words",
    "outcome_words",
    "tier_words",
]

# Controls that are named of those that a tier lacks; the list of outcomes has all.
_NAMED = 3


def findings_words(assessment: Assessment) -> str:
    """Say in a few words what was found, the worst first, for the top of the page."""
    counts = findings_by_severity(assessment)
    parts = [f"{number(n)} {severity}" for severity, n in counts.items() if n]
    listed = sum(counts.values())
    unlisted = unlisted_findings(assessment)
    text = f"{' and '.join(_grouped(parts))} finding{'' if listed == 1 else 's'}"
    if not listed:
        text = "No findings in what was looked at"
    more = f", and {number(unlisted)} more of unknown severity" if unlisted else ""
    return text + more


def found_words(assessment: Assessment) -> str:
    """Count the findings of every severity, the worst first, for a labelled line."""
    counts = findings_by_severity(assessment)
    parts = [f"{number(n)} {severity}" for severity, n in counts.items() if n]
    unlisted = unlisted_findings(assessment)
    if unlisted:
        parts.append(f"{number(unlisted)} more beyond the bound of their check")
    return ", ".join(parts) or "none in what was looked at"


def outcome_words(assessment: Assessment, programme: Programme) -> str:
    """Count the controls of every outcome."""
    counts = count_outcomes(lines_of(assessment, programme))
    return ", ".join(f"{n} {outcome}" for outcome, n in counts.items() if n)


def tier_words(assessment: Assessment, programme: Programme) -> str:
    """Name the tiers reached; where none is, what the lowest lacks."""
    titles = {tier.id: tier.title for tier in programme.tiers}
    names = [titles.get(tier, tier) for tier in assessment.tiers]
    open_ = [titles.get(tier, tier) for tier in assessment.tiers_undetermined]
    if open_:
        return (
            f"{', '.join(names) or 'none known to be reached'} "
            f"(of {plural(len(titles), 'tier')}); undetermined, as controls are "
            f"withheld: {', '.join(open_)}"
        )
    text = f"{', '.join(names) or 'none reached'} (of {plural(len(titles), 'tier')})"
    if names:
        return text + (
            "; answers of any age count here, a decision counts only fresh ones"
        )
    missing = missing_words(assessment, programme)
    return f"{text}; {missing}" if missing else text


def missing_words(assessment: Assessment, programme: Programme) -> str:
    """Say what the lowest tier lacks; empty where it is reached, or lacks nothing."""
    settled = (*assessment.tiers, *assessment.tiers_undetermined)
    if not programme.tiers or programme.tiers[0].id in settled:
        return ""
    lowest = programme.tiers[0]
    lacking = [
        line
        for line in lines_of(assessment, programme)
        if line.control.id in lowest.controls
        and line.result.outcome not in (Outcome.MET, Outcome.NOT_APPLICABLE)
    ]
    if not lacking:
        return ""
    named = ", ".join(
        f"{line.control.id} ({line.result.outcome})" for line in lacking[:_NAMED]
    )
    left = len(lacking) - _NAMED
    more = f" and {number(left)} more" if left > 0 else ""
    return f"{lowest.title} lacks {named}{more}"


def _grouped(parts: list[str]) -> list[str]:
    """Join all but the last, so that `and` stands once."""
    return [", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts


def answered_words(burden: Burden) -> str:
    """Say how many questions people answered, where that is not withheld."""
    if burden.answered is None:
        return "an unknown number, as some answers are withheld"
    return number(burden.answered)


def asked_words(burden: Burden) -> str:
    """Say what an assessment asks of people, and what checks cover."""
    waits = "waits" if burden.for_reviewers == 1 else "wait"
    waiting = plural(burden.for_reviewers, "control")
    return (
        f"Checks cover {number(burden.by_machine)} of"
        f" {plural(burden.controls, 'control')};"
        f" people of the developer are asked {plural(burden.asked, 'question')} and"
        f" answered {answered_words(burden)}; {waiting} {waits} for an"
        " independent reviewer. What a check covers may still be not assessed, where it"
        " could not look at everything."
    )
