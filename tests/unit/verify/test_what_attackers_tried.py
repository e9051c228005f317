"""What an attacker tried, and what it came to before it was mended."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assay.crypto.canonical import canonical_json
from assay.domain.key_event import KeyEventKind
from assay.domain.status import KeyStatus
from assay.domain.verdict import VerdictValue
from assay.statement.registry_payloads import status_payload
from assay.wire.strict_json import loads
from tests.simulators.attacks_on_keys import BELIEVED_TWICE, SECOND, TWICE_SIGNED
from tests.simulators.claims import DEVELOPER, Claim
from tests.simulators.registry import (
    ASSESSOR,
    ASSESSOR_KEY,
    DAY,
    DEV_KEY,
    NEW_KEY,
    NOBODY,
    NOON,
    OFFICE_KEY,
    OTHER_OFFICE_KEY,
    STRANGER_KEY,
    Scene,
    answered,
    codes,
    compromise,
    developer,
    enrolled_key,
    enrolment,
    key_id,
    rotation,
    snapshot,
)

VALID, INVALID, STALE = VerdictValue.VALID, VerdictValue.INVALID, VerdictValue.STALE
TRUSTED = {"developers": (developer(DEVELOPER, DEV_KEY),)}
ROTATED = NOON - 3 * DAY
LATER = NOON - DAY


def by_stranger():
    return Scene(claim=Claim(signer=STRANGER_KEY))


# -- rotations ----------------------------------------------------------------------


def test_a_thief_who_names_the_instant_of_an_earlier_rotation_rotates_nothing():
    scene = by_stranger()
    scene.issue(rotation(DEV_KEY, NEW_KEY, ROTATED), DEV_KEY, ROTATED)
    scene.issue(rotation(DEV_KEY, STRANGER_KEY, ROTATED), DEV_KEY, LATER)
    assert codes(scene.verdict(**TRUSTED))[0] == "trust.unknown-developer"


def test_a_rotation_of_after_the_end_that_a_snapshot_lists_rotates_nothing():
    scene = by_stranger()
    ended = KeyStatus(
        key_id=key_id(DEV_KEY), kind=KeyEventKind.ROTATION, effective=ROTATED
    )
    scene.status(NOON - 2 * DAY, keys=(ended,))
    scene.issue(rotation(DEV_KEY, STRANGER_KEY, ROTATED), DEV_KEY, LATER)
    assert codes(scene.verdict(**TRUSTED))[0] == "trust.unknown-developer"


def test_an_old_key_of_the_office_rotates_nobody_at_the_instant_of_its_own_end():
    scene = by_stranger()
    scene.issue(rotation(OFFICE_KEY, OTHER_OFFICE_KEY, ROTATED), OFFICE_KEY, ROTATED)
    scene.issue(rotation(DEV_KEY, STRANGER_KEY, ROTATED), OFFICE_KEY, LATER)
    assert codes(scene.verdict(**TRUSTED))[0] == "trust.unknown-developer"


def test_a_rotation_that_is_logged_late_is_followed_where_nothing_else_ended_the_key():
    scene = Scene(claim=Claim(signer=NEW_KEY))
    scene.issue(rotation(DEV_KEY, NEW_KEY, ROTATED), DEV_KEY, LATER)
    assert scene.verdict(**TRUSTED).value is VALID


# -- snapshots ----------------------------------------------------------------------


@pytest.mark.parametrize("size", [2**34, 2**53 - 1])
def test_a_tree_of_absurd_size_takes_no_memory_whoever_signs_it(size):
    scene = Scene()
    document = loads(status_payload(snapshot(scene.log, NOON + DAY)))
    document["predicate"]["log"]["size"] = size
    document["predicate"]["considered"]["entries"] = size
    scene.issue(canonical_json(document), STRANGER_KEY)
    assert "verify.status-bits" in codes(scene.verdict())


# -- names and second keys ----------------------------------------------------------


def named(verdict):
    release = verdict.release
    return (release.issuer.name, *{s.issuer.name for s in release.statements})


def test_a_claim_is_theirs_in_whose_time_the_key_signed():
    scene = Scene()
    over = enrolled_key(DEV_KEY, valid_until=ROTATED)
    scene.issue(enrolment(over, name="A name of before"), OFFICE_KEY, LATER)
    scene.issue(enrolment(enrolled_key(DEV_KEY), name="Now"), OFFICE_KEY, LATER)
    verdict = scene.verdict(developers=NOBODY)
    assert verdict.reasons[0].message == "Signed by Now."
    assert named(verdict) == ("Now", "Now")


def test_a_name_of_the_trust_file_that_ended_is_not_told_for_an_enrolled_one():
    scene = Scene()
    scene.issue(enrolment(enrolled_key(DEV_KEY), name="Others"), OFFICE_KEY, LATER)
    ended = (developer(DEVELOPER, DEV_KEY, valid_until=ROTATED),)
    assert named(scene.verdict(developers=ended)) == ("Others", "Others")


def twice_signed():
    return Scene(claim=Claim(**TWICE_SIGNED))


def believed_twice(*, required, **dates):
    named_twice: Any = BELIEVED_TWICE["developers"]
    first, second = named_twice
    return {
        "developers": (first, replace(second, **dates)),
        "second_required": required,
    }


def test_a_second_key_that_ended_signs_nothing_where_one_is_required():
    verdict = twice_signed().verdict(
        **believed_twice(required=True, valid_until=NOON - 3 * DAY)
    )
    assert (verdict.value, codes(verdict)[0]) == (INVALID, "verify.key-ended")


def test_a_second_key_that_ended_is_told_of_nobody():
    verdict = twice_signed().verdict(
        **believed_twice(required=False, valid_until=NOON - 3 * DAY)
    )
    assert verdict.value is VALID
    assert "verify.second" not in codes(verdict)


@pytest.mark.parametrize(
    ("logged", "value"), [(NOON, INVALID), (None, STALE)], ids=["proven", "not"]
)
def test_a_second_key_that_was_stolen_counts_no_more(logged, value):
    scene = twice_signed()
    scene.issue(compromise(SECOND, NOON - 9 * DAY), OFFICE_KEY, logged)
    verdict = scene.verdict(**believed_twice(required=True))
    assert verdict.value is value


def test_a_second_key_of_a_name_that_ended_is_none_of_the_name_in_force():
    scene = twice_signed()
    scene.issue(enrolment(enrolled_key(DEV_KEY), name="Others"), OFFICE_KEY, LATER)
    trust = believed_twice(required=True)
    first, second = trust["developers"]
    trust["developers"] = (replace(first, valid_until=ROTATED), second)
    assert codes(scene.verdict(**trust))[0] == "trust.unknown-issuer"
    trust["second_required"] = False
    verdict = scene.verdict(**trust)
    assert named(verdict) == ("Others", "Others")
    assert "verify.second" not in codes(verdict)


def test_an_assessor_of_a_name_that_the_developer_once_had_is_not_independent():
    scene = Scene()
    over = enrolled_key(DEV_KEY, valid_until=ROTATED)
    scene.issue(enrolment(over, name=ASSESSOR.upper()), OFFICE_KEY, LATER)
    scene.issue(enrolment(enrolled_key(DEV_KEY), name="Now"), OFFICE_KEY, LATER)
    scene.issue(scene.review(answered()), ASSESSOR_KEY)
    verdict = scene.verdict(developers=NOBODY)
    assert named(verdict) == ("Now", "Now")
    assert "verify.review-not-independent" in codes(verdict)


def test_a_second_key_that_still_counts_is_told_where_nobody_asks_for_one():
    verdict = twice_signed().verdict(**believed_twice(required=False))
    assert "verify.second" in codes(verdict)
