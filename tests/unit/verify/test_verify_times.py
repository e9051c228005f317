"""Status has a date: one bundle at many instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from assay.domain.verdict import VerdictValue
from tests.simulators.claims import (
    LOGGED_AT,
    NOW,
    SEALED_AT,
    VALID_UNTIL,
    Claim,
    MemoryLog,
    answer,
)
from tests.simulators.note_signers import LOG_ED

SECOND = timedelta(seconds=1)
SKEW = timedelta(minutes=10)
LAST = datetime.max.replace(tzinfo=UTC)
FIRST = datetime.min.replace(tzinfo=UTC)


def codes(verdict):
    return [reason.code for reason in verdict.reasons if not reason.holds]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (FIRST, ["verify.not-yet-sealed", "verify.not-yet-logged"]),
        (
            SEALED_AT - SKEW - SECOND,
            ["verify.not-yet-sealed", "verify.not-yet-logged"],
        ),
        (SEALED_AT - SKEW, ["verify.not-yet-logged"]),
        (LOGGED_AT - SKEW - SECOND, ["verify.not-yet-logged"]),
        (LOGGED_AT - SKEW, []),
        (SEALED_AT, []),
        (NOW, []),
        (NOW.astimezone(timezone(timedelta(hours=14))), []),
        (VALID_UNTIL, []),
        (VALID_UNTIL + SECOND, ["verify.expired"]),
        (LAST, ["verify.expired"]),
    ],
)
def test_a_claim_counts_from_its_receipt_to_its_end(at, expected):
    verdict = Claim().verdict(at=at)
    assert codes(verdict) == expected
    assert verdict.value is (VerdictValue.STALE if expected else VerdictValue.VALID)
    assert verdict.at == at
    assert verdict.release is not None


def test_an_old_trust_file_makes_everything_stale():
    trust = Claim().trust(valid_until=NOW)
    assert Claim().verdict(trust).value is VerdictValue.VALID
    verdict = Claim().verdict(trust, at=NOW + SECOND)
    assert verdict.value is VerdictValue.STALE
    assert codes(verdict) == ["trust.expired"]


def test_without_a_log_only_the_seal_says_when():
    claim = Claim(log=None)
    assert codes(claim.verdict(at=SEALED_AT - SKEW)) == []
    assert codes(claim.verdict(at=SEALED_AT - SKEW - SECOND)) == [
        "verify.not-yet-sealed"
    ]


def test_a_log_without_a_timestamping_key_states_no_time():
    claim = Claim(log=MemoryLog(keys=(LOG_ED,)), sealed_at=NOW, valid_until=VALID_UNTIL)
    verdict = claim.verdict()
    assert verdict.value is VerdictValue.VALID
    assert all(s.logged_at is None for s in verdict.release.statements)
    assert all(s.log_origin is not None for s in verdict.release.statements)


def test_a_log_that_states_no_time_is_believed_without_one():
    verdict = Claim(log=MemoryLog(timestamp=0)).verdict()
    assert verdict.value is VerdictValue.VALID
    assert verdict.release.statements[0].logged_at is None


def test_clocks_may_differ_by_ten_minutes():
    assert Claim(sealed_at=LOGGED_AT + SKEW).verdict().value is VerdictValue.VALID


def test_an_answer_may_be_dated_a_day_later_where_the_day_begins_earlier():
    claim = Claim(answers=(answer("crew-1", date=date(2026, 11, 24)),))
    assert claim.verdict().value is VerdictValue.VALID


@pytest.mark.parametrize("timestamp", [253402300799, int(LOGGED_AT.timestamp())])
def test_instants_at_the_end_of_the_calendar_are_compared_without_leaving_it(timestamp):
    last = datetime(9999, 12, 31, 23, 59, 58, tzinfo=UTC)
    claim = Claim(
        log=MemoryLog(timestamp=timestamp),
        sealed_at=last,
        valid_until=last + SECOND,
        answers=(answer("crew-1", date=date(9999, 12, 31)),),
    )
    for at in (FIRST, NOW, last, LAST):
        verdict = claim.verdict(at=at)
        if timestamp == int(LOGGED_AT.timestamp()):
            assert codes(verdict) == ["verify.sealed-after-logged"]
        else:
            assert verdict.value is not VerdictValue.INVALID


def test_instants_at_the_beginning_of_the_calendar_are_written_with_four_digits():
    claim = Claim(
        log=None,
        sealed_at=FIRST,
        valid_until=FIRST + SECOND,
        answers=(answer("crew-1", date=date(1, 1, 1)),),
    )
    assert claim.verdict(at=FIRST).value is VerdictValue.VALID
    assert codes(claim.verdict()) == ["verify.expired"]
