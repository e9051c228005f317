from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assay.domain.finding import Severity
from assay.domain.limits import Limits
from assay.domain.programme import (
    AllOf,
    AnyOf,
    Area,
    ControlMet,
    EvidenceClass,
    Mapping,
    Rule,
    Tier,
    TierReached,
)
from assay.programme import prove, read_programme

HARBOUR = Path(__file__).parents[2] / "vectors/programmes/harbour-1.0.toml"
DECLARED = EvidenceClass.DECLARED
OBSERVED = EvidenceClass.OBSERVED
REPRODUCIBLE = EvidenceClass.REPRODUCIBLE
INDEPENDENT = EvidenceClass.INDEPENDENT


@pytest.fixture(scope="module")
def harbour():
    return read_programme(HARBOUR.read_bytes())


def with_control(programme, control_id, **changes):
    return replace(
        programme,
        controls=tuple(
            replace(control, **changes) if control.id == control_id else control
            for control in programme.controls
        ),
    )


def with_rule(programme, rule):
    """Give the first benefit another rule; the second still asks for the top tier."""
    first, *others = programme.benefits
    return replace(programme, benefits=(replace(first, rule=rule), *others))


def with_tiers(programme, **controls):
    return replace(
        programme,
        tiers=tuple(
            replace(tier, controls=controls.get(tier.id, tier.controls))
            for tier in programme.tiers
        ),
    )


def found(programme, *keywords, **named):
    return [(p.code, p.subject) for p in prove(programme, *keywords, **named)]


def test_a_programme_that_holds_has_no_problem(harbour):
    assert prove(harbour) == ()


def test_every_problem_says_what_and_what_to_do(harbour):
    broken = with_control(harbour, "cargo-1", checks=(), freshness_days=0, area="x")
    problems = prove(broken)
    assert len(problems) == 3
    assert all(problem.message and problem.remedy for problem in problems)
    assert all("cargo-1" in problem.message for problem in problems)


@pytest.mark.parametrize("group", ["areas", "controls", "tiers", "benefits"])
def test_an_id_given_twice_is_a_problem(harbour, group):
    items = getattr(harbour, group)
    doubled = replace(harbour, **{group: (*items, items[-1])})
    assert ("programme.duplicate-id", items[-1].id) in found(doubled)


@pytest.mark.parametrize(
    ("control", "changes", "code"),
    [
        ("cargo-1", {"checks": ()}, "unanswerable"),
        ("cargo-1", {"fail_at": None}, "unanswerable"),
        ("cargo-1", {"question": "Is it?"}, "stray-field"),
        ("cargo-1", {"evidence_required": True}, "stray-field"),
        ("cargo-1", {"evidence_class": INDEPENDENT}, "class-mismatch"),
        ("crew-1", {"evidence_class": REPRODUCIBLE}, "class-mismatch"),
        ("crew-3", {"evidence_class": DECLARED}, "class-mismatch"),
        ("crew-1", {"question": " "}, "unanswerable"),
        ("crew-1", {"answered_by": ""}, "unanswerable"),
        ("crew-3", {"example": ""}, "unanswerable"),
        ("crew-1", {"checks": ("secrets",)}, "stray-field"),
        ("crew-1", {"fail_at": Severity.LOW}, "stray-field"),
        ("crew-1", {"freshness_days": 0}, "bad-days"),
        ("crew-1", {"freshness_days": 36_501}, "bad-days"),
        ("crew-1", {"area": "hull"}, "dangling-id"),
        ("cargo-1", {"checks": ("secrets", "secrets")}, "repeated-item"),
    ],
)
def test_a_control_that_breaks_a_law_is_a_problem(harbour, control, changes, code):
    broken = with_control(harbour, control, **changes)
    assert found(broken) == [(f"programme.{code}", control)]


@pytest.mark.parametrize("version", ["latest", "Main", " current "])
def test_a_mapping_to_a_moving_version_is_a_problem(harbour, version):
    mapping = Mapping(framework="MITRE ATLAS", version=version, id="AML.M0014")
    broken = with_control(harbour, "cargo-1", mappings=(mapping,))
    assert found(broken) == [("programme.unpinned-mapping", "cargo-1")]


def test_a_mapping_named_twice_is_a_problem(harbour):
    mapping = Mapping(framework="MITRE ATLAS", version="5.6.0", id="AML.M0014")
    broken = with_control(harbour, "cargo-1", mappings=(mapping, mapping))
    assert found(broken) == [("programme.repeated-item", "cargo-1")]


def test_unknown_checks_are_a_problem_only_when_the_known_ones_are_given(harbour):
    known = {"pickle-imports", "secrets", "model-card"}
    assert found(harbour, known) == [("programme.unknown-check", "cargo-1")]
    assert found(harbour, {*known, "safetensors-sound"}) == []


def test_an_area_without_controls_is_a_problem(harbour):
    broken = replace(harbour, areas=(*harbour.areas, Area(id="hull", title="Hull")))
    assert found(broken) == [("programme.idle-area", "hull")]


def test_a_control_that_nothing_asks_for_is_a_problem(harbour):
    idle = replace(harbour.control("crew-3"), id="crew-4")
    broken = replace(harbour, controls=(*harbour.controls, idle))
    assert found(broken) == [("programme.idle-control", "crew-4")]


def test_a_control_that_only_a_rule_asks_for_is_none(harbour):
    extra = replace(harbour.control("crew-3"), id="crew-4")
    rule = ControlMet(control="crew-4", classes=(INDEPENDENT,))
    programme = with_rule(replace(harbour, controls=(*harbour.controls, extra)), rule)
    assert found(programme) == []


def test_a_tier_that_names_an_unknown_control_is_a_problem(harbour):
    top = harbour.tiers[-1]
    broken = with_tiers(harbour, surveyed=(*top.controls, "crew-9"))
    assert found(broken) == [("programme.dangling-id", "surveyed")]


def test_a_tier_that_names_a_control_twice_is_a_problem(harbour):
    top = harbour.tiers[-1]
    broken = with_tiers(harbour, surveyed=(*top.controls, "crew-3"))
    assert found(broken) == [("programme.repeated-item", "surveyed")]


def test_a_tier_that_leaves_out_the_one_below_is_a_problem(harbour):
    broken = with_tiers(harbour, surveyed=("cargo-1", "crew-2", "crew-3"))
    (problem,) = prove(broken)
    assert problem.code == "programme.tiers-not-nested"
    assert "cargo-2, cargo-3, crew-1" in problem.message


def test_a_tier_that_asks_for_no_more_than_the_one_below_is_a_problem(harbour):
    everything = harbour.tiers[-1].controls
    broken = with_tiers(harbour, moored=everything)
    assert found(broken) == [("programme.tiers-not-nested", "surveyed")]


def test_a_tier_above_all_that_benefits_ask_for_is_a_problem(harbour):
    rule = TierReached(tier="moored")
    broken = replace(harbour, benefits=(replace(harbour.benefits[0], rule=rule),))
    assert found(broken) == [("programme.unused-tier", "surveyed")]


def test_a_tier_below_one_that_a_benefit_asks_for_is_used(harbour):
    assert found(replace(harbour, benefits=harbour.benefits[1:])) == []


def test_an_age_that_makes_no_sense_is_a_problem(harbour):
    for days in (0, -1, 10**12):
        benefit = replace(harbour.benefits[1], max_age_days=days)
        broken = replace(harbour, benefits=(harbour.benefits[0], benefit))
        assert found(broken) == [("programme.bad-days", "free-passage")]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (ControlMet(control="crew-9", classes=(INDEPENDENT,)), "dangling-id"),
        (TierReached(tier="docked"), "dangling-id"),
        (AllOf(rules=()), "rule-empty"),
        (AnyOf(rules=(TierReached(tier="moored"), AllOf(rules=()))), "rule-empty"),
        (ControlMet(control="crew-1", classes=(REPRODUCIBLE,)), "rule-unreachable"),
        (ControlMet(control="crew-1", classes=()), "rule-unreachable"),
        (ControlMet(control="cargo-1", classes=(DECLARED,)), "rule-unreachable"),
        (ControlMet(control="cargo-1", classes=(REPRODUCIBLE,)), "rule-not-monotone"),
        (
            ControlMet(control="crew-1", classes=(DECLARED, INDEPENDENT)),
            "rule-not-monotone",
        ),
    ],
)
def test_a_rule_that_breaks_a_law_is_a_problem(harbour, rule, code):
    nested = AnyOf(rules=(TierReached(tier="moored"), rule))
    expected = [(f"programme.{code}", "fast-berth")]
    assert found(with_rule(harbour, rule)) == expected
    assert found(with_rule(harbour, nested)) == expected


def test_a_rule_that_refuses_stronger_evidence_says_which(harbour):
    rule = ControlMet(control="crew-1", classes=(DECLARED, REPRODUCIBLE))
    (problem,) = prove(with_rule(harbour, rule))
    assert "observed, independent" in problem.message


@pytest.mark.parametrize(
    "classes",
    [
        (DECLARED, OBSERVED, REPRODUCIBLE, INDEPENDENT),
        (OBSERVED, REPRODUCIBLE, INDEPENDENT),
        (INDEPENDENT,),
    ],
)
def test_a_rule_may_ask_for_a_class_and_all_that_are_stronger(harbour, classes):
    rule = ControlMet(control="crew-1", classes=classes)
    assert found(with_rule(harbour, rule)) == []


def test_a_rule_nested_too_deep_is_a_problem(harbour):
    rule: Rule = TierReached(tier="moored")
    for _ in range(4):
        rule = AllOf(rules=(rule,))
    programme = with_rule(harbour, rule)
    assert found(programme, limits=Limits(max_rule_depth=5)) == []
    assert found(programme, limits=Limits(max_rule_depth=4)) == [
        ("programme.rule-too-deep", "fast-berth")
    ]


def test_tiers_are_compared_from_the_lowest(harbour):
    between = Tier(
        id="anchored",
        title="Anchored",
        summary="Between the two.",
        controls=(*harbour.tiers[0].controls, "crew-2"),
    )
    low, high = harbour.tiers
    assert found(replace(harbour, tiers=(low, between, high))) == []
    assert found(replace(harbour, tiers=(between, low, high))) == [
        ("programme.tiers-not-nested", "moored")
    ]
