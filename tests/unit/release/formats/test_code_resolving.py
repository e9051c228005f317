# ruff: noqa: ISC004 # sources stand as people write them
from __future__ import annotations

import pytest

from tests.unit.release.formats.test_code_actions import SYSTEM, read, seen

_CLASS = "import os\nclass A:\n    def go(self):\n        os.system('x')\n"


@pytest.mark.parametrize(
    "text",
    [
        # Names that stand for one of many things, or are bound in unusual ways.
        "from torch import *\nfrom os import *\nsystem('x')",
        "import os\nwords = ('a', 'system')\nfor n in words:\n    getattr(os, n)('x')",
        "import os\nclass A: ...\nA.run = os.system\nA.run('x')",
        "import os\nclass A:\n    def set(self):\n        A.run = os.system\n"
        "        A.run('x')\nA().set()",
        "import os\nwith os as o:\n    o.system('x')",
        "from __future__ import annotations\nimport os\nf: object = os.system\nf('x')",
        "from __future__ import annotations\nimport os\nf: object\nos.system('x')",
        "import os\nf = lambda c: os.system(c)\nf('x')",
        "import os\nf = lambda c=os.system: c('x')\nf()",
        "import os\n(a, *b), c = 1, 2\nos.system('x')",
        "import os\nos.a.b.c = 1\nos.system('x')",
        "import os\nasync def f():\n    await os.system('x')\nimport asyncio\n"
        "asyncio.run(f())",
        "import os\ndef f():\n    return\nf()\nos.system('x')",
        # Modules and attributes that are fetched by a text.
        "globals()['__builtins__'].__import__('os').system('x')",
        "import os\ndef f():\n    globals()['os'].system('x')\nf()",
        "__builtins__.__dict__['__import__']('os').system('x')",
        "import importlib\nimportlib.import_module(name='x')\nimport os\n"
        "os.system('x')",
        "import os, operator\noperator.attrgetter(1)\n"
        "operator.attrgetter('system')(os)('x')",
        "import os\ngetattr(os)\nvars()\nos.system('x')",
        "import os\ngetattr(os, ('system', 'popen')[0])('x')",
        "import os\ngetattr(os, 1)\nos.system('x')",
        "import os, functools\nfunctools.partial()\nos.system('x')",
        "import os, operator\noperator.methodcaller(1)\nos.system('x')",
        # Texts that are worked out.
        "import os\ngetattr(os, ''.join(chr(-c) for c in "
        "[-115, -121, -115, -116, -101, -109]))('x')",
        "import os\ngetattr(os, 'metsys'[5::-1])('x')",
        "import os\nn = 'sys' if os else 'x'\ngetattr(os, n + 'tem')('x')",
        "import os, pathlib\n(pathlib.Path('a') / 'b').read_text()\nos.system('x')",
        "import os, sys\nsys.modules['os'].system('x')",
        # What classes do by themselves.
        _CLASS + "class B(A): ...\nB().go()",
        "import os\nclass A:\n    def __matmul__(self, o):\n        os.system('x')\n"
        "A() @ 1",
        "import os\nclass M(type):\n    def __call__(c):\n        os.system('x')\n"
        "class A(metaclass=M): ...\nA()",
        "import os\nclass M(type):\n    def __init__(c, *a):\n        os.system('x')\n"
        "class A(metaclass=M): ...\nclass B(A): ...",
        "import os, atexit\n@atexit.register\ndef f():\n    os.system('x')",
    ],
)
def test_a_program_started_on_import_is_followed_to_its_name(text):
    assert SYSTEM in seen(text)


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    return open\nimport os\n[f][5]('x')",
        "import os\nx = {}\nx[1]('a')\nos.environ[1:y]",
        "import os\nf'{x}{os}'\n(~1)(2)\n[y, 1][0](3)\n",
        "import os\n''.join(chr(y) for c in [1])\n''.join(c for c in 5)\n"
        "''.join(c for c, d in [])\n''.join(c for c in 'a' if c)",
        "class A:\n    f = 1\nA.f()\nA().f()\n(-'x')()",
        "x = 1 + unknown\nx()\nx = unknown + 1\nx()",
        "class A(A): ...\nA().go()\nclass B(C): ...\nclass C(B): ...\nB().go()",
        "lambda: 0\n(lambda x: x)(1)",
    ],
)
def test_what_cannot_be_worked_out_is_no_action(text):
    assert not {kind for kind, _, _ in seen(text)} - {"environment"}


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("exec(b'import os; os.system(1)')", "process", "os.system"),
        ("from os import *\nopen('a', 'w')", "file-write", "builtins.open"),
        ("import os\na = os\ngetattr(a, y)()", "obfuscation", "os.?"),
        ("[].__class__.__mro__[1].__subclasses__()", "dynamic-code",
         "object.__subclasses__"),
        ("f().__class__.mro()[1].__subclasses__()", "dynamic-code",
         "object.__subclasses__"),
        ("import importlib\nimportlib.import_module('o' + 's')", "obfuscation",
         "importlib.import_module"),
    ],
)  # fmt: skip
def test_indirect_ways_are_named_for_what_they_are(text, kind, name):
    assert (kind, name) in {(k, n) for k, n, _ in seen(text)}


@pytest.mark.parametrize(
    "text",
    [
        "import torch\ntorch.jit.load('x')",
        "import importlib\nimportlib.import_module()",
        "import importlib\nimportlib.import_module(5)",
        "import os\nos.environ.clear()",
        "exec()",
        "a.b.c.d.e.f.g.h.i.j.k.__subclasses__()",
        "(x + y).__subclasses__()",
    ],
)
def test_calls_that_say_nothing_are_passed(text):
    assert {kind for kind, _, _ in seen(text)} <= {"dynamic-code"}
    assert not {n for _, n, _ in seen(text) if n == "object.__subclasses__"}


def test_calls_into_other_modules_are_bounded():
    text = "from .a import " + ", ".join(f"f{n}" for n in range(9))
    text += "\n" + "".join(f"f{n}()\n" for n in range(9))
    assert len(read(text, max_code_actions=3).calls) == 3


def test_a_hub_calls_whichever_function_of_its_file_it_is_asked_for():
    text = "import os\ndef small():\n    def deep():\n        os.popen('x')\n"
    text += "    os.system('x')\n"
    found = {(a.name, a.when) for a in read(text, path="hubconf.py").actions}
    assert found == {("os.system", "load"), ("os.popen", "call")}
    assert {a.when for a in read(text, path="other.py").actions} == {"call"}


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("import os\ndef setup():\n    os.system('x')", "call"),
        ("import os\ndef load():\n    os.system('x')", "call"),
        ("import os\nclass A:\n    def setup(self):\n        os.system('x')", "load"),
        ("import os\ndef model_fn(folder):\n    os.system('x')", "load"),
        ("import os\ndef __getattr__(name):\n    os.system('x')", "load"),
        ("import os\ndef f():\n    def load():\n        os.system('x')", "call"),
    ],
)
def test_libraries_call_methods_by_name_and_few_functions(text, when):
    assert {a.when for a in read(text).actions} == {when}


@pytest.mark.parametrize("text", ["'\\ud800'", "'x = \\0'", "'x = ('"])
def test_a_text_that_is_run_may_be_no_source(text):
    assert {name for _, name, _ in seen(f"exec({text})")} == {"builtins.exec"}
