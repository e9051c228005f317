"""Laws of addresses of keys, of signatures, and of keys in DER and PEM."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from hypothesis import given
from hypothesis import strategies as st

from assay.crypto.ed25519_points import is_honest_point
from assay.crypto.public_key import (
    ALL_KINDS,
    KeyKind,
    public_key_from_der,
    public_key_from_pem,
)
from assay.errors import KeyFileError, SignatureError
from assay.statement.signers.pem import read_private_key
from assay.statement.signers.pkcs11_uri import parse_pkcs11_uri
from tests.simulators.keys import signer_of

KINDS = sorted(KeyKind)
KEYS = {kind: signer_of(kind).public_key for kind in KINDS}
SIGNED = {kind: signer_of(kind).sign(b"message") for kind in KINDS}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


def code_of(address):
    try:
        parse_pkcs11_uri(address)
    except KeyFileError as error:
        return error.code
    return None


@given(text=st.text(max_size=200))
def test_any_text_is_an_address_or_is_refused(text):
    for address in (text, f"pkcs11:{text}", f"pkcs11:?{text}"):
        assert code_of(address) in {None, "key.uri"}


@given(token=TEXTS, label=TEXTS, identifier=st.binary(min_size=1, max_size=40))
def test_what_is_written_as_the_rfc_says_is_read_as_it_was_meant(
    token, label, identifier
):
    marks = "".join(f"%{byte:02x}" for byte in identifier)
    names = f"token={quote(token, safe='')};object={quote(label, safe='')}"
    uri = parse_pkcs11_uri(f"pkcs11:{names};id={marks}")
    assert (uri.wanted["token"], uri.label, uri.id) == (token, label, identifier)


@given(pin=st.from_regex(r"[0-9]{6,12}", fullmatch=True), text=st.text(max_size=20))
def test_no_pin_is_ever_repeated(pin, text):
    with pytest.raises(KeyFileError) as caught:
        parse_pkcs11_uri(f"pkcs11:token=a?pin-value={pin}{text}")
    assert pin not in str(caught.value)


@given(data=st.data(), kind=st.sampled_from(KINDS))
def test_a_signature_with_any_bit_changed_holds_no_more(data, kind):
    blob = bytearray(SIGNED[kind])
    at = data.draw(st.integers(0, 8 * len(blob) - 1))
    blob[at // 8] ^= 1 << at % 8
    with pytest.raises(SignatureError):
        KEYS[kind].verify(b"message", bytes(blob))


@given(kind=st.sampled_from(KINDS), blob=st.binary(max_size=4000))
def test_no_bytes_are_a_signature_by_chance(kind, blob):
    with pytest.raises(SignatureError) as caught:
        KEYS[kind].verify(b"message", blob)
    assert caught.value.code == "signature.mismatch"


@given(
    kind=st.sampled_from([KeyKind.P256, KeyKind.P384]),
    r=st.integers(0, 2**400),
    s=st.integers(0, 2**400),
)
def test_no_two_numbers_are_a_signature_by_chance(kind, r, s):
    with pytest.raises(SignatureError):
        KEYS[kind].verify(b"message", encode_dss_signature(r, s))


@given(kind=st.sampled_from([KeyKind.P256, KeyKind.P384]), before=st.integers(1, 5))
def test_numbers_have_no_zeros_before_them(kind, before):
    r, s = decode_dss_signature(SIGNED[kind])
    parts = [value.to_bytes(value.bit_length() // 8 + 1, "big") for value in (r, s)]
    parts[before % 2] = bytes(before) + parts[before % 2]
    body = b"".join(b"\x02" + bytes((len(part),)) + part for part in parts)
    length = bytes((len(body),)) if len(body) < 128 else bytes((0x81, len(body)))
    with pytest.raises(SignatureError):
        KEYS[kind].verify(b"message", b"\x30" + length + body)


@given(data=st.data(), kind=st.sampled_from(KINDS))
def test_a_key_with_a_bit_changed_is_another_key_or_none(data, kind):
    der = bytearray(KEYS[kind].der)
    at = data.draw(st.integers(0, 8 * len(der) - 1))
    der[at // 8] ^= 1 << at % 8
    try:
        key = public_key_from_der(bytes(der), ALL_KINDS)
    except KeyFileError:
        return
    assert key.der == bytes(der)
    assert key.key_id != KEYS[kind].key_id


@given(blob=st.binary(max_size=300))
def test_any_bytes_are_a_key_or_are_refused(blob):
    pem = b"-----BEGIN PUBLIC KEY-----\n" + blob + b"\n-----END PUBLIC KEY-----\n"
    for read, data in (
        (public_key_from_der, blob),
        (public_key_from_pem, blob),
        (public_key_from_pem, pem),
    ):
        with pytest.raises(KeyFileError):
            read(data)
    for private in (blob, pem.replace(b"PUBLIC", b"PRIVATE")):
        with pytest.raises(KeyFileError):
            read_private_key(private, None)


@given(seed=st.binary(min_size=32, max_size=32))
def test_points_that_are_told_are_few(seed):
    y = int.from_bytes(seed, "little") % 2**255
    assert is_honest_point(seed) or y >= 2**255 - 19 or y in {0, 1}
