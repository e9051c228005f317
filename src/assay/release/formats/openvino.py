"""OpenVINO's intermediate representation: an XML graph and a file of numbers.

A layer's `version` names its operation set: `opset1` and later are OpenVINO's own,
`extension` and other names belong to libraries that an application must load. `Const`
layers name their bytes by `offset` and `size` in the `.bin` file of the same name.
Source: OpenVINO's page on the IR format, and its IR front end.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from assay.domain.facts import DataFile, GraphFacts, GraphOperator

if TYPE_CHECKING:
    from assay.release.formats.xml import Document

__all__ = ["Network"]

_OPSET = re.compile(r"opset\d{1,3}|experimental")
# Bits of one element.
_BITS = {
    "f64": 64, "i64": 64, "u64": 64, "f32": 32, "i32": 32, "u32": 32, "f16": 16,
    "bf16": 16, "i16": 16, "u16": 16, "i8": 8, "u8": 8, "boolean": 8, "f8e4m3": 8,
    "f8e5m2": 8, "f8e8m0": 8, "nf4": 4, "i4": 4, "u4": 4, "f4e2m1": 4, "u1": 1,
    "u2": 2,
}  # fmt: skip
_NUMBER = re.compile(r"\d{1,19}")
_SHAPE = re.compile(r"\d{1,19}(?:\s*,\s*\d{1,19}){0,63}")
_VERSIONS = frozenset({"10", "11"})
_MOST_LAYERS = 1_000_000
_MOST_KINDS = 10_000
_MOST_METADATA = 1_000
# Attributes that name files.
_PATHS = frozenset(
    {"path", "filename", "file", "library", "weights_path", "value_path"}
)


class Network:
    """One network, element by element."""

    def __init__(self, attributes: dict[str, str], document: Document) -> None:
        self._document = document
        self._layers: set[str] = set()
        self._kinds: dict[tuple[str, str], tuple[int, int, str]] = {}
        self._layer = ("", "", "")
        self._metadata: list[tuple[str, str]] = []
        # Where the furthest constant ends, and the line that says so.
        self._furthest = (0, 0)
        self._constants = 0
        version = attributes.get("version", "")
        self._producer = f"OpenVINO IR {document.shown(version)}".strip()
        name = attributes.get("name")
        if name:
            self._metadata.append(("name", document.shown(name)))
        if version not in _VERSIONS and not _NUMBER.fullmatch(version):
            document.add("malformed", f"version {document.shown(version)!r}", 1)

    def begin(self, name: str, attributes: dict[str, str], line: int) -> None:
        """Take the start of an element."""
        if name == "layer":
            self._begin_layer(attributes, line)
        elif name == "data":
            self._data(attributes, line)
        elif name == "edge":
            self._edge(attributes, line)
        elif "value" in attributes and len(self._metadata) < _MOST_METADATA:
            shown = self._document.shown
            self._metadata.append((shown(name), shown(attributes["value"])))

    def finish(self) -> GraphFacts:
        """Give what was seen."""
        subject = self._document.subject
        return self._document.facts(
            producer=self._producer,
            operators=tuple(
                GraphOperator(
                    domain=domain,
                    name=name,
                    count=count,
                    place=subject.at(line=line, key=key),
                )
                for (domain, name), (count, line, key) in sorted(self._kinds.items())
            ),
            data_files=self._numbers(),
            metadata=tuple(self._metadata),
        )

    def _begin_layer(self, attributes: dict[str, str], line: int) -> None:
        shown = self._document.shown
        kind = shown(attributes.get("type", ""))
        version = shown(attributes.get("version", ""))
        identity = attributes.get("id", "")
        self._layer = (kind, identity, shown(attributes.get("name", identity)))
        domain = "" if _OPSET.fullmatch(version) else version
        seen = self._kinds.get((domain, kind))
        if seen is not None:
            self._kinds[domain, kind] = (seen[0] + 1, *seen[1:])
        elif len(self._kinds) < _MOST_KINDS:
            self._kinds[domain, kind] = (1, line, self._layer[2])

    def _edge(self, attributes: dict[str, str], line: int) -> None:
        """Layers of loops' bodies have numbers of their own, so only form is told."""
        for key in ("from-layer", "to-layer"):
            number = attributes.get(key, "")
            if not _NUMBER.fullmatch(number):
                detail = f"{key} is {self._document.shown(number)!r}"
                self._document.add("bad-index", detail, line)

    def _data(self, attributes: dict[str, str], line: int) -> None:
        for key in _PATHS.intersection(attributes):
            self._path(key, attributes[key], line)
        if self._layer[0] != "Const" or "offset" not in attributes:
            return
        offset, size = attributes["offset"], attributes.get("size", "")
        if not (_NUMBER.fullmatch(offset) and _NUMBER.fullmatch(size)):
            detail = f"bytes {offset!r} to {size!r} further"
            self._document.add("out-of-bounds", self._document.shown(detail), line)
            return
        self._constants += 1
        self._furthest = max(self._furthest, (int(offset) + int(size), line))
        self._shape(attributes, int(size), line)

    def _shape(self, attributes: dict[str, str], size: int, line: int) -> None:
        """Compare what shape and type need with the bytes that are named."""
        bits = _BITS.get(attributes.get("element_type", ""))
        shape = attributes.get("shape", "").strip()
        if bits is None or (shape and not _SHAPE.fullmatch(shape)):
            return
        sides = [int(side) for side in shape.split(",")] if shape else []
        needed = (math.prod(sides) * bits + 7) // 8
        if needed > size:
            detail = f"shape [{shape}] needs more than its {size} bytes"
            self._document.add("out-of-bounds", self._document.shown(detail), line)

    def _path(self, key: str, value: str, line: int) -> None:
        if value.startswith(("/", "\\")) or ".." in value or ":" in value:
            detail = f"{key} is {self._document.shown(value)!r}"
            self._document.add("path-escape", detail, line)

    def _numbers(self) -> tuple[DataFile, ...]:
        """Give the file of numbers, to the furthest byte that is used of it."""
        if not self._constants:
            return ()
        place = self._document.subject.place
        outer = place.member is None
        path = (place.path if outer else place.member) or ""
        stem = path[: -len(".xml")] if path.lower().endswith(".xml") else path
        beside = f"{stem}.bin"
        end, line = self._furthest
        found = outer and beside in self._document.inspection.paths
        return (
            DataFile(
                place=self._document.subject.at(line=line),
                path=beside.rsplit("/", 1)[-1],
                target=beside if found else None,
                offset=0,
                length=end,
            ),
        )
