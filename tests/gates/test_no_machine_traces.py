"""No file of the project speaks of the machine that it was written on."""

from __future__ import annotations

import re

import pytest

from tests.gates.project import project_files, read

# Written in parts, so that this file does not speak of what it looks for.
TRACES = {
    "a home or working folder": re.compile(
        r"(?<![\w.$}])/(?:" + "|".join(["ro" + "ot", "wo" + "rk"]) + r")/\w"
    ),
    "a person's folder": re.compile(r"(?<![\w.])/(?:home|Users)/(?!user\b)\w+"),
    "a file address": re.compile("file:" + r"//+/?\w"),
    "a port of this machine": re.compile(r"(?:127\.0\.0\.1|local" + r"host):\d"),
    "a package index": re.compile(
        "(?:extra-)?index-" + r"url\s*[=:]?\s*\S*//|find-" + r"links\s*[=:]"
    ),
    "a mirror": re.compile(
        r"https?://[\w.-]*(?:pypi|pythonhosted|npmjs)[\w.-]*/simple"
    ),
}
# Bytes of a format, not words of ours.
_VECTORS = ("tests/vectors/", "tests/fuzz/corpus/", "tests/fuzz/regressions/")


def _traces(text):
    return {what for what, pattern in TRACES.items() if pattern.search(text)}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("cd /ro" + "ot/x", "a home or working folder"),
        ("see /ho" + "me/ann/x", "a person's folder"),
        ("file:" + "///tmp/x", "a file address"),
        ("http://127.0." + "0.1:8080", "a port of this machine"),
        ("--index-" + "url https://x/y", "a package index"),
    ],
)
def test_a_trace_is_found(text, what):
    assert what in _traces(text)


@pytest.mark.parametrize(
    "text", ["docs/work/x", "https://example.com/work/", "the root/leaf", "$HOME/x"]
)
def test_plain_words_are_no_traces(text):
    assert _traces(text) == set()


def test_no_file_speaks_of_this_machine():
    found = []
    for path in project_files():
        if path.as_posix().startswith(_VECTORS):
            continue
        try:
            traces = _traces(read(path))
        except UnicodeDecodeError:
            continue
        if traces:
            found.append(f"{path}: {sorted(traces)}")
    assert not found, "\n".join(found)
