"""Pickle streams written by hand, opcode by opcode, with harmless payloads.

Nothing here imports what the streams name: a stream is bytes, and is never loaded.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "PRINT",
    "Code",
    "call",
    "dtype",
    "fetch",
    "fetch_stack",
    "instance",
    "long_text",
    "short_text",
    "stream",
    "value",
]


class Code(bytes):
    """Opcodes that leave one value on the stack."""

    __slots__ = ()


def short_text(text: str) -> Code:
    """SHORT_BINUNICODE, of protocol 4."""
    raw = text.encode("utf-8", "surrogatepass")
    return Code(b"\x8c" + bytes((len(raw),)) + raw)


def long_text(text: str) -> Code:
    """BINUNICODE, of protocol 1."""
    raw = text.encode("utf-8", "surrogatepass")
    return Code(b"X" + struct.pack("<I", len(raw)) + raw)


def value(item: object) -> Code:
    """Write a constant, or what is code already."""
    if isinstance(item, Code):
        return item
    if item is None or isinstance(item, bool):
        return Code({None: b"N", True: b"\x88", False: b"\x89"}[item])
    writer = _WRITERS.get(type(item))
    if writer is None:
        message = f"{type(item)} is no constant"
        raise TypeError(message)
    return Code(writer(item))


def _all(items: Iterable[object]) -> bytes:
    return b"".join(map(value, items))


_WRITERS: dict[type, Callable[[Any], bytes]] = {
    int: lambda item: b"J" + struct.pack("<i", item),
    float: lambda item: b"G" + struct.pack(">d", item),
    str: long_text,
    bytes: lambda item: b"B" + struct.pack("<I", len(item)) + item,
    tuple: lambda item: b"(" + _all(item) + b"t",
    list: lambda item: b"](" + _all(item) + b"e",
    dict: lambda item: (
        b"}(" + _all(part for pair in item.items() for part in pair) + b"u"
    ),
}


def fetch(name: str) -> Code:
    """GLOBAL; `module:attribute`, either of which may be dotted."""
    module, _, attribute = name.partition(":")
    return Code(f"c{module}\n{attribute}\n".encode())


def fetch_stack(name: str) -> Code:
    """STACK_GLOBAL, of protocol 4."""
    module, _, attribute = name.partition(":")
    return Code(short_text(module) + short_text(attribute) + b"\x93")


def call(callee: str | Code, *arguments: object) -> Code:
    """REDUCE, of something fetched by GLOBAL or of code."""
    code = callee if isinstance(callee, Code) else fetch(callee)
    return Code(code + value(arguments) + b"R")


def dtype(kind: str) -> Code:
    """Write a data type of NumPy as NumPy does: neither aligned nor copied."""
    aligned, copied = False, True
    return call("numpy:dtype", kind, aligned, copied)


def instance(callee: str, state: object, *arguments: object) -> Code:
    """NEWOBJ and BUILD: how protocol 2 and later write an object."""
    return Code(fetch(callee) + value(arguments) + b"\x81" + value(state) + b"b")


def stream(*parts: bytes | Iterable[bytes], protocol: int = 2) -> bytes:
    """A whole stream: header (from protocol 2), code, STOP."""
    body = b"".join(
        part if isinstance(part, bytes) else b"".join(part) for part in parts
    )
    if protocol < 2:
        return body + b"."
    if protocol < 4:
        return b"\x80" + bytes((protocol,)) + body + b"."
    body += b"."
    frame = b"\x95" + struct.pack("<Q", len(body))
    return b"\x80" + bytes((protocol,)) + frame + body


# What most samples do: print a word.
PRINT = stream(call("builtins:exec", "print('hello')"))
