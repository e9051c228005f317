from __future__ import annotations

import json
import time

import pytest

from assay.domain.limits import Limits
from assay.errors import DocumentError
from assay.wire.strict_json import _in_words, loads


def code(data, **changes):
    with pytest.raises(DocumentError) as caught:
        loads(data, **changes)
    assert len(str(caught.value)) < 500
    return caught.value.code


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"null", None),
        (
            b' {"a": [1, -2.5, 1e3, true, "\\u00e9"]} ',
            {"a": [1, -2.5, 1000.0, True, "é"]},
        ),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\\\\u"', "\\u"),
        (b"[[],[]]", [[], []]),
        (b'{"\\u0061": {"b": ["\\u0062"]}}', {"a": {"b": ["b"]}}),
    ],
)
def test_json_is_read(data, value):
    assert loads(data) == value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[1,]",
        b"{'a': 1}",
        b"1 2",
        b"\xef\xbb\xbf{}",
        b'"\t"',
        b"01",
        b"+1",
        b".5",
        b"1.",
        b'"\\x41"',
        b"[1] // no comments",
        b"]]]][[[[",
    ],
)
def test_what_is_not_json_is_refused(data):
    assert code(data) == "document.malformed-json"


@pytest.mark.parametrize(
    "data", [b"NaN", b"Infinity", b"[-Infinity]", b"1e999", b"-1e999", b"1" * 65]
)
def test_a_number_that_readers_disagree_on_is_refused(data):
    assert code(data) == "document.bad-number"


def test_a_long_fraction_is_refused():
    assert code(b"0." + b"1" * 70) == "document.bad-number"


@pytest.mark.parametrize(
    "data", [b'{"a":1,"a":1}', b'[{"b":{"a":1,"c":2,"\\u0061":3}}]']
)
def test_a_repeated_key_is_refused(data):
    assert code(data) == "document.repeated-key"


def test_a_repeated_key_among_very_many_is_found_in_no_time():
    keys = ",".join(f'"{i}":0' for i in range(100_000))
    data = f'{{{keys},"99999":0}}'.encode()
    started = time.process_time()
    assert code(data) == "document.repeated-key"
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "data",
    [b'"\\ud800"', b'{"\\udc00": 1}', b'[["\\ude00\\ud83d"]]', b'{"a":"\\uD800x"}'],
)
def test_a_lone_surrogate_is_refused(data):
    assert code(data) == "document.lone-surrogate"


@pytest.mark.parametrize(
    "data", [b'"\xff"', b'"\xed\xa0\x80"', b'"\xc0\x80"', b"\xff\xfe"]
)
def test_what_is_not_utf8_is_refused(data):
    assert code(data) == "document.not-utf8"


def test_a_document_over_its_bound_is_refused_before_it_is_read():
    assert code(b"[1]", max_bytes=2) == "document.too-large"
    assert loads(b"[1]", max_bytes=3) == [1]
    assert code(b"[1]", limits=Limits(max_document_bytes=2)) == "document.too-large"


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_nesting_is_bounded(opening, closing):
    inner = b"1" if opening != b"[" else b""
    assert loads(opening * 100 + inner + closing * 100) is not None
    assert code(opening * 101 + inner + closing * 101) == "document.too-deep"
    assert code(opening * 1_000_000) == "document.too-deep"


def test_brackets_in_strings_are_no_nesting():
    strings = [b'"' + b"[" * 200 + b'"', b'"\\"' + b"{" * 200 + b'"', b'"\\\\"']
    assert len(loads(b"[" + b",".join(strings) + b"]")) == 3
    flat = b"[" + b"[]," * 200 + b"[]]"
    assert len(loads(flat)) == 201


@pytest.mark.parametrize("data", [b'"' + b"[" * 200, b'["\\"' + b"[" * 200])
def test_a_string_that_never_ends_is_refused(data):
    assert code(data) == "document.malformed-json"


def test_a_crowd_of_values_is_refused_before_it_takes_memory():
    crowded = b"[" + b"1," * 3 + b"1]"
    assert loads(crowded, limits=Limits(max_json_values=4)) == [1, 1, 1, 1]
    with pytest.raises(DocumentError) as caught:
        loads(crowded, limits=Limits(max_json_values=3))
    assert caught.value.code == "document.too-many-values"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a": NaN, "b": [Infinity, 1e999]}', {"a": None, "b": [None, None]}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'{"a": %s}' % (b"1" * 80), {"a": None}),
        (rb'{"\ud800": "\ud83d\ude00\udfff"}', {"?": "\U0001f600?"}),
        (b'{"a": 1.5}', {"a": 1.5}),
    ],
)
def test_what_loaders_read_is_read_tolerantly(text, value):
    assert loads(text, tolerant=True) == value


@pytest.mark.parametrize("text", [b"[" * 101 + b"]" * 101, b"{", b"\xff"])
def test_bounds_and_grammar_hold_when_tolerant_too(text):
    with pytest.raises(DocumentError):
        loads(text, tolerant=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": x}', "what is no value at line 1, column 7"),
        ('{"a": ', "the end of the text, where more belongs, at line 1"),
        ('{"a": "b}', "a string without its closing quote, which begins at line 1"),
        ("{a: 1}", "what is no name in double quotes at"),
        ('{"a" 1}', "a name without a colon behind it at"),
        ('{"a": 1 "b": 2}', "what is neither a comma nor the end of a list or an obj"),
        ("1 2", "more text behind the value at line 1, column 3"),
        ('"a\nb"', "a control character in a string at"),
        ('"\\x"', "an escape that JSON does not have at"),
    ],
)
def test_what_is_no_json_is_told_in_words(text, words):
    with pytest.raises(DocumentError) as caught:
        loads(text.encode())
    assert words in caught.value.found
    assert "Expecting" not in caught.value.found


def test_words_that_nobody_knows_yet_are_told_too():
    unheard = json.JSONDecodeError("A new complaint", "x y", 0)
    assert _in_words(unheard) == "what is no JSON"
