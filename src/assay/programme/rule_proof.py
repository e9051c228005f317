"""What a benefit's rule must satisfy: existing names, reachable, monotone, shallow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.domain.programme import AllOf, AnyOf, ControlMet, EvidenceClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.limits import Limits
    from assay.domain.programme import Programme, Rule, TierReached

__all__ = ["Named", "RuleFault", "faults_of", "named_in"]

# From the weakest to the strongest, as the enumeration says.
_CLASSES = tuple(EvidenceClass)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFault:
    """What is wrong with a rule; `what` completes `The rule of benefit b …`."""

    code: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Ids of the controls and tiers that a rule names."""

    controls: frozenset[str]
    tiers: frozenset[str]


def faults_of(rule: Rule, programme: Programme, limits: Limits) -> Iterator[RuleFault]:
    """List what is wrong with a rule.

    Since the vocabulary has no negation, a rule can be satisfied if each of its
    leaves can, and grows with its leaves; so leaves are all there is to judge.

    Args:
        rule: The rule of one benefit.
        programme: What it may name.
        limits: The bound on its depth.
    """
    pending: list[tuple[Rule, int]] = [(rule, 1)]
    while pending:
        part, depth = pending.pop()
        if depth > limits.max_rule_depth:
            yield RuleFault(
                code="rule-too-deep",
                what=f"is nested more than {limits.max_rule_depth} levels deep",
                remedy="say the same with fewer levels",
            )
            return
        if isinstance(part, AllOf | AnyOf):
            if not part.rules:
                yield RuleFault(
                    code="rule-empty",
                    what="has a list without any rule in it",
                    remedy="remove the list, or fill it",
                )
            pending.extend((inner, depth + 1) for inner in reversed(part.rules))
        elif isinstance(part, ControlMet):
            yield from _of_control(part, programme)
        else:
            yield from _of_tier(part, programme)


def named_in(rule: Rule) -> Named:
    """Collect the controls and tiers that a rule names."""
    controls: set[str] = set()
    tiers: set[str] = set()
    pending: list[Rule] = [rule]
    while pending:
        part = pending.pop()
        if isinstance(part, AllOf | AnyOf):
            pending.extend(part.rules)
        elif isinstance(part, ControlMet):
            controls.add(part.control)
        else:
            tiers.add(part.tier)
    return Named(controls=frozenset(controls), tiers=frozenset(tiers))


def _of_control(rule: ControlMet, programme: Programme) -> Iterator[RuleFault]:
    control = next((c for c in programme.controls if c.id == rule.control), None)
    if control is None:
        yield RuleFault(
            code="dangling-id",
            what=f"names control {rule.control!r}, which does not exist",
            remedy="correct the id, or add the control",
        )
        return
    # An assessor may confirm any control, whatever answers it at first.
    attainable = {control.evidence_class, EvidenceClass.INDEPENDENT}
    if not attainable & set(rule.classes):
        yield RuleFault(
            code="rule-unreachable",
            what=f"asks of control {rule.control!r} a class that no answer to it has",
            remedy=f"add one of: {', '.join(sorted(attainable))}",
        )
        return
    weakest = min(_CLASSES.index(known) for known in rule.classes)
    refused = [known for known in _CLASSES[weakest:] if known not in rule.classes]
    if refused:
        yield RuleFault(
            code="rule-not-monotone",
            what=f"accepts control {rule.control!r} as {_CLASSES[weakest].value!r} but"
            f" not on stronger evidence: {', '.join(refused)}",
            remedy="list every class from the weakest accepted to independent",
        )


def _of_tier(rule: TierReached, programme: Programme) -> Iterator[RuleFault]:
    if all(tier.id != rule.tier for tier in programme.tiers):
        yield RuleFault(
            code="dangling-id",
            what=f"names tier {rule.tier!r}, which does not exist",
            remedy="correct the id, or add the tier",
        )
