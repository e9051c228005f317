"""A programme file: one TOML document, written by whoever runs the programme."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from assay.domain.finding import Severity
from assay.domain.programme import (
    AllOf,
    AnswerMethod,
    AnyOf,
    Area,
    Benefit,
    Control,
    ControlMet,
    EvidenceClass,
    Mapping,
    Programme,
    ProgrammeRef,
    Tier,
    TierReached,
)
from assay.wire.model import WireModel

if TYPE_CHECKING:
    from assay.domain.programme import Rule

__all__ = [
    "PATTERN_WORDS",
    "Identifier",
    "ProgrammeModel",
    "RuleModel",
    "Text",
    "Version",
    "WrittenText",
    "rule_model",
]

# Ids stand in file names, addresses and command lines.
_IDENTIFIER = r"^[a-z0-9]+([.-][a-z0-9]+)*$"
_VERSION = r"^[0-9]+(\.[0-9]+){1,2}$"
Identifier = Annotated[str, StringConstraints(pattern=_IDENTIFIER, max_length=64)]
Version = Annotated[str, StringConstraints(pattern=_VERSION, max_length=32)]
# Text for people. Control characters are refused: they reach terminals.
_CONTROL = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
_TEXT = rf"^[^{_CONTROL}]*$"
_WRITTEN = rf"^[^{_CONTROL}]*[^{_CONTROL}\s][^{_CONTROL}]*$"
Text = Annotated[str, StringConstraints(pattern=_TEXT, max_length=10_000)]
WrittenText = Annotated[str, StringConstraints(pattern=_WRITTEN, max_length=10_000)]
PATTERN_WORDS: Final = {
    _IDENTIFIER: "an id: lower-case letters and digits, joined by - or ., like rel-1",
    _VERSION: "a version of two or three numbers, such as 1.0 or 0.1.0",
    _TEXT: "text without control characters",
    _WRITTEN: "text that is not empty, without control characters",
}
ClassName = Literal["declared", "observed", "reproducible", "independent"]


class MappingModel(WireModel):
    """A control of another framework, pinned to a version."""

    framework: WrittenText
    version: WrittenText
    id: WrittenText

    def to_domain(self) -> Mapping:
        """Turn it into the noun."""
        return Mapping(framework=self.framework, version=self.version, id=self.id)


class AreaModel(WireModel):
    """A group of controls."""

    id: Identifier
    title: WrittenText

    def to_domain(self) -> Area:
        """Turn it into the noun."""
        return Area(id=self.id, title=self.title)


class ControlModel(WireModel):
    """One requirement."""

    id: Identifier
    area: Identifier
    title: WrittenText
    requirement: WrittenText
    purpose: WrittenText
    how_to_meet: WrittenText
    method: Literal["checks", "declaration", "review"]
    evidence_class: ClassName
    checks: tuple[Identifier, ...] = ()
    fail_at: Literal["critical", "high", "medium", "low", "info"] | None = None
    freshness_days: int
    question: Text = ""
    answered_by: Text = ""
    example: Text = ""
    evidence_required: bool = False
    not_applicable_allowed: bool = True
    mappings: tuple[MappingModel, ...] = ()

    def to_domain(self) -> Control:
        """Turn it into the noun."""
        return Control(
            id=self.id,
            area=self.area,
            title=self.title,
            requirement=self.requirement,
            purpose=self.purpose,
            how_to_meet=self.how_to_meet,
            method=AnswerMethod(self.method),
            evidence_class=EvidenceClass(self.evidence_class),
            checks=self.checks,
            fail_at=None if self.fail_at is None else Severity(self.fail_at),
            freshness_days=self.freshness_days,
            question=self.question,
            answered_by=self.answered_by,
            example=self.example,
            evidence_required=self.evidence_required,
            not_applicable_allowed=self.not_applicable_allowed,
            mappings=tuple(mapping.to_domain() for mapping in self.mappings),
        )


class TierModel(WireModel):
    """A named level, with every control that it asks for."""

    id: Identifier
    title: WrittenText
    summary: WrittenText
    controls: tuple[Identifier, ...] = Field(min_length=1)

    def to_domain(self) -> Tier:
        """Turn it into the noun."""
        return Tier(
            id=self.id, title=self.title, summary=self.summary, controls=self.controls
        )


class AllModel(WireModel):
    """Every rule in it holds."""

    all: tuple[RuleModel, ...] = Field(min_length=1)

    def to_domain(self) -> Rule:
        """Turn it into the noun."""
        return AllOf(rules=tuple(rule.to_domain() for rule in self.all))


class AnyModel(WireModel):
    """At least one rule in it holds."""

    any: tuple[RuleModel, ...] = Field(min_length=1)

    def to_domain(self) -> Rule:
        """Turn it into the noun."""
        return AnyOf(rules=tuple(rule.to_domain() for rule in self.any))


class ControlRuleModel(WireModel):
    """A control is met, freshly, and known in one of these ways."""

    control: Identifier
    classes: tuple[ClassName, ...] = Field(min_length=1)

    def to_domain(self) -> Rule:
        """Turn it into the noun, the classes from the weakest to the strongest."""
        return ControlMet(
            control=self.control,
            classes=tuple(known for known in EvidenceClass if known in self.classes),
        )


class TierRuleModel(WireModel):
    """Every control of a tier is met, freshly."""

    tier: Identifier

    def to_domain(self) -> Rule:
        """Turn it into the noun."""
        return TierReached(tier=self.tier)


def _kind_of_rule(value: Any) -> str | None:  # noqa: ANN401 - untrusted TOML
    """Tell the kind of a rule by the one key that names it, also of a model."""
    keys = type(value).model_fields if isinstance(value, WireModel) else value
    if not isinstance(keys, dict):
        return None
    return next((key for key in ("all", "any", "control", "tier") if key in keys), None)


RuleModel = Annotated[
    Annotated[AllModel, Tag("all")]
    | Annotated[AnyModel, Tag("any")]
    | Annotated[ControlRuleModel, Tag("control")]
    | Annotated[TierRuleModel, Tag("tier")],
    Discriminator(
        _kind_of_rule,
        custom_error_type="rule",
        custom_error_message="A rule is one of: all, any, control with classes, tier",
    ),
]


def rule_model(rule: Rule) -> AllModel | AnyModel | ControlRuleModel | TierRuleModel:
    """Write a rule as it stands in a programme file."""
    if isinstance(rule, AllOf):
        return AllModel(all=tuple(rule_model(part) for part in rule.rules))
    if isinstance(rule, AnyOf):
        return AnyModel(any=tuple(rule_model(part) for part in rule.rules))
    if isinstance(rule, ControlMet):
        return ControlRuleModel(
            control=rule.control, classes=tuple(known.value for known in rule.classes)
        )
    return TierRuleModel(tier=rule.tier)


class BenefitModel(WireModel):
    """What a buyer or office could give, and the rule that decides."""

    id: Identifier
    title: WrittenText
    summary: WrittenText
    grantor: WrittenText
    rule: RuleModel
    max_age_days: int | None = None

    def to_domain(self) -> Benefit:
        """Turn it into the noun."""
        return Benefit(
            id=self.id,
            title=self.title,
            summary=self.summary,
            grantor=self.grantor,
            rule=self.rule.to_domain(),
            max_age_days=self.max_age_days,
        )


class ProgrammeModel(WireModel):
    """The whole file."""

    described_in: ClassVar[str] = "docs/formats/programme.md"
    pattern_words: ClassVar[dict[str, str]] = PATTERN_WORDS

    format: Literal["assay-programme/0"]
    id: Identifier
    version: Version
    title: WrittenText
    notice: WrittenText
    published: date
    areas: tuple[AreaModel, ...] = Field(min_length=1, alias="area")
    controls: tuple[ControlModel, ...] = Field(min_length=1, alias="control")
    tiers: tuple[TierModel, ...] = Field(min_length=1, alias="tier")
    benefits: tuple[BenefitModel, ...] = Field(min_length=1, alias="benefit")

    def to_domain(self, *, digest: str) -> Programme:
        """Turn it into the noun.

        Args:
            digest: Hex SHA-256 of the file's exact bytes.
        """
        return Programme(
            ref=ProgrammeRef(id=self.id, version=self.version, digest=digest),
            title=self.title,
            notice=self.notice,
            published=self.published,
            areas=tuple(area.to_domain() for area in self.areas),
            controls=tuple(control.to_domain() for control in self.controls),
            tiers=tuple(tier.to_domain() for tier in self.tiers),
            benefits=tuple(benefit.to_domain() for benefit in self.benefits),
        )


AllModel.model_rebuild()
AnyModel.model_rebuild()
