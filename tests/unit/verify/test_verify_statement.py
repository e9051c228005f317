"""One statement file by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from assay.domain.statement import SEAL_TYPE, LoggedStatement, StatementFile
from assay.domain.trust import TrustedIssuer
from assay.domain.verdict import VerdictValue
from assay.errors import BundleError
from assay.statement import sign
from assay.verify.statement_file import verify_statement
from assay.wire.v0.statement_file import write_statement_file
from tests.simulators.attacks_on_keys import BELIEVED_TWICE, FIRST, TWICE_SIGNED
from tests.simulators.claims import (
    LOGGED_AT,
    NOW,
    SEALED_AT,
    Claim,
    MemoryLog,
    edited,
    p256_signer,
    witness,
)
from tests.simulators.note_signers import WITNESS_ED, WITNESS_PQ

DAY = timedelta(days=1)
WITNESSES = (WITNESS_ED, WITNESS_PQ)


def claim(**changes):
    return Claim(log=MemoryLog(witnesses=WITNESSES), **changes)


def file_of(made, **changes):
    bundle = made.bundle()
    return replace(
        StatementFile(
            public_key=bundle.public_key,
            statement=bundle.statements[-1],
            further_keys=bundle.further_keys,
        ),
        **changes,
    )


def verdict(file, trust, at=NOW):
    return verify_statement(write_statement_file(file), trust, at)


def signed_anew(file, edit, signer):
    envelope = sign(edited(file.statement.envelope.payload, edit), signer)
    return StatementFile(
        public_key=signer.public_key.der, statement=LoggedStatement(envelope=envelope)
    )


def test_a_statement_is_proven_with_its_log_and_witnesses():
    made = claim()
    trust = made.trust(witnesses=tuple(map(witness, WITNESSES)), quorum=2)
    found = verdict(file_of(made), trust)
    assert found.value is VerdictValue.VALID
    assert found.role == "developer"
    assert found.statement.predicate_type == SEAL_TYPE
    assert found.statement.logged_at == LOGGED_AT
    assert found.reasons[-1].code == "verify.statement"
    assert "Example Labs" in found.reasons[-1].message


def test_a_statement_that_is_signed_twice_counts_as_such():
    made = claim(**TWICE_SIGNED)
    found = verdict(file_of(made), made.trust(**BELIEVED_TWICE))
    assert found.value is VerdictValue.VALID
    assert found.statement.second_key_id is not None


@pytest.mark.parametrize("role", ["offices", "assessors"])
def test_nobody_speaks_out_of_their_role(role):
    made = claim()
    named = TrustedIssuer(name="Office", public_key=made.signer.public_key.der)
    trust = made.trust(developers=(), **{role: (named,)})
    found = verdict(file_of(made), trust)
    assert found.value is VerdictValue.INVALID
    assert found.statement is None
    assert found.reasons[0].code == "verify.speaker"


def flipped(file):
    envelope = file.statement.envelope
    payload = envelope.payload.replace(b"2026", b"2027", 1)
    return replace(
        file,
        statement=replace(file.statement, envelope=replace(envelope, payload=payload)),
    )


@pytest.mark.parametrize(
    ("change", "trust", "code"),
    [
        (lambda file: file, {"developers": ()}, "trust.unknown-signer"),
        (
            lambda file: replace(file, public_key=p256_signer(9).public_key.der),
            {},
            "trust.unknown-signer",
        ),
        (flipped, {}, "signature.mismatch"),
        (
            lambda file: replace(file, statement=replace(file.statement, receipt=None)),
            {},
            "verify.no-receipt",
        ),
        (lambda file: file, {"quorum": 3}, "verify.witness-quorum"),
        (lambda file: file, {"logs": ()}, "trust.unknown-log"),
        (lambda file: file, {"second_required": True}, "verify.no-second"),
        (
            lambda file: file,
            {"developers": (replace(FIRST, valid_until=SEALED_AT - DAY),)},
            "verify.key-ended",
        ),
        (
            lambda file: signed_anew(
                file, lambda doc: doc.update(predicateType="x"), p256_signer()
            ),
            {},
            "verify.unknown-statement",
        ),
        (
            lambda file: signed_anew(
                file, lambda doc: doc.update(_type="x"), p256_signer()
            ),
            {},
            "document.schema",
        ),
    ],
)
def test_what_is_not_proven_is_refused_with_its_own_code(change, trust, code):
    made = claim()
    found = verdict(change(file_of(made)), made.trust(**trust))
    assert found.value is VerdictValue.INVALID
    assert found.reasons[0].code == code


def test_an_instant_outside_of_what_is_known_is_stale():
    made = claim()
    early = verdict(file_of(made), made.trust(), LOGGED_AT - DAY)
    assert early.value is VerdictValue.STALE
    assert early.reasons[0].code == "verify.not-yet-proven"
    late = verdict(file_of(made), made.trust(valid_until=NOW - DAY))
    assert [reason.code for reason in late.reasons][:1] == ["trust.expired"]
    assert late.statement is not None


def test_a_statement_in_no_log_counts_where_none_is_asked_for():
    made = Claim(log=None)
    found = verdict(file_of(made), made.trust())
    assert found.value is VerdictValue.VALID
    assert found.statement.existed_by is None


def test_what_is_no_statement_file_gets_no_verdict():
    with pytest.raises(BundleError) as caught:
        verify_statement(b"{}", claim().trust(), NOW)
    assert caught.value.code == "bundle.malformed-statement"
