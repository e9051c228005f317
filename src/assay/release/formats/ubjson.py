"""Universal Binary JSON as XGBoost writes it: values with a type before each.

Source: the UBJSON specification, draft 12, and XGBoost's own reader, which follows no
other. Reading keeps a list of what is open, so that no nesting can exhaust the stack.
"""

from __future__ import annotations

import struct
import sys
from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.domain.limits import Limits

__all__ = ["Malformed", "TooMuch", "loads"]

_INTEGERS = {0x69: (1, True), 0x55: (1, False), 0x49: (2, True), 0x6C: (4, True)}
_INTEGERS[0x4C] = (8, True)
_FLOATS = {0x64: ">f", 0x44: ">d"}
_CONSTANTS = {0x54: True, 0x46: False, 0x5A: None}
# Types of elements that stand in an array without a marker before each.
_PACKED = {0x69: "b", 0x55: "B", 0x49: "h", 0x6C: "i", 0x4C: "q", 0x64: "f", 0x44: "d"}
_OBJECT, _ARRAY, _TEXT, _PRECISE, _CHAR, _NOTHING = 0x7B, 0x5B, 0x53, 0x48, 0x43, 0x4E
# Memory in values of some 40 bytes.
_OBJECT_COSTS, _ARRAY_COSTS, _VALUE_BYTES = 20, 3, 40
_OBJECT_END, _ARRAY_END, _TYPE, _COUNT = 0x7D, 0x5D, 0x24, 0x23


class Malformed(Exception):  # noqa: N818 - control flow between readers only
    """The bytes at `offset` are no such value."""

    def __init__(self, kind: str, offset: int, detail: str) -> None:
        self.kind = kind
        self.offset = offset
        self.detail = detail
        super().__init__(detail)


class TooMuch(Malformed):
    """A bound of ours ended the reading."""


class _Open:
    """An object or an array that is not closed yet."""

    __slots__ = ("items", "key", "left")

    def __init__(self, items: dict[str, object] | list[object], left: int) -> None:
        self.items = items
        # Values to come where a count was given; -1 where a mark closes it.
        self.left = left
        self.key = ""


def loads(data: bytes, limits: Limits) -> tuple[object, int]:
    """Give the value at the front of the bytes, and where it ends.

    Raises:
        Malformed: The bytes are no such value.
        TooMuch: It is deeper, or holds more values, than are read.
    """
    return _Reader(data, limits).read()


class _Reader:
    """One document being read."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._data = data
        self._at = 0
        self._left = limits.max_tree_json_values
        self._depth = limits.max_json_depth
        self._open: list[_Open] = []
        # Trees repeat their keys: each is kept once.
        self._keys: dict[str, str] = {}

    def read(self) -> tuple[object, int]:
        value = self._value(self._byte())
        while self._open:
            current = self._open[-1]
            if self._closed(current):
                self._open.pop()
                continue
            if isinstance(current.items, dict):
                key = self._text(self._byte())
                current.key = self._keys.setdefault(key, key)
                if current.key in current.items:
                    raise Malformed(
                        "duplicate-name", self._at, f"{current.key!r} stands twice"
                    )
            self._store(current, self._value(self._byte()))
        return value, self._at

    def _closed(self, current: _Open) -> bool:
        if current.left >= 0:
            current.left -= 1
            return current.left < 0
        mark = _OBJECT_END if isinstance(current.items, dict) else _ARRAY_END
        while self._data[self._at : self._at + 1] == b"N":
            self._at += 1
        if self._data[self._at : self._at + 1] != bytes((mark,)):
            return False
        self._at += 1
        return True

    @staticmethod
    def _store(current: _Open, value: object) -> None:
        if isinstance(current.items, dict):
            current.items[current.key] = value
        else:
            current.items.append(value)

    def _byte(self) -> int:
        if self._at >= len(self._data):
            raise Malformed("truncated", self._at, "the document ends inside a value")
        self._at += 1
        return self._data[self._at - 1]

    def _take(self, count: int) -> bytes:
        piece = self._data[self._at : self._at + count]
        if len(piece) != count:
            raise Malformed(
                "truncated", self._at, f"{count} bytes are declared, {len(piece)} left"
            )
        self._at += count
        return piece

    def _charge(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise TooMuch("over-limit", self._at, "it holds more values than are read")

    def _value(self, marker: int) -> object:
        self._charge(1)
        if marker in _CONSTANTS:
            return _CONSTANTS[marker]
        if marker in _INTEGERS:
            return self._integer(marker)
        if marker in _FLOATS:
            form = _FLOATS[marker]
            return struct.unpack(form, self._take(struct.calcsize(form)))[0]
        if marker in (_TEXT, _PRECISE):
            return self._text(self._byte())
        if marker == _CHAR:
            return chr(self._byte())
        if marker in (_OBJECT, _ARRAY):
            return self._container(is_object=marker == _OBJECT)
        raise Malformed("malformed", self._at - 1, f"there is no type {marker:#04x}")

    def _integer(self, marker: int) -> int:
        size, signed = _INTEGERS[marker]
        return int.from_bytes(self._take(size), "big", signed=signed)

    def _length(self) -> int:
        marker = self._byte()
        if marker not in _INTEGERS:
            raise Malformed("malformed", self._at - 1, f"{marker:#04x} is no length")
        length = self._integer(marker)
        if length < 0:
            raise Malformed("count-mismatch", self._at, f"a length of {length}")
        return length

    def _text(self, marker: int) -> str:
        self._at -= 1
        if marker not in _INTEGERS:
            raise Malformed("malformed", self._at, f"{marker:#04x} is no length")
        return self._take(self._length()).decode("utf-8", "replace")

    def _container(self, *, is_object: bool) -> object:
        kind = 0
        left = -1
        if self._data[self._at : self._at + 1] == b"$":
            self._at += 1
            kind = self._byte()
            if self._data[self._at : self._at + 1] != b"#":
                raise Malformed("malformed", self._at, "a type without a count")
        if self._data[self._at : self._at + 1] == b"#":
            self._at += 1
            left = self._length()
        if kind:
            if is_object or kind not in _PACKED:
                raise Malformed("malformed", self._at, f"packed values of {kind:#04x}")
            return self._packed(_PACKED[kind], left)
        if len(self._open) >= self._depth:
            raise TooMuch("over-limit", self._at, "it is nested too deep")
        self._charge(_OBJECT_COSTS if is_object else _ARRAY_COSTS)
        items: dict[str, object] | list[object] = {} if is_object else []
        self._open.append(_Open(items, left))
        return items

    def _packed(self, code: str, count: int) -> array[int] | array[float]:
        values: array[int] | array[float] = array(code)
        size = values.itemsize
        if count * size > len(self._data) - self._at:
            left = len(self._data) - self._at
            raise Malformed(
                "out-of-bounds",
                self._at,
                f"{count} values of {size} bytes are declared, {left} bytes left",
            )
        self._charge(_ARRAY_COSTS + count * size // _VALUE_BYTES)
        values.frombytes(self._take(count * size))
        if sys.byteorder == "little":
            values.byteswap()
        return values
