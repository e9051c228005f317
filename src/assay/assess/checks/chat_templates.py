"""Judge what chat and prompt templates reach for, without rendering them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assay.assess.check import (
    Examination,
    FactCheck,
    Rule,
    Sighting,
    facts_of,
    shown,
    template_gaps,
)
from assay.domain.facts import TemplateFacts
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.assess.check import CheckSubject
    from assay.domain.facts import Place
    from assay.domain.limits import Limits

__all__ = ["CHECK"]

_NO_WALK = (
    "Rewrite the template so that it uses only the messages, the tools and the flags "
    "that the loader passes to it."
)

INTERNALS = Rule(
    id="reaches-internals",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="The template reaches for Python internals, from which code can be run",
    remediation=_NO_WALK,
    gain="Runs code in servers that render templates without a sandbox "
    "(CVE-2024-34359).",
    references=("CWE-1336", "CWE-94", "AML.T0011.000", "CVE-2024-34359"),
)
COMPUTED = Rule(
    id="computed-attribute",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The template reaches for an attribute or item whose name it computes",
    remediation=_NO_WALK,
    gain="Hides from scanners which attribute is reached.",
    references=("CWE-1336", "CWE-94", "AML.T0011.000"),
)
PRIVATE = Rule(
    id="private-name",
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    summary="The template uses a name that starts with an underscore",
    remediation="Rename the variable, or leave the private attribute alone.",
    gain="A step towards Python internals, when it is no variable of the template.",
    references=("CWE-1336",),
)
INCLUSION = Rule(
    id="inclusion",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The template includes, imports or extends another one",
    remediation="Write the whole template into one file.",
    gain="Reads files that the loader's environment offers, or swaps the prompt.",
    references=("CWE-829", "AML.T0051"),
)
REORDERING = Rule(
    id="reordering-or-tag-characters",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The template holds characters that turn the reading direction, or tags",
    remediation="Remove the characters; write them as escapes where they are needed.",
    gain="Shows a reviewer another text than the one that the model receives.",
    references=("CWE-451", "AML.T0068", "AML.T0051", "LLM01:2026"),
)
INVISIBLE = Rule(
    id="invisible-characters",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="The template holds characters that nobody sees",
    remediation="Remove the characters; write them as escapes where they are needed.",
    gain="Slips text past a reviewer into every conversation.",
    references=("CWE-451", "AML.T0068", "AML.T0051", "LLM01:2026"),
)
SYNTAX = Rule(
    id="malformed-template",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="The template does not parse, or is too long to be one",
    remediation="Repair the template and render one conversation with it.",
    gain="A template that scanners cannot parse is one that they cannot judge.",
    references=("CWE-20",),
)

FUNCTION = Rule(
    id="template-function",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="The template looks into a function of the template engine",
    remediation=_NO_WALK,
    gain="A step towards Python internals, when its attributes are reached.",
    references=("CWE-1336",),
)

# How the reader writes an attribute whose name only rendering would tell.
_COMPUTED = frozenset({"attr(…)", "[computed]"})


def _rule(name: str) -> tuple[Rule, str]:
    """Judge a name; the reader gives others than `_x` only when they are internals."""
    if name in _COMPUTED:
        return COMPUTED, "an attribute or item whose name it computes"
    if name.endswith("()"):
        return FUNCTION, "the inside of an engine function"
    if name.startswith("__") or not name.startswith("_"):
        return INTERNALS, "Python internals"
    return PRIVATE, "a private name"


def _turns_or_tags(character: str) -> bool:
    """Tell the bidirectional controls and the tag block of Unicode."""
    try:
        code = int(character.removeprefix("U+"), 16)
    except ValueError:
        return False
    return (
        0x202A <= code <= 0x202E
        or 0x2066 <= code <= 0x2069
        or 0xE0000 <= code <= 0xE007F
    )


def _at(place: Place, line: int) -> Place:
    return replace(place, line=line)


def _names(template: TemplateFacts, limits: Limits) -> Iterable[Sighting]:
    for name, line in template.underscore_names:
        rule, kind = _rule(name)
        yield Sighting(
            rule=rule,
            place=_at(template.place, line),
            message=f"The template reaches for {kind}: `{shown(name, limits)}`.",
        )


def _others(template: TemplateFacts, limits: Limits) -> Iterable[Sighting]:
    for target, line in template.inclusions:
        yield Sighting(
            rule=INCLUSION,
            place=_at(template.place, line),
            message=f"The template takes in another one: `{shown(target, limits)}`.",
        )
    for character, line in template.hidden_characters:
        yield Sighting(
            rule=REORDERING if _turns_or_tags(character) else INVISIBLE,
            place=_at(template.place, line),
            message=f"The template holds the hidden character {character}.",
        )
    for problem in template.problems:
        yield Sighting(
            rule=SYNTAX,
            place=problem.place,
            message=f"The template was not understood ({problem.kind}): "
            f"{shown(problem.detail, limits)}",
        )


def _examine(subject: CheckSubject) -> Examination:
    templates = facts_of(subject, TemplateFacts)
    return Examination(
        examined=len(templates),
        sightings=tuple(
            sighting
            for template in templates
            for sighting in (
                *_names(template, subject.limits),
                *_others(template, subject.limits),
            )
        ),
        gaps=template_gaps(subject),
    )


CHECK = FactCheck(
    id="chat-templates",
    version=1,
    title="Chat templates use only what the loader passes to them",
    rules=(
        INTERNALS,
        COMPUTED,
        PRIVATE,
        FUNCTION,
        INCLUSION,
        REORDERING,
        INVISIBLE,
        SYNTAX,
    ),
    examine=_examine,
)
