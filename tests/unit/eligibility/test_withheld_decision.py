"""What is withheld is unknown to every rule: never a yes, and never a no."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from assay.domain.declaration import AnswerValue
from assay.domain.verdict import DecisionValue
from assay.eligibility import decide
from assay.verify import verify_bundle
from assay.wire.v0.bundle import write_bundle
from tests.simulators.claims import (
    ANSWERS,
    EVIDENCE,
    NOW,
    SEALED_AT,
    VALID_UNTIL,
    answer,
    p256_signer,
)
from tests.simulators.salted_claims import SaltedClaim, shows
from tests.simulators.tampering import WITH_LEAK

WHOLE = ("cargo-1", "cargo-2", "cargo-3", "crew-1", "crew-2", "crew-3")
LATER = SEALED_AT + timedelta(days=2)


def proven(claim, controls=WHOLE, trust=None):
    data = write_bundle(shows(*controls)(claim))
    return verify_bundle(data, trust or claim.trust(), NOW).release


def claim(**changes):
    return SaltedClaim(log=None, **changes)


def decided(*releases, benefit="fast-berth"):
    return decide(releases, (), benefit, NOW)


def codes(decision):
    return [reason.code for reason in decision.reasons]


def without(*names):
    return tuple(name for name in WHOLE if name not in names)


def test_a_whole_claim_is_decided_as_ever():
    assert decided(proven(claim())).value is DecisionValue.ELIGIBLE


@pytest.mark.parametrize("name", ["cargo-1", "cargo-2", "crew-1", "crew-2"])
def test_a_benefit_that_needs_a_withheld_control_cannot_be_told_and_names_it(name):
    decision = decided(proven(claim(), without(name)))
    assert decision.value is DecisionValue.CANNOT_TELL
    (reason,) = [r for r in decision.reasons if r.code == "decide.withheld"]
    assert reason.subject == name
    assert "withheld by the developer" in reason.message
    assert not reason.holds


def test_a_benefit_that_needs_nothing_that_is_withheld_is_decided():
    # Nothing but a review answers crew-3, and the rule takes crew-2 in its place.
    assert decided(proven(claim(), without("crew-3"))).value is DecisionValue.ELIGIBLE


def test_a_withheld_control_that_is_not_met_is_no_yes():
    leaky = claim(reports=WITH_LEAK)
    assert decided(proven(leaky)).value is DecisionValue.NOT_ELIGIBLE
    hidden = decided(proven(leaky, without("cargo-2")))
    assert hidden.value is DecisionValue.CANNOT_TELL


def test_what_is_shown_and_not_met_is_a_no_whatever_is_withheld():
    leaky = claim(reports=WITH_LEAK)
    decision = decided(proven(leaky, ("cargo-2",)))
    assert decision.value is DecisionValue.NOT_ELIGIBLE
    assert "decide.withheld" in codes(decision)


def test_what_either_of_two_bundles_of_one_claim_shows_is_shown():
    one = proven(claim(), ("cargo-1", "cargo-2", "crew-2"))
    two = proven(claim(), ("cargo-3", "crew-1"))
    for pair in ((one, two), (two, one)):
        assert decided(*pair).value is DecisionValue.ELIGIBLE
    assert decided(one).value is DecisionValue.CANNOT_TELL


def test_an_older_result_does_not_stand_in_for_a_newer_one_that_is_withheld():
    old = proven(claim())
    new = claim(
        sealed_at=LATER,
        answers=(ANSWERS[0], answer("crew-2", value=AnswerValue.NOT_MET)),
    )
    hidden = proven(new, without("crew-2"))
    assert decided(old).value is DecisionValue.ELIGIBLE
    for pair in ((old, hidden), (hidden, old)):
        decision = decided(*pair)
        assert decision.value is DecisionValue.CANNOT_TELL
        assert "decide.withheld" in codes(decision)
    told = decided(old, proven(new), benefit="free-passage")
    assert told.value is DecisionValue.NOT_ELIGIBLE


def test_of_two_claims_of_one_instant_the_withheld_one_counts():
    other = claim(
        answers=(ANSWERS[0], answer("crew-2", value=AnswerValue.NOT_MET)),
        valid_until=VALID_UNTIL - timedelta(days=1),
    )
    hidden = proven(other, without("crew-2"))
    for pair in ((proven(claim()), hidden), (hidden, proven(claim()))):
        assert decided(*pair).value is DecisionValue.CANNOT_TELL


def test_a_newer_result_that_is_shown_takes_the_place_of_an_older_withheld_one():
    hidden = proven(claim(), without("crew-2"))
    new = proven(claim(sealed_at=LATER))
    assert decided(hidden, new).value is DecisionValue.ELIGIBLE


def test_a_newer_claim_that_did_not_look_takes_nothing_back():
    old = proven(claim())
    unasked = proven(claim(sealed_at=LATER, answers=()))
    assert decided(old, unasked).value is DecisionValue.ELIGIBLE


def seal_digest(release):
    return release.seal_digest


def test_a_claim_that_a_later_one_supersedes_counts_for_nothing():
    old = proven(claim())
    new = proven(claim(sealed_at=LATER, answers=(), supersedes=(seal_digest(old),)))
    decision = decided(old, new)
    assert decision.value is DecisionValue.CANNOT_TELL
    (reason,) = [r for r in decision.reasons if r.code == "decide.superseded"]
    assert reason.subject == seal_digest(old)
    assert reason.holds


def test_a_claim_of_somebody_else_supersedes_nothing():
    old = proven(claim())
    stranger = claim(
        sealed_at=LATER,
        answers=(),
        supersedes=(seal_digest(old),),
        signer=p256_signer(4004),
    )
    theirs = stranger.trust()
    named = replace(theirs.developers[0], name="Others")
    other = proven(stranger, trust=replace(theirs, developers=(named,)))
    decision = decided(old, other)
    assert decision.value is DecisionValue.ELIGIBLE
    assert "decide.superseded" not in codes(decision)


def test_a_claim_dated_earlier_than_what_it_names_supersedes_nothing():
    new = proven(claim(sealed_at=LATER))
    backdated = proven(claim(answers=(), supersedes=(seal_digest(new),)))
    assert decided(new, backdated).value is DecisionValue.ELIGIBLE


def test_a_backdated_claim_brings_back_nothing_that_a_later_one_supersedes():
    old = proven(claim())
    names = (seal_digest(old),)
    new = proven(claim(sealed_at=LATER, answers=(), supersedes=names))
    early = claim(sealed_at=SEALED_AT - timedelta(days=9), answers=(), supersedes=names)
    for bundles in permutations((old, new, proven(early))):
        assert decided(*bundles).value is DecisionValue.CANNOT_TELL


def test_evidence_counts_when_it_is_shown():
    later = claim(answers=(ANSWERS[0], answer("crew-2", evidence=(EVIDENCE,))))
    assert decided(proven(later)).value is DecisionValue.ELIGIBLE
