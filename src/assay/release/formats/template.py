"""Chat templates: parsed with Jinja2's own parser, never compiled or rendered.

A template without a sandbox runs code through attributes such as `__class__`
(CVE-2026-5760). Names that only appear after folding constants count too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension

from assay.domain.facts import ParseProblem, TemplateFacts
from assay.release.formats.reading import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2.parser import Parser

    from assay.domain.facts import Fact, Place
    from assay.domain.limits import Limits
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["from_document", "template_facts"]

_MAX_NAMES = 200
_MAX_TEMPLATES = 100
# Attributes that lead from a value to the interpreter without an underscore in front
# (Jinja2's sandbox refuses the same ones).
_INTERNALS = frozenset(
    {
        "ag_code", "ag_frame", "cr_code", "cr_frame", "f_back", "f_builtins",
        "f_globals", "f_locals", "func_closure", "func_code", "func_defaults",
        "func_globals", "gi_code", "gi_frame", "im_class", "im_func", "im_self",
        "mro", "tb_frame", "tb_next",
    }
)  # fmt: skip
# Filters whose argument names an attribute.
_ATTRIBUTE_FILTERS = frozenset(
    {"attr", "map", "selectattr", "rejectattr", "groupby", "sort", "sum", "unique"}
    | {"min", "max"}
)
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


def from_document(
    value: object, subject: Subject, inspection: Inspection
) -> list[Fact]:
    """Give the facts of `chat_template`: one text, or a list of named ones."""
    if isinstance(value, str):
        return [
            template_facts(value, subject.at(key="chat_template"), inspection.limits)
        ]
    pairs: list[tuple[str, object]] = []
    if isinstance(value, dict):
        pairs = [(str(key), text) for key, text in value.items()]
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            if isinstance(entry, dict):
                name = entry.get("name")
                shown = name if isinstance(name, str) else f"[{index}]"
                pairs.append((shown, entry.get("template")))
    bound = inspection.limits.max_shown_chars
    return [
        template_facts(
            text,
            subject.at(key=shorten(f"chat_template.{name}", bound)),
            inspection.limits,
        )
        for name, text in pairs[:_MAX_TEMPLATES]
        if isinstance(text, str)
    ]


def template_facts(text: str, place: Place, limits: Limits) -> TemplateFacts:
    """Give what a template reaches for, without rendering it."""
    hidden = tuple(_hidden(text))[:_MAX_NAMES]
    if len(text) > limits.max_template_chars:
        detail = f"expected at most {limits.max_template_chars}, found {len(text)}"
        return _unparsed("template-too-long", detail, place, hidden)
    try:
        tree = _environment().parse(text)
        names = sorted(set(_names(tree)), key=lambda item: (item[1], item[0]))
        inclusions = sorted(set(_inclusions(tree)), key=lambda i: (i[1], i[0]))
    except jinja2.TemplateSyntaxError as error:
        detail = f"line {error.lineno}: {shorten(str(error.message), 200)}"
        return _unparsed("template-syntax", detail, place, hidden)
    except (RecursionError, ValueError, OverflowError) as error:
        return _unparsed("template-syntax", type(error).__name__, place, hidden)
    return TemplateFacts(
        place=place,
        underscore_names=tuple(
            (shorten(name, limits.max_shown_chars), line)
            for name, line in names[:_MAX_NAMES]
        ),
        inclusions=tuple(
            (shorten(name, limits.max_shown_chars), line)
            for name, line in inclusions[:_MAX_NAMES]
        ),
        hidden_characters=hidden,
    )


def _unparsed(
    kind: str, detail: str, place: Place, hidden: tuple[tuple[str, int], ...]
) -> TemplateFacts:
    problem = ParseProblem(kind=kind, detail=detail, place=place)
    return TemplateFacts(place=place, hidden_characters=hidden, problems=(problem,))


def _names(tree: nodes.Template) -> Iterator[tuple[str, int]]:
    """Give every suspicious name with its line, from the whole tree."""
    for node in tree.find_all(nodes.Expr):
        if isinstance(node, nodes.Getattr) and _is_internal(node.attr):
            yield node.attr, node.lineno
        elif isinstance(node, nodes.Name) and node.name.startswith("_"):
            # `_` alone is the habitual name of a loop variable nobody reads.
            if node.name.strip("_"):
                yield node.name, node.lineno
        elif isinstance(node, nodes.Filter):
            yield from _filter(node)
        elif isinstance(node, nodes.Getitem):
            key = _fold(node.arg)
            if key is not None and _is_internal(key):
                yield key, node.lineno
        elif isinstance(node, (nodes.Const, nodes.Add, nodes.Concat)):
            text = _fold(node)
            if text is not None and _is_dunder(text):
                yield text, node.lineno


def _filter(node: nodes.Filter) -> Iterator[tuple[str, int]]:
    if node.name not in _ATTRIBUTE_FILTERS:
        return
    values = [*node.args, *(pair.value for pair in node.kwargs)]
    for value in values:
        text = _fold(value)
        if text is None and node.name == "attr":
            # An attribute that only rendering would tell.
            yield "attr(…)", node.lineno
        for part in (text or "").split("."):
            if _is_internal(part):
                yield part, node.lineno


def _fold(node: nodes.Node) -> str | None:
    """Give the text of constants joined by `~` or `+`, None when it is computed."""
    if isinstance(node, nodes.Const):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, nodes.TemplateData):
        return node.data
    parts: list[nodes.Expr] = []
    if isinstance(node, nodes.Concat):
        parts = node.nodes
    elif isinstance(node, nodes.Add):
        parts = [node.left, node.right]
    if not parts:
        return None
    texts = [_fold(part) for part in parts]
    return None if None in texts else "".join(text for text in texts if text)


def _is_internal(name: str) -> bool:
    return (name.startswith("_") and bool(name.strip("_"))) or name in _INTERNALS


def _is_dunder(text: str) -> bool:
    return (
        len(text) > 4
        and text.startswith("__")
        and text.endswith("__")
        and hasattr(type(_is_dunder), text)
    ) or text in _REACHED


# Names that lead to the interpreter, when they stand as plain constants.
_REACHED = frozenset(
    {"__mro__", "__bases__", "__base__", "__subclasses__", "__import__"}
    | {"__builtins__", "__loader__", "__self__", "__func__"}
) | (_INTERNALS - {"mro"})


def _inclusions(tree: nodes.Template) -> Iterator[tuple[str, int]]:
    kinds = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
    for node in tree.find_all(kinds):
        target = _fold(getattr(node, "template", node))
        yield target if target is not None else "…", node.lineno


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
