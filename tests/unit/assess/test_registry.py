from __future__ import annotations

import re
from pathlib import Path

import pytest

from assay.assess import checks
from assay.assess.check import CheckSubject
from assay.assess.registry import CHECKS, by_id
from assay.assess.runner import run_check
from assay.domain.finding import CheckStatus, Severity
from assay.errors import UsageError
from assay.release.inspect import inspect_release
from tests.vectors.checks.generate import VECTORS, build

ROOT = Path(__file__).parents[3]
VECTOR_ROOT = ROOT / "tests/vectors/checks"
ATLAS = ROOT.parent / "shared/data/atlas/ATLAS.yaml"
ATLAS_ID = re.compile(r"id: (AML\.T\d{4}(?:\.\d{3})?)$", re.MULTILINE)
ROW = re.compile(r"^\| `([a-z-]+)` \| (\w+) \| (\w+) \| (.+) \|$", re.MULTILINE)
# The OWASP list of 2026 has ten entries.
OWASP = {f"LLM{number:02}:2026" for number in range(1, 11)}

# Checks that always have something to look at, and why.
ALWAYS_APPLICABLE = {
    "content-inspected": "every file may have been passed over",
    "content-matches-name": "every file has a name",
    "entries-bound": "every directory has entries",
    "licence-declared": "every release needs a licence",
    "model-card": "every release needs a card",
    "native-code": "every file may be a program",
    "pickle-free": "every file may be a pickle",
    "provenance-declared": "every release was made of something",
}
# Checks whose findings are all mild, by design: what they see is no attack.
MILD = {
    "licence-declared",
    "model-card",
    "pickle-free",
    "pinned-references",
    "provenance-declared",
}

CASES = [(check, case) for check in sorted(VECTORS) for case in sorted(VECTORS[check])]


def names_of_modules() -> set[str]:
    return {
        path.stem
        for path in Path(checks.__file__).parent.glob("*.py")
        if path.stem != "__init__"
    }


def test_the_five_artefacts_of_every_check_have_the_same_names():
    registered = {check.id.replace("-", "_") for check in CHECKS}
    tests = {
        path.stem.removeprefix("test_")
        for path in (Path(__file__).parent / "checks").glob("test_*.py")
    }
    pages = {
        path.stem.replace("-", "_") for path in (ROOT / "docs/checks").glob("*.md")
    }
    folders = {path.name for path in VECTOR_ROOT.iterdir() if path.is_dir()}
    assert registered == names_of_modules()
    assert registered == tests
    assert registered == pages
    assert registered == folders - {"__pycache__"}


def test_ids_are_unique_and_kebab_case():
    ids = [check.id for check in CHECKS]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in ids)


def test_a_check_is_found_by_its_id():
    for check in CHECKS:
        assert by_id(check.id) is check


def test_an_unknown_check_is_refused_with_the_list_of_those_there_are():
    with pytest.raises(UsageError) as caught:
        by_id("no-such-check")
    assert caught.value.code == "usage.unknown-check"
    assert "pickle-imports" in caught.value.expected


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_the_page_of_a_check_lists_exactly_its_rules(check):
    text = (ROOT / f"docs/checks/{check.id}.md").read_text()
    rows = re.findall(
        r"^\| `([a-z-]+)` \| (\w+) \| (\w+) \| (.+) \|$", text, re.MULTILINE
    )
    assert rows == [
        (rule.id, rule.severity, rule.confidence, rule.summary) for rule in check.rules
    ]
    assert check.title in text
    assert f"Version {check.version}." in text


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_every_rule_says_what_to_do_and_what_is_gained(check):
    assert check.version >= 1
    assert "\n" not in check.title
    ids = [rule.id for rule in check.rules]
    assert len(ids) == len(set(ids))
    for rule in check.rules:
        assert rule.summary
        assert not rule.summary.endswith(".")
        assert rule.remediation.endswith(".")
        assert re.fullmatch(r"[A-Z].{10,}\.", rule.gain), rule.id
        if rule.severity.rank >= Severity.HIGH.rank:
            assert rule.references


def test_references_have_a_known_form():
    references = {
        name for check in CHECKS for rule in check.rules for name in rule.references
    }
    for name in references:
        assert name in OWASP or re.fullmatch(
            r"CWE-\d+|CVE-\d{4}-\d{4,}|AML\.T\d{4}(\.\d{3})?", name
        ), name


@pytest.mark.skipif(not ATLAS.exists(), reason="the copy of MITRE ATLAS is not here")
def test_references_to_atlas_exist():
    known = set(
        re.findall(r"id: (AML\.T\d{4}(?:\.\d{3})?)$", ATLAS.read_text(), re.MULTILINE)
    )
    for check in CHECKS:
        for rule in check.rules:
            for name in rule.references:
                assert name in known or not name.startswith("AML."), name


def test_every_check_has_its_cases():
    for check in CHECKS:
        expected = {"met", "unmet", "not_applicable", "malformed"}
        if check.id in ALWAYS_APPLICABLE:
            expected.remove("not_applicable")
        assert set(VECTORS[check.id.replace("-", "_")]) == expected


@pytest.mark.parametrize(("check", "case"), CASES)
def test_what_is_committed_is_what_the_generator_writes(check, case, tmp_path):
    build(check, case, tmp_path, committed_only=True)
    committed = VECTOR_ROOT / check / case
    assert contents(committed) == contents(tmp_path)


def test_nothing_else_lies_among_the_vectors():
    folders = {
        (path.parent.name, path.name)
        for path in VECTOR_ROOT.glob("*/*")
        if path.is_dir()
    }
    assert folders == set(CASES)


def contents(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(("check", "case"), CASES)
def test_a_release_is_judged_as_its_folder_says(check, case, tmp_path):
    root = tmp_path / "release"
    root.mkdir()
    build(check, case, root)
    release = inspect_release(root)
    judge = by_id(check.replace("_", "-"))
    report = run_check(
        judge, CheckSubject(inventory=release.inventory, facts=release.facts)
    )
    if case == "met":
        assert report.status is CheckStatus.CLEAN, report
    elif case == "not_applicable":
        assert report.status is CheckStatus.NOT_APPLICABLE, report
    elif case == "malformed":
        assert report.status in {CheckStatus.FINDINGS, CheckStatus.INCOMPLETE}
    else:
        assert report.status is CheckStatus.FINDINGS
        worst = max(finding.severity.rank for finding in report.findings)
        assert worst >= Severity.MEDIUM.rank or judge.id in MILD


@pytest.mark.parametrize(("check", "case"), CASES)
def test_no_check_fails_on_any_release(check, case, tmp_path):
    root = tmp_path / "release"
    root.mkdir()
    build(check, case, root)
    release = inspect_release(root)
    subject = CheckSubject(inventory=release.inventory, facts=release.facts)
    first = [run_check(judge, subject) for judge in CHECKS]
    assert not [report.failure for report in first if report.failure]
    assert first == [run_check(judge, subject) for judge in CHECKS]
    for report in first:
        ids = {rule.id for rule in by_id(report.check).rules}
        assert {finding.rule for finding in report.findings} <= ids
