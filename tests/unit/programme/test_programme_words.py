from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from assay.domain.programme import AllOf, AnyOf, ControlMet, EvidenceClass, TierReached
from assay.programme import read_programme
from assay.programme.words import (
    age_words,
    answer_words,
    class_words,
    days_words,
    freshness_words,
    mapping_words,
    rule_lines,
    rule_words,
    tier_steps,
)

HARBOUR = Path(__file__).parents[2] / "vectors/programmes/harbour-1.0.toml"
PROGRAMME = read_programme(HARBOUR.read_bytes())


def test_classes_up_to_the_strongest_are_said_in_short():
    every = tuple(EvidenceClass)
    assert class_words(every) == "known as declared or stronger"
    assert class_words(every[2:]) == "known as reproducible or stronger"
    assert class_words(every[3:]) == "known as independent"
    assert class_words(every[:2]) == "known as declared or observed"


def test_a_rule_is_said_line_by_line_and_in_one_sentence():
    rule = PROGRAMME.benefits[0].rule
    lines = [(line.depth, line.text.split(":")[0]) for line in rule_lines(rule)]
    assert lines == [
        (0, "all of"),
        (1, "tier `moored` is reached"),
        (1, "at least one of"),
        (2, "control `crew-2` is met, fresh, and known as declared or stronger"),
        (2, "control `crew-3` is met, fresh, and known as independent"),
    ]
    text = rule_words(rule)
    assert text.startswith("all of: tier `moored` is reached")
    assert "; (at least one of: control `crew-2` is met" in text
    assert rule_words(TierReached(tier="t")).startswith("tier `t` is reached")
    one = ControlMet(control="c", classes=(EvidenceClass.INDEPENDENT,))
    assert rule_words(AllOf(rules=(one,))) == f"all of: {rule_words(one)}"
    assert rule_lines(AnyOf(rules=(one,)), mark="")[1].text.startswith("control c is")


def test_what_answers_a_control_is_said_with_its_bar_and_its_evidence():
    checked = PROGRAMME.control("cargo-2")
    assert answer_words(checked) == (
        "check `secrets`; not met on a finding of severity high or above;"
        " known as reproducible"
    )
    two = replace(checked, checks=("a", "b"), fail_at=None)
    assert answer_words(two, mark="").startswith("checks a, b; not met on a finding")
    asked = PROGRAMME.control("crew-2")
    assert answer_words(asked).startswith("the developer's release engineering lead; ")
    assert "is required for met" in answer_words(asked)
    assert "not required" in answer_words(replace(asked, evidence_required=False))
    assert answer_words(PROGRAMME.control("crew-3")).startswith("a review by the surve")


def test_days_freshness_age_and_mappings_are_said():
    assert days_words(1) == "1 day"
    assert days_words(2) == "2 days"
    checked = PROGRAMME.control("cargo-1")
    assert mapping_words(checked) == "MITRE ATLAS (5.6.0) AML.M0014"
    assert mapping_words(replace(checked, mappings=())) == "not compared"
    assert "; may be answered" in freshness_words(PROGRAMME.control("cargo-2"))
    assert "; may not be answered" in freshness_words(PROGRAMME.control("crew-3"))
    assert age_words(PROGRAMME.benefits[0]).startswith("A bundle counts for 180 days")
    assert age_words(PROGRAMME.benefits[1]).startswith("A bundle of any age counts")


def test_each_tier_is_said_with_what_it_adds():
    first, second = tier_steps(PROGRAMME)
    assert first.adds == first.tier.controls
    assert second.adds == ("crew-2", "crew-3")
