from __future__ import annotations

import datetime as dt
import time

import pytest

from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import DocumentError
from assay.wire import strict_toml

BOUND = DEFAULT_LIMITS.max_toml_depth


def load(data, max_bytes=1_000_000):
    if isinstance(data, str):
        data = data.encode()
    return strict_toml.loads(data, max_bytes=max_bytes, document="trust file")


def refused(data, **keywords):
    with pytest.raises(DocumentError) as caught:
        load(data, **keywords)
    assert "trust file" in caught.value.message
    return caught.value


def test_an_ordinary_document_is_read_with_its_types():
    value = load("a = 1\nb = 'x'\n[c]\nd = [1.5, true]\nwhen = 2026-11-23\n")
    assert value == {
        "a": 1,
        "b": "x",
        "c": {"d": [1.5, True], "when": dt.date(2026, 11, 23)},
    }


def test_a_document_larger_than_its_bound_is_refused():
    assert refused("a = 1", max_bytes=4).code == "document.too-large"
    assert load("a = 1", max_bytes=5) == {"a": 1}


def test_bytes_that_are_not_utf8_are_refused_with_their_offset():
    error = refused(b'a = "\xff"')
    assert error.code == "document.not-utf8"
    assert "offset 5" in error.found


@pytest.mark.parametrize(
    "text",
    [
        "a = ",
        "a = 1\na = 2",
        "[a]\n[a]",
        "\ufeffa = 1",
        'a = "unterminated',
        "a = '''unterminated",
        'a = """unterminated',
        'a = "\\ud800"',
        'a = "\x01"',
        "a = 2026-13-40",
        "a = " + "9" * 5000,
        "a = ]",
        "}",
    ],
    ids=lambda text: ascii(text[:16]),
)
def test_what_is_not_toml_is_refused(text):
    assert refused(text).code == "document.malformed-toml"


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a = " + "[" * (BOUND + 1) + "]" * (BOUND + 1),
        "a = " + "{b=" * 5_000,
        "[" + ".".join("a" * 5_000) + "]",
        ".".join("a" * 5_000) + " = 1",
        " . ".join(['"a"', "'b'"] * 50) + " = 1",
        'x = """a"""", y = ' + "[" * 5_000,
        "x = '''a'''' \n y = " + "[" * 5_000,
        "[" + ".".join("a" * 20) + "]\n" + ".".join("b" * 20) + " = 1",
    ],
    ids=lambda text: ascii(text[:16]),
)
def test_a_document_nested_too_deep_is_refused_before_it_is_parsed(text):
    assert refused(text).code == "document.too-deep"


@pytest.mark.parametrize(
    "text",
    [
        'a = "' + "[" * 500 + '"',
        "a = '" + "." * 500 + "'",
        'a = """' + '["' * 500 + '."""',
        "a = '''" + "['" * 500 + ".'''",
        "# " + "[." * 500 + "\na = 1",
        'a = "\\"' + "[" * 500 + '"',
        'a = """""" # ' + "[" * 500,
        "a = [" + "[1.5, 2.5], " * 500 + "]",
        "a = " + "[" * (BOUND - 1) + "]" * (BOUND - 1),
    ],
    ids=lambda text: ascii(text[:16]),
)
def test_brackets_and_dots_in_strings_and_comments_do_not_count(text):
    assert "a" in load(text)


@pytest.mark.parametrize(
    "text",
    [
        "a = nan",
        "a = [-inf]",
        "a = {b = 1e999}",
        "a = 9223372036854775808",
        "a = -9223372036854775809",
        "a = 0x" + "f" * 5000,
    ],
    ids=lambda text: text[:24],
)
def test_numbers_that_readers_disagree_on_are_refused(text):
    assert refused(text).code == "document.bad-number"


def test_the_whole_range_of_64_bit_integers_is_read():
    text = "a = 9223372036854775807\nb = -9223372036854775808"
    assert load(text) == {"a": 2**63 - 1, "b": -(2**63)}


@pytest.mark.parametrize("pattern", ['\\"""', '"""', "'''", '"\n', "'\n", '"', "'"])
def test_strange_quotes_take_no_more_than_linear_time(pattern):
    data = ('a = """' + pattern * 200_000)[:400_000].encode()
    started = time.perf_counter()
    refused(data)
    assert time.perf_counter() - started < 30  # a hang, not a speed
