"""Puts GGUF files together byte by byte, lies included."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Gguf", "array", "text", "value"]

Scalar = bytes | str | int | float

_CODES = {
    "u8": (0, "B"), "i8": (1, "b"), "u16": (2, "H"), "i16": (3, "h"), "u32": (4, "I"),
    "i32": (5, "i"), "f32": (6, "f"), "bool": (7, "B"), "u64": (10, "Q"),
    "i64": (11, "q"), "f64": (12, "d"),
}  # fmt: skip


def text(data: bytes | str, order: str = "<", long: str = "Q") -> bytes:
    """Give a string with its length."""
    raw = data.encode() if isinstance(data, str) else data
    return struct.pack(order + long, len(raw)) + raw


def value(kind: str, content: Scalar, order: str = "<", long: str = "Q") -> bytes:
    """Give a typed value."""
    if isinstance(content, (bytes, str)):
        return struct.pack(order + "I", 8) + text(content, order, long)
    code, letter = _CODES[kind]
    return struct.pack(order + "I" + letter, code, content)


def array(
    kind: str, items: Sequence[Scalar], order: str = "<", long: str = "Q"
) -> bytes:
    """Give a list with its own type and the type of its entries."""
    head = struct.pack(order + "I", 9)
    if kind == "str":
        texts = [item for item in items if isinstance(item, (bytes, str))]
        body = b"".join(text(item, order, long) for item in texts)
        return head + struct.pack(order + "I" + long, 8, len(items)) + body
    code, letter = _CODES[kind]
    return head + struct.pack(
        f"{order}I{long}{len(items)}{letter}", code, len(items), *items
    )


class Gguf:
    """A file being put together; every part may be replaced by a lie."""

    def __init__(self, order: str = "<", version: int = 3, alignment: int = 32) -> None:
        self.order = order
        self.long = "I" if version == 1 else "Q"
        self.version = version
        self.alignment = alignment
        self.magic = b"GGUF"
        self.pairs: list[tuple[bytes, bytes]] = []
        self.tensors: list[tuple[bytes, tuple[int, ...], int, int]] = []
        self.data = b""
        self.counts: tuple[int | None, int | None] = (None, None)
        self.pad = b"\0"
        self.put("general.architecture", "str", "llama")

    def put(self, key: str | bytes, kind: str, content: Scalar) -> Gguf:
        """Add a pair of metadata."""
        raw = key.encode() if isinstance(key, str) else key
        self.pairs.append((raw, value(kind, content, self.order, self.long)))
        return self

    def put_list(self, key: str, kind: str, items: Sequence[Scalar]) -> Gguf:
        """Add a list to the metadata."""
        self.pairs.append((key.encode(), array(kind, items, self.order, self.long)))
        return self

    def put_raw(self, key: str, raw: bytes) -> Gguf:
        """Add a pair whose value is given as it lies in the file."""
        self.pairs.append((key.encode(), raw))
        return self

    def tensor(
        self, name: str | bytes, shape: tuple[int, ...], size: int, kind: int = 0
    ) -> Gguf:
        """Add a tensor of so many bytes behind the others."""
        raw = name.encode() if isinstance(name, str) else name
        self.tensors.append((raw, shape, kind, len(self.data)))
        body = bytes((7 * at + 1) % 251 for at in range(size))
        self.data += body + self.pad * (-size % self.alignment)
        return self

    def entry(self, name: str, shape: tuple[int, ...], kind: int, offset: int) -> Gguf:
        """Add an entry for a tensor without any data."""
        self.tensors.append((name.encode(), shape, kind, offset))
        return self

    def header(self) -> bytes:
        """Give all that lies before the padding."""
        order, long = self.order, self.long
        tensors, pairs = self.counts
        out = self.magic + struct.pack(order + "I", self.version)
        out += struct.pack(
            order + long + long,
            len(self.tensors) if tensors is None else tensors,
            len(self.pairs) if pairs is None else pairs,
        )
        for key, raw in self.pairs:
            out += text(key, order, long) + raw
        for name, shape, kind, offset in self.tensors:
            out += text(name, order, long) + struct.pack(order + "I", len(shape))
            out += struct.pack(f"{order}{len(shape)}{long}", *shape)
            out += struct.pack(order + "IQ", kind, offset)
        return out

    def build(self) -> bytes:
        """Give the file."""
        header = self.header()
        return header + self.pad * (-len(header) % self.alignment) + self.data
