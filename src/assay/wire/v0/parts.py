"""Parts that several documents share: places, findings, checks, controls, files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import FailFast, Field

from assay.domain.assessment import Burden, ControlResult, Outcome
from assay.domain.finding import CheckReport, Confidence, Finding, Severity
from assay.domain.place import Content, Gap, Place
from assay.domain.programme import EvidenceClass, ProgrammeRef
from assay.domain.release import FileRecord
from assay.errors import DocumentError
from assay.wire.model import JsonModel
from assay.wire.v0.instant import DATE, read_date

if TYPE_CHECKING:
    from assay.domain.verdict import Reason

__all__ = [
    "BurdenPart",
    "CheckPart",
    "ControlPart",
    "Count",
    "FilePart",
    "FindingPart",
    "GapPart",
    "Hex256",
    "ProgrammePart",
    "ReasonPart",
    "Text",
]

Hex256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
# RFC 8785 carries whole numbers below 2^53 exactly (I-JSON, RFC 7493 section 2.2).
Count = Annotated[int, Field(ge=0, lt=2**53)]
Text = Annotated[str, Field(max_length=100_000)]

_Severity = Literal["critical", "high", "medium", "low", "info"]
_Confidence = Literal["high", "medium", "low"]
_Outcome = Literal["met", "not met", "not applicable", "not assessed", "error"]
_Class = Literal["declared", "observed", "reproducible", "independent"]


class FilePart(JsonModel):
    """One file of a release."""

    path: Annotated[str, Field(min_length=1, max_length=4096)]
    size: Count
    sha256: Hex256

    @classmethod
    def of(cls, record: FileRecord) -> FilePart:
        """Write a file record."""
        return cls(path=record.path, size=record.size, sha256=record.sha256)

    def to_domain(self) -> FileRecord:
        """Read a file record."""
        return FileRecord(path=self.path, size=self.size, sha256=self.sha256)


class ProgrammePart(JsonModel):
    """Which programme, exactly."""

    id: Annotated[str, Field(min_length=1, max_length=100)]
    version: Annotated[str, Field(min_length=1, max_length=100)]
    digest: Hex256

    @classmethod
    def of(cls, ref: ProgrammeRef) -> ProgrammePart:
        """Write a reference to a programme."""
        return cls(id=ref.id, version=ref.version, digest=ref.digest)

    def to_domain(self) -> ProgrammeRef:
        """Read a reference to a programme."""
        return ProgrammeRef(id=self.id, version=self.version, digest=self.digest)


class _Placed(JsonModel):
    """Fields that say where something is."""

    path: Text
    member: Text | None = None
    offset: Count | None = None
    line: Count | None = None
    key: Text | None = None
    opcode: Count | None = None
    inner_line: Count | None = None

    def place(self) -> Place:
        """Read the place."""
        return Place(
            path=self.path,
            member=self.member,
            offset=self.offset,
            line=self.line,
            key=self.key,
            opcode=self.opcode,
            inner_line=self.inner_line,
        )


class FindingPart(_Placed):
    """One thing that a check saw."""

    check: Text
    rule: Text
    severity: _Severity
    confidence: _Confidence
    message: Text
    gain: Text
    remediation: Text
    references: tuple[Text, ...]

    @classmethod
    def of(cls, finding: Finding) -> FindingPart:
        """Write a finding."""
        place = finding.place
        return cls(
            check=finding.check,
            rule=finding.rule,
            severity=finding.severity.value,
            confidence=finding.confidence.value,
            path=place.path,
            member=place.member,
            offset=place.offset,
            line=place.line,
            key=place.key,
            opcode=place.opcode,
            inner_line=place.inner_line,
            message=finding.message,
            gain=finding.gain,
            remediation=finding.remediation,
            references=finding.references,
        )

    def to_domain(self) -> Finding:
        """Read a finding."""
        return Finding(
            check=self.check,
            rule=self.rule,
            severity=Severity(self.severity),
            confidence=Confidence(self.confidence),
            place=self.place(),
            message=self.message,
            gain=self.gain,
            remediation=self.remediation,
            references=self.references,
        )


class GapPart(_Placed):
    """Something that was there and was not looked at."""

    reason: Text
    content: Text

    @classmethod
    def of(cls, gap: Gap) -> GapPart:
        """Write a gap."""
        place = gap.place
        return cls(
            path=place.path,
            member=place.member,
            offset=place.offset,
            line=place.line,
            key=place.key,
            opcode=place.opcode,
            inner_line=place.inner_line,
            reason=gap.reason,
            content=gap.content.value,
        )

    def to_domain(self) -> Gap:
        """Read a gap; a type that this version does not know becomes `unknown`."""
        known = self.content in {content.value for content in Content}
        return Gap(
            place=self.place(),
            reason=self.reason,
            content=Content(self.content) if known else Content.UNKNOWN,
        )


class CheckPart(JsonModel):
    """What one check looked at and what came of it."""

    id: Text
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    status: Literal["clean", "findings", "incomplete", "not applicable", "error"]
    examined: Count
    findings: Annotated[tuple[FindingPart, ...], FailFast()]
    findings_total: Count
    gaps: Annotated[tuple[GapPart, ...], FailFast()]
    failure: Text

    @classmethod
    def of(cls, report: CheckReport) -> CheckPart:
        """Write a check's report."""
        return cls(
            id=report.check,
            version=report.version,
            status=report.status.value,
            examined=report.examined,
            findings=tuple(FindingPart.of(finding) for finding in report.findings),
            findings_total=report.findings_total,
            gaps=tuple(GapPart.of(gap) for gap in report.gaps),
            failure=report.failure,
        )

    def to_domain(self) -> CheckReport:
        """Read a check's report.

        Its status is worked out anew; one that says something else would show one
        thing to people and another to programs.

        Raises:
            DocumentError: `document.check-report`.
        """
        report = CheckReport(
            check=self.id,
            version=self.version,
            examined=self.examined,
            findings=tuple(part.to_domain() for part in self.findings),
            findings_total=self.findings_total,
            gaps=tuple(part.to_domain() for part in self.gaps),
            failure=self.failure,
        )
        strays = {finding.check for finding in report.findings} - {self.id}
        if (
            report.status.value != self.status
            or strays
            or self.findings_total < len(self.findings)
        ):
            raise DocumentError(
                "check-report",
                f"The report of check {self.id[:100]} contradicts itself.",
                expected=f"status {report.status.value}, a total of at least "
                f"{len(self.findings)}, findings of this check only",
                found=f"status {self.status}, a total of {self.findings_total}, "
                f"{len(strays)} other checks",
            )
        return report


class ControlPart(JsonModel):
    """The outcome of one control."""

    id: Text
    outcome: _Outcome
    evidence_class: Annotated[_Class, Field(alias="class")]
    reason: Text
    collected: Annotated[str, Field(pattern=DATE)] | None = None
    evidence: tuple[Hex256, ...]

    @classmethod
    def of(cls, result: ControlResult) -> Self:
        """Write a control's outcome."""
        collected = result.collected
        return cls.model_validate(
            {
                "id": result.control,
                "outcome": result.outcome.value,
                "class": result.evidence_class.value,
                "reason": result.reason,
                "collected": None if collected is None else collected.isoformat(),
                "evidence": result.evidence,
            }
        )

    def to_domain(self) -> ControlResult:
        """Read a control's outcome.

        Raises:
            DocumentError: `document.bad-instant`.
        """
        return ControlResult(
            control=self.id,
            outcome=Outcome(self.outcome),
            evidence_class=EvidenceClass(self.evidence_class),
            reason=self.reason,
            collected=None if self.collected is None else read_date(self.collected),
            evidence=self.evidence,
        )


class BurdenPart(JsonModel):
    """What an assessment asked of people."""

    controls: Count
    by_machine: Count
    asked: Count
    answered: Count
    for_reviewers: Count

    @classmethod
    def of(cls, burden: Burden) -> Self:
        """Write the burden."""
        return cls.model_validate(
            {
                "controls": burden.controls,
                "by_machine": burden.by_machine,
                "asked": burden.asked,
                "answered": burden.answered,
                "for_reviewers": burden.for_reviewers,
            }
        )

    def to_domain(self) -> Burden:
        """Read the burden."""
        return Burden(
            controls=self.controls,
            by_machine=self.by_machine,
            asked=self.asked,
            answered=self.answered,
            for_reviewers=self.for_reviewers,
        )


class ReasonPart(JsonModel):
    """One reason behind a verdict or a decision."""

    code: Text
    message: Text
    subject: Text
    holds: bool
    remedy: Text = ""

    @classmethod
    def of(cls, reason: Reason) -> ReasonPart:
        """Write a reason."""
        return cls(
            code=reason.code,
            message=reason.message,
            subject=reason.subject,
            holds=reason.holds,
            remedy=reason.remedy,
        )
