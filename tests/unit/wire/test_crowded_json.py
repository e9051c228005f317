"""Documents that would take more memory or time than they are worth."""

from __future__ import annotations

import time

import pytest

from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import DocumentError
from assay.wire.model import JsonModel
from assay.wire.strict_json import loads
from assay.wire.v0.status import StatusPredicate

MOST = DEFAULT_LIMITS.max_json_values


class Small(JsonModel):
    """A document that has one field."""

    known: int


def refused(data):
    with pytest.raises(DocumentError) as caught:
        loads(data)
    return caught.value.code


def test_lists_within_lists_are_counted_without_a_comma_between_them():
    deep = b"[" * 14 + b"]" * 14
    assert refused(b"[" + b",".join([deep] * (MOST // 6)) + b"]") == (
        "document.too-many-values"
    )


def test_empty_lists_are_counted_as_well():
    assert refused(b"[" + b",".join([b"[]"] * (MOST - 2)) + b"]") == (
        "document.too-many-values"
    )


@pytest.mark.parametrize(
    "filler",
    [b" ", b"1", b"]", b'"\\"\\\\",'],
    ids=["spaces", "digits", "ends", "quotes"],
)
def test_what_is_no_bracket_is_passed_over_fast(filler):
    head = b"[" * 99 + b"]" * 98 + b',"a",' + b"[],[],"
    data = head + filler * (8_000_000 // len(filler))
    begun = time.process_time()
    with pytest.raises(DocumentError):
        loads(data)
    # A loop over its characters takes more than two seconds on any machine.
    assert time.process_time() - begun < 1.5


def test_a_string_without_its_end_hides_what_comes_behind_it():
    for end in (b"", b"\\", b"\\\\", b'\\"'):
        data = b"[" * 60 + b'"' + b"[" * 60 + end
        assert refused(data) == "document.malformed-json"


def test_brackets_behind_a_string_count():
    assert refused(b"[" * 60 + b'"[]\\"",' + b"[" * 60) == "document.too-deep"


def test_of_more_complaints_than_anybody_corrects_the_number_is_told():
    many = {f"unknown{n}": 0 for n in range(20_000)}
    with pytest.raises(DocumentError) as caught:
        Small.read(many, document="document")
    assert caught.value.code == "document.schema"
    assert "20001 values that are off" in caught.value.found


@pytest.mark.parametrize("field", ["entries", "elsewhere", "keys", "withdrawn"])
def test_a_long_list_of_what_is_off_is_read_up_to_the_first_of_it(field):
    with pytest.raises(DocumentError) as caught:
        StatusPredicate.read({field: [{}] * 5_000}, document="status snapshot")
    more = int(caught.value.found.rpartition("and ")[2].removesuffix(" more"))
    # Of fields and of one entry, not of five thousand.
    assert more < 20
