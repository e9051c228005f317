"""Files that libraries wrote, as their users do: no check may cry over one."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from assay.assess.check import CheckSubject
from assay.assess.registry import by_id
from assay.assess.runner import run_check
from assay.domain.finding import Severity
from assay.release import inspect_release

REAL = Path(__file__).parents[2] / "vectors" / "formats" / "real"
FILES = sorted(path.name for path in REAL.iterdir() if path.name != "README.md")
CHECKS = (
    "archives-safe",
    "content-inspected",
    "content-matches-name",
    "native-code",
    "pickle-imports",
    "pickle-sound",
    "safetensors-sound",
)


def loud(name, tmp_path):
    """Give the rules above low, and the gaps, that checks find in one file."""
    shutil.copy(REAL / name, tmp_path / name)
    release = inspect_release(tmp_path)
    subject = CheckSubject(inventory=release.inventory, facts=release.facts)
    found = []
    for check in CHECKS:
        report = run_check(by_id(check), subject)
        assert not report.failure
        found += [
            finding.rule
            for finding in report.findings
            if finding.severity.rank > Severity.LOW.rank
        ]
        found += [gap.reason for gap in report.gaps]
    return found


# Files that are as libraries write them, and yet are rightly told.
TOLD = {"constants.pyc", "py7zr_encrypted.7z"}


@pytest.mark.parametrize("name", [name for name in FILES if name not in TOLD])
def test_a_file_as_libraries_write_it_passes_in_silence(name, tmp_path):
    assert loud(name, tmp_path) == []


def test_compiled_python_is_told_as_such_and_nothing_else(tmp_path):
    assert loud("constants.pyc", tmp_path) == ["python-bytecode"]


def test_an_encrypted_archive_is_told_and_is_a_gap_of_what_looks_inside(tmp_path):
    gap = "the list of members was not read: encrypted"
    found = loud("py7zr_encrypted.7z", tmp_path)
    assert set(found) == {"encrypted-member", "container-not-inspected", gap}
    assert found.count(gap) == len(CHECKS) - 2


def test_every_real_file_says_how_it_was_made_and_is_small():
    text = (REAL / "README.md").read_text()
    rows = re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)
    assert rows == FILES
    assert all((REAL / name).stat().st_size < 20_000 for name in FILES)
