"""SentencePiece and MessagePack: formats without code, known by their structure."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from assay.domain.facts import Content, Gap, TokenizerFacts, WeightsFacts
from assay.domain.limits import DEFAULT_LIMITS


def message(number, body):
    return bytes((number << 3 | 2, len(body))) + body


def piece(word=b"a", more=b""):
    return message(1, message(1, word) + b"\x15" + bytes(4) + more)


TWO = piece(b"<unk>", b"\x18\x02") + piece("▁the".encode())


@pytest.mark.parametrize(
    "data",
    [
        TWO,
        TWO + piece(b"\xff\xfe"),
        TWO + message(2, b"\x08\x96\x01\x1d" + bytes(4) + b"\x21" + bytes(8)),
        TWO + message(3, message(2, b"charsmap")) + message(4, b"") + message(5, b""),
        message(1, message(1, b"<unk>") + b"\x18\x02") + piece(b"a"),
        TWO + piece(b"a" * 100) + message(1, message(1, b"a" * 100) + b"\x15abcd"),
        TWO + piece(b"a", b"\x18\x80\x01"),
        TWO + message(1, message(1, b"a")),
        TWO + b"\xc2\x0c\x01x",  # an extension, field 200
        TWO + piece(b"a", b"\xc0\x0c\x05"),
    ],
)
def test_a_sound_sentencepiece_model_leaves_no_gap(look, data):
    file = look(data, "tokenizer.model")
    assert file.contents == (Content.SENTENCEPIECE,)
    assert [type(fact) for fact in file.facts] == [TokenizerFacts]


@pytest.mark.parametrize(
    ("tail", "detail"),
    [
        (b"\x0a", "found none that ends"),
        (b"\x0a\x05a", "expected 5 bytes, found 1"),
        (b"\x32\x01a", "no field 6"),
        (b"\x08\x01", "no field 1 of type 0"),
        (message(1, b"\x22\x01a"), "a piece has no field 4"),
        (message(1, b"\x08\x01"), "a piece has no field 1 of type 0"),
        (message(2, b"\x0d\x01"), "longer than its message"),
        (message(2, b"\x0b\x01"), "no wire type 3"),
        (message(2, b"\x08\x80"), "longer than its message"),
        (b"\x80\x02cposix\nsystem\n", "no field 32"),
        (b"\x08" + b"\xff" * 11, "no field 1"),
    ],
)
def test_a_malformed_sentencepiece_model_is_a_gap(look, only, tail, detail):
    file = look(TWO + tail + b"\0" * (detail == "longer than its message"), "t.model")
    assert file.content is Content.SENTENCEPIECE
    (gap,) = only(file, Gap)
    assert gap.content is Content.SENTENCEPIECE
    assert detail in gap.reason
    assert gap.place.offset is not None


@pytest.mark.parametrize(
    ("bounds", "reason"),
    [
        ({"max_sentencepiece_fields": 1}, "more fields than are read"),
        ({"max_document_bytes": 8}, "more than 8 bytes"),
    ],
)
def test_a_sentencepiece_model_beyond_a_bound_is_a_gap(look, only, bounds, reason):
    limits = replace(DEFAULT_LIMITS, **bounds)
    assert reason in only(look(TWO, limits=limits), Gap)[0].reason


@pytest.mark.parametrize(
    "data",
    [
        piece(),
        piece() + message(2, b""),
        piece() + message(1, b"\x15abcd" + message(1, b"a")),
        piece() + message(1, b"\x18\x01"),
        piece() + piece(b"\xff\xfe"),
        piece() + message(1, b"\x0a\x7f"),
        piece() + message(1, message(1, b"a")),
        b"\x0a\x0b" + b"\xff" * 11,
    ],
)
def test_what_begins_with_less_than_two_pieces_stays_unknown(look, only, data):
    file = look(data)
    assert Content.SENTENCEPIECE not in file.contents
    assert only(file, Gap) or file.content is Content.TEXT


@pytest.mark.parametrize(
    ("name", "gaps"),
    [("tokenizer.model", 0), ("tokenizer_cut.model", 1), ("tokenizer_extra.model", 1)],
)
def test_samples_of_sentencepiece_are_told(sample, only, name, gaps):
    file = sample(f"other/{name}")
    assert file.contents == (Content.SENTENCEPIECE,)
    assert len(only(file, Gap)) == gaps


VALUES = [
    b"\xc0", b"\xc2", b"\xc3", b"\x05", b"\xe0", b"\xa2ab", b"\x90", b"\x80",
    b"\x92\x01\x02", b"\xcc\x01", b"\xcd\0\x01", b"\xce" + bytes(4),
    b"\xcf" + bytes(8), b"\xd0\x01", b"\xd1" + bytes(2), b"\xd2" + bytes(4),
    b"\xd3" + bytes(8), b"\xca" + bytes(4), b"\xcb" + bytes(8),
    b"\xc4\x02ab", b"\xc5\0\x02ab", b"\xc6\0\0\0\x02ab",
    b"\xd9\x02ab", b"\xda\0\x02ab", b"\xdb\0\0\0\x02ab",
    b"\xc7\x02\x01ab", b"\xc8\0\x02\x01ab", b"\xc9\0\0\0\x02\x01ab",
    b"\xd4\x01a", b"\xd5\x01ab", b"\xd6\x01abcd", b"\xd7\x01" + bytes(8),
    b"\xd8\x01" + bytes(16), b"\xdc\0\x01\x01", b"\xdd\0\0\0\x01\x01",
    b"\xde\0\x01\xa1a\x01", b"\xdf\0\0\0\x01\xa1a\x01",
    b"\x81\xd9\x01a\x81\xa1b\xc0",
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_every_form_of_value_is_passed_over(look, value):
    file = look(b"\x82\xa1k" + value + b"\xa1z\xff", "flax_model.msgpack")
    assert file.contents == (Content.MSGPACK,)
    assert [type(fact) for fact in file.facts] == [WeightsFacts]


@pytest.mark.parametrize(
    "data",
    [
        b"\x81\xa1k",
        b"\x81\xa1k\x01\x01",
        b"\x81\x01\xa1k",
        b"\x81\xa1k\xc1",
        b"\x81\xa1k\xc4\x05ab",
        b"\x81\xa1k\xdd\xff\xff\xff\xff",
        b"\x81\xa1k\x81\xc0\x01",
        b"\xde\0\x02\xa1k\x01",
        b"\x81\xa1k" + b"\x91" * 200 + b"\x01",
    ],
    ids=repr,
)
def test_what_is_not_whole_messagepack_stays_unknown(look, only, data):
    file = look(data)
    assert file.contents == (Content.UNKNOWN,)
    assert only(file, Gap)


def test_messagepack_with_more_items_than_are_read_stays_unknown(look):
    data = b"\x81\xa1k\xdc\x03\xe8" + b"\x01" * 1000
    assert look(data).content is Content.MSGPACK
    limits = replace(DEFAULT_LIMITS, max_msgpack_items=500)
    assert look(data, limits=limits).content is Content.UNKNOWN


def test_samples_of_messagepack_are_told(sample):
    assert sample("other/flax_model.msgpack").contents == (Content.MSGPACK,)
    assert sample("other/flax_cut.msgpack").contents == (Content.UNKNOWN,)


def test_scores_may_be_any_number(look):
    data = TWO + message(1, message(1, b"a") + b"\x15" + struct.pack("<f", -1e9))
    (facts,) = look(data).facts
    assert facts.problems == ()


@pytest.mark.parametrize(
    "data",
    [
        b"\x80",
        b"\x81\xa1k\x81\x41\xa1a",
        b"\x81\xa1k\x81\xcf" + bytes(8) + b"\x01",
        b"\x81\xcf" + b"\x12" * 8 + b"\x05",
    ],
    ids=repr,
)
def test_numbers_may_be_keys_where_spacy_has_them(look, data):
    assert look(data, "tokenizer").contents == (Content.MSGPACK,)
