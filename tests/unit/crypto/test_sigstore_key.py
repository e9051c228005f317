from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assay.crypto.sigstore_key import (
    ed25519_in_der,
    identify,
    key_id,
    log_key_of_vkey,
    signed_by,
)
from assay.crypto.verifier_key import SignatureType, make_vkey
from assay.domain.trust import KeylessLog
from assay.errors import KeyFileError, TrustError

RAW = bytes(range(32))


def der(key):
    return key.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )


def test_the_public_logs_are_called_what_their_operator_calls_them():
    # Keys and ids as sigstore's public trusted root states them.
    rekor_v2 = KeylessLog(
        origin="log2025-1.rekor.sigstore.dev",
        public_key=base64.b64decode(
            "MCowBQYDK2VwAyEAt8rlp1knGwjfbcXAYPYAkn0XiLz1x8O4t0YkEhie244="
        ),
    )
    assert base64.b64encode(key_id(rekor_v2)) == (
        b"zxGZFVvd0FEmjR8WrFwMdcAJ9vtaY/QXf44Y1wUeP6A="
    )
    rekor_v1 = KeylessLog(
        origin="rekor.sigstore.dev",
        public_key=base64.b64decode(
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2G2Y+2tabdTV5BcGiBIx0a9fAFwrkBbmLSGtks4L"
            "3qX6yYY0zufBnhC8Ur/iy55GhWP/9A/bY2LhC30M9+RYtw=="
        ),
    )
    assert base64.b64encode(key_id(rekor_v1)) == (
        b"wNI9atQGlz+VWfO6LRygH4QUfY/8W4RFwiT5i5WRgB0="
    )


def test_a_log_of_certificates_is_called_by_its_key_alone():
    log = KeylessLog(public_key=ed25519_in_der(RAW))
    assert key_id(log) == hashlib.sha256(log.public_key).digest()


def test_a_log_is_verified_by_its_classical_key():
    ed = make_vkey("log", SignatureType.ED25519, RAW)
    pq = make_vkey("log", SignatureType.ML_DSA_44_COSIGNATURE, bytes(1312))
    assert log_key_of_vkey((str(pq), str(ed))) == ed25519_in_der(RAW)
    assert log_key_of_vkey((str(pq),)) is None
    assert log_key_of_vkey(()) is None


def test_kinds_of_keys_are_named_as_sigstore_names_them():
    p256 = der(ec.generate_private_key(ec.SECP256R1()))
    assert identify(KeylessLog(public_key=p256))[1] == "PKIX_ECDSA_P256_SHA_256"
    edwards = KeylessLog(public_key=ed25519_in_der(RAW))
    assert identify(edwards)[1] == "PKIX_ED25519"
    p384 = der(ec.generate_private_key(ec.SECP384R1()))
    with pytest.raises(KeyFileError) as error:
        identify(KeylessLog(public_key=p384))
    assert error.value.code == "key.unsupported"
    with pytest.raises(KeyFileError) as error:
        identify(KeylessLog(public_key=b"junk"))
    assert error.value.code == "key.not-a-key"


def test_signatures_of_every_kind_of_log_are_checked():
    message = b"message"
    curve, edwards = (
        ec.generate_private_key(ec.SECP256R1()),
        ed25519.Ed25519PrivateKey.generate(),
    )
    module = rsa.generate_private_key(65537, 2048)
    signed = (
        (curve, curve.sign(message, ec.ECDSA(hashes.SHA256()))),
        (edwards, edwards.sign(message)),
        (module, module.sign(message, padding.PKCS1v15(), hashes.SHA256())),
    )
    for key, signature in signed:
        assert signed_by(der(key), message, signature)
        assert not signed_by(der(key), b"other", signature)
    assert not signed_by(der(x25519.X25519PrivateKey.generate()), message, b"")


def test_a_key_that_is_none_is_the_trust_files_fault():
    with pytest.raises(TrustError) as error:
        signed_by(b"junk", b"", b"")
    assert error.value.code == "trust.malformed"
