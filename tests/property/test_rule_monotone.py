"""Laws of rules: more evidence never makes a supplier less eligible."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from assay.domain.assessment import Outcome
from assay.domain.programme import (
    AllOf,
    AnyOf,
    ControlMet,
    EvidenceClass,
    TierReached,
)
from assay.eligibility.rules import ControlState, Truth, evaluate
from assay.programme import read_programme

HARBOUR = Path(__file__).parents[1] / "vectors/programmes/harbour-1.0.toml"
PROGRAMME = read_programme(HARBOUR.read_bytes())
CONTROLS = tuple(control.id for control in PROGRAMME.controls)
CLASSES = tuple(EvidenceClass)

# What `prove` lets a rule ask for: a weakest class and all that are stronger.
upward = st.integers(0, len(CLASSES) - 1).map(lambda weakest: CLASSES[weakest:])
leaves = st.builds(
    ControlMet, control=st.sampled_from(CONTROLS), classes=upward
) | st.builds(TierReached, tier=st.sampled_from([tier.id for tier in PROGRAMME.tiers]))
rules = st.recursive(
    leaves,
    lambda inner: (
        st.builds(AllOf, rules=st.lists(inner, min_size=1, max_size=4).map(tuple))
        | st.builds(AnyOf, rules=st.lists(inner, min_size=1, max_size=4).map(tuple))
    ),
    max_leaves=12,
)
states = st.builds(
    ControlState,
    outcome=st.sampled_from(Outcome),
    evidence_class=st.sampled_from(EvidenceClass),
    fresh=st.booleans(),
    detail=st.just(""),
)
worlds = st.fixed_dictionaries(dict.fromkeys(CONTROLS, states))
controls = st.sampled_from(CONTROLS)


def truth(rule, world):
    return evaluate(rule, PROGRAMME, world.__getitem__).truth


@given(rule=rules, world=worlds, control=controls)
def test_a_control_becoming_met_in_the_strongest_way_never_lowers_a_rule(
    rule, world, control
):
    best = ControlState(
        outcome=Outcome.MET, evidence_class=EvidenceClass.INDEPENDENT, fresh=True
    )
    assert truth(rule, {**world, control: best}).rank >= truth(rule, world).rank


@given(rule=rules, world=worlds, control=controls)
def test_a_control_becoming_fresh_never_lowers_a_rule(rule, world, control):
    fresh = replace(world[control], fresh=True)
    assert truth(rule, {**world, control: fresh}).rank >= truth(rule, world).rank


@given(
    rule=rules,
    world=worlds,
    control=controls,
    known=st.sampled_from(EvidenceClass),
    before=st.sampled_from([o for o in Outcome if o is not Outcome.MET]),
)
def test_a_control_becoming_met_in_any_way_never_lowers_a_rule(
    rule, world, control, known, before
):
    world[control] = replace(world[control], outcome=before)
    met = ControlState(outcome=Outcome.MET, evidence_class=known, fresh=True)
    assert truth(rule, {**world, control: met}).rank >= truth(rule, world).rank


@given(rule=rules, world=worlds, control=controls, known=st.sampled_from(EvidenceClass))
def test_stronger_evidence_of_the_same_never_lowers_a_rule(rule, world, control, known):
    weaker = replace(
        world[control],
        evidence_class=min(known, world[control].evidence_class, key=CLASSES.index),
    )
    stronger = replace(
        weaker,
        evidence_class=max(known, world[control].evidence_class, key=CLASSES.index),
    )
    before = truth(rule, {**world, control: weaker}).rank
    assert truth(rule, {**world, control: stronger}).rank >= before


@given(rule=rules, world=worlds)
def test_a_result_has_reasons_and_is_the_same_again(rule, world):
    result = evaluate(rule, PROGRAMME, world.__getitem__)
    assert result == evaluate(rule, PROGRAMME, world.__getitem__)
    assert result.reasons
    assert all(reason.message and reason.code for reason in result.reasons)
    holds = result.truth is Truth.YES
    assert all(reason.holds is holds for reason in result.reasons)


@given(rule=rules)
def test_with_nothing_assessed_no_rule_is_ever_a_yes(rule):
    nothing = ControlState(
        outcome=Outcome.NOT_ASSESSED,
        evidence_class=EvidenceClass.DECLARED,
        fresh=True,
    )
    assert truth(rule, dict.fromkeys(CONTROLS, nothing)) is Truth.UNKNOWN
