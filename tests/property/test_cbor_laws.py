"""What is read has one spelling, and another library reads the same from it."""

from __future__ import annotations

from collections.abc import Mapping

import cbor2
from hypothesis import example, given
from hypothesis import strategies as st

from assay.crypto.cbor import Tagged, decode, encode
from assay.crypto.cose_key import read_key_set
from assay.crypto.cose_receipt import parse_receipt
from assay.crypto.cose_sign1 import parse_sign1
from assay.errors import AssayError, CoseError

INTEGERS = st.integers(min_value=-(1 << 64), max_value=(1 << 64) - 1)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
LABELS = INTEGERS | TEXTS
VALUES = st.recursive(
    INTEGERS | TEXTS | st.binary(max_size=40) | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=5).map(tuple)
        | st.dictionaries(LABELS, inner, max_size=5)
    ),
    max_leaves=25,
)
MESSAGES = st.builds(
    lambda protected, unprotected, payload, signature: encode(
        Tagged(value=(encode(protected), unprotected, payload, signature))
    ),
    st.dictionaries(st.sampled_from([1, 2, 3, 4, 15, 395, "x"]) | LABELS, VALUES),
    st.dictionaries(st.sampled_from([4, 394, 396]) | LABELS, VALUES, max_size=3),
    st.none() | st.binary(max_size=40),
    st.binary(max_size=70),
)


def plain(value):
    """Give a value as cbor2 gives it."""
    if isinstance(value, Tagged):
        return cbor2.CBORTag(18, plain(value.value))
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


def shown(value):
    """Give a value of either library with its types, so that 1 is not true."""
    if isinstance(value, Mapping):
        items = [(type(k), k, shown(v)) for k, v in value.items()]
        return ("map", sorted(items, key=repr))
    if isinstance(value, list | tuple):
        return ("array", [shown(item) for item in value])
    if isinstance(value, cbor2.CBORTag):
        return (value.tag, shown(value.value))
    if isinstance(value, Tagged):
        return (18, shown(value.value))
    return (type(value), value)


@given(VALUES)
def test_what_is_written_is_read_again(value):
    assert shown(decode(encode(value))) == shown(value)


@given(VALUES)
def test_another_library_reads_what_is_written(value):
    assert shown(cbor2.loads(encode(value))) == shown(value)


@given(VALUES)
def test_what_another_library_writes_in_shortest_form_is_read(value):
    data = cbor2.dumps(plain(value))
    assert shown(decode(data, any_key_order=True)) == shown(value)


@given(st.binary(max_size=60))
@example(bytes.fromhex("a2190100012001"))
def test_whatever_is_read_is_spelled_in_its_one_way(data):
    try:
        value = decode(data)
    except CoseError:
        return
    assert encode(value) == data
    assert shown(cbor2.loads(data)) == shown(value)


@given(VALUES, st.data())
def test_a_flipped_bit_gives_another_value_or_none(value, data):
    good = encode(value)
    at = data.draw(st.integers(0, 8 * len(good) - 1))
    bad = bytearray(good)
    bad[at // 8] ^= 1 << (at % 8)
    try:
        other = decode(bytes(bad))
    except CoseError:
        return
    assert shown(other) != shown(value)


@given(MESSAGES | st.binary(max_size=200), st.data())
def test_readers_of_messages_raise_nothing_but_their_own_errors(message, data):
    changed = bytearray(message)
    for _ in range(data.draw(st.integers(0, 3))):
        if changed:
            changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(
                st.integers(0, 255)
            )
    for read in (parse_sign1, parse_receipt, read_key_set):
        try:
            read(bytes(changed))
        except AssayError:
            continue


@given(MESSAGES)
def test_a_message_that_is_read_is_written_again_byte_for_byte(message):
    try:
        read = parse_sign1(message)
    except CoseError:
        return
    assert read.encoded() == message
