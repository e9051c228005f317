from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assay.domain.assessment import Outcome
from assay.domain.programme import (
    AllOf,
    AnyOf,
    ControlMet,
    EvidenceClass,
    TierReached,
)
from assay.eligibility.rules import ControlState, Truth, evaluate
from assay.errors import ProgrammeError
from assay.programme import read_programme

HARBOUR = Path(__file__).parents[2] / "vectors/programmes/harbour-1.0.toml"
ANY_CLASS = tuple(EvidenceClass)
DECLARED = EvidenceClass.DECLARED
INDEPENDENT = EvidenceClass.INDEPENDENT


@pytest.fixture(scope="module")
def programme():
    return read_programme(HARBOUR.read_bytes())


def state(outcome=Outcome.MET, known=DECLARED, *, fresh=True, detail=""):
    return ControlState(
        outcome=outcome, evidence_class=known, fresh=fresh, detail=detail
    )


def decide(rule, programme, **states):
    """Evaluate with everything met and fresh but for the controls given."""
    given = {name.replace("_", "-"): value for name, value in states.items()}
    return evaluate(rule, programme, lambda control: given.get(control, state()))


def codes(result):
    return [reason.code for reason in result.reasons]


def test_the_truths_are_ordered_from_no_over_unknown_to_yes():
    assert sorted(Truth, key=lambda truth: truth.rank) == [
        Truth.NO,
        Truth.UNKNOWN,
        Truth.YES,
    ]


LEAVES = [
    (state(), Truth.YES, "decide.control-met"),
    (state(known=EvidenceClass.OBSERVED), Truth.UNKNOWN, "decide.class-too-weak"),
    (
        state(known=EvidenceClass.OBSERVED, fresh=False),
        Truth.UNKNOWN,
        "decide.class-too-weak",
    ),
    (state(fresh=False), Truth.UNKNOWN, "decide.stale"),
    (state(Outcome.NOT_MET), Truth.NO, "decide.not-met"),
    (state(Outcome.NOT_MET, fresh=False), Truth.NO, "decide.not-met"),
    (state(Outcome.NOT_APPLICABLE), Truth.NO, "decide.not-applicable"),
    (state(Outcome.NOT_APPLICABLE, fresh=False), Truth.NO, "decide.not-applicable"),
    (state(Outcome.NOT_ASSESSED), Truth.UNKNOWN, "decide.not-assessed"),
    (state(Outcome.ERROR), Truth.UNKNOWN, "decide.check-error"),
]


@pytest.mark.parametrize(("given", "truth", "code"), LEAVES)
def test_a_control_asked_for_by_name_comes_to(programme, given, truth, code):
    rule = ControlMet(control="crew-2", classes=(DECLARED, INDEPENDENT))
    result = decide(rule, programme, crew_2=given)
    assert result.truth is truth
    assert codes(result) == [code]
    assert result.reasons[0].subject == "crew-2"
    assert result.reasons[0].holds is (truth is Truth.YES)


def test_a_class_too_weak_is_named_beside_those_that_would_do(programme):
    rule = ControlMet(
        control="crew-2", classes=(EvidenceClass.REPRODUCIBLE, INDEPENDENT)
    )
    (reason,) = decide(rule, programme).reasons
    assert reason.message == (
        "Control 'crew-2' (Weights are guarded) is met as declared, where the rule"
        " asks for reproducible or independent."
    )


def test_the_detail_of_the_state_is_told(programme):
    rule = ControlMet(control="crew-2", classes=ANY_CLASS)
    given = state(fresh=False, detail="Answered 200 days before; 180 count.")
    (reason,) = decide(rule, programme, crew_2=given).reasons
    assert reason.message.endswith(
        "too long ago to count. Answered 200 days before; 180 count."
    )


IN_TIER = [
    (state(), Truth.YES, "decide.tier-reached"),
    (state(known=EvidenceClass.OBSERVED), Truth.YES, "decide.tier-reached"),
    (state(fresh=False), Truth.UNKNOWN, "decide.stale"),
    (state(Outcome.NOT_MET), Truth.NO, "decide.not-met"),
    (state(Outcome.NOT_APPLICABLE), Truth.YES, "decide.tier-reached"),
    (state(Outcome.NOT_APPLICABLE, fresh=False), Truth.UNKNOWN, "decide.stale"),
    (state(Outcome.NOT_ASSESSED), Truth.UNKNOWN, "decide.not-assessed"),
    (state(Outcome.ERROR), Truth.UNKNOWN, "decide.check-error"),
]


@pytest.mark.parametrize(("given", "truth", "code"), IN_TIER)
def test_a_control_of_a_tier_comes_to(programme, given, truth, code):
    result = decide(TierReached(tier="surveyed"), programme, crew_2=given)
    assert result.truth is truth
    assert codes(result) == [code]


def test_a_tier_refuses_not_applicable_where_the_control_may_not_be(programme):
    given = state(Outcome.NOT_APPLICABLE)
    result = decide(TierReached(tier="moored"), programme, crew_1=given)
    assert result.truth is Truth.NO
    assert codes(result) == ["decide.not-applicable"]


def test_a_tier_tells_everything_that_stands_in_its_way(programme):
    result = decide(
        TierReached(tier="surveyed"),
        programme,
        crew_3=state(Outcome.NOT_ASSESSED),
        cargo_1=state(Outcome.NOT_MET),
    )
    assert result.truth is Truth.NO
    assert [(r.subject, r.code) for r in result.reasons] == [
        ("cargo-1", "decide.not-met"),
        ("crew-3", "decide.not-assessed"),
    ]


LEAF = {
    Truth.YES: ControlMet(control="cargo-1", classes=ANY_CLASS),
    Truth.NO: ControlMet(control="cargo-2", classes=ANY_CLASS),
    Truth.UNKNOWN: ControlMet(control="cargo-3", classes=ANY_CLASS),
}
STATES = {
    "cargo_2": state(Outcome.NOT_MET),
    "cargo_3": state(Outcome.NOT_ASSESSED),
}


@pytest.mark.parametrize("one", Truth)
@pytest.mark.parametrize("other", Truth)
def test_lists_follow_kleene(programme, one, other):
    parts = (LEAF[one], LEAF[other])
    both = decide(AllOf(rules=parts), programme, **STATES)
    either = decide(AnyOf(rules=parts), programme, **STATES)
    assert both.truth.rank == min(one.rank, other.rank)
    assert either.truth.rank == max(one.rank, other.rank)
    assert both.reasons
    assert either.reasons


def test_all_of_tells_what_is_unknown_beside_what_is_not_met(programme):
    rule = AllOf(rules=tuple(LEAF.values()))
    result = decide(rule, programme, **STATES)
    assert codes(result) == ["decide.not-met", "decide.not-assessed"]


def test_any_of_tells_only_what_made_it_so(programme):
    rule = AnyOf(rules=tuple(LEAF.values()))
    assert codes(decide(rule, programme, **STATES)) == ["decide.control-met"]


def test_a_reason_that_two_parts_share_is_told_once(programme):
    rule = AllOf(rules=(LEAF[Truth.NO], LEAF[Truth.NO]))
    assert codes(decide(rule, programme, **STATES)) == ["decide.not-met"]


@pytest.mark.parametrize("kind", [AllOf, AnyOf])
def test_an_empty_list_is_unknown_and_says_so(programme, kind):
    result = decide(kind(rules=()), programme)
    assert result.truth is Truth.UNKNOWN
    assert codes(result) == ["decide.empty-rule"]


@pytest.mark.parametrize(
    "rule",
    [ControlMet(control="crew-9", classes=ANY_CLASS), TierReached(tier="docked")],
)
def test_a_rule_that_names_what_does_not_exist_is_refused(programme, rule):
    with pytest.raises(ProgrammeError) as caught:
        decide(rule, programme)
    assert caught.value.code == "programme.dangling-id"


def test_a_tier_that_names_what_does_not_exist_is_refused(programme):
    tier = replace(programme.tiers[0], controls=("crew-9",))
    with pytest.raises(ProgrammeError) as caught:
        decide(TierReached(tier=tier.id), replace(programme, tiers=(tier,)))
    assert caught.value.code == "programme.dangling-id"
