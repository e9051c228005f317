from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from assay.crypto.public_key import KeyKind
from assay.domain.limits import Limits
from assay.errors import KeyFileError
from assay.statement.signers.model import read_model_signer
from assay.statement.signers.pem import new_private_key, read_private_key
from tests.simulators.claims import p256_signer
from tests.simulators.keys import signer_of

PASSPHRASE = b"correct horse"


def refused(pem, passphrase=None, **changes):
    with pytest.raises(KeyFileError) as caught:
        read_private_key(pem, passphrase, **changes)
    return caught.value.code


def pkcs8(native):
    return native.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("kind", KeyKind)
@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_a_new_key_opens_and_signs(kind, passphrase):
    pem = new_private_key(kind, passphrase)
    assert (b"ENCRYPTED" in pem) is (passphrase is not None)
    signer = read_private_key(pem, passphrase)
    assert signer.public_key.kind is kind
    signer.public_key.verify(b"m", signer.sign(b"m"))


@pytest.mark.parametrize("kind", KeyKind)
def test_no_two_new_keys_are_the_same(kind):
    keys = {
        read_private_key(new_private_key(kind, None), None).public_key.key_id
        for _ in range(3)
    }
    assert len(keys) == 3


def test_a_signer_never_shows_its_key():
    assert "PRIVATE" not in repr(p256_signer())
    assert "1001" not in repr(p256_signer())


def test_a_protected_key_needs_its_passphrase():
    pem = new_private_key(KeyKind.P256, PASSPHRASE)
    assert refused(pem) == "key.passphrase-missing"
    assert refused(pem, b"wrong") == "key.passphrase-wrong"


def test_an_open_key_takes_no_passphrase():
    pem = new_private_key(KeyKind.P256, None)
    assert refused(pem, PASSPHRASE) == "key.passphrase-not-needed"


@pytest.mark.parametrize("passphrase", [b"", b"x" * 5_000])
def test_a_passphrase_that_no_key_can_have_is_refused(passphrase):
    with pytest.raises(KeyFileError) as caught:
        new_private_key(KeyKind.P256, passphrase)
    assert caught.value.code == "key.passphrase-length"


@pytest.mark.parametrize("passphrase", [b"", b"x" * 5_000])
def test_a_passphrase_that_no_key_can_have_opens_none(passphrase):
    pem = new_private_key(KeyKind.P256, PASSPHRASE)
    assert refused(pem, passphrase) in {
        "key.passphrase-wrong",
        "key.passphrase-missing",
    }


@pytest.mark.parametrize("pem", [b"", b"hello", b"-----BEGIN PRIVATE KEY-----\n"])
@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_what_is_no_key_is_refused(pem, passphrase):
    assert refused(pem, passphrase) == "key.not-a-key"


def test_a_key_file_over_its_bound_is_refused():
    pem = new_private_key(KeyKind.P256, None)
    assert refused(pem, limits=Limits(max_key_file_bytes=10)) == "key.not-a-key"


def test_other_kinds_of_keys_are_refused():
    curve = ec.derive_private_key(5, ec.SECP521R1())
    assert refused(pkcs8(curve)) == "key.unsupported"
    other = rsa.generate_private_key(65537, 2048)
    assert refused(pkcs8(other)) == "key.unsupported"


def test_ecdsa_takes_its_nonce_from_the_message():
    signer = p256_signer()
    assert signer.sign(b"m") == signer.sign(b"m")
    assert signer.sign(b"m") != signer.sign(b"n")


@pytest.mark.parametrize("kind", [KeyKind.P256, KeyKind.P384, KeyKind.ED25519])
def test_first_keys_sign_the_same_bytes_alike(kind):
    signer = signer_of(kind)
    assert signer.sign(b"m") == signer.sign(b"m")


def test_the_second_key_signs_with_chance():
    signer = signer_of(KeyKind.ML_DSA_65)
    assert signer.sign(b"m") != signer.sign(b"m")


def test_an_x25519_key_signs_nothing():
    pem = pkcs8(x25519.X25519PrivateKey.from_private_bytes(bytes(range(32))))
    assert refused(pem) == "key.unsupported"


@pytest.mark.parametrize("size", [0, 1, 31, 33, 57])
def test_an_ed25519_key_of_another_length_is_no_key(size):
    """The library meets this with an error of its own, which is no ValueError."""
    inner = b"\x04" + bytes((size,)) + bytes(size)
    body = bytes.fromhex("020100300506032b657004") + bytes((len(inner),)) + inner
    text = base64.b64encode(b"\x30" + bytes((len(body),)) + body)
    label = b"PRIVATE KEY-----\n"
    pem = b"-----BEGIN " + label + text + b"\n-----END " + label
    assert refused(pem) == "key.not-a-key"
    with pytest.raises(KeyFileError) as caught:
        read_model_signer(pem, lambda: None)
    assert caught.value.code == "key.not-a-key"
