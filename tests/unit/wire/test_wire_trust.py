from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from assay.domain.programme import ProgrammeRef
from assay.domain.trust import (
    TimestampAuthority,
    TrustedDeveloper,
    TrustedIssuer,
    TrustedLog,
    TrustedWitness,
    TrustFile,
)
from assay.errors import TrustError
from assay.wire.v0.trust import parse_trust, read_trust
from assay.wire.v0.trust_contradictions import refuse_contradictions
from assay.wire.v0.trust_writing import write_trust
from tests.simulators.claims import (
    Claim,
    MemoryLog,
    ed25519_signer,
    p256_signer,
    witness,
)
from tests.simulators.note_signers import (
    LOG_ED,
    LOG_PQ,
    WITNESS_ED,
    WITNESS_PQ,
    NoteSigner,
)

FULL = Claim().trust(
    witnesses=(witness(WITNESS_ED), witness(WITNESS_PQ)),
    quorum=2,
    valid_until=datetime(2027, 1, 1, tzinfo=UTC),
)
MORE = replace(
    FULL,
    developers=(
        replace(
            FULL.developers[0],
            valid_from=datetime(2026, 1, 1, tzinfo=UTC),
            valid_until=datetime(2027, 1, 1, tzinfo=UTC),
        ),
    ),
    offices=(TrustedIssuer(name="Office", public_key=b"office"),),
    assessors=(TrustedIssuer(name="Auditors", public_key=b"assessor"),),
    timestamp_authorities=(
        TimestampAuthority(name="Clock", certificates=(b"root", b"other")),
        TimestampAuthority(
            name="Other clock",
            certificates=(b"third",),
            policy="1.2.3",
            valid_until=datetime(2027, 1, 1, tzinfo=UTC),
        ),
    ),
    timestamp_required=True,
    second_required=True,
    status_required=True,
    status_max_age=timedelta(hours=36),
)
EMPTY = TrustFile(developers=(), logs=(), programmes=())


def code(function, argument):
    with pytest.raises(TrustError) as caught:
        function(argument)
    return caught.value.code


@pytest.mark.parametrize(
    "trust", [FULL, MORE, Claim().trust(), Claim(log=None).trust()]
)
def test_a_trust_file_is_read_back_as_it_was_written(trust):
    text = write_trust(trust)
    assert read_trust(text.encode()) == trust
    assert write_trust(read_trust(text.encode())) == text


def test_an_incomplete_trust_file_is_written_and_parsed_but_not_used():
    data = write_trust(EMPTY).encode()
    assert parse_trust(data) == EMPTY
    assert code(read_trust, data) == "trust.trusts-nobody"


def test_an_end_in_another_time_zone_is_the_same_instant():
    zone = timezone(timedelta(hours=3))
    trust = replace(FULL, valid_until=datetime(2027, 1, 1, 3, tzinfo=zone))
    assert read_trust(write_trust(trust).encode()) == FULL


def test_a_minimal_file_requires_a_log_and_no_witness():
    trust = parse_trust(b'format = "assay-trust/0"\n')
    assert trust.log_required
    assert trust.quorum == 0
    assert trust.valid_until is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"= 1",
        b'format = "assay-trust/2"',
        b'format = "assay-trust/0"\nstatus_required = true',
        b'format = "assay-trust/0"\n[[office]]\nname="x"\npublic_key="Zg=="',
        b'format = "assay-trust/1"\nstatus_max_age_hours = 0',
        (
            b'format = "assay-trust/1"\n[[developer]]\nname="x"\npublic_key="Zg=="\n'
            b"valid_from = 2027-01-01T00:00:00"
        ),
        (
            b'format = "assay-trust/1"\n[[developer]]\nname="x"\npublic_key="Zg=="\n'
            b"valid_from = 0001-01-01T00:00:00+14:00"
        ),
        b'format = "assay-trust/1"\n[[timestamp_authority]]\nname="x"\ncertificates=[]',
        (
            b'format = "assay-trust/1"\n[[timestamp_authority]]\nname="x"\n'
            b'certificates=["Zg=="]\npolicy="1.02"'
        ),
        b'format = "assay-trust/0"\nquorum = -1',
        b'format = "assay-trust/0"\nquorum = 101',
        b'format = "assay-trust/0"\nquorum = true',
        b'format = "assay-trust/0"\nlog_required = 1',
        b'format = "assay-trust/0"\nlog_required = "no"',
        b'format = "assay-trust/0"\nlog_requred = false',
        b'format = "assay-trust/0"\nformat = "assay-trust/0"',
        b'format = "assay-trust/0"\nvalid_until = 2027-01-01T00:00:00',
        b'format = "assay-trust/0"\nvalid_until = 2027-01-01',
        b'format = "assay-trust/0"\nvalid_until = "2027-01-01T00:00:00Z"',
        b'format = "assay-trust/0"\n[[developer]]\nname = "x"\npublic_key = "Zh=="',
        b'format = "assay-trust/0"\n[[developer]]\nname = ""\npublic_key = "Zg=="',
        b'format = "assay-trust/0"\n[[developer]]\nname = "a\\nb"\npublic_key = "Zg=="',
        b'format = "assay-trust/0"\n[[log]]\norigin = "x"\nvkeys = []',
        b'format = "assay-trust/0"\n[[log]]\norigin = "x"\nvkeys = ["x"]',
        b'format = "assay-trust/0"\n[[programme]]\nid="x"\nversion="1"\ndigest=""',
    ],
)
def test_what_is_no_trust_file_is_refused(data):
    assert code(parse_trust, data) == "trust.malformed"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"developers": ()}, "trust.trusts-nobody"),
        ({"logs": ()}, "trust.trusts-nobody"),
        ({"quorum": 3}, "trust.quorum"),
        ({"logs": FULL.logs * 2}, "trust.repeated"),
        ({"developers": FULL.developers * 2}, "trust.repeated"),
        (
            {
                "developers": (
                    *FULL.developers,
                    TrustedDeveloper(
                        name="Other", public_key=p256_signer().public_key.der
                    ),
                )
            },
            "trust.repeated",
        ),
        (
            {"logs": (TrustedLog(origin="x", vkeys=FULL.logs[0].vkeys[:1] * 2),)},
            "trust.repeated",
        ),
        (
            {"logs": (*FULL.logs, TrustedLog(origin="x", vkeys=FULL.logs[0].vkeys))},
            "trust.repeated",
        ),
        ({"witnesses": FULL.witnesses[:1] * 2, "quorum": 1}, "trust.repeated"),
        (
            # The same key under another name is the same witness.
            {
                "witnesses": (
                    witness(WITNESS_ED),
                    witness(NoteSigner("other.example", WITNESS_ED.type, 3)),
                )
            },
            "trust.repeated",
        ),
        (
            # A log is no witness of itself, whatever it calls itself.
            {
                "witnesses": (
                    witness(WITNESS_ED),
                    witness(NoteSigner("other.example", LOG_PQ.type, LOG_PQ.seed)),
                )
            },
            "trust.repeated",
        ),
        (
            {
                "witnesses": (
                    witness(WITNESS_ED),
                    witness(NoteSigner("w", WITNESS_ED.type, LOG_ED.seed)),
                )
            },
            "trust.repeated",
        ),
        (
            {"witnesses": (witness(WITNESS_ED, "w"), witness(WITNESS_PQ, "w"))},
            "trust.quorum",
        ),
    ],
)
def test_a_trust_file_that_contradicts_itself_is_refused(changes, expected):
    assert code(refuse_contradictions, replace(FULL, **changes)) == expected


def test_two_keys_of_one_developer_and_two_logs_are_fine():
    other = NoteSigner("second.example", LOG_ED.type, 77)
    trust = replace(
        FULL,
        developers=(
            *FULL.developers,
            replace(FULL.developers[0], public_key=ed25519_signer().public_key.der),
        ),
        logs=(*FULL.logs, MemoryLog(origin="second.example", keys=(other,)).trusted),
    )
    refuse_contradictions(trust)
    assert read_trust(write_trust(trust).encode()) == trust


@pytest.mark.parametrize(
    "changes",
    [
        {"developers": (TrustedDeveloper(name='x"\nquorum = 0', public_key=b"k"),)},
        {"developers": (TrustedDeveloper(name="back\\u0041", public_key=b"k"),)},
        {"developers": (TrustedDeveloper(name="\udcff", public_key=b"k"),)},
        {"developers": (TrustedDeveloper(name="", public_key=b"k"),)},
        {"logs": (TrustedLog(origin='"', vkeys=FULL.logs[0].vkeys),)},
        {"logs": (TrustedLog(origin="x", vkeys=FULL.logs[0].vkeys * 5),)},
        {"witnesses": (TrustedWitness(name="x", vkey="x"),)},
        {"programmes": (ProgrammeRef(id="x", version="\n", digest="0" * 64),)},
        {"valid_until": datetime(2027, 1, 1, 0, 0, 0, 1, tzinfo=UTC)},
        {"quorum": 101},
    ],
)
def test_what_would_be_read_back_as_something_else_is_not_written(changes):
    assert code(write_trust, replace(FULL, **changes)) == "trust.unwritable"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"offices": ()}, "trust.asks-in-vain"),
        ({"policy": "quorum none\n"}, "trust.two-quorums"),
        ({"timestamp_authorities": ()}, "trust.asks-in-vain"),
        ({"assessors": MORE.offices}, "trust.repeated"),
        (
            {
                "assessors": (
                    TrustedIssuer(name="x", public_key=MORE.developers[0].public_key),
                )
            },
            "trust.repeated",
        ),
        (
            {
                "timestamp_authorities": (
                    *MORE.timestamp_authorities,
                    TimestampAuthority(name="Third", certificates=(b"other",)),
                )
            },
            "trust.repeated",
        ),
        (
            {
                "offices": (
                    replace(
                        MORE.offices[0],
                        valid_from=datetime(2027, 1, 2, tzinfo=UTC),
                        valid_until=datetime(2027, 1, 1, tzinfo=UTC),
                    ),
                )
            },
            "trust.dates-reversed",
        ),
    ],
)
def test_a_trust_file_with_offices_must_not_contradict_itself(changes, expected):
    refuse_contradictions(MORE)
    assert code(refuse_contradictions, replace(MORE, **changes)) == expected


def test_a_policy_stands_in_place_of_witnesses_and_quorum():
    trust = replace(MORE, witnesses=(), quorum=0, policy="# x\nquorum none\n")
    refuse_contradictions(trust)
    assert read_trust(write_trust(trust).encode()) == trust
    cut = replace(trust, policy="quorum none")
    assert code(write_trust, cut) == "trust.unwritable"
    assert code(write_trust, replace(trust, policy="'''\n")) == "trust.unwritable"


def test_an_office_alone_can_bring_developers():
    refuse_contradictions(replace(MORE, developers=()))


def test_a_format_0_file_is_still_read():
    trust = parse_trust(
        b'format = "assay-trust/0"\nquorum = 0\n[[developer]]\nname = "x"\n'
        b'public_key = "Zg=="\n'
    )
    assert trust.developers == (TrustedDeveloper(name="x", public_key=b"f"),)
    assert not trust.status_required
