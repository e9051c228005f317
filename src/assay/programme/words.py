"""What a programme asks, in sentences: the same for terminals, pages and documents.

Words of the programme itself (titles, questions) are not touched here; whoever shows
them makes them harmless.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.domain.programme import (
    AllOf,
    AnswerMethod,
    AnyOf,
    ControlMet,
    EvidenceClass,
)

if TYPE_CHECKING:
    from assay.domain.programme import (
        Benefit,
        Control,
        Programme,
        Rule,
        Tier,
        TierReached,
    )

__all__ = [
    "RuleLine",
    "TierSteps",
    "age_words",
    "answer_words",
    "class_words",
    "days_words",
    "freshness_words",
    "mapping_words",
    "rule_lines",
    "rule_words",
    "tier_steps",
]

# From the weakest to the strongest, as the enumeration says.
_CLASSES = tuple(EvidenceClass)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One line of a rule in words, and how deep it is nested; the whole is at 0."""

    depth: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TierSteps:
    """A tier, and the controls that it asks for beyond the tier below it."""

    tier: Tier
    adds: tuple[str, ...]


def days_words(days: int) -> str:
    """Write a number of days."""
    return f"{days} day" if days == 1 else f"{days} days"


def class_words(classes: tuple[EvidenceClass, ...]) -> str:
    """Say how a result may be known: `known as declared or stronger`.

    Args:
        classes: From the weakest to the strongest, as a rule holds them.
    """
    names = [known.value for known in classes]
    strongest = classes == _CLASSES[-len(classes) :]
    if len(classes) > 1 and strongest:
        return f"known as {names[0]} or stronger"
    return "known as " + " or ".join(names)


def rule_lines(rule: Rule, *, mark: str = "`") -> tuple[RuleLine, ...]:
    """Give a rule in words, one line for each part.

    Args:
        rule: The rule of a benefit.
        mark: What stands around ids.
    """
    return _lines(rule, 0, mark)


def _lines(rule: Rule, depth: int, mark: str) -> tuple[RuleLine, ...]:
    if isinstance(rule, AllOf | AnyOf):
        head = "all of:" if isinstance(rule, AllOf) else "at least one of:"
        inner = (line for part in rule.rules for line in _lines(part, depth + 1, mark))
        return (RuleLine(depth=depth, text=head), *inner)
    return (RuleLine(depth=depth, text=_leaf_words(rule, mark)),)


def rule_words(rule: Rule) -> str:
    """Give a rule in one sentence, without a full stop."""
    if isinstance(rule, AllOf | AnyOf):
        head = "all of" if isinstance(rule, AllOf) else "at least one of"
        parts = (
            f"({rule_words(part)})"
            if isinstance(part, AllOf | AnyOf)
            else rule_words(part)
            for part in rule.rules
        )
        return f"{head}: {'; '.join(parts)}"
    return _leaf_words(rule, "`")


def _leaf_words(rule: ControlMet | TierReached, mark: str) -> str:
    if isinstance(rule, ControlMet):
        known = class_words(rule.classes)
        return f"control {mark}{rule.control}{mark} is met, fresh, and {known}"
    return (
        f"tier {mark}{rule.tier}{mark} is reached: each of its controls is met and"
        " fresh, or does not apply where that is allowed"
    )


def age_words(benefit: Benefit) -> str:
    """Say how long a bundle counts for a benefit."""
    if benefit.max_age_days is None:
        return "A bundle of any age counts, as long as its answers are fresh."
    return f"A bundle counts for {days_words(benefit.max_age_days)} after sealing."


def answer_words(control: Control, *, mark: str = "`") -> str:
    """Say what or who answers a control, when it is not met, and how that is known."""
    known = f"known as {control.evidence_class.value}"
    if control.method is AnswerMethod.CHECKS:
        checks = ", ".join(f"{mark}{check}{mark}" for check in control.checks)
        bar = "" if control.fail_at is None else control.fail_at.value
        return (
            f"{'check' if len(control.checks) == 1 else 'checks'} {checks};"
            f" not met on a finding of severity {bar} or above; {known}"
        )
    who = (
        "the developer's"
        if control.method is AnswerMethod.DECLARATION
        else "a review by the"
    )
    evidence = (
        "an evidence file is required for met"
        if control.evidence_required
        else "an evidence file is welcome, not required"
    )
    return f"{who} {control.answered_by}; {evidence}; {known}"


def freshness_words(control: Control) -> str:
    """Say how long an answer counts, and whether it may be `not applicable`."""
    void = "may" if control.not_applicable_allowed else "may not"
    return (
        f"Counts for {days_words(control.freshness_days)};"
        f" {void} be answered as not applicable."
    )


def mapping_words(control: Control) -> str:
    """Name the controls of other frameworks that ask the same, grouped by framework."""
    if not control.mappings:
        return "not compared"
    ids: dict[str, list[str]] = {}
    for mapping in sorted(control.mappings):
        name = f"{mapping.framework} ({mapping.version})"
        ids.setdefault(name, []).append(mapping.id)
    return "; ".join(f"{name} {', '.join(found)}" for name, found in ids.items())


def tier_steps(programme: Programme) -> tuple[TierSteps, ...]:
    """Give the tiers from the lowest to the highest, each with what it adds."""
    steps = []
    lower: frozenset[str] = frozenset()
    for tier in programme.tiers:
        adds = tuple(control for control in tier.controls if control not in lower)
        steps.append(TierSteps(tier=tier, adds=adds))
        lower = frozenset(tier.controls)
    return tuple(steps)
