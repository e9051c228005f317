"""The table by which SentencePiece exchanges characters before it cuts a text.

A length, a trie as a double array of 32-bit units, and the texts that its leaves point
to, each ended by a zero byte. The trie may map any text to any other, so that a word
can be exchanged in bytes that nobody reads. Units are grouped by the node that they
belong to, so that every rule is listed once and no label is tried in vain.

Source: `normalizer.cc` of SentencePiece; the units of Darts-clone (`darts.h`).
"""

from __future__ import annotations

import unicodedata
from array import array
from sys import byteorder
from typing import TYPE_CHECKING

from assay.release.formats.template_words import HIDDEN, instruction, is_prose

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BadTableError", "oddities", "rules"]

_UNIT_BYTES = 4
_LABEL = 0x800000FF
_LEAF = 1 << 31
_VALUE = _LEAF - 1
# The largest published table has some 60 000 units; a rule is a character or a few.
_MAX_UNITS = 1 << 20
_MAX_KEY_BYTES = 256
_MAX_RULES = 400_000
_MAX_VISITS = 1_000_000
_MAX_TEXT_BYTES = 4_096
# The longest honest one, a ligature that spells a phrase, makes eighteen of one.
_MAX_GROWTH_BYTES = 64
_MAX_LISTED = 20


class BadTableError(ValueError):
    """The bytes are no such table."""


def rules(table: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give each text that is exchanged, and what stands in its place.

    Raises:
        BadTableError: It is malformed, or larger than any that is known.
    """
    size = int.from_bytes(table[:_UNIT_BYTES], "little")
    if size % _UNIT_BYTES or size + _UNIT_BYTES > len(table):
        message = f"a trie of {size} bytes in {len(table)}"
        raise BadTableError(message)
    if size > _MAX_UNITS * _UNIT_BYTES:
        message = f"a trie of {size} bytes"
        raise BadTableError(message)
    units = array("I", table[_UNIT_BYTES : _UNIT_BYTES + size])
    if byteorder == "big":
        units.byteswap()
    yield from _walk(units, table[_UNIT_BYTES + size :])


def oddities(table: bytes) -> Iterator[tuple[str, str]]:
    """Give the kind and detail of rules that do more than write characters one way.

    Raises:
        BadTableError: It is malformed, or larger than any that is known.
    """
    listed = 0
    digits: dict[str, str] = {}
    for key, value in rules(table):
        if len(key) == 1 and key.isdigit():
            digits[key.decode()] = value.decode("utf-8", "replace")
        kind = _oddity(key, value)
        if kind:
            listed += 1
            yield kind, f"{_shown(key)} by {_shown(value)}"
        if listed >= _MAX_LISTED:
            return
    # All digits by one sign hides numbers openly; by one another exchanges them.
    changed = {old: new for old, new in digits.items() if old != new}
    if len(set(changed.values())) > 1:
        old, new = min(changed.items())
        yield "rewrites-words", f"digits: {old!r} by {new!r}"


def _oddity(key: bytes, value: bytes) -> str:
    if len(value) > _MAX_GROWTH_BYTES or _is_word(key):
        old, new = key.decode("utf-8", "replace"), value.decode("utf-8", "replace")
        if instruction(new) or (len(new) > len(old) and is_prose(new)):
            return "injected-text"
        if len(value) > _MAX_GROWTH_BYTES:
            return "expanding-replacement"
        if _plain(old) != _plain(new):
            return "rewrites-words"
    if (
        value
        and not value.isascii()
        and HIDDEN.search(value.decode("utf-8", "replace"))
    ):
        before = HIDDEN.search(key.decode("utf-8", "replace"))
        return "" if before else "hidden-text"
    return ""


def _is_word(key: bytes) -> bool:
    """Tell letters of ASCII, and two letters of any script or more."""
    if key.isascii():
        return key.isalpha()
    text = key.decode("utf-8", "replace")
    return len(text) > 1 and text.isalpha()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _shown(text: bytes) -> str:
    return ascii(text[:80].decode("utf-8", "replace"))


def _walk(units: array[int], texts: bytes) -> Iterator[tuple[bytes, bytes]]:
    children: dict[int, list[int]] = {}
    for index, unit in enumerate(units):
        label = unit & _LABEL
        if 0 < label < 256:
            children.setdefault(index ^ label, []).append(index)
    waiting = [(0, b"")] if units else []
    found = visited = 0
    while waiting:
        position, key = waiting.pop()
        visited += 1
        # Equal endings share their nodes, so that there may be more ways than units.
        if visited > _MAX_VISITS or len(key) > _MAX_KEY_BYTES:
            message = "its nodes lead back to themselves, or to too many rules"
            raise BadTableError(message)
        unit = units[position]
        node = position ^ _offset(unit)
        if unit & 0x100 and key:
            found += 1
            if found > _MAX_RULES:
                message = f"more than {_MAX_RULES} rules"
                raise BadTableError(message)
            yield key, _text(units, node, texts)
        waiting.extend(
            (child, key + bytes((units[child] & 0xFF,)))
            for child in children.get(node, ())
        )


def _offset(unit: int) -> int:
    return (unit >> 10) << ((unit & (1 << 9)) >> 6)


def _text(units: array[int], leaf: int, texts: bytes) -> bytes:
    start = units[leaf] & _VALUE if leaf < len(units) else len(texts)
    if start >= len(texts):
        message = "a rule points behind the texts"
        raise BadTableError(message)
    end = texts.find(b"\0", start, start + _MAX_TEXT_BYTES)
    return texts[start : end if end >= 0 else start + _MAX_TEXT_BYTES]
