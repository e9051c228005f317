"""No file of the project speaks of the machine that it was written on."""

from __future__ import annotations

import pytest

from tests.gates.machine_traces import traces
from tests.gates.project import project_files, read

# Bytes of a format, not words of ours.
_VECTORS = "tests/vectors/"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("cd /ro" + "ot/x", "a home or working folder"),
        ("see /ho" + "me/ann/x", "a person's folder"),
        ("file:" + "///tmp/x", "a file address"),
        ("http://127.0." + "0.1:38841", "a port of this machine"),
        ("--index-" + "url https://x/y", "a package index"),
    ],
)
def test_a_trace_is_found(text, what):
    assert what in traces(text)


@pytest.mark.parametrize(
    "text", ["docs/work/x", "https://example.com/work/", "the root/leaf", "$HOME/x"]
)
def test_plain_words_are_notraces(text):
    assert traces(text) == set()


def test_no_file_speaks_of_this_machine():
    found = []
    for path in project_files():
        if path.as_posix().startswith(_VECTORS):
            continue
        try:
            found_here = traces(read(path))
        except UnicodeDecodeError:
            continue
        if found_here:
            found.append(f"{path}: {sorted(found_here)}")
    assert not found, "\n".join(found)
