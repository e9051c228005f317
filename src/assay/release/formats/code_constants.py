"""Texts and numbers that a source puts together or decodes, worked out to name them.

Nothing of the source is run: the functions here are our own, take plain values only,
and give nothing as soon as a value would become long.
"""

# ruff: noqa: ANN401 # values of any type come in; wrong ones raise, which is caught
from __future__ import annotations

import base64
import binascii
import bz2
import codecs
import html
import lzma
import operator
import re
import urllib.parse
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DECODERS", "Plain", "binary", "bounded", "call", "method", "subscript"]

Plain = str | bytes | int | tuple[Any, ...]

_ERRORS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    EOFError,
    binascii.Error,
    lzma.LZMAError,
    zlib.error,
    OSError,
)
# Python writes no number of more than 4,300 digits.
_MAX_INT_BITS = 4096
_MAX_NESTING = 12


def bounded(value: object, bound: int) -> Plain | None:
    """Give a value back when it is plain and short, with all that it holds."""
    if isinstance(value, (bytearray, memoryview)):
        value = bytes(value)
    if isinstance(value, list):
        value = tuple(value)
    if isinstance(value, tuple):
        return value if _weighs_at_most(bound, value) else None
    if isinstance(value, int):
        return value if value.bit_length() <= _MAX_INT_BITS else None
    if isinstance(value, (str, bytes)) and len(value) <= bound:
        return value
    return None


def _weighs_at_most(bound: int, value: tuple[Any, ...]) -> bool:
    """Tell whether a tuple is small written out, with every tuple that it holds.

    One that holds another many times is small in memory, and endless to compare.
    """
    waiting: list[tuple[Any, int]] = [(value, 0)]
    left = bound
    while waiting:
        item, depth = waiting.pop()
        if isinstance(item, int):
            left -= 1
            continue
        left -= len(item) + 1
        if left < -1 or depth > _MAX_NESTING:
            return False
        if isinstance(item, tuple):
            waiting += [(part, depth + 1) for part in item]
    return True


def _bytes(value: Any) -> bytes:
    # A view refuses what holds no bytes.
    return (
        value.encode("ascii", "replace")
        if isinstance(value, str)
        else bytes(memoryview(value))
    )


def _inflate(wbits: int) -> Callable[[Plain, int], bytes]:
    def inflate(value: Plain, bound: int) -> bytes:
        return zlib.decompressobj(wbits).decompress(_bytes(value), bound)

    return inflate


def _unbz2(value: Plain, bound: int) -> bytes:
    return bz2.BZ2Decompressor().decompress(_bytes(value), bound)


def _unxz(value: Plain, bound: int) -> bytes:
    # 64 MiB for the dictionary, whatever the stream asks for.
    machine = lzma.LZMADecompressor(memlimit=64 << 20)
    return machine.decompress(_bytes(value), bound)


def _simple(function: Callable[[Any], object]) -> Callable[[Plain, int], object]:
    def decode(value: Plain, bound: int) -> object:
        del bound
        return function(value)

    return decode


def _base64(value: Any) -> bytes:
    return base64.b64decode(_bytes(value), validate=False)


# What a name does to one plain value.
DECODERS: dict[str, Callable[[Plain, int], object]] = {
    "base64.b64decode": _simple(_base64),
    "base64.standard_b64decode": _simple(_base64),
    "base64.decodebytes": _simple(_base64),
    "base64.urlsafe_b64decode": _simple(lambda v: base64.urlsafe_b64decode(_bytes(v))),
    "base64.b32decode": _simple(lambda v: base64.b32decode(_bytes(v))),
    "base64.b16decode": _simple(lambda v: base64.b16decode(_bytes(v))),
    "base64.b85decode": _simple(lambda v: base64.b85decode(_bytes(v))),
    "base64.a85decode": _simple(lambda v: base64.a85decode(_bytes(v))),
    "binascii.unhexlify": _simple(lambda v: binascii.unhexlify(_bytes(v))),
    "binascii.a2b_hex": _simple(lambda v: binascii.unhexlify(_bytes(v))),
    "binascii.a2b_base64": _simple(_base64),
    "builtins.bytes.fromhex": _simple(bytes.fromhex),
    "builtins.bytearray.fromhex": _simple(bytes.fromhex),
    "urllib.parse.unquote": _simple(urllib.parse.unquote),
    "html.unescape": _simple(html.unescape),
    "zlib.decompress": _inflate(zlib.MAX_WBITS),
    "gzip.decompress": _inflate(zlib.MAX_WBITS | 16),
    "bz2.decompress": _unbz2,
    "lzma.decompress": _unxz,
}
_CODECS: dict[str, Callable[[Any], object]] = {
    "rot13": lambda v: codecs.decode(v, "rot13"),
    "hex": lambda v: binascii.unhexlify(_bytes(v)),
    "base64": _base64,
    "utf8": lambda v: v.decode("utf-8"),
    "ascii": lambda v: v.decode("ascii"),
    "latin1": lambda v: v.decode("latin-1"),
    "utf16": lambda v: v.decode("utf-16"),
    "unicodeescape": lambda v: _unescaped(_bytes(v)),
}
# Numbers above 0o377 are no characters, and Python warns of them as well.
_ESCAPE = re.compile(rb"\\([4-7][0-7]{2}|.)", re.DOTALL)
_KNOWN_ESCAPES = frozenset(b"\n\\'\"abfnrtvxuUN01234567")
_ALIASES = {
    "hexcodec": "hex",
    "base64codec": "base64",
    "utf": "utf8",
    "iso88591": "latin1",
}


def _unescaped(value: bytes) -> str:
    """Decode escapes; Python keeps one that it does not know, with a warning."""

    def spelt(found: re.Match[bytes]) -> bytes:
        known = len(found[1]) == 1 and found[1][0] in _KNOWN_ESCAPES
        return found[0] if known else b"\\" + found[0]

    return codecs.decode(_ESCAPE.sub(spelt, value), "unicode_escape")


def _codec(value: Plain, name: Plain) -> object:
    key = re.sub(r"[^a-z0-9]", "", str(name).lower())
    return _CODECS[_ALIASES.get(key, key)](value)


_BUILTINS: dict[str, Callable[..., object]] = {
    "builtins.chr": chr,
    "builtins.ord": ord,
    "builtins.str": lambda v="", *_: v.decode() if isinstance(v, bytes) else str(v),
    "builtins.bytes": lambda v=b"", *_: _to_bytes(v),
    "builtins.bytearray": lambda v=b"", *_: _to_bytes(v),
    "builtins.reversed": lambda v: v[::-1],
    "builtins.list": lambda v=(): tuple(v),
    "builtins.tuple": lambda v=(): tuple(v),
    "builtins.int": lambda v, base=10: int(v, base) if isinstance(v, str) else v,
    "codecs.decode": lambda v, name="utf-8", *_: _codec(v, name),
}


def _to_bytes(value: Any) -> bytes | None:
    if isinstance(value, str):
        return value.encode()
    # Of a number it would be zeros, as many as the source likes.
    return None if isinstance(value, int) else bytes(value)


def call(name: str, given: list[Plain], bound: int) -> Plain | None:
    """Give what a known function makes of plain values, or None."""
    try:
        if name in DECODERS and given:
            return bounded(DECODERS[name](given[0], bound), bound)
        if name in _BUILTINS:
            return bounded(_BUILTINS[name](*given), bound)
    except _ERRORS:
        return None
    return None


_FIELD = re.compile(r"\{(\d{0,2}|[A-Za-z_]\w{0,40})\}", re.ASCII)
_ORDERS = ("big", "little")
_METHODS: dict[str, Callable[..., object]] = {
    "decode": lambda v, name="utf-8", *_: _codec(v, name),
    "encode": lambda v, *_: v.encode(),
    "lower": lambda v: v.lower(),
    "upper": lambda v: v.upper(),
    "strip": lambda v, *a: v.strip(*a),
    "lstrip": lambda v, *a: v.lstrip(*a),
    "rstrip": lambda v, *a: v.rstrip(*a),
    "swapcase": lambda v: v.swapcase(),
    "title": lambda v: v.title(),
    "split": lambda v, *a: tuple(v.split(*a)),
    "join": lambda v, parts: v.join(parts),
    "fromhex": lambda _, text: bytes.fromhex(text),
    "removeprefix": lambda v, a: v.removeprefix(a),
    "removesuffix": lambda v, a: v.removesuffix(a),
    "hex": lambda v: v.hex(),
    "zfill": lambda v, n: v.zfill(n) if n < 100 else None,
}


def method(
    value: Plain,
    name: str,
    given: list[Plain],
    bound: int,
    named: dict[str, str] | None = None,
) -> Plain | None:
    """Give what a method of a text makes of plain values, or None."""
    if not isinstance(value, (str, bytes)):
        return _number_bytes(value, given) if name == "to_bytes" else None
    try:
        if name == "replace":
            return _replaced(value, given, bound)
        if name == "format" and isinstance(value, str):
            return _formatted(value, given, bound, named or {})
        if name in _METHODS and not (name == "join" and _long(value, given, bound)):
            return bounded(_METHODS[name](value, *given), bound)
    except _ERRORS:
        return None
    return None


def _long(value: str | bytes, given: list[Any], bound: int) -> bool:
    """Tell texts that would be long when joined."""
    if not isinstance(given[0], tuple):
        return False
    return sum(map(len, given[0])) + len(given[0]) * len(value) > bound


def _replaced(value: Any, given: list[Any], bound: int) -> Plain | None:
    old, new = given[:2]
    if (value.count(old) + 1) * (len(new) + 1) + len(value) > bound:
        return None
    return bounded(value.replace(old, new), bound)


def _number_bytes(value: Plain, given: list[Any]) -> Plain | None:
    count = given[0] if given else 1
    order = given[1] if len(given) > 1 else "big"
    if not isinstance(value, int) or not isinstance(count, int):
        return None
    fits = 0 <= count <= _MAX_INT_BITS // 8 and 0 <= value < 1 << 8 * count
    made = value.to_bytes(count, "big") if fits and order in _ORDERS else None
    return made[::-1] if made is not None and order == "little" else made


def _formatted(
    value: str, given: list[Any], bound: int, named: dict[str, str] | None = None
) -> Plain | None:
    """Fill plain fields only: `{:>999999999}` would make a long text."""
    texts = [str(item) for item in given]
    named = named or {}
    longest = max(map(len, (*texts, *named.values())), default=0)
    if value.count("{") * longest > bound:
        return None
    parts = iter(texts)

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        if not name:
            return next(parts, "")
        return texts[int(name)] if name.isdigit() else named.get(name, "")

    return bounded(_FIELD.sub(fill, value), bound)


_OPERATORS: dict[str, Callable[[Any, Any], object]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "BitXor": operator.xor,
    "BitAnd": operator.and_,
    "BitOr": operator.or_,
    "FloorDiv": operator.floordiv,
}


def binary(name: str, left: Any, right: Any, bound: int) -> Plain | None:
    """Give what an operator makes of two plain values, or None."""
    try:
        if name == "Mod" and isinstance(left, str):
            given = right if isinstance(right, tuple) else (right,)
            text = re.sub(r"%[sd]", "{}", left)
            return _formatted(text, list(given), bound) if "%" not in text else None
        if name == "Mod":
            return bounded(left % right, bound) if isinstance(left, int) else None
        if name == "Mult":
            return _multiplied(left, right, bound)
        if name in _OPERATORS:
            return bounded(_OPERATORS[name](left, right), bound)
    except _ERRORS:
        return None
    return None


def _multiplied(left: Any, right: Any, bound: int) -> Plain | None:
    if isinstance(left, int) and not isinstance(right, int):
        left, right = right, left
    if isinstance(left, int) and isinstance(right, int):
        return bounded(left * right, bound)
    long = len(left) * max(right, 0) > bound
    return None if long else bounded(left * right, bound)


def subscript(value: Any, index: Any, bound: int) -> Plain | None:
    """Give an item or a slice of a plain value, or None."""
    try:
        return bounded(value[index], bound)
    except _ERRORS:
        return None
