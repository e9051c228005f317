from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from assay.domain.finding import Severity
from assay.domain.programme import (
    AllOf,
    AnswerMethod,
    AnyOf,
    ControlMet,
    EvidenceClass,
    Mapping,
    TierReached,
)
from assay.errors import DocumentError
from assay.wire.v0.programme import ProgrammeModel

HARBOUR = Path(__file__).parents[2] / "vectors/programmes/harbour-1.0.toml"
ABSENT = object()


@pytest.fixture
def harbour():
    return tomllib.loads(HARBOUR.read_text(encoding="utf-8"))


def read(value):
    return ProgrammeModel.read(value, document="programme")


def refused(value):
    with pytest.raises(DocumentError) as caught:
        read(value)
    assert caught.value.code == "document.schema"
    return caught.value.found


def test_every_field_of_the_file_reaches_the_noun(harbour):
    programme = read(harbour).to_domain(digest="0" * 64)
    assert programme.ref.id == "harbour"
    assert programme.ref.version == "1.0"
    assert programme.ref.digest == "0" * 64
    assert programme.published == dt.date(2026, 10, 1)
    assert [area.id for area in programme.areas] == ["cargo", "crew"]
    checked = programme.control("cargo-2")
    assert checked.method is AnswerMethod.CHECKS
    assert checked.fail_at is Severity.HIGH
    assert checked.checks == ("secrets",)
    assert checked.not_applicable_allowed
    assert programme.control("cargo-1").mappings == (
        Mapping(framework="MITRE ATLAS", version="5.6.0", id="AML.M0014"),
    )
    asked = programme.control("crew-2")
    assert asked.evidence_class is EvidenceClass.DECLARED
    assert asked.fail_at is None
    assert asked.evidence_required
    assert asked.answered_by == "release engineering lead"
    assert programme.tiers[0].controls == ("cargo-1", "cargo-2", "cargo-3", "crew-1")
    assert programme.benefits[0].max_age_days == 180
    assert programme.benefits[1].max_age_days is None


def test_the_four_kinds_of_rules_are_read(harbour):
    programme = read(harbour).to_domain(digest="0" * 64)
    assert programme.benefits[0].rule == AllOf(
        rules=(
            TierReached(tier="moored"),
            AnyOf(
                rules=(
                    ControlMet(control="crew-2", classes=tuple(EvidenceClass)),
                    ControlMet(control="crew-3", classes=(EvidenceClass.INDEPENDENT,)),
                )
            ),
        )
    )
    assert programme.benefits[1].rule == TierReached(tier="surveyed")


def test_classes_are_put_in_the_order_of_their_strength(harbour):
    harbour["benefit"][1]["rule"] = {
        "control": "crew-2",
        "classes": ["independent", "declared", "declared"],
    }
    programme = read(harbour).to_domain(digest="0" * 64)
    assert programme.benefits[1].rule == ControlMet(
        control="crew-2",
        classes=(EvidenceClass.DECLARED, EvidenceClass.INDEPENDENT),
    )


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ({}, "A rule is one of"),
        ({"not": {"tier": "moored"}}, "A rule is one of"),
        ("moored", "A rule is one of"),
        ({"all": []}, "at least 1 item"),
        ({"any": []}, "at least 1 item"),
        ({"all": [{"none": []}]}, "rule: all 1: A rule is one of"),
        ({"tier": "moored", "any": [{"tier": "moored"}]}, "there is no such field"),
        ({"tier": "moored", "negate": True}, "there is no such field"),
        ({"control": "crew-1"}, "is missing"),
        ({"control": "crew-1", "classes": []}, "at least 1 item"),
        ({"control": "crew-1", "classes": ["asserted"]}, "Input should be"),
        ({"control": 7, "classes": ["declared"]}, "valid string"),
    ],
)
def test_a_rule_outside_the_vocabulary_is_refused(harbour, rule, complaint):
    harbour["benefit"][1]["rule"] = rule
    assert complaint in refused(harbour)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), "assay-programme/1"),
        (("format",), ABSENT),
        (("colour",), "blue"),
        (("id",), "Harbour"),
        (("id",), "../harbour"),
        (("id",), "har\nbour"),
        (("version",), "latest"),
        (("version",), "1.0-rc1"),
        (("version",), "1"),
        (("title",), ""),
        (("title",), " \n"),
        (("notice",), ABSENT),
        (("notice",), "\x1b[2J"),
        (("published",), "2026-10-01"),
        (("published",), dt.datetime(2026, 10, 1, 3, 4, 5)),  # noqa: DTZ001 - a TOML local date-time
        (("area",), []),
        (("control",), []),
        (("tier",), []),
        (("benefit",), []),
        (("areas",), []),
        (("control", 0, "method"), "wish"),
        (("control", 0, "fail_at"), "severe"),
        (("control", 0, "fail_at"), "MEDIUM"),
        (("control", 0, "freshness_days"), "365"),
        (("control", 0, "freshness_days"), 365.0),
        (("control", 0, "freshness_days"), True),
        (("control", 0, "checks"), "secrets"),
        (("control", 0, "requirement"), ABSENT),
        (("control", 0, "weight"), 3),
        (("control", 0, "evidence_class"), "asserted"),
        (("control", 0, "mappings", 0, "version"), ""),
        (("control", 0, "mappings", 0, "version"), ABSENT),
        (("control", 0, "title"), "x" * 10_001),
        (("tier", 0, "controls"), []),
        (("benefit", 0, "max_age_days"), 1.5),
    ],
)
def test_a_field_that_is_off_is_refused(harbour, path, value):
    *parents, last = path
    target = harbour
    for step in parents:
        target = target[step]
    if value is ABSENT:
        del target[last]
    else:
        target[last] = value
    refused(harbour)


def test_the_model_has_a_json_schema():
    schema = ProgrammeModel.model_json_schema()
    assert schema["properties"]["control"]["minItems"] == 1
    assert schema["additionalProperties"] is False


def test_what_is_wrong_in_a_rule_is_told_by_the_name_of_the_benefit(harbour):
    harbour["benefit"][0]["rule"]["all"][1]["any"][0] = {"control": "crew-1"}
    assert refused(harbour) == (
        'benefit "fast-berth": rule: all 2: any "crew-1": classes: is missing'
    )


def test_what_is_wrong_with_an_id_is_told_in_words(harbour):
    harbour["control"][0]["area"] = "Not An Id"
    assert refused(harbour).startswith('control "cargo-1": area: should be an id: ')
