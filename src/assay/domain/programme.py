"""A programme: a versioned framework as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from assay.domain.finding import Severity

__all__ = [
    "AllOf",
    "AnswerMethod",
    "AnyOf",
    "Area",
    "Benefit",
    "Control",
    "ControlMet",
    "EvidenceClass",
    "Mapping",
    "Programme",
    "ProgrammeRef",
    "Rule",
    "Tier",
    "TierReached",
]


class EvidenceClass(StrEnum):
    """How a result is known, from the weakest to the strongest.

    `declared`: a named role of the developer says so. `observed`: a probe of a
    running system, at a time, from a place. `reproducible`: a check that anyone with
    the files can repeat. `independent`: an assessor other than the developer says so.
    """

    DECLARED = "declared"
    OBSERVED = "observed"
    REPRODUCIBLE = "reproducible"
    INDEPENDENT = "independent"


class AnswerMethod(StrEnum):
    """What answers a control."""

    CHECKS = "checks"
    DECLARATION = "declaration"
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mapping:
    """A control of another framework that asks the same, pinned to its version."""

    framework: str
    version: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A group of controls."""

    id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One requirement of a programme.

    Attributes:
        id: Stable id within the programme, such as `rel-1`.
        area: Id of its area.
        title: A few words.
        requirement: What must be so, in one or two sentences.
        purpose: Why it is asked.
        how_to_meet: What to do.
        method: What answers it.
        evidence_class: The class that an answer by this method has.
        checks: Ids of the checks that answer it; for `checks` only.
        fail_at: Findings of this severity or above mean `not met`.
        freshness_days: Days after which an answer is stale, 1 or more.
        question: What is asked of people; for `declaration` and `review`.
        answered_by: Role that should answer; for `declaration` and `review`.
        example: An example of a good answer.
        evidence_required: Whether `met` needs an evidence file.
        not_applicable_allowed: Whether people may answer `not applicable`.
        mappings: The same requirement elsewhere.
    """

    id: str
    area: str
    title: str
    requirement: str
    purpose: str
    how_to_meet: str
    method: AnswerMethod
    evidence_class: EvidenceClass
    checks: tuple[str, ...] = ()
    fail_at: Severity | None = None
    freshness_days: int
    question: str = ""
    answered_by: str = ""
    example: str = ""
    evidence_required: bool = False
    not_applicable_allowed: bool = True
    mappings: tuple[Mapping, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A named level: the controls that must be met for it.

    Attributes:
        id: Stable id.
        title: A few words.
        summary: What it tells a buyer.
        controls: Ids of the controls that it asks for, those of lower tiers included.
    """

    id: str
    title: str
    summary: str
    controls: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlMet:
    """Rule: a control is met, freshly, and known in one of these ways."""

    control: str
    classes: tuple[EvidenceClass, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TierReached:
    """Rule: every control of a tier is met, freshly."""

    tier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """Rule: every rule in it holds."""

    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """Rule: at least one rule in it holds."""

    rules: tuple[Rule, ...]


# The whole vocabulary. It has no negation, so a result that turns from unknown or
# not met to met can never make a supplier less eligible.
Rule = ControlMet | TierReached | AllOf | AnyOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """What a buyer or office could give, and the rule that decides.

    Attributes:
        id: Stable id.
        title: A few words.
        summary: What it is, and that it is an example where it is one.
        grantor: Who could adopt it.
        rule: What decides.
        max_age_days: Days since sealing beyond which nothing counts; or None.
    """

    id: str
    title: str
    summary: str
    grantor: str
    rule: Rule
    max_age_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ProgrammeRef:
    """Which programme, exactly.

    Attributes:
        id: Such as `eo14409`.
        version: Such as `0.1.0`.
        digest: Hex SHA-256 of the programme's file, 64 characters.
    """

    id: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A framework at one version.

    Attributes:
        ref: Id, version and digest.
        title: Its name.
        notice: What must stand on every page that shows it.
        published: Date of this version.
        areas: In the order in which people read them.
        controls: In the order of the file.
        tiers: From the lowest to the highest.
        benefits: In the order of the file.
    """

    ref: ProgrammeRef
    title: str
    notice: str
    published: date
    areas: tuple[Area, ...]
    controls: tuple[Control, ...]
    tiers: tuple[Tier, ...]
    benefits: tuple[Benefit, ...]

    def control(self, control_id: str) -> Control:
        """Give the control with this id.

        Raises:
            KeyError: There is none.
        """
        for control in self.controls:
            if control.id == control_id:
                return control
        raise KeyError(control_id)
