"""Rules of benefits, decided in three values.

Kleene's strong three-valued logic: `no < unknown < yes`, all of is the least of its
parts, any of the greatest. What each leaf comes to:

| the control is                        | `ControlMet` | in `TierReached`          |
|---------------------------------------|--------------|---------------------------|
| met, fresh, known in an accepted way  | yes          | yes (any way will do)     |
| met, known in a weaker way only       | unknown      | yes; unknown when stale   |
| met in an accepted way, but stale     | unknown      | unknown                   |
| not met                               | no           | no                        |
| not applicable, and it may be         | no           | yes; unknown when stale   |
| not applicable, and it may not be     | no           | no                        |
| not assessed, or the check failed     | unknown      | unknown                   |
| withheld                              | unknown      | unknown                   |

A rule that asks for a control by name wants it met, so `not applicable` is no answer
to it: somebody looked, and what the buyer wants is not there. `unknown` is kept for
where nobody looked in the way that was asked for, or looked too long ago. Since there
is no negation, a control that becomes met in any way, or fresh, never makes the whole
worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from assay.domain.assessment import Outcome
from assay.domain.programme import AllOf, AnyOf, ControlMet
from assay.domain.verdict import Reason
from assay.errors import ProgrammeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.domain.programme import (
        Control,
        EvidenceClass,
        Programme,
        Rule,
        TierReached,
    )

__all__ = ["ControlState", "RuleResult", "Truth", "controls_named", "evaluate"]


class Truth(StrEnum):
    """Whether a rule holds."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """Order for comparing: 0 for no, 1 for unknown, 2 for yes."""
        return _RANK[self]


_RANK = {Truth.NO: 0, Truth.UNKNOWN: 1, Truth.YES: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlState:
    """What is proven of one control at the instant of the decision.

    Attributes:
        outcome: What came of it.
        evidence_class: How that is known.
        fresh: Whether the answer is young enough at that instant.
        detail: More for people, such as the age; one sentence, or empty.
        reviewed: What was signed and what counts by whose word, where assessors'
            words count; one sentence, or empty.
    """

    outcome: Outcome
    evidence_class: EvidenceClass
    fresh: bool
    detail: str = ""
    reviewed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """Whether a rule holds, and what that turned on; never without a reason.

    For a yes these are reasons for it. Otherwise they are all that stands in the way,
    in the order of the rule: in a list of which all must hold also what is unknown
    beside what is not met.
    """

    truth: Truth
    reasons: tuple[Reason, ...]


def evaluate(
    rule: Rule, programme: Programme, state: Callable[[str], ControlState]
) -> RuleResult:
    """Decide a rule.

    Args:
        rule: The rule of a benefit, as deep as `programme` lets one be.
        programme: Where its controls and tiers are defined.
        state: Gives what is proven of a control, by id.

    Raises:
        ProgrammeError: `programme.dangling-id` where the rule names a tier or control
            that does not exist; a programme that was proven has no such rule.
    """
    if isinstance(rule, AllOf):
        return _all([evaluate(part, programme, state) for part in rule.rules])
    if isinstance(rule, AnyOf):
        return _any([evaluate(part, programme, state) for part in rule.rules])
    if isinstance(rule, ControlMet):
        return _control_met(rule, programme, state)
    return _tier_reached(rule, programme, state)


def controls_named(rule: Rule, programme: Programme) -> frozenset[str]:
    """Collect the controls that a rule names, by itself or by a tier."""
    if isinstance(rule, AllOf | AnyOf):
        parts = (controls_named(part, programme) for part in rule.rules)
        return frozenset[str]().union(*parts)
    if isinstance(rule, ControlMet):
        return frozenset((rule.control,))
    tiers = (tier.controls for tier in programme.tiers if tier.id == rule.tier)
    return frozenset[str]().union(*tiers)


def _all(parts: list[RuleResult]) -> RuleResult:
    """Give the least of the parts; nothing at all proves nothing."""
    truth = min((part.truth for part in parts), key=_rank, default=Truth.UNKNOWN)
    kept = [part for part in parts if (part.truth is Truth.YES) is (truth is Truth.YES)]
    return RuleResult(truth=truth, reasons=_reasons(kept))


def _any(parts: list[RuleResult]) -> RuleResult:
    """Give the greatest of the parts; nothing at all proves nothing."""
    truth = max((part.truth for part in parts), key=_rank, default=Truth.UNKNOWN)
    kept = [part for part in parts if part.truth is truth]
    return RuleResult(truth=truth, reasons=_reasons(kept))


def _rank(truth: Truth) -> int:
    return truth.rank


def _reasons(parts: list[RuleResult]) -> tuple[Reason, ...]:
    """Join the reasons, each once, in their order."""
    if not parts:
        return (_reason("empty-rule", "The rule has an empty list in it.", ""),)
    return tuple(dict.fromkeys(reason for part in parts for reason in part.reasons))


def _control_met(
    rule: ControlMet, programme: Programme, state: Callable[[str], ControlState]
) -> RuleResult:
    found = state(rule.control)
    name = f"Control {rule.control!r} ({_control(rule.control, programme).title})"
    if found.outcome is Outcome.NOT_APPLICABLE:
        return _leaf(
            Truth.NO,
            "not-applicable",
            f"{name} does not apply, where the rule asks for it to be met.",
            (rule.control, found.detail),
        )
    if found.outcome is Outcome.MET and found.evidence_class not in rule.classes:
        accepted = " or ".join(known.value for known in rule.classes)
        return _leaf(
            Truth.UNKNOWN,
            "class-too-weak",
            f"{name} is met as {found.evidence_class.value}, where the rule asks for"
            f" {accepted}.",
            (rule.control, found.detail),
        )
    return _unless_in_the_way(rule.control, name, found) or _leaf(
        Truth.YES,
        "control-met",
        f"{name} is met, known as {found.evidence_class.value}.",
        (rule.control, found.detail),
    )


def _tier_reached(
    rule: TierReached, programme: Programme, state: Callable[[str], ControlState]
) -> RuleResult:
    tier = next((tier for tier in programme.tiers if tier.id == rule.tier), None)
    if tier is None:
        raise _dangling("tier", rule.tier)
    obstacles = []
    for control in tier.controls:
        asked = _control(control, programme)
        may_be_void = asked.not_applicable_allowed
        found = state(control)
        name = f"Control {control!r} ({asked.title}) of tier {rule.tier!r}"
        if found.outcome is Outcome.NOT_APPLICABLE and not may_be_void:
            obstacle: RuleResult | None = _leaf(
                Truth.NO,
                "not-applicable",
                f"{name} was answered as not applicable, which it may not be.",
                (control, found.detail),
            )
        else:
            obstacle = _unless_in_the_way(control, name, found)
        if obstacle is not None:
            obstacles.append(obstacle)
    if obstacles:
        return _all(obstacles)
    return _leaf(
        Truth.YES,
        "tier-reached",
        f"Every control of tier {rule.tier!r} ({len(tier.controls)}) is met or does"
        " not apply.",
        (rule.tier, ""),
    )


def _unless_in_the_way(
    control: str, name: str, found: ControlState
) -> RuleResult | None:
    """Tell why a control does not count, or None where it is met (or void) and fresh.

    The class and whether `not applicable` will do are the caller's to judge first.
    """
    subject = (control, found.detail)
    if found.outcome is Outcome.NOT_MET:
        return _leaf(Truth.NO, "not-met", f"{name} is not met.", subject)
    if found.outcome is Outcome.WITHHELD:
        said = f"{name} is withheld by the developer."
        return _leaf(Truth.UNKNOWN, "withheld", said, (control, ""))
    if found.outcome is Outcome.NOT_ASSESSED:
        return _leaf(
            Truth.UNKNOWN, "not-assessed", f"{name} was not assessed.", subject
        )
    if found.outcome is Outcome.ERROR:
        return _leaf(
            Truth.UNKNOWN, "check-error", f"{name}: its check failed.", subject
        )
    if not found.fresh:
        return _leaf(
            Truth.UNKNOWN,
            "stale",
            f"{name} was answered too long ago to count.",
            subject,
        )
    return None


def _leaf(
    truth: Truth, code: str, message: str, subject: tuple[str, str]
) -> RuleResult:
    name, detail = subject
    text = f"{message} {detail}".strip()
    reason = _reason(code, text, name, holds=truth is Truth.YES)
    return RuleResult(truth=truth, reasons=(reason,))


def _reason(code: str, message: str, subject: str, *, holds: bool = False) -> Reason:
    return Reason(code=f"decide.{code}", message=message, subject=subject, holds=holds)


def _control(control: str, programme: Programme) -> Control:
    try:
        return programme.control(control)
    except KeyError as error:
        raise _dangling("control", control) from error


def _dangling(kind: str, name: str) -> ProgrammeError:
    return ProgrammeError(
        "dangling-id",
        f"A rule names {kind} {name!r}, which the programme does not have.",
        remedy="prove the programme with `assay programme check`",
    )
