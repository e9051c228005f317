"""TensorFlow graphs and checkpoint indexes from plain values."""

from __future__ import annotations

from benchmarks.detection.protobuf_bytes import Parts, message, varint

__all__ = [
    "bundle",
    "call",
    "constant",
    "function",
    "graph",
    "meta_graph",
    "node",
    "saved_model",
    "text_attribute",
]

_STRING = 7
_MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")


def _attribute(key: str, *value: tuple[int, bytes | int | str]) -> tuple[int, bytes]:
    return 5, message((1, key), (2, message(*value)))


def text_attribute(key: str, value: str) -> tuple[int, bytes]:
    """Give an attribute of a node that is a text."""
    return _attribute(key, (2, value))


def call(key: str, name: str) -> tuple[int, bytes]:
    """Give an attribute of a node that names a function."""
    return _attribute(key, (10, message((1, name))))


def node(
    operator: str,
    *inputs: str,
    name: str = "",
    more: tuple[tuple[int, bytes], ...] = (),
) -> bytes:
    """Give a node."""
    parts: Parts = [(1, name or operator), (2, operator)]
    parts += [(3, one) for one in inputs]
    return message(*parts, *more, _attribute("T", (6, 1)))


def constant(name: str, text: str) -> bytes:
    """Give a constant that is a text."""
    value = message((1, _STRING), (2, b""), (8, text))
    more = (_attribute("value", (8, value)), _attribute("dtype", (6, _STRING)))
    return node("Const", name=name, more=more)


def function(name: str, *nodes: bytes) -> bytes:
    """Give a function of a library."""
    parts: Parts = [(1, message((1, name), (2, message((1, "x")))))]
    parts += [(3, one) for one in nodes]
    return message(*parts)


def graph(*nodes: bytes, functions: tuple[bytes, ...] = ()) -> bytes:
    """Give a `GraphDef`."""
    parts: Parts = [(1, one) for one in nodes]
    if functions:
        parts.append((2, message(*((1, one) for one in functions))))
    return message(*parts, (4, message((1, 2200))))


def meta_graph(
    one: bytes,
    *,
    saver: tuple[str, str, str] | None = None,
    assets: tuple[tuple[str, str], ...] = (),
    more: Parts | None = None,
) -> bytes:
    """Give a `MetaGraphDef`; assets are nodes and file names."""
    parts: Parts = [(1, message((4, "serve"), (5, "2.21.0"))), (2, one)]
    if saver is not None:
        parts.append((3, message(*enumerate(saver, 1), (7, 2))))
    for tensor, path in assets:
        parts.append((6, message((1, message((1, tensor))), (2, path))))
    return message(*parts, *(more or []))


def saved_model(*metas: bytes) -> bytes:
    """Give a `SavedModel`."""
    parts: Parts = [(1, 1)]
    parts += [(2, one) for one in metas]
    return message(*parts)


def bundle(
    tensors: dict[str, tuple[int, tuple[int, ...], int, int]], *, shards: int = 1
) -> bytes:
    """Give an index: type, dims, offset and size of each tensor, all in one file."""
    entries = [(b"", message((1, shards), (3, message((1, 1)))))]
    for name, (kind, dims, offset, size) in sorted(tensors.items()):
        shape = message(*((2, message((1, one))) for one in dims))
        entry = message((1, kind), (2, shape), (4, offset), (5, size))
        entries.append((name.encode(), entry))
    data = _block(entries)
    meta = _block([])
    index = _block([(b"\xff", varint(0) + varint(len(data)))])
    table = b"".join(one + bytes(5) for one in (data, meta, index))
    begin = len(data) + 5
    footer = varint(begin) + varint(len(meta))
    footer += varint(begin + len(meta) + 5) + varint(len(index))
    return table + footer.ljust(40, b"\0") + _MAGIC


def _block(entries: list[tuple[bytes, bytes]]) -> bytes:
    out = b"".join(
        varint(0) + varint(len(key)) + varint(len(value)) + key + value
        for key, value in entries
    )
    return out + bytes(4) + (1).to_bytes(4, "little")
