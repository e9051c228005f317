from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from assay.crypto.dsse import pre_authentication_encoding
from assay.crypto.log_leaf import log_leaf
from assay.domain.limits import DEFAULT_LIMITS
from assay.encoding import encode_base64
from assay.statement import sign
from tests.simulators.claims import ed25519_signer, p256_signer


@pytest.mark.parametrize(
    ("signer", "details"),
    [
        (p256_signer(), "PKIX_ECDSA_P256_SHA_256"),
        (ed25519_signer(), "PKIX_ED25519"),
    ],
)
def test_a_leaf_is_a_hashedrekord_in_canonical_json(signer, details):
    envelope = sign(b"{}", signer)
    signed = pre_authentication_encoding(envelope.payload_type, b"{}")
    digest = encode_base64(hashlib.sha256(signed).digest())
    signature = encode_base64(envelope.signature)
    key = encode_base64(signer.public_key.der)
    leaf = log_leaf(envelope, signer.public_key)
    assert leaf.decode() == (
        '{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":'
        f'{{"data":{{"algorithm":"SHA2_256","digest":"{digest}"}},"signature":'
        f'{{"content":"{signature}","verifier":{{"keyDetails":"{details}",'
        f'"publicKey":{{"rawBytes":"{key}"}}}}}}}}}}}}'
    )
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
