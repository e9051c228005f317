"""Whether a pipeline may go on after a check: what `--fail-on` asks.

The programme's controls have no say in it, and a baseline has: findings that somebody
accepts, for a time, stop nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.domain.assessment import Assessment
    from assay.domain.baseline import Comparison
    from assay.domain.finding import Severity

__all__ = ["Gate", "GateValue", "gate_of"]

# The check whose findings say that a part was not looked into; a baseline that accepts
# one of them accepts that nobody looked.
_LOOKED_INTO = "content-inspected"


class GateValue(StrEnum):
    """The three answers."""

    PASSES = "passes"
    FAILS = "fails"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What the answer turns on, each counted.

    Attributes:
        grave: Findings of the severity asked for or above that nobody accepts.
        accepted: Those that a baseline accepts.
        unlisted: Findings beyond the bound of their check, of any severity.
        failed: Checks that could not be run to their end.
        unread: Things that a check ought to have looked at, and nobody accepts that
            it did not.
    """

    grave: int
    accepted: int
    unlisted: int
    failed: int
    unread: int

    @property
    def value(self) -> GateValue:
        """No for what is known to be grave; yes only when everything was looked at."""
        if self.grave:
            return GateValue.FAILS
        if self.unlisted or self.failed or self.unread:
            return GateValue.CANNOT_TELL
        return GateValue.PASSES


def gate_of(
    assessment: Assessment, fail_on: Severity, comparison: Comparison | None = None
) -> Gate:
    """Weigh an assessment, with the findings that a baseline accepts.

    Args:
        assessment: All findings and gaps of a release.
        fail_on: The least severity that stops a pipeline.
        comparison: What a baseline accepts, where there is one.
    """
    grave = [f for f in assessment.findings if f.severity.rank >= fail_on.rank]
    accepted = [f for f in grave if comparison is not None and comparison.accepts(f)]
    passed_over = {
        finding.place.path
        for finding in assessment.findings
        if finding.check == _LOOKED_INTO
        and comparison is not None
        and comparison.accepts(finding)
    }
    reports = assessment.reports
    return Gate(
        grave=len(grave) - len(accepted),
        accepted=len(accepted),
        unlisted=sum(
            max(report.findings_total - len(report.findings), 0) for report in reports
        ),
        failed=sum(bool(report.failure) for report in reports),
        unread=len(
            {
                gap.place
                for report in reports
                for gap in report.gaps
                if gap.place.path not in passed_over
            }
        ),
    )
