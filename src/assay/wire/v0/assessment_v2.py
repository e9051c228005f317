"""The assessment predicate v0.2, and the items that its salted digests stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import FailFast, Field

from assay.domain.assessment import ControlResult, Outcome
from assay.domain.disclosure import EvidenceItem, EvidenceKind
from assay.domain.programme import EvidenceClass
from assay.wire.model import JsonModel
from assay.wire.v0.instant import DATE, read_date
from assay.wire.v0.parts import (
    CheckPart,
    Count,
    FilePart,
    FindingPart,
    GapPart,
    Hex256,
    ProgrammePart,
    Text,
)
from assay.wire.v0.statement import ReleasePart, ToolPart

if TYPE_CHECKING:
    from assay.domain.finding import CheckReport
    from assay.domain.programme import ProgrammeRef
    from assay.domain.release import FileRecord, Inventory

__all__ = [
    "AssessmentV02Predicate",
    "ControlItem",
    "EvidenceItemPart",
    "Items",
    "ReportItem",
]

# One for each control and each check of a programme, and far more than those have.
Items = Annotated[tuple[Hex256, ...], Field(max_length=4096)]


class AssessmentV02Predicate(JsonModel):
    """The assessment predicate, `https://assay/assessment/v0.2`.

    `items` are salted digests, sorted, each once: of the result of each control and the
    report of each check, and of nothing where a check gave none. Their number follows
    from the programme alone.
    """

    release: ReleasePart
    programme: ProgrammePart
    tool: ToolPart
    items: Items

    @classmethod
    def of(
        cls,
        inventory: Inventory,
        *,
        release_digest: str,
        programme: ProgrammeRef,
        tool_version: str,
        items: tuple[str, ...],
    ) -> AssessmentV02Predicate:
        """Write what the digests are about, and the digests."""
        return cls(
            release=ReleasePart(
                digest=release_digest,
                files=tuple(FilePart.of(record) for record in inventory.files),
            ),
            programme=ProgrammePart.of(programme),
            tool=ToolPart(name="assay", version=tool_version),
            items=items,
        )

    def files(self) -> tuple[FileRecord, ...]:
        """Read the files that the assessment is about, in the order given."""
        return tuple(part.to_domain() for part in self.release.files)


class EvidenceItemPart(JsonModel):
    """One thing that a control's result rests on."""

    kind: Literal["report", "answer", "file"]
    sha256: Hex256
    collected: Annotated[str, Field(pattern=DATE)] | None = None
    valid_until: Annotated[str, Field(pattern=DATE)] | None = None

    @classmethod
    def of(cls, item: EvidenceItem) -> EvidenceItemPart:
        """Write an item of evidence."""
        collected, until = item.collected, item.valid_until
        return cls(
            kind=item.kind.value,
            sha256=item.sha256,
            collected=None if collected is None else collected.isoformat(),
            valid_until=None if until is None else until.isoformat(),
        )

    def to_domain(self) -> EvidenceItem:
        """Read an item of evidence.

        Raises:
            DocumentError: `document.bad-instant`.
        """
        collected, until = self.collected, self.valid_until
        return EvidenceItem(
            kind=EvidenceKind(self.kind),
            sha256=self.sha256,
            collected=None if collected is None else read_date(collected),
            valid_until=None if until is None else read_date(until),
        )


class ControlItem(JsonModel):
    """The result of one control; its id stands in the disclosure."""

    outcome: Literal["met", "not met", "not applicable", "not assessed", "error"]
    evidence_class: Annotated[
        Literal["declared", "observed", "reproducible", "independent"],
        Field(alias="class"),
    ]
    reason: Text
    evidence: Annotated[tuple[EvidenceItemPart, ...], Field(max_length=4096)]

    @classmethod
    def of(
        cls, result: ControlResult, evidence: tuple[EvidenceItem, ...]
    ) -> ControlItem:
        """Write a result and what it rests on."""
        return cls.model_validate(
            {
                "outcome": result.outcome.value,
                "class": result.evidence_class.value,
                "reason": result.reason,
                "evidence": tuple(EvidenceItemPart.of(item) for item in evidence),
            }
        )

    def to_domain(self, control: str) -> ControlResult:
        """Read the result of a control, without what it rests on."""
        return ControlResult(
            control=control,
            outcome=Outcome(self.outcome),
            evidence_class=EvidenceClass(self.evidence_class),
            reason=self.reason,
        )


class ReportItem(JsonModel):
    """The report of one check; its id stands in the disclosure."""

    version: Annotated[int, Field(ge=1, le=1_000_000)]
    status: Literal["clean", "findings", "incomplete", "not applicable", "error"]
    examined: Count
    findings: Annotated[tuple[FindingPart, ...], FailFast()]
    findings_total: Count
    gaps: Annotated[tuple[GapPart, ...], FailFast()]
    failure: Text

    @classmethod
    def of(cls, report: CheckReport) -> ReportItem:
        """Write a check's report."""
        part = CheckPart.of(report)
        return cls(
            version=part.version,
            status=part.status,
            examined=part.examined,
            findings=part.findings,
            findings_total=part.findings_total,
            gaps=part.gaps,
            failure=part.failure,
        )

    def to_domain(self, check: str) -> CheckReport:
        """Read the report of a check.

        Raises:
            DocumentError: `document.check-report`: it contradicts itself.
        """
        return CheckPart(
            id=check,
            version=self.version,
            status=self.status,
            examined=self.examined,
            findings=self.findings,
            findings_total=self.findings_total,
            gaps=self.gaps,
            failure=self.failure,
        ).to_domain()
