"""One item of MessagePack at a time, with its extent and nothing made of it.

Source: the MessagePack specification, its table of first bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.release.source import ByteSource

__all__ = ["Item", "item_at"]

# First byte, and bytes of length that follow it.
_SIZED = {0xC4: ("bin", 1), 0xC5: ("bin", 2), 0xC6: ("bin", 4)} | {
    0xD9: ("str", 1), 0xDA: ("str", 2), 0xDB: ("str", 4),
    0xC7: ("ext", 1), 0xC8: ("ext", 2), 0xC9: ("ext", 4),
}  # fmt: skip
_CONTAINERS = {
    0xDC: ("array", 2), 0xDD: ("array", 4), 0xDE: ("map", 2), 0xDF: ("map", 4),
}  # fmt: skip
# Numbers and constants: bytes of value that follow.
_PLAIN = {0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8} | {
    0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8,
}  # fmt: skip
_FIXED_EXT = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}
_LONGEST_HEAD = 9


@dataclass(frozen=True, slots=True)
class Item:
    """One item.

    Attributes:
        kind: `map`, `array`, `str`, `bin`, `ext`, `float`, `int` or `plain`.
        head: Offset of its first byte.
        start: Offset of its content.
        count: Bytes of its content, or entries of a container.
        end: Offset behind it; behind its head for a container.
        extension: Type of an extension, 0 to 255.
        value: Of a whole number.
    """

    kind: str
    head: int
    start: int
    count: int
    end: int
    extension: int = 0
    value: int = 0


def item_at(source: ByteSource, at: int) -> Item | None:
    """Give the item that begins here, or None when there is none."""
    head = source.read_at(at, _LONGEST_HEAD)
    if not head:
        return None
    first = head[0]
    if first < 0x80 or first >= 0xE0:
        number = first if first < 0x80 else first - 256
        return Item("int", at, at + 1, 0, at + 1, value=number)
    if first < 0xA0:
        kind = "map" if first < 0x90 else "array"
        return Item(kind, at, at + 1, first & 0x0F, at + 1)
    if first < 0xC0:
        count = first & 0x1F
        return Item("str", at, at + 1, count, at + 1 + count)
    return _plain(head, at) or _sized(head, at)


def _plain(head: bytes, at: int) -> Item | None:
    first = head[0]
    width = _PLAIN.get(first)
    if width is None:
        return None
    if first in (0xCA, 0xCB):
        return Item("float", at, at + 1, width, at + 1 + width)
    if width:
        signed = first >= 0xD0
        number = int.from_bytes(head[1 : 1 + width], "big", signed=signed)
        return Item("int", at, at + 1, width, at + 1 + width, value=number)
    return Item("plain", at, at + 1, 0, at + 1)


def _sized(head: bytes, at: int) -> Item | None:
    first = head[0]
    if first in _FIXED_EXT:
        count = _FIXED_EXT[first]
        extension = head[1] if len(head) > 1 else 0
        return Item("ext", at, at + 2, count, at + 2 + count, extension=extension)
    if first in _CONTAINERS:
        kind, width = _CONTAINERS[first]
        count = int.from_bytes(head[1 : 1 + width], "big")
        return Item(kind, at, at + 1 + width, count, at + 1 + width)
    if first not in _SIZED:
        return None
    kind, width = _SIZED[first]
    count = int.from_bytes(head[1 : 1 + width], "big")
    start = at + 1 + width
    if kind != "ext":
        return Item(kind, at, start, count, start + count)
    extension = head[1 + width] if len(head) > 1 + width else 0
    return Item(kind, at, start + 1, count, start + 1 + count, extension=extension)
