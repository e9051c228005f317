"""Run checks: bound, sort and deduplicate what they say, survive what they throw."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.assess.check import finding_order, gap_order, shown
from assay.domain.credentials import redact
from assay.domain.finding import CheckReport

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.assess.check import Check, CheckSubject
    from assay.domain.facts import Place

__all__ = ["run_check", "run_checks"]

# Addresses in memory differ between two runs of the same program.
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


def run_checks(
    checks: Iterable[Check], subject: CheckSubject
) -> tuple[CheckReport, ...]:
    """Run checks in the order given, each on its own.

    A check that fails does not stop the others: its report says so.
    """
    return tuple(run_check(check, subject) for check in checks)


def run_check(check: Check, subject: CheckSubject) -> CheckReport:
    """Run one check and give its report, sorted, deduplicated and bounded."""
    try:
        report = check.run(subject)
    except Exception as error:  # noqa: BLE001 - a broken check is an outcome, `error`
        return _failed(check, subject, f"{type(error).__name__}: {error}")
    if (report.check, report.version) != (check.id, check.version):
        said = f"{report.check} version {report.version}"
        return _failed(check, subject, f"the report is that of another check, {said}")
    return _tidied(report, subject)


def _failed(check: Check, subject: CheckSubject, why: str) -> CheckReport:
    failure = shown(_ADDRESS.sub("0x…", why), subject.limits)
    return CheckReport(
        check=check.id, version=check.version, examined=0, failure=failure
    )


def _tidied(report: CheckReport, subject: CheckSubject) -> CheckReport:
    bound = subject.limits.max_findings_per_check
    # Once more for all, whatever a check put together: reports are signed.
    told = {
        replace(
            finding,
            message=redact(finding.message),
            place=_without_secrets(finding.place),
        )
        for finding in report.findings
    }
    left = {
        replace(
            gap,
            reason=redact(gap.reason),
            place=_without_secrets(gap.place),
            # Weighed by the checks; what is reported has no place for it.
            bound="",
        )
        for gap in report.gaps
    }
    findings = sorted(told, key=finding_order)
    # A list that must be cut loses its mildest findings, not the last files' ones.
    worst = sorted(findings, key=lambda finding: -finding.severity.rank)[:bound]
    gaps = sorted(left, key=gap_order)
    return replace(
        report,
        findings=tuple(sorted(worst, key=finding_order)),
        findings_total=len(findings),
        gaps=tuple(gaps[:bound]),
    )


def _without_secrets(place: Place) -> Place:
    """Redact what files say of themselves; the path is the file's identity."""
    if place.member is None and place.key is None:
        return place
    return replace(
        place,
        member=None if place.member is None else redact(place.member),
        key=None if place.key is None else redact(place.key),
    )
