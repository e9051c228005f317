from __future__ import annotations

import pytest

from assay.assess.checks.entries_bound import CHECK
from assay.domain.finding import CheckStatus, Severity
from assay.domain.release import Irregular, IrregularKind
from tests.unit.assess.subjects import file, run


def test_regular_files_alone_are_clean():
    assert run(CHECK, file("a.bin")).status is CheckStatus.CLEAN


@pytest.mark.parametrize(
    ("kind", "rule", "severity"),
    [
        (IrregularKind.SYMLINK_OUTSIDE, "link-outside", Severity.HIGH),
        (IrregularKind.SYMLINK_INSIDE, "link-inside", Severity.MEDIUM),
        (IrregularKind.SYMLINK_BROKEN, "link-broken", Severity.MEDIUM),
        (IrregularKind.SPECIAL_FILE, "special-file", Severity.HIGH),
        (IrregularKind.VERSION_CONTROL, "version-control", Severity.INFO),
    ],
)
def test_each_kind_of_entry_has_a_rule(kind, rule, severity):
    entry = Irregular(path="x", kind=kind, detail="/etc/shadow")
    report = run(CHECK, file("a.bin"), irregular=[entry])
    (finding,) = report.findings
    assert (finding.rule, finding.severity) == (rule, severity)
    assert "(/etc/shadow)" in finding.message
    assert report.examined == 2


def test_every_kind_is_covered():
    assert len(CHECK.rules) == len(IrregularKind)


def test_an_entry_without_detail_is_told_without_brackets():
    entry = Irregular(path=".git", kind=IrregularKind.VERSION_CONTROL)
    (finding,) = run(CHECK, file("a.bin"), irregular=[entry]).findings
    assert "(" not in finding.message
