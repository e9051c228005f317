from __future__ import annotations

from dataclasses import dataclass

import pytest

from assay.crypto.dsse import pre_authentication_encoding
from assay.crypto.public_key import FIRST_KINDS
from assay.domain.statement import PAYLOAD_TYPE
from assay.errors import KeyFileError, SignatureError
from assay.statement import Signer, sign, sign_second
from tests.simulators.claims import ed25519_signer, p256_signer
from tests.simulators.keys import ml_dsa_signer, p384_signer, signer_of


@pytest.mark.parametrize("signer", [p256_signer(), p384_signer(), ed25519_signer()])
def test_a_payload_is_signed_as_it_is(signer: Signer):
    envelope = sign(b"any bytes \xff", signer)
    assert envelope.payload == b"any bytes \xff"
    assert envelope.payload_type == PAYLOAD_TYPE
    assert envelope.key_id == signer.public_key.key_id
    message = pre_authentication_encoding(PAYLOAD_TYPE, envelope.payload)
    signer.public_key.verify(message, envelope.signature)


@pytest.mark.parametrize("signer", [p256_signer(), p384_signer(), ed25519_signer()])
def test_the_same_payload_has_the_same_signature(signer):
    assert sign(b"{}", signer) == sign(b"{}", signer)


@dataclass
class BrokenToken:
    """Says one key and signs with another."""

    public_key = p256_signer().public_key

    def sign(self, message):
        return p256_signer(2002).sign(message)


def test_a_signature_that_does_not_hold_goes_nowhere():
    with pytest.raises(SignatureError) as caught:
        sign(b"{}", BrokenToken())
    assert caught.value.code == "signature.mismatch"


def test_a_second_envelope_carries_the_same_payload():
    first = sign(b"{}", p256_signer())
    second = sign_second(b"{}", ml_dsa_signer())
    assert (second.payload, second.payload_type) == (first.payload, first.payload_type)
    assert second.key_id == ml_dsa_signer().public_key.key_id
    message = pre_authentication_encoding(PAYLOAD_TYPE, second.payload)
    ml_dsa_signer().public_key.verify(message, second.signature)


def test_an_ml_dsa_key_never_signs_alone():
    with pytest.raises(KeyFileError) as caught:
        sign(b"{}", ml_dsa_signer())
    assert caught.value.code == "key.second-only"


@pytest.mark.parametrize("kind", sorted(FIRST_KINDS))
def test_no_other_key_signs_second(kind):
    with pytest.raises(KeyFileError) as caught:
        sign_second(b"{}", signer_of(kind))
    assert caught.value.code == "key.not-second"
