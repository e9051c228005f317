from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assay.crypto.cbor import Tagged, decode, encode
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import CoseError

# Values and bytes of RFC 8949 appendix A, as far as they are of the kinds read here.
EXAMPLES = [
    (0, "00"),
    (23, "17"),
    (24, "1818"),
    (100, "1864"),
    (1000, "1903e8"),
    (1000000, "1a000f4240"),
    (1000000000000, "1b000000e8d4a51000"),
    (18446744073709551615, "1bffffffffffffffff"),
    (-18446744073709551616, "3bffffffffffffffff"),
    (-1, "20"),
    (-10, "29"),
    (-100, "3863"),
    (-1000, "3903e7"),
    (False, "f4"),
    (True, "f5"),
    (None, "f6"),
    (b"", "40"),
    (b"\x01\x02\x03\x04", "4401020304"),
    ("", "60"),
    ("IETF", "6449455446"),
    ('"\\', "62225c"),
    ("\u00fc", "62c3bc"),
    ("\u6c34", "63e6b0b4"),
    ((), "80"),
    ((1, 2, 3), "83010203"),
    ((1, (2, 3), (4, 5)), "8301820203820405"),
    (tuple(range(1, 26)), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"),
    ({}, "a0"),
    ({1: 2, 3: 4}, "a201020304"),
    ({"a": 1, "b": (2, 3)}, "a26161016162820203"),
    (("a", {"b": "c"}), "826161a161626163"),
]

REFUSED = [
    ("", "cbor-truncated"),
    ("18", "cbor-truncated"),
    ("19ff", "cbor-truncated"),
    ("4201", "cbor-truncated"),
    ("8201", "cbor-truncated"),
    ("a101", "cbor-truncated"),
    ("0000", "cbor-trailing"),
    ("1817", "cbor-not-shortest"),
    ("190018", "cbor-not-shortest"),
    ("1900ff", "cbor-not-shortest"),
    ("1a0000ffff", "cbor-not-shortest"),
    ("1b00000000ffffffff", "cbor-not-shortest"),
    ("3800", "cbor-not-shortest"),
    ("580100", "cbor-not-shortest"),
    ("7800", "cbor-not-shortest"),
    ("9800", "cbor-not-shortest"),
    ("b800", "cbor-not-shortest"),
    ("5f4101ff", "cbor-indefinite"),
    ("7f6161ff", "cbor-indefinite"),
    ("9f01ff", "cbor-indefinite"),
    ("bf0102ff", "cbor-indefinite"),
    ("ff", "cbor-indefinite"),
    ("1c", "cbor-reserved"),
    ("3d", "cbor-reserved"),
    ("5e", "cbor-reserved"),
    ("fc", "cbor-reserved"),
    ("f7", "cbor-simple"),  # undefined
    ("f0", "cbor-simple"),  # simple(16)
    ("f818", "cbor-simple"),
    ("f97e00", "cbor-simple"),  # NaN
    ("fa47c35000", "cbor-simple"),
    ("fb3ff199999999999a", "cbor-simple"),
    ("c11a514b67b0", "cbor-tag"),  # a date
    ("c249010000000000000000", "cbor-tag"),  # a large number
    ("d81c81d81d00", "cbor-tag"),  # what refers to itself
    ("81d28443a10126a04100", "cbor-tag"),  # tag 18 within something
    ("d2d28443a10126a0f640", "cbor-tag"),  # tag 18 twice
    ("62c328", "cbor-text"),
    ("63eda080", "cbor-text"),  # half a surrogate pair
    ("a1410102", "cbor-key"),
    ("a1f502", "cbor-key"),
    ("a1f602", "cbor-key"),
    ("a1800102", "cbor-key"),
    ("a201020103", "cbor-repeated-key"),
    ("a2616101616102", "cbor-repeated-key"),
    ("a203040102", "cbor-key-order"),
    ("a22001190100" + "02", "cbor-key-order"),
    ("a2626161016161" + "02", "cbor-key-order"),
]


def code(data, **kwargs):
    with pytest.raises(CoseError) as caught:
        decode(data, **kwargs)
    return caught.value.code


@pytest.mark.parametrize(("value", "spelled"), EXAMPLES)
def test_the_examples_of_the_rfc_are_read_and_written(value, spelled):
    assert encode(value).hex() == spelled
    assert decode(bytes.fromhex(spelled)) == value


@pytest.mark.parametrize(("spelled", "refused"), REFUSED)
def test_what_has_another_spelling_or_no_meaning_here_is_refused(spelled, refused):
    assert code(bytes.fromhex(spelled)) == f"cose.{refused}"


def test_keys_are_sorted_by_their_bytes_and_not_by_their_length():
    # RFC 7049 would put -1 before 395.
    assert encode({-1: 0, 395: 0, 1: 0, "a": 0}).hex() == "a4010019018b002000616100"


def test_keys_in_another_order_are_read_where_a_signature_covers_them():
    data = bytes.fromhex("a219018b010126")
    assert code(data) == "cose.cbor-key-order"
    assert decode(data, any_key_order=True) == {395: 1, 1: -7}


def test_a_key_twice_is_refused_in_any_order():
    data = bytes.fromhex("a3010203040105")
    assert code(data, any_key_order=True) == "cose.cbor-repeated-key"


def test_the_tag_of_a_message_stands_around_the_whole():
    value = Tagged(value=(b"", {}, None, b""))
    assert encode(value).hex() == "d28440a0f640"
    assert decode(bytes.fromhex("d28440a0f640")) == value


def test_more_bytes_than_the_bound_are_refused_before_anything_is_read():
    limits = replace(DEFAULT_LIMITS, max_cose_bytes=4)
    assert code(bytes(5), limits=limits) == "cose.too-large"
    assert code(bytes(2), max_bytes=1) == "cose.too-large"


def test_nesting_beyond_the_bound_is_refused():
    deepest = DEFAULT_LIMITS.max_cbor_depth
    assert decode(b"\x81" * deepest + b"\x00")
    assert code(b"\x81" * (deepest + 1) + b"\x00") == "cose.cbor-depth"
    assert code(b"\x81" * 100_000) == "cose.cbor-depth"


def test_more_items_than_the_bound_are_refused_before_they_are_read():
    most = DEFAULT_LIMITS.max_cbor_items
    assert decode(b"\x99" + (most - 1).to_bytes(2, "big") + bytes(most - 1))
    assert code(b"\x99" + most.to_bytes(2, "big") + bytes(most)) == "cose.cbor-items"
    for major in (0x9B, 0xBB):
        assert code(bytes((major,)) + b"\xff" * 8) == "cose.cbor-items"


def test_many_small_maps_are_counted_together():
    half = DEFAULT_LIMITS.max_cbor_items // 2
    data = b"\x99" + half.to_bytes(2, "big") + b"\xa1\x00\x00" * half
    assert code(data) == "cose.cbor-items"


def test_a_length_beyond_the_bytes_reserves_nothing():
    assert code(b"\x5b" + b"\x7f" * 8) == "cose.cbor-truncated"


@pytest.mark.parametrize(
    "value",
    [1.5, 1 << 64, -(1 << 64) - 1, [1], {b"a": 1}, {True: 1}, {None: 1}, "\ud800"],
)
def test_what_has_no_form_is_not_written(value):
    with pytest.raises(CoseError) as caught:
        encode(value)
    assert caught.value.code == "cose.cbor-unencodable"


def test_what_was_read_cannot_be_changed():
    value: Any = decode(bytes.fromhex("a10102"))
    with pytest.raises(TypeError):
        value[1] = 3
