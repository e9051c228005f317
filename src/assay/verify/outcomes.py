"""Steps 7 and 8: the programme is the one named, and the outcomes follow from it.

Of a salted claim, once `disclosures` has opened what is shown:

g. Every answer shown is one that the programme lets people give.
h. Of a result that is shown, all that it rests on is shown.
i. Nothing is shown on which no shown result rests, and no control is withheld of which
   everything is shown: whoever has it can work the outcome out.
j. Every result shown follows from what is shown beside it.
k. All others are withheld; tiers and burden are worked out from the rest.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assay.crypto.digest import sha256_hex
from assay.domain.assessment import Assessment
from assay.domain.declaration import AnswerValue, Declarations
from assay.domain.disclosure import EvidenceKind, ItemKind, fully_shown
from assay.domain.programme import AnswerMethod
from assay.errors import VerifyError
from assay.programme import read_programme
from assay.programme.evidence import evidence_of
from assay.programme.outcomes import (
    burden_of,
    control_results,
    tiers_reached,
    tiers_undetermined,
    withheld_result,
)
from assay.verify.contents import OpenClaim
from assay.verify.disclosures import open_claim, refuse_disclosures, some_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.domain.assessment import ControlResult
    from assay.domain.declaration import Answer, EvidenceFile
    from assay.domain.limits import Limits
    from assay.domain.programme import Programme
    from assay.verify.contents import Contents
    from assay.verify.disclosures import ShownClaim

__all__ = ["ProvenClaim", "check_outcomes", "check_programme"]

_SHA256_OF_NOTHING = sha256_hex(b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenClaim:
    """What follows from a claim, as far as it is shown.

    Attributes:
        assessment: Every control of the programme, those withheld as such.
        declarations: The answers shown.
        reasons: The reason of each outcome in the words that were signed; empty where
            something is withheld.
    """

    assessment: Assessment
    declarations: Declarations
    reasons: tuple[str, ...] = ()


def check_programme(data: bytes, contents: Contents, limits: Limits) -> Programme:
    """Check the bundle's programme against the digest that was signed (step 7).

    Raises:
        VerifyError: `verify.programme-mismatch`.
        ProgrammeError: The programme contradicts itself.
        DocumentError: The programme is malformed.
    """
    named = contents.programme
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
    programme: Programme,
    contents: Contents,
    disclosures: Sequence[str],
    limits: Limits,
) -> ProvenClaim:
    """Re-do every outcome from the reports and answers that are shown (step 8).

    The rule that leads from reports and answers to outcomes belongs to the version
    of the assessment predicate; a signed outcome that does not follow is refused.

    Returns:
        The outcomes as re-done. Their reasons are this version's own words: the
        wording that was signed could say anything, and is shown to nobody.

    Raises:
        VerifyError: `verify.repeated-report`, `verify.repeated-answer`,
            `verify.unasked-answer`, `verify.inadmissible-answer`,
            `verify.outcome-mismatch`, `verify.summary-mismatch`,
            `verify.disclosure-incomplete`, `verify.disclosure-unneeded`,
            `verify.withheld-but-shown`, or what `open_claim` refuses.
        DocumentError: A disclosure is malformed.
    """
    claim = contents.claim
    if isinstance(claim, OpenClaim):
        refuse_disclosures(disclosures)
        return _check_open(programme, claim)
    shown = open_claim(programme, claim, disclosures, limits)
    return _check_shown(programme, contents, shown)


def _check_open(programme: Programme, claim: OpenClaim) -> ProvenClaim:
    assessment = claim.assessment
    # Of two reports or answers, readers could believe one each.
    _refuse_repeated("report", [report.check for report in assessment.reports])
    answers = claim.declarations.answers
    _refuse_repeated("answer", [answer.control for answer in answers])
    _check_answers(programme, answers)
    results = control_results(programme, assessment.reports, claim.declarations)
    if [_core(r) for r in results] != [_core(r) for r in assessment.controls]:
        signed = {r.control: _core(r) for r in assessment.controls}
        raise _mismatch(
            [r.control for r in results if signed.get(r.control) != _core(r)]
        )
    tiers = tiers_reached(programme, results)
    burden = burden_of(programme, claim.declarations)
    if assessment.tiers != tiers or assessment.burden != burden:
        raise VerifyError(
            "summary-mismatch",
            "The tiers or the burden do not follow from the outcomes.",
            expected=f"tiers {', '.join(tiers) or 'none'}; {burden}",
            found=f"tiers {', '.join(assessment.tiers) or 'none'}; {assessment.burden}",
        )
    return ProvenClaim(
        assessment=replace(assessment, controls=results),
        declarations=claim.declarations,
        reasons=tuple(result.reason for result in assessment.controls),
    )


def _check_shown(
    programme: Programme, contents: Contents, shown: ShownClaim
) -> ProvenClaim:
    declarations = Declarations(
        answers=tuple(shown.answers[control] for control in sorted(shown.answers))
    )
    # g.
    _check_answers(programme, declarations.answers)
    # h. and i.
    _check_whole(shown)
    _check_needed(programme, shown)
    # j.
    reports = tuple(shown.reports[check] for check in sorted(shown.reports))
    derived = control_results(programme, reports, declarations)
    _check_results(programme, shown, derived, declarations)
    # k.
    results = tuple(
        result if result.control in shown.results else withheld_result(control)
        for control, result in zip(programme.controls, derived, strict=True)
    )
    burden = burden_of(programme, declarations)
    assessment = Assessment(
        release_digest=contents.release_digest,
        files=len(contents.files),
        total_size=sum(record.size for record in contents.files),
        programme=programme.ref,
        tool_version=contents.tool_version,
        controls=results,
        reports=reports,
        tiers=tiers_reached(programme, results),
        burden=burden,
        tiers_undetermined=tiers_undetermined(programme, results),
    )
    if not assessment.withheld:
        reasons = tuple(shown.results[r.control].reason for r in results)
        return ProvenClaim(
            assessment=assessment, declarations=declarations, reasons=reasons
        )
    asked = {c.id for c in programme.controls if c.method is AnswerMethod.DECLARATION}
    if asked.intersection(assessment.withheld):
        assessment = replace(assessment, burden=replace(burden, answered=None))
    return ProvenClaim(assessment=assessment, declarations=declarations)


def _check_whole(shown: ShownClaim) -> None:
    """Take step h."""
    there = set(shown.digests.values())
    for control, evidence in shown.evidence.items():
        lacking = [
            item.sha256
            for item in evidence
            if item.kind is not EvidenceKind.FILE and item.sha256 not in there
        ]
        if lacking:
            raise VerifyError(
                "disclosure-incomplete",
                f"The result of {control} is shown, and not all that it rests on.",
                expected="every report and answer behind it",
                found=f"none for {len(lacking)} of them: {', '.join(lacking[:3])}",
                remedy="ask for a bundle made with `assay disclose`",
            )


def _check_needed(programme: Programme, shown: ShownClaim) -> None:
    """Take step i."""
    for control in programme.controls:
        if control.id not in shown.results and fully_shown(control, shown.digests):
            raise VerifyError(
                "withheld-but-shown",
                f"The result of {control.id} is withheld, and all that it rests on is "
                "shown.",
                expected="the result beside what it rests on, or neither",
                found="what it rests on alone",
                remedy="ask for a bundle made with `assay disclose`",
            )
    needed = {item.sha256 for group in shown.evidence.values() for item in group}
    stray = sorted(
        item
        for item, digest in shown.digests.items()
        if item.kind is not ItemKind.CONTROL and digest not in needed
    )
    if stray:
        raise VerifyError(
            "disclosure-unneeded",
            "Something is shown on which no result that is shown rests.",
            expected="the results, and what they rest on",
            found=f"the {stray[0].kind.value} of {stray[0].id}",
            remedy="ask for a bundle made with `assay disclose`",
        )


def _check_results(
    programme: Programme,
    shown: ShownClaim,
    derived: Sequence[ControlResult],
    declarations: Declarations,
) -> None:
    """Take step j."""
    reports = {i.id: d for i, d in shown.digests.items() if i.kind is ItemKind.REPORT}
    answers = {i.id: d for i, d in shown.digests.items() if i.kind is ItemKind.ANSWER}
    off = []
    for control, result in zip(programme.controls, derived, strict=True):
        signed = shown.results.get(control.id)
        if signed is None:
            continue
        evidence = evidence_of(control, declarations, reports, answers)
        same = (signed.outcome, signed.evidence_class, shown.evidence[control.id])
        if same != (result.outcome, result.evidence_class, evidence):
            off.append(control.id)
    if off:
        raise _mismatch(off)


def _mismatch(controls: list[str]) -> VerifyError:
    return VerifyError(
        "outcome-mismatch",
        "An outcome does not follow from the reports and answers beside it.",
        expected="the outcomes that anyone gets from the same evidence",
        found="others for " + (", ".join(controls[:5]) or "controls unknown to it"),
    )


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
                expected=some_of(sorted(asked)) or "no answers at all",
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
