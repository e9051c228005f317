"""Whatever bytes come in as a timestamp: refused with a code, or as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.crypto.der import SEQUENCE, read_der
from assay.crypto.timestamp_token import verify_timestamp
from assay.domain.trust import TimestampAuthority
from assay.errors import DocumentError, TimestampError
from tests.simulators.authorities import issue, root
from tests.simulators.timestamp_forger import Forger, der, number, stamp_holder

MESSAGE = b"a signature"
ROOT = root("stamps root")
BETWEEN = issue("stamps authority", ROOT, authority=True, uses=("key_cert_sign",))
SIGNER = stamp_holder(BETWEEN)
AUTHORITIES = (TimestampAuthority(name="stamps", certificates=(ROOT.der,)),)
TOKEN = Forger(signer=SIGNER, certificates=(SIGNER.der, BETWEEN.der), nonce=7).stamp(
    MESSAGE
)
HELD = verify_timestamp(TOKEN, MESSAGE, AUTHORITIES)


def elements(data: bytes) -> list[tuple[int, int]]:
    """Give where every value of a token begins and ends, at every depth."""
    found, pending = [], [read_der(data)]
    while pending:
        element = pending.pop()
        found.append((element.start, element.end))
        if element.tag & 0x20:
            pending.extend(element.parts())
    return sorted(found)


PLACES = elements(TOKEN)


def accepts_only_what_was(data: bytes) -> None:
    try:
        found = verify_timestamp(data, MESSAGE, AUTHORITIES)
    except TimestampError:
        return
    assert found == HELD


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_no_timestamp(data):
    with pytest.raises(TimestampError):
        verify_timestamp(data, MESSAGE, AUTHORITIES)


@given(st.integers(0, len(TOKEN) - 1), st.integers(1, 255))
def test_no_altered_byte_changes_what_is_proven(place, change):
    altered = bytearray(TOKEN)
    altered[place] ^= change
    with pytest.raises(TimestampError):
        verify_timestamp(bytes(altered), MESSAGE, AUTHORITIES)


@given(st.integers(0, len(TOKEN) - 1))
def test_no_part_of_a_timestamp_is_one(end):
    with pytest.raises(TimestampError):
        verify_timestamp(TOKEN[:end], MESSAGE, AUTHORITIES)


def spliced(place: tuple[int, int], put: bytes) -> bytes:
    """Put other bytes in the place of a value, and mend the lengths around it."""

    def rebuilt(start: int, end: int) -> bytes:
        if (start, end) == place:
            return put
        element = read_der(TOKEN[start:end])
        if not (start <= place[0] and place[1] <= end and element.tag & 0x20):
            return TOKEN[start:end]
        parts = (rebuilt(start + p.start, start + p.end) for p in element.parts())
        return der(element.tag, *parts)

    return rebuilt(0, len(TOKEN))


@given(
    st.sampled_from(PLACES),
    st.one_of(
        st.just(b""),
        st.binary(max_size=8),
        st.builds(number, st.integers(-(2**80), 2**80)),
        st.sampled_from(PLACES).map(lambda at: TOKEN[at[0] : at[1]]),
        st.sampled_from(PLACES).map(lambda at: TOKEN[at[0] : at[1]] * 2),
    ),
)
def test_no_value_put_in_the_place_of_another_changes_what_is_proven(place, put):
    accepts_only_what_was(spliced(place, put))


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_values_are_taken_apart_as_they_were_put_together(contents):
    parts = [der(0x04, content) for content in contents]
    whole = read_der(der(SEQUENCE, *parts))
    assert [part.encoded for part in whole.parts()] == parts
    assert [part.content for part in whole.parts()] == contents


@given(st.binary(max_size=64))
def test_bytes_are_der_in_one_way_or_not_at_all(data):
    try:
        element = read_der(data)
    except DocumentError:
        return
    assert der(element.tag, element.content) == data
