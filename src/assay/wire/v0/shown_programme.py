"""What `assay programme --json` writes: all that a programme asks, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from assay.wire.model import JsonModel
from assay.wire.v0.parts import Count, ProgrammePart, Text
from assay.wire.v0.programme import RuleModel, rule_model

if TYPE_CHECKING:
    from assay.domain.programme import Benefit, Control, Programme

__all__ = ["ProblemPart", "ProgrammeDocument", "ShownProgrammePart"]


class ProblemPart(JsonModel):
    """Something wrong with a programme or a log."""

    code: Text
    subject: Text
    message: Text
    remedy: Text


class AreaPart(JsonModel):
    """A group of controls."""

    id: Text
    title: Text


class MappingPart(JsonModel):
    """A control of another framework that asks the same."""

    framework: Text
    version: Text
    id: Text


class ShownControlPart(JsonModel):
    """A control: what it asks, why, of whom, and how it is answered."""

    id: Text
    area: Text
    title: Text
    requirement: Text
    purpose: Text
    how_to_meet: Text
    method: Text
    evidence_class: Annotated[Text, Field(alias="class")]
    checks: tuple[Text, ...]
    fail_at: Text | None
    question: Text
    answered_by: Text
    example: Text
    evidence_required: bool
    not_applicable_allowed: bool
    freshness_days: Count
    mappings: tuple[MappingPart, ...]

    @classmethod
    def of(cls, control: Control) -> ShownControlPart:
        """Write a control."""
        return cls(
            id=control.id,
            area=control.area,
            title=control.title,
            requirement=control.requirement,
            purpose=control.purpose,
            how_to_meet=control.how_to_meet,
            method=control.method.value,
            evidence_class=control.evidence_class.value,
            checks=control.checks,
            fail_at=None if control.fail_at is None else control.fail_at.value,
            question=control.question,
            answered_by=control.answered_by,
            example=control.example,
            evidence_required=control.evidence_required,
            not_applicable_allowed=control.not_applicable_allowed,
            freshness_days=control.freshness_days,
            mappings=tuple(
                MappingPart(framework=m.framework, version=m.version, id=m.id)
                for m in control.mappings
            ),
        )


class ShownTierPart(JsonModel):
    """A tier and every control that it asks for."""

    id: Text
    title: Text
    summary: Text
    controls: tuple[Text, ...]


class ShownBenefitPart(JsonModel):
    """A benefit and the rule that decides, as it stands in the programme file."""

    id: Text
    title: Text
    summary: Text
    grantor: Text
    rule: RuleModel
    max_age_days: Count | None

    @classmethod
    def of(cls, benefit: Benefit) -> ShownBenefitPart:
        """Write a benefit."""
        return cls(
            id=benefit.id,
            title=benefit.title,
            summary=benefit.summary,
            grantor=benefit.grantor,
            rule=rule_model(benefit.rule),
            max_age_days=benefit.max_age_days,
        )


class ShownProgrammePart(ProgrammePart):
    """A programme, whole."""

    title: Text
    notice: Text
    published: Text
    areas: tuple[AreaPart, ...]
    controls: tuple[ShownControlPart, ...]
    tiers: tuple[ShownTierPart, ...]
    benefits: tuple[ShownBenefitPart, ...]
    problems: tuple[ProblemPart, ...]

    @classmethod
    def shown(
        cls, programme: Programme, problems: tuple[ProblemPart, ...]
    ) -> ShownProgrammePart:
        """Write a programme and what is wrong with it."""
        return cls(
            id=programme.ref.id,
            version=programme.ref.version,
            digest=programme.ref.digest,
            title=programme.title,
            notice=programme.notice,
            published=programme.published.isoformat(),
            areas=tuple(AreaPart(id=a.id, title=a.title) for a in programme.areas),
            controls=tuple(ShownControlPart.of(c) for c in programme.controls),
            tiers=tuple(
                ShownTierPart(
                    id=t.id, title=t.title, summary=t.summary, controls=t.controls
                )
                for t in programme.tiers
            ),
            benefits=tuple(ShownBenefitPart.of(b) for b in programme.benefits),
            problems=problems,
        )


class ProgrammeDocument(JsonModel):
    """What `assay programme --json` writes, one entry per programme."""

    format: Literal["assay-programmes/0"]
    programmes: tuple[ShownProgrammePart, ...]
