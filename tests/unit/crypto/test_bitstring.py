from __future__ import annotations

import gzip
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from assay.crypto.bitstring import (
    MIN_BITS,
    bit_at,
    bits_of,
    count_bits,
    decode_list,
    encode_list,
)
from assay.crypto.name_record import organisation_id
from assay.crypto.succession import succession_message
from assay.domain.limits import Limits
from assay.errors import DocumentError

# The example of W3C Bitstring Status List v1.0, section 2.2: 16 KiB of zeroes.
EXAMPLE = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
EMPTY = bytes(MIN_BITS // 8)


def multibase(data: bytes) -> str:
    return "u" + urlsafe_b64encode(data).decode().rstrip("=")


def code_of(text, **limits):
    with pytest.raises(DocumentError) as caught:
        decode_list(text, Limits(**limits))
    return caught.value.code


def test_the_example_of_the_recommendation_is_read():
    assert decode_list(EXAMPLE) == EMPTY


def test_index_zero_is_the_left_most_bit_of_the_first_byte():
    bits = bits_of((0, 9, 131_071), 1)
    assert (bits[0], bits[1], bits[-1]) == (0x80, 0x40, 0x01)
    assert [bit_at(bits, i) for i in (0, 1, 9, 131_071)] == [True, False, True, True]
    assert count_bits(bits) == 3


def test_a_list_is_as_long_as_its_tree_and_never_shorter_than_the_minimum():
    assert len(bits_of((), 0)) == MIN_BITS // 8
    assert len(bits_of((), MIN_BITS)) == MIN_BITS // 8
    assert len(bits_of((), MIN_BITS + 1)) == MIN_BITS // 8 + 1


def test_an_entry_beyond_the_list_is_not_set():
    assert not bit_at(bits_of((0,), 1), MIN_BITS)


def test_what_is_written_is_read_and_always_the_same():
    bits = bits_of((0, 5, 77_777), 100_000)
    assert decode_list(encode_list(bits)) == bits
    assert encode_list(bits) == encode_list(bytes(bits))


def test_other_programs_expand_what_is_written():
    bits = bits_of((3, 131_070), 9)
    text = encode_list(bits)[1:]
    packed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    assert gzip.decompress(packed) == bits
    # RFC 1952: no time and no system, so that the text is the same everywhere.
    assert packed[:10] == bytes.fromhex("1f8b08000000000000ff")


def test_what_other_programs_write_is_read():
    assert decode_list(multibase(gzip.compress(EMPTY, mtime=7))) == EMPTY


@pytest.mark.parametrize(
    "text",
    [
        EXAMPLE[1:],
        "m" + EXAMPLE[1:],
        EXAMPLE + "=",
        EXAMPLE[:9] + "+" + EXAMPLE[10:],
        EXAMPLE[:9] + "\n" + EXAMPLE[9:],
        "u" + EXAMPLE[1:] + "A",
        "uA",
        "uB",
    ],
)
def test_a_text_that_is_no_multibase_base64url_is_refused(text):
    assert code_of(text) == "document.status-list-encoding"


def test_bytes_that_are_no_gzip_are_refused():
    assert code_of(multibase(b"nothing")) == "document.status-list-gzip"
    assert code_of(multibase(zlib.compress(EMPTY))) == "document.status-list-gzip"


def test_a_member_that_is_cut_or_followed_by_more_is_refused():
    member = gzip.compress(EMPTY, mtime=0)
    assert code_of(multibase(member[:-1])) == "document.status-list-gzip"
    assert code_of(multibase(member + b"x")) == "document.status-list-gzip"
    assert code_of(multibase(member + member)) == "document.status-list-gzip"


def test_a_member_whose_checksum_is_wrong_is_refused():
    member = bytearray(gzip.compress(EMPTY, mtime=0))
    member[-5] ^= 1
    assert code_of(multibase(bytes(member))) == "document.status-list-gzip"


def test_a_list_that_is_too_short_or_expands_too_far_is_refused():
    short = gzip.compress(EMPTY[:-1], mtime=0)
    assert code_of(multibase(short)) == "document.status-list-length"
    bomb = gzip.compress(bytes(1_000_000), mtime=0)
    assert (
        code_of(multibase(bomb), max_status_list_bytes=999_999)
        == "document.status-list-length"
    )


def test_an_organisation_is_known_by_the_digest_of_its_name():
    # SHA-256 of {"name":"Example Labs"}, computed elsewhere.
    assert organisation_id("Example Labs") == (
        "a79f16f1185e9852b266c087b2dc7cae7c5267ce059c62ce95184d2801539d2e"
    )
    assert organisation_id("Example Labs") != organisation_id("Example labs")


def test_what_a_successor_signs_is_no_statement():
    message = succession_message("ab" * 32, "cd" * 32, "2026-11-24T00:00:00Z")
    assert message.startswith(b"DSSEv1 42 application/vnd.assay.succession.v0.1+json ")
