# ruff: noqa: E501, ISC004, RUF001 # sources stand as people write them
from __future__ import annotations

from dataclasses import replace

import pytest

from assay.domain.facts import CodeFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource

PATH = "modeling_x.py"


def read(text: str | bytes, path: str = PATH, paths=(), **bounds: int) -> CodeFacts:
    data = text.encode() if isinstance(text, str) else text
    facts = inspect_source(
        BytesSource(data),
        path=path,
        executable_bit=False,
        limits=replace(DEFAULT_LIMITS, **bounds),
        paths=frozenset({path, *paths}),
    ).facts
    (code,) = (fact for fact in facts if isinstance(fact, CodeFacts))
    return code


def seen(text: str, **more) -> set[tuple[str, str, str]]:
    return {(a.kind, a.name, a.when) for a in read(text, **more).actions}


SYSTEM = ("process", "os.system", "import")


@pytest.mark.parametrize(
    "text",
    [
        "import os\nos.system('x')",
        "import os as o\no.system('x')",
        "import os.path\nos.system('x')",
        "from os import system as s\ns('x')",
        "from os import *\nsystem('x')",
        "__import__('os').system('x')",
        "import importlib\nimportlib.import_module('o' + 's').system('x')",
        "import os\ngetattr(os, 'sys' 'tem')('x')",
        "import os\ngetattr(os, '%s%s' % ('sys', 'tem'))('x')",
        "import os\ngetattr(os, '{}{}'.format('sys', 'tem'))('x')",
        "import os\ngetattr(os, f'{\"sys\"}tem')('x')",
        "import os\ngetattr(os, 'metsys'[::-1])('x')",
        "import os\ngetattr(os, ''.join(reversed('metsys')))('x')",
        "import os\ngetattr(os, ''.join(['sys', 'tem']))('x')",
        "import os\ngetattr(os, 'SYSTEM'.lower())('x')",
        "import os\ngetattr(os, 'zyztem'.replace('z', 's'))('x')",
        "import os\ngetattr(os, b'c3lzdGVt'.decode())('x')\nos.system('x')",
        "import os, base64\ngetattr(os, base64.b64decode('c3lzdGVt').decode())('x')",
        "import os\ngetattr(os, bytes([115, 121, 115, 116, 101, 109]).decode())('x')",
        "import os\ngetattr(os, ''.join(map(chr, [115, 121, 115, 116, 101, 109])))('x')",
        "import os\ngetattr(os, ''.join(chr(c - 1) for c in "
        "[116, 122, 116, 117, 102, 110]))('x')",
        "import os\nn = 'sys'\nn += 'tem'\ngetattr(os, n)('x')",
        "import os\nfor f in [os.system]:\n    f('x')",
        "import os\na, b = os.system, 1\na('x')",
        "import os\nclass A:\n    run = os.system\nA.run('x')",
        "import os\nclass A:\n    def __init__(self):\n        self.r = os.system\n"
        "        self.r('x')\nA()",
        "import os\ndef f(c=os.system):\n    c('x')\nf()",
        "import os\ndef f():\n    return os.system\nf()('x')",
        "import os\n(os.system if os else None)('x')",
        "import os\n(None or os.system)('x')",
        "import os\n[os.system][0]('x')",
        "import os\n{'a': os.system}['a']('x')",
        "import os\nvars(os)['system']('x')",
        "import os\nos.__dict__['system']('x')",
        "import sys\nsys.modules['os'].system('x')",
        "import os, operator\noperator.attrgetter('system')(os)('x')",
        "import os, operator\noperator.methodcaller('system', 'x')(os)",
        "import os, functools\nfunctools.partial(os.system, 'x')()",
        "import os\nglobals()['os'].system('x')",
        "(o := __import__('os')).system('x')",
        "exec('import os; os.system(1)')",
        "eval(\"__import__('os').system('x')\")",
        "import base64, zlib\nexec(zlib.decompress(base64.b64decode("
        "'eJzLzC3ILypRyC+2zi/WK64sLknN1VAyVNIEAG6aB+4=')))\nimport os\nos.system('x')",
        "import os\n@os.system\ndef f(): ...",
        "import os\ndef d(f):\n    return f()\n@d\ndef g():\n    os.system('x')",
        "import os\ndef f(a: os.system('x')): ...",
        "import os\nclass A(os.system('x')): ...",
        "import os\nclass A(metaclass=os.system): ...",
        "import os\nclass M(type):\n    def __new__(c, *a):\n        os.system('x')\n"
        "class A(metaclass=M): ...",
        "import os\nclass B:\n    def __init_subclass__(c):\n        os.system('x')\n"
        "class A(B): ...",
        "import os\nclass A:\n    def __class_getitem__(c, k):\n        os.system('x')\n"
        "A[0]",
        "import os\nclass A:\n    def __add__(s, o):\n        os.system('x')\nA() + 1",
        "import os\nclass A:\n    def __call__(s):\n        os.system('x')\nA()()",
        "import os\nclass B:\n    def go(s):\n        os.system('x')\n"
        "class A(B): ...\nA().go()",
        "import os, threading\ndef f():\n    os.system('x')\n"
        "threading.Thread(target=f).start()",
        "import os\ntry:\n    pass\nfinally:\n    os.system('x')",
        "import os\nasync def f():\n    os.system('x')\nimport asyncio\nasyncio.run(f())",
        "import os\nlist(map(os.system, ['x']))",
    ],
)
def test_a_program_started_on_import_is_seen_whatever_it_is_called(text):
    assert SYSTEM in seen(text)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("import os\nclass A:\n    def __init__(s):\n        os.system(1)", "load"),
        ("import os\ndef f():\n    os.system(1)\nclass A:\n"
         "    def from_pretrained(s):\n        f()", "load"),
        ("import os\nclass A:\n    def forward(s):\n        os.system(1)", "use"),
        ("import os\nclass A:\n    def other(s):\n        os.system(1)", "call"),
        ("import os\nif __name__ == '__main__':\n    os.system(1)", "call"),
        ("import os\nif '__main__' == __name__:\n    pass\nelse:\n    os.system(1)",
         "import"),
        ("from __future__ import annotations\nimport os\ndef f(a: os.system(1)): ...",
         "import"),
    ],
)  # fmt: skip
def test_when_it_runs_depends_on_where_it_stands(text, when):
    found = {w for kind, name, w in seen(text) if name == "os.system"}
    assert found == {when}


@pytest.mark.parametrize(
    "text",
    [
        "def f(exec, open):\n    exec('x')",
        "class A:\n    def system(self):\n        self.system()\n",
        "import re\nre.compile('a').match('b')",
        "import torch\ntorch.load('x', weights_only=True)",
        "import numpy\nnumpy.load('x')",
        "import yaml\nyaml.load('x', Loader=yaml.SafeLoader)",
        "import os\nos.path.join('a', 'b')\nos.environ['A'] = 'b'",
        "isinstance(1, __import__('types').FunctionType)",
        "class A: ...\nA.__subclasses__()",
    ],
)
def test_what_is_harmless_is_no_action(text):
    kinds = {kind for kind, _, _ in seen(text)}
    assert kinds <= {"environment"}


@pytest.mark.parametrize(
    ("text", "kind", "detail"),
    [
        ("open('a', 'w')", "file-write", "a, w"),
        ("open('a')", "file-read", "a"),
        ("open('a', mode='ab')", "file-write", "a, mode=ab"),
        ("import pathlib\npathlib.Path('a').open('w')", "file-write", "a, w"),
        ("import pathlib\npathlib.Path('a').write_text('b')", "file-write", "a, b"),
        ("import os\nos.remove('a')", "file-delete", "a"),
        ("import os\nos.environ['A']", "environment", "A"),
        ("import os\nos.environ.get('A')", "environment", "A"),
        ("import os\nos.getenv('A' + 'B')", "environment", "AB"),
        ("import os\nprint(os.environ)", "environment", ""),
        ("import os\nos.environ.copy()", "environment", ""),
        ("import requests\nrequests.Session().post('u')", "network", "u"),
        ("import requests\nrequests.get(f'https://{x}/a')", "network", "https://…/a"),
        ("import socket\nsocket.socket().connect(('h', 1))", "network", "h 1"),
        ("import ctypes\nctypes.CDLL('a')", "native", "a"),
        ("import ctypes\nctypes.windll.kernel32.VirtualAlloc()", "native", ""),
        ("import numpy\nnumpy.load('x', allow_pickle=True)", "deserialise",
         "x, allow_pickle=True"),
        ("import torch\ntorch.load('x')", "deserialise", "x"),
        ("import pip\npip.main(['install'])", "install", "install"),
        ("x.__builtins__", "dynamic-code", ""),
        ("f.__globals__['__builtins__']", "dynamic-code", ""),
        ("object.__subclasses__()", "dynamic-code", ""),
        ("().__class__.__base__.__subclasses__()", "dynamic-code", ""),
        ("import importlib\nimportlib.import_module(x)", "dynamic-code", "…"),
        ("import os\ngetattr(os, x)()", "obfuscation", "a name that is worked out"),
        ("import subprocess\nsubprocess.run(['a', x, 'b'])", "process", "a … b"),
        ("import subprocess\nc = ['a', x]\nsubprocess.run(c)", "process", "a …"),
        ("import os\nos.popen('a %s' % x)", "process", "a %s…"),
        ("import os\nos.popen('a b'.format(x))", "process", "a b"),
        ("import base64\nexec(base64.b64decode(x))", "obfuscation",
         "runs what it decodes"),
        ("import base64\ny = base64.b64decode(x)\nexec(y)", "obfuscation",
         "runs what it decodes"),
    ],
)  # fmt: skip
def test_actions_are_named_with_what_they_are_given(text, kind, detail):
    found = {(a.kind, a.detail) for a in read(text).actions}
    assert (kind, detail) in found


def test_scopes_lines_and_imports_are_stated():
    code = read(
        "import torch.nn\nfrom .a import b\n\nclass A:\n    def f(self):\n        exec(1)\n"
    )
    (action,) = code.actions
    assert (action.scope, action.place.line) == ("A.f", 6)
    assert code.imports == (".a", "torch.nn")
    assert not code.problems


def test_calls_into_other_files_of_the_release_are_stated():
    text = "from .a import b\nfrom c import d\nimport e\nb()\nd()\ne.f()\n"
    code = read(text, paths=("c.py",))
    assert code.calls == ((".a.b", "import"), ("c.d", "import"))
    inside = read("import g\ng.h()\n", path="m/x.py", paths=("m/g.py",))
    assert inside.calls == (("g.h", "import"),)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("print 'x'", "python-syntax"),
        ("x = (", "python-syntax"),
        ("(" * 95 + ")" * 95, "too-deep"),
        ("x = 1" + " + 1" * 900, "too-deep"),
        ("x = " + "-" * 900 + "1", "too-deep"),
        ("a;" * 200_000, "too-long"),
        ("if x: pass\n" + "elif x: pass\n" * 5_000, "too-deep"),
    ],
)
def test_what_cannot_be_parsed_is_a_problem_and_still_searched(text, kind):
    code = read(text + "\nimport os\nos.system('x')\n")
    assert [problem.kind for problem in code.problems] == [kind]
    assert ("process", "os.system") in {(a.kind, a.name) for a in code.actions}


def test_a_source_longer_than_the_bound_is_searched_by_words():
    code = read("import os\nos.system('x')\n" + "#" * 100, max_code_bytes=64)
    assert [problem.kind for problem in code.problems] == ["too-long"]
    assert [a.name for a in code.actions] == ["os.system"]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("from os import (system as s, path)\ns('x')", "os.system"),
        ("import os as o; o.popen('x')", "os.popen"),
        ("exec 'x'", "builtins.exec"),
        ("eval(x)", "builtins.eval"),
        ("__import__('os').system('x')", "os.system"),
        ("    eval(x)", "builtins.eval"),
    ],
)
def test_words_show_calls_where_nothing_is_parsed(line, name):
    code = read(f"print 'broken'\n# os.system(1)\n{line}\n")
    assert name in {a.name for a in code.actions}
    assert "os.system" in {a.name for a in code.actions} or name != "os.system"


def test_a_source_that_costs_too_much_is_a_problem():
    code = read("import os\n" + "os.path.join('a' + 'b')\n" * 100, max_code_folds=50)
    assert [problem.kind for problem in code.problems] == ["too-many"]


def test_the_most_telling_actions_are_kept():
    text = "open('a')\n" * 50 + "import os\nos.system('x')\n"
    code = read(text, max_code_actions=3)
    assert len(code.actions) == 3
    assert code.actions[-1].name == "os.system"


def test_texts_that_are_run_are_looked_into_to_a_bound():
    text = "print(1)"
    for _ in range(7):
        text = f"exec({text!r})"
    assert "many layers" in {a.detail for a in read(text).actions}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("x = '\u202e'\n", "direction-control"),
        ("x = '" + "\ufe0f" * 9 + "'\n", "invisible-characters"),
        ("\uff45\uff58\uff45\uff43('1')\n", "look-alike"),
        ("x = 1" + " " * 200 + "; y = 2\n", "far-right"),
    ],
)
def test_what_is_hidden_from_the_eye_is_seen(text, name):
    assert name in {a.name for a in read(text).actions if a.kind == "obfuscation"}


@pytest.mark.parametrize(
    "text",
    [
        "ℓ = 1\nσ = 2\n# N² and K¹\n",
        "x = '\u200b'  # one\n",
        "x = 1" + " " * 200 + "# a remark\n",
        "\n" * 20 * 8,
    ],
)
def test_honest_letters_and_remarks_hide_nothing(text):
    assert not read(text).actions


def test_many_hidden_places_are_bounded():
    text = "".join(f"x = '\u202e{n}'\n" for n in range(50)) + "ｅｖａｌ = 1\n" * 50
    assert len(read(text).actions) < 30


@pytest.mark.parametrize(
    "data",
    [
        "# coding: latin-1\nimport os\nos.system('é')\n".encode("latin-1"),
        "\ufeffimport os\nos.system('x')\n".encode(),
        b"# coding: no-such\nimport os\r\nos.system('x')\r\n",
        b"# coding: utf-7\nimport os\ros.system('x')\r",
    ],
)
def test_sources_are_read_in_their_encoding(data):
    assert "os.system" in {a.name for a in read(data).actions}


def test_python_is_read_where_another_type_would_fit_its_first_bytes():
    code = read("GGUF = __import__('os').system('x')\n")
    assert "os.system" in {a.name for a in code.actions}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("run", "#!/usr/bin/env python3\nimport os\nos.system('x')\n"),
        ("a.pth", "import os; os.system('x')\n"),
    ],
)
def test_scripts_and_path_files_are_read_as_python(path, text):
    assert "os.system" in {a.name for a in read(text, path=path).actions}


@pytest.mark.parametrize(
    ("path", "when"),
    [("setup.py", "load"), ("custom_generate/generate.py", "load"), ("a.py", "call")],
)
def test_functions_are_loaded_where_a_file_is_for_that(path, when):
    text = (
        "import os\ndef generate():\n    os.system(1)\n"
        "class A:\n    def run(s):\n        os.system(2)\n"
    )
    assert when in {a.when for a in read(text, path=path).actions}
