"""Releases by which `graph-operations` is tried."""

from __future__ import annotations

import struct

from benchmarks.detection.onnx_bytes import external, graph, model, node, tensor
from benchmarks.detection.tensorflow_bytes import (
    constant,
    meta_graph,
    saved_model,
)
from benchmarks.detection.tensorflow_bytes import graph as tensorflow_graph
from benchmarks.detection.tensorflow_bytes import node as tensorflow_node
from tests.vectors.checks.entries import Entry, File, Link, json_file

__all__ = ["CASES"]

_NUMBERS = struct.pack("<4f", *range(4))
_READS = saved_model(
    meta_graph(
        tensorflow_graph(
            constant("path", "/etc/passwd"), tensorflow_node("ReadFile", "path")
        )
    )
)
_LINKED = model(graph(tensors=(external("linked.bin", offset="0", length="16"),)))
_OUTSIDE = model(graph(tensors=(external("../../../etc/passwd"),)))
_BESIDE = external("model.onnx_data", offset="0", length="16", name="beside")

CASES: dict[str, tuple[Entry, ...]] = {
    "met": (
        File("model.onnx", model(graph(tensors=(tensor(), _BESIDE)))),
        File("model.onnx_data", _NUMBERS),
    ),
    "unmet": (
        File("model.onnx", _OUTSIDE),
        File("linked.onnx", _LINKED),
        Link("linked.bin", "/etc/passwd"),
        File("calling.onnx", model(graph(node("PythonOp", domain="com.microsoft")))),
        File("saved_model.pb", _READS),
    ),
    "not_applicable": (json_file("config.json", {"model_type": "example"}),),
    "malformed": (File("model.onnx", model(graph(tensors=(tensor(),)))[:-20]),),
}
