"""Code that is known by its name: scripts, notebooks, generation code, and UTF-16."""

from __future__ import annotations

import json
import random

import pytest

from assay.assess.checks import native_code, remote_code
from assay.assess.runner import run_check
from assay.domain.facts import CodeFacts, ConfigFacts, Content, NativeCodeFacts
from tests.unit.assess.subjects import rules, subject


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("install.sh", "echo hi\n"),
        ("RUN.BAT", "@echo off\r\ncalc\r\n"),
        ("a.cmd", "calc"),
        ("a.ps1", "Start-Process calc"),
        ("a.vbs", "x = 1"),
        ("x.pth", "# path\nimport os;os.system('echo hi')\n"),
    ],
)
def test_a_script_is_known_by_its_name(look, only, path, text):
    file = look(text.encode(), path)
    (facts,) = only(file, NativeCodeFacts)
    assert facts.content is Content.SCRIPT
    assert facts.detail.startswith("by its name")
    assert rules(run_check(native_code.CHECK, subject(file))) == ["script"]


@pytest.mark.parametrize(
    ("path", "text"),
    [("a.txt", "import os\n"), ("x.pth", "../lib\n"), ("sh", "echo"), ("a.md", "# sh")],
)
def test_other_texts_are_no_scripts(look, only, path, text):
    assert only(look(text.encode(), path), NativeCodeFacts) == []


CELL = {"cell_type": "code", "source": ["import os"]}
PROSE = {"cell_type": "markdown", "source": ["text"]}


@pytest.mark.parametrize(
    ("notebook", "key"),
    [
        ({"cells": [PROSE, CELL]}, "cells[1]"),
        (
            {"worksheets": [5, {"cells": [{"cell_type": "code", "input": ["a"]}]}]},
            "worksheets[1].cells[0]",
        ),
        ({"cells": [PROSE] * 20_000 + [CELL]}, "cells[20000]"),
    ],
)
def test_a_notebook_with_code_is_told(look, only, notebook, key):
    file = look(json.dumps(notebook).encode(), "demo.ipynb")
    assert [fact.place.key for fact in only(file, CodeFacts)] == [key]
    report = run_check(remote_code.CHECK, subject(file))
    assert rules(report) == ["notebook-code"]


@pytest.mark.parametrize(
    "notebook", [{"cells": [PROSE]}, {"cells": [{"cell_type": "code", "source": []}]}]
)
def test_a_notebook_of_prose_holds_no_code(look, only, notebook):
    assert only(look(json.dumps(notebook).encode(), "a.ipynb"), CodeFacts) == []


def test_a_notebook_that_cannot_be_read_is_told(look, only):
    (facts,) = only(look(b'{"cells": [', "a.ipynb"), ConfigFacts)
    assert [p.kind for p in facts.problems] == ["malformed-json"]


def test_generation_code_is_run_without_any_configuration(look):
    for path in ("custom_generate/generate.py", "sub/custom_generate/more.py"):
        report = run_check(remote_code.CHECK, subject(look(b"import os\n", path)))
        assert rules(report) == ["generation-code"]
    report = run_check(remote_code.CHECK, subject(look(b"import os\n", "generate.py")))
    assert rules(report) == ["code-unreferenced"]


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_random_bytes_behind_a_mark_are_no_text(look, mark):
    for seed in range(50):
        data = mark + random.Random(seed).randbytes(4096)  # noqa: S311 - a test
        assert Content.TEXT not in look(data, "a.txt").contents
    assert look(mark + b"abc", "a.txt").content is Content.UNKNOWN
    assert look(mark + bytes(10), "a.txt").content is Content.UNKNOWN


@pytest.mark.parametrize("form", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["Grüße\r\n", "日本語\n", "\U0001f600" * 40_000])
def test_utf16_is_text(look, form, text):
    data = ("\ufeff" + text).encode(form)
    assert look(data, "a.txt").content is Content.TEXT
