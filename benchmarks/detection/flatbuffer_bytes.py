"""FlatBuffers for samples, written front to back, without the library."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Number", "Numbers", "Raw", "Table", "Tables", "Text", "Texts", "flatbuffer"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number inside a table, by `struct` format."""

    form: str
    value: int


@dataclass(frozen=True, slots=True)
class Text:
    """A text."""

    value: str


@dataclass(frozen=True, slots=True)
class Raw:
    """A vector of bytes, declared `more` longer than it is."""

    data: bytes
    more: int = 0


@dataclass(frozen=True, slots=True)
class Numbers:
    """A vector of numbers."""

    form: str
    values: Sequence[int]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Texts:
    """A vector of texts."""

    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its fields by number."""

    fields: dict[int, object]


@dataclass(frozen=True, slots=True)
class Tables:
    """A vector of tables."""

    values: Sequence[Table]
    more: int = 0


def flatbuffer(root: Table, identifier: bytes = b"", header: bytes = b"") -> bytes:
    """Give a buffer whose outermost table is `root`."""
    out = bytearray(b"\0\0\0\0" + identifier + header)
    _pad(out, 8)
    struct.pack_into("<I", out, 0, _put(out, root))
    return bytes(out)


def _pad(out: bytearray, size: int) -> None:
    out += bytes(-len(out) % size)


def _point(out: bytearray, at: int, value: object) -> None:
    struct.pack_into("<I", out, at, _put(out, value) - at)


def _put(out: bytearray, value: object) -> int:
    """Append a value; give where it begins."""
    if isinstance(value, Table):
        return _put_table(out, value)
    _pad(out, 4)
    if isinstance(value, Text):
        encoded = value.value.encode()
        at = len(out)
        out += struct.pack("<I", len(encoded)) + encoded + b"\0"
        return at
    if isinstance(value, (Raw, Numbers)):
        if isinstance(value, Numbers):
            count = len(value.values)
            data = struct.pack(f"<{count}{value.form}", *value.values)
        else:
            count, data = len(value.data), value.data
        out += bytes((12 - len(out)) % 16)
        at = len(out)
        out += struct.pack("<I", count + value.more) + data
        return at
    if isinstance(value, (Tables, Texts)):
        items = (
            [Text(text) for text in value.values]
            if isinstance(value, Texts)
            else list(value.values)
        )
        more = value.more if isinstance(value, Tables) else 0
        at = len(out)
        out += struct.pack("<I", len(items) + more) + bytes(4 * len(items))
        for index, item in enumerate(items):
            _point(out, at + 4 + 4 * index, item)
        return at
    raise TypeError(value)


def _put_table(out: bytearray, table: Table) -> int:
    count = max(table.fields, default=-1) + 1
    body = bytearray(4)
    places = [0] * count
    for field, value in table.fields.items():
        form = value.form if isinstance(value, Number) else "I"
        body += bytes(-len(body) % struct.calcsize(f"<{form}"))
        places[field] = len(body)
        number = value.value if isinstance(value, Number) else 0
        body += struct.pack(f"<{form}", number)
    _pad(out, 2)
    start = len(out)
    out += struct.pack(f"<HH{count}H", 4 + 2 * count, len(body), *places)
    _pad(out, 8)
    at = len(out)
    out += body
    struct.pack_into("<i", out, at, at - start)
    for field, value in table.fields.items():
        if not isinstance(value, Number):
            _point(out, at + places[field], value)
    return at
