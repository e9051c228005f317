"""Settings in texts that no name announces: content decides what a loader may read.

TOML, YAML with tags or without an ending of its own, JSON in lines or with comments,
and the settings of Python's `logging`, whose loader evaluates some values
(`logging.config.fileConfig`). Only texts that hold one of a few words are looked at,
and nothing is said of those that are no settings after all.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from assay.domain.facts import ConfigFacts
from assay.errors import DocumentError
from assay.release.formats.built import DOTTED, Building
from assay.release.formats.built_walk import WORDS, built
from assay.release.formats.code_source import parse
from assay.wire import strict_json, strict_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.facts import Fact
    from assay.release.formats.config import Findings
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["read", "salvaged"]

# One of these is in every text that is looked at.
_KEYS = (b"_target_", b"__target__", b"_component_", b"class_path", b"py/", b"__kind__")
_TAGS = (b"!!python/", b"yaml.org,2002:python/", b"!new:", b"!apply:", b"!name:")
_EVALUATED = (b"${eval", b"${py", b"${exec", b"ext://", b"(): ", b'"()"', b"'()'")
_LOGGING = (b"[handlers]", b"[formatters]")
# Lines of JSON that are parsed, of those that hold such a word.
_MAX_LINES = 1_000
_MAX_LINE = 1 << 20
_SECTION = re.compile(r"\s*\[([^\]]{1,200})\]")
_SETTING = re.compile(r"\s*(class|args|kwargs)\s*[=:]\s*(.*)", re.IGNORECASE)
_MAX_VALUE = 4_000
# What settings of `logging` call honestly: they make paths and names of files.
_PLAIN_CALLS = re.compile(
    r"os\.(?:path\.\w+|environ\.get|getenv|getcwd|getpid)|time\.\w+|str|int"
    r"|(?:datetime\.)*(?:now|today|strftime|datetime)(?:\(\))?(?:\.strftime)?"
)


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give what a text of any name makes a loader build, call or evaluate."""
    if subject.source.size > inspection.limits.max_document_bytes:
        return []
    data = subject.source.read_at(0, subject.source.size)
    if any(word in data for word in _LOGGING):
        return _logging(data, subject, inspection)
    if not any(word in data for word in (*_KEYS, *_TAGS, *_EVALUATED)):
        return []
    return _toml(data, subject, inspection) or _yaml(data, subject, inspection)


def _toml(data: bytes, subject: Subject, inspection: Inspection) -> list[Fact]:
    bound = inspection.limits.max_yaml_bytes
    try:
        value = strict_toml.loads(
            data.removeprefix(b"\xef\xbb\xbf"),
            max_bytes=bound,
            document="settings",
            limits=inspection.limits,
        )
    except DocumentError:
        return []
    return _walked([value], subject, inspection)


def _walked(
    values: list[object], subject: Subject, inspection: Inspection
) -> list[Fact]:
    from assay.release.formats import config  # noqa: PLC0415 - it imports this module

    findings = config.Findings(subject, inspection)
    building = Building(subject, inspection, findings.local_file)
    facts: list[Fact] = []
    for value in values:
        config.walk_values(value, findings)
        # All that was found so far, each time.
        facts = built(value, building)
    return [findings.facts(), *facts]


def _yaml(data: bytes, subject: Subject, inspection: Inspection) -> list[Fact]:
    from assay.release.formats import yaml_config  # noqa: PLC0415 - loads PyYAML

    if len(data) > inspection.limits.max_yaml_bytes:
        return salvaged(data, subject, inspection)
    facts = yaml_config.read(data, subject, inspection)
    # A text that never promised to be YAML breaks no promise.
    broken = any(isinstance(f, ConfigFacts) and f.problems for f in facts)
    return salvaged(data, subject, inspection) if broken else facts


def salvaged(data: bytes, subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give what shows in a document that strict readers refuse.

    Lenient loaders read on: comments are passed over, each line may be a document of
    its own, and what is left is searched for the keys that name what is built.
    """
    if not any(word in data for word in WORDS):
        return []
    lines = list(_lines(data, inspection))
    if lines:
        return _walked(lines, subject, inspection)
    from assay.release.formats import code_opened_json  # noqa: PLC0415 - few need it

    text = code_opened_json.without_comments(data.decode("utf-8", "replace"))
    try:
        plain = text.encode("utf-8", "replace")
        value = strict_json.loads(plain, limits=inspection.limits, tolerant=True)
    except DocumentError:
        return _searched(data, subject, inspection)
    return _walked([value], subject, inspection)


def _lines(data: bytes, inspection: Inspection) -> Iterator[object]:
    """Give the documents of JSON Lines that hold a word that matters."""
    tried = 0
    for line in data.split(b"\n"):
        if not line.startswith((b"{", b"[")) or len(line) > _MAX_LINE:
            continue
        if not any(word in line for word in WORDS):
            continue
        tried += 1
        if tried > _MAX_LINES:
            return
        try:
            yield strict_json.loads(line, limits=inspection.limits, tolerant=True)
        except DocumentError:
            continue


def _searched(data: bytes, subject: Subject, inspection: Inspection) -> list[Fact]:
    from assay.release.formats import config, config_beyond  # noqa: PLC0415 - as above

    findings: Findings = config.Findings(subject, inspection)
    building = Building(subject, inspection, findings.local_file)
    config_beyond.named(data, building)
    return [findings.facts(), *building.facts()]


def _logging(data: bytes, subject: Subject, inspection: Inspection) -> list[Fact]:
    """Read settings of `logging.config.fileConfig`: it evaluates class and arguments.

    Source: `logging/config.py` of CPython, `_install_handlers`.
    """
    building = Building(subject, inspection, lambda _: None)
    bound = inspection.limits.max_yaml_bytes
    text = data[:bound].decode("utf-8", "replace")
    for section, key, value in _settings(text):
        placed = f"{section}.{key}"
        if key == "class" and DOTTED.fullmatch(value):
            if "." in value:
                building.dotted("logging", placed, value)
        elif _is_code(value, inspection):
            building.note("logging", placed, "bytecode", "expression", source=value)
    return list(building.facts())


def _settings(text: str) -> Iterator[tuple[str, str, str]]:
    """Give section, key and value of what may be evaluated."""
    section, key, value = "", "", ""
    for line in text.split("\n"):
        if key and line[:1] in (" ", "\t") and line.strip():
            value = f"{value} {line.strip()}"[:_MAX_VALUE]
            continue
        if key:
            yield section, key, value.strip()
            key = ""
        head = _SECTION.match(line)
        found = _SETTING.match(line)
        if head:
            section = head[1].strip()
        elif found:
            key, value = found[1].lower(), found[2][:_MAX_VALUE]
    if key:
        yield section, key, value.strip()


def _is_code(value: str, inspection: Inspection) -> bool:
    """Tell an expression that calls something besides what makes names of files."""
    tree = parse(value, inspection.limits).tree
    if tree is None:
        return "(" in value and "__" in value
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if not _PLAIN_CALLS.fullmatch(called):
                return True
        if isinstance(node, (ast.Lambda, ast.comprehension, ast.NamedExpr)):
            return True
    return "__" in value
