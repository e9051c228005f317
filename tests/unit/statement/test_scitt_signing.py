from __future__ import annotations

import hashlib

import pytest

from assay.crypto.cose_key import key_thumbprint, thumbprint_uri
from assay.crypto.cose_sign1 import parse_sign1, verify_sign1
from assay.crypto.public_key import KeyKind
from assay.domain.statement import PAYLOAD_TYPE
from assay.errors import CoseError, ScittError
from assay.statement.scitt import make_transparent, sign_scitt_statement
from tests.simulators.keys import signer_of
from tests.simulators.scitt import ISSUER, SEAL, SUBJECT, statement

KEY = ISSUER.public_key


def test_a_statement_says_who_speaks_about_what_with_which_key():
    message = parse_sign1(statement(issuer="https://harbour.example").encoded())
    assert message.protected == {
        1: -7,
        3: PAYLOAD_TYPE,
        4: key_thumbprint(KEY),
        15: {1: "https://harbour.example", 2: SUBJECT},
    }
    assert message.unprotected == {}
    assert verify_sign1(message, KEY) == SEAL


def test_without_a_name_the_key_speaks_for_itself():
    assert statement().protected[15][1] == thumbprint_uri(KEY)


def test_a_hash_envelope_holds_a_digest_and_names_the_type_of_what_was_hashed():
    message = statement(hashed=True)
    assert {k: message.protected.get(k) for k in (3, 258, 259)} == {
        3: None,
        258: -16,
        259: PAYLOAD_TYPE,
    }
    assert message.payload == hashlib.sha256(SEAL).digest()


def test_the_same_statement_is_signed_in_the_same_way():
    assert statement().encoded() == statement().encoded()


@pytest.mark.parametrize("issuer", ["", "x" * 8_193])
def test_a_name_that_nobody_would_accept_is_not_signed(issuer):
    with pytest.raises(ScittError) as caught:
        statement(issuer=issuer)
    assert caught.value.code == "scitt.claims"


def test_a_key_of_second_envelopes_signs_no_statement():
    with pytest.raises(CoseError) as caught:
        sign_scitt_statement(SEAL, SUBJECT, signer_of(KeyKind.ML_DSA_65))
    assert caught.value.code == "cose.key-kind"


def test_receipts_are_attached_and_nothing_else_changes():
    message = statement()
    read = parse_sign1(make_transparent(message, (b"one", b"two")))
    assert read.unprotected == {394: (b"one", b"two")}
    assert read.encoded({}) == message.encoded()


@pytest.mark.parametrize("count", [0, 17])
def test_no_receipts_or_too_many_are_not_attached(count):
    with pytest.raises(ScittError) as caught:
        make_transparent(statement(), [b"x"] * count)
    assert caught.value.code == "scitt.receipt-count"
