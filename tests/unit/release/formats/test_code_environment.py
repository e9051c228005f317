"""What is put into the environment, and by which ways."""

from __future__ import annotations

import pytest

from tests.unit.release.formats.test_code_actions import read

_START = "import os\nfrom os import environ\n"


def switches(text: str) -> list[str]:
    actions = read(_START + text).actions
    return [a.detail for a in actions if a.kind == "safeguard"]


@pytest.mark.parametrize(
    "text",
    [
        "os.environ['LD_PRELOAD'] = 'x'",
        "os.environ.update(LD_PRELOAD='x')",
        "os.environ.update({'A': '1', 'LD_PRELOAD': 'x'})",
        "os.environ.update({**{'LD_PRELOAD': 'x'}})",
        "os.environ.update(**{'LD_PRELOAD': 'x'})",
        "os.environ.update(dict(LD_PRELOAD='x'))",
        "os.environ.update([('LD_PRELOAD', 'x'), 1])",
        "T = {'LD_PRELOAD': 'x'}\nos.environ.update(T)",
        "T = {'LD_PRELOAD': 'x'}\nos.environ.update(**T)",
        "os.environ.update({'A': 1} | {'LD_PRELOAD': 'x'})",
        "os.environ |= {'LD_PRELOAD': 'x'}",
        f"os.environ.update({dict.fromkeys(range(99))} | {{'LD_PRELOAD': 'x'}})",
        "os.environ.update("
        + "".join(f"a{i}=1, " for i in range(99))
        + "LD_PRELOAD='x')",
        "environ |= {'LD_PRELOAD': 'x'}",
        "os.environ.setdefault('LD_PRELOAD', 'x')",
        "os.environ.__setitem__('LD_PRELOAD', 'x')",
        "os.putenv('LD_PRELOAD', 'x')",
        "key = 'LD_' + 'PRELOAD'\nos.environ[key] = 'x'",
    ],
)
def test_a_variable_that_runs_what_it_names_is_told_however_it_is_set(text):
    assert switches(text) == ["LD_PRELOAD=x"]


@pytest.mark.parametrize(
    "text",
    [
        "os.environ.update(OMP_NUM_THREADS='1', **more)",
        "os.environ.update(os.environ)",
        "os.environ.update(unknown)",
        "os.environ.setdefault('LD_PRELOAD')",
        "x = {}\nx |= {'LD_PRELOAD': 'x'}",
        "x = {}\nx.update(LD_PRELOAD='x')",
        "count = 0\ncount += 1",
        "os.environ.pop('LD_PRELOAD', None)",
        "os.environ['TOKENIZERS_PARALLELISM'] = 'false'",
    ],
)
def test_other_variables_and_other_tables_are_not(text):
    assert switches(text) == []


def test_long_tables_that_are_named_often_are_bounded():
    table = ", ".join(f"'k{i}': 'v'" for i in range(20_000))
    assert not read(f"import os\nos.environ.update({{{table}}})").problems
    text = f"import os\nE = {{{table}}}\n" + "os.environ.update(E)\n" * 1_000
    assert [p.kind for p in read(text).problems] == ["too-many"]
