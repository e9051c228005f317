from __future__ import annotations

from dataclasses import replace

import pytest

from assay.domain.facts import Content, Gap, PickleFacts, WeightsFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.families.weights_msgpack import (
    array,
    ext,
    mapping,
    pack,
    samples,
)
from benchmarks.detection.sample import Truth

SAMPLES = list(samples())
KINDS = {
    "shape-larger": "count-mismatch",
    "shape-overflow": "count-mismatch",
    "shape-smaller": "count-mismatch",
    "shape-negative": "malformed",
    "array-tail": "hidden-data",
    "array-buffer": "out-of-bounds",
    "array-text": "malformed",
    "complex": "malformed",
    "object-type-object": "code-object",
    "object-type-O": "code-object",
    "unknown-type": "type-size",
    "pickle-extension": "unknown-version",
    "msgpack-numpy": "code-object",
    "reduce-key": "code-object",
    "duplicate-key": "duplicate-name",
    "trailing": "trailing-data",
    "cut": "truncated",
    "deep": "over-limit",
    "entry-count": "count-mismatch",
}


def look(data: bytes, limits=DEFAULT_LIMITS, path="flax_model.msgpack"):
    return inspect_source(
        BytesSource(data),
        path=path,
        executable_bit=False,
        limits=limits,
        paths=frozenset({path}),
    ).facts


def weights(data: bytes, limits=DEFAULT_LIMITS) -> WeightsFacts:
    return next(f for f in look(data, limits) if isinstance(f, WeightsFacts))


def kinds(data: bytes, limits=DEFAULT_LIMITS) -> list[str]:
    return [problem.kind for problem in weights(data, limits).problems]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_each_lie_is_told_by_its_word_and_none_of_an_honest_file(sample):
    found = kinds(sample.files["flax_model.msgpack"])
    if sample.truth is Truth.HONEST:
        assert found == []
    elif sample.name in KINDS:
        assert KINDS[sample.name] in found


def test_arrays_are_counted_and_problems_told_at_their_key():
    inner = mapping(("bias", array([2], "float32", b"")))
    facts = weights(mapping(("params", inner)).data)
    assert facts.tensors == 1
    assert facts.content is Content.MSGPACK
    assert [problem.place.key for problem in facts.problems] == ["params.bias"]


def test_a_pickle_in_bytes_is_read_as_one():
    payload = b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00ls\x85R."
    found = look(mapping(("hook", payload)).data)
    pickles = [fact for fact in found if isinstance(fact, PickleFacts)]
    assert [fact.place.member for fact in pickles] == ["hook"]


@pytest.mark.parametrize(
    ("inner", "kind"),
    [
        (b"\x93\x91\xa1x\xa1b\xc0", "malformed"),
        (b"\x93\x91\x01\x05\xc4\x00", "malformed"),
        (b"\x93\x91\x01\xa4int8\x05", "malformed"),
        (b"\x93\x91\x01\xa4int8\xc4\x02aa", "count-mismatch"),
        (b"\x93\x91\x01\xa6void16\xc4\x02aa", None),
        (b"\x93\x91\x01\xa4int8\xa1a", None),
        (b"\x93\x05\xa4int8\xc4\x00", "malformed"),
        (b"", "malformed"),
    ],
)
def test_what_an_array_is_made_of(inner, kind):
    assert kinds(mapping(("a", ext(1, inner))).data) == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("inner", "fine"),
    [
        (b"\x92" + pack(1.0) + pack(2), True),
        (b"\x92" + pack(1.0) + pack("x"), False),
        (b"\x92" + pack(1.0) + pack(2.0) + b"more", False),
        (b"\x92" + pack(1.0), False),
        (b"\x91" + pack(1.0), False),
    ],
)
def test_what_a_complex_number_is_made_of(inner, fine):
    assert kinds(mapping(("c", ext(2, inner))).data) == ([] if fine else ["malformed"])


def test_times_have_their_lengths():
    assert kinds(mapping(("t", ext(-1, bytes(8)))).data) == []
    assert kinds(mapping(("t", ext(-1, bytes(9)))).data) == ["malformed"]
    assert kinds(b"\x81\xa1t\xd6\xff\0\0\0\0") == []


def test_a_byte_that_begins_nothing_is_malformed_in_a_file_of_that_name():
    assert kinds(b"\x82\xa1a\xc0\xa1b\xc1") == ["malformed"]
    assert any(isinstance(fact, Gap) for fact in look(b"\x82\xa1a\xc0\xa1b\xc1"))


def test_long_keys_are_told_apart_by_their_end():
    first, second = "k" * 300 + "a", "k" * 300 + "b"
    assert kinds(mapping((first, 1), (second, 2)).data) == []
    assert kinds(mapping((first, 1), (first, 2)).data) == ["duplicate-name"]


def test_more_items_than_are_read_are_beyond_any_model():
    limits = replace(DEFAULT_LIMITS, max_msgpack_items=3)
    assert kinds(mapping(("a", 1), ("b", 2)).data, limits) == ["over-limit"]


def test_the_items_of_shapes_count_too():
    limits = replace(DEFAULT_LIMITS, max_msgpack_items=30)
    shape = b"\x93\x9e" + b"\x01" * 14 + b"\xa4int8\xc4\x01a"
    data = mapping(*((name, ext(1, shape)) for name in "abc")).data
    assert kinds(data, limits) == ["over-limit"]


def test_no_more_problems_are_told_than_are_listed():
    limits = replace(DEFAULT_LIMITS, max_problems_per_subject=2)
    data = mapping(*((name, ext(1, b"\xc0")) for name in "abcd")).data
    assert kinds(data, limits) == ["malformed", "malformed"]
    keys = mapping(*((name, mapping(("__class__", 1))) for name in "abcd")).data
    assert kinds(keys, limits) == ["code-object", "code-object"]


def test_more_byte_strings_than_are_tried_are_a_gap_told_once():
    limits = replace(DEFAULT_LIMITS, max_pickle_embedded=1)
    data = mapping(*((name, b"\0" * 16) for name in "abc")).data
    assert len([f for f in look(data, limits) if isinstance(f, Gap)]) == 1


def test_kinds_of_text_that_are_no_marks_are_left_in_peace():
    data = mapping(("m", mapping(("kind", "O"), ("type", "object")))).data
    assert kinds(data) == []


def test_an_unknown_file_of_another_name_is_only_a_gap():
    found = look(b"\x82\xa1a\xc0\xa1b\xc1", path="other.bin")
    assert not [fact for fact in found if isinstance(fact, WeightsFacts)]
