"""What a check saw: where, how severe, how sure, and how to mend it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.domain.facts import Gap, Place

__all__ = [
    "CheckReport",
    "CheckStatus",
    "Confidence",
    "Finding",
    "RuleDescription",
    "Severity",
]


class Severity(StrEnum):
    """How bad it is if the finding is right."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Order for comparing: 4 for critical down to 0 for info."""
        return _RANK[self]


_RANK = {
    Severity.CRITICAL: 4,
    Severity.HIGH: 3,
    Severity.MEDIUM: 2,
    Severity.LOW: 1,
    Severity.INFO: 0,
}


class Confidence(StrEnum):
    """How sure the check is that the finding is right."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a check saw.

    Attributes:
        check: Id of the check.
        rule: Stable id within the check, such as `tensor-overlap`.
        severity: How bad, if right.
        confidence: How sure.
        place: Where.
        message: What was seen, in one sentence; the same for the same bytes.
        gain: What an attacker gains by it, in one sentence.
        remediation: How to mend it.
        references: Ids such as `CWE-502`, `AML.T0010`.
    """

    check: str
    rule: str
    severity: Severity
    confidence: Confidence
    place: Place
    message: str
    remediation: str
    gain: str = ""
    references: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Name the finding, the same in every run and for every reader.

        `f-` and 20 hex characters of a SHA-256 over check, rule, path, member, key and
        message. Line and offset are no part of it, so that a change elsewhere in the
        file leaves it alone; two findings that differ in these alone share it.
        """
        place = self.place
        parts = (self.check, self.rule, place.path, place.member, place.key)
        text = "\0".join(part or "" for part in (*parts, self.message))
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return f"f-{digest[:20]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDescription:
    """One thing that a check may say, for reports that list all of them.

    Attributes:
        check: Id of the check.
        title: What the check establishes.
        rule: Id of the rule within the check.
        summary: What the rule means, one line.
        severity: How bad a finding of it is.
        confidence: How sure, unless the finding says otherwise.
        remediation: How to mend it.
        gain: What an attacker gains by it, in one sentence.
        references: Ids such as `CWE-502`.
    """

    check: str
    title: str
    rule: str
    summary: str
    severity: Severity
    confidence: Confidence
    remediation: str
    gain: str = ""
    references: tuple[str, ...] = ()


class CheckStatus(StrEnum):
    """How a check ended; absence of findings alone never means clean."""

    CLEAN = "clean"
    FINDINGS = "findings"
    INCOMPLETE = "incomplete"
    NOT_APPLICABLE = "not applicable"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What one check looked at and what came of it.

    Attributes:
        check: Id of the check.
        version: Version of the check's rules, from 1.
        examined: Things it looked at (files, streams, templates), 0 or more.
        findings: Bounded by `Limits.max_findings_per_check`, sorted by place.
        findings_total: Number of findings, also those beyond the bound.
        gaps: What it ought to have looked at and did not.
        failure: Why the check itself failed; empty when it ran.
    """

    check: str
    version: int
    examined: int
    findings: tuple[Finding, ...] = ()
    findings_total: int = 0
    gaps: tuple[Gap, ...] = ()
    failure: str = ""

    @property
    def status(self) -> CheckStatus:
        """Failure first, then findings, then gaps, then nothing to look at."""
        if self.failure:
            return CheckStatus.ERROR
        if self.findings:
            return CheckStatus.FINDINGS
        if self.gaps:
            return CheckStatus.INCOMPLETE
        if self.examined == 0:
            return CheckStatus.NOT_APPLICABLE
        return CheckStatus.CLEAN
