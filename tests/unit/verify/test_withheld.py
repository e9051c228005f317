"""What is withheld is seen as withheld: in the release, the reasons and the tiers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assay.crypto.digest import sha256_hex
from assay.domain.assessment import Outcome
from assay.domain.programme import Tier
from assay.domain.verdict import VerdictValue
from assay.flows.check_document import check_document
from assay.programme import read_programme
from assay.programme.outcomes import tiers_undetermined, withheld_result
from assay.statement import assessment_payload, claimed
from assay.verify import verify_bundle
from assay.verify.assessment_digest import assessment_digest
from assay.verify.disclosures import some_of
from assay.wire.v0.bundle import write_bundle
from tests.simulators.claims import (
    ANSWERS,
    EVIDENCE,
    HARBOUR,
    NOW,
    REPORTS,
    Claim,
    answer,
)
from tests.simulators.salted_claims import SaltedClaim, edits, shows
from tests.simulators.tampering import WITH_LEAK
from tests.unit.statement.test_items import checked

PROGRAMME = read_programme(HARBOUR)
CLAIM = SaltedClaim(log=None)


def verdict(*controls, claim=CLAIM):
    bundle = shows(*controls)(claim)
    return verify_bundle(write_bundle(bundle), claim.trust(), NOW)


def test_a_whole_claim_proves_what_an_open_one_proves():
    salted, plain = CLAIM.verdict().release, Claim(log=None).verdict().release
    assert salted.assessment.controls == plain.assessment.controls
    assert salted.assessment.tiers == plain.assessment.tiers
    assert salted.assessment.burden == plain.assessment.burden
    assert salted.assessment.tiers_undetermined == ()
    assert salted.declarations == plain.declarations
    assert salted.files == plain.files
    assert salted.withheld == plain.withheld == ()


def test_what_is_not_shown_is_withheld_and_named():
    found = verdict("cargo-1", "crew-1")
    assert found.value is VerdictValue.VALID
    release = found.release
    assert release.withheld == ("cargo-2", "cargo-3", "crew-2", "crew-3")
    outcomes = {r.control: r.outcome for r in release.assessment.controls}
    assert outcomes["cargo-1"] is Outcome.MET
    assert all(outcomes[name] is Outcome.WITHHELD for name in release.withheld)
    assert [r.check for r in release.assessment.reports] == [
        "pickle-imports",
        "safetensors-sound",
    ]
    assert [a.control for a in release.declarations.answers] == ["crew-1"]
    (caveat,) = [r for r in found.reasons if r.code == "verify.withheld"]
    assert caveat.holds
    assert caveat.subject == "cargo-2, cargo-3, crew-2, crew-3"
    assert "4 of 6" in caveat.message
    (told,) = [r for r in found.reasons if r.code == "verify.outcomes"]
    assert told.message.startswith("The 2 outcomes shown, of 6, under harbour 1.0 ")


def test_a_claim_of_which_nothing_is_shown_is_valid_and_says_nothing():
    bundle = replace(CLAIM.bundle(), disclosures=())
    found = verify_bundle(write_bundle(bundle), CLAIM.trust(), NOW)
    assert found.value is VerdictValue.VALID
    assert len(found.release.withheld) == 6
    assert found.release.assessment.reports == ()
    assert found.release.assessment.tiers == ()


def test_nothing_is_told_of_withheld_controls_where_there_are_none():
    assert "verify.withheld" not in {r.code for r in CLAIM.verdict().reasons}


def test_a_withheld_control_has_the_class_of_the_programme_and_no_evidence():
    result = withheld_result(PROGRAMME.control("crew-2"))
    assert result.evidence_class is PROGRAMME.control("crew-2").evidence_class
    assert result.collected is None
    assert result.evidence == ()


@pytest.mark.parametrize(
    ("controls", "answered"),
    [
        (("cargo-1",), None),
        (("cargo-1", "crew-1"), None),
        (("crew-1", "crew-2"), 2),
        (("cargo-1", "cargo-2", "cargo-3", "crew-1", "crew-2"), 2),
    ],
)
def test_how_many_answered_is_undetermined_where_an_answer_is_withheld(
    controls, answered
):
    assert verdict(*controls).release.assessment.burden.answered == answered


def test_a_tier_is_undetermined_where_only_what_is_withheld_leaves_it_open():
    moored = ("cargo-1", "cargo-2", "cargo-3", "crew-1")
    whole = verdict(*moored).release.assessment
    assert whole.tiers == ("moored",)
    assert whole.tiers_undetermined == ("surveyed",)
    part = verdict(*moored[:2]).release.assessment
    assert part.tiers == ()
    assert part.tiers_undetermined == ("moored", "surveyed")


def test_a_tier_of_which_something_shown_does_not_hold_is_not_reached():
    leaky = SaltedClaim(log=None, reports=WITH_LEAK)
    part = verdict("cargo-2", claim=leaky).release.assessment
    assert part.tiers == ()
    assert part.tiers_undetermined == ()


def test_a_tier_without_withheld_controls_is_never_undetermined():
    tier = Tier(id="none", title="t", summary="s", controls=())
    programme = replace(PROGRAMME, tiers=(*PROGRAMME.tiers, tier))
    results = CLAIM.verdict().release.assessment.controls
    assert tiers_undetermined(programme, results) == ()


def test_the_digest_of_an_assessment_is_that_of_checking_again():
    there = assessment_digest(CLAIM.verdict().release)
    payload = assessment_payload(claimed(CLAIM.assessment, PROGRAMME), CLAIM.inventory)
    assert there == sha256_hex(payload)
    assert check_document(checked(CLAIM), 0.0).assessment_digest == there
    again = SaltedClaim(log=None, seed=bytes(32)).verdict().release
    assert assessment_digest(again) == there


def test_there_is_no_digest_of_an_assessment_that_is_withheld_in_part():
    assert assessment_digest(verdict("cargo-1").release) is None


def test_the_wording_that_was_signed_is_shown_to_nobody():
    lie = edits("control", "cargo-1", lambda d: d[3].update(reason="Best of all."))
    release = SaltedClaim(log=None, **lie).verdict().release
    reasons = {r.control: r.reason for r in release.assessment.controls}
    assert reasons["cargo-1"] == "Looked at 6 and found nothing of weight."
    # It is part of what the digest is over all the same.
    assert assessment_digest(release) != assessment_digest(CLAIM.verdict().release)


def test_a_check_that_did_not_run_leaves_its_control_not_assessed():
    claim = SaltedClaim(
        log=None, reports=tuple(r for r in REPORTS if r.check != "pickle-imports")
    )
    release = verdict("cargo-1", claim=claim).release
    outcomes = {r.control: r.outcome for r in release.assessment.controls}
    assert outcomes["cargo-1"] is Outcome.NOT_ASSESSED


def test_a_question_that_nobody_answered_can_be_shown_as_open():
    release = verdict("crew-1", claim=SaltedClaim(log=None, answers=())).release
    outcomes = {r.control: r.outcome for r in release.assessment.controls}
    assert outcomes["crew-1"] is Outcome.NOT_ASSESSED


def test_an_answer_at_the_end_of_the_calendar_is_read():
    late = answer("crew-2", date=date.max, evidence=(EVIDENCE,))
    claim = SaltedClaim(log=None, answers=(ANSWERS[0], late))
    assert claim.verdict().reasons[0].code == "verify.declared-after-sealed"


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, ""), (1, "n0"), (100, "n0, n1"), (101, " and 1 more"), (4_096, "3996 more")],
)
def test_a_list_of_names_in_a_message_ends(count, told):
    text = some_of([f"n{n}" for n in range(count)])
    assert told in text
    assert text.count(",") == max(0, min(count, 100) - 1)
