"""Outside text cannot steer a terminal or a page; numbers read as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from assay.report.text import (
    ascii_safe,
    clean,
    file_size,
    instant,
    number,
    plural,
    prose,
    shorten,
    shorten_end,
)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\x9b31mb", "a\\x9b31mb"),
        ("a\x00b\x7fc", "a\\x00b\\x7fc"),
        ("line\nfeed\rback\ttab", "line\\x0afeed\\x0dback\\x09tab"),
        ("bell\x07 back\x08", "bell\\x07 back\\x08"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\u2066x\u2069\u200f\u061c", "\\u2066x\\u2069\\u200f\\u061c"),
        ("zero\u200bwidth\ufeff\u00ad", "zero\\u200bwidth\\ufeff\\xad"),
        ("no\u00a0break\u3000wide", "no\\xa0break\\u3000wide"),
        ("line\u2028sep\u2029", "line\\u2028sep\\u2029"),
        ("lone\ud800", "lone\\ud800"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("filler\u3164\u115f\u2800\ufe0f", "filler\\u3164\\u115f\\u2800\\ufe0f"),
        ("private\ue000", "private\\ue000"),
    ],
)
def test_what_is_unseen_or_steers_the_display_is_shown_as_an_escape(hostile, shown):
    assert clean(hostile) == shown


def test_letters_of_any_script_stay_as_they_are():
    text = "Größe/模型/مثال/पाठ weights.safetensors"
    assert clean(text) == text


def test_a_long_text_is_cut_and_the_rest_is_counted():
    assert clean("x" * 5_000, limit=10) == "x" * 10 + " [cut: 4,990 more characters]"


def test_a_path_as_long_as_a_system_allows_is_shown_whole():
    assert clean("p" * 4_096) == "p" * 4_096


def test_line_ends_in_a_sentence_become_spaces_and_other_controls_stay_visible():
    assert prose(" one\n  two\r\n\tthree \x1b\n") == "one two three \\x1b"


def test_ascii_safe_keeps_line_feeds_and_escapes_every_other_script():
    assert ascii_safe("é\n模 \U0001f600") == "\\xe9\n\\u6a21 \\U0001f600"


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("short", 10, "short"),
        ("weights/model.bin", 11, "weig....bin"),
        ("weights", 5, "weigh"),
        ("weights", 0, ""),
        ("weights", -1, ""),
    ],
)
def test_a_path_loses_its_middle_when_it_is_too_long(text, width, shown):
    assert shorten(text, width) == shown


def test_a_sentence_loses_its_end_when_it_is_too_long():
    assert shorten_end("a sentence", 10) == "a sentence"
    assert shorten_end("a longer sentence", 10) == "a longe..."
    assert shorten_end("a longer sentence", 2) == "..."


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1,023 bytes"),
        (1024, "1.0 KiB"),
        (1024 * 1024 - 1, "1.0 MiB"),
        (8_778_000_000, "8.2 GiB"),
        (3 * 1024**4, "3.0 TiB"),
        (5_000 * 1024**4, "5,000.0 TiB"),
    ],
)
def test_sizes_are_written_in_binary_units(size, shown):
    assert file_size(size) == shown


def test_counts_agree_with_their_noun():
    assert plural(1, "file") == "1 file"
    assert plural(0, "file") == "0 files"
    assert plural(2, "entry", "entries") == "2 entries"
    assert number(1_234_567) == "1,234,567"


def test_an_instant_reads_the_same_in_every_time_zone():
    at = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    east = at.astimezone(timezone(timedelta(hours=9)))
    naive = datetime(2026, 11, 23, 12, 30)  # noqa: DTZ001 - the case under test
    assert {instant(x) for x in (at, east, naive)} == {"2026-11-23 12:30:00 UTC"}
