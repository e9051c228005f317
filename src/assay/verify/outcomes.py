"""Steps 7 and 8: the programme is the one named, and the outcomes follow from it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from assay.crypto.digest import sha256_hex
from assay.domain.declaration import AnswerValue
from assay.domain.programme import AnswerMethod
from assay.errors import VerifyError
from assay.programme import read_programme
from assay.programme.outcomes import burden_of, control_results, tiers_reached

if TYPE_CHECKING:
    from assay.domain.assessment import ControlResult
    from assay.domain.declaration import Answer, EvidenceFile
    from assay.domain.limits import Limits
    from assay.domain.programme import Programme
    from assay.verify.contents import Contents

__all__ = ["check_outcomes", "check_programme"]

_SHA256_OF_NOTHING = sha256_hex(b"")


def check_programme(data: bytes, contents: Contents, limits: Limits) -> Programme:
    """Check the bundle's programme against the digest that was signed (step 7).

    Raises:
        VerifyError: `verify.programme-mismatch`.
        ProgrammeError: The programme contradicts itself.
        DocumentError: The programme is malformed.
    """
    named = contents.assessment.programme
    declared = contents.declared_programme
    found = sha256_hex(data)
    if found != named.digest or declared not in (None, named.digest):
        raise VerifyError(
            "programme-mismatch",
            "The bundle's programme is not the one that was signed for.",
            expected=named.digest,
            found=found if found != named.digest else str(declared),
        )
    programme = read_programme(data, limits=limits)
    if programme.ref != named:
        raise VerifyError(
            "programme-mismatch",
            "The bundle's programme calls itself something else than was signed for.",
            expected=f"{named.id} {named.version}",
            found=f"{programme.ref.id} {programme.ref.version}",
        )
    return programme


def check_outcomes(
    programme: Programme, contents: Contents
) -> tuple[ControlResult, ...]:
    """Re-do every outcome from the signed reports and answers (step 8).

    The rule that leads from reports and answers to outcomes belongs to the version
    of the assessment predicate; a signed outcome that does not follow is refused.

    Returns:
        The outcomes as re-done. Their reasons are this version's own words: the
        wording that was signed could say anything, and is shown to nobody.

    Raises:
        VerifyError: `verify.repeated-report`, `verify.repeated-answer`,
            `verify.unasked-answer`, `verify.inadmissible-answer`,
            `verify.outcome-mismatch` or `verify.summary-mismatch`.
    """
    assessment = contents.assessment
    # Of two reports or answers, readers could believe one each.
    _refuse_repeated("report", [report.check for report in assessment.reports])
    answers = contents.declarations.answers
    _refuse_repeated("answer", [answer.control for answer in answers])
    _check_answers(programme, answers)
    results = control_results(programme, assessment.reports, contents.declarations)
    if [_core(r) for r in results] != [_core(r) for r in assessment.controls]:
        signed = {r.control: _core(r) for r in assessment.controls}
        off = [r.control for r in results if signed.get(r.control) != _core(r)]
        raise VerifyError(
            "outcome-mismatch",
            "An outcome does not follow from the reports and answers beside it.",
            expected="the outcomes that anyone gets from the same evidence",
            found="others for " + (", ".join(off[:5]) or "controls unknown to it"),
        )
    tiers = tiers_reached(programme, results)
    burden = burden_of(programme, contents.declarations)
    if assessment.tiers != tiers or assessment.burden != burden:
        raise VerifyError(
            "summary-mismatch",
            "The tiers or the burden do not follow from the outcomes.",
            expected=f"tiers {', '.join(tiers) or 'none'}; {burden}",
            found=f"tiers {', '.join(assessment.tiers) or 'none'}; {assessment.burden}",
        )
    return results


def _refuse_repeated(what: str, names: list[str]) -> None:
    if len(set(names)) != len(names):
        repeated = Counter(names).most_common(1)[0][0]
        raise VerifyError(
            f"repeated-{what}",
            f"A statement holds two {what}s for one thing.",
            expected=f"one {what} each",
            found=f"two for {repeated[:100]}",
        )


def _check_answers(programme: Programme, answers: tuple[Answer, ...]) -> None:
    """Hold people's answers to what the programme lets them answer."""
    asked = {
        control.id: control
        for control in programme.controls
        if control.method is AnswerMethod.DECLARATION
    }
    for answer in answers:
        control = asked.get(answer.control)
        if control is None:
            raise VerifyError(
                "unasked-answer",
                "An answer is to no question of the programme.",
                expected=", ".join(sorted(asked)) or "no answers at all",
                found=answer.control[:100],
            )
        void = answer.value is AnswerValue.NOT_APPLICABLE
        if void and not control.not_applicable_allowed:
            raise VerifyError(
                "inadmissible-answer",
                f"Control {control.id} was answered as not applicable.",
                expected="met or not met: the programme asks it of every release",
                found=answer.value.value,
            )
        met = answer.value is AnswerValue.MET
        if met and control.evidence_required and all(map(_is_empty, answer.evidence)):
            raise VerifyError(
                "inadmissible-answer",
                f"Control {control.id} was answered as met without evidence.",
                expected="the digest of at least one evidence file with something in "
                "it",
                found=f"{len(answer.evidence)} with nothing in them"
                if answer.evidence
                else "none",
            )


def _is_empty(item: EvidenceFile) -> bool:
    # The size is the developer's word, the digest of nothing is not.
    return item.size == 0 or item.sha256 == _SHA256_OF_NOTHING


def _core(result: ControlResult) -> tuple[object, ...]:
    """What must follow from the evidence; the wording of the reason need not."""
    return (
        result.control,
        result.outcome,
        result.evidence_class,
        result.collected,
        result.evidence,
    )
