"""What a person reads on a terminal about a verdict and about a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.assessment import Outcome
from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.verdict import DecisionValue, VerdictValue, release_decided
from assay.report.meaning import (
    decision_meaning,
    declared_text,
    is_caveat,
    verdict_meaning,
    verdict_word,
)
from assay.report.screen import MORE_STILL, Ink, Screen, programme_lines, select
from assay.report.sentences import found_words, outcome_words, tier_words
from assay.report.tally import lines_of
from assay.report.text import file_size, instant, plural, prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.domain.programme import Programme
    from assay.domain.statement import VerifiedRelease
    from assay.domain.verdict import BundleVerdict, Decision, Reason, Verdict

__all__ = ["decision_text", "verdict_text"]

# Reasons of each kind that are shown unless all are asked for: half a screen.
_FEW = 12
_VERDICT_INK = {
    VerdictValue.VALID: Ink.GOOD,
    VerdictValue.INVALID: Ink.BAD,
    VerdictValue.STALE: Ink.WARN,
}
_DECISION_INK = {
    DecisionValue.ELIGIBLE: Ink.GOOD,
    DecisionValue.NOT_ELIGIBLE: Ink.BAD,
    DecisionValue.CANNOT_TELL: Ink.WARN,
}
_OUTCOME_INK = {
    Outcome.MET: Ink.GOOD,
    Outcome.NOT_MET: Ink.BAD,
    Outcome.NOT_APPLICABLE: Ink.PLAIN,
    Outcome.NOT_ASSESSED: Ink.WARN,
    Outcome.ERROR: Ink.WARN,
    Outcome.WITHHELD: Ink.WARN,
}


def verdict_text(
    verdict: Verdict, *, width: int, colour: bool, verbose: bool = False
) -> str:
    """Write a verdict for a terminal: the word, what was proven, and why.

    Args:
        verdict: What a bundle is worth.
        width: Columns of the terminal.
        colour: Whether to use colours.
        verbose: Whether to show every reason (up to the bound of reports) and the
            outcome of every control.
    """
    screen = Screen(width=width, colour=colour)
    ink = _VERDICT_INK[verdict.value]
    word = screen.paint(verdict_word(verdict).upper(), ink)
    lines = [f"{word}: {verdict_meaning(verdict)}"]
    lines += screen.field("At", instant(verdict.at))
    # What was signed is shown also where the files at hand are other ones.
    release = verdict.release or verdict.signed
    if release is not None:
        issuer = release.issuer
        lines += screen.field("Signed by", f"{issuer.name} (key {issuer.key_id})")
        lines += screen.field("SHA-256", release.assessment.release_digest)
        sealed, until = release.seal.sealed_at, release.seal.valid_until
        lines += screen.field(
            "Sealed", f"{instant(sealed)}, counts until {instant(until)}"
        )
        lines += screen.field("Findings", found_words(release.assessment))
        lines += screen.field(
            "Controls", outcome_words(release.assessment, release.programme)
        )
        lines += screen.field(
            "Tiers", tier_words(release.assessment, release.programme)
        )
        lines += programme_lines(
            screen, release.programme.ref, release.programme, whole=verbose
        )
        if not release.programme_trusted:
            text = "the trust file does not name this programme; it decides nothing"
            lines += screen.field("", text, ink=Ink.WARN)
    lines += _reasons(screen, verdict.reasons, whole=verbose)
    if verbose and release is not None:
        lines += _outcomes(screen, release)
    return "\n".join(lines) + "\n"


def decision_text(
    decision: Decision,
    *,
    width: int,
    colour: bool,
    programme: Programme | None = None,
    bundles: Sequence[BundleVerdict] = (),
    verbose: bool = False,
) -> str:
    """Write a decision for a terminal: the word, what it is about, and why.

    Args:
        decision: Whether a benefit is due.
        width: Columns of the terminal.
        colour: Whether to use colours.
        programme: The programme, for its titles and its notice; where no rule
            decided, the one that would have.
        bundles: What it was decided on, each with its verdict.
        verbose: Whether to show every reason (up to the bound of reports).
    """
    screen = Screen(width=width, colour=colour)
    word = screen.paint(decision.value.upper(), _DECISION_INK[decision.value])
    lines = [f"{word}: {decision_meaning(decision, bundles)}"]
    lines += screen.field("Benefit", _benefit(decision.benefit, programme))
    lines += screen.field("At", instant(decision.at))
    lines += _release(screen, bundles)
    for bundle in bundles:
        lines += _bundle(screen, bundle)
    lines += _programme(screen, decision, programme, whole=verbose)
    declared = declared_text(decision)
    lines += screen.field("Declared", declared) if declared else []
    caveats = [
        reason
        for bundle in bundles
        if bundle.verdict.value is VerdictValue.VALID
        for reason in bundle.verdict.reasons
        if is_caveat(reason)
    ]
    reasons = tuple(dict.fromkeys((*decision.reasons, *caveats)))
    lines += _reasons(screen, reasons, whole=verbose)
    return "\n".join(lines) + "\n"


def _release(screen: Screen, bundles: Sequence[BundleVerdict]) -> list[str]:
    release = release_decided(bundles)
    if release is None:
        return []
    files = plural(len(release.files), "file")
    size = file_size(sum(record.size for record in release.files))
    return [
        *screen.field("SHA-256", release.assessment.release_digest),
        *screen.field("", f"the release of {files}, {size}"),
    ]


def _bundle(screen: Screen, bundle: BundleVerdict) -> list[str]:
    verdict = bundle.verdict
    ink = _VERDICT_INK[verdict.value]
    text = f"{bundle.file}: {verdict_word(verdict)}"
    lines = screen.field("Bundle", text, ink=Ink.PLAIN if ink is Ink.GOOD else ink)
    release = verdict.release
    if release is None:
        return lines
    issuer, seal = release.issuer, release.seal
    return [
        *lines,
        *screen.field("", f"signed by {issuer.name} (key {issuer.key_id})"),
        *screen.field(
            "",
            f"sealed {instant(seal.sealed_at)}, counts until "
            f"{instant(seal.valid_until)}",
        ),
        *_withheld(screen, release),
    ]


def _withheld(screen: Screen, release: VerifiedRelease) -> list[str]:
    if not release.withheld:
        return []
    total = plural(len(release.assessment.controls), "control")
    return screen.field("", f"withholds {len(release.withheld)} of {total}")


def _programme(
    screen: Screen, decision: Decision, programme: Programme | None, *, whole: bool
) -> list[str]:
    if decision.programme is not None:
        return programme_lines(screen, decision.programme, programme, whole=whole)
    if programme is None:
        return screen.field("Programme", "none that the trust file believes")
    text = "its rule decided nothing: no valid bundle that the trust file lets decide"
    return [
        *programme_lines(screen, programme.ref, programme, whole=whole),
        *screen.field("", text, ink=Ink.WARN),
    ]


def _benefit(benefit_id: str, programme: Programme | None) -> str:
    benefits = () if programme is None else programme.benefits
    titles = [benefit.title for benefit in benefits if benefit.id == benefit_id]
    return f"{titles[0]} ({benefit_id})" if titles else benefit_id


def _reasons(screen: Screen, reasons: tuple[Reason, ...], *, whole: bool) -> list[str]:
    room = DEFAULT_LIMITS.max_report_rows if whole else _FEW
    more = MORE_STILL if whole else "use --verbose or --json"
    groups = (
        ("Against", "-", Ink.BAD, [r for r in reasons if not r.holds]),
        ("Not covered", "!", Ink.WARN, [r for r in reasons if is_caveat(r)]),
        ("For", "+", Ink.GOOD, [r for r in reasons if r.holds and not is_caveat(r)]),
    )
    lines: list[str] = []
    for title, mark, ink, members in groups:
        if members:
            sign = screen.paint(mark, ink)
            entries = [_reason(screen, reason, sign) for reason in members]
            lines += [
                screen.paint(title, Ink.STRONG),
                *select(screen, entries, room, more),
            ]
    return lines


def _reason(screen: Screen, reason: Reason, sign: str) -> list[str]:
    """Lay out a reason: what is so, about what, and what to do."""
    told = not reason.subject or f"'{reason.subject}'" in reason.message
    about = "" if told else f" ({reason.subject})"
    text = prose(f"{reason.message}{about} [{reason.code}]")
    first, *rest = screen.item(text, whole=True)
    lines = [f"  {sign} {first[2:]}", *rest]
    if reason.remedy and (not reason.holds or is_caveat(reason)):
        lines += screen.wrap(f"Try: {reason.remedy.rstrip('.')}.", indent="    ")
    return lines


def _outcomes(screen: Screen, release: VerifiedRelease) -> list[str]:
    entries = []
    for line in lines_of(release.assessment, release.programme):
        result = line.result
        known = f"{result.outcome.value}, {result.evidence_class.value}"
        text = prose(f"{result.control} {known}: {line.control.title}")
        entries.append(screen.fold(text, indent="  ", ink=_OUTCOME_INK[result.outcome]))
    room = DEFAULT_LIMITS.max_report_rows
    return [
        screen.paint("Outcomes", Ink.STRONG),
        *select(screen, entries, room, MORE_STILL),
    ]
