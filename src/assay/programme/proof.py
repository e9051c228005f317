"""What a programme must satisfy beyond its form, and a list of what it does not.

Each law has a reason: a control that nothing answers can never be met, a tier that
does not contain the one below it ranks suppliers twice, a rule that accepts a weaker
class and not a stronger one punishes whoever brings better evidence.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.programme import AnswerMethod, EvidenceClass
from assay.programme.rule_proof import RuleFault, faults_of, named_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from assay.domain.programme import Control, Programme

__all__ = ["Problem", "prove"]

_CLASS_OF = {
    AnswerMethod.CHECKS: EvidenceClass.REPRODUCIBLE,
    AnswerMethod.DECLARATION: EvidenceClass.DECLARED,
    AnswerMethod.REVIEW: EvidenceClass.INDEPENDENT,
}

# Words that name no version at all.
_MOVING_VERSIONS = frozenset({"any", "current", "latest", "main", "master"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a programme.

    Attributes:
        code: Stable, such as `programme.dangling-id`.
        subject: Id of the area, control, tier or benefit.
        message: One sentence.
        remedy: What its author can do.
    """

    code: str
    subject: str
    message: str
    remedy: str


def prove(
    programme: Programme,
    known_checks: Collection[str] | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Problem, ...]:
    """List everything that is wrong with a programme; nothing when it holds.

    Args:
        programme: What to prove.
        known_checks: Ids of the checks that exist; None to leave them unjudged.
        limits: Bounds on rules and days.
    """
    problems = [*_duplicates(programme)]
    for control in programme.controls:
        problems += _answering(control)
        problems += _days(control.id, control.freshness_days, limits)
        problems += _mappings(control)
        problems += _checks(control, known_checks)
    problems += _areas(programme)
    problems += _tiers(programme)
    problems += _benefits(programme, limits)
    problems += _idle(programme)
    return tuple(problems)


def _problem(code: str, subject: str, message: str, remedy: str) -> Problem:
    return Problem(
        code=f"programme.{code}", subject=subject, message=message, remedy=remedy
    )


def _repeated(ids: Iterable[str]) -> list[str]:
    return sorted(name for name, count in Counter(ids).items() if count > 1)


def _duplicates(programme: Programme) -> Iterator[Problem]:
    groups = {
        "area": (area.id for area in programme.areas),
        "control": (control.id for control in programme.controls),
        "tier": (tier.id for tier in programme.tiers),
        "benefit": (benefit.id for benefit in programme.benefits),
    }
    for kind, ids in groups.items():
        for repeated in _repeated(ids):
            yield _problem(
                "duplicate-id",
                repeated,
                f"Two or more {kind}s have the id {repeated!r}.",
                "give each its own id",
            )


def _answering(control: Control) -> Iterator[Problem]:
    """Every control is answered in exactly one way, and that way is complete."""
    expected = _CLASS_OF[control.method]
    if control.evidence_class is not expected:
        yield _problem(
            "class-mismatch",
            control.id,
            f"Control {control.id!r} is answered by {control.method.value}, which"
            f" gives the class {expected.value!r}, but it says"
            f" {control.evidence_class.value!r}.",
            f"write evidence_class = {expected.value!r}",
        )
    by_checks = {"checks": control.checks, "fail_at": control.fail_at}
    by_people = {
        "question": control.question.strip(),
        "answered_by": control.answered_by.strip(),
        "example": control.example.strip(),
    }
    is_checked = control.method is AnswerMethod.CHECKS
    needed, unused = (by_checks, by_people) if is_checked else (by_people, by_checks)
    missing = [name for name, value in needed.items() if not value]
    stray = [name for name, value in unused.items() if value]
    if is_checked and control.evidence_required:
        stray.append("evidence_required")
    if missing:
        yield _problem(
            "unanswerable",
            control.id,
            f"Control {control.id!r} is answered by {control.method.value} but does"
            f" not give: {', '.join(missing)}.",
            "give them, or change the method",
        )
    if stray:
        yield _problem(
            "stray-field",
            control.id,
            f"Control {control.id!r} is answered by {control.method.value}, where"
            f" these mean nothing: {', '.join(stray)}.",
            "remove them, or change the method",
        )


def _days(subject: str, days: int, limits: Limits) -> Iterator[Problem]:
    if not 1 <= days <= limits.max_validity_days:
        yield _problem(
            "bad-days",
            subject,
            f"{subject!r} asks for {days} days, where 1 to"
            f" {limits.max_validity_days} make sense.",
            "write a number of days in that range",
        )


def _mappings(control: Control) -> Iterator[Problem]:
    for mapping in control.mappings:
        if mapping.version.strip().lower() in _MOVING_VERSIONS:
            yield _problem(
                "unpinned-mapping",
                control.id,
                f"Control {control.id!r} is mapped to {mapping.framework}"
                f" {mapping.id} at {mapping.version!r}, which is no fixed version.",
                "name the version whose text was compared",
            )
    if len(set(control.mappings)) < len(control.mappings):
        yield _problem(
            "repeated-item",
            control.id,
            f"Control {control.id!r} names one mapping twice.",
            "name it once",
        )


def _checks(control: Control, known: Collection[str] | None) -> Iterator[Problem]:
    if _repeated(control.checks):
        yield _problem(
            "repeated-item",
            control.id,
            f"Control {control.id!r} names one check twice.",
            "name it once",
        )
    if known is None:
        return
    for check in sorted(set(control.checks) - set(known)):
        yield _problem(
            "unknown-check",
            control.id,
            f"Control {control.id!r} is answered by check {check!r}, which this"
            " version of Assay does not have.",
            "correct the id, or use a version that has it",
        )


def _areas(programme: Programme) -> Iterator[Problem]:
    areas = {area.id for area in programme.areas}
    for control in programme.controls:
        if control.area not in areas:
            yield _dangling(f"control {control.id!r}", control.id, "area", control.area)
    for area in sorted(areas - {control.area for control in programme.controls}):
        yield _problem(
            "idle-area",
            area,
            f"No control belongs to area {area!r}.",
            "remove the area, or write its controls",
        )


def _tiers(programme: Programme) -> Iterator[Problem]:
    """Each tier holds known controls, all of the tier below, and more than it."""
    controls = {control.id for control in programme.controls}
    lower: set[str] = set()
    for tier in programme.tiers:
        asked = set(tier.controls)
        if len(asked) < len(tier.controls):
            yield _problem(
                "repeated-item",
                tier.id,
                f"Tier {tier.id!r} names one control twice.",
                "name it once",
            )
        for control in sorted(asked - controls):
            yield _dangling(f"tier {tier.id!r}", tier.id, "control", control)
        left_out = sorted(lower - asked)
        if left_out:
            yield _problem(
                "tiers-not-nested",
                tier.id,
                f"Tier {tier.id!r} leaves out controls of the tier below it:"
                f" {', '.join(left_out)}.",
                "write the tiers from the lowest to the highest, each with all"
                " controls of the one below",
            )
        elif asked == lower:
            yield _problem(
                "tiers-not-nested",
                tier.id,
                f"Tier {tier.id!r} asks for no more than the tier below it.",
                "remove it, or let it ask for more",
            )
        lower = asked


def _benefits(programme: Programme, limits: Limits) -> Iterator[Problem]:
    for benefit in programme.benefits:
        if benefit.max_age_days is not None:
            yield from _days(benefit.id, benefit.max_age_days, limits)
        for fault in faults_of(benefit.rule, programme, limits):
            yield _of_rule(benefit.id, fault)


def _of_rule(benefit: str, fault: RuleFault) -> Problem:
    return _problem(
        fault.code,
        benefit,
        f"The rule of benefit {benefit!r} {fault.what}.",
        fault.remedy,
    )


def _idle(programme: Programme) -> Iterator[Problem]:
    """Nothing is asked of anybody that changes no tier and no benefit."""
    controls: set[str] = set()
    tiers: set[str] = set()
    for benefit in programme.benefits:
        named = named_in(benefit.rule)
        controls |= named.controls
        tiers |= named.tiers
    used = False
    for tier in reversed(programme.tiers):
        used = used or tier.id in tiers
        if not used:
            yield _problem(
                "unused-tier",
                tier.id,
                f"No benefit asks for tier {tier.id!r} or one above it.",
                "remove the tier, or write the benefit that it is for",
            )
        controls |= set(tier.controls)
    for control in programme.controls:
        if control.id not in controls:
            yield _problem(
                "idle-control",
                control.id,
                f"No tier and no benefit asks for control {control.id!r}.",
                "remove it, or add it to a tier",
            )


def _dangling(whose: str, subject: str, kind: str, target: str) -> Problem:
    return _problem(
        "dangling-id",
        subject,
        f"The {kind} {target!r} of {whose} does not exist.",
        "correct the id, or add what it names",
    )
