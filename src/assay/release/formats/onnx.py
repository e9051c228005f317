"""ONNX models: what their graphs call, take from other files, and say about themselves.

Source: `onnx.proto` of the ONNX project (version 1.23) and its documents on the
intermediate representation and on external data. CVE-2022-25882, CVE-2024-27318 and
CVE-2026-27489 are holes in how its library found external data; CVE-2026-34445 in how
it took settings that it does not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.facts import Content, GraphFacts
from assay.release.formats.graph_walk import GraphWalk
from assay.release.formats.onnx_graph import Graphs
from assay.release.formats.onnx_tensor import Tensors, entry
from assay.release.formats.protobuf import BYTES, VARINT, Wire, matches
from assay.release.formats.reading import shorten
from assay.release.source import BytesSource

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.protobuf import Field
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_onnx", "read"]

# ModelProto: number and type of each field.
_MODEL = {
    1: VARINT, 2: BYTES, 3: BYTES, 4: BYTES, 5: VARINT, 6: BYTES, 7: BYTES, 8: BYTES,
    14: BYTES, 20: BYTES, 25: BYTES, 26: BYTES,
}  # fmt: skip
_GRAPH = dict.fromkeys((1, 2, 5, 10, 11, 12, 13, 14, 15, 16), BYTES)
_NODE = dict.fromkeys((1, 2, 3, 4, 5, 6, 7, 8, 9, 10), BYTES)
_OPSET = {1: BYTES, 2: VARINT}
_VERSION, _GRAPH_FIELD, _OPSETS, _METADATA, _TRAINING, _FUNCTIONS = 1, 7, 8, 14, 20, 25
_TEXTS = {2: "producer_name", 3: "producer_version", 4: "domain", 6: "doc_string"}
_MAX_VERSION = 100
_PROOF_FIELDS = 4_000
# Texts about the model that are read as files of their own: templates, credentials.
_MAX_TEXT_BYTES = 1 << 20
_MAX_TEXTS = 256
_SHORT = 20


def is_onnx(source: ByteSource) -> bool:
    """Tell whether the bytes begin as a model: its fields, and a graph among them."""
    wire = Wire(source, _PROOF_FIELDS)
    fields = matches(wire, 0, source.size, _MODEL, 256)
    if not fields:
        return False
    version = any(
        field.number == _VERSION and 0 < field.start <= _MAX_VERSION for field in fields
    )
    graph = next((f for f in fields if f.number == _GRAPH_FIELD), None)
    if graph is not None:
        return _is_graph(source, graph, version=version)
    opset = next((f for f in fields if f.number == _OPSETS), None)
    return version and opset is not None and _holds(source, opset, _OPSET)


def _is_graph(source: ByteSource, graph: Field, *, version: bool) -> bool:
    wire = Wire(source, _PROOF_FIELDS)
    parts = matches(wire, graph.start, graph.end, _GRAPH, 8)
    if not parts:
        return False
    node = next((part for part in parts if part.number == 1), None)
    return version or (node is not None and _holds(source, node, _NODE))


def _holds(source: ByteSource, field: Field, known: dict[int, int]) -> bool:
    wire = Wire(source, _PROOF_FIELDS)
    return bool(matches(wire, field.start, field.end, known, 8))


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Walk the model once, past its tensors, and give what it would do."""
    return _Model(subject, inspection).read()


class _Model:
    """One model being walked."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._walk = GraphWalk.begin(subject, inspection)
        self._subject = subject
        self._limits = inspection.limits
        self._wire = self._walk.wire
        self._tensors = Tensors(self._walk)
        self._graphs = Graphs(self._walk, self._tensors)
        self._metadata: list[tuple[str, str]] = []
        self._long: list[tuple[str, int, int]] = []
        self._graphs_seen = 0
        self._last = 0
        self._unknown = False

    def read(self) -> list[Fact]:
        size = self._subject.source.size
        for field in self._wire.fields(0, size):
            self._last = field.end
            self._field(field)
        if self._graphs_seen > 1:
            detail = f"{self._graphs_seen} graphs; loaders merge them or take one"
            self._walk.problems.add("duplicate-graph", detail)
        broken = self._wire.broken
        gaps = self._walk.gaps(
            trailing=broken is not None
            and self._graphs_seen > 0
            and self._unknown
            and broken.offset >= self._last
        )
        facts: list[Fact] = [self._facts(), *gaps, *self._tensors.facts]
        for key, start, end in self._long[:_MAX_TEXTS]:
            source = BytesSource(self._wire.bytes_of(start, end, _MAX_TEXT_BYTES))
            facts.extend(self._walk.inspection.descend(self._subject, key, source))
        return facts

    def _field(self, field: Field) -> None:
        number = field.number
        if not self._walk.known(field, _MODEL, "model"):
            self._unknown = True
        elif field.wire != BYTES:
            return
        elif number == _GRAPH_FIELD:
            self._graphs_seen += 1
            self._graphs.graph(field.start, field.end)
        elif number == _FUNCTIONS:
            self._graphs.function(field.start, field.end)
        elif number == _TRAINING:
            self._training(field)
        elif number == _METADATA:
            self._entry(field)
        elif number in _TEXTS:
            self._about(_TEXTS[number], field.start, field.end)

    def _training(self, field: Field) -> None:
        for part in self._wire.fields(field.start, field.end):
            if part.number in (1, 2) and part.wire == BYTES:
                self._graphs.graph(part.start, part.end)

    def _entry(self, field: Field) -> None:
        key, _ = entry(self._wire, field.start, field.end)
        for part in self._wire.fields(field.start, field.end):
            if part.number == 2 and part.wire == BYTES:
                self._about(key, part.start, part.end)

    def _about(self, key: str, start: int, end: int) -> None:
        if len(self._metadata) < self._limits.max_graph_entries:
            self._metadata.append((key, self._wire.text(start, end)))
        if end - start >= _SHORT:
            self._long.append((_member(key), start, end))

    def _facts(self) -> GraphFacts:
        metadata = [*self._metadata, *self._graphs.texts]
        names = [value for key, value in self._metadata if key == "producer_name"]
        return GraphFacts(
            place=self._subject.place,
            content=Content.ONNX,
            producer=shorten("".join(names[:1]), self._limits.max_shown_chars),
            operators=self._walk.calls.done(),
            functions=tuple(sorted(self._graphs.functions)),
            data_files=self._walk.files.done(),
            metadata=tuple(metadata[: self._limits.max_graph_entries]),
            problems=self._walk.problems.done(),
        )


def _member(key: str) -> str:
    """Name a text as a member; the name of a template lets it be read as one."""
    plain = "".join(char if char.isalnum() or char in "-_." else "_" for char in key)
    suffix = ".jinja" if "template" in key.lower() else ""
    return f"metadata/{plain[:80]}{suffix}"
