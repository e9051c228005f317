"""Every code that the source can give has its section, and every section its code."""

from __future__ import annotations

import ast
import re

import pytest

from tests.gates.error_codes import (
    REASON_FAMILIES,
    collect,
    collected_from_source,
    families_of,
)
from tests.gates.project import ROOT, read, source_trees

PAGES = ROOT / "docs" / "errors"
FAMILIES = {"LogError": "log", "ReleaseError": "release"}


def _codes(source):
    found = collect({"m": ast.parse(source)}, FAMILIES)
    return set(found.codes), found.unresolved


def _sections(family):
    page = PAGES / f"{family}.md"
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    return re.findall(r"^## (\S+)$", text, flags=re.MULTILINE)


def _families():
    trees = source_trees()
    errors = next(t for p, t in trees.items() if p.as_posix() == "src/assay/errors.py")
    return {*families_of(errors).values(), *REASON_FAMILIES} - {"assay"}


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        ("raise LogError('busy', 'x')", {"log.busy"}),
        ("raise errors.LogError(code='busy')", {"log.busy"}),
        ("LogError('a' if x else 'b', 'x')", {"log.a", "log.b"}),
        (
            "def _no(code, text): return LogError(code, text)\nraise _no('busy', 'x')",
            {"log.busy"},
        ),
        (
            """
def _inner(what, code): raise LogError(code, what)
def _outer(code): _inner('x', code)
_outer(code='busy')
""",
            {"log.busy"},
        ),
        (
            """
class A:
    def no(self, code): raise LogError(code, '')
    def f(self): self.no('busy')
""",
            {"log.busy"},
        ),
        (
            "def _leaf(code): return Reason(code=f'decide.{code}')\n_leaf('stale')",
            {"decide.stale"},
        ),
        (
            "def no(what): raise LogError(f'repeated-{what}', '')\nno('entry')",
            {"log.repeated-entry"},
        ),
        (
            "for code, n in (('a', 1), ('b', 2)): raise LogError(code, '')",
            {"log.a", "log.b"},
        ),
        ("Reason(code='log.busy')", {"log.busy"}),
        ("_holds('log.fine', 'x')", {"log.fine"}),
        ("RuleFault(code='rule-empty')", {"programme.rule-empty"}),
        ("AuditProblem(code=error.code)", set()),
        ('"""log.busy"""\nx = "log.example.com"', set()),
    ],
)
def test_codes_are_found_however_they_are_made(source, codes):
    assert _codes(source) == (codes, set())


def test_codes_are_followed_from_one_module_to_another():
    trees = {
        "a": ast.parse("def no(error, code): return LogError(code, '')"),
        "b": ast.parse("from a import no\nraise no(error, 'busy')"),
        "c": ast.parse("def no(text): return text\nno('idle')"),
    }
    found = collect(trees, FAMILIES)
    assert (found.codes, found.unresolved) == ({"log.busy": {"b"}}, set())


def test_a_code_that_cannot_be_followed_is_reported():
    assert _codes("raise LogError(f(x), 'x')")[1] == {"m:1: f(x)"}


def test_every_code_of_the_source_can_be_followed():
    unclear = collected_from_source().unresolved
    assert not unclear, "\n".join(sorted(unclear))


def test_every_code_has_a_section():
    written = {code for family in _families() for code in _sections(family)}
    found = collected_from_source().codes
    lacking = [f"{c}: {sorted(m)}" for c, m in found.items() if c not in written]
    assert not lacking, "\n".join(sorted(lacking))


def test_every_section_has_a_code():
    found = collected_from_source().codes
    assert [
        code
        for family in _families()
        for code in _sections(family)
        if code not in found
    ] == []


@pytest.mark.parametrize("family", sorted(_families()))
def test_the_sections_of_a_family_are_sorted_and_its_own(family):
    sections = _sections(family)
    assert sections == sorted(set(sections))
    assert all(code.startswith(f"{family}.") for code in sections)


def test_the_index_names_every_family_and_no_other():
    linked = re.findall(r"\(errors/([a-z]+)\.md\)", read("docs/errors.md"))
    assert sorted(linked) == sorted(_families())
    assert {page.stem for page in PAGES.glob("*.md")} == _families()
