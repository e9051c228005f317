"""Chat templates: parsed with Jinja2's own parser, never compiled or rendered.

A template without a sandbox runs code through attributes such as `__class__`
(CVE-2026-5760). Names that only appear after folding constants count too.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension

from assay.domain.facts import ParseProblem, TemplateAct, TemplateFacts
from assay.release.formats.reading import shorten
from assay.release.formats.template_acts import acts, spoken
from assay.release.formats.template_depth import nesting
from assay.release.formats.template_names import inclusions, names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2.parser import Parser

    from assay.domain.facts import Fact, Place
    from assay.domain.limits import Limits
    from assay.release.formats.reading import Inspection

__all__ = ["prompt_facts", "template_facts"]

_MAX_NAMES = 200
# Joiners that hold emoji and Indic or Arabic script together, and are honest there.
_JOINERS = frozenset("\u200c\u200d")


class _Generation(Extension):
    """The `{% generation %}` block of transformers, which marks the answer."""

    tags = {"generation"}  # noqa: RUF012 - the base class declares a set

    def parse(self, parser: Parser) -> nodes.Node:
        """Give the block's content as it stands."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.Scope(body).set_lineno(line)


def _environment() -> jinja2.Environment:
    # Escaping matters to rendering only, and nothing is rendered.
    return jinja2.Environment(  # noqa: S701 - see above
        extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do", _Generation],
        trim_blocks=True,
        lstrip_blocks=True,
    )


def template_facts(text: str, place: Place, inspection: Inspection) -> list[Fact]:
    """Give what a template reaches for, without rendering it.

    Nothing when the file's templates have reached their bound, which is said once.
    """
    limits = inspection.limits
    hidden = tuple(islice(_hidden(text), _MAX_NAMES))
    if len(text) > limits.max_template_chars:
        detail = f"expected at most {limits.max_template_chars}, found {len(text)}"
        return [_unparsed("template-too-long", detail, place, hidden)]
    allowed = inspection.may_parse_template(len(text))
    if allowed is None:
        return []
    if not allowed:
        detail = (
            f"expected at most {limits.max_templates} templates and "
            f"{limits.max_templates_chars} characters in one file; this one and all "
            "that follow were not read"
        )
        return [_unparsed("template-crowd", detail, place, hidden)]
    return [_parsed(text, place, limits, hidden)]


def prompt_facts(
    text: str, place: Place, limits: Limits, more: tuple[TemplateAct, ...] = ()
) -> TemplateFacts:
    """Give the characters and words of a prompt that is no Jinja template."""
    found = sorted(
        {*spoken(text[: limits.max_template_chars]), *more},
        key=lambda act: (act.line, act.kind, act.detail),
    )
    return TemplateFacts(
        place=place,
        hidden_characters=tuple(islice(_hidden(text), _MAX_NAMES)),
        acts=_shortened(found, limits),
    )


def _parsed(
    text: str, place: Place, limits: Limits, hidden: tuple[tuple[str, int], ...]
) -> TemplateFacts:
    environment = _environment()
    try:
        depth = nesting(environment.lex(text))
        if depth > limits.max_template_nesting:
            detail = f"expected at most {limits.max_template_nesting} levels of nesting"
            return _unparsed("template-too-deep", detail, place, hidden)
        tree = environment.parse(text)
    except jinja2.TemplateSyntaxError as error:
        detail = f"line {error.lineno}: {shorten(str(error.message), 200)}"
        return _unparsed("template-syntax", detail, place, hidden)
    except (ValueError, OverflowError) as error:
        return _unparsed("template-syntax", type(error).__name__, place, hidden)
    return TemplateFacts(
        place=place,
        underscore_names=_listed(names(tree), limits),
        inclusions=_listed(inclusions(tree), limits),
        hidden_characters=hidden,
        acts=_acts(tree, place, limits),
    )


def _acts(
    tree: nodes.Template, place: Place, limits: Limits
) -> tuple[TemplateAct, ...]:
    name = (place.member or place.path).rsplit("/", 1)[-1].lower()
    is_chat = (place.key or name).startswith(("chat_template", "tokenizer.chat"))
    found = sorted(
        set(acts(tree, is_chat=is_chat)), key=lambda a: (a.line, a.kind, a.detail)
    )
    return _shortened(found, limits)


def _shortened(found: list[TemplateAct], limits: Limits) -> tuple[TemplateAct, ...]:
    return tuple(
        replace(act, detail=shorten(act.detail, limits.max_shown_chars))
        for act in found[:_MAX_NAMES]
    )


def _listed(
    found: Iterator[tuple[str, int]], limits: Limits
) -> tuple[tuple[str, int], ...]:
    ordered = sorted(set(found), key=lambda item: (item[1], item[0]))
    return tuple(
        (shorten(name, limits.max_shown_chars), line)
        for name, line in ordered[:_MAX_NAMES]
    )


def _unparsed(
    kind: str, detail: str, place: Place, hidden: tuple[tuple[str, int], ...]
) -> TemplateFacts:
    problem = ParseProblem(kind=kind, detail=detail, place=place)
    return TemplateFacts(place=place, hidden_characters=hidden, problems=(problem,))


def _hidden(text: str) -> Iterator[tuple[str, int]]:
    """Give invisible and direction-changing characters with their lines."""
    if text.isascii():
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.isascii():
            continue
        for index, char in enumerate(line):
            if _is_hidden(char) and not _is_joined(line, index):
                yield f"U+{ord(char):04X}", number


def _is_hidden(char: str) -> bool:
    code = ord(char)
    return (
        0x200B <= code <= 0x200F
        or 0x202A <= code <= 0x202E
        or 0x2060 <= code <= 0x206F
        or code in (0x00AD, 0x034F, 0x061C, 0x180E, 0xFEFF, 0x115F, 0x1160, 0x3164)
        or 0xE0000 <= code <= 0xE01EF
    )


def _is_joined(line: str, index: int) -> bool:
    """Tell whether a joiner stands between two characters that it may join."""
    around = line[max(index - 1, 0) : index] + line[index + 1 : index + 2]
    return (
        line[index] in _JOINERS
        and len(around) == 2
        and all(ord(char) > 0x2FF and not _is_hidden(char) for char in around)
    )
