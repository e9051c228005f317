"""What an attacker tried, and what it came to before it was mended."""

from __future__ import annotations

import pytest

from assay.crypto.canonical import canonical_json
from assay.domain.key_event import KeyEventKind
from assay.domain.status import KeyStatus
from assay.domain.verdict import VerdictValue
from assay.statement.registry_payloads import status_payload
from assay.wire.strict_json import loads
from tests.simulators.claims import DEVELOPER, Claim
from tests.simulators.registry import (
    DAY,
    DEV_KEY,
    NEW_KEY,
    NOON,
    OFFICE_KEY,
    OTHER_OFFICE_KEY,
    STRANGER_KEY,
    Scene,
    codes,
    developer,
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
