"""Messages of protocol buffers from plain values, for samples of several formats."""

from __future__ import annotations

import struct

__all__ = ["Parts", "field", "message", "varint"]

Value = int | float | str | bytes
Parts = list[tuple[int, Value]]


def varint(number: int) -> bytes:
    """Encode a number; negative ones take ten bytes."""
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number: int, value: Value) -> bytes:
    """Encode one field: a number, a float of 32 bits, or bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def message(*parts: tuple[int, Value]) -> bytes:
    """Encode fields one after another."""
    return b"".join(field(number, value) for number, value in parts)
