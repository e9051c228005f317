from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assay.crypto.public_key import (
    KeyKind,
    kind_of_key,
    public_key_from_der,
    public_key_from_pem,
)
from assay.errors import KeyFileError, SignatureError
from tests.simulators.claims import ed25519_signer, p256_signer

SPKI = PublicFormat.SubjectPublicKeyInfo
SIGNERS = {KeyKind.P256: p256_signer(), KeyKind.ED25519: ed25519_signer()}
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def other_keys():
    yield ec.derive_private_key(5, ec.SECP384R1()).public_key()
    yield ec.derive_private_key(5, ec.SECP256K1()).public_key()
    yield rsa.generate_private_key(65537, 2048).public_key()


@pytest.mark.parametrize("kind", KeyKind)
def test_a_key_is_read_from_der_and_pem_alike(kind):
    key = SIGNERS[kind].public_key
    assert key.kind is kind
    assert key.key_id == hashlib.sha256(key.der).hexdigest()
    native = key._native
    again = public_key_from_pem(native.public_bytes(Encoding.PEM, SPKI))
    assert (again.kind, again.der) == (key.kind, key.der)
    assert public_key_from_der(key.der).key_id == key.key_id


@pytest.mark.parametrize("kind", KeyKind)
def test_a_signature_holds_over_its_message_only(kind):
    signer = SIGNERS[kind]
    signature = signer.sign(b"message")
    signer.public_key.verify(b"message", signature)
    for message, blob in (
        (b"Message", signature),
        (b"message", signature[:-1]),
        (b"message", signature + b"\0"),
        (b"message", b""),
        (b"message", bytes(64)),
    ):
        with pytest.raises(SignatureError) as caught:
            signer.public_key.verify(message, blob)
        assert caught.value.code == "signature.mismatch"


def test_a_signature_of_one_type_is_none_of_the_other():
    for one, other in (
        (KeyKind.P256, KeyKind.ED25519),
        (KeyKind.ED25519, KeyKind.P256),
    ):
        with pytest.raises(SignatureError):
            SIGNERS[one].public_key.verify(b"m", SIGNERS[other].sign(b"m"))


def test_ecdsa_signatures_have_one_der_form():
    signer = SIGNERS[KeyKind.P256]
    r, s = decode_dss_signature(signer.sign(b"m"))
    short = encode_dss_signature(r, s)
    padded = b"\x30" + bytes((short[1] + 1,)) + b"\x02" + bytes((short[3] + 1,)) + b"\0"
    with pytest.raises(SignatureError):
        signer.public_key.verify(b"m", padded + short[4:])
    for bad in ((0, s), (r, 0), (r + ORDER, s)):
        with pytest.raises(SignatureError):
            signer.public_key.verify(b"m", encode_dss_signature(*bad))


@pytest.mark.parametrize("native", list(other_keys()), ids=["p384", "k256", "rsa"])
def test_other_kinds_of_keys_are_refused(native):
    for key, read in (
        (native.public_bytes(Encoding.DER, SPKI), public_key_from_der),
        (native.public_bytes(Encoding.PEM, SPKI), public_key_from_pem),
    ):
        with pytest.raises(KeyFileError) as caught:
            read(key)
        assert caught.value.code == "key.unsupported"
        assert caught.value.expected == "ECDSA P-256 or Ed25519"


@pytest.mark.parametrize(
    "data", [b"", b"x", b"\x30\x00", b"-----BEGIN PUBLIC KEY-----"]
)
def test_what_is_no_key_is_refused(data):
    for read in (public_key_from_der, public_key_from_pem):
        with pytest.raises(KeyFileError) as caught:
            read(data)
        assert caught.value.code == "key.not-a-key"


def test_a_point_off_the_curve_is_no_key():
    der = bytearray(SIGNERS[KeyKind.P256].public_key.der)
    der[-1] ^= 1
    with pytest.raises(KeyFileError) as caught:
        public_key_from_der(bytes(der))
    assert caught.value.code == "key.not-a-key"


def test_one_key_has_one_encoding():
    native = SIGNERS[KeyKind.P256].public_key._native
    point = native.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    header = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
    with pytest.raises(KeyFileError) as caught:
        public_key_from_der(header + point)
    assert caught.value.code == "key.not-canonical"
    with pytest.raises(KeyFileError):
        public_key_from_der(SIGNERS[KeyKind.P256].public_key.der + b"\0")


def test_the_kind_of_a_key_is_named_in_words():
    kinds = [kind_of_key(native) for native in other_keys()]
    assert kinds[:2] == [
        "an elliptic curve key on secp384r1",
        "an elliptic curve key on secp256k1",
    ]
    assert kinds[2] == "an RSA key"
    assert kind_of_key(None) == "a key of another kind"
