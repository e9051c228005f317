"""The model card: YAML front matter, and the headings of the text below it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from assay.domain.documentation import ITEMS, documented_in
from assay.domain.facts import CardFacts, ParseProblem
from assay.release.formats.card_body import oddities
from assay.release.formats.reading import shorten

if TYPE_CHECKING:
    from assay.domain.limits import Limits
    from assay.release.formats.reading import Subject

__all__ = ["card_facts"]

_FRONT = re.compile(
    r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE
)
_LINE = re.compile(r"[^\r\n]+")
_OPEN = re.compile(r"\A\ufeff?---[ \t]*\r?\n")
_MAX_ENTRIES = 1_000
# Keys of the front matter that say an item by themselves.
_SAYS = {
    "license": "licence",
    "pipeline_tag": "intended tasks",
    "datasets": "training data",
    "model-index": "evaluation",
    "co2_eq_emissions": "energy",
}
_MAX_DEPTH = 100


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML without aliases: a nest of them expands without end."""

    _level = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias, which is not read in a card")
        # Counted, so that the depth that is read is the same on every interpreter.
        if self._level >= _MAX_DEPTH:
            raise yaml.YAMLError("nested too deep")
        self._level += 1
        node = super().compose_node(parent, index)
        self._level -= 1
        return node


def card_facts(data: bytes, subject: Subject, limits: Limits) -> CardFacts:
    """Give what a card says about itself."""
    text = data.decode("utf-8", "replace")
    front, problem = _front(text, limits)
    body = text
    values: dict[object, object] = {}
    if front is not None:
        body = text[front.end() :]
        values, problem = _values(front.group(1))
    problems: tuple[ParseProblem, ...] = ()
    if problem:
        kind, detail = problem
        problems = (ParseProblem(kind=kind, detail=detail, place=subject.at(line=1)),)
    declared = _texts(values.get("license"))
    is_own = tuple(name.lower() for name in declared) == ("other",)
    licenses = declared
    if is_own or not declared:
        licenses = _texts(values.get("license_name")) or declared
    bound = limits.max_shown_chars

    def given(key: str) -> tuple[str, ...]:
        return tuple(shorten(text, bound) for text in _texts(values.get(key)))

    return CardFacts(
        place=subject.place,
        has_front_matter=front is not None,
        license=shorten(", ".join(licenses), bound) if licenses else None,
        license_link="".join(given("license_link")[:1]),
        is_own_license=is_own,
        base_models=given("base_model"),
        base_model_relation="".join(given("base_model_relation")[:1]),
        datasets=given("datasets"),
        pipeline_tag="".join(given("pipeline_tag")[:1]),
        library_name="".join(given("library_name")[:1]),
        languages=given("language"),
        tags=given("tags"),
        has_model_index=bool(values.get("model-index")),
        documented=_documented(values, body),
        text_chars=len(body.strip()),
        headings=_headings(body, bound),
        problems=problems,
        oddities=oddities(
            body, 1 + text.count("\n", 0, len(text) - len(body)), subject
        ),
    )


def _documented(values: dict[object, object], body: str) -> tuple[str, ...]:
    """Give what the text tells, and what the front matter says in the hub's words."""
    said = set(documented_in(body))
    said |= {item for key, item in _SAYS.items() if values.get(key)}
    return tuple(item for item in ITEMS if item in said)


def _front(
    text: str, limits: Limits
) -> tuple[re.Match[str] | None, tuple[str, str] | None]:
    """Find the front matter, or tell why what opens like one is none."""
    if not _OPEN.match(text):
        return None, None
    bound = limits.max_front_matter_bytes
    front = _FRONT.match(text[: bound + 16])
    if front is not None and len(front.group(1).encode("utf-8")) <= bound:
        return front, None
    if len(text) > bound:
        return None, ("front-matter-too-long", f"expected its end within {bound} bytes")
    return None, ("malformed-front-matter", "expected a closing line of three dashes")


def _values(source: str) -> tuple[dict[object, object], tuple[str, str] | None]:
    try:
        value = yaml.load(source, Loader=_PlainLoader)  # noqa: S506 - a safe loader
    except RecursionError:
        return {}, ("malformed-front-matter", "nested too deep")
    except (yaml.YAMLError, ValueError, TypeError, OverflowError) as error:
        return {}, ("malformed-front-matter", str(error).split("\n", 1)[0][:200])
    if value is None:
        return {}, None
    if not isinstance(value, dict):
        return {}, ("malformed-front-matter", "expected keys and values")
    return value, None


def _texts(value: object) -> tuple[str, ...]:
    """Give a value that may be one text or a list of texts as texts."""
    items = value if isinstance(value, list) else [value]
    return tuple(
        str(item) for item in items[:_MAX_ENTRIES] if isinstance(item, (str, int))
    )


def _headings(body: str, bound: int) -> tuple[str, ...]:
    """Give the ATX headings outside code fences, line by line.

    Not by one expression: that would take quadratic time on lines made for it.
    """
    headings: list[str] = []
    fence = ""
    for line in _LINE.finditer(body):
        text = line[0].strip()
        if text.startswith(("```", "~~~")):
            fence = _after_fence(fence, text)
        elif not fence and text.startswith("#") and len(headings) < _MAX_ENTRIES:
            title = text.lstrip("#")
            if len(text) - len(title) <= 6 and title[:1] in (" ", "\t"):
                headings.append(shorten(title.strip(" \t#").lower(), bound))
    return tuple(heading for heading in headings if heading)


def _after_fence(fence: str, text: str) -> str:
    """Give the mark of the open code block after a line of fence characters."""
    mark = text[: len(text) - len(text.lstrip(text[0]))]
    if not fence:
        return mark
    return "" if mark.startswith(fence) else fence
