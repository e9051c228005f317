"""TensorFlow's graphs as text, in the ways in which the text form can be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples", "saved_model"]

_PATH = (
    'node { name: "p" op: "Const" attr { key: "value" value { tensor { '
    'dtype: DT_STRING tensor_shape { } string_val: "/etc/passwd" } } } }\n'
)
_READ = _PATH + 'node { name: "r" op: "ReadFile" input: "p" }\n'
_PLAIN = """node {
  name: "x"
  op: "Placeholder"
  attr { key: "dtype" value { type: DT_FLOAT } }
  attr { key: "shape" value { shape { dim { size: -1 } dim { size: 4 } } } }
}
node { name: "y" op: "Relu" input: "x" attr { key: "T" value { type: DT_FLOAT } } }
versions { producer: 1987 }
"""


def saved_model(graph: str) -> str:
    """Give a SavedModel around a graph."""
    return f"saved_model_schema_version: 1\nmeta_graphs {{ graph_def {{ {graph} }} }}\n"


def _hostile() -> Iterator[tuple[str, str, str]]:
    for operator in ("ReadFile", "WriteFile", "PyFunc", "EagerPyFunc", "MatchingFiles"):
        graph = _READ.replace("ReadFile", operator)
        name = operator.lower()
        yield f"{name}-model", "saved_model.pbtxt", saved_model(graph)
        yield f"{name}-graph", "graph.pbtxt", graph
    model = saved_model(_READ)
    pointy = _READ.replace("{", "<").replace("}", ">")
    inner = 'signature { name: "f" } node_def { name: "r" op: "ReadFile" }'
    forms = {
        "commented": "# a graph\n# of two nodes\n" + _READ.replace(" op", " # x\n op"),
        "controls": "# \x01\x02\n" + _READ,
        "pointy": pointy,
        "one-line": _READ.replace("\n", " "),
        "single-quotes": _READ.replace('"', "'"),
        "joined": _READ.replace('"ReadFile"', "\"Read\" 'File'"),
        "octal": _READ.replace('"ReadFile"', '"\\122ead\\106ile"'),
        "hexadecimal": _READ.replace('"ReadFile"', '"\\x52eadFile"'),
        "separated": _READ.replace('" ', '", ').replace(" } ", " }; "),
        "colons": _READ.replace("node {", "node: {").replace("attr {", "attr: {"),
        "listed": 'node: [{ name: "x" op: "NoOp" }, { name: "r" op: "ReadFile" }]',
        "extended": "node { [own.field] { a: 1 } op: 'ReadFile' name: 'r' }",
        "strange-first": 'node { debug_info { } name: "r" op: "ReadFile" }',
        "function": "library { function { " + inner + " } }",
        "behind-plain": _PLAIN + _READ,
    }
    for name, graph in forms.items():
        yield f"form-{name}", "graph.pbtxt", graph
    yield "meta-first", "saved_model.pbtxt", f"meta_graphs: <graph_def: <{pointy}>>"
    yield "by-no-name", "model.txt", model
    yield "meta-graph", "model.ckpt.meta.pbtxt", f"graph_def {{ {_READ} }}"


def _honest() -> Iterator[tuple[str, str, str]]:
    yield "graph", "graph.pbtxt", _PLAIN
    yield "model", "saved_model.pbtxt", saved_model(_PLAIN)
    labels = "".join(f"item {{\n  id: {n}\n  name: 'l{n}'\n}}\n" for n in range(5))
    yield "labels", "label_map.pbtxt", labels
    yield "server", "config.pbtxt", 'name: "m"\nplatform: "onnxruntime_onnx"\n'
    yield "caffe", "deploy.prototxt", 'name: "net"\nlayer { name: "c" type: "ReLU" }\n'
    yield "settings", "config.yaml", "version: 1\nnode: here\nlibrary: x\n"
    yield "nested-settings", "compose.yml", "version: '3'\nnode:\n  op: ReadFile\n"
    yield "dot", "graph.dot", "digraph g { node [shape=box]; a -> b }\n"
    yield "words", "notes.txt", "node: a part of a graph. version: the second\n"


def samples() -> Iterator[Sample]:
    """Give every sample."""
    for truth, made in ((Truth.HOSTILE, _hostile()), (Truth.HONEST, _honest())):
        for name, path, text in made:
            honest = truth is Truth.HONEST
            yield Sample(
                name=f"honest-{name}" if honest else name,
                family="graphs-text",
                technique="honest" if honest else "an operator that acts, as text",
                truth=truth,
                files={path: text.encode()},
            )
