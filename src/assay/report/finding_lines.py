"""A finding on a terminal: how bad, where, what, and who accepts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.finding import Severity
from assay.report.screen import Ink
from assay.report.text import clean, prose, shorten, shorten_end

if TYPE_CHECKING:
    from assay.domain.baseline import Accepted
    from assay.domain.finding import Finding
    from assay.report.screen import Screen

__all__ = ["finding_lines"]

_SEVERITY_INK = {
    Severity.CRITICAL: Ink.BAD,
    Severity.HIGH: Ink.BAD,
    Severity.MEDIUM: Ink.WARN,
    Severity.LOW: Ink.PLAIN,
    Severity.INFO: Ink.FAINT,
}


def finding_lines(
    screen: Screen,
    finding: Finding,
    *,
    accepted: Accepted | None = None,
    whole: bool,
    verbose: bool = False,
) -> list[str]:
    """Lay out a finding.

    Args:
        screen: Where it is shown.
        finding: What was found.
        accepted: The entry of a baseline that accepts it, when one does.
        whole: Whether it may take more lines than one.
        verbose: Whether to add its gain, its remedy, its confidence and its id.
    """
    mark = f"{finding.severity.upper():<8} "
    ink = _SEVERITY_INK[finding.severity] if accepted is None else Ink.FAINT
    width = screen.columns - 2 - len(mark)
    if whole or verbose:
        indent = " " * (2 + len(mark))
        first, *rest = screen.fold(clean(str(finding.place)), indent=indent)
        text = f"{finding.message} [{finding.check}/{finding.rule}]"
        return [
            screen.paint(f"  {mark}", ink) + first[len(indent) :],
            *rest,
            *screen.wrap(text, indent=indent),
            *_acceptance(screen, accepted, indent),
            *(_details(screen, finding, indent) if verbose else ()),
        ]
    # The place keeps at most half of the line, so that the message is read too.
    place = shorten(clean(str(finding.place)), width // 2)
    known = "" if accepted is None else f"accepted until {accepted.expires}: "
    text = shorten_end(f"{place}: {known}{prose(finding.message)}", width)
    return [screen.paint(f"  {mark}", ink) + text]


def _acceptance(screen: Screen, accepted: Accepted | None, indent: str) -> list[str]:
    if accepted is None:
        return []
    text = (
        f"Accepted until {accepted.expires} by {accepted.owner}: "
        f"{accepted.reason.rstrip('.')}."
    )
    return screen.wrap(text, indent=indent)


def _details(screen: Screen, finding: Finding, indent: str) -> list[str]:
    labelled = (("Gain", finding.gain), ("Mend", finding.remediation))
    return [
        *(
            line
            for label, text in labelled
            if text
            for line in screen.wrap(f"{label}: {text}", indent=indent)
        ),
        *screen.wrap(
            f"Confidence: {finding.confidence}; id: {finding.id}", indent=indent
        ),
    ]
