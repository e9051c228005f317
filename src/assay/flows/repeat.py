"""A claim and the files behind it: every check is run again and compared.

1. What the claim withholds cannot be compared, and is told as withheld.
2. What no check of the files answers is known by its signature alone.
3. Only the version of Assay that made the claim gives the same reports byte for byte:
   another one repeats nothing, and says which it takes.
4. The files have to be those that were signed for.
5. A control's reports are compared whole, then its outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import assay
from assay.assess.check import CheckSubject
from assay.assess.registry import CHECKS
from assay.assess.runner import run_checks
from assay.crypto.digest import release_digest
from assay.domain.assessment import Outcome
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.programme import AnswerMethod, EvidenceClass
from assay.domain.repeat import RepeatedControl, RepeatValue
from assay.programme.outcomes import control_results

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.domain.assessment import ControlResult
    from assay.domain.finding import CheckReport, Finding
    from assay.domain.programme import Control
    from assay.domain.statement import VerifiedRelease
    from assay.release import InspectedRelease

__all__ = ["is_different", "repeat_claim"]

# How many findings a difference names.
_SHOWN = 3


def repeat_claim(
    release: VerifiedRelease,
    inspected: InspectedRelease,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[RepeatedControl, ...]:
    """Run the checks of a claim again, and say of each control what came of it.

    Args:
        release: What a bundle proves.
        inspected: The files at hand, as `inspect_release` reads them.
        limits: Bounds on what is read.

    Returns:
        One entry for each control of the programme, in its order.
    """
    why_not = _obstacle(release, inspected)
    again: dict[str, CheckReport] = {}
    if not why_not:
        subject = CheckSubject(
            inventory=inspected.inventory, facts=inspected.facts, limits=limits
        )
        again = {report.check: report for report in run_checks(CHECKS, subject)}
    programme = release.programme
    recomputed = control_results(programme, again.values(), release.declarations)
    return tuple(
        _repeated(control, signed, result, release, again, why_not)
        for control, signed, result in zip(
            programme.controls, release.assessment.controls, recomputed, strict=True
        )
    )


def is_different(repeated: tuple[RepeatedControl, ...]) -> bool:
    """Say whether anything came out in another way than it was signed."""
    return any(item.value is RepeatValue.DIFFERENT for item in repeated)


def _obstacle(release: VerifiedRelease, inspected: InspectedRelease) -> str:
    """Say why nothing can be repeated; empty where it can."""
    made_by, here = release.assessment.tool_version, assay.__version__
    # 3.
    if made_by != here:
        return (
            f"The claim was made by Assay {made_by[:100]}, and this is {here}: install "
            "that version to repeat it."
        )
    # 4.
    if release_digest(inspected.inventory.files) != release.assessment.release_digest:
        return "The files at hand are not those that were signed for."
    return ""


def _repeated(
    control: Control,
    signed: ControlResult,
    result: ControlResult,
    release: VerifiedRelease,
    again: Mapping[str, CheckReport],
    why_not: str,
) -> RepeatedControl:
    # 1.
    if signed.outcome is Outcome.WITHHELD:
        return RepeatedControl(
            control=control.id,
            value=RepeatValue.WITHHELD,
            signed=signed.outcome,
            reason="The claim shows only a salted digest of it.",
        )
    # 2.
    by_files = control.evidence_class is EvidenceClass.REPRODUCIBLE
    if control.method is not AnswerMethod.CHECKS or not by_files:
        return RepeatedControl(
            control=control.id, value=RepeatValue.SIGNED, signed=signed.outcome
        )
    if why_not:
        return RepeatedControl(
            control=control.id,
            value=RepeatValue.NOT_REPEATED,
            signed=signed.outcome,
            reason=why_not,
        )
    # 5.
    before = {report.check: report for report in release.assessment.reports}
    differences = [
        text
        for check in control.checks
        for text in _differences(check, before.get(check), again.get(check))
    ]
    if result.outcome is not signed.outcome:
        differences.append(f"Signed as {signed.outcome}, and {result.outcome} here.")
    return RepeatedControl(
        control=control.id,
        value=RepeatValue.DIFFERENT if differences else RepeatValue.EQUAL,
        signed=signed.outcome,
        recomputed=result.outcome,
        differences=tuple(differences),
    )


def _differences(
    check: str, signed: CheckReport | None, again: CheckReport | None
) -> list[str]:
    """Say what two reports of one check differ in, one sentence each."""
    if signed == again:
        return []
    if signed is None or again is None:
        where = "here and was not signed" if signed is None else "signed, and not here"
        return [f"{check}: a report is {where}."]
    told = [
        f"{check}: {name} {before} signed, {after} here."
        for name, before, after in (
            ("version", signed.version, again.version),
            ("status", signed.status, again.status),
            ("things examined:", signed.examined, again.examined),
            ("findings:", signed.findings_total, again.findings_total),
            ("gaps:", len(signed.gaps), len(again.gaps)),
        )
        if before != after
    ]
    new = [f for f in again.findings if f not in signed.findings]
    gone = [f for f in signed.findings if f not in again.findings]
    told += _named(check, "found here and not signed", new)
    told += _named(check, "signed and not found here", gone)
    return told or [f"{check}: gaps, failure or their wording differ."]


def _named(check: str, how: str, findings: list[Finding]) -> list[str]:
    if not findings:
        return []
    # What was signed can name places of any length.
    most = DEFAULT_LIMITS.max_shown_chars
    shown = "; ".join(
        f"{f.severity} {f.rule[:most]} in {str(f.place)[:most]}"
        for f in findings[:_SHOWN]
    )
    more = f" and {len(findings) - _SHOWN} more" if findings[_SHOWN:] else ""
    return [f"{check}: {how}: {shown}{more}."]
