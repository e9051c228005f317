"""What a NumPy header says about the array behind it, read as NumPy reads it.

NumPy evaluates the header as a Python literal, so that one type can be spelled in any
number of ways. Here only the forms that NumPy itself writes are understood; whatever
else stands there is said to be unclear, and is never taken for numbers.

Source: NumPy Enhancement Proposal 1, and the NumPy manual (`numpy.lib.format`).
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

__all__ = ["ArrayHeader", "understand"]

# Longer numbers, deeper brackets and more items than any array has.
_MAX_DEPTH = 32
# What a header is made of. Escapes are left out: no type that NumPy writes has one.
_TOKEN = re.compile(
    r"\s+|[\[\](){},:]|'[^'\\\n]*'|\"[^\"\\\n]*\"|[0-9]{1,18}L?(?![0-9A-Za-z_.])"
    r"|(?:True|False|None)(?![0-9A-Za-z_.])",
    re.ASCII,
)
_KEYS = ["descr", "fortran_order", "shape"]
_DTYPE = re.compile(
    r"[<>|=]?(?:(?P<bool>\?)|b(?P<b>1)|[iu](?P<i>[1248])|f(?P<f>2|4|8|12|16)"
    r"|c(?P<c>8|16|24|32)|[SV](?P<s>[0-9]{1,9})|U(?P<u>[0-9]{1,9})"
    r"|[mM](?P<m>8)(?:\[[0-9A-Za-z/]{1,24}\])?)",
    re.ASCII,
)
_OBJECT = re.compile(r"[<>|=]?O[0-9]{0,2}", re.ASCII)
_UCS4_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayHeader:
    """What follows a header.

    Attributes:
        objects: Whether a pickle follows; None when it is unclear.
        size: Bytes of the raw elements when there are no objects.
    """

    objects: bool | None
    size: int = 0


_UNCLEAR = ArrayHeader(objects=None)


class _UnclearError(Exception):
    """A form that is not understood."""


def understand(text: str) -> ArrayHeader:
    """Tell what follows a header; unclear unless every part of it is understood."""
    try:
        values = _literal(text)
        width, objects = _descr(values["descr"])
        count = _product(values["shape"])
    except _UnclearError:
        return _UNCLEAR
    if not isinstance(values["fortran_order"], bool):
        return _UNCLEAR
    return ArrayHeader(objects=objects, size=0 if objects else width * count)


def _literal(text: str) -> dict[str, object]:
    """Evaluate a dictionary with exactly the three keys, each once.

    What is handed to the parser is made of harmless tokens and is not nested deeply,
    so that it needs neither much memory nor much stack.
    """
    plain = []
    depth = position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise _UnclearError
        position = token.end()
        word = token.group()
        depth += (word in "([{") - (word in ")]}")
        if depth > _MAX_DEPTH:
            raise _UnclearError
        plain.append(word[:-1] if word[0].isdigit() and word[-1] == "L" else word)
    try:
        body = ast.parse("".join(plain).strip(), mode="eval").body
        value = ast.literal_eval(body)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        raise _UnclearError from None
    # A repeated key is one too many: readers differ in which of the two counts.
    if not isinstance(body, ast.Dict) or len(body.keys) != len(_KEYS):
        raise _UnclearError
    if not isinstance(value, dict) or sorted(map(str, value)) != _KEYS:
        raise _UnclearError
    return value


def _descr(descr: object) -> tuple[int, bool]:
    """Give the bytes of one element, and whether it holds Python objects."""
    if isinstance(descr, str):
        return _simple(descr)
    if isinstance(descr, tuple) and len(descr) == 2:
        width, objects = _descr(descr[0])
        return width * _product(descr[1]), objects
    if isinstance(descr, list):
        parts = [_field(field) for field in descr]
        return sum(width for width, _ in parts), any(held for _, held in parts)
    raise _UnclearError


def _field(field: object) -> tuple[int, bool]:
    if not isinstance(field, tuple) or len(field) not in {2, 3}:
        raise _UnclearError
    name = field[0]
    if isinstance(name, tuple):
        # A title, then the name.
        named = len(name) == 2 and all(isinstance(part, str) for part in name)
    else:
        named = isinstance(name, str)
    if not named:
        raise _UnclearError
    width, objects = _descr(field[1])
    return width * (_product(field[2]) if len(field) == 3 else 1), objects


def _simple(code: str) -> tuple[int, bool]:
    if _OBJECT.fullmatch(code):
        return 0, True
    match = _DTYPE.fullmatch(code)
    if match is None:
        raise _UnclearError
    if match["bool"]:
        return 1, False
    width = next(int(text) for text in match.groups()[1:] if text is not None)
    return width * (_UCS4_BYTES if match["u"] else 1), False


def _product(shape: object) -> int:
    if isinstance(shape, int) and not isinstance(shape, bool):
        shape = (shape,)
    if not isinstance(shape, tuple) or len(shape) > 64:
        raise _UnclearError
    count = 1
    for item in shape:
        if not isinstance(item, int) or isinstance(item, bool):
            raise _UnclearError
        count *= item
    return count
