"""ONNX models from plain values: nodes, tensors, graphs, functions, whole models."""

from __future__ import annotations

from benchmarks.detection.protobuf_bytes import Parts, Value, message

__all__ = [
    "attribute",
    "entry",
    "external",
    "function",
    "graph",
    "model",
    "node",
    "tensor",
]

FLOAT = 1


def entry(key: str, value: str) -> bytes:
    """Give a key and its value."""
    return message((1, key), (2, value))


def attribute(name: str, number: int, value: Value) -> bytes:
    """Give an attribute whose value stands in field `number`."""
    return message((1, name), (number, value))


def node(operator: str, *attributes: bytes, domain: str = "", name: str = "") -> bytes:
    """Give a node with one input and one output."""
    parts: Parts = [(1, "x"), (2, "y"), (3, name or operator.lower()), (4, operator)]
    parts += [(5, one) for one in attributes]
    if domain:
        parts.append((7, domain))
    return message(*parts)


def tensor(
    dims: tuple[int, ...] = (4,),
    *,
    raw: bytes | None = bytes(16),
    kind: int = FLOAT,
    name: str = "w",
    more: Parts | None = None,
) -> bytes:
    """Give a tensor; `raw` is left out when it is None."""
    parts: Parts = [(1, size) for size in dims]
    parts += [(2, kind), (8, name)]
    if raw is not None:
        parts.append((9, raw))
    return message(*parts, *(more or []))


def external(
    location: str, *, dims: tuple[int, ...] = (4,), name: str = "w", **settings: str
) -> bytes:
    """Give a tensor whose numbers lie in another file."""
    more: Parts = [(13, entry("location", location))]
    more += [(13, entry(key, value)) for key, value in settings.items()]
    return tensor(dims, raw=None, name=name, more=[*more, (14, 1)])


def graph(
    *nodes: bytes, tensors: tuple[bytes, ...] = (), more: Parts | None = None
) -> bytes:
    """Give a graph of these nodes, or of one."""
    parts: Parts = [(1, one) for one in nodes or (node("Relu"),)]
    parts.append((2, "main"))
    parts += [(5, one) for one in tensors]
    return message(*parts, *(more or []))


def function(name: str, domain: str, *nodes: bytes) -> bytes:
    """Give a function that a model defines itself."""
    parts: Parts = [(1, name), (4, "x"), (5, "y")]
    parts += [(7, one) for one in nodes or (node("Relu"),)]
    return message(*parts, (10, domain))


def model(
    *graphs: bytes, more: Parts | None = None, first: Parts | None = None
) -> bytes:
    """Give a model; `first` stands before its graphs, `more` behind them."""
    parts: Parts = [(1, 8), (2, "pytorch"), (3, "2.9.0"), *(first or [])]
    parts += [(7, one) for one in graphs or (graph(),)]
    return message(*parts, (8, message((2, 17))), *(more or []))
