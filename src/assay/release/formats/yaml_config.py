"""YAML configuration: the same keys as in JSON, and tags that make objects.

Only the node graph is built, never an object: `!!python/object/apply:os.system` is
read as a text. Aliases are not expanded, so a nest of them costs nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote

import yaml

from assay.domain.facts import ParseProblem
from assay.release.formats import prompts
from assay.release.formats.built import Building
from assay.release.formats.built_walk import built
from assay.release.formats.config import Findings, walk_values
from assay.release.formats.config_beyond import beyond
from assay.release.source import BytesSource

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["read"]

_PYTHON_TAG = "tag:yaml.org,2002:python/"
# HyperPyYAML, which SpeechBrain reads its settings with.
_NAMING_TAG = re.compile(r"!(?:new|name|apply|module):([\w.]+)\Z")
_LABEL_CHARS = 80
# Signs between two values: PyYAML takes 600 bytes and 50 microseconds for each value.
_MAX_VALUES = 200_000


class _TooDeepError(Exception):
    """The text nests deeper than is read."""


class _Composer(yaml.SafeLoader):
    """Makes nodes; notes every tag of a Python object, on keys as on values."""

    def __init__(self, data: bytes, findings: Findings, building: Building) -> None:
        super().__init__(data)
        self._building = building
        self._findings = findings
        self._bound = findings.inspection.limits.max_yaml_depth
        self._path: list[str] = []

    def compose_node(
        self, parent: yaml.Node | None, index: yaml.Node | int | None
    ) -> yaml.Node | None:
        """Make one node, and those in it; PyYAML calls this for each."""
        self._path.append(_label(parent, index))
        # Counted, so that the depth that is read is the same on every interpreter.
        if len(self._path) > self._bound:
            raise _TooDeepError
        event = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's stubs
        tag = unquote(getattr(event, "tag", None) or "")
        if tag.startswith(_PYTHON_TAG):
            key = "".join(self._path).removeprefix(".") or "document"
            self._findings.code(key, tag.removeprefix(_PYTHON_TAG))
        named = _NAMING_TAG.match(tag)
        if named:
            key = "".join(self._path).removeprefix(".") or "document"
            # `!apply:` and `!new:` call what they name, the others fetch it.
            self._building.dotted("hyperpyyaml", key, named[1])
        node = super().compose_node(parent, cast("int", index))
        self._path.pop()
        return node


def _label(parent: yaml.Node | None, index: yaml.Node | int | None) -> str:
    if parent is None:
        return ""
    if isinstance(index, int):
        return f"[{index}]"
    if isinstance(index, yaml.ScalarNode):
        return f".{index.value[:_LABEL_CHARS]}"
    return ".(key)" if index is None else ".(value)"


def read(data: bytes, subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of a YAML text: code it asks for, repositories it names."""
    findings = Findings(subject, inspection)
    building = Building(subject, inspection, findings.local_file)
    bound = inspection.limits.max_yaml_bytes
    # Vocabularies are larger than is parsed, and so are folders of settings.
    crowd = sum(map(data.count, (b",", b"\n", b":"))) > _MAX_VALUES
    if crowd or len(data) > bound or not inspection.may_compose(len(data)):
        return beyond(BytesSource(data), findings, building)
    try:
        documents = _documents(data, findings, building)
    except _TooDeepError:
        depth = inspection.limits.max_yaml_depth
        detail = f"expected at most {depth} levels of nesting"
        return [_broken(findings, "too-deep", detail)]
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        detail = getattr(error, "problem", None) or str(error).split("\n", 1)[0]
        return [_broken(findings, "malformed-yaml", str(detail), line)]
    seen: set[int] = set()
    facts: list[Fact] = []
    texts: list[Fact] = []
    for document in documents:
        value = _plain(document, seen)
        walk_values(value, findings)
        facts = built(value, building)
        texts += prompts.from_value(value, subject, inspection)
    return [findings.facts(), *facts, *texts]


def _documents(data: bytes, findings: Findings, building: Building) -> list[yaml.Node]:
    composer = _Composer(data, findings, building)
    documents: list[yaml.Node] = []
    while composer.check_node():
        node = composer.get_node()
        if node is not None:
            documents.append(node)
    return documents


def _broken(
    findings: Findings, kind: str, detail: str, line: int | None = None
) -> Fact:
    place = findings.subject.at(line=line)
    return findings.facts((ParseProblem(kind=kind, detail=detail, place=place),))


def _plain(node: yaml.Node, seen: set[int]) -> object:
    """Turn nodes into plain values; each node once, however often it is named."""
    if isinstance(node, yaml.ScalarNode):
        if str(node.tag) == "tag:yaml.org,2002:bool":
            return node.value.lower() in ("true", "yes", "on")
        return str(node.value)
    if id(node) in seen:
        return None
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, seen) for child in node.value]
    return {
        str(name.value): _plain(child, seen)
        for name, child in node.value
        if isinstance(name, yaml.ScalarNode)
    }
