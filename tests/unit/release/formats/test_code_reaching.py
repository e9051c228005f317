# ruff: noqa: E501 # sources stand as people write them
"""When functions run that nobody calls by their name, and what names lead to."""

from __future__ import annotations

import pytest

from benchmarks.detection.families import (
    code_evading,
    code_evading_calls,
    code_evading_more,
    code_evading_texts,
)
from tests.unit.release.formats.test_code_actions import SYSTEM, seen

_DO = "os.system(1)"


@pytest.mark.parametrize(
    ("text", "when"),
    [
        (f"def hook(*a):\n    {_DO}\nsys.excepthook = hook", "load"),
        (f"sys.displayhook = lambda v: {_DO}", "load"),
        (f"def f():\n    {_DO}\nimport torch\ntorch.load = f", "load"),
        (f"def f():\n    {_DO}\nimport torch\ntorch.register(f)", "load"),
        (f"def f():\n    {_DO}\nimport torch\ntorch.register([f, {{1: f}}])", "load"),
        (f"def f():\n    {_DO}\nimport torch\nisinstance(f, int)", "call"),
        (f"def f():\n    {_DO}\ndef g():\n    torch.register(f)\nimport torch", "call"),
        (f"class F:\n    def find_spec(s, *a):\n        {_DO}\nsys.meta_path.insert(0, F())", "load"),
        (f"import threading\nclass W(threading.Thread):\n    def run(s):\n        {_DO}\nW().start()", "import"),
        (f"class A:\n    @property\n    def x(s):\n        {_DO}\nA().x", "import"),
        (f"class A:\n    def x(s):\n        {_DO}\nA().x", "call"),
        (f"class A:\n    x = property(lambda s: {_DO})", "load"),
        (f"def meta(n, b, d):\n    {_DO}\nclass A(metaclass=meta):\n    pass", "import"),
        (f"class R:\n    def __init__(s, f):\n        f()\n@R\ndef go():\n    {_DO}", "import"),
        (f"def go(x):\n    {_DO}\nclass A:\n    def forward(s, x):\n        go(x)", "use"),
        (f"class A:\n    def __init__(s):\n        s.forward = s._f\n    def _f(s, x):\n        {_DO}", "use"),
        (f"class A:\n    def __init__(me):\n        me.register_hook(me._f)\n    def _f(me):\n        {_DO}", "load"),
        (f"class A:\n    @staticmethod\n    def f(x):\n        x.go()\n    def go(x):\n        {_DO}", "call"),
        (f"class A:\n    def go(s):\n        {_DO}\nclass B(A):\n    def go(s):\n        super().go()\nB().go()", "import"),
        (f"def go():\n    {_DO}\nD = {{'x': go}}\nD['x']()", "import"),
        (f"def go():\n    {_DO}\nD = [print, go]\nD[1]()", "import"),
        (f"def go():\n    {_DO}\nfor f in [go]:\n    f()", "import"),
        (f"def go():\n    {_DO}\nglobals()['go']()", "import"),
        (f"def go():\n    {_DO}\ngetattr(sys.modules[__name__], 'go')()", "import"),
        (f"def build_wheel(*a):\n    {_DO}", "load"),
    ],
)  # fmt: skip
def test_a_function_runs_as_soon_as_somebody_may_call_it(text, when):
    found = {w for _, name, w in seen("import os, sys\n" + text) if name == "os.system"}
    assert found == {when}


@pytest.mark.parametrize(
    "text",
    [
        "import logging\nlogging.os.system(1)",
        "from logging import os as x\nx.system(1)",
        "import tempfile\ntempfile._os.system(1)",
        "import warnings\nwarnings.sys.modules['os'].system(1)",
        "import os\nos.__getattribute__('system')(1)",
        "import os\nobject.__getattribute__(os, 'system')(1)",
        "import os\nos.__dict__.get('system')(1)",
        "import sys\nsys.modules.get('os').system(1)",
        "import inspect, os\ndict(inspect.getmembers(os))['system'](1)",
        "import os\nos.system.__call__(1)",
        "__import__(name='os').system(1)",
        "import pkgutil\npkgutil.resolve_name('os:system')(1)",
        "import pydoc\npydoc.locate('os.system')(1)",
        "__loader__.load_module('os').system(1)",
        "import random\nrandom.shuffle.__func__.__globals__['_os'].system(1)",
        "import os\nmatch os:\n    case x:\n        x.system(1)",
        "import os\nmatch {'a': os}:\n    case {'a': x}:\n        x.system(1)",
        "import os\ngetattr(os, '{a}{b}'.format(a='sys', b='tem'))(1)",
        "T = {'m': __import__('os')}\nT['m'].system(1)",
        "def c(m, f):\n    return getattr(__import__(m), f)\nc('os', 'system')(1)",
        "import functools, os\nfunctools.reduce(getattr, ['system'], os)(1)",
        "import os\nx = [getattr(os, 'system')]",
    ],
)
def test_a_function_is_known_by_whatever_way_it_is_reached(text):
    assert SYSTEM in seen(text)


def test_a_name_that_grows_in_a_loop_is_one_that_is_worked_out():
    text = "import os\nn = ''\nfor c in x:\n    n += chr(c)\ngetattr(os, n)(1)"
    assert ("obfuscation", "os.?", "import") in seen(text)


def test_namesakes_of_modules_in_packages_are_not_taken_for_them():
    names = {name for _, name, _ in seen("import asyncio\nasyncio.subprocess.run(1)")}
    assert "subprocess.run" not in names


@pytest.mark.parametrize(
    "source",
    [
        *(text for _, text in code_evading.MOMENTS.values()),
        *(text for _, text in code_evading_calls.CALLS.values()),
        *(text for _, text in code_evading_texts.TEXTS.values()),
        *code_evading_more.MORE.values(),
    ],
)
def test_every_evasion_of_the_corpus_leaves_something_to_judge(source):
    assert seen(source)
