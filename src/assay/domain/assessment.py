"""An assessment: a release's outcome for every control of a programme."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from assay.domain.finding import CheckReport, Finding
    from assay.domain.programme import EvidenceClass, ProgrammeRef

__all__ = ["Assessment", "Burden", "ControlResult", "Outcome"]


class Outcome(StrEnum):
    """What came of a control; there is always a value for `we did not look`.

    `withheld` is what a verifier is left with where the developer shows only a salted
    digest: no assessment gives it, and no statement may say it.
    """

    MET = "met"
    NOT_MET = "not met"
    NOT_APPLICABLE = "not applicable"
    NOT_ASSESSED = "not assessed"
    ERROR = "error"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlResult:
    """The outcome of one control.

    Attributes:
        control: Its id.
        outcome: What came of it.
        evidence_class: How it is known.
        reason: Why, in one sentence.
        collected: Day of a person's answer; None for what the files themselves show.
        evidence: Hex SHA-256 of the evidence files behind it, sorted.
    """

    control: str
    outcome: Outcome
    evidence_class: EvidenceClass
    reason: str
    collected: date | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Burden:
    """What the assessment asked of people, and what the machine took off them.

    Attributes:
        controls: Controls of the programme.
        by_machine: Controls that checks answer.
        asked: Questions for people of the developer.
        answered: Those that they answered; None where some answers are withheld.
        for_reviewers: Controls that only an independent review answers.
    """

    controls: int
    by_machine: int
    asked: int
    answered: int | None
    for_reviewers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What was found about one release under one programme by one tool version.

    It holds no instant of its own making: the same release, programme, declarations
    and tool version give the same assessment, byte for byte.

    Attributes:
        release_digest: Hex SHA-256 of the release.
        files: Number of files in the release.
        total_size: Their bytes.
        programme: Which programme.
        tool_version: Version of Assay that made it.
        controls: One result per control, in the programme's order.
        reports: One report per check that ran, in the registry's order.
        tiers: Ids of the tiers whose every control is met or not applicable.
        burden: What it asked of people.
        tiers_undetermined: Ids of the tiers of which only what is withheld leaves the
            answer open.
    """

    release_digest: str
    files: int
    total_size: int
    programme: ProgrammeRef
    tool_version: str
    controls: tuple[ControlResult, ...]
    reports: tuple[CheckReport, ...]
    tiers: tuple[str, ...]
    burden: Burden
    tiers_undetermined: tuple[str, ...] = ()

    @property
    def withheld(self) -> tuple[str, ...]:
        """Ids of the controls of which only a salted digest was shown."""
        return tuple(
            result.control
            for result in self.controls
            if result.outcome is Outcome.WITHHELD
        )

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, the most severe first, then by check and place."""
        found = (finding for report in self.reports for finding in report.findings)
        return tuple(
            sorted(
                found,
                key=lambda f: (-f.severity.rank, f.check, f.rule, str(f.place)),
            )
        )
