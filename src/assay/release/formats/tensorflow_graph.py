"""Nodes and functions of a TensorFlow graph, and which of them only saving reaches.

Source: `graph.proto`, `node_def.proto`, `function.proto`, `attr_value.proto`,
`tensor.proto` and `saver.proto` of TensorFlow 2.21. A SavedModel saves and restores
through nodes that its `SaverDef` names, with a file name that the caller feeds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.release.formats.protobuf import BYTES
from assay.release.formats.reading import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.release.formats.graph_walk import GraphWalk
    from assay.release.formats.protobuf import Field

__all__ = ["Body", "Node", "TensorFlowGraph", "plain"]

_NODE_FIELDS = frozenset(range(1, 8))
_ENTRY_FIELDS = frozenset({1, 2})
_GRAPH_FIELDS = frozenset(range(1, 6))
_FUNCTION_FIELDS = frozenset({1, 3, 4, 5, 6, 7, 8})
_NAME, _OPERATOR, _INPUT, _ATTRIBUTE = 1, 2, 3, 5
_SIGNATURE, _FUNCTION_NODE = 1, 3
_TEXT, _TENSOR, _LIST, _FUNCTION, _LIST_FUNCTION = 2, 8, 1, 10, 9
_STRING_VALUE = 8
# Nodes followed back to where a path comes from: honest ones have five.
_MAX_STEPS = 64
# Names of inputs and functions that are kept, in one graph: some 100 bytes each.
_MAX_NAMES = 1_000_000
# Attributes with a text that tells what an operator does.
_TELLING = frozenset(
    {
        "token",
        "output_stream",
        "debug_urls",
        "descriptor_source",
        "address",
        "protocol",
        "tensor_name",
        "memory_region_name",
        "file_pattern",
        "tensor_debug_mode",
        "dump_root",
        "call_target_name",
    }
)


class Node:
    """One node: its operator, inputs, functions, and what is constant about it."""

    __slots__ = ("functions", "inputs", "name", "offset", "operator", "tensor", "texts")

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.name = ""
        self.operator = ""
        self.inputs: list[str] = []
        self.functions: list[str] = []
        self.texts: list[str] = []
        # Extent of the value of a constant.
        self.tensor: tuple[int, int] | None = None


class Body:
    """The nodes of the graph or of one function.

    Attributes:
        nodes: By name; the first of a name counts.
    """

    __slots__ = ("nodes",)

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}


class TensorFlowGraph:
    """One `GraphDef`: its own nodes and its library of functions.

    Attributes:
        main: Nodes of the graph itself.
        functions: Bodies of the functions of its library.
    """

    def __init__(self, walk: GraphWalk) -> None:
        self._walk = walk
        self._wire = walk.wire
        self._left = walk.limits.max_graph_nodes
        self._names = _MAX_NAMES
        self.main = Body()
        self.functions: dict[str, Body] = {}

    def read(self, start: int, end: int) -> None:
        """Read a `GraphDef`."""
        for field in self._wire.fields(start, end):
            if not self._walk.known(field, _GRAPH_FIELDS, "graph"):
                continue
            if field.wire == BYTES and field.number == 1:
                self._node(self.main, field.start, field.end)
            elif field.wire == BYTES and field.number == 2:
                for part in self._wire.fields(field.start, field.end):
                    if part.number == 1 and part.wire == BYTES:
                        self._function(part.start, part.end)

    def text_of(self, node: Node) -> str:
        """Give the first text of a constant, or nothing."""
        if node.tensor is None:
            return ""
        for field in self._wire.fields(*node.tensor):
            if field.number == _STRING_VALUE and field.wire == BYTES:
                return self._wire.text(field.start, field.end, 1024)
        return ""

    def origin(self, body: Body, name: str) -> Node | None:
        """Follow the first inputs back to where a value comes from.

        None stands for an argument of the function.
        """
        node: Node | None = None
        seen: set[str] = set()
        while name not in seen and len(seen) < _MAX_STEPS:
            seen.add(name)
            found = body.nodes.get(name)
            if found is None:
                # An argument; in the graph itself every name is a node.
                return node if body is self.main else None
            node = found
            before = [i for i in node.inputs if not i.startswith("^")]
            if not before or node.operator.startswith("Placeholder"):
                return node
            name = plain(before[0])
        return node

    def reached(self, names: Iterable[str]) -> set[str]:
        """Give the functions that those of these names call, themselves included."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            body = self.functions.get(name)
            if body is None or name in found:
                continue
            found.add(name)
            for node in body.nodes.values():
                waiting += self.called_by(node)
        return found

    def called_by(self, node: Node) -> list[str]:
        """Give the functions that a node names, in an attribute or by its operator."""
        if node.operator in self.functions:
            return [node.operator, *node.functions]
        return node.functions

    def behind(self, roots: Iterable[str]) -> set[str]:
        """Give the nodes of the graph itself that these depend on, and themselves."""
        found: set[str] = set()
        waiting = [plain(root) for root in roots if root]
        while waiting:
            name = waiting.pop()
            node = self.main.nodes.get(name)
            if node is None or name in found:
                continue
            found.add(name)
            waiting += map(plain, node.inputs)
        return found

    def _function(self, start: int, end: int) -> None:
        body = Body()
        name = ""
        for field in self._wire.fields(start, end):
            if field.wire != BYTES:
                continue
            if field.number == _SIGNATURE:
                for part in self._wire.fields(field.start, field.end):
                    if part.number == 1 and part.wire == BYTES:
                        name = self._wire.text(part.start, part.end, 512)
                        break
            elif field.number == _FUNCTION_NODE:
                self._node(body, field.start, field.end)
            else:
                self._walk.known(field, _FUNCTION_FIELDS, "function")
        if name in self.functions:
            detail = f"two functions are called {shorten(name, 100)!r}"
            self._walk.add("duplicate-function", detail, start)
            name = f"{name}@{start}"
        self.functions[name] = body

    def _node(self, body: Body, start: int, end: int) -> None:
        wire = self._wire
        node = Node(start)
        for field in wire.fields(start, end):
            number = field.number
            if field.wire != BYTES:
                continue
            if number == _NAME:
                node.name = wire.text(field.start, field.end, 512)
            elif number == _OPERATOR:
                node.operator = wire.text(field.start, field.end, 512)
            elif number == _INPUT:
                self._keep(node.inputs, field)
            elif number == _ATTRIBUTE:
                self._attribute(node, field.start, field.end)
            else:
                self._walk.known(field, _NODE_FIELDS, "node")
        if self._left <= 0:
            self._walk.calls.add("", node.operator, start, node.name)
            return
        self._left -= 1
        key = node.name
        if key in body.nodes:
            # A loader refuses the graph; what the second one does counts all the same.
            detail = f"two nodes are called {shorten(key, 100)!r}"
            self._walk.add("duplicate-name", detail, start)
            key = f"{key}@{start}"
        body.nodes[key] = node

    def _attribute(self, node: Node, start: int, end: int) -> None:
        wire = self._wire
        key = ""
        for field in wire.fields(start, end):
            if field.wire != BYTES:
                continue
            if field.number == 1:
                key = wire.text(field.start, field.end, 256)
            elif field.number == 2:
                self._value(node, key, field.start, field.end)
            else:
                self._walk.known(field, _ENTRY_FIELDS, "attribute")

    def _value(self, node: Node, key: str, start: int, end: int) -> None:
        for field in self._wire.fields(start, end):
            if field.wire != BYTES:
                continue
            if field.number == _TEXT and key in _TELLING and len(node.texts) < 8:
                node.texts.append(self._wire.text(field.start, field.end, 512))
            elif field.number == _TENSOR and key == "value":
                node.tensor = (field.start, field.end)
            elif field.number == _FUNCTION:
                self._named(node, field.start, field.end)
            elif field.number == _LIST:
                self._listed(node, key, field.start, field.end)

    def _listed(self, node: Node, key: str, start: int, end: int) -> None:
        for field in self._wire.fields(start, end):
            if field.wire != BYTES:
                continue
            if field.number == _TEXT and key in _TELLING and len(node.texts) < 8:
                node.texts.append(self._wire.text(field.start, field.end, 512))
            elif field.number == _LIST_FUNCTION:
                self._named(node, field.start, field.end)

    def _named(self, node: Node, start: int, end: int) -> None:
        for field in self._wire.fields(start, end):
            if field.number == 1 and field.wire == BYTES:
                self._keep(node.functions, field)

    def _keep(self, names: list[str], field: Field) -> None:
        """Keep a name; beyond the bound only what acts by its operator is seen."""
        if self._names > 0:
            self._names -= 1
            names.append(self._wire.text(field.start, field.end, 512))
        elif self._names == 0:
            self._names = -1
            detail = f"more inputs than the {_MAX_NAMES} that are followed"
            self._walk.add("over-limit", detail, field.start)


def plain(name: str) -> str:
    """Give the node that an input names: without its output, or its caret."""
    return name.removeprefix("^").partition(":")[0]
