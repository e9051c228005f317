from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from assay.domain.statement import Issuer
from assay.domain.verdict import VerdictValue
from assay.errors import VerifyError
from assay.verify.key_dates import check_key_dates
from tests.simulators.attacks_on_keys import BELIEVED_TWICE, FIRST, TWICE_SIGNED
from tests.simulators.claims import LOGGED_AT, NOW, SEALED_AT, Claim

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def issuer(**dates):
    return Issuer(name="Example Labs", key_id="0" * 64, **dates)


def refused(**given):
    with pytest.raises(VerifyError) as caught:
        check_key_dates(**given)
    return caught.value.code


def test_a_claim_that_is_signed_twice_says_so():
    claim = Claim(**TWICE_SIGNED)
    verdict = claim.verdict(claim.trust(**BELIEVED_TWICE))
    assert verdict.value is VerdictValue.VALID
    told = {reason.code: reason for reason in verdict.reasons}
    second = TWICE_SIGNED["second"].public_key.key_id
    assert told["verify.second"].subject == second
    assert {s.second_key_id for s in verdict.release.statements} == {second}


def test_a_second_signature_by_an_unknown_key_counts_for_nothing():
    verdict = Claim(**TWICE_SIGNED).verdict()
    assert verdict.value is VerdictValue.VALID
    assert "verify.second" not in {reason.code for reason in verdict.reasons}


@pytest.mark.parametrize(
    "dates",
    [
        {},
        {"valid_from": SEALED_AT},
        {"valid_until": LOGGED_AT},
        {"valid_from": SEALED_AT - DAY, "valid_until": LOGGED_AT + DAY},
        # Clocks differ.
        {"valid_until": LOGGED_AT - 9 * MINUTE},
        {"valid_from": SEALED_AT + 9 * MINUTE},
    ],
)
def test_a_key_within_its_dates_counts_for_ever(dates):
    trust = Claim().trust(developers=(replace(FIRST, **dates),))
    assert Claim().verdict(trust).value is VerdictValue.VALID
    release = Claim().verdict(trust).release
    assert release.issuer.valid_until == dates.get("valid_until")


def test_the_end_of_a_key_is_held_against_what_is_proven():
    ended = issuer(valid_until=SEALED_AT)
    check_key_dates(ended, existed_by=SEALED_AT, stated=None, at=NOW)
    late = SEALED_AT + 11 * MINUTE
    assert (
        refused(issuer=ended, existed_by=late, stated=SEALED_AT - DAY, at=NOW)
        == "verify.key-ended"
    )


def test_what_nobody_vouches_for_may_be_as_young_as_the_instant_asked_about():
    ended = issuer(valid_until=SEALED_AT)
    check_key_dates(ended, existed_by=None, stated=SEALED_AT, at=SEALED_AT)
    assert (
        refused(issuer=ended, existed_by=None, stated=SEALED_AT - DAY, at=NOW)
        == "verify.key-ended"
    )


def test_a_statement_is_not_older_than_its_key():
    young = issuer(valid_from=SEALED_AT)
    check_key_dates(young, existed_by=NOW, stated=SEALED_AT, at=NOW)
    for existed_by, stated in (
        (NOW, SEALED_AT - DAY),
        (SEALED_AT - DAY, SEALED_AT),
        (SEALED_AT - DAY, None),
        (None, SEALED_AT - DAY),
    ):
        assert (
            refused(issuer=young, existed_by=existed_by, stated=stated, at=NOW)
            == "verify.key-not-begun"
        )
