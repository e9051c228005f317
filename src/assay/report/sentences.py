"""The two sentences of a report that people quote: what was found, what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.report.tally import findings_by_severity, unlisted_findings
from assay.report.text import number, plural

if TYPE_CHECKING:
    from assay.domain.assessment import Assessment, Burden

__all__ = ["asked_words", "findings_words"]


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


def _grouped(parts: list[str]) -> list[str]:
    """Join all but the last, so that `and` stands once."""
    return [", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts


def asked_words(burden: Burden) -> str:
    """Say what an assessment asks of people, and what checks cover."""
    waits = "waits" if burden.for_reviewers == 1 else "wait"
    waiting = plural(burden.for_reviewers, "control")
    return (
        f"Checks cover {number(burden.by_machine)} of"
        f" {plural(burden.controls, 'control')};"
        f" people of the developer are asked {plural(burden.asked, 'question')} and"
        f" answered {number(burden.answered)}; {waiting} {waits} for an"
        " independent reviewer. What a check covers may still be not assessed, where it"
        " could not look at everything."
    )
