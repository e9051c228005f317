from __future__ import annotations

import hashlib

import pytest

from assay.crypto import cbor
from assay.crypto.cbor import Tagged, encode
from assay.crypto.cose_sign1 import ALGORITHMS, parse_sign1, sign_sign1, verify_sign1
from assay.crypto.public_key import KeyKind
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import CoseError
from tests.simulators.claims import p256_signer
from tests.simulators.keys import signer_of

SIGNER = p256_signer()
KEY = SIGNER.public_key
PAYLOAD = b"what is signed"


def raw(protected=b"\xa1\x01\x26", unprotected=None, payload=PAYLOAD, signature=b"s"):
    parts = (protected, {} if unprotected is None else unprotected, payload, signature)
    return encode(Tagged(value=parts))


def signed(protected=None, **options):
    return sign_sign1(SIGNER, protected or {}, PAYLOAD, **options)


def refused(call, *args, **kwargs):
    with pytest.raises(CoseError) as caught:
        call(*args, **kwargs)
    return caught.value.code


@pytest.mark.parametrize("kind", ALGORITHMS)
def test_what_every_kind_of_key_signs_verifies(kind):
    signer = signer_of(kind)
    message = parse_sign1(sign_sign1(signer, {4: b"k"}, PAYLOAD).encoded())
    assert message.protected == {1: ALGORITHMS[kind], 4: b"k"}
    assert verify_sign1(message, signer.public_key, kids={b"k"}) == PAYLOAD


def test_a_key_of_second_envelopes_signs_no_message():
    signer = signer_of(KeyKind.ML_DSA_65)
    assert refused(sign_sign1, signer, {}, PAYLOAD) == "cose.key-kind"
    message = parse_sign1(signed().encoded())
    assert refused(verify_sign1, message, signer.public_key) == "cose.key-kind"


def test_a_signature_covers_what_the_rfc_says_and_in_its_form():
    message = signed({4: b"k"})
    covered = encode(("Signature1", message.protected_bytes, b"", PAYLOAD))
    assert len(message.signature) == 64
    assert covered.startswith(b"\x84\x6aSignature1")
    r, s = message.signature[:32], message.signature[32:]
    as_der = b"".join(_integer(half) for half in (r, s))
    KEY.verify(covered, b"\x30" + bytes((len(as_der),)) + as_der)


def _integer(half):
    number = half.lstrip(b"\x00")
    number = b"\x00" + number if number[0] & 0x80 else number
    return b"\x02" + bytes((len(number),)) + number


def test_a_detached_payload_comes_from_the_verifier():
    message = parse_sign1(signed(detached=True).encoded())
    assert message.payload is None
    assert verify_sign1(message, KEY, payload=PAYLOAD) == PAYLOAD
    assert refused(verify_sign1, message, KEY) == "cose.payload-missing"
    assert (
        refused(verify_sign1, message, KEY, payload=b"else")
        == "cose.signature-mismatch"
    )


def test_a_payload_is_not_taken_from_two_places():
    message = parse_sign1(signed().encoded())
    assert (
        refused(verify_sign1, message, KEY, payload=PAYLOAD) == "cose.payload-attached"
    )


def test_every_flipped_bit_is_refused():
    good = signed({4: b"k"}).encoded()
    for at in range(8 * len(good)):
        bad = bytearray(good)
        bad[at // 8] ^= 1 << (at % 8)
        with pytest.raises(CoseError):
            verify_sign1(parse_sign1(bytes(bad)), KEY)


@pytest.mark.parametrize(
    "data",
    [
        encode((b"", {}, b"", b"")),
        encode(Tagged(value=(b"", {}, b""))),
        encode(Tagged(value=(b"", {}, b"", b"", b""))),
        encode(Tagged(value=({}, {}, b"", b""))),
        encode(Tagged(value=(b"", (), b"", b""))),
        encode(Tagged(value=(b"", {}, "text", b""))),
        encode(Tagged(value=(b"", {}, b"", None))),
        encode(Tagged(value={})),
    ],
)
def test_what_is_no_sign1_is_refused(data):
    assert refused(parse_sign1, data) == "cose.not-sign1"


@pytest.mark.parametrize(
    ("protected", "code"),
    [
        (b"\x01", "cose.header-type"),
        (encode({1: "ES256"}), "cose.header-type"),
        (encode({1: True}), "cose.header-type"),
        (encode({1: -7, 4: "key"}), "cose.header-type"),
        (bytes.fromhex("a2012601" + "26"), "cose.cbor-repeated-key"),
        (bytes.fromhex("a1013806"), "cose.cbor-not-shortest"),
        (bytes.fromhex("bf0126ff"), "cose.cbor-indefinite"),
        (bytes.fromhex("a1012600"), "cose.cbor-trailing"),
        (bytes(DEFAULT_LIMITS.max_cose_header_bytes + 1), "cose.too-large"),
    ],
)
def test_a_protected_header_with_two_readings_is_refused(protected, code):
    assert refused(parse_sign1, raw(protected)) == code


def test_a_protected_header_may_have_its_keys_in_any_order():
    assert parse_sign1(raw(bytes.fromhex("a204416b0126"))).protected == {1: -7, 4: b"k"}


def test_an_empty_protected_header_is_none_at_all():
    for protected in (b"", b"\xa0"):
        message = parse_sign1(raw(protected))
        assert message.protected == {}
        assert refused(verify_sign1, message, KEY) == "cose.algorithm"


def test_a_label_in_both_headers_is_refused():
    assert refused(parse_sign1, raw(unprotected={1: -7})) == "cose.label-twice"


@pytest.mark.parametrize(
    ("protected", "unprotected"),
    [
        ({1: -7, 2: ()}, {}),
        ({1: -7, 2: 1}, {}),
        ({1: -7, 2: (99,)}, {}),
        ({1: -7, 2: (None,)}, {}),
        ({1: -7, 2: (True,)}, {}),
        ({1: -7}, {2: (1,)}),
    ],
)
def test_a_list_of_critical_parameters_that_makes_no_sense_is_refused(
    protected, unprotected
):
    data = raw(encode(protected), unprotected)
    assert refused(parse_sign1, data) == "cose.crit-malformed"


def test_a_critical_parameter_that_nobody_understands_is_refused():
    header = encode({1: -7, 2: (99, "x"), 99: 1, "x": 2})
    message = parse_sign1(raw(header, signature=bytes(64)))
    assert refused(verify_sign1, message, KEY) == "cose.crit-unknown"
    assert (
        refused(verify_sign1, message, KEY, understood={99, "x"})
        == "cose.signature-mismatch"
    )


@pytest.mark.parametrize("algorithm", [None, -8, -35, 0, -257, 5])
def test_an_algorithm_that_is_not_the_keys_is_refused(algorithm):
    header = {} if algorithm is None else {1: algorithm}
    message = parse_sign1(raw(encode(header), signature=bytes(64)))
    assert refused(verify_sign1, message, KEY) == "cose.algorithm"


def test_an_algorithm_outside_the_signature_is_none():
    message = parse_sign1(raw(b"", {1: -7}, signature=bytes(64)))
    assert refused(verify_sign1, message, KEY) == "cose.algorithm"


def test_a_key_identifier_of_another_key_is_refused():
    message = parse_sign1(signed({4: b"other"}).encoded())
    assert refused(verify_sign1, message, KEY, kids={b"k"}) == "cose.kid"
    assert verify_sign1(message, KEY) == PAYLOAD


def test_a_message_without_a_key_identifier_names_no_other_key():
    assert verify_sign1(signed(), KEY, kids={b"k"}) == PAYLOAD


@pytest.mark.parametrize("kind", ALGORITHMS)
@pytest.mark.parametrize("change", [-1, 1])
def test_a_signature_of_another_length_is_refused(kind, change):
    signer = signer_of(kind)
    message = sign_sign1(signer, {}, PAYLOAD)
    signature = (message.signature + b"\x00")[: len(message.signature) + change]
    longer = parse_sign1(raw(message.protected_bytes, signature=signature))
    assert refused(verify_sign1, longer, signer.public_key) == "cose.signature-length"


def test_a_signature_of_zeroes_is_refused():
    message = parse_sign1(raw(signature=bytes(64)))
    assert refused(verify_sign1, message, KEY) == "cose.signature-mismatch"


def test_a_signer_with_another_key_is_found_at_once():
    class Broken:
        public_key = p256_signer(99).public_key

        @staticmethod
        def sign(message):
            return SIGNER.sign(message)

    assert refused(sign_sign1, Broken(), {}, PAYLOAD) == "cose.signature-mismatch"


def test_the_same_message_is_signed_in_the_same_way():
    assert signed().encoded() == signed().encoded()


def test_another_unprotected_header_changes_nothing_that_is_signed():
    message = parse_sign1(signed().encoded({4: b"hint"}))
    assert message.unprotected == {4: b"hint"}
    assert verify_sign1(message, KEY) == PAYLOAD
    assert (
        hashlib.sha256(message.encoded({})).digest()
        == hashlib.sha256(signed().encoded()).digest()
    )


def test_a_message_longer_than_the_bound_is_refused():
    assert refused(parse_sign1, raw(), max_bytes=10) == "cose.too-large"
    assert cbor.decode(raw())
