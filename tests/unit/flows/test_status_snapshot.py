"""What an office lists, by the statements that a log holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assay.crypto.bitstring import bit_at, decode_list
from assay.crypto.digest import sha256_hex
from assay.domain.key_event import KeyEventKind
from assay.domain.statement import (
    ASSESSMENT_TYPE,
    SEAL_TYPE,
    LoggedStatement,
    Seal,
    SealedStatement,
)
from assay.errors import LogError, UsageError
from assay.flows.issue import attach, issue_statement, statement_to_revoke
from assay.flows.status import compare_status, make_status
from assay.log import LogEntry, init_log, open_log
from assay.log.statements import LoggedEnvelope, LogStatements, read_statements
from assay.statement import seal_payload, sign
from assay.wire.v0.bundle import write_bundle
from assay.wire.v0.envelope import write_envelope
from tests.simulators.claims import edited
from tests.simulators.registry import (
    ASSESSOR_KEY,
    DAY,
    DEV_KEY,
    HOUR,
    NEW_KEY,
    NOON,
    OFFICE_KEY,
    OTHER_OFFICE_KEY,
    STRANGER_KEY,
    Scene,
    answered,
    compromise,
    enrolled_key,
    enrolment,
    entry,
    key_id,
    retirement,
    revocation,
    rotation,
    withdrawal,
)

OFFICES = {key_id(OFFICE_KEY)}


def held(scene, *more):
    """Give what the scene's log holds, as it would be read from its directory."""
    statements = [
        (s.envelope, scene.bundle.public_key) for s in scene.bundle.statements
    ]
    statements += [(f.statement.envelope, f.public_key) for f in scene.files]
    statements += more
    logged = tuple(
        LoggedEnvelope(index=index, public_key=key, envelope=envelope)
        for index, (envelope, key) in enumerate(statements, start=2)
    )
    return LogStatements(
        origin=scene.log.origin,
        size=2 + len(logged),
        root="ab" * 32,
        statements=logged,
        withheld=2,
    )


def listed(scene, *more, offices=OFFICES):
    return make_status(held(scene, *more), offices, NOON + DAY)


def test_nothing_revoked_is_an_empty_list_over_all_entries():
    made = listed(Scene())
    assert (made.entries, made.elsewhere, made.keys, made.withdrawn) == ((),) * 4
    assert (made.considered.entries, made.considered.withheld) == (6, 2)


@pytest.mark.parametrize("kind", [SEAL_TYPE, ASSESSMENT_TYPE])
def test_a_claim_stands_for_its_seal_whichever_statement_is_revoked(kind):
    scene = Scene()
    scene.issue(revocation(scene.payload(kind), NOON), DEV_KEY)
    made = listed(scene)
    assert [item.index for item in made.entries] == [scene.seal_index]
    assert made.entries[0].statement.sha256 == scene.seal
    assert bit_at(decode_list(made.encoded_list), scene.seal_index)
    assert made.considered.revocations == 1


def test_any_other_statement_stands_for_itself():
    scene = Scene()
    file = scene.issue(scene.review(answered()), ASSESSOR_KEY)
    digest = sha256_hex(file.statement.envelope.payload)
    scene.issue(revocation(digest, NOON), ASSESSOR_KEY)
    assert [item.index for item in listed(scene).entries] == [6]


def test_a_strangers_seal_over_the_statement_of_another_hides_nothing():
    scene = Scene()
    file = scene.issue(scene.review(answered()), ASSESSOR_KEY)
    digest = sha256_hex(file.statement.envelope.payload)
    bogus = Seal(
        release_digest="ee" * 32,
        sealed_at=NOON,
        valid_until=NOON + DAY,
        statements=(SealedStatement(predicate_type="x", sha256=digest),),
    )
    scene.issue(seal_payload(bogus), STRANGER_KEY)
    scene.issue(revocation(digest, NOON), ASSESSOR_KEY)
    assert [item.index for item in listed(scene).entries] == [6]


def test_of_two_revocations_the_earlier_instant_is_listed():
    scene = Scene()
    scene.issue(revocation(scene.seal, NOON + HOUR), DEV_KEY)
    scene.issue(revocation(scene.seal, NOON), OFFICE_KEY)
    assert listed(scene).entries == (entry(scene.seal_index, scene.seal, NOON),)


def test_what_is_not_in_the_log_is_listed_without_a_place_by_the_office_alone():
    scene = Scene()
    scene.issue(revocation("ab" * 32, NOON), OFFICE_KEY)
    scene.issue(revocation("cd" * 32, NOON), STRANGER_KEY)
    assert [item.sha256 for item in listed(scene).elsewhere] == ["ab" * 32]


def test_what_the_office_revoked_before_it_was_logged_stays_listed_afterwards():
    scene = Scene()
    assessment = scene.payload(ASSESSMENT_TYPE)
    scene.issue(revocation(assessment, NOON), OFFICE_KEY)
    whole = held(scene)
    unknown = replace(whole, statements=whole.statements[-1:])
    early = make_status(unknown, OFFICES, NOON + HOUR)
    late = make_status(whole, OFFICES, NOON + DAY)
    assert [item.sha256 for item in early.elsewhere] == [assessment]
    assert [item.sha256 for item in late.elsewhere] == [assessment]
    assert [item.index for item in late.entries] == [scene.seal_index]


def test_a_stranger_revokes_nothing():
    scene = Scene()
    scene.issue(revocation(scene.seal, NOON), STRANGER_KEY)
    made = listed(scene)
    assert (made.entries, made.elsewhere) == ((), ())
    assert made.considered.revocations == 1


def test_a_key_that_followed_and_a_key_of_the_organisation_may_revoke():
    followed, same = Scene(), Scene()
    followed.issue(rotation(DEV_KEY, NEW_KEY, NOON), DEV_KEY)
    followed.issue(revocation(followed.seal, NOON), NEW_KEY)
    same.issue(enrolment(enrolled_key(DEV_KEY), enrolled_key(NEW_KEY)), OFFICE_KEY)
    same.issue(revocation(same.seal, NOON), NEW_KEY)
    assert len(listed(followed).entries) == len(listed(same).entries) == 1
    stranger = Scene()
    made = enrolment(enrolled_key(DEV_KEY), enrolled_key(NEW_KEY))
    stranger.issue(made, STRANGER_KEY)
    stranger.issue(rotation(DEV_KEY, NEW_KEY, NOON), STRANGER_KEY)
    stranger.issue(revocation(stranger.seal, NOON), NEW_KEY)
    assert listed(stranger).entries == ()


def test_an_earlier_key_of_the_office_is_the_offices_where_it_is_named():
    scene = Scene()
    scene.issue(revocation(scene.seal, NOON), OTHER_OFFICE_KEY)
    both = {*OFFICES, key_id(OTHER_OFFICE_KEY)}
    assert (len(listed(scene).entries), len(listed(scene, offices=both).entries)) == (
        0,
        1,
    )


def test_the_ends_of_keys_are_listed_by_whoever_may_say_so():
    scene = Scene()
    scene.issue(retirement(DEV_KEY, NOON), DEV_KEY)
    scene.issue(compromise(DEV_KEY, NOON), OFFICE_KEY)
    scene.issue(compromise(DEV_KEY, NOON, NOON - HOUR), DEV_KEY)
    scene.issue(compromise(DEV_KEY, NOON - DAY), STRANGER_KEY)
    keys = listed(scene).keys
    assert [(k.kind, k.last_good) for k in keys] == [
        (KeyEventKind.COMPROMISE, NOON - HOUR),
        (KeyEventKind.RETIRED, None),
    ]


def test_the_order_in_which_events_came_changes_no_list():
    scene = Scene()
    scene.issue(compromise(DEV_KEY, NOON, NOON - HOUR), DEV_KEY)
    scene.issue(compromise(DEV_KEY, NOON), OFFICE_KEY)
    assert listed(scene).keys[0].last_good == NOON - HOUR


def test_withdrawals_are_listed_with_their_keys_and_their_end():
    scene = Scene()
    scene.issue(enrolment(enrolled_key(DEV_KEY)), OFFICE_KEY)
    scene.issue(rotation(DEV_KEY, NEW_KEY, NOON), DEV_KEY)
    scene.issue(withdrawal(NOON), OFFICE_KEY)
    scene.issue(withdrawal(NOON), STRANGER_KEY)
    back = enrolment(enrolled_key(DEV_KEY), effective=NOON + HOUR)
    scene.issue(back, OFFICE_KEY)
    (gone,) = listed(scene).withdrawn
    assert gone.until == NOON + HOUR
    assert set(gone.key_ids) == {key_id(DEV_KEY), key_id(NEW_KEY)}


def test_what_is_altered_or_unknown_in_the_log_is_passed_over():
    scene = Scene()
    envelope = sign(revocation(scene.seal, NOON), DEV_KEY)
    broken = replace(envelope, signature=b"\0" + envelope.signature[1:])
    other = sign(b"{}", DEV_KEY)
    odd = sign(
        edited(
            scene.claim.payloads()[SEAL_TYPE],
            lambda doc: doc["predicate"].update(statements=[1, {"sha256": 2}]),
        ),
        DEV_KEY,
    )
    key = DEV_KEY.public_key.der
    made = listed(scene, (broken, key), (other, key), (odd, key), (envelope, b"no key"))
    assert made.entries == ()


def test_every_difference_is_named():
    scene = Scene()
    scene.issue(revocation(scene.seal, NOON), DEV_KEY)
    scene.issue(revocation("ab" * 32, NOON), OFFICE_KEY)
    again = listed(scene)
    assert compare_status(again, again) == ()
    lies = replace(again, entries=(), log_root="cd" * 32)
    told = compare_status(lies, again)
    assert "another tree" in told[0]
    assert scene.seal in told[1]
    assert "does not show" in compare_status(again, lies)[1]


# -- the log's own files ------------------------------------------------------------


@pytest.fixture
def log(tmp_path):
    made = init_log(tmp_path / "log", "log.example/t")
    file = issue_statement(revocation("ab" * 32, NOON), OFFICE_KEY, made)
    made.append([LogEntry(leaf=b"no json", body=b"nor this")])
    made.append([LogEntry(leaf=b'{"spec": 1}', body=b'{"payload": 1}')])
    return tmp_path / "log", file


def test_statements_are_read_from_a_log_up_to_a_size(log):
    path, file = log
    read = read_statements(path)
    assert (read.origin, read.size, read.withheld) == ("log.example/t", 3, 2)
    assert read.statements[0].envelope == file.statement.envelope
    assert read_statements(path, size=1).withheld == 0
    assert read_statements(path, size=0).statements == ()
    assert read_statements(path, size=1).root != read.root
    with pytest.raises(LogError) as caught:
        read_statements(path, size=4)
    assert caught.value.code == "log.size-unknown"


def test_a_statement_whose_body_is_gone_counts_as_withheld(log):
    path, file = log
    open_log(path).withhold([sha256_hex(write_envelope(file.statement.envelope))])
    read = read_statements(path)
    assert (read.statements, read.withheld) == ((), 3)
    made = make_status(read, OFFICES, NOON)
    assert made.considered.withheld == 3


def test_a_bundle_holds_a_bounded_number_of_statements_of_others():
    scene = Scene()
    file = scene.issue(scene.review(answered()), ASSESSOR_KEY)
    many = [
        replace(file, statement=replace(file.statement, timestamps=(bytes((i,)),)))
        for i in range(129)
    ]
    with pytest.raises(UsageError) as caught:
        attach(scene.bundle, many)
    assert caught.value.code == "usage.too-many-attached"
    assert len(attach(scene.bundle, many[:128]).attached) == 128


def test_a_bundle_without_a_seal_claims_nothing_that_could_be_revoked(tmp_path):
    scene = Scene()
    (tmp_path / "x.assay").write_bytes(
        write_bundle(replace(scene.bundle, statements=scene.bundle.statements[:2]))
    )
    with pytest.raises(UsageError) as caught:
        statement_to_revoke(tmp_path / "x.assay")
    assert caught.value.code == "usage.no-seal"
    assert isinstance(scene.bundle.statements[0], LoggedStatement)
