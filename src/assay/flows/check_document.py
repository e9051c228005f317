"""The document of `assay check --json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import assay
from assay.crypto.digest import sha256_hex
from assay.domain.facts import Gap
from assay.statement import assessment_payload, claimed
from assay.wire.v0.parts import (
    BurdenPart,
    CheckPart,
    ControlPart,
    FilePart,
    GapPart,
)
from assay.wire.v0.results import (
    BaselinePart,
    CheckDocument,
    CheckedProgrammePart,
    CheckedReleasePart,
    IrregularPart,
    ListedFindingPart,
    RunPart,
)

if TYPE_CHECKING:
    from assay.flows.check import CheckedRelease

__all__ = ["check_document"]


def check_document(checked: CheckedRelease, seconds: float) -> CheckDocument:
    """Make the document of `assay check --json`."""
    assessment, inventory = checked.assessment, checked.inventory
    gaps = [
        fact
        for file in checked.facts.files
        for fact in file.facts
        if isinstance(fact, Gap)
    ]
    payload = assessment_payload(claimed(assessment, checked.programme), inventory)
    return CheckDocument(
        format="assay-check/0",
        release=CheckedReleasePart(
            name=checked.name,
            digest=assessment.release_digest,
            size=inventory.total_size,
            files=tuple(FilePart.of(record) for record in inventory.files),
            irregular=tuple(IrregularPart.of(entry) for entry in inventory.irregular),
            notes=checked.notes,
        ),
        programme=CheckedProgrammePart(
            id=assessment.programme.id,
            version=assessment.programme.version,
            digest=assessment.programme.digest,
            title=checked.programme.title,
            notice=checked.programme.notice,
        ),
        findings=tuple(
            ListedFindingPart.listed(finding, checked.comparison)
            for finding in assessment.findings
        ),
        baseline=None
        if checked.comparison is None
        else BaselinePart.of(checked.comparison),
        controls=tuple(ControlPart.of(result) for result in assessment.controls),
        checks=tuple(CheckPart.of(report) for report in assessment.reports),
        not_inspected=tuple(GapPart.of(gap) for gap in gaps),
        tiers=assessment.tiers,
        burden=BurdenPart.of(assessment.burden),
        assessment_digest=sha256_hex(payload),
        run=RunPart(tool_version=assay.__version__, seconds=round(seconds, 3)),
    )
