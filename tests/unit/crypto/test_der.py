from __future__ import annotations

import pytest

from assay.crypto.der import INTEGER, OCTET_STRING, SEQUENCE, read_der
from assay.domain.limits import Limits
from assay.errors import DocumentError
from tests.simulators.timestamp_forger import der, number


def refused(data: bytes) -> str:
    with pytest.raises(DocumentError) as error:
        read_der(data)
    assert error.value.code == "document.der"
    return error.value.found


def test_a_value_is_taken_apart_and_keeps_its_bytes():
    data = der(SEQUENCE, number(5), der(OCTET_STRING, b"x" * 300))
    whole = read_der(data)
    first, second = whole.parts()
    assert (whole.tag, whole.encoded) == (SEQUENCE, data)
    assert (first.tag, first.number()) == (INTEGER, 5)
    assert second.content == b"x" * 300
    assert second.encoded == data[second.start :]


@pytest.mark.parametrize("value", [0, 127, 128, -1, -128, -129, 2**160])
def test_whole_numbers_are_read_in_their_shortest_form(value):
    assert read_der(number(value)).number() == value


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "before its length"),
        (b"\x30", "before its length"),
        (b"\x1f\x81\x00\x00", "has more bytes"),
        (b"\x30\x80\x00\x00", "indefinite"),
        (b"\x30\x85\x00\x00\x00\x00\x01\x00", "too long"),
        (b"\x30\x82\x01", "cut"),
        (b"\x04\x81\x01x", "shortest"),
        (b"\x04\x82\x00\x80" + b"x" * 128, "shortest"),
        (b"\x04\x05x", "longer than what holds it"),
        (b"\x04\x01xy", "1 bytes behind"),
    ],
)
def test_what_is_no_der_is_refused(data, found):
    assert found in refused(data)


@pytest.mark.parametrize(
    "data", [b"\x02\x00", b"\x02\x02\x00\x01", b"\x02\x02\xff\xff"]
)
def test_a_number_in_another_form_is_refused(data):
    with pytest.raises(DocumentError) as error:
        read_der(data).number()
    assert error.value.code == "document.der"


def test_another_value_is_no_number():
    with pytest.raises(DocumentError):
        read_der(b"\x04\x01\x05").number()


def test_a_part_that_leaves_its_value_is_refused():
    with pytest.raises(DocumentError):
        read_der(b"\x30\x02\x04\x05").parts()


def test_crowds_of_parts_are_refused():
    limits = Limits(max_der_parts=2)
    assert len(read_der(der(SEQUENCE, number(1) * 2)).parts(limits)) == 2
    with pytest.raises(DocumentError, match="der"):
        read_der(der(SEQUENCE, number(1) * 3)).parts(limits)
