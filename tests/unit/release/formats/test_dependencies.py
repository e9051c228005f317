# ruff: noqa: ISC004 # files stand as people write them
from __future__ import annotations

from dataclasses import replace

import pytest

from assay.domain.facts import DependencyFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource


def read(text: str, path: str = "requirements.txt", **bounds: int) -> DependencyFacts:
    facts = inspect_source(
        BytesSource(text.encode()),
        path=path,
        executable_bit=False,
        limits=replace(DEFAULT_LIMITS, **bounds),
        paths=frozenset({path}),
    ).facts
    (found,) = (fact for fact in facts if isinstance(fact, DependencyFacts))
    return found


# In two parts: no file of the project names a package index to use.
INDEX = "index-" + "url"
HASH = "ab" * 32
COMMIT = "0a" * 20


@pytest.mark.parametrize(
    ("line", "name", "pinned", "hashed", "source", "option"),
    [
        ("torch", "torch", False, False, "", ""),
        ("torch==2.4.0", "torch", True, False, "", ""),
        ("torch === 2.4.0 ; python_version > '3'", "torch", True, False, "", ""),
        ("torch==2.*", "torch", False, False, "", ""),
        ("torch>=2,<3  # why", "torch", False, False, "", ""),
        ("Py_Yaml.X[a,b]~=1", "py-yaml-x", False, False, "", ""),
        (f"a==1 --hash=sha256:{HASH}", "a", True, True, "", ""),
        (f"a \\\n --hash=sha256:{HASH}", "a", True, True, "", ""),
        ("a @ https://b/c.whl", "a", False, False, "https://b/c.whl", ""),
        (f"https://b/c.whl#sha256={HASH}", "", True, True,
         f"https://b/c.whl#sha256={HASH}", ""),
        (f"git+https://b/c@{COMMIT}#egg=c", "", True, False,
         f"git+https://b/c@{COMMIT}#egg=c", ""),
        ("git+ssh://git@b/c.git@main", "", False, False,
         "git+ssh://git@b/c.git@main", ""),
        ("-e ../x", "", False, False, "../x", "--editable"),
        ("./x.whl", "", False, False, "./x.whl", ""),
        ("-i https://b/c", "", False, False, "https://b/c", "--index-url"),
        ("-ihttps://b/c", "", False, False, "https://b/c", "--index-url"),
        (f"--extra-{INDEX}=https://b", "", False, False, "https://b",
         "--extra-index-url"),
        ("--trusted-host b", "", False, False, "b", "--trusted-host"),
        ("--pre", "", False, False, "", "--pre"),
    ],
)  # fmt: skip
def test_a_line_is_read_as_pip_reads_it(line, name, pinned, hashed, source, option):
    (found,) = read(line + "\n").requirements
    assert (found.name, found.pinned, found.hashed) == (name, pinned, hashed)
    assert (found.source, found.option) == (source, option)
    assert found.place.line == 1


@pytest.mark.parametrize("line", ["", "# x", "==1", "a b c", "@@", "-"])
def test_what_is_no_requirement_is_left_out(line):
    assert read(line + "\n").requirements == ()


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("environment.yml",
         "name: a\nchannels:\n- https://b/c\n- d\ndependencies:\n- e=1.2=py\n"
         f"- f::g\n- h>1\n- pip:\n  - i==1\n  - --{INDEX} https://j\n",
         [f"--{INDEX} https://b/c", "e==1.2", "g", "h>1", "i==1",
          f"--{INDEX} https://j"]),
        ("pyproject.toml",
         "[project]\ndependencies = [\"a==1\",\n 'b @ https://c/d',  # [\n]\n"
         "description = \"x\"\n[project.optional-dependencies]\ne = ['f']\n",
         ["a==1", "b @ https://c/d", "f"]),
        ("pyproject.toml",
         "[build-system]\nrequires = ['a']\nbackend-path = ['.']\n[tool.uv]\n"
         f"{INDEX} = 'https://b'\n[tool.uv.sources]\nc = {{ git = 'https://d', "
         "rev = 'e' }\n[[tool.poetry.source]]\nurl = 'https://f'\n",
         ["a", "--backend-path .", f"--extra-{INDEX} https://b",
          "c @ git+https://d@e", f"--extra-{INDEX} https://f"]),
        ("Pipfile",
         "[packages]\na = '*'\nb = '==1'\nc = {path = '../d'}\n"
         "e = {version = '==2'}\npython = '3'\n",
         ["a", "b==1", "../d", "e==2"]),
        ("setup.cfg",
         "[metadata]\nurl = http://a\n[options]\ninstall_requires =\n  b\n  c==1\n"
         "[options.extras_require]\nd =\n  e\n", ["b", "c==1"]),
        ("pip.conf", f"[global]\n{INDEX} = https://a\ntrusted-host = b\n",
         [f"--{INDEX} https://a", "--trusted-host b"]),
        ("uv.lock",
         "source = { registry = 'https://a/b' }\nsource = { registry = 'https://a/c' }"
         "\nsource = { git = 'https://d/e?rev=f' }\n", ["--lock-source https://a/b"]),
    ],
)  # fmt: skip
def test_each_tool_has_its_own_form(path, text, expected):
    assert [found.text for found in read(text, path).requirements] == expected


def test_too_much_is_a_problem():
    long = read("a\n" * 100, max_code_bytes=64)
    assert [problem.kind for problem in long.problems] == ["too-long"]
    many = read("a\n" * 100, max_requirements=5)
    assert [problem.kind for problem in many.problems] == ["too-many"]
    assert len(many.requirements) == 5
    wide = read("a" * 70_000 + "\nb\n")
    assert [problem.kind for problem in wide.problems] == ["too-long"]
    assert wide.problems[0].place.line == 1


def test_options_and_addresses_are_listed_behind_any_crowd():
    told = read(
        "a\n" * 100 + f"--{INDEX} https://a\nb @ https://c/d.whl\n", max_requirements=5
    )
    assert [found.text for found in told.requirements[5:]] == [
        f"--{INDEX} https://a",
        "b @ https://c/d.whl",
    ]


@pytest.mark.parametrize(
    "line",
    [" " * 9000 + "b==1", "a==1 ;" + " " * 9000 + "x", "b" + "\t" * 9000 + "==1"],
)
def test_blanks_put_nothing_out_of_sight(line):
    found = read(line + "\n")
    assert len(found.requirements) == 1
    assert found.requirements[0].pinned
    assert not found.problems


def test_a_long_list_on_one_line_is_read():
    names = [f"p{number}==1" for number in range(2000)]
    text = "[project]\ndependencies = [" + ", ".join(f"'{n}'" for n in names) + "]\n"
    found = read(text, "pyproject.toml")
    assert [wanted.text for wanted in found.requirements] == names
