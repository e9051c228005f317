"""YAML configuration: the same keys as in JSON, and tags that make objects.

Only the node graph is built, never an object: `!!python/object/apply:os.system` is
read as a text. Aliases are not expanded, so a nest of them costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from assay.domain.facts import ParseProblem
from assay.release.formats.config import Findings, walk_values

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["read"]

# PyYAML reads some 2 MB/s; configurations are a few kilobytes.
_MAX_BYTES = 4 << 20
_MAX_DEPTH = 100
_PYTHON_TAG = "tag:yaml.org,2002:python/"


def read(data: bytes, subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of a YAML text: code it asks for, repositories it names."""
    findings = Findings(subject, inspection)
    if len(data) > _MAX_BYTES:
        return [_broken(findings, "malformed-yaml", f"more than {_MAX_BYTES} bytes")]
    try:
        documents = list(yaml.compose_all(data, Loader=yaml.SafeLoader))
    except RecursionError:
        return [_broken(findings, "too-deep", "nested deeper than is read")]
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        return [_broken(findings, "malformed-yaml", str(error).split("\n", 1)[0])]
    seen: set[int] = set()
    for document in documents:
        if document is not None:
            walk_values(_plain(document, "", findings, seen, 0), findings)
    return [findings.facts()]


def _broken(findings: Findings, kind: str, detail: str) -> Fact:
    return findings.facts(
        (ParseProblem(kind=kind, detail=detail, place=findings.subject.place),)
    )


def _plain(
    node: yaml.Node, key: str, findings: Findings, seen: set[int], depth: int
) -> object:
    """Turn nodes into plain values; note every tag that names a Python object."""
    tag = str(node.tag)
    if tag.startswith(_PYTHON_TAG):
        findings.code(key or "document", tag.removeprefix(_PYTHON_TAG))
    if isinstance(node, yaml.ScalarNode):
        if tag == "tag:yaml.org,2002:bool":
            return node.value.lower() in ("true", "yes", "on")
        return str(node.value)
    if id(node) in seen or depth > _MAX_DEPTH:
        return None
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [
            _plain(child, f"{key}[{index}]", findings, seen, depth + 1)
            for index, child in enumerate(node.value)
        ]
    return {
        str(name.value): _plain(
            child,
            f"{key}.{name.value}" if key else str(name.value),
            findings,
            seen,
            depth + 1,
        )
        for name, child in node.value
        if isinstance(name, yaml.ScalarNode)
    }
