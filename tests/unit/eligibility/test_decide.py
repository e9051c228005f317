from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from assay.crypto.digest import sha256_hex
from assay.domain.assessment import Outcome
from assay.domain.declaration import AnswerValue
from assay.domain.facts import Place
from assay.domain.finding import Confidence, Finding, Severity
from assay.domain.verdict import DecisionValue, Reason
from assay.eligibility import decide
from assay.errors import UsageError
from assay.programme import read_programme
from tests.simulators.claims import (
    ANSWERS,
    EVIDENCE,
    FILES,
    HARBOUR,
    NOW,
    REPORTS,
    SEALED_AT,
    VALID_UNTIL,
    Claim,
    answer,
)

DAY = timedelta(days=1)
BENEFIT = "fast-berth"


def proven(claim: Claim | None = None, **changes):
    claim = claim or Claim(log=None, **changes)
    verdict = claim.verdict(at=claim.sealed_at)
    assert verdict.release is not None, verdict.reasons[0]
    return verdict.release


def decided(*releases, at=NOW, benefit=BENEFIT, refused=()):
    return decide(releases, refused, benefit, at)


def codes(decision):
    return [reason.code for reason in decision.reasons]


def test_a_claim_that_meets_the_rule_is_eligible():
    decision = decided(proven())
    assert decision.value is DecisionValue.ELIGIBLE
    assert decision.benefit == BENEFIT
    assert decision.programme == read_programme(HARBOUR).ref
    assert decision.at == NOW
    assert codes(decision) == ["decide.tier-reached", "decide.control-met"]
    assert all(reason.holds for reason in decision.reasons)


def test_what_nobody_answered_cannot_be_told():
    decision = decided(proven(answers=()))
    assert decision.value is DecisionValue.CANNOT_TELL
    assert "decide.not-assessed" in codes(decision)


def test_what_is_not_met_is_not_eligible():
    no = answer("crew-1", value=AnswerValue.NOT_MET)
    decision = decided(proven(answers=(no, ANSWERS[1])))
    assert decision.value is DecisionValue.NOT_ELIGIBLE
    assert "decide.not-met" in codes(decision)
    message = decision.reasons[0].message
    assert "Answered on 2026-11-20." in message
    assert "Found" not in message


def test_what_a_check_found_is_named_with_its_control_and_file():
    bad = tuple(
        Finding(
            check="pickle-imports",
            rule=f"r{number}",
            severity=severity,
            confidence=Confidence.HIGH,
            place=Place(path=f"{severity}.pkl"),
            message="It runs. " * 60,
            remediation="Remove it.",
        )
        for number, severity in enumerate((Severity.HIGH, Severity.CRITICAL))
    )
    reports = tuple(
        replace(report, findings=bad, findings_total=2)
        if report.check == "pickle-imports"
        else report
        for report in REPORTS
    )
    decision = decided(proven(reports=reports))
    assert decision.value is DecisionValue.NOT_ELIGIBLE
    (reason,) = [r for r in decision.reasons if r.code == "decide.not-met"]
    assert "(" in reason.message.partition(" of tier")[0]
    assert "Checked on 2026-11-23." in reason.message
    assert "Found in critical.pkl (critical, the gravest of 2 findings): It runs." in (
        reason.message
    )
    assert reason.message.endswith("...")


def test_a_benefit_that_asks_for_a_review_cannot_be_told_without_one():
    decision = decided(proven(), benefit="free-passage")
    assert decision.value is DecisionValue.CANNOT_TELL


def test_a_benefit_that_no_programme_has_is_the_callers_mistake():
    with pytest.raises(UsageError) as caught:
        decided(proven(), benefit="no-such-benefit")
    assert caught.value.code == "usage.unknown-benefit"
    assert caught.value.expected == "one of fast-berth, free-passage"


def test_bundles_about_different_releases_are_the_callers_mistake():
    with pytest.raises(UsageError) as caught:
        decided(proven(), proven(files=FILES[1:]))
    assert caught.value.code == "usage.different-releases"


def test_what_was_refused_is_named_and_counts_for_nothing():
    refused = Reason(code="signature.mismatch", message="No.")
    decision = decided(proven(), refused=[refused])
    assert decision.value is DecisionValue.ELIGIBLE
    assert decision.reasons[-1] == refused
    decision = decided(refused=[refused])
    assert decision.value is DecisionValue.CANNOT_TELL
    assert decision.reasons == (refused,)


def test_an_untrusted_programme_is_named_in_the_reason():
    release = replace(proven(), programme_trusted=False)
    refused = Reason(code="verify.expired", message="Old.")
    decision = decided(release, refused=[refused])
    assert decision.value is DecisionValue.CANNOT_TELL
    assert codes(decision) == ["trust.unknown-programme", "verify.expired"]
    assert release.programme.ref.digest in decision.reasons[0].subject


def test_an_untrusted_programme_does_not_weaken_a_trusted_one():
    newer = HARBOUR.replace(b"2026-10-01", b"2026-11-01").replace(
        b'version = "1.0"\n', b'version = "2.0"\n', 1
    )
    other = replace(proven(programme_file=newer), programme_trusted=False)
    decision = decided(proven(), other)
    assert decision.programme == read_programme(HARBOUR).ref


def test_of_two_trusted_versions_the_one_published_last_decides():
    newer = HARBOUR.replace(b"2026-10-01", b"2026-11-01").replace(
        b'version = "1.0"\n', b'version = "0.9"\n', 1
    )
    releases = (proven(), proven(programme_file=newer, answers=()))
    for order in (releases, releases[::-1]):
        decision = decided(*order)
        assert decision.programme.digest == sha256_hex(newer)
        assert decision.value is DecisionValue.CANNOT_TELL


def test_an_older_version_decides_a_benefit_that_the_newer_one_lacks():
    newer = (
        HARBOUR.replace(b"2026-10-01", b"2026-11-01")
        .replace(b'version = "1.0"\n', b'version = "2.0"\n', 1)
        .replace(b'id = "free-passage"', b'id = "free-quay"')
    )
    releases = (proven(), proven(programme_file=newer))
    decision = decided(*releases, benefit="free-passage")
    assert decision.programme == read_programme(HARBOUR).ref


def test_the_result_sealed_last_counts():
    no = answer("crew-1", value=AnswerValue.NOT_MET)
    earlier = proven(answers=(no, ANSWERS[1]))
    later = proven(sealed_at=SEALED_AT + DAY)
    assert decided(earlier, later).value is DecisionValue.ELIGIBLE
    assert decided(later, earlier).value is DecisionValue.ELIGIBLE
    later = proven(answers=(no, ANSWERS[1]), sealed_at=SEALED_AT + DAY)
    assert decided(proven(), later).value is DecisionValue.NOT_ELIGIBLE
    assert decided(later, proven()).value is DecisionValue.NOT_ELIGIBLE


def test_a_later_bundle_in_which_nobody_looked_hides_nothing():
    later = proven(answers=(), sealed_at=SEALED_AT + DAY)
    assert decided(proven(), later).value is DecisionValue.ELIGIBLE
    failed = tuple(replace(report, failure="It fell over.") for report in REPORTS)
    later = proven(reports=failed, sealed_at=SEALED_AT + DAY)
    assert decided(later, proven()).value is DecisionValue.ELIGIBLE


def test_two_claims_of_one_instant_give_one_answer_in_any_order():
    no = answer("crew-1", value=AnswerValue.NOT_MET)
    yes, other = proven(), proven(answers=(no, ANSWERS[1]))
    # A bundle may hold its statements in any order; ties must not turn on it.
    shuffled = replace(other, statements=other.statements[::-1])
    answers = {
        decided(*order).value
        for order in (
            (yes, other),
            (other, yes),
            (yes, shuffled),
            (shuffled, yes),
        )
    }
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (SEALED_AT - 2 * DAY, DecisionValue.CANNOT_TELL),
        (SEALED_AT, DecisionValue.ELIGIBLE),
        (SEALED_AT + 90 * DAY, DecisionValue.ELIGIBLE),
        (SEALED_AT + 90 * DAY + timedelta(seconds=1), DecisionValue.CANNOT_TELL),
        (VALID_UNTIL + timedelta(seconds=1), DecisionValue.CANNOT_TELL),
    ],
)
def test_a_check_is_fresh_from_the_seal_on_for_its_days(at, expected):
    assert decided(proven(), at=at).value is expected


def test_an_answer_of_people_ages_from_its_own_day():
    old = answer("crew-1", date=date(2026, 6, 1))
    release = proven(answers=(old, ANSWERS[1]))
    decision = decided(release, at=datetime(2026, 11, 28, tzinfo=UTC))
    assert decision.value is DecisionValue.ELIGIBLE
    decision = decided(release, at=datetime(2026, 11, 28, 0, 0, 1, tzinfo=UTC))
    assert decision.value is DecisionValue.CANNOT_TELL
    assert "at most 180 count" in decision.reasons[0].message


def test_a_claim_that_ended_counts_for_nothing_whoever_passes_it():
    release = proven(valid_until=SEALED_AT + DAY)
    assert decided(release, at=SEALED_AT + DAY).value is DecisionValue.ELIGIBLE
    decision = decided(release, at=SEALED_AT + 2 * DAY)
    assert decision.value is DecisionValue.CANNOT_TELL
    assert "The claim ended on 2026-11-24." in decision.reasons[0].message


def test_a_seal_older_than_the_benefit_allows_counts_for_nothing():
    long = HARBOUR.replace(b"freshness_days = 90", b"freshness_days = 900").replace(
        b"freshness_days = 180", b"freshness_days = 900"
    )
    release = proven(programme_file=long)
    assert decided(release, at=SEALED_AT + 180 * DAY).value is DecisionValue.ELIGIBLE
    decision = decided(release, at=SEALED_AT + 181 * DAY)
    assert decision.value is DecisionValue.CANNOT_TELL
    assert "Sealed on 2026-11-23; at most 180 days count." in (
        decision.reasons[0].message
    )


def test_a_decision_is_replayed_to_the_same_answer():
    claim = Claim()
    first = decided(proven(claim))
    again = decided(claim.verdict(at=VALID_UNTIL).release)
    assert first == again


def test_not_applicable_is_looked_at():
    void = answer("crew-2", value=AnswerValue.NOT_APPLICABLE)
    release = proven(answers=(ANSWERS[0], void))
    state = {c.control: c.outcome for c in release.assessment.controls}
    assert state["crew-2"] is Outcome.NOT_APPLICABLE
    earlier = proven(
        answers=(ANSWERS[0], answer("crew-2", evidence=(EVIDENCE,))),
        sealed_at=SEALED_AT - DAY,
    )
    assert decided(earlier).value is DecisionValue.ELIGIBLE
    assert decided(earlier, release).value is DecisionValue.CANNOT_TELL
