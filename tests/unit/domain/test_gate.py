"""Whether a pipeline may go on: unknown is never a yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assay.domain.baseline import Accepted, Comparison
from assay.domain.facts import Content, Gap
from assay.domain.finding import CheckReport, Confidence, Finding, Severity
from assay.domain.gate import GateValue, gate_of
from assay.domain.place import Place
from tests.unit.cli.test_output_streams import assessment

UNREAD = Gap(
    place=Place(path="weights.dat"), content=Content.UNKNOWN, reason="unknown type"
)


def finding(severity, check="content-inspected", path="weights.dat"):
    return Finding(
        check=check,
        rule="r",
        severity=severity,
        confidence=Confidence.HIGH,
        place=Place(path=path),
        message="m",
        remediation="",
    )


def report(*findings, **more):
    return CheckReport(
        check="content-inspected",
        version=1,
        examined=1,
        findings=findings,
        findings_total=len(findings),
    ) if not more else replace(report(*findings), **more)  # fmt: skip


def accepting(*findings):
    entry = Accepted(
        id="f", reason="known", owner="us", expires=date(2027, 1, 1), sha256=None
    )
    return Comparison(accepted={one.id: entry for one in findings})


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (report(), GateValue.PASSES),
        (report(finding(Severity.MEDIUM)), GateValue.PASSES),
        (report(finding(Severity.HIGH)), GateValue.FAILS),
        (report(gaps=(UNREAD,)), GateValue.CANNOT_TELL),
        (report(failure="broke"), GateValue.CANNOT_TELL),
        (report(findings_total=3), GateValue.CANNOT_TELL),
        (report(finding(Severity.HIGH), gaps=(UNREAD,)), GateValue.FAILS),
    ],
)
def test_only_what_was_looked_at_whole_passes(given, value):
    assert gate_of(assessment(given), Severity.HIGH).value is value


def test_what_is_accepted_stops_nobody_and_is_counted():
    grave = finding(Severity.CRITICAL, check="pickle-imports")
    gate = gate_of(assessment(report(grave)), Severity.HIGH, accepting(grave))
    assert gate.value is GateValue.PASSES
    assert (gate.grave, gate.accepted) == (0, 1)


def test_a_file_that_nobody_looked_into_passes_once_somebody_accepts_that():
    unread = finding(Severity.MEDIUM)
    release = assessment(report(unread, gaps=(UNREAD,)))
    assert gate_of(release, Severity.HIGH).unread == 1
    gate = gate_of(release, Severity.HIGH, accepting(unread))
    assert gate.value is GateValue.PASSES


def test_accepting_another_finding_of_the_file_accepts_no_gap():
    other = finding(Severity.MEDIUM, check="content-matches-name")
    release = assessment(report(other, gaps=(UNREAD,)))
    gate = gate_of(release, Severity.HIGH, accepting(other))
    assert gate.value is GateValue.CANNOT_TELL
