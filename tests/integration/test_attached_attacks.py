"""What is attached to a bundle does not change unnoticed, wherever it is damaged."""

from __future__ import annotations

from functools import cache

import pytest

from assay.domain.verdict import VerdictValue
from assay.errors import AssayError
from assay.verify import verify_bundle
from assay.wire.v0.statement_file import write_statement_file
from tests.simulators.registry import (
    ASSESSOR_KEY,
    DAY,
    DEV_KEY,
    NOBODY,
    NOON,
    OFFICE_KEY,
    Scene,
    answered,
    codes,
    enrolled_key,
    enrolment,
    revocation,
)

AT = NOON + 2 * DAY


@cache
def scene():
    made = Scene()
    made.issue(enrolment(enrolled_key(DEV_KEY)), OFFICE_KEY, NOON - DAY)
    made.issue(made.review(answered()), ASSESSOR_KEY)
    made.status()
    return made


def told(data, status=()):
    """Give the codes of a valid verdict; None for any other and for our own errors."""
    trust = scene().trust(developers=NOBODY)
    try:
        verdict = verify_bundle(data, trust, AT, status=status)
    except AssayError:
        return None
    return codes(verdict) if verdict.value is VerdictValue.VALID else None


def damaged(data, step):
    """Flip one bit in every `step`th byte, each of the eight in turn."""
    copy = bytearray(data)
    for place in range(0, len(data), step):
        bit = 1 << (place * 5 % 8)
        copy[place] ^= bit
        yield bytes(copy)
        copy[place] ^= bit


@pytest.mark.slow
def test_a_bit_flipped_in_what_is_attached_is_noticed():
    data = scene().attached(*scene().files)
    assert "verify.review" in told(data)
    start = data.index(b'"attached"')
    for changed in damaged(data[start:], 11):
        after = told(data[:start] + changed)
        # A receipt that names a log which nobody knows: the statement no longer counts.
        assert after is None or "trust.unknown-log" in after


@pytest.mark.slow
def test_a_revocation_at_hand_that_was_damaged_never_leaves_the_claim_valid():
    file = scene().issue(revocation(scene().seal, NOON), DEV_KEY)
    scene().files.remove(file)
    data = scene().attached(*scene().files)
    assert told(data, [write_statement_file(file)]) is None
    for changed in damaged(write_statement_file(file), 5):
        assert told(data, [changed]) is None
