"""Indexes of vectors and models of words for samples, written without a library."""

from __future__ import annotations

import struct

__all__ = [
    "annoy",
    "crfsuite",
    "ctranslate2",
    "detector",
    "faiss_flat",
    "faiss_graph",
    "faiss_lists",
    "fasttext",
    "on_disk",
    "whisper",
    "word2vec",
]


def _header(count: int, dimensions: int = 2) -> bytes:
    return struct.pack("<iqqq?i", dimensions, count, 1 << 20, 1 << 20, True, 1)  # noqa: FBT003 - a field of the format


def faiss_flat(
    count: int = 3, *, said: int | None = None, name: bytes = b"IxF2"
) -> bytes:
    """Give vectors as they are, `said` many by the header."""
    numbers = struct.pack(f"<{2 * count}f", *range(2 * count))
    head = name + _header(count if said is None else said)
    return head + struct.pack("<Q", 2 * count) + numbers


def _list(form: str, *values: float) -> bytes:
    return struct.pack(f"<Q{len(values)}{form}", len(values), *values)


def faiss_graph(*neighbours: int, entry: int = 0, offsets: int = 3) -> bytes:
    """Give a graph of two nodes over vectors."""
    return (
        b"IHNf"
        + _header(2)
        + _list("d", 1.0)
        + _list("i", 0, 2)
        + _list("i", 1, 1)
        + _list("Q", *(2 * index for index in range(offsets)))
        + _list("i", *neighbours)
        + struct.pack("<iiiii", entry, 0, 40, 16, 1)
        + faiss_flat(2)
    )


def faiss_lists(lists: bytes) -> bytes:
    """Give an index of one cluster with these lists."""
    ivf = _header(2) + struct.pack("<QQ", 1, 1) + faiss_flat(1)
    return b"IwFl" + ivf + b"\0" + _list("q") + lists


def on_disk(path: bytes) -> bytes:
    """Give lists that lie in another file."""
    lists = _list("Q", 2, 2, 0)
    lists = struct.pack("<Q", 1) + lists[8:]
    name = struct.pack("<Q", len(path)) + path
    return b"ilod" + struct.pack("<QQ", 1, 8) + lists + _list("Q") + name + bytes(8)


def fasttext(
    words: tuple[bytes, ...] = (b"one", b"two"),
    *,
    said: int | None = None,
    rows: int | None = None,
) -> bytes:
    """Give a model of two numbers a word."""
    count = len(words) if said is None else said
    settings = struct.pack("<12id", 2, 5, 1, 1, 5, 1, 1, 2, 0, 0, 0, 100, 0.5)
    head = struct.pack("<iiiqq", count, count, 0, 2, -1)
    entries = b"".join(word + b"\0" + struct.pack("<qb", 1, 0) for word in words)
    lines = len(words) if rows is None else rows
    matrix = b"\0" + struct.pack("<qq", lines, 2) + bytes(8 * len(words))
    start = struct.pack("<ii", 793712314, 12)
    return start + settings + head + entries + matrix + matrix


def word2vec(
    words: tuple[bytes, ...] = (b"one", b"two"), *, said: int | None = None
) -> bytes:
    """Give vectors of two numbers."""
    count = len(words) if said is None else said
    rows = b"".join(word + b" " + struct.pack("<2f", 0.5, 1e-9) for word in words)
    return b"%d 2\n" % count + rows


def annoy(*, child: int = 1, items: int = 4, size: int = 24) -> bytes:
    """Give an index: items, one node that splits them, and the root once more."""
    leaf = struct.pack("<iii", 1, 0, 0).ljust(size, b"\x3f")
    listed = (size - 4) // 4
    node = struct.pack("<iii", items, 0, child).ljust(size, b"\0")
    if items > listed:
        node = struct.pack("<iii", items, 0, child).ljust(size, b"\x3f")
    return leaf * items + node + node


def crfsuite(
    *, label: int = 0, feature: int = 0, extra: bytes = b"", said: int = 0
) -> bytes:
    """Give a model of one label, one attribute and one feature."""
    features = b"FEAT" + struct.pack("<II", 32, 1)
    features += struct.pack("<IIId", 0, 0, label, 0.5)
    names = b"CQDB" + struct.pack("<IIIII", 40, 0, 0x62445371, 1, 36)
    names += struct.pack("<II", 1, 0) + b"\x41\0\0\0" + struct.pack("<I", 24)
    at = 48 + len(features)
    chunks = features + names + names
    lists = b""
    offsets = [48, at, at + len(names)]
    for name in (b"LFRF", b"AFRF"):
        start = 48 + len(chunks) + len(lists)
        offsets.append(start)
        lists += name + struct.pack("<III", 24, 1, start + 16)
        lists += struct.pack("<II", 1, feature)
    body = chunks + lists + extra
    size = said or 48 + len(body)
    head = b"lCRF" + struct.pack("<I", size) + b"FOMC"
    return head + struct.pack("<9I", 100, 1, 1, 1, *offsets) + body


def _named(name: bytes) -> bytes:
    return struct.pack("<H", len(name) + 1) + name + b"\0"


def ctranslate2(
    *names: bytes, version: int = 6, kind: int = 0, size: int = 8, count: int = 0
) -> bytes:
    """Give a model with a variable of two numbers for each name."""
    names = names or (b"decoder/scale", b"decoder/shift")
    head = struct.pack("<I", version) + _named(b"TransformerSpec")
    out = head + struct.pack("<II", 7, count or len(names))
    for name in names:
        typed = struct.pack("<BI", kind, size if version >= 4 else size // 4)
        out += _named(name) + struct.pack("<BI", 1, 2) + typed + bytes(8)
    if version < 3:
        return out
    return out + struct.pack("<I", 1) + _named(b"alias") + _named(names[0])


def _tensor(name: bytes, kind: int = 0, elements: int = 2) -> bytes:
    return struct.pack("<iiii", 1, len(name), kind, elements) + name + bytes(8)


def whisper(*tensors: bytes, words: int = 2, bands: int = 80) -> bytes:
    """Give a model of Whisper with these tensors."""
    settings = struct.pack("<11i", 51864, 1500, 384, 6, 4, 448, 384, 6, 4, 80, 1)
    filters = struct.pack("<ii", bands, 1) + bytes(4 * 80)
    listed = struct.pack("<i", words) + struct.pack("<I", 3) + b"one" + bytes(4)
    named = b"".join(map(_tensor, tensors or (b"encoder.bias", b"decoder.bias")))
    return b"lmgg" + settings + filters + listed + named


def detector(kind: int = 0, elements: int = 2) -> bytes:
    """Give a detector of speech with one layer and one tensor."""
    head = struct.pack("<i", 10) + b"silero-16k" + struct.pack("<5i", 6, 2, 0, 512, 64)
    layers = struct.pack("<8i", 1, 1, 1, 3, 128, 128, 128, 1)
    return b"lmgg" + head + layers + _tensor(b"stft", kind, elements)
