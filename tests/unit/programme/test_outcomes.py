from __future__ import annotations

from dataclasses import replace

import pytest

from assay.domain.assessment import Burden, Outcome
from assay.domain.declaration import AnswerValue, Declarations
from assay.domain.facts import Gap, Place
from assay.domain.finding import Confidence, Finding, Severity
from assay.domain.programme import EvidenceClass
from assay.programme import read_programme
from assay.programme.outcomes import burden_of, control_results, tiers_reached
from tests.simulators.claims import ANSWERS, EVIDENCE, HARBOUR, REPORTS, answer, report

PROGRAMME = read_programme(HARBOUR)
PLACE = Place(path="model.bin")
GAP = Gap(place=PLACE, reason="Encrypted.")


def finding(check, severity):
    return Finding(
        check=check,
        rule="r",
        severity=severity,
        confidence=Confidence.HIGH,
        place=PLACE,
        message="m",
        remediation="r",
    )


def found(check, *severities, **changes):
    findings = tuple(finding(check, severity) for severity in severities)
    return report(check, findings=findings, findings_total=len(findings), **changes)


def outcome(*reports, control="cargo-1", answers=ANSWERS):
    results = control_results(PROGRAMME, reports, Declarations(answers=answers))
    return next(result for result in results if result.control == control)


PICKLE, TENSORS = "pickle-imports", "safetensors-sound"
CLEAN = report(TENSORS)


@pytest.mark.parametrize(
    ("first", "expected", "reason"),
    [
        (report(PICKLE), Outcome.MET, "Looked at 6 and found nothing of weight."),
        (report(PICKLE, examined=0), Outcome.MET, "Looked at 3"),
        (found(PICKLE, Severity.LOW), Outcome.MET, "Looked at 6"),
        (found(PICKLE, Severity.MEDIUM), Outcome.NOT_MET, "(pickle-imports: 1)"),
        (
            found(PICKLE, Severity.LOW, Severity.HIGH, Severity.CRITICAL),
            Outcome.NOT_MET,
            "medium or above (pickle-imports: 2)",
        ),
        (
            found(PICKLE, Severity.HIGH, failure="Fell over.", gaps=(GAP,)),
            Outcome.NOT_MET,
            "Findings",
        ),
        (
            report(PICKLE, failure="Fell over.", gaps=(GAP,)),
            Outcome.ERROR,
            "failed to run: pickle-imports",
        ),
        (report(PICKLE, gaps=(GAP,)), Outcome.NOT_ASSESSED, "not looked at by"),
        (report(PICKLE, findings_total=1), Outcome.NOT_ASSESSED, "not looked at by"),
        (report("other"), Outcome.NOT_ASSESSED, "did not run: pickle-imports"),
    ],
)
def test_a_control_answered_by_checks_follows_from_their_reports(
    first, expected, reason
):
    result = outcome(first, CLEAN)
    assert result.outcome is expected
    assert reason in result.reason
    assert result.evidence_class is EvidenceClass.REPRODUCIBLE
    assert result.collected is None
    assert result.evidence == ()


def test_an_error_outweighs_a_check_that_did_not_run():
    assert outcome(report(TENSORS, failure="Fell over.")).outcome is Outcome.ERROR


def test_nothing_to_look_at_is_not_applicable():
    empty = [report(PICKLE, examined=0), report(TENSORS, examined=0)]
    assert outcome(*empty).outcome is Outcome.NOT_APPLICABLE


def test_no_reports_at_all_are_not_assessed():
    assert outcome().outcome is Outcome.NOT_ASSESSED


def test_the_bar_of_a_control_is_its_own():
    below = found("secrets", Severity.MEDIUM)
    assert outcome(below, control="cargo-2").outcome is Outcome.MET
    at_it = found("secrets", Severity.HIGH)
    assert outcome(at_it, control="cargo-2").outcome is Outcome.NOT_MET


def test_a_control_without_a_bar_fails_at_medium():
    control = replace(PROGRAMME.control("cargo-2"), fail_at=None)
    programme = replace(PROGRAMME, controls=(control,))
    reports = [found("secrets", Severity.MEDIUM)]
    (result,) = control_results(programme, reports, Declarations())
    assert result.outcome is Outcome.NOT_MET
    assert "medium or above" in result.reason


@pytest.mark.parametrize("value", AnswerValue)
def test_a_control_answered_by_people_has_their_answer(value):
    given = answer("crew-1", value=value, evidence=(EVIDENCE,))
    result = outcome(control="crew-1", answers=(given,))
    assert result.outcome.value == value.value
    assert result.collected == given.date
    assert result.evidence == (EVIDENCE.sha256,)
    assert result.evidence_class is EvidenceClass.DECLARED
    assert "Declared by the release engineering lead: It is done" in result.reason


def test_a_question_left_open_is_not_assessed():
    assert outcome(control="crew-1", answers=()).outcome is Outcome.NOT_ASSESSED


def test_what_a_reviewer_answers_nobody_else_does():
    given = answer("crew-3", evidence=(EVIDENCE,))
    result = outcome(control="crew-3", answers=(given,))
    assert result.outcome is Outcome.NOT_ASSESSED
    assert result.evidence_class is EvidenceClass.INDEPENDENT


def test_results_come_in_the_order_of_the_programme():
    results = control_results(PROGRAMME, REPORTS, Declarations(answers=ANSWERS))
    assert [r.control for r in results] == [c.id for c in PROGRAMME.controls]


def test_a_tier_is_reached_when_all_of_it_is_met_or_void():
    results = control_results(PROGRAMME, REPORTS, Declarations(answers=ANSWERS))
    assert tiers_reached(PROGRAMME, results) == ("moored",)
    assert tiers_reached(PROGRAMME, ()) == ()
    void = tuple(replace(r, outcome=Outcome.NOT_APPLICABLE) for r in results)
    assert tiers_reached(PROGRAMME, void) == ("moored", "surveyed")
    for bad in (Outcome.NOT_MET, Outcome.NOT_ASSESSED, Outcome.ERROR):
        worse = (replace(results[0], outcome=bad), *results[1:])
        assert tiers_reached(PROGRAMME, worse) == ()


def test_the_burden_counts_questions_and_who_answers_them():
    assert burden_of(PROGRAMME, Declarations(answers=ANSWERS[:1])) == Burden(
        controls=6, by_machine=3, asked=2, answered=1, for_reviewers=1
    )
