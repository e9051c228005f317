"""What a person reads on a terminal about a verdict and about a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.verdict import DecisionValue, VerdictValue
from assay.report.screen import MORE_STILL, Ink, Screen, programme_lines, select
from assay.report.text import instant, prose

if TYPE_CHECKING:
    from assay.domain.programme import Programme
    from assay.domain.verdict import Decision, Reason, Verdict

__all__ = ["decision_text", "verdict_text"]

# Reasons of each kind that are shown unless all are asked for: half a screen.
_FEW = 12
_VERDICT_INK = {
    VerdictValue.VALID: Ink.GOOD,
    VerdictValue.INVALID: Ink.BAD,
    VerdictValue.STALE: Ink.WARN,
}
_VERDICT_MEANING = {
    VerdictValue.VALID: "every proof holds, for the keys this trust file believes",
    VerdictValue.INVALID: "nothing that the bundle claims is proven",
    VerdictValue.STALE: "it was proven once, but is past its date",
}
_DECISION_INK = {
    DecisionValue.ELIGIBLE: Ink.GOOD,
    DecisionValue.NOT_ELIGIBLE: Ink.BAD,
    DecisionValue.CANNOT_TELL: Ink.WARN,
}
_DECISION_MEANING = {
    DecisionValue.ELIGIBLE: "the rule holds",
    DecisionValue.NOT_ELIGIBLE: "the rule does not hold",
    DecisionValue.CANNOT_TELL: "too little is known, and unknown is never a yes",
}


def verdict_text(
    verdict: Verdict, *, width: int, colour: bool, verbose: bool = False
) -> str:
    """Write a verdict for a terminal: the word, what was proven, and why.

    Args:
        verdict: What a bundle is worth.
        width: Columns of the terminal.
        colour: Whether to use colours.
        verbose: Whether to show every reason (up to the bound of reports).
    """
    screen = Screen(width=width, colour=colour)
    ink = _VERDICT_INK[verdict.value]
    word = screen.paint(verdict.value.upper(), ink)
    lines = [f"{word}: {_VERDICT_MEANING[verdict.value]}"]
    lines += screen.field("At", instant(verdict.at))
    release = verdict.release
    if release is not None:
        issuer = release.issuer
        lines += screen.field("Signed by", f"{issuer.name} (key {issuer.key_id})")
        lines += screen.field("SHA-256", release.assessment.release_digest)
        sealed, until = release.seal.sealed_at, release.seal.valid_until
        lines += screen.field(
            "Sealed", f"{instant(sealed)}, counts until {instant(until)}"
        )
        lines += programme_lines(screen, release.programme.ref, release.programme)
        if not release.programme_trusted:
            text = "the trust file does not name this programme; it decides nothing"
            lines += screen.field("", text, ink=Ink.WARN)
    lines += _reasons(screen, verdict.reasons, whole=verbose)
    return "\n".join(lines) + "\n"


def decision_text(
    decision: Decision,
    *,
    width: int,
    colour: bool,
    programme: Programme | None = None,
    verbose: bool = False,
) -> str:
    """Write a decision for a terminal: the word, the benefit, and why.

    Args:
        decision: Whether a benefit is due.
        width: Columns of the terminal.
        colour: Whether to use colours.
        programme: The programme that decided, for its titles and its notice.
        verbose: Whether to show every reason (up to the bound of reports).
    """
    screen = Screen(width=width, colour=colour)
    word = screen.paint(decision.value.upper(), _DECISION_INK[decision.value])
    lines = [f"{word}: {_DECISION_MEANING[decision.value]}"]
    lines += screen.field("Benefit", _benefit(decision.benefit, programme))
    lines += screen.field("At", instant(decision.at))
    if decision.programme is None:
        lines += screen.field("Programme", "none that the trust file believes")
    else:
        lines += programme_lines(screen, decision.programme, programme)
    lines += _reasons(screen, decision.reasons, whole=verbose)
    return "\n".join(lines) + "\n"


def _benefit(benefit_id: str, programme: Programme | None) -> str:
    benefits = () if programme is None else programme.benefits
    titles = [benefit.title for benefit in benefits if benefit.id == benefit_id]
    return f"{titles[0]} ({benefit_id})" if titles else benefit_id


def _reasons(screen: Screen, reasons: tuple[Reason, ...], *, whole: bool) -> list[str]:
    against = [_reason(screen, r) for r in reasons if not r.holds]
    speaking_for = [_reason(screen, r) for r in reasons if r.holds]
    room = DEFAULT_LIMITS.max_report_rows if whole else _FEW
    more = MORE_STILL if whole else "use --verbose or --json"
    lines: list[str] = []
    if against:
        lines += [
            screen.paint("Against", Ink.STRONG),
            *select(screen, against, room, more),
        ]
    if speaking_for:
        title = screen.paint("For", Ink.STRONG)
        lines += [title, *select(screen, speaking_for, room, more)]
    return lines


def _reason(screen: Screen, reason: Reason) -> list[str]:
    subject = f"{reason.subject}: " if reason.subject else ""
    mark, ink = ("+", Ink.GOOD) if reason.holds else ("-", Ink.BAD)
    text = prose(f"{subject}{reason.message} [{reason.code}]")
    first, *rest = screen.item(text, whole=True)
    return [f"  {screen.paint(mark, ink)} {first[2:]}", *rest]
