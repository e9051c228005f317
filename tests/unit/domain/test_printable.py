from __future__ import annotations

import unicodedata

import pytest

from assay.domain.printable import is_printable


@pytest.mark.parametrize(
    "char", ["a", " ", "é", "日", "\U0001f600", "\U0001fa75", "\u0378"]
)
def test_what_is_seen_is_printable_on_every_python(char):
    assert is_printable(char)


@pytest.mark.parametrize(
    "char",
    [
        *("\n", "\x7f", "\u200b", "\u202e", "\u2028", "\ue000", "\ud800", "\u00a0"),
        *("\u061c", "\u2066", "\ufffe", "\U0001ffff", "\U000e0041", "\U0010ffff"),
    ],
)
def test_what_is_hidden_or_moves_is_not(char):
    assert not is_printable(char)


def test_no_interpreter_would_hide_more_than_we_do_of_what_it_knows_as_format():
    formats = [
        chr(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code)) in {"Cf", "Cc", "Co", "Cs", "Zl", "Zp"}
    ]
    assert not [char for char in formats if is_printable(char)]
