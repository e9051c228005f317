from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from assay.crypto.cbor import encode
from assay.crypto.cose_key import (
    key_thumbprint,
    read_key_set,
    thumbprint_uri,
    write_key_set,
)
from assay.crypto.cose_sign1 import ALGORITHMS
from assay.crypto.public_key import KeyKind, public_key_of
from assay.errors import CoseError, KeyFileError
from tests.simulators.keys import signer_of

KEYS = [signer_of(kind).public_key for kind in ALGORITHMS]
# The worked example of RFC 9679 section 6, and its URI by section 5.7.
X = bytes.fromhex("65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d")
Y = bytes.fromhex("1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c")
EXAMPLE = {1: 2, -1: 1, -2: X, -3: Y}
THUMBPRINT = "496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec"
URI = "urn:ietf:params:oauth:ckt:sha-256:SWvYr63zB-WwjGSwQhv53AFSijRKQ72oj63RZp2iU-w"


def refused(data):
    with pytest.raises(CoseError) as caught:
        read_key_set(data)
    return caught.value.code


def example():
    native = ec.EllipticCurvePublicKey.from_encoded_point(
        ec.SECP256R1(), b"\x04" + X + Y
    )
    return public_key_of(native)


def test_the_example_of_the_rfc_has_its_thumbprint():
    assert key_thumbprint(example()).hex() == THUMBPRINT
    assert thumbprint_uri(example()) == URI
    assert hashlib.sha256(encode(EXAMPLE)).hexdigest() == THUMBPRINT


def test_keys_of_every_kind_are_written_and_read_again():
    assert read_key_set(write_key_set(KEYS)) == tuple(KEYS)
    assert len({key_thumbprint(key) for key in KEYS}) == len(KEYS)


def test_a_key_without_identifier_and_algorithm_is_read():
    assert read_key_set(encode((EXAMPLE,))) == (example(),)


def test_no_key_of_second_envelopes_is_written():
    key = signer_of(KeyKind.ML_DSA_65).public_key
    for write in (key_thumbprint, thumbprint_uri, lambda key: write_key_set([key])):
        with pytest.raises(CoseError) as caught:
            write(key)
        assert caught.value.code == "cose.key-kind"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (EXAMPLE, "cose.key-set"),
        ((), "cose.key-set"),
        ((EXAMPLE, EXAMPLE), "cose.key-set"),
        ((EXAMPLE, {**EXAMPLE, 2: b"other name"}), "cose.key-set"),
        ((1,), "cose.key-malformed"),
        (({},), "cose.key-malformed"),
        (({**EXAMPLE, -4: b"private"},), "cose.key-malformed"),
        (({**EXAMPLE, 4: (2,)},), "cose.key-malformed"),
        (({**EXAMPLE, 3: -35},), "cose.key-malformed"),
        (({**EXAMPLE, 3: "ES256"},), "cose.key-malformed"),
        (({**EXAMPLE, 1: 1},), "cose.key-malformed"),
        (({**EXAMPLE, 1: 7},), "cose.key-malformed"),
        (({**EXAMPLE, -1: 2},), "cose.key-malformed"),
        (({**EXAMPLE, -1: 3},), "cose.key-malformed"),
        (({**EXAMPLE, -1: "P-256"},), "cose.key-malformed"),
        (({**EXAMPLE, -2: X[1:]},), "cose.key-malformed"),
        (({**EXAMPLE, -3: True},), "cose.key-malformed"),
        (({**EXAMPLE, -3: X},), "cose.key-malformed"),
        (({1: 1, -1: 6, -2: bytes(31)},), "cose.key-malformed"),
        (({1: 1, -1: 6, -2: bytes(31), -3: Y},), "cose.key-malformed"),
        (({1: 1, -1: 6},), "cose.key-malformed"),
        (({1: 4, -1: b"a shared secret"},), "cose.key-malformed"),
    ],
)
def test_what_is_no_set_of_public_signing_keys_is_refused(value, code):
    assert refused(encode(value)) == code


def test_another_spelling_of_a_set_is_refused():
    assert refused(b"\x98\x01" + encode(EXAMPLE)) == "cose.cbor-not-shortest"
    assert refused(bytes(65 * 1024)) == "cose.too-large"


def test_a_key_under_which_anything_verifies_is_refused():
    with pytest.raises(KeyFileError) as caught:
        read_key_set(encode(({1: 1, -1: 6, -2: bytes(32)},)))
    assert caught.value.code == "key.weak"
