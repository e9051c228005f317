"""Deterministic CBOR (RFC 8949 section 4.2.1), as far as COSE needs it.

One content has one spelling: every length and integer in its shortest form, every
length known beforehand, no key twice, keys in the order of their bytes. Integers, byte
strings, texts, arrays, maps, true, false, null and the tag of a COSE_Sign1 are all
there is; floating-point numbers, other tags and other simple values are refused.

The order of keys alone can be left to whoever wrote it, for headers that a signature
covers as bytes: RFC 9052 asks for no order there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import CoseError

__all__ = [
    "COSE_SIGN1_TAG",
    "CborMap",
    "CborValue",
    "Label",
    "Tagged",
    "decode",
    "encode",
]

# RFC 9052 section 4.2.
COSE_SIGN1_TAG = 18

# RFC 9052 section 1.5: labels are integers or texts.
Label: TypeAlias = int | str
CborMap: TypeAlias = "Mapping[Label, CborValue]"
CborValue: TypeAlias = (
    "bool | int | bytes | str | tuple[CborValue, ...] | CborMap | Tagged | None"
)

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_SIMPLES = {20: False, 21: True, 22: None}
_SPELLED = {False: b"\xf4", True: b"\xf5", None: b"\xf6"}
# Arguments below this stand in the first byte; the next four say how long they are.
_DIRECT = 24
_LONGEST = 27
_INDEFINITE = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """A value behind the tag of a COSE_Sign1."""

    value: CborValue


def encode(value: CborValue) -> bytes:
    """Write a value in its one deterministic form.

    Raises:
        CoseError: `cose.cbor-unencodable`: it has no form here.
    """
    if value is None or isinstance(value, bool):
        return _SPELLED[value]
    if isinstance(value, int):
        return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
    if isinstance(value, bytes):
        return _head(_BYTES, len(value)) + value
    if isinstance(value, str):
        text = _utf8(value)
        return _head(_TEXT, len(text)) + text
    return _encode_nested(value)


def _encode_nested(value: CborValue) -> bytes:
    if isinstance(value, tuple):
        return _head(_ARRAY, len(value)) + b"".join(map(encode, value))
    if isinstance(value, Tagged):
        return _head(_TAG, COSE_SIGN1_TAG) + encode(value.value)
    if isinstance(value, Mapping):
        # Sorted by the bytes of the keys, which is not by their lengths (RFC 7049).
        pairs = sorted((_encode_key(key), encode(item)) for key, item in value.items())
        return _head(_MAP, len(pairs)) + b"".join(key + item for key, item in pairs)
    raise _unencodable(type(value).__name__)


def _encode_key(key: object) -> bytes:
    if isinstance(key, bool) or not isinstance(key, int | str):
        raise _unencodable(f"a key of type {type(key).__name__}")
    return encode(key)


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _unencodable("an unpaired surrogate") from error


def _head(major: int, argument: int) -> bytes:
    first = major << 5
    if argument < _DIRECT:
        return bytes([first | argument])
    for power in range(4):
        width = 1 << power
        if argument < 1 << (8 * width):
            return bytes([first | (_DIRECT + power)]) + argument.to_bytes(width, "big")
    raise _unencodable(f"a number of {argument.bit_length()} bits")


def _unencodable(found: str) -> CoseError:
    return CoseError(
        "cbor-unencodable",
        "The value cannot be written as CBOR here.",
        expected="integers of 64 bits, bytes, texts, arrays, maps, true, false or null",
        found=found,
    )


def decode(
    data: bytes,
    *,
    any_key_order: bool = False,
    max_bytes: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> CborValue:
    """Read one value that is the whole of the bytes.

    Args:
        data: The bytes.
        any_key_order: Whether keys of maps may stand in any order.
        max_bytes: Greatest length; by default that of a COSE message.
        limits: Bounds on length, depth and count.

    Raises:
        CoseError: `cose.too-large`, or `cose.cbor-*` for what no reader may accept.
    """
    most = limits.max_cose_bytes if max_bytes is None else max_bytes
    if len(data) > most:
        raise CoseError(
            "too-large",
            "The CBOR is longer than any that Assay reads in this place.",
            expected=f"at most {most} bytes",
            found=f"{len(data)} bytes",
        )
    reader = _Reader(data, any_key_order=any_key_order, limits=limits)
    value = reader.item(0)
    if reader.position != len(data):
        raise CoseError(
            "cbor-trailing",
            "There is more behind the CBOR.",
            expected=f"{reader.position} bytes",
            found=f"{len(data)} bytes",
        )
    return value


class _Reader:
    """Goes through the bytes once, from the left."""

    def __init__(self, data: bytes, *, any_key_order: bool, limits: Limits) -> None:
        self.position = 0
        self._data = data
        self._any_key_order = any_key_order
        self._limits = limits
        self._items = 0

    def item(self, depth: int) -> CborValue:
        """Read the next item."""
        self._count(depth)
        major, argument = self._head()
        if major == _UNSIGNED:
            return argument
        if major == _NEGATIVE:
            return -1 - argument
        if major == _BYTES:
            return self._take(argument)
        if major == _TEXT:
            return self._text(argument)
        return self._nested(major, argument, depth + 1)

    def _nested(self, major: int, argument: int, depth: int) -> CborValue:
        if major == _ARRAY:
            self._check_count(argument)
            return tuple(self.item(depth) for _ in range(argument))
        if major == _MAP:
            return self._map(argument, depth)
        if major == _TAG:
            return self._tagged(argument, depth)
        if argument not in _SIMPLES:
            raise self._refused("cbor-simple", "true, false or null", str(argument))
        return _SIMPLES[argument]

    def _count(self, depth: int) -> None:
        self._items += 1
        self._check_count(0)
        if depth > self._limits.max_cbor_depth:
            raise self._refused(
                "cbor-depth",
                f"at most {self._limits.max_cbor_depth} levels of nesting",
                "more",
            )

    def _check_count(self, more: int) -> None:
        """Refuse a count before anything of this size is read."""
        if self._items + more > self._limits.max_cbor_items:
            raise self._refused(
                "cbor-items",
                f"at most {self._limits.max_cbor_items} items",
                f"{self._items + more}",
            )

    def _head(self) -> tuple[int, int]:
        major, short = divmod(self._take(1)[0], 32)
        if short < _DIRECT:
            return major, short
        if short == _INDEFINITE:
            raise self._refused("cbor-indefinite", "a length", "none")
        if short > _LONGEST:
            raise self._refused("cbor-reserved", "a length of 1, 2, 4 or 8 bytes", "")
        if major == _SIMPLE:
            raise self._refused(
                "cbor-simple", "true, false or null", "a float or another simple value"
            )
        width = 1 << (short - _DIRECT)
        argument = int.from_bytes(self._take(width), "big")
        if argument < (_DIRECT if width == 1 else 1 << (4 * width)):
            raise self._refused(
                "cbor-not-shortest", "the shortest form", f"{argument} in {width} bytes"
            )
        return major, argument

    def _take(self, count: int) -> bytes:
        end = self.position + count
        if end > len(self._data):
            raise self._refused(
                "cbor-truncated",
                f"{count} more bytes",
                f"{len(self._data) - self.position}",
            )
        taken = self._data[self.position : end]
        self.position = end
        return taken

    def _text(self, count: int) -> str:
        try:
            return self._take(count).decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._refused("cbor-text", "UTF-8", "other bytes") from error

    def _map(self, count: int, depth: int) -> CborValue:
        self._check_count(2 * count)
        pairs: dict[Label, CborValue] = {}
        before = b""
        for _ in range(count):
            start = self.position
            key = self.item(depth)
            if isinstance(key, bool) or not isinstance(key, int | str):
                raise self._refused(
                    "cbor-key", "an integer or a text as key", type(key).__name__
                )
            if key in pairs:
                raise self._refused("cbor-repeated-key", "each key once", repr(key))
            spelled = self._data[start : self.position]
            if spelled < before and not self._any_key_order:
                raise self._refused(
                    "cbor-key-order", "keys in the order of their bytes", repr(key)
                )
            before = spelled
            pairs[key] = self.item(depth)
        return MappingProxyType(pairs)

    def _tagged(self, tag: int, depth: int) -> Tagged:
        if tag != COSE_SIGN1_TAG or depth > 1:
            raise self._refused(
                "cbor-tag",
                f"tag {COSE_SIGN1_TAG} around the whole, and no other",
                f"tag {tag}",
            )
        return Tagged(value=self.item(depth))

    def _refused(self, code: str, expected: str, found: str) -> CoseError:
        shown = found[: self._limits.max_shown_chars]
        return CoseError(
            code,
            f"The CBOR cannot be read: byte {self.position}.",
            expected=expected,
            found=shown,
        )
