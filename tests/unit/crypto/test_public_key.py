from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, mldsa, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assay.crypto.public_key import (
    ALL_KINDS,
    FIRST_KINDS,
    FIRST_KINDS_V0_1,
    SECOND_KINDS,
    KeyKind,
    kind_of_key,
    public_key_from_der,
    public_key_from_pem,
)
from assay.errors import KeyFileError, SignatureError
from tests.simulators.keys import signer_of

SPKI = PublicFormat.SubjectPublicKeyInfo
SIGNERS = {kind: signer_of(kind) for kind in KeyKind}
ORDERS = {
    KeyKind.P256: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    KeyKind.P384: int(
        "ffffffffffffffffffffffffffffffffffffffffffffffff"
        "c7634d81f4372ddf581a0db248b0a77aecec196accc52973",
        16,
    ),
}
MISMATCH = "signature.mismatch"


def other_keys():
    yield ec.derive_private_key(5, ec.SECP521R1()).public_key()
    yield ec.derive_private_key(5, ec.SECP256K1()).public_key()
    yield rsa.generate_private_key(65537, 2048).public_key()
    yield mldsa.MLDSA44PrivateKey.from_seed_bytes(bytes(32)).public_key()
    yield mldsa.MLDSA87PrivateKey.from_seed_bytes(bytes(32)).public_key()


OTHER = list(other_keys())


def refused(kind, message, signature):
    with pytest.raises(SignatureError) as caught:
        SIGNERS[kind].public_key.verify(message, signature)
    return caught.value.code


def test_kinds_are_named_as_sigstore_names_them():
    assert [kind.value for kind in KeyKind] == [
        "PKIX_ECDSA_P256_SHA_256",
        "PKIX_ECDSA_P384_SHA_384",
        "PKIX_ED25519",
        "ML_DSA_65",
    ]


@pytest.mark.parametrize("kind", KeyKind)
def test_a_key_is_read_from_der_and_pem_alike(kind):
    key = SIGNERS[kind].public_key
    assert key.kind is kind
    assert key.key_id == hashlib.sha256(key.der).hexdigest()
    native = key._native
    pem = native.public_bytes(Encoding.PEM, SPKI)
    again = public_key_from_pem(pem, ALL_KINDS)
    assert (again.kind, again.der) == (key.kind, key.der)
    assert public_key_from_der(key.der, ALL_KINDS).key_id == key.key_id


def test_a_key_of_the_second_envelope_is_none_of_the_first():
    for kind in KeyKind:
        der = SIGNERS[kind].public_key.der
        first = kind in FIRST_KINDS
        assert public_key_from_der(der, FIRST_KINDS if first else SECOND_KINDS)
        with pytest.raises(KeyFileError) as caught:
            public_key_from_der(der, SECOND_KINDS if first else FIRST_KINDS)
        assert caught.value.code == ("key.not-second" if first else "key.second-only")


def test_a_kind_that_is_not_asked_for_is_unsupported_where_others_are():
    der = SIGNERS[KeyKind.P384].public_key.der
    with pytest.raises(KeyFileError) as caught:
        public_key_from_der(der, FIRST_KINDS_V0_1)
    assert caught.value.code == "key.unsupported"
    assert caught.value.expected == "ECDSA P-256 or Ed25519"
    assert caught.value.found == "an elliptic curve key on secp384r1"


def test_whoever_says_nothing_gets_no_key_of_the_second_envelope():
    key = SIGNERS[KeyKind.ML_DSA_65].public_key
    for read, data in (
        (public_key_from_der, key.der),
        (public_key_from_pem, key._native.public_bytes(Encoding.PEM, SPKI)),
    ):
        with pytest.raises(KeyFileError) as caught:
            read(data)
        assert caught.value.code == "key.second-only"


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


def test_a_signature_of_one_type_is_none_of_the_others():
    for one in KeyKind:
        for other in set(KeyKind) - {one}:
            assert refused(one, b"m", SIGNERS[other].sign(b"m")) == MISMATCH


def test_each_curve_has_its_own_hash():
    for kind, wrong in ((KeyKind.P256, "sha384"), (KeyKind.P384, "sha256")):
        signer = SIGNERS[kind]
        algorithm = ec.ECDSA(
            {"sha384": hashes.SHA384(), "sha256": hashes.SHA256()}[wrong]
        )
        assert refused(kind, b"m", signer._native.sign(b"m", algorithm)) == MISMATCH


@pytest.mark.parametrize("kind", [KeyKind.P256, KeyKind.P384])
def test_numbers_outside_of_the_group_are_refused(kind):
    order = ORDERS[kind]
    r, s = decode_dss_signature(SIGNERS[kind].sign(b"m"))
    for bad in (
        *((0, s), (r, 0), (0, 0), (r + order, s), (r, s + order)),
        *((order, s), (r, order), (1, 1), (order - 1, order - 1)),
    ):
        assert refused(kind, b"m", encode_dss_signature(*bad)) == MISMATCH


@pytest.mark.parametrize("kind", [KeyKind.P256, KeyKind.P384])
def test_both_halves_of_s_are_taken(kind):
    """Tokens and services give either; docs/formats/keys.md says what follows."""
    r, s = decode_dss_signature(SIGNERS[kind].sign(b"m"))
    other = encode_dss_signature(r, ORDERS[kind] - s)
    SIGNERS[kind].public_key.verify(b"m", other)


def number(value, *, before=b"", size=None):
    body = before + value.to_bytes(size or value.bit_length() // 8 + 1, "big")
    return b"\x02" + bytes((len(body),)) + body


def sequence(body, *, length=None):
    plain = bytes((len(body),)) if len(body) < 128 else bytes((0x81, len(body)))
    return b"\x30" + (plain if length is None else length) + body


def other_spellings(r, s):
    """The same two numbers, in forms that BER allows or that readers let pass."""
    plain = number(r) + number(s)
    both = len(plain).to_bytes(2, "big")
    yield "length-in-two-bytes", sequence(plain, length=b"\x82" + both)
    yield "length-in-three-bytes", sequence(plain, length=b"\x83\0" + both)
    yield "indefinite-length", sequence(plain, length=b"\x80") + b"\0\0"
    yield "zeros-before-r", sequence(number(r, before=b"\0") + number(s))
    yield "zeros-before-s", sequence(number(r) + number(s, before=b"\0\0"))
    yield "bytes-after", sequence(plain) + b"\0"
    yield "bytes-within", sequence(plain + b"\0")
    yield "a-third-number", sequence(plain + number(1))
    yield "a-null-within", sequence(plain + b"\x05\0")
    yield "only-one-number", sequence(number(r))
    yield "no-number", sequence(b"")
    yield "a-set", b"\x31" + sequence(plain)[1:]
    yield "a-real-number", sequence(b"\x09" + number(r)[1:] + number(s))
    yield "an-empty-number", sequence(b"\x02\0" + number(s))
    yield "cut", sequence(plain)[:-1]
    yield "length-too-great", sequence(plain, length=bytes((0x81, len(plain) + 1)))
    yield "length-too-small", sequence(plain, length=bytes((0x81, len(plain) - 1)))
    yield "raw", r.to_bytes(48, "big") + s.to_bytes(48, "big")
    yield "wrapped-twice", sequence(sequence(plain))
    yield "octets", b"\x04" + sequence(plain)[1:]


NAMES = [name for name, _ in other_spellings(1, 1)]


@pytest.mark.parametrize("kind", [KeyKind.P256, KeyKind.P384])
@pytest.mark.parametrize("name", NAMES)
def test_one_pair_of_numbers_has_one_spelling(kind, name):
    r, s = decode_dss_signature(SIGNERS[kind].sign(b"m"))
    assert sequence(number(r) + number(s)) == SIGNERS[kind].sign(b"m")
    spelled = dict(other_spellings(r, s))[name]
    assert refused(kind, b"m", spelled) == MISMATCH


@pytest.mark.parametrize("kind", [KeyKind.P256, KeyKind.P384])
def test_negative_numbers_are_refused(kind):
    r, s = decode_dss_signature(SIGNERS[kind].sign(b"m"))

    def signed(value):
        body = value.to_bytes(49, "big", signed=True)
        return b"\x02\x31" + body

    for one, other in ((-r, s), (r, -s), (r - ORDERS[kind], s), (-r, -s)):
        assert refused(kind, b"m", sequence(signed(one) + signed(other))) == MISMATCH


def test_a_number_that_reads_as_negative_is_refused():
    signer = SIGNERS[KeyKind.P256]
    for message in (bytes((at,)) for at in range(64)):
        r, s = decode_dss_signature(signer.sign(message))
        if r.bit_length() == 256:
            short = sequence(number(r, size=32) + number(s))
            assert refused(KeyKind.P256, message, short) == MISMATCH
            return
    pytest.fail("no r with its top bit set was found")


@pytest.mark.parametrize(
    "native", OTHER, ids=["p521", "k256", "rsa", "mldsa44", "mldsa87"]
)
def test_other_kinds_of_keys_are_refused(native):
    for key, read in (
        (native.public_bytes(Encoding.DER, SPKI), public_key_from_der),
        (native.public_bytes(Encoding.PEM, SPKI), public_key_from_pem),
    ):
        with pytest.raises(KeyFileError) as caught:
            read(key)
        assert caught.value.code == "key.unsupported"
        assert caught.value.expected == "ECDSA P-256, P-384 or Ed25519"
        with pytest.raises(KeyFileError) as caught:
            read(key, SECOND_KINDS)
        assert caught.value.expected == "ML-DSA-65"


@pytest.mark.parametrize(
    "data", [b"", b"x", b"\x30\x00", b"-----BEGIN PUBLIC KEY-----"]
)
def test_what_is_no_key_is_refused(data):
    for read in (public_key_from_der, public_key_from_pem):
        with pytest.raises(KeyFileError) as caught:
            read(data)
        assert caught.value.code == "key.not-a-key"


@pytest.mark.parametrize("kind", [KeyKind.P256, KeyKind.P384])
def test_a_point_off_the_curve_is_no_key(kind):
    der = bytearray(SIGNERS[kind].public_key.der)
    der[-1] ^= 1
    with pytest.raises(KeyFileError) as caught:
        public_key_from_der(bytes(der))
    assert caught.value.code == "key.not-a-key"


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        (KeyKind.P256, "3039301306072a8648ce3d020106082a8648ce3d030107032200"),
        (KeyKind.P384, "3046301006072a8648ce3d020106052b81040022033200"),
    ],
)
def test_one_key_has_one_encoding(kind, header):
    native = SIGNERS[kind].public_key._native
    point = native.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    with pytest.raises(KeyFileError) as caught:
        public_key_from_der(bytes.fromhex(header) + point)
    assert caught.value.code == "key.not-canonical"


@pytest.mark.parametrize("kind", KeyKind)
def test_no_byte_may_follow_a_key(kind):
    der = SIGNERS[kind].public_key.der
    for changed in (der + b"\0", der[:-1], b"\0" + der):
        with pytest.raises(KeyFileError) as caught:
            public_key_from_der(changed, ALL_KINDS)
        assert caught.value.code in {"key.not-a-key", "key.not-canonical"}


def test_an_ml_dsa_key_has_no_parameters():
    """RFC 9881 section 2: the parameters are absent, and NULL is not absent."""
    der = SIGNERS[KeyKind.ML_DSA_65].public_key.der
    oid = bytes.fromhex("0609608648016503040312")
    assert der[4:].startswith(b"\x30\x0b" + oid)
    body = b"\x30\x0d" + oid + b"\x05\0" + der[17:]
    with pytest.raises(KeyFileError):
        public_key_from_der(
            b"\x30\x82" + len(body).to_bytes(2, "big") + body, ALL_KINDS
        )


@pytest.mark.parametrize("size", [0, 1, 3308, 3310, 6618])
def test_an_ml_dsa_signature_has_one_length(size):
    signature = SIGNERS[KeyKind.ML_DSA_65].sign(b"m")
    changed = (signature + signature)[:size]
    assert refused(KeyKind.ML_DSA_65, b"m", changed) == MISMATCH


def test_an_ml_dsa_signature_is_made_with_the_empty_context():
    signer = SIGNERS[KeyKind.ML_DSA_65]
    other = signer._native.sign(b"m", b"context")
    assert refused(KeyKind.ML_DSA_65, b"m", other) == MISMATCH


def test_an_ml_dsa_hint_has_one_form():
    """FIPS 204 algorithm 21: positions ascend, and what is not used is zero."""
    signer = SIGNERS[KeyKind.ML_DSA_65]
    signature = bytearray(signer.sign(b"m"))
    used = signature[-1]
    hints = len(signature) - 61
    assert 0 < used < 55
    signature[hints + used] = 1
    assert refused(KeyKind.ML_DSA_65, b"m", bytes(signature)) == MISMATCH


def test_the_kind_of_a_key_is_named_in_words():
    assert [kind_of_key(native) for native in OTHER] == [
        "an elliptic curve key on secp521r1",
        "an elliptic curve key on secp256k1",
        "an RSA key",
        "an ML-DSA-44 key",
        "an ML-DSA-87 key",
    ]
    assert kind_of_key(None) == "a key of another kind"
