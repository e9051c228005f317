"""What a person reads on a terminal about a programme: all that it asks, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.programme.words import (
    age_words,
    answer_words,
    freshness_words,
    mapping_words,
    rule_lines,
    tier_steps,
)
from assay.report.screen import Ink, Screen
from assay.report.text import clean, plural, prose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.programme import Benefit, Control, Programme
    from assay.programme.words import TierSteps

__all__ = ["programme_text"]

_INDENT = "    "


def programme_text(
    programme: Programme, *, width: int, colour: bool, brief: bool = False
) -> str:
    """Write a programme for a terminal, whole, or as a list of titles.

    Args:
        programme: What to show.
        width: Columns of the terminal.
        colour: Whether to use colours; the words say the same without.
        brief: Whether to leave out purposes, questions, examples and mappings.
    """
    screen = Screen(width=width, colour=colour)
    ref = programme.ref
    lines = [
        *screen.wrap(programme.title, ink=Ink.STRONG),
        *screen.wrap(
            f"{ref.id} {ref.version}, published {programme.published.isoformat()}",
            indent="  ",
        ),
        f"  SHA-256 of the file: {clean(ref.digest)}",
        "",
        *screen.wrap(programme.notice, indent="  ", ink=Ink.WARN),
    ]
    for area in programme.areas:
        lines += ["", *screen.wrap(area.title, ink=Ink.STRONG)]
        for control in programme.controls:
            if control.area == area.id:
                lines += _control(screen, control, brief=brief)
    lines += ["", screen.paint("Tiers, from the lowest to the highest", Ink.STRONG)]
    for step in tier_steps(programme):
        lines += _tier(screen, step, brief=brief)
    lines += ["", screen.paint("Benefits", Ink.STRONG)]
    for benefit in programme.benefits:
        lines += _benefit(screen, benefit, brief=brief)
    return "\n".join(lines)


def _head(screen: Screen, name: str, title: str) -> list[str]:
    return screen.item(prose(f"{name}  {title}"), whole=True)


def _points(screen: Screen, points: list[tuple[str, str]]) -> Iterator[str]:
    for label, text in points:
        if text:
            yield from screen.wrap(f"{label}: {text}", indent=_INDENT)


def _control(screen: Screen, control: Control, *, brief: bool) -> list[str]:
    if brief:
        how = f"({control.method.value}, {control.evidence_class.value})"
        return _head(screen, control.id, f"{control.title} {how}")
    lines = [
        "",
        *_head(screen, control.id, control.title),
        *screen.wrap(control.requirement, indent=_INDENT),
    ]
    mapped = mapping_words(control)
    lines += _points(
        screen,
        [
            ("Why", control.purpose),
            ("How to meet it", control.how_to_meet),
            ("Answered by", f"{answer_words(control, mark='')}."),
            ("Question", control.question),
            ("Example of a good answer", control.example),
            ("Freshness", freshness_words(control)),
            ("Same elsewhere", f"{mapped}."),
        ],
    )
    return lines


def _tier(screen: Screen, step: TierSteps, *, brief: bool) -> list[str]:
    tier = step.tier
    title = f"{tier.title} ({plural(len(tier.controls), 'control')})"
    lines = _head(screen, tier.id, title)
    if brief:
        return lines
    word = "Asks for" if len(step.adds) == len(tier.controls) else "Adds"
    lines += screen.wrap(tier.summary, indent=_INDENT)
    lines += screen.wrap(f"{word}: {', '.join(step.adds)}.", indent=_INDENT)
    return lines


def _benefit(screen: Screen, benefit: Benefit, *, brief: bool) -> list[str]:
    lines = _head(screen, benefit.id, benefit.title)
    if brief:
        return lines
    lines += _points(
        screen,
        [
            ("What it is", benefit.summary),
            ("Could be adopted by", f"{benefit.grantor}."),
            ("Age", age_words(benefit)),
        ],
    )
    lines.append(f"{_INDENT}Rule:")
    for line in rule_lines(benefit.rule):
        indent = _INDENT + "  " * (line.depth + 1)
        first, *rest = screen.fold(prose(line.text), indent=indent + "  ")
        lines += [f"{indent}- {first.lstrip()}", *rest]
    return lines
