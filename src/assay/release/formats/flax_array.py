"""Arrays in Flax checkpoints: shape and type against the bytes.

An array is a list of three: a list of whole numbers, the name of a type, the bytes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.release.formats.msgpack_items import Item, item_at
from assay.release.formats.reading import shorten

if TYPE_CHECKING:
    from assay.release.source import ByteSource

__all__ = ["array_problem", "complex_problem"]

_MAX_DIMENSIONS = 64
_MAX_TYPE_NAME = 256
_TYPE = re.compile(r"(?:u?int|float|complex)(8|16|32|64|128|256)")
_BYTES = {"bool": 1, "bool_": 1, "bfloat16": 2} | dict.fromkeys(
    ("int2", "uint2", "int4", "uint4"), 1
)
# Eight-bit numbers of ml_dtypes, and those with fewer bits, which take a byte each.
_SMALL_FLOAT = re.compile(r"float[4-8]_e\d+m\d+\w*")
_OBJECT = re.compile(r"(?:^|[,|<>=(\[{'\"\s])(?:O|object_?)(?:8)?(?:$|[,)\]}'\"\s])")
# Texts, bytes and times, whose sizes are in their names.
_OTHER = re.compile(r"(?:str|bytes|void)\d+|(?:datetime|timedelta)64(?:\[\w+\])?")

_NO_SHAPE = ("malformed", "an array without a shape of whole numbers")


def array_problem(source: ByteSource, item: Item) -> tuple[tuple[str, str] | None, int]:
    """Give kind and detail of what is wrong with an array, and the items walked."""
    outer = item_at(source, item.start)
    if outer is None or outer.kind != "array" or outer.count != 3:
        return ("malformed", "an array that is no list of three"), 1
    shape = item_at(source, outer.end)
    if shape is None or shape.kind != "array" or shape.count > _MAX_DIMENSIONS:
        return _NO_SHAPE, 2
    found = _elements(source, shape)
    if found is None:
        return _NO_SHAPE, 2 + shape.count
    return _content_problem(source, item, *found), 4 + shape.count


def _content_problem(
    source: ByteSource, item: Item, elements: int, at: int
) -> tuple[str, str] | None:
    name = item_at(source, at)
    if name is None or name.kind not in ("str", "bin") or name.count > _MAX_TYPE_NAME:
        return ("malformed", "an array without the name of a type")
    dtype = source.read_at(name.start, name.count).decode("utf-8", "replace")
    held = item_at(source, name.end)
    if held is None or held.kind not in ("str", "bin"):
        return ("malformed", "an array without bytes")
    if held.end != item.end:
        kind = "out-of-bounds" if held.end > item.end else "hidden-data"
        return (kind, f"its bytes end at {held.end}, the array at {item.end}")
    return _size_problem(dtype, elements, held.count)


def _elements(source: ByteSource, shape: Item) -> tuple[int, int] | None:
    """Give the number of elements, and the offset behind the shape."""
    elements, at = 1, shape.end
    for _ in range(shape.count):
        item = item_at(source, at)
        if item is None or item.kind != "int" or item.value < 0:
            return None
        elements *= item.value
        at = item.end
    return elements, at


def _size_problem(dtype: str, elements: int, held: int) -> tuple[str, str] | None:
    shown = shorten(dtype, 40)
    if _OBJECT.search(dtype):
        return ("code-object", f"an array of objects (type {shown!r})")
    size = _BYTES.get(dtype)
    match = _TYPE.fullmatch(dtype)
    if match is not None:
        size = int(match[1]) // 8
    elif _SMALL_FLOAT.fullmatch(dtype):
        size = 1
    if size is None:
        if _OTHER.fullmatch(dtype):
            return None
        return ("type-size", f"there is no type {shown!r}")
    if elements * size != held:
        needed = elements * size
        printed = str(needed) if needed < 1 << 64 else "more than 2^64"
        return (
            "count-mismatch",
            f"shape and type need {printed} bytes, {held} are held",
        )
    return None


def complex_problem(source: ByteSource, item: Item) -> tuple[str, str] | None:
    """Give kind and detail of what is wrong with a complex number, or None."""
    outer = item_at(source, item.start)
    at = item.start if outer is None else outer.end
    if outer is not None and outer.kind == "array" and outer.count == 2:
        for _ in range(2):
            part = item_at(source, at)
            if part is None or part.kind not in ("float", "int"):
                break
            at = part.end
        else:
            if at == item.end:
                return None
    return ("malformed", "a complex number that is no pair of numbers")
