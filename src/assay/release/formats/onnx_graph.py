"""Graphs of an ONNX model: every node of every graph, function and attribute.

Source: `GraphProto`, `NodeProto`, `AttributeProto`, `FunctionProto` of `onnx.proto`;
the contrib operator `EPContext` of ONNX Runtime names a file in an attribute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.release.formats.onnx_tensor import entry
from assay.release.formats.protobuf import BYTES, VARINT
from assay.release.formats.reading import shorten

if TYPE_CHECKING:
    from assay.release.formats.graph_walk import GraphWalk
    from assay.release.formats.onnx_tensor import Tensors
    from assay.release.formats.protobuf import Field

__all__ = ["Graphs"]

_NODE, _INITIALIZER, _SPARSE = 1, 5, 15
_GRAPH_FIELDS = frozenset({1, 2, 5, 10, 11, 12, 13, 14, 15, 16})
_NODE_FIELDS = frozenset(range(1, 11))
# Name, operator and domain of a node.
_NODE_TEXTS = (3, 4, 7)
_FUNCTION_NODE, _FUNCTION_DOC, _FUNCTION_ATTRIBUTE = 7, 8, 11
# Name, domain and overload of a function.
_FUNCTION_TEXTS = (1, 10, 13)
_FUNCTION_FIELDS = frozenset({1, *range(4, 15)})
_ATTRIBUTE_FIELDS = frozenset({*range(1, 12), 13, 14, 15, 20, 21, 22, 23})
# Fields of an attribute: tensors, graphs, sparse tensors, texts.
_TENSORS = frozenset({5, 10})
_GRAPHS = frozenset({6, 11})
_SPARSES = frozenset({22, 23})
_TEXTS = frozenset({4, 9})
_STANDARD = frozenset({"", "ai.onnx", "ai.onnx.ml"})
_CONTEXT = ("com.microsoft", "EPContext")
_MAX_NAMES = 200_000
_TELLING = 120
# Attributes of one node that wait for its operator, and graphs that wait at all.
_MAX_ATTRIBUTES = 1_000
_MAX_OPEN = 100_000
_MAX_TOLD = 64


class Graphs:
    """Walks graphs inside graphs without recursion, and keeps what was seen.

    Attributes:
        functions: `domain::name` of the functions that the model defines.
        texts: Texts about graphs and functions: name of the field, and the text.
    """

    def __init__(self, walk: GraphWalk, tensors: Tensors) -> None:
        self._walk = walk
        self._wire = walk.wire
        self._limits = walk.limits
        self._tensors = tensors
        self._open: list[tuple[int, int, int]] = []
        self._told_depth = False
        self.functions: set[str] = set()
        self.texts: list[tuple[str, str]] = []

    def graph(self, start: int, end: int) -> None:
        """Walk a graph and all that are inside it."""
        self._open.append((start, end, 1))
        self._drain()

    def _drain(self) -> None:
        while self._open:
            begin, stop, depth = self._open.pop()
            if depth > self._limits.max_graph_depth and not self._told_depth:
                self._told_depth = True
                self._walk.add("too-deep", f"graphs inside graphs, {depth} deep", begin)
            self._graph(begin, stop, depth)

    def function(self, start: int, end: int) -> None:
        """Walk the body of a function that the model defines."""
        texts: dict[int, str] = {}
        for field in self._wire.fields(start, end):
            if field.wire != BYTES:
                continue
            if field.number in _FUNCTION_TEXTS:
                texts[field.number] = self._wire.text(field.start, field.end, 512)
            elif field.number == _FUNCTION_NODE:
                self._node(field.start, field.end, 1)
            elif field.number == _FUNCTION_ATTRIBUTE:
                self._attribute(field.start, field.end, 1, [])
            elif field.number == _FUNCTION_DOC:
                self._text("doc_string", field)
            else:
                self._walk.known(field, _FUNCTION_FIELDS, "function")
        name, domain, overload = (texts.get(number, "") for number in _FUNCTION_TEXTS)
        full = f"{domain}::{name}" if domain else name
        if not overload and full in self.functions:
            detail = f"two functions are called {shorten(full, 100)!r}"
            self._walk.add("duplicate-function", detail, start)
        if len(self.functions) < self._limits.max_graph_entries:
            self.functions.add(full)
        self._drain()

    def _graph(self, start: int, end: int, depth: int) -> None:
        names: set[str] = set()
        for field in self._wire.fields(start, end):
            if field.wire != BYTES:
                continue
            if field.number == _NODE:
                self._node(field.start, field.end, depth)
            elif field.number == _INITIALIZER:
                name = self._tensors.tensor(field.start, field.end)
                if name and name in names:
                    detail = f"two initialisers are called {shorten(name, 100)!r}"
                    self._walk.add("duplicate-name", detail, field.start)
                if len(names) < _MAX_NAMES:
                    names.add(name)
            elif field.number == _SPARSE:
                self._tensors.sparse(field.start, field.end)
            elif field.number == 10:
                self._text("doc_string", field)
            elif field.number == 16:
                self._metadata(field)
            else:
                self._walk.known(field, _GRAPH_FIELDS, "graph")

    def _node(self, start: int, end: int, depth: int) -> None:
        wire = self._wire
        texts: dict[int, str] = {}
        attributes: list[Field] = []
        for field in wire.fields(start, end):
            number = field.number
            if field.wire != BYTES or number <= 2:
                continue
            if number in _NODE_TEXTS:
                texts[number] = wire.text(field.start, field.end, 512)
            elif number == 5 and len(attributes) < _MAX_ATTRIBUTES:
                attributes.append(field)
            elif number == 5:
                self._attribute(field.start, field.end, depth, [])
            else:
                self._walk.known(field, _NODE_FIELDS, "node")
        told: list[tuple[str, str]] = []
        for field in attributes:
            self._attribute(field.start, field.end, depth, told)
        name, operator, domain = (texts.get(number, "") for number in _NODE_TEXTS)
        detail = ""
        if (domain, operator) == _CONTEXT:
            self._context(told, start)
        elif domain not in _STANDARD:
            detail = ", ".join(f"{key}={value}" for key, value in told[:4])[:_TELLING]
        self._walk.calls.add(domain, operator, start, name, detail)

    def _attribute(
        self, start: int, end: int, depth: int, told: list[tuple[str, str]]
    ) -> None:
        """Read one attribute; its name and value are told when they are a text."""
        wire = self._wire
        name = ""
        for field in wire.fields(start, end):
            number = field.number
            if field.wire != BYTES:
                if field.wire == VARINT and number == 3 and len(told) < _MAX_TOLD:
                    told.append((name, str(field.start)))
            elif number == 1:
                name = wire.text(field.start, field.end, 512)
            elif number in _TEXTS:
                if len(told) < _MAX_TOLD:
                    told.append((name, wire.text(field.start, field.end, 512)))
                self._tensors.content(name, field.start, field.end)
            elif number in _TENSORS:
                self._tensors.tensor(field.start, field.end)
            elif number in _GRAPHS:
                self._inner(field, depth + 1)
            elif number in _SPARSES:
                self._tensors.sparse(field.start, field.end)
            else:
                self._walk.known(field, _ATTRIBUTE_FIELDS, "attribute")

    def _inner(self, field: Field, depth: int) -> None:
        """Keep a graph for later; more of them at once than any model has are told."""
        if len(self._open) < _MAX_OPEN:
            self._open.append((field.start, field.end, depth))
        elif not self._told_depth:
            self._told_depth = True
            detail = f"more than {_MAX_OPEN} graphs beside one another"
            self._walk.add("over-limit", detail, field.start)

    def _context(self, told: list[tuple[str, str]], start: int) -> None:
        """Note the file that holds what a vendor compiled, unless it is inside."""
        values = dict(told)
        path = values.get("ep_cache_context", "")
        if values.get("embed_mode", "1") == "0" and path:
            self._walk.files.add(path, self._walk.subject.at(offset=start))

    def _text(self, key: str, field: Field) -> None:
        if field.end > field.start and len(self.texts) < self._limits.max_graph_entries:
            self.texts.append((key, self._wire.text(field.start, field.end)))

    def _metadata(self, field: Field) -> None:
        if len(self.texts) < self._limits.max_graph_entries:
            self.texts.append(entry(self._wire, field.start, field.end))
