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
    summary="The template does not parse",
    remediation="Repair the template and render one conversation with it.",
    gain="A template that scanners cannot parse is one that they cannot judge.",
    references=("CWE-20",),
)
UNREAD = Rule(
    id="template-over-limit",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The template is longer, deeper or in a larger crowd than honest ones are",
    remediation="Shorten it; the longest templates published have 20 000 characters.",
    gain="Hides from scanners what the loader still renders.",
    references=("CWE-400", "CWE-1336"),
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

_INJECTION = ("AML.T0051", "LLM01:2026")
_SAY_OPENLY = "Let the template arrange messages only; put instructions in the system "
_SAY_OPENLY += "message, where whoever deploys the model sees them."
WAITS = Rule(
    id="injects-on-condition",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The template adds words when a message, tool, date or chance asks for it",
    remediation=_SAY_OPENLY,
    gain="Gives the model instructions in conversations that no test has seen.",
    references=("CWE-506", *_INJECTION),
)
INSTRUCTS = Rule(
    id="hostile-instruction",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The template or prompt tells the model to act against its user",
    remediation=_SAY_OPENLY,
    gain="Turns every conversation against whoever holds it.",
    references=("CWE-506", *_INJECTION),
)
SENDS = Rule(
    id="sends-out",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The template emits a picture or link through which a conversation leaks",
    remediation="Remove the address from the template.",
    gain="Whoever shows the answer fetches the address, and tells its owner.",
    references=("CWE-200", "AML.T0051", "LLM02:2026"),
)
ENCODED = Rule(
    id="encoded-data",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The template emits encoded data that no reviewer can read",
    remediation="Write in plain words whatever the model should be told.",
    gain="Slips instructions past a reviewer that a model decodes.",
    references=("CWE-506", "AML.T0068", *_INJECTION),
)
EXCHANGES = Rule(
    id="exchanges-words",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The template exchanges words of the conversation for others",
    remediation="Hand on what people wrote as they wrote it.",
    gain="Has the model read something else than what was asked.",
    references=("CWE-506", *_INJECTION),
)
DROPS = Rule(
    id="drops-messages",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The template puts words of its own in place of what a message says",
    remediation="Hand on the content of every message.",
    gain="Silences the system message, or answers a question that nobody asked.",
    references=("CWE-506", *_INJECTION),
)
ENDLESS = Rule(
    id="endless-rendering",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="Rendering the template takes time or memory without end",
    remediation="Remove the loop or the repetition.",
    gain="Stops the server with one request.",
    references=("CWE-400", "AML.T0029"),
)
ESCAPED = Rule(
    id="escaped-hidden-characters",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The template emits invisible characters that it spells by escapes",
    remediation="Remove the characters.",
    gain="Gives the model text that neither reviewer nor user can see.",
    references=("CWE-451", "AML.T0068", *_INJECTION),
)
HIDDEN_TEXT = Rule(
    id="invisible-text",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The template holds so many invisible characters that they may be a text",
    remediation="Remove the characters.",
    gain="Slips text past a reviewer into every conversation.",
    references=("CWE-451", "AML.T0068", *_INJECTION),
)
LINK = Rule(
    id="link",
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    summary="The template emits an address",
    remediation="See that the model should be told this address.",
    gain="Leads people, or an agent that follows links, to a page of its owner.",
    references=("CWE-200",),
)

_ACTS = {
    "instructs": (INSTRUCTS, "tells the model to act against its user"),
    "remote-image": (SENDS, "emits a picture from elsewhere"),
    "sends": (SENDS, "joins what was said to an address"),
    "link": (LINK, "emits an address"),
    "encoded": (ENCODED, "emits encoded data"),
    "exchanges": (EXCHANGES, "exchanges words"),
    "drops-role": (DROPS, "puts words in place of a message"),
    "ignores-messages": (DROPS, "says something and hands on no message"),
    "endless": (ENDLESS, "repeats without end"),
    "escaped-hidden": (ESCAPED, "emits a hidden character"),
    "spells": (ESCAPED, "spells characters by number"),
    "waits-for-content": (WAITS, "adds words when a message has something"),
    "waits-for-name": (WAITS, "adds words when a tool has a name"),
    "waits-for-date": (WAITS, "adds words on a date"),
    "waits-for-chance": (WAITS, "adds words by chance"),
    "waits-for-length": (WAITS, "adds words in a long conversation"),
}
# As many as eight bits, or one short word in tag characters.
_HIDDEN_TEXT_CHARS = 8

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


# Loaders have no such bounds, so these may be rendered all the same.
_OVER = frozenset({"template-too-long", "template-too-deep", "template-crowd"})


# Of what a template does on one line in one way, as many are named.
_MOST_NAMED = 5


def _at(place: Place, line: int) -> Place:
    """Give a line of a template: of its file, where its text stands there in lines."""
    if place.key is not None and (place.line is None or place.inner_line is not None):
        return replace(place, inner_line=line)
    if place.line is not None:
        return replace(place, line=place.line + line - 1)
    return replace(place, line=line)


def _seen(template: TemplateFacts) -> Iterable[tuple[Rule, str, str, int]]:
    """Give what it does: the rule, in which words, what in particular, the line."""
    for name, line in template.underscore_names:
        rule, kind = _rule(name)
        yield rule, f"reaches for {kind}", name, line
    for target, line in template.inclusions:
        yield INCLUSION, "takes in another one", target, line
    for character, line in template.hidden_characters:
        rule = REORDERING if _turns_or_tags(character) else INVISIBLE
        yield rule, "holds hidden characters", character, line
    for act in template.acts:
        rule, does = _ACTS.get(act.kind, (WAITS, "adds words on a condition"))
        yield rule, does, act.detail, act.line


def _folded(template: TemplateFacts, limits: Limits) -> Iterable[Sighting]:
    """Tell what one line does in one way once: an expression takes many steps."""
    grouped: dict[tuple[int, str, str], tuple[Rule, list[str]]] = {}
    for rule, does, detail, line in _seen(template):
        grouped.setdefault((line, rule.id, does), (rule, []))[1].append(detail)
    for (line, _, does), (rule, details) in grouped.items():
        named = [f"`{shown(detail, limits)}`" for detail in dict.fromkeys(details)]
        more = len(named) - _MOST_NAMED
        listed = ", ".join(named[:_MOST_NAMED])
        listed += f" and {more} more" if more > 0 else ""
        often = f" {len(details)} times" if len(details) > 1 else ""
        yield Sighting(
            rule=rule,
            place=_at(template.place, line),
            message=f"The template {does}{often}: {listed}.",
        )


def _others(template: TemplateFacts, limits: Limits) -> Iterable[Sighting]:
    if len(template.hidden_characters) >= _HIDDEN_TEXT_CHARS:
        count = len(template.hidden_characters)
        yield Sighting(
            rule=HIDDEN_TEXT,
            place=_at(template.place, template.hidden_characters[0][1]),
            message=f"The template holds {count} hidden characters or more.",
        )
    for problem in template.problems:
        yield Sighting(
            rule=UNREAD if problem.kind in _OVER else SYNTAX,
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
                *_folded(template, subject.limits),
                *_others(template, subject.limits),
            )
        ),
        gaps=template_gaps(subject),
    )


CHECK = FactCheck(
    id="chat-templates",
    version=4,
    title="Chat templates use only what the loader passes to them",
    rules=(
        INTERNALS,
        COMPUTED,
        PRIVATE,
        FUNCTION,
        INCLUSION,
        REORDERING,
        INVISIBLE,
        HIDDEN_TEXT,
        ESCAPED,
        WAITS,
        INSTRUCTS,
        SENDS,
        ENCODED,
        EXCHANGES,
        DROPS,
        ENDLESS,
        LINK,
        SYNTAX,
        UNREAD,
    ),
    examine=_examine,
)
