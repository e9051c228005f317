"""Who may claim, until when, and how that is told at any instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from assay.crypto.digest import sha256_hex
from assay.crypto.name_record import organisation_id
from assay.domain.enrolment import KeyRole
from assay.domain.key_event import KeyEventKind
from assay.domain.limits import Limits
from assay.domain.statement import LoggedStatement
from assay.domain.status import KeyStatus, WithdrawnOrganisation
from assay.domain.verdict import VerdictValue
from assay.errors import BundleError, UsageError
from assay.statement.registry_payloads import status_payload
from assay.verify import verify_bundle
from assay.wire.v0.statement_file import write_statement_file
from tests.simulators.claims import DEVELOPER, Claim, MemoryLog
from tests.simulators.registry import (
    DAY,
    DEV_KEY,
    HOUR,
    NEW_KEY,
    NEWER_KEY,
    NOBODY,
    NOON,
    OFFICE,
    OFFICE_KEY,
    OTHER_OFFICE_KEY,
    STRANGER_KEY,
    Scene,
    codes,
    compromise,
    developer,
    enrolled_key,
    enrolment,
    entry,
    issuer,
    key_id,
    retirement,
    revocation,
    rotation,
    snapshot,
    withdrawal,
)

VALID, INVALID, STALE = VerdictValue.VALID, VerdictValue.INVALID, VerdictValue.STALE
BY_OFFICE = {"developers": NOBODY}
ENROLLED = enrolment(enrolled_key(DEV_KEY))
BEFORE = NOON - DAY


def by(signer, **changes):
    """Give a scene whose claim is signed by another key."""
    return Scene(claim=Claim(signer=signer, **changes))


# -- enrolment ----------------------------------------------------------------------


def test_a_key_that_a_believed_office_enrolled_makes_claims():
    scene = Scene()
    scene.issue(ENROLLED, OFFICE_KEY, BEFORE)
    verdict = scene.verdict(**BY_OFFICE)
    assert verdict.value is VALID
    assert verdict.release.issuer.name == DEVELOPER


def test_an_enrolment_attached_to_the_bundle_counts_as_one_at_hand():
    scene = Scene()
    file = scene.issue(ENROLLED, OFFICE_KEY, BEFORE)
    trust = scene.trust(**BY_OFFICE)
    verdict = verify_bundle(scene.attached(file), trust, NOON + DAY)
    assert verdict.value is VALID


def test_a_revoked_enrolment_enrols_nobody():
    scene = Scene()
    file = scene.issue(ENROLLED, OFFICE_KEY, BEFORE)
    digest = sha256_hex(file.statement.envelope.payload)
    scene.issue(revocation(digest, NOON + DAY), OFFICE_KEY)
    assert scene.verdict(at=NOON + HOUR, **BY_OFFICE).value is VALID
    verdict = scene.verdict(at=NOON + DAY, **BY_OFFICE)
    assert codes(verdict)[0] == "trust.unknown-developer"


def test_whoever_enrols_a_key_must_be_the_office_also_to_revoke_it():
    scene = Scene()
    file = scene.issue(ENROLLED, OFFICE_KEY, BEFORE)
    digest = sha256_hex(file.statement.envelope.payload)
    scene.issue(revocation(digest, NOON), STRANGER_KEY)
    assert scene.verdict(**BY_OFFICE).value is VALID


def test_an_enrolment_needs_its_office_to_be_one_when_it_signed():
    scene = Scene()
    scene.issue(ENROLLED, OFFICE_KEY, BEFORE)
    offices = (issuer(OFFICE, OFFICE_KEY, valid_until=NOON - 2 * DAY),)
    verdict = scene.verdict(offices=offices, **BY_OFFICE)
    assert codes(verdict)[0] == "trust.unknown-developer"
    told = scene.verdict(offices=offices)
    assert told.value is VALID
    assert "verify.key-ended" in codes(told)


# -- withdrawing --------------------------------------------------------------------


def test_a_claim_of_before_the_withdrawal_stays_what_it_was():
    scene = Scene()
    scene.issue(ENROLLED, OFFICE_KEY, BEFORE)
    scene.issue(withdrawal(NOON + DAY), OFFICE_KEY)
    assert scene.verdict(at=NOON + 2 * DAY, **BY_OFFICE).value is VALID


@pytest.mark.parametrize("trusted", [BY_OFFICE, {}])
def test_withdrawn_is_unknown_and_never_failed(trusted):
    scene = Scene()
    scene.issue(ENROLLED, OFFICE_KEY, BEFORE)
    scene.issue(withdrawal(NOON - HOUR), OFFICE_KEY)
    verdict = scene.verdict(**trusted)
    assert (verdict.value, codes(verdict)[0]) == (STALE, "verify.withdrawn")


def test_an_organisation_that_was_enrolled_again_claims_again_with_another_key():
    again = enrolment(enrolled_key(NEW_KEY), effective=NOON - HOUR)
    said = [
        (ENROLLED, NOON - 9 * DAY),
        (withdrawal(NOON - 2 * DAY), NOON - 2 * DAY),
        (again, NOON - HOUR),
    ]
    new, old = by(NEW_KEY), Scene()
    for scene in (new, old):
        for payload, at in said:
            scene.issue(payload, OFFICE_KEY, at)
    assert new.verdict(**BY_OFFICE).value is VALID
    # The old key was the organisation's, which takes part at that time again.
    assert old.verdict(**BY_OFFICE).value is VALID


def test_a_claim_made_between_withdrawal_and_return_stays_unknown():
    scene = Scene()
    scene.issue(ENROLLED, OFFICE_KEY, NOON - 9 * DAY)
    scene.issue(withdrawal(NOON - HOUR), OFFICE_KEY)
    scene.issue(enrolment(enrolled_key(DEV_KEY), effective=NOON + HOUR), OFFICE_KEY)
    verdict = scene.verdict(**BY_OFFICE)
    assert (verdict.value, codes(verdict)[0]) == (STALE, "verify.withdrawn")
    assert "took part again" in verdict.reasons[0].message


def test_a_revoked_claim_stays_revoked_when_its_organisation_is_enrolled_again():
    scene = Scene()
    scene.issue(ENROLLED, OFFICE_KEY, BEFORE)
    scene.issue(revocation(scene.seal, NOON + HOUR), OFFICE_KEY)
    scene.issue(withdrawal(NOON + 2 * HOUR), OFFICE_KEY)
    scene.issue(enrolment(enrolled_key(DEV_KEY), effective=NOON + DAY), OFFICE_KEY)
    verdict = scene.verdict(at=NOON + 3 * DAY, **BY_OFFICE)
    assert (verdict.value, codes(verdict)[0]) == (INVALID, "verify.revoked")


def test_without_a_log_a_withdrawal_leaves_nothing_known():
    scene = Scene(claim=Claim(log=None))
    scene.issue(withdrawal(NOON + DAY, enrolled_key(DEV_KEY)), OFFICE_KEY, None)
    trust = {"log_required": False, "logs": ()}
    assert scene.verdict(at=NOON + HOUR, **trust).value is VALID
    verdict = scene.verdict(at=NOON + 2 * DAY, **trust)
    assert (verdict.value, codes(verdict)[0]) == (STALE, "verify.withdrawn")


def test_a_snapshot_tells_of_a_return_as_well():
    scene = Scene()
    scene.issue(ENROLLED, OFFICE_KEY, NOON - 9 * DAY)
    gone = WithdrawnOrganisation(
        organisation_id=organisation_id(DEVELOPER),
        name=DEVELOPER,
        effective=NOON - 5 * DAY,
        until=NOON - 4 * DAY,
        key_ids=(),
    )
    scene.status(withdrawn=(gone,))
    assert scene.verdict(**BY_OFFICE).value is VALID


# -- rotation -----------------------------------------------------------------------


def rotated(*steps, at=NOON - 2 * DAY):
    scene = by(steps[-1])
    for hours, (old, new) in enumerate(pairwise(steps)):
        when = at + hours * HOUR
        scene.issue(rotation(old, new, when), old, when)
    return scene


def test_a_key_that_follows_a_trusted_one_makes_claims():
    scene = rotated(DEV_KEY, NEW_KEY)
    verdict = scene.verdict(developers=(developer(DEVELOPER, DEV_KEY),))
    assert verdict.value is VALID
    assert verdict.release.issuer.name == DEVELOPER


def test_a_chain_of_rotations_is_followed():
    scene = rotated(DEV_KEY, STRANGER_KEY, NEWER_KEY, NEW_KEY)
    trust = {"developers": (developer(DEVELOPER, DEV_KEY),)}
    assert scene.verdict(**trust).value is VALID
    broken = [scene.files[0], scene.files[2]]
    verdict = scene.verdict(*broken, **trust)
    assert codes(verdict)[0] == "trust.unknown-developer"


def test_a_key_that_follows_an_enrolled_one_is_its_organisations():
    scene = rotated(DEV_KEY, NEW_KEY)
    scene.issue(ENROLLED, OFFICE_KEY, NOON - 9 * DAY)
    assert scene.verdict(**BY_OFFICE).value is VALID
    scene.issue(withdrawal(NOON - HOUR), OFFICE_KEY)
    verdict = scene.verdict(**BY_OFFICE)
    assert (verdict.value, codes(verdict)[0]) == (STALE, "verify.withdrawn")


def test_the_office_may_rotate_a_key_that_its_holder_lost():
    scene = by(NEW_KEY)
    scene.issue(rotation(DEV_KEY, NEW_KEY, BEFORE), OFFICE_KEY, BEFORE)
    trust = {"developers": (developer(DEVELOPER, DEV_KEY),)}
    assert scene.verdict(**trust).value is VALID


def test_a_thief_who_comes_second_rotates_nothing():
    scene = by(STRANGER_KEY)
    scene.issue(rotation(DEV_KEY, NEW_KEY, NOON - 3 * DAY), DEV_KEY, NOON - 3 * DAY)
    theft = rotation(DEV_KEY, STRANGER_KEY, NOON - 2 * DAY)
    scene.issue(theft, DEV_KEY, NOON - 2 * DAY)
    verdict = scene.verdict(developers=(developer(DEVELOPER, DEV_KEY),))
    assert codes(verdict)[0] == "trust.unknown-developer"


def test_a_rotation_after_a_compromise_is_nobodys():
    scene = by(STRANGER_KEY)
    scene.issue(rotation(DEV_KEY, STRANGER_KEY, BEFORE), DEV_KEY, BEFORE)
    scene.issue(compromise(DEV_KEY, NOON - 2 * DAY), OFFICE_KEY)
    verdict = scene.verdict(developers=(developer(DEVELOPER, DEV_KEY),))
    assert codes(verdict)[0] == "trust.unknown-developer"


def test_a_revoked_rotation_begins_nothing_and_ends_all_the_same():
    scene = by(NEW_KEY)
    file = scene.issue(rotation(DEV_KEY, NEW_KEY, BEFORE), DEV_KEY, BEFORE)
    digest = sha256_hex(file.statement.envelope.payload)
    scene.issue(revocation(digest, NOON), OFFICE_KEY)
    trust = {"developers": (developer(DEVELOPER, DEV_KEY),)}
    assert codes(scene.verdict(**trust))[0] == "trust.unknown-developer"
    old = Scene()
    old.files = scene.files
    assert codes(old.verdict(**trust))[0] == "verify.key-retired"


def test_a_rotation_without_a_receipt_begins_nothing():
    scene = by(NEW_KEY)
    scene.issue(rotation(DEV_KEY, NEW_KEY, BEFORE), DEV_KEY, None)
    verdict = scene.verdict(developers=(developer(DEVELOPER, DEV_KEY),))
    assert codes(verdict)[0] == "trust.unknown-developer"


def test_what_was_signed_before_a_rotation_still_counts():
    scene = Scene()
    scene.issue(rotation(DEV_KEY, NEW_KEY, NOON + DAY), DEV_KEY, NOON + DAY)
    assert scene.verdict(at=NOON + 9 * DAY).value is VALID


def test_an_office_may_rotate_its_own_key():
    scene = Scene()
    when = NOON - 5 * DAY
    scene.issue(rotation(OFFICE_KEY, OTHER_OFFICE_KEY, when), OFFICE_KEY, when)
    scene.issue(ENROLLED, OTHER_OFFICE_KEY, BEFORE)
    assert scene.verdict(**BY_OFFICE).value is VALID
    scene.issue(compromise(OTHER_OFFICE_KEY, NOON - 4 * DAY), OFFICE_KEY, when)
    assert codes(scene.verdict(**BY_OFFICE))[0] == "trust.unknown-developer"


def test_two_office_keys_that_accuse_each_other_both_end():
    scene = Scene()
    offices = (issuer(OFFICE, OFFICE_KEY), issuer(OFFICE, OTHER_OFFICE_KEY))
    scene.issue(compromise(OFFICE_KEY, NOON - 9 * DAY), OTHER_OFFICE_KEY, BEFORE)
    scene.issue(compromise(OTHER_OFFICE_KEY, NOON - 9 * DAY), OFFICE_KEY, BEFORE)
    scene.issue(ENROLLED, OFFICE_KEY, BEFORE)
    scene.issue(ENROLLED, OTHER_OFFICE_KEY, BEFORE)
    verdict = scene.verdict(offices=offices, **BY_OFFICE)
    assert codes(verdict)[0] == "trust.unknown-developer"


# -- compromise and retirement ------------------------------------------------------


def test_what_is_proven_to_be_older_than_a_compromise_counts():
    scene = Scene()
    scene.issue(compromise(DEV_KEY, NOON + DAY, last_good=NOON + HOUR), OFFICE_KEY)
    assert scene.verdict(at=NOON + 9 * DAY).value is VALID


def test_without_a_proven_time_a_compromised_key_proves_nothing_at_any_instant():
    scene = Scene(claim=Claim(log=None))
    scene.issue(compromise(DEV_KEY, NOON + DAY), OFFICE_KEY, None)
    trust = {"log_required": False, "logs": ()}
    for days in (0, 2):
        verdict = scene.verdict(at=NOON + days * DAY, **trust)
        assert codes(verdict)[0] == "verify.key-compromised"


def test_a_retired_key_still_counts_at_an_instant_before_it_was_retired():
    scene = Scene(claim=Claim(log=None))
    scene.issue(retirement(DEV_KEY, NOON + DAY), DEV_KEY, None)
    trust = {"log_required": False, "logs": ()}
    assert scene.verdict(at=NOON + HOUR, **trust).value is VALID
    assert codes(scene.verdict(at=NOON + 2 * DAY, **trust))[0] == "verify.key-retired"


def test_a_stranger_cannot_end_a_key():
    scene = Scene()
    scene.issue(retirement(DEV_KEY, NOON - DAY), STRANGER_KEY)
    assert scene.verdict().value is VALID


def test_an_office_of_a_snapshot_ends_keys_only_while_it_is_one():
    scene = Scene()
    ended = KeyStatus(
        key_id=key_id(DEV_KEY), kind=KeyEventKind.RETIRED, effective=NOON - DAY
    )
    scene.status(keys=(ended,))
    assert codes(scene.verdict())[0] == "verify.key-retired"
    offices = (issuer(OFFICE, OFFICE_KEY, valid_until=NOON),)
    assert scene.verdict(offices=offices).value is VALID


def test_the_dates_of_a_trusted_key_hold_for_claims():
    scene = Scene()
    late = (developer(DEVELOPER, DEV_KEY, valid_from=NOON + DAY),)
    assert codes(scene.verdict(developers=late))[0] == "verify.key-not-begun"


def test_a_key_that_an_office_enrols_beyond_its_dates_in_the_trust_file_counts():
    scene = Scene()
    scene.issue(ENROLLED, OFFICE_KEY, BEFORE)
    ended = (developer("Old name", DEV_KEY, valid_until=NOON - 9 * DAY),)
    assert scene.verdict(developers=ended).value is VALID


# -- instants -----------------------------------------------------------------------


def test_a_revocation_counts_from_its_instant_on_and_not_before():
    scene = Scene()
    scene.status(NOON + HOUR)
    then = scene.verdict(at=NOON + 5 * HOUR)
    scene.issue(revocation(scene.seal, NOON + DAY), DEV_KEY, NOON + DAY)
    assert then.value is VALID
    assert scene.verdict(at=NOON + 5 * HOUR) == then
    assert codes(scene.verdict(at=NOON + DAY))[0] == "verify.revoked"


def test_a_bit_that_is_set_later_changes_no_earlier_answer():
    scene = Scene()
    scene.status(NOON + HOUR)
    early = scene.verdict(at=NOON + 5 * HOUR)
    scene.status(
        NOON + 2 * DAY, entries=(entry(scene.seal_index, scene.seal, NOON + DAY),)
    )
    late = scene.verdict(at=NOON + 5 * HOUR)
    assert (early.value, late.value) == (VALID, VALID)
    assert scene.verdict(at=NOON + 3 * DAY).value is INVALID


def test_the_newest_snapshot_of_the_time_tells_the_age():
    scene = Scene()
    scene.status(NOON + HOUR)
    scene.status(NOON + 3 * DAY)
    trust = {"status_required": True, "status_max_age": timedelta(days=1)}
    assert scene.verdict(at=NOON + 2 * HOUR, **trust).value is VALID
    assert scene.verdict(at=NOON + 2 * DAY, **trust).value is STALE
    assert scene.verdict(at=NOON + 4 * DAY, **trust).value is VALID
    assert scene.verdict(at=NOON + 5 * DAY, **trust).value is STALE


def test_two_offices_may_know_different_things():
    scene = Scene()
    other = (issuer(OFFICE, OFFICE_KEY), issuer("Another", OTHER_OFFICE_KEY))
    scene.status(NOON + HOUR, entries=(entry(1, "ee" * 32, NOON),))
    scene.status(NOON + 2 * HOUR, signer=OTHER_OFFICE_KEY)
    assert scene.verdict(offices=other).value is VALID


def test_a_snapshot_over_any_log_tells_of_a_claim_that_is_in_none():
    scene = Scene(claim=Claim(log=None))
    scene.status(entries=(entry(1, "ee" * 32, NOON),))
    verdict = scene.verdict(log_required=False, logs=(MemoryLog().trusted,))
    assert "verify.status" in codes(verdict)


def test_a_split_names_both_snapshots():
    scene = Scene()
    scene.status(NOON + HOUR, entries=(entry(1, "ee" * 32, NOON),))
    scene.status(NOON + 2 * HOUR)
    reason = scene.verdict().reasons[0]
    digests = [sha256_hex(f.statement.envelope.payload) for f in scene.files]
    assert reason.code == "verify.status-split"
    assert all(digest in reason.subject for digest in digests)
    assert f"{scene.log.origin} at " in reason.subject


# -- files and what was altered -----------------------------------------------------


def flipped(file):
    envelope = file.statement.envelope
    signature = bytes((envelope.signature[0] ^ 1, *envelope.signature[1:]))
    changed = replace(envelope, signature=signature)
    return replace(file, statement=replace(file.statement, envelope=changed))


def test_an_altered_statement_in_a_bundle_makes_it_invalid():
    scene = Scene()
    file = flipped(scene.issue(ENROLLED, OFFICE_KEY, BEFORE))
    verdict = verify_bundle(scene.attached(file), scene.trust(), NOON + DAY)
    assert (verdict.value, codes(verdict)) == (INVALID, ["signature.mismatch"])


def test_an_altered_statement_at_hand_leaves_nothing_known():
    scene = Scene()
    file = flipped(scene.issue(revocation(scene.seal, NOON), DEV_KEY))
    verdict = scene.verdict(file)
    assert (verdict.value, codes(verdict)[0]) == (STALE, "signature.mismatch")


def test_a_receipt_of_another_statement_proves_nothing():
    scene = Scene()
    file = scene.issue(ENROLLED, OFFICE_KEY, BEFORE)
    receipt = scene.bundle.statements[0].receipt
    swapped = LoggedStatement(envelope=file.statement.envelope, receipt=receipt)
    bad = replace(file, statement=swapped)
    verdict = verify_bundle(scene.attached(bad), scene.trust(), NOON + DAY)
    assert verdict.value is INVALID
    assert codes(verdict)[0].startswith("log.")
    verdict = scene.verdict(bad, **BY_OFFICE)
    assert codes(verdict)[0] == "trust.unknown-developer"


def test_the_key_of_an_attached_statement_has_to_travel_with_it():
    scene = Scene()
    file = scene.issue(ENROLLED, OFFICE_KEY, BEFORE)
    other = replace(file, public_key=STRANGER_KEY.public_key.der)
    verdict = verify_bundle(scene.attached(other), scene.trust(), NOON + DAY)
    assert (verdict.value, codes(verdict)) == (INVALID, ["verify.attached-key"])
    verdict = scene.verdict(other)
    assert (verdict.value, codes(verdict)[0]) == (STALE, "verify.attached-key")


def test_a_file_at_hand_that_is_no_statement_is_an_error():
    scene = Scene()
    with pytest.raises(BundleError) as caught:
        verify_bundle(scene.attached(), scene.trust(), NOON, status=[b"{}"])
    assert caught.value.code == "bundle.malformed-statement"


def test_a_crowd_of_files_at_hand_is_refused():
    scene = Scene()
    file = write_statement_file(scene.issue(ENROLLED, OFFICE_KEY, BEFORE))
    limits = Limits(max_at_hand=2)
    bundle, trust = scene.attached(), scene.trust()
    verify_bundle(bundle, trust, NOON, status=[file] * 2, limits=limits)
    with pytest.raises(UsageError) as caught:
        verify_bundle(bundle, trust, NOON, status=[file] * 3, limits=limits)
    assert caught.value.code == "usage.too-many-attached"


def test_an_unknown_log_proves_nothing_of_what_is_attached():
    scene = Scene()
    file = scene.issue(ENROLLED, OFFICE_KEY, BEFORE)
    text = file.statement.receipt.replace(scene.log.origin, "other.example/log")
    other = replace(file, statement=replace(file.statement, receipt=text))
    verdict = verify_bundle(scene.attached(other), scene.trust(), NOON + DAY)
    assert verdict.value is VALID
    assert "trust.unknown-log" in codes(verdict)


def test_of_two_copies_the_better_proven_one_counts():
    scene = Scene()
    file = scene.issue(ENROLLED, OFFICE_KEY, BEFORE)
    bare = replace(file, statement=replace(file.statement, receipt=None))
    for files in ([file, bare], [bare, file]):
        assert scene.verdict(*files, **BY_OFFICE).value is VALID


def test_keys_of_other_work_make_no_claims():
    scene = Scene()
    keys = enrolled_key(DEV_KEY, roles=(KeyRole.ASSESS, KeyRole.EVALUATE))
    scene.issue(enrolment(keys), OFFICE_KEY, BEFORE)
    assert codes(scene.verdict(**BY_OFFICE))[0] == "trust.unknown-developer"


def test_two_snapshots_that_are_in_no_log_contradict_each_other_as_well():
    scene = Scene()
    for issued in (NOON + HOUR, NOON + 2 * HOUR):
        entries = (entry(1, "ee" * 32, NOON),) if issued == NOON + HOUR else ()
        made = status_payload(snapshot(scene.log, issued, entries=entries))
        scene.issue(made, OFFICE_KEY, None)
    verdict = scene.verdict(log_required=False)
    assert codes(verdict)[0] == "verify.status-split"
    assert " at " not in verdict.reasons[0].subject


def test_what_ended_earlier_than_was_known_contradicts_nothing():
    scene = Scene()
    scene.status(NOON + HOUR, entries=(entry(1, "ee" * 32, NOON),))
    scene.status(
        NOON + 2 * HOUR,
        entries=(entry(1, "ee" * 32, NOON - DAY), entry(2, "dd" * 32, NOON)),
    )
    assert scene.verdict().value is VALID
