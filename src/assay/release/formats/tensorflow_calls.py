"""What the nodes of a TensorFlow graph call, each with what is constant about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.release.formats.reading import shorten
from assay.release.formats.tensorflow_graph import plain

if TYPE_CHECKING:
    from assay.release.formats.graph_walk import GraphWalk
    from assay.release.formats.tensorflow_graph import Body, Node, TensorFlowGraph

__all__ = ["note_calls"]

# Operators that save or restore, and which of their inputs are paths.
_SAVING = {
    "SaveV2": (0,),
    "Save": (0,),
    "SaveSlices": (0,),
    "RestoreV2": (0,),
    "Restore": (0,),
    "RestoreSlice": (0,),
    "MergeV2Checkpoints": (0, 1),
}
_SEPARATOR = re.compile(r"[/\\:]|\.\.")
_TABLES = frozenset({"InitializeTableFromTextFile", "InitializeTableFromTextFileV2"})
_DESCRIBED = frozenset({"DecodeProtoV2", "EncodeProto"})
# Operators of which the first constant input is a path or an address.
_PATHS = frozenset(
    {
        "ReadFile",
        "WriteFile",
        "MatchingFiles",
        "MatchingFilesDataset",
        "TextLineDataset",
        "TFRecordDataset",
        "TFRecordDatasetV2",
        "FixedLengthRecordDataset",
        "FixedLengthRecordDatasetV2",
        "LMDBDataset",
        "LoadDataset",
        "SaveDataset",
        "SaveDatasetV2",
        "SqlDataset",
        "RemoteCall",
        "RpcClient",
        "RpcServer",
    }
)


def note_calls(
    walk: GraphWalk,
    graph: TensorFlowGraph,
    *,
    saver: tuple[str, str, str],
    assets: frozenset[str],
) -> None:
    """Count every call of a graph.

    Args:
        walk: Where they are counted.
        graph: The graph.
        saver: Nodes that a saver names: file name, save, restore.
        assets: Nodes that hold paths of assets.
    """
    _Judge(walk, graph, saver, assets).note()


class _Judge:
    def __init__(
        self,
        walk: GraphWalk,
        graph: TensorFlowGraph,
        saver: tuple[str, str, str],
        assets: frozenset[str],
    ) -> None:
        self._walk = walk
        self._graph = graph
        self._assets = assets
        self._fed = plain(saver[0])
        self._saving = graph.behind(saver[1:])
        nodes = graph.main.nodes
        called = [
            name
            for node in self._saving
            if not self._feeds_text(graph.main, nodes[node])
            for name in graph.called_by(nodes[node])
        ]
        only = graph.reached(called)
        others = [
            name
            for key, node in nodes.items()
            if key not in self._saving or self._feeds_text(graph.main, node)
            for name in graph.called_by(node)
        ]
        others += [name for name in graph.functions if name not in only]
        for name in sorted(only):
            body = graph.functions[name]
            for node in body.nodes.values():
                if graph.called_by(node) and self._feeds_text(body, node):
                    others += graph.called_by(node)
        self._savers = only - graph.reached(others)

    def note(self) -> None:
        graph = self._graph
        for key, node in graph.main.nodes.items():
            self._node(graph.main, node, saving=key in self._saving)
        for name, body in graph.functions.items():
            for node in body.nodes.values():
                self._node(body, node, saving=name in self._savers)

    def _node(self, body: Body, node: Node, *, saving: bool) -> None:
        domain = ""
        detail = ""
        operator = node.operator
        if operator in _SAVING:
            path = self._saved(body, node, saving=saving)
            if path is None and (saving or body is self._graph.main):
                domain = "saver"
            detail = path or ""
        elif operator in _TABLES:
            detail = self._table(body, node)
        elif operator in _PATHS:
            detail = self._constant(body, node, 0) or ""
        elif node.texts:
            detail = ", ".join(node.texts[:4])
            if operator in _DESCRIBED and detail.startswith("bytes://"):
                detail = "bytes://"
        detail = shorten(detail, self._walk.limits.max_shown_chars)
        self._walk.calls.add(domain, operator, node.offset, node.name, detail)

    def _saved(self, body: Body, node: Node, *, saving: bool) -> str | None:
        """Give a path that is constant, or None when the caller gives all of them.

        A graph may hold savers that its `SaverDef` no longer names; what they would
        use unasked is a bare name such as `model`.
        """
        inputs = [name for name in node.inputs if not name.startswith("^")]
        for index in _SAVING[node.operator]:
            if index >= len(inputs):
                return ""
            origin = self._graph.origin(body, plain(inputs[index]))
            if origin is None:
                continue
            if origin.operator.startswith("Placeholder"):
                default = "" if saving else self._default(body, origin)
                if not _SEPARATOR.search(default):
                    continue
                return default
            if body is self._graph.main and origin.name == self._fed:
                continue
            return self._graph.text_of(origin)
        return None

    def _default(self, body: Body, node: Node) -> str:
        """Give the text that a place holder stands for when nobody feeds it."""
        found = body.nodes.get(plain(node.inputs[0])) if node.inputs else None
        return "" if found is None else self._graph.text_of(found)

    def _table(self, body: Body, node: Node) -> str:
        """Give `asset` when a table is filled from one, else the path."""
        inputs = [name for name in node.inputs if not name.startswith("^")]
        origin = None
        if len(inputs) > 1:
            origin = self._graph.origin(body, plain(inputs[1]))
        if origin is None:
            return "asset" if self._assets else "an argument"
        if body is self._graph.main and origin.name in self._assets:
            return "asset"
        return self._graph.text_of(origin) or origin.operator

    def _constant(self, body: Body, node: Node, index: int) -> str | None:
        inputs = [name for name in node.inputs if not name.startswith("^")]
        if index >= len(inputs):
            return None
        origin = self._graph.origin(body, plain(inputs[index]))
        return None if origin is None else self._graph.text_of(origin)

    def _feeds_text(self, body: Body, node: Node) -> bool:
        """Tell a call whose first input is a constant text: perhaps a path."""
        if not self._graph.called_by(node):
            return False
        inputs = [name for name in node.inputs if not name.startswith("^")]
        if not inputs:
            return False
        origin = self._graph.origin(body, plain(inputs[0]))
        if origin is None or origin.name == self._fed:
            return False
        return bool(self._graph.text_of(origin))
