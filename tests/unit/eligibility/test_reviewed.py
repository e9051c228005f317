"""What independent assessors saw, in decisions."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from assay.domain.assessment import Outcome
from assay.domain.declaration import AnswerValue
from assay.domain.programme import EvidenceClass
from assay.domain.review import ReviewKind
from assay.domain.verdict import DecisionValue
from assay.eligibility import decide
from assay.eligibility.reviewed import seen
from tests.simulators.claims import Claim, answer, report
from tests.simulators.registry import (
    ASSESSOR,
    ASSESSOR_KEY,
    DAY,
    HOUR,
    NOON,
    OTHER_ASSESSOR_KEY,
    SEEN,
    Scene,
    answered,
    issuer,
    result,
)

ELIGIBLE, NOT, CANNOT = (
    DecisionValue.ELIGIBLE,
    DecisionValue.NOT_ELIGIBLE,
    DecisionValue.CANNOT_TELL,
)
BOTH = (issuer(ASSESSOR, ASSESSOR_KEY), issuer("Second Look", OTHER_ASSESSOR_KEY))
CONTRADICTED = {"outcome": Outcome.NOT_MET}
LONG = {"valid_until": NOON + 900 * DAY}


def decided(scene, benefit="free-passage", at=NOON + 2 * DAY, **trust):
    release = scene.verdict(at=at, **trust).release
    return decide([release], [], benefit, at)


def reviewed(*reviews, scene=None):
    """Give a scene with reviews: pairs of results and changes, by the assessor."""
    scene = scene or Scene()
    for results, changes in reviews:
        by = changes.pop("by", ASSESSOR_KEY)
        at = changes.get("reviewed_at", NOON + HOUR)
        scene.issue(scene.review(*results, **changes), by, at)
    return scene


def state(scene, control, at=NOON + 2 * DAY, **trust):
    release = scene.verdict(at=at, **trust).release
    item = next(r for r in release.assessment.controls if r.control == control)
    return seen(release, item, release.reviews, at)


def test_without_a_review_what_only_a_review_answers_is_unknown():
    assert decided(Scene()).value is CANNOT


def test_an_answer_of_an_assessor_answers_what_only_a_review_answers():
    decision = decided(reviewed(([answered()], {})))
    assert decision.value is ELIGIBLE
    known = state(reviewed(([answered()], {})), "crew-3")
    assert (known.outcome, known.evidence_class) == (
        Outcome.MET,
        EvidenceClass.INDEPENDENT,
    )
    assert (known.how, known.assessors) == ("Reviewed", (ASSESSOR,))


def test_an_assessor_whom_nobody_believes_changes_nothing():
    scene = reviewed(([answered()], {}))
    assert decided(scene, assessors=()).value is CANNOT


def test_a_contradiction_counts_as_the_assessors_word():
    against = result("cargo-1", ReviewKind.CONTRADICTS, **CONTRADICTED)
    decision = decided(reviewed(([against, answered()], {})))
    assert decision.value is NOT
    said = next(r for r in decision.reasons if "cargo-1" in r.message)
    assert ASSESSOR in said.message


def test_a_contradiction_may_also_speak_for_the_developer():
    failing = tuple(
        replace(answer("crew-1"), value=AnswerValue.NOT_MET) if i == 0 else given
        for i, given in enumerate(Claim().answers)
    )
    scene = Scene(claim=Claim(answers=failing))
    assert decided(scene, "fast-berth").value is NOT
    better = result("crew-1", ReviewKind.CONTRADICTS, outcome=Outcome.MET)
    assert decided(reviewed(([better], {}), scene=scene), "fast-berth").value is (
        ELIGIBLE
    )


def test_a_confirmation_makes_what_was_declared_independent():
    confirmed = reviewed(([result("crew-1", ReviewKind.CONFIRMS)], {}))
    plain = decided(Scene(), "fast-berth")
    assert "crew-1" in plain.declared
    assert "crew-1" not in decided(confirmed, "fast-berth").declared
    known = state(confirmed, "crew-1")
    assert known.evidence_class is EvidenceClass.INDEPENDENT


def test_a_check_that_was_repeated_with_the_same_end_is_independent():
    again = reviewed(([result("cargo-1", ReviewKind.REPEATED_EQUAL)], {}))
    assert state(again, "cargo-1").evidence_class is EvidenceClass.INDEPENDENT


def test_a_check_that_was_repeated_with_another_end_counts_as_that():
    other = result("cargo-1", ReviewKind.REPEATED_DIFFERENT, **CONTRADICTED)
    assert state(reviewed(([other], {})), "cargo-1").outcome is Outcome.NOT_MET


def test_nobody_confirms_that_nobody_looked():
    scene = Scene(claim=Claim(answers=()))
    confirmed = reviewed(([result("crew-1", ReviewKind.CONFIRMS)], {}), scene=scene)
    assert state(confirmed, "crew-1").outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_where_assessors_differ_the_worst_counts(order):
    said = [
        ([result("cargo-1", ReviewKind.CONFIRMS)], {"by": OTHER_ASSESSOR_KEY}),
        ([result("cargo-1", ReviewKind.CONTRADICTS, **CONTRADICTED)], {}),
    ]
    scene = reviewed(*(said[i] for i in order))
    known = state(scene, "cargo-1", assessors=BOTH)
    assert (known.outcome, known.assessors) == (Outcome.NOT_MET, (ASSESSOR,))


def test_the_newest_word_of_an_assessor_takes_the_place_of_an_older_one():
    scene = reviewed(
        ([result("cargo-1", ReviewKind.CONTRADICTS, **CONTRADICTED)], {}),
        ([result("cargo-1", ReviewKind.CONFIRMS)], {"reviewed_at": NOON + DAY}),
    )
    assert state(scene, "cargo-1").outcome is Outcome.MET
    # As of before the second, the first counts.
    early = state(scene, "cargo-1", at=NOON + 5 * HOUR)
    assert early.outcome is Outcome.NOT_MET


def test_evidence_that_has_run_out_takes_its_result_with_it():
    old = replace(SEEN, valid_until=NOON + DAY)
    scene = reviewed(([replace(answered(), evidence=(old,))], {}))
    assert decided(scene, at=NOON + DAY).value is ELIGIBLE
    assert decided(scene, at=NOON + DAY + HOUR).value is CANNOT


def test_a_review_that_ran_out_counts_as_not_there():
    against = result("cargo-1", ReviewKind.CONTRADICTS, **CONTRADICTED)
    scene = reviewed(([against], {"valid_until": NOON + 9 * DAY}))
    assert state(scene, "cargo-1", at=NOON + 8 * DAY).outcome is Outcome.NOT_MET
    assert state(scene, "cargo-1", at=NOON + 10 * DAY).outcome is Outcome.MET


def test_what_speaks_for_a_control_counts_while_it_is_fresh():
    # `cargo-2` is fresh for 90 days.
    scene = reviewed(([result("cargo-2", ReviewKind.CONFIRMS)], LONG.copy()))
    fresh = state(scene, "cargo-2", at=NOON + 80 * DAY)
    stale = state(scene, "cargo-2", at=NOON + 100 * DAY)
    assert fresh.evidence_class is EvidenceClass.INDEPENDENT
    assert (stale.evidence_class, stale.how) == (EvidenceClass.REPRODUCIBLE, "Checked")


def test_not_met_counts_also_when_it_is_no_longer_fresh():
    against = result("cargo-2", ReviewKind.CONTRADICTS, **CONTRADICTED)
    scene = reviewed(([against], LONG.copy()))
    assert state(scene, "cargo-2", at=NOON + 100 * DAY).outcome is Outcome.NOT_MET


def test_an_answer_that_is_no_longer_fresh_is_told_and_not_counted():
    scene = reviewed(([replace(answered(), evidence=(SEEN,))], LONG.copy()))
    long = replace(SEEN, valid_until=NOON + 900 * DAY)
    scene = reviewed(([replace(answered(), evidence=(long,))], LONG.copy()))
    at = NOON + 364 * DAY
    assert state(scene, "crew-3", at=at).outcome is Outcome.MET
    decision = decided(scene, at=at)
    assert decision.value is CANNOT


def test_a_review_that_another_bundle_brings_counts_for_the_same_assessment():
    scene = reviewed(([answered()], {}))
    at = NOON + 2 * DAY
    with_review = scene.verdict(at=at).release
    without = replace(with_review, reviews=())
    for releases in ([with_review, without], [without, with_review]):
        assert decide(releases, [], "free-passage", at).value is ELIGIBLE


def test_a_review_of_another_assessment_changes_nothing_here():
    scene = reviewed(([answered()], {}))
    release = scene.verdict().release
    moved = replace(
        release.reviews[0],
        review=replace(release.reviews[0].review, assessment="ee" * 32),
    )
    assert (
        decide(
            [replace(release, reviews=(moved,))], [], "free-passage", NOON + 2 * DAY
        ).value
        is CANNOT
    )


def test_findings_of_a_check_are_not_quoted_for_what_an_assessor_saw():
    scene = Scene(claim=Claim(reports=(*Claim().reports[:-1], report("secrets"))))
    against = result("cargo-2", ReviewKind.CONTRADICTS, **CONTRADICTED)
    decision = decided(reviewed(([against], {}), scene=scene), "fast-berth")
    assert decision.value is NOT


def test_a_decision_names_every_control_that_an_assessor_changed():
    scene = reviewed(([answered()], {}))
    decision = decided(scene)
    told = [r for r in decision.reasons if r.code == "decide.reviewed"]
    assert [reason.subject for reason in told] == ["crew-3"]
    assert told[0].message.startswith("Signed as not assessed; it counts as met, as ")
    assert told[0].holds


def test_a_decision_names_what_an_assessor_confirmed():
    scene = reviewed(([result("crew-1", ReviewKind.CONFIRMS)], {}))
    told = [r for r in decided(scene).reasons if r.code == "decide.reviewed"]
    assert "Signed as met, and confirmed by " in told[0].message
