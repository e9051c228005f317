"""What `--fail-on` comes to, in the words that the terminal and the page share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.gate import GateValue, gate_of
from assay.report.text import plural

if TYPE_CHECKING:
    from assay.domain.assessment import Assessment
    from assay.domain.baseline import Comparison
    from assay.domain.finding import Severity
    from assay.domain.gate import Gate

__all__ = ["gate_words"]


def gate_words(
    assessment: Assessment, fail_at: Severity, comparison: Comparison | None
) -> tuple[GateValue, str]:
    """Say whether a pipeline may go on, and what that turns on.

    Args:
        assessment: What was found.
        fail_at: Severity from which findings fail the run.
        comparison: What a baseline accepts, where there is one.
    """
    gate = gate_of(assessment, fail_at, comparison)
    at = f"of severity {fail_at} or above"
    if gate.value is GateValue.FAILS:
        more = f"; {gate.accepted} more accepted by the baseline"
        text = f"fails: {plural(gate.grave, 'finding')} {at}"
        return gate.value, text + (more if gate.accepted else "")
    if gate.value is GateValue.CANNOT_TELL:
        return gate.value, f"cannot tell: {_unknown(gate)}"
    if gate.accepted and comparison is not None:
        days = [
            comparison.accepted[finding.id].expires
            for finding in assessment.findings
            if finding.severity.rank >= fail_at.rank
        ]
        word = "is" if gate.accepted == 1 else "are"
        first = "" if len(set(days)) == 1 else ", the first of them"
        text = (
            f"passes: {plural(gate.accepted, 'finding')} {at} {word} accepted by the "
            f"baseline{first} until {min(days)}"
        )
        return gate.value, text
    return gate.value, f"passes: no finding {at}"


def _unknown(gate: Gate) -> str:
    """Say what might be as severe as it gets; to pass it would be a guess."""
    parts = (
        plural(gate.unlisted, "finding") + " of unknown severity"
        if gate.unlisted
        else "",
        plural(gate.failed, "check") + " failed" if gate.failed else "",
        plural(gate.unread, "thing") + " unread, see Unknown" if gate.unread else "",
    )
    return "; ".join(part for part in parts if part)
