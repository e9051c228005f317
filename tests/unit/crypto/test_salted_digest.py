"""Salts and disclosures: unguessable, in one spelling, digested as RFC 9901 says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from assay.crypto.salted_digest import (
    KnownSalts,
    SeededSalts,
    decode_disclosure,
    disclosure_digest,
    encode_disclosure,
)
from assay.domain.disclosure import ItemKind, ItemRef
from assay.errors import DocumentError, UsageError

RELEASE = "a" * 64
ITEM = ItemRef(kind=ItemKind.CONTROL, id="cargo-1")
SALTS = SeededSalts(bytes(32), RELEASE)
# RFC 9901 section 4.2.3 gives a disclosure of an SD-JWT and its SHA-256 in base64url.
RFC_DISCLOSURE = "WyI2cU1RdlJMNWhhaiIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
RFC_DIGEST = "uutlBuYeMDyjLLTpf6Jxi7yNkEF35jdyWMn9U7b_RYY"


def test_the_digest_of_a_disclosure_is_that_of_the_rfc():
    digest = bytes.fromhex(disclosure_digest(RFC_DISCLOSURE))
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == RFC_DIGEST


def test_a_disclosure_is_the_base64url_of_canonical_json():
    text = encode_disclosure("x" * 22, ITEM, {"b": 1, "a": "é"})
    data = decode_disclosure(text)
    assert (
        data == '["{}","control","cargo-1",{{"a":"é","b":1}}]'.format("x" * 22).encode()
    )
    assert json.loads(data)[0] == "x" * 22
    assert "=" not in text


def test_a_salt_follows_from_the_seed_as_the_format_says():
    message = b"salt\0" + RELEASE.encode() + b'\0control\0cargo-1\0{"a":1}'
    mac = hmac.digest(bytes(32), message, hashlib.sha256)
    salt = base64.urlsafe_b64encode(mac[:16]).rstrip(b"=").decode()
    assert SALTS.salt(ITEM, {"a": 1}) == salt
    assert len(salt) == 22


def test_a_decoy_follows_from_the_seed_as_the_format_says():
    message = b"decoy\0" + RELEASE.encode() + b"\0assessment\x001\0"
    text = base64.urlsafe_b64encode(hmac.digest(bytes(32), message, hashlib.sha256))
    expected = hashlib.sha256(text.rstrip(b"=")).hexdigest()
    assert SALTS.decoys("assessment", 2)[1] == expected


def test_no_two_salts_are_alike_whatever_differs():
    salts = {
        SALTS.salt(ITEM, 1),
        SALTS.salt(ITEM, 2),
        SALTS.salt(ItemRef(kind=ItemKind.CONTROL, id="cargo-2"), 1),
        SALTS.salt(ItemRef(kind=ItemKind.ANSWER, id="cargo-1"), 1),
        SeededSalts(bytes(32), "b" * 64).salt(ITEM, 1),
        SeededSalts(b"\x01" + bytes(31), RELEASE).salt(ITEM, 1),
    }
    assert len(salts) == 6


def test_decoys_differ_by_statement_number_release_and_seed():
    decoys = [
        *SALTS.decoys("assessment", 3),
        *SALTS.decoys("declarations", 3),
        *SeededSalts(bytes(32), "b" * 64).decoys("assessment", 3),
        *SeededSalts(b"\x01" + bytes(31), RELEASE).decoys("assessment", 3),
    ]
    assert len(set(decoys)) == 12
    assert all(len(digest) == 64 for digest in decoys)
    assert SALTS.decoys("assessment", 0) == ()


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_seed_of_another_length_is_refused(length):
    with pytest.raises(UsageError) as caught:
        SeededSalts(bytes(length), RELEASE)
    assert caught.value.code == "usage.salt-seed"


@pytest.mark.parametrize(
    "text", ["ab=", "ab==", "a+b/", "a b", "abé", "a", "abcde", "ab\n", "YR", "="]
)
def test_another_spelling_of_base64_is_refused(text):
    with pytest.raises(DocumentError) as caught:
        decode_disclosure(text)
    assert caught.value.code == "document.bad-base64"


def test_a_long_text_that_is_no_base64_is_told_by_its_beginning():
    with pytest.raises(DocumentError) as caught:
        decode_disclosure("+" * 1000)
    assert len(caught.value.found) < 40


def test_known_salts_give_back_what_was_shown_and_no_more():
    known = KnownSalts({ITEM: "s"}, {"assessment": ["1", "2", "3"]})
    assert known.salt(ITEM, None) == "s"
    assert known.decoys("assessment", 2) == ("1", "2")
    assert known.decoys("declarations", 2) == ()
    with pytest.raises(UsageError) as caught:
        known.salt(ItemRef(kind=ItemKind.REPORT, id="secrets"), None)
    assert caught.value.code == "usage.salt-unknown"
