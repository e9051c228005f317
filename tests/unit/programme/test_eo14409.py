from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from assay.domain.assessment import Outcome
from assay.domain.programme import AnswerMethod, EvidenceClass
from assay.eligibility.rules import ControlState, Truth, evaluate
from assay.flows.shipped import load_shipped
from assay.programme import read_programme
from assay.wire import strict_json

DATA = Path(__file__).parents[4] / "shared/data"
CHECKS = {
    "archives-safe",
    "built-objects",
    "chat-templates",
    "code-behaviour",
    "configuration-sound",
    "content-inspected",
    "content-matches-name",
    "dependencies-pinned",
    "entries-bound",
    "graph-operations",
    "licence-declared",
    "model-card",
    "native-code",
    "pickle-free",
    "pickle-imports",
    "pickle-sound",
    "pinned-references",
    "provenance-declared",
    "remote-code",
    "safetensors-sound",
    "secrets",
    "tokenizer-bounded",
    "weights-sound",
}
# Confirmed in usnistgov/oscal-content: the HIGH baseline profile 5.1.1+u4 imports them.
SP_800_53 = frozenset(
    {
        *("ac-6", "au-9", "ca-2", "ca-2.1", "ca-8.1", "cm-6", "cm-7", "cm-10", "ia-5"),
        *("ir-3", "ir-4", "ir-6", "ir-8", "ra-5.11", "sa-5", "sa-11", "sc-12", "sc-18"),
        *("sc-28.1", "si-2", "si-3", "si-7", "sr-8", "sr-11"),
    }
)
# The tasks of SP 800-218 version 1.1.
SP_800_218 = frozenset(
    {
        *("PO.1.1", "PO.1.2", "PO.1.3", "PO.2.1", "PO.2.2", "PO.2.3", "PO.3.1"),
        *("PO.3.2", "PO.3.3", "PO.4.1", "PO.4.2", "PO.5.1", "PO.5.2", "PS.1.1"),
        *("PS.2.1", "PS.3.1", "PS.3.2", "PW.1.1", "PW.1.2", "PW.1.3", "PW.2.1"),
        *("PW.4.1", "PW.4.2", "PW.4.4", "PW.5.1", "PW.6.1", "PW.6.2", "PW.7.1"),
        *("PW.7.2", "PW.8.1", "PW.8.2", "PW.9.1", "PW.9.2", "RV.1.1", "RV.1.2"),
        *("RV.1.3", "RV.2.1", "RV.2.2", "RV.3.1", "RV.3.2", "RV.3.3", "RV.3.4"),
    }
)


@pytest.fixture(scope="module")
def programme():
    return read_programme(load_shipped("eo14409", "0.1.0"))


def mapped(programme, framework, version):
    return {
        mapping.id
        for control in programme.controls
        for mapping in control.mappings
        if (mapping.framework, mapping.version) == (framework, version)
    }


def test_the_notice_says_what_the_programme_is_not(programme):
    notice = programme.notice
    assert "Unofficial reference programme" in notice
    assert "not issued, reviewed or endorsed by any government" in notice
    assert "names no procurement preference" in notice
    assert "examples" in notice
    assert "classified" in notice


def test_all_areas_and_methods_are_used_in_the_planned_measure(programme):
    count = {
        method: sum(control.method is method for control in programme.controls)
        for method in AnswerMethod
    }
    assert 28 <= len(programme.controls) <= 36
    assert 12 <= count[AnswerMethod.CHECKS] <= 16
    assert 14 <= count[AnswerMethod.DECLARATION] <= 18
    assert 2 <= count[AnswerMethod.REVIEW] <= 4
    assert len(programme.areas) == 10


def test_every_check_bears_on_a_control(programme):
    assert {check for c in programme.controls for check in c.checks} == CHECKS


def test_every_control_is_mapped_somewhere(programme):
    pinned = re.compile(r"[0-9]")
    for control in programme.controls:
        assert control.mappings, control.id
        assert all(pinned.match(mapping.version) for mapping in control.mappings)


def test_mappings_name_only_known_frameworks(programme):
    assert {
        (mapping.framework, mapping.version)
        for control in programme.controls
        for mapping in control.mappings
    } == {
        ("FedRAMP Consolidated Rules", "2026.07.14.01"),
        ("MITRE ATLAS", "5.6.0"),
        ("NIST SP 800-218", "1.1"),
        ("NIST SP 800-53 rev. 5", "5.1.1+u4"),
        ("OWASP Top 10 for LLM Applications", "2026"),
    }


def test_mappings_to_nist_and_owasp_name_ids_that_exist(programme):
    assert mapped(programme, "NIST SP 800-53 rev. 5", "5.1.1+u4") <= SP_800_53
    assert mapped(programme, "NIST SP 800-218", "1.1") <= SP_800_218
    owasp = {f"LLM{number:02}" for number in range(1, 11)}
    assert mapped(programme, "OWASP Top 10 for LLM Applications", "2026") <= owasp


def test_mappings_to_atlas_name_ids_that_exist(programme):
    path = DATA / "atlas/ATLAS.yaml"
    if not path.exists():
        pytest.skip("the MITRE ATLAS data file is not on this machine")
    atlas = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert atlas["version"] == "5.6.0"
    (matrix,) = atlas["matrices"]
    known = {item["id"] for item in matrix["techniques"] + matrix["mitigations"]}
    assert mapped(programme, "MITRE ATLAS", "5.6.0") <= known


def test_mappings_to_fedramp_name_indicators_that_exist(programme):
    path = DATA / "fedramp/fedramp-consolidated-rules.json"
    if not path.exists():
        pytest.skip("the FedRAMP data file is not on this machine")
    data = path.read_bytes()
    version = "2026.07.14.01"
    assert strict_json.loads(data)["info"]["version"] == version
    for name in mapped(programme, "FedRAMP Consolidated Rules", version):
        assert f'"{name}"'.encode() in data


def decide(programme, benefit_id, states):
    benefit = next(b for b in programme.benefits if b.id == benefit_id)
    return evaluate(benefit.rule, programme, states.__getitem__).truth


def world(programme, methods, void=()):
    """Everything that these methods answer is met; the rest was not assessed."""
    return {
        control.id: ControlState(
            outcome=Outcome.NOT_APPLICABLE
            if control.id in void
            else Outcome.MET
            if control.method in methods
            else Outcome.NOT_ASSESSED,
            evidence_class=control.evidence_class,
            fresh=True,
        )
        for control in programme.controls
    }


EVERYTHING = frozenset(AnswerMethod)
WITHOUT_REVIEW = EVERYTHING - {AnswerMethod.REVIEW}


@pytest.mark.parametrize(
    ("benefit", "methods", "truth"),
    [
        ("prime-prequalification", WITHOUT_REVIEW, Truth.YES),
        ("agency-evaluation-preference", WITHOUT_REVIEW, Truth.YES),
        ("expedited-vendor-review", WITHOUT_REVIEW, Truth.UNKNOWN),
        ("expedited-vendor-review", EVERYTHING, Truth.YES),
        ("prime-prequalification", {AnswerMethod.CHECKS}, Truth.UNKNOWN),
    ],
)
def test_benefits_turn_on_what_they_say(programme, benefit, methods, truth):
    assert decide(programme, benefit, world(programme, methods)) is truth


def test_a_release_that_holds_only_safetensors_can_get_every_benefit(programme):
    """No pickle, archive, template or native code: those controls do not apply."""
    void = {"rel-3", "con-2", "con-3", "con-4", "con-5", "con-7", "prv-2"}
    states = world(programme, EVERYTHING, void)
    for benefit in programme.benefits:
        assert decide(programme, benefit.id, states) is Truth.YES


def test_only_one_benefit_needs_an_outside_assessor(programme):
    needing = [
        benefit.id
        for benefit in programme.benefits
        if decide(programme, benefit.id, world(programme, WITHOUT_REVIEW))
        is not Truth.YES
    ]
    assert needing == ["expedited-vendor-review"]


def test_every_benefit_says_that_it_is_an_example_and_grows_old(programme):
    for benefit in programme.benefits:
        assert "(example)" in benefit.title
        assert benefit.summary.startswith("Example:")
        assert benefit.max_age_days


def test_reviews_and_declarations_that_can_be_shown_need_evidence(programme):
    for control in programme.controls:
        if control.method is not AnswerMethod.CHECKS:
            assert control.evidence_required, control.id
        if control.method is AnswerMethod.REVIEW:
            assert control.evidence_class is EvidenceClass.INDEPENDENT
