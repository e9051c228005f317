"""What a decision rests on, and where bundles contradict one another."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assay.domain.declaration import AnswerValue
from assay.domain.programme import AllOf, AnyOf, ControlMet, TierReached
from assay.domain.verdict import DecisionValue
from assay.eligibility import decide
from assay.eligibility.rules import controls_named
from assay.programme import read_programme
from tests.simulators.claims import ANSWERS, HARBOUR, NOW, SEALED_AT, Claim, answer

PROGRAMME = read_programme(HARBOUR)
TIER = PROGRAMME.tiers[0]
NO = answer("crew-1", value=AnswerValue.NOT_MET)


def proven(**changes):
    claim = Claim(log=None, **changes)
    return claim.verdict(at=claim.sealed_at).release


def newest(decision):
    return [r for r in decision.reasons if r.code == "decide.newest-counts"]


def test_a_decision_counts_the_controls_that_rest_on_declarations_alone():
    decision = decide([proven()], [], "fast-berth", NOW)
    assert set(decision.declared) < set(decision.controls)
    assert decision.declared == ("crew-1", "crew-2")


def test_a_question_that_nobody_answered_is_not_declared():
    decision = decide([proven(answers=())], [], "fast-berth", NOW)
    assert decision.controls
    assert decision.declared == ()


def test_a_decision_without_a_rule_names_no_controls():
    decision = decide([], [], "fast-berth", NOW)
    assert decision.controls == decision.declared == ()


@pytest.mark.parametrize("order", [1, -1])
def test_bundles_that_contradict_one_another_say_which_counts(order):
    later = proven(answers=(NO, ANSWERS[1]), sealed_at=SEALED_AT + timedelta(days=1))
    decision = decide([proven(), later][::order], [], "fast-berth", NOW)
    assert decision.value is DecisionValue.NOT_ELIGIBLE
    (reason,) = newest(decision)
    assert reason.subject == "crew-1"
    assert reason.holds


def test_bundles_that_agree_or_did_not_look_contradict_nothing():
    later = proven(answers=(), sealed_at=SEALED_AT + timedelta(days=1))
    assert not newest(decide([proven(), later], [], "fast-berth", NOW))


@pytest.mark.parametrize("join", [AllOf, AnyOf])
def test_a_rule_names_its_controls_at_any_depth(join):
    rule = join(
        rules=(
            TierReached(tier=TIER.id),
            join(rules=(ControlMet(control="crew-2", classes=()),)),
        )
    )
    assert controls_named(rule, PROGRAMME) == {*TIER.controls, "crew-2"}
    assert controls_named(TierReached(tier="no-tier"), PROGRAMME) == frozenset()
