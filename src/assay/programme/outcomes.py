"""From reports and answers to one outcome per control: the same for everybody.

`assess` uses it to make an assessment and `verify` uses it to re-do one, so a signed
outcome that does not follow from the signed reports and answers is caught.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.assessment import Burden, ControlResult, Outcome
from assay.domain.declaration import AnswerValue
from assay.domain.finding import CheckStatus, Severity
from assay.domain.programme import AnswerMethod

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assay.domain.declaration import Answer, Declarations
    from assay.domain.finding import CheckReport
    from assay.domain.programme import Control, Programme

__all__ = [
    "burden_of",
    "control_results",
    "tiers_reached",
    "tiers_undetermined",
    "withheld_result",
]

_DECLARED = {
    AnswerValue.MET: Outcome.MET,
    AnswerValue.NOT_MET: Outcome.NOT_MET,
    AnswerValue.NOT_APPLICABLE: Outcome.NOT_APPLICABLE,
}
# What a tier asks of each of its controls.
_GOOD = (Outcome.MET, Outcome.NOT_APPLICABLE)


def control_results(
    programme: Programme,
    reports: Iterable[CheckReport],
    declarations: Declarations,
) -> tuple[ControlResult, ...]:
    """Give the outcome of every control, in the programme's order.

    A control answered by checks is, in this order of precedence: `not met` when a
    check found something at or above the control's `fail_at`; `error` when a check
    failed; `not assessed` when a check did not run or passed something over; `not
    applicable` when no check had anything to look at; `met` otherwise. One answered
    by people has their answer, or `not assessed`. One answered by an independent
    review is `not assessed` here: nobody but the reviewer can answer it.
    """
    by_id = {report.check: report for report in reports}
    return tuple(
        _result(control, by_id, declarations.of(control.id))
        for control in programme.controls
    )


def tiers_reached(
    programme: Programme, results: Sequence[ControlResult]
) -> tuple[str, ...]:
    """Give the ids of the tiers whose every control is met or not applicable."""
    good = {result.control for result in results if result.outcome in _GOOD}
    return tuple(tier.id for tier in programme.tiers if good.issuperset(tier.controls))


def tiers_undetermined(
    programme: Programme, results: Sequence[ControlResult]
) -> tuple[str, ...]:
    """Give the ids of the tiers of which only what is withheld leaves open the answer.

    A tier of which anything that is shown does not hold is not reached, whatever else
    is withheld.
    """
    withheld = {r.control for r in results if r.outcome is Outcome.WITHHELD}
    good = {r.control for r in results if r.outcome in _GOOD} | withheld
    return tuple(
        tier.id
        for tier in programme.tiers
        if good.issuperset(tier.controls) and withheld.intersection(tier.controls)
    )


def withheld_result(control: Control) -> ControlResult:
    """Give what is left of a control where only a salted digest was shown."""
    return _made(
        control,
        Outcome.WITHHELD,
        "The developer shows only a salted digest of this.",
    )


def burden_of(programme: Programme, declarations: Declarations) -> Burden:
    """Count what the programme asks of people, and what the machine answers."""
    methods = [control.method for control in programme.controls]
    return Burden(
        controls=len(methods),
        by_machine=methods.count(AnswerMethod.CHECKS),
        asked=methods.count(AnswerMethod.DECLARATION),
        answered=len(declarations.answers),
        for_reviewers=methods.count(AnswerMethod.REVIEW),
    )


def _result(
    control: Control, reports: dict[str, CheckReport], answer: Answer | None
) -> ControlResult:
    if control.method is AnswerMethod.CHECKS:
        outcome, reason = _from_checks(control, reports)
        return _made(control, outcome, reason)
    if control.method is AnswerMethod.REVIEW:
        return _made(
            control,
            Outcome.NOT_ASSESSED,
            "Only an independent review answers this; none was given.",
        )
    if answer is None:
        return _made(control, Outcome.NOT_ASSESSED, "Nobody has answered this yet.")
    return ControlResult(
        control=control.id,
        outcome=_DECLARED[answer.value],
        evidence_class=control.evidence_class,
        reason=f"Declared by the {answer.role}: {answer.statement}",
        collected=answer.date,
        evidence=tuple(sorted(item.sha256 for item in answer.evidence)),
    )


def _made(control: Control, outcome: Outcome, reason: str) -> ControlResult:
    return ControlResult(
        control=control.id,
        outcome=outcome,
        evidence_class=control.evidence_class,
        reason=reason,
    )


def _from_checks(
    control: Control, reports: dict[str, CheckReport]
) -> tuple[Outcome, str]:
    ran = [reports[check] for check in control.checks if check in reports]
    missing = [check for check in control.checks if check not in reports]
    bar = (control.fail_at or Severity.MEDIUM).rank
    failing = {
        report.check: sum(f.severity.rank >= bar for f in report.findings)
        for report in ran
    }
    if any(failing.values()):
        counts = _listed(f"{check}: {n}" for check, n in failing.items() if n)
        floor = control.fail_at or Severity.MEDIUM
        return Outcome.NOT_MET, f"Findings of {floor} or above ({counts})."
    failed = [r.check for r in ran if r.status is CheckStatus.ERROR]
    if failed:
        return Outcome.ERROR, f"A check failed to run: {_listed(failed)}."
    if missing:
        return Outcome.NOT_ASSESSED, f"A check did not run: {_listed(missing)}."
    passed_over = [r.check for r in ran if r.gaps or r.findings_total > len(r.findings)]
    if passed_over:
        return (
            Outcome.NOT_ASSESSED,
            f"Part of the release was not looked at by {_listed(passed_over)}.",
        )
    examined = sum(report.examined for report in ran)
    if examined == 0:
        return Outcome.NOT_APPLICABLE, "The release holds nothing that this asks about."
    return Outcome.MET, f"Looked at {examined} and found nothing of weight."


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))
