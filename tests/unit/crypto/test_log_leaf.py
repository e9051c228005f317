from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from assay.crypto.dsse import pre_authentication_encoding
from assay.crypto.log_leaf import log_leaf
from assay.domain.limits import DEFAULT_LIMITS
from assay.encoding import encode_base64
from assay.errors import KeyFileError
from assay.log.entry_form import is_hashedrekord
from assay.statement import sign, sign_second
from tests.simulators.claims import ed25519_signer, p256_signer
from tests.simulators.keys import ml_dsa_signer, p384_signer


@pytest.mark.parametrize(
    ("signer", "details", "algorithm"),
    [
        (p256_signer(), "PKIX_ECDSA_P256_SHA_256", "SHA2_256"),
        (p384_signer(), "PKIX_ECDSA_P384_SHA_384", "SHA2_384"),
        (ed25519_signer(), "PKIX_ED25519", "SHA2_256"),
    ],
)
def test_a_leaf_is_a_hashedrekord_in_canonical_json(signer, details, algorithm):
    envelope = sign(b"{}", signer)
    signed = pre_authentication_encoding(envelope.payload_type, b"{}")
    plain = {"SHA2_256": hashlib.sha256, "SHA2_384": hashlib.sha384}[algorithm]
    digest = encode_base64(plain(signed).digest())
    signature = encode_base64(envelope.signature)
    key = encode_base64(signer.public_key.der)
    leaf = log_leaf(envelope, signer.public_key)
    assert leaf.decode() == (
        '{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":'
        f'{{"data":{{"algorithm":"{algorithm}","digest":"{digest}"}},"signature":'
        f'{{"content":"{signature}","verifier":{{"keyDetails":"{details}",'
        f'"publicKey":{{"rawBytes":"{key}"}}}}}}}}}}}}'
    )
    assert is_hashedrekord(leaf)
    assert len(leaf) < DEFAULT_LIMITS.max_log_entry_bytes


@pytest.mark.parametrize(
    "change", [{"payload": b"[]"}, {"payload_type": "x"}, {"signature": b"x"}]
)
def test_a_leaf_depends_on_payload_type_and_signature(change):
    signer = p256_signer()
    envelope = sign(b"{}", signer)
    other = replace(envelope, **change)
    key = signer.public_key
    assert log_leaf(other, key) != log_leaf(envelope, key)
    assert log_leaf(envelope, p256_signer(7).public_key) != log_leaf(envelope, key)


@pytest.mark.parametrize(
    ("signer", "digest"),
    [
        (
            p256_signer(),
            "131250c0ae245e0566005a032be68c9a17bbc856dbf71c3b70391567156e7c4b",
        ),
        (
            p384_signer(),
            "6da36c6574789639eb5eb457e973c4ba74b86760dc8f6c0e7c366fd8b03fbccb",
        ),
        (
            ed25519_signer(),
            "ac7b69e5cd9e7139c360412315be510e9f5076fc6afa8ba877107f19c2b558bf",
        ),
    ],
)
def test_no_byte_of_a_leaf_changes_between_versions(signer, digest):
    leaf = log_leaf(sign(b"{}", signer), signer.public_key)
    assert hashlib.sha256(leaf).hexdigest() == digest


def test_a_second_envelope_has_no_leaf():
    signer = ml_dsa_signer()
    with pytest.raises(KeyFileError) as caught:
        log_leaf(sign_second(b"{}", signer), signer.public_key)
    assert caught.value.code == "key.second-only"
