"""Templates and prompts in documents: chat templates, system prompts, Modelfiles.

Keys are those of transformers (`chat_template`), sentence-transformers (`prompts`),
LangChain (`template` beside `template_format` or `_type`) and of generation settings
(`system_prompt`). Plain prompts are judged by their words and characters; only what is
Jinja is parsed. Modelfiles are those of Ollama.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.domain.facts import ConfigFacts, HubReference, TemplateAct
from assay.release.formats.built import Building
from assay.release.formats.reading import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.facts import Fact, Place
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["from_modelfile", "from_value"]

_CHAT = "chat_template"
_PROMPTS = frozenset(
    {
        "system_prompt", "default_system_prompt", "system_message", "system_text",
        "default_system_message", "instruction_prompt", "prompt_prefix",
    }
)  # fmt: skip
_MAX_DEPTH = 12
_MAX_TEXTS = 200
_INSTRUCTION = re.compile(
    r"^[ \t]*(FROM|TEMPLATE|SYSTEM|ADAPTER|MESSAGE)[ \t]+"
    r'(?:"""(.*?)"""|([^\r\n]*))',
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
# A condition of Go's templates on what somebody wrote.
_GO_TRIGGER = re.compile(
    r"\{\{-?\s*(?:else\s+)?if\b[^{}]{0,200}?\b(?:eq|ne)\b[^{}]{0,200}?"
    r'\.(?:Prompt|System|Content|First|Suffix)\b[^{}]{0,100}?"([^"{}]{1,200})"'
)
_WEIGHTS = re.compile(
    r"\.(?:gguf|ggml|bin|safetensors|lora)\Z|/blobs/sha256|(?:^|/)[\w.-]*(?:adapter|lora)",
    re.IGNORECASE,
)
_REGISTRY_NAME = re.compile(r"[A-Za-z0-9][\w./-]{0,120}(?::[\w.-]{1,80})?")


def from_value(value: object, subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of every template and prompt of a parsed document."""
    facts: list[Fact] = []
    for count, (key, text, is_jinja) in enumerate(_texts(value, subject.name)):
        if count >= _MAX_TEXTS:
            break
        from assay.release.formats import template  # noqa: PLC0415 - loads Jinja2

        # A text of its own, whose lines are none of the document.
        shown = shorten(key, inspection.limits.max_shown_chars)
        place = subject.at(key=shown, inner_line=1)
        if is_jinja:
            facts.extend(template.template_facts(text, place, inspection))
        else:
            facts.append(template.prompt_facts(text, place, inspection.limits))
    return facts


def _texts(value: object, name: str) -> Iterator[tuple[str, str, bool]]:
    """Give key, text and whether it is Jinja, in the order of the document."""
    waiting: list[tuple[str, object, int]] = [("", value, 0)]
    while waiting:
        prefix, item, depth = waiting.pop()
        children: list[tuple[str, object, int]] = []
        if isinstance(item, dict):
            for key, child in item.items():
                path = f"{prefix}.{key}" if prefix else str(key)
                found = list(_entry(path, str(key), child, item, name))
                yield from found
                if not found and isinstance(child, (dict, list)):
                    children.append((path[-180:], child, depth + 1))
        elif isinstance(item, list):
            children = [
                (f"{prefix}[{index}]", child, depth + 1)
                for index, child in enumerate(item)
                if isinstance(child, (dict, list))
            ]
        if depth < _MAX_DEPTH:
            waiting.extend(reversed(children))


def _entry(
    path: str, key: str, value: object, parent: dict[str, object], name: str
) -> Iterator[tuple[str, str, bool]]:
    if key == _CHAT:
        yield from _chat(path, value)
    elif key == "template" and isinstance(value, str):
        kind = parent.get("template_format")
        if kind is not None or "_type" in parent or "input_variables" in parent:
            yield path, value, kind == "jinja2"
    elif key in _PROMPTS and isinstance(value, str):
        yield path, value, False
    elif key == "prompts" or name == "prompts.json":
        for inner, text in value.items() if isinstance(value, dict) else ():
            if isinstance(text, str):
                yield f"{path}.{inner}", text, False


def _chat(path: str, value: object) -> Iterator[tuple[str, str, bool]]:
    """Read one text, or a list or dictionary of named ones."""
    if isinstance(value, str):
        yield path, value, True
    elif isinstance(value, dict):
        for key, text in value.items():
            if isinstance(text, str):
                yield f"{path}.{key}", text, True
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            if isinstance(entry, dict) and isinstance(entry.get("template"), str):
                name = entry.get("name")
                shown = name if isinstance(name, str) else f"[{index}]"
                yield f"{path}.{shown}", str(entry["template"]), True


def from_modelfile(text: str, subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the prompts of an Ollama Modelfile, and the model that it starts from.

    Source: the Modelfile reference of Ollama.
    """
    from assay.release.formats import template  # noqa: PLC0415 - loads Jinja2

    facts: list[Fact] = []
    references: list[HubReference] = []
    taken = Building(subject, inspection, lambda _: None)
    bound = inspection.limits
    line = 1
    done = 0
    for count, match in enumerate(_INSTRUCTION.finditer(text)):
        if count >= _MAX_TEXTS:
            break
        line += text.count("\n", done, match.start())
        done = match.start()
        word = match[1].upper()
        body = match[2] if match[2] is not None else match[3].strip()
        place = subject.at(line=line, key=word)
        if word in ("FROM", "ADAPTER") and _is_elsewhere(body, word):
            taken.note("ollama", word, "loader", body, module="file")
        if word == "FROM":
            references.extend(_origin(body, place))
        elif word != "ADAPTER":
            facts.append(
                template.prompt_facts(body, place, bound, more=tuple(_go(body)))
            )
    facts.insert(0, ConfigFacts(place=subject.place, references=tuple(references)))
    return [*facts, *taken.facts()]


def _is_elsewhere(body: str, word: str) -> bool:
    """Tell an address, or a file outside of the release that is no model's."""
    path = body.strip("\"'")
    if re.match(r"[a-z]{2,10}://", path, re.IGNORECASE):
        return True
    if _WEIGHTS.search(path):
        # What somebody left there of the machine that made it.
        return False
    outside = path.startswith(("/", "~")) or ".." in path.split("/")
    return outside and word == "ADAPTER"


def _origin(body: str, place: Place) -> Iterator[HubReference]:
    is_path = body.startswith((".", "/", "~")) or body.lower().endswith(
        (".gguf", ".safetensors", ".bin")
    )
    if not is_path and _REGISTRY_NAME.fullmatch(body):
        name, _, tag = body.partition(":")
        yield HubReference(place=place, repository=name, revision=tag or "latest")


def _go(body: str) -> Iterator[TemplateAct]:
    for match in _GO_TRIGGER.finditer(body):
        line = 1 + body.count("\n", 0, match.start())
        yield TemplateAct(kind="waits-for-content", detail=repr(match[1]), line=line)
        return
