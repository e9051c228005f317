from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assay.crypto.model_key import hash_of_curve, model_key_from_pem, model_key_of
from assay.errors import KeyFileError, SignatureError


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
def test_each_curve_of_the_registry_verifies_with_its_own_hash(curve):
    private = ec.generate_private_key(curve)
    pem = private.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    key = model_key_from_pem(pem)
    signature = private.sign(b"message", ec.ECDSA(hash_of_curve(curve)))
    key.verify(b"message", signature)
    with pytest.raises(SignatureError) as refused:
        key.verify(b"massage", signature)
    assert refused.value.code == "signature.mismatch"


@pytest.mark.parametrize(
    "private",
    [ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256K1())],
)
def test_a_kind_that_model_signing_does_not_know_is_refused(private):
    with pytest.raises(KeyFileError) as refused:
        model_key_of(private.public_key())
    assert refused.value.code == "key.unsupported"


def test_what_is_no_key_is_refused():
    with pytest.raises(KeyFileError) as refused:
        model_key_from_pem(
            b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"
        )
    assert refused.value.code == "key.not-a-key"
