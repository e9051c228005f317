"""What registries write has one form and contradicts itself nowhere."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from assay.crypto.digest import sha256_hex
from assay.domain.assessment import Outcome
from assay.domain.enrolment import KeyRole, Organisation
from assay.domain.evaluation import Commitment, Resource
from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.review import ReviewKind
from assay.errors import AssayError, DocumentError
from assay.statement.registry_payloads import status_payload
from assay.verify.attached_nouns import read_noun
from assay.wire.v0.enrolment import check_uei
from assay.wire.v0.review_file import read_review_file
from assay.wire.v0.statement import read_statement
from tests.simulators.claims import edited
from tests.simulators.registry import (
    DAY,
    DEV_KEY,
    HOUR,
    NEW_KEY,
    NOON,
    answered,
    compromise,
    enrolled_key,
    enrolment,
    entry,
    result,
    retirement,
    revocation,
    rotation,
    snapshot,
    unrevoked,
    withdrawal,
)
from tests.simulators.registry_documents import REVIEW_FILE

SCENE = unrevoked()


def read(payload):
    return read_noun(read_statement(payload), DEFAULT_LIMITS)


def code_of(payload, **edits):
    changed = edited(payload, lambda doc: _edit(doc, edits))
    with pytest.raises(AssayError) as caught:
        read(changed)
    return caught.value.code


def _edit(document, edits):
    for path, value in edits.items():
        *parents, last = path.split("__")
        place = document["predicate"]
        for name in parents:
            place = place[int(name)] if name.isdigit() else place[name]
        place[int(last) if last.isdigit() else last] = value


ENROLLED = enrolment(
    enrolled_key(DEV_KEY, roles=(KeyRole.ASSESS, KeyRole.RELEASE)),
    organisation=Organisation(
        name="Example Labs", other_names=("EL", "Examples"), uei="YNDUZMUZF8H8"
    ),
)
ROTATED = rotation(DEV_KEY, NEW_KEY, NOON)
REVIEW = SCENE.review(answered(), result("cargo-1", ReviewKind.REPEATED_EQUAL))


def test_what_is_written_is_read_back():
    noun = read(ENROLLED)
    assert noun.organisation.uei == "YNDUZMUZF8H8"
    assert noun.keys[0].roles == (KeyRole.ASSESS, KeyRole.RELEASE)
    assert read(withdrawal(NOON)).keys == ()
    assert read(ROTATED).successor.valid_from == NOON - DAY
    assert read(compromise(DEV_KEY, NOON, NOON - HOUR)).good_until == NOON - HOUR
    assert read(retirement(DEV_KEY, NOON)).good_until == NOON
    placed = read(revocation("ab" * 32, NOON, log_origin="log.example", log_index=3))
    assert (placed.log_origin, placed.log_index) == ("log.example", 3)
    assert read(revocation("ab" * 32, NOON)).log_index is None
    assert [item.control for item in read(REVIEW).results] == ["cargo-1", "crew-3"]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"model": Commitment(algorithm="sha256-salted-v1", value="ab" * 32)},
        {"dataset": Resource(sha256="cd" * 32, uri="https://data.example/1")},
        {"pre_registration": "ef" * 32},
        {"evidence": (Resource(sha256="12" * 32, media_type="application/json"),)},
        {"harness": None},
    ],
)
def test_an_evaluation_is_read_back_with_whatever_it_states(changes):
    noun = read(SCENE.evaluation(**changes))
    for name, value in changes.items():
        assert getattr(noun, name) == value


def test_a_harness_may_have_no_digest():
    noun = read(SCENE.evaluation())
    bare = replace(noun.harness, sha256=None)
    assert read(SCENE.evaluation(harness=bare)).harness == bare


def test_a_statement_that_contradicts_itself_is_never_written():
    with pytest.raises(DocumentError):
        SCENE.review(answered(), valid_until=NOON)


@pytest.mark.parametrize(
    ("payload", "edits", "code"),
    [
        (ENROLLED, {"keys": []}, "document.no-keys"),
        (ENROLLED, {"keys__0__keyId": "ab" * 32}, "document.key-id"),
        (ENROLLED, {"keys__0__publicKey": "AAA="}, "document.key-id"),
        (ENROLLED, {"keys__0__publicKey": "AA="}, "document.bad-base64"),
        (
            ENROLLED,
            {"keys__0__validUntil": "2020-01-01T00:00:00Z"},
            "document.dates-reversed",
        ),
        (ENROLLED, {"keys__0__roles": ["release", "assess"]}, "document.unsorted"),
        (ENROLLED, {"keys__0__roles": ["release", "rule"]}, "document.schema"),
        (ENROLLED, {"keys__0__roles": []}, "document.schema"),
        (
            ENROLLED,
            {"organisation__otherNames": ["b", "a"]},
            "document.unsorted",
        ),
        (ENROLLED, {"organisation__name": "Example Labs "}, "document.name-form"),
        (ENROLLED, {"organisation__name": "Cafe\u0301"}, "document.name-form"),
        (ENROLLED, {"organisation__name": "Other"}, "verify.organisation-id"),
        (ENROLLED, {"organisation__name": "a\tb"}, "document.schema"),
        (ENROLLED, {"organisation__uei": "A12345678901"}, "document.uei"),
        (ENROLLED, {"organisation__uei": "0NDUZMUZF8H8"}, "document.schema"),
        (ENROLLED, {"organisation__uei": "YNDUZMUZFOH8"}, "document.schema"),
        (ENROLLED, {"effective": "2026-13-01T00:00:00Z"}, "document.bad-instant"),
        (ENROLLED, {"event": "joined"}, "document.schema"),
        (ENROLLED, {"more": 1}, "document.schema"),
        (ROTATED, {"keyId": "ab" * 32}, "document.other-subject"),
        (ROTATED, {"event": "retired"}, "document.key-event"),
        (ROTATED, {"lastGood": "2026-01-01T00:00:00Z"}, "document.key-event"),
        (ROTATED, {"successor__keyId": "ab" * 32}, "document.key-id"),
        (ROTATED, {"successor__proof": "AAAA"}, "verify.successor-proof"),
        (ROTATED, {"effective": "2026-11-23T12:00:01Z"}, "verify.successor-proof"),
        (
            ROTATED,
            {"successor__validUntil": "2020-01-01T00:00:00Z"},
            "document.dates-reversed",
        ),
        (retirement(DEV_KEY, NOON), {"event": "rotation"}, "document.key-event"),
        (
            compromise(DEV_KEY, NOON),
            {"lastGood": "2027-01-01T00:00:00Z"},
            "document.key-event",
        ),
        (revocation("ab" * 32, NOON), {"sha256": "cd" * 32}, "document.other-subject"),
        (revocation("ab" * 32, NOON), {"reason": "mood"}, "document.schema"),
        (REVIEW, {"results": []}, "document.schema"),
        (REVIEW, {"results__0__outcome": "met"}, "document.review-outcome"),
        (REVIEW, {"results__1__outcome": None}, "document.review-outcome"),
        (REVIEW, {"results__1__outcome": "error"}, "document.schema"),
        (REVIEW, {"results__0__control": "zz"}, "document.unsorted"),
        (REVIEW, {"independence": ""}, "document.schema"),
        (REVIEW, {"validUntil": "2026-01-01T00:00:00Z"}, "document.dates-reversed"),
        (
            REVIEW,
            {"results__1__evidence__0__validUntil": "2020-01-01T00:00:00Z"},
            "document.dates-reversed",
        ),
        (SCENE.evaluation(), {"commitments": None}, "document.evaluation"),
        (
            SCENE.evaluation(),
            {"commitments__dataset__salted": False},
            "document.evaluation",
        ),
        (SCENE.evaluation(), {"commitments__dataset__salted": 1}, "document.schema"),
        (
            SCENE.evaluation(),
            {"dataset": {"digest": {"sha256": "ab" * 32}}},
            "document.evaluation",
        ),
        (SCENE.evaluation(), {"claims__0__threshold": 0.98}, "document.schema"),
        (SCENE.evaluation(), {"claims__0__threshold": "1e3"}, "document.schema"),
        (SCENE.evaluation(), {"claims__0__comparator": "=="}, "document.schema"),
        (SCENE.evaluation(), {"claims__0__passed": 1}, "document.schema"),
        (SCENE.evaluation(), {"evaluator__id": "no uri"}, "document.schema"),
        (SCENE.evaluation(), {"subjectProfile": "receipt"}, "document.schema"),
    ],
)
def test_what_contradicts_itself_is_refused_by_its_own_code(payload, edits, code):
    assert code_of(payload, **edits) == code


def test_a_key_that_follows_itself_is_refused():
    same = rotation(DEV_KEY, NEW_KEY, NOON)
    own = json.loads(rotation(NEW_KEY, DEV_KEY, NOON))["predicate"]["successor"]
    assert code_of(same, successor=own) == "document.key-event"


SNAPSHOT = {
    "entries": (entry(1, "ab" * 32, NOON), entry(3, "cd" * 32, NOON)),
    "size": 9,
}


def status(**changes):
    return status_payload(snapshot(SCENE.log, NOON + DAY, **{**SNAPSHOT, **changes}))


def test_a_snapshot_is_read_back():
    noun = read(status())
    assert [item.index for item in noun.entries] == [1, 3]
    assert noun == snapshot(SCENE.log, NOON + DAY, **SNAPSHOT)
    assert sha256_hex(status()) == sha256_hex(status())


@pytest.mark.parametrize(
    ("edits", "code"),
    [
        ({"considered__entries": 8}, "document.status-size"),
        ({"log__size": 8}, "document.status-size"),
        ({"entries__0__index": 2}, "verify.status-bits"),
        ({"entries__0__index": 3}, "document.unsorted"),
        ({"entries": []}, "verify.status-bits"),
        ({"validUntil": "2020-01-01T00:00:00Z"}, "document.dates-reversed"),
        ({"statusPurpose": "suspension"}, "document.schema"),
        ({"encodedList": "u"}, "document.schema"),
        ({"encodedList": "uAAAA"}, "document.status-list-gzip"),
        ({"ttl": -1}, "document.schema"),
        (
            {
                "keys": [
                    {
                        "keyId": "ab" * 32,
                        "event": "retired",
                        "effective": "2026-01-01T00:00:00Z",
                        "lastGood": "2026-01-01T00:00:00Z",
                    }
                ]
            },
            "document.key-event",
        ),
        (
            {
                "withdrawn": [
                    {
                        "organisation": "ab" * 32,
                        "name": "x",
                        "effective": "2026-01-01T00:00:00Z",
                        "until": "2025-01-01T00:00:00Z",
                        "keyIds": [],
                    }
                ]
            },
            "document.dates-reversed",
        ),
    ],
)
def test_a_snapshot_that_says_two_things_is_refused(edits, code):
    assert code_of(status(), **edits) == code


@pytest.mark.parametrize("uei", ["YNDUZMUZF8H8", "T53MCMLTWK59", "UYDJJ1S8DR85"])
def test_real_entity_ids_have_the_form(uei):
    assert check_uei(uei) == uei


@pytest.mark.parametrize(
    "uei",
    ["yndUZMUZF8H8", "YNDUZMUZF8H", "YNDUZMUZF8H88", "A12345678901", "0NDUZMUZF8H8"],
)
def test_other_texts_are_no_entity_ids(uei):
    with pytest.raises(DocumentError) as caught:
        check_uei(uei)
    assert caught.value.code == "document.uei"


def test_a_review_file_is_read_strictly():
    model = read_review_file(REVIEW_FILE.encode())
    assert [item.control for item in model.results] == ["cargo-1", "crew-3"]
    with pytest.raises(DocumentError) as caught:
        read_review_file(REVIEW_FILE.replace("answers", "guesses").encode())
    assert caught.value.code == "document.schema"


def test_an_outcome_of_the_assessor_is_one_of_three():
    with pytest.raises(DocumentError) as caught:
        SCENE.review(answered(Outcome.ERROR))
    assert caught.value.code == "document.schema"
    assert "outcome" in caught.value.found
