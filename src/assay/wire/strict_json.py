"""The one place that parses JSON.

Two readers of one signed document must not see two contents, so what parsers
disagree on is refused: repeated keys, NaN and infinities, lone surrogates, numbers
too long for any reader, nesting too deep, bytes that are not UTF-8 (RFC 8259 section
4 and 6 leave all of these to the implementation).
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from functools import lru_cache
from typing import Any, NoReturn

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import DocumentError

__all__ = ["loads"]

# A surrogate is U+D800 to U+DFFF, and no text in UTF-8 has one but by an escape.
_SURROGATE = re.compile(rb"\\u[dD]")
# A bracket, or a whole string, in which brackets mean nothing; one without its end goes
# to the end of the text. The quantifiers are possessive, so nothing is looked at twice.
_BRACKET = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[{\]}]', re.DOTALL)
# What the messages of `json.decoder` mean, by how they begin.
_WORDS = (
    ("Expecting value", "what is no value"),
    ("Unterminated string", "a string without its closing quote, which begins"),
    ("Expecting property name", "what is no name in double quotes"),
    ("Expecting ':'", "a name without a colon behind it"),
    ("Expecting ','", "what is neither a comma nor the end of a list or an object"),
    ("Extra data", "more text behind the value"),
    ("Invalid control", "a control character in a string"),
    ("Invalid \\", "an escape that JSON does not have"),
    ("Illegal trailing comma", "a comma with nothing behind it"),
)


def loads(
    data: bytes,
    *,
    limits: Limits = DEFAULT_LIMITS,
    max_bytes: int | None = None,
    tolerant: bool = False,
) -> Any:  # noqa: ANN401 - a JSON value has no narrower type
    """Parse one JSON document strictly.

    Args:
        data: The document in UTF-8, without a byte order mark.
        limits: Depth and number bounds, and the size bound unless `max_bytes` is set.
        max_bytes: Size bound for this kind of document, in bytes.
        tolerant: Read as the loaders of models do what they read and this refuses: of
            repeated keys the last counts, what is no ordinary number is None, and a
            lone surrogate is a question mark. Only to look at a document that was
            refused, never to trust it.

    Raises:
        DocumentError: `document.too-large`, `.not-utf8`, `.too-many-values`,
            `.too-deep`,
            `.repeated-key`, `.bad-number`, `.lone-surrogate` or `.malformed-json`.
    """
    bound = limits.max_document_bytes if max_bytes is None else max_bytes
    if len(data) > bound:
        raise DocumentError(
            "too-large",
            "The document is larger than Assay reads.",
            expected=f"at most {bound} bytes",
            found=f"{len(data)} bytes",
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(
            "not-utf8",
            "The document is not UTF-8 text.",
            expected="UTF-8",
            found=f"an invalid byte at offset {error.start}",
        ) from error
    objects, lists = text.count("{"), text.count("[")
    _refuse_crowds(text.count(",") + objects + lists // 2 + 1, limits.max_json_values)
    if objects + lists > limits.max_json_depth:
        _refuse_depth(text, limits.max_json_depth)
    try:
        make = _tolerant_decoder if tolerant else _decoder
        decoder = make(limits.max_json_number_chars, limits.max_shown_chars)
        value = decoder.decode(text)
    except json.JSONDecodeError as error:
        raise DocumentError(
            "malformed-json",
            "The document is not JSON.",
            expected="one JSON value",
            found=f"{_in_words(error)} at line {error.lineno}, column {error.colno}",
        ) from error
    if _SURROGATE.search(data) is None:
        return value
    if tolerant:
        plain = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
        return decoder.decode(plain.decode("utf-8"))
    _refuse_surrogates(value)
    return value


def _in_words(error: json.JSONDecodeError) -> str:
    """Say what is there, where Python's parser says what it was about to do."""
    if error.pos >= len(error.doc.rstrip()):
        return "the end of the text, where more belongs,"
    for begin, words in _WORDS:
        if error.msg.startswith(begin):
            return words
    return "what is no JSON"


def _refuse_crowds(values: int, bound: int) -> None:
    """Refuse more values than memory has room for.

    They are counted by commas, which stand between any two; those in strings count too.
    An object counts once more: it takes the memory of several plain values. So does
    every second list, of which one within another needs no comma.
    """
    if values > bound:
        raise DocumentError(
            "too-many-values",
            "The document holds more values than Assay reads.",
            expected=f"at most {bound}",
            found=f"up to {values}",
        )


def _refuse_depth(text: str, bound: int) -> None:
    """Count brackets outside strings, so that the parser never recurses too deep.

    All else is passed over by one pattern, at the speed of the machine.
    """
    depth = 0
    for match in _BRACKET.finditer(text):
        char = text[match.start()]
        if char in "[{":
            depth += 1
            if depth > bound:
                raise DocumentError(
                    "too-deep",
                    "The document is nested too deep.",
                    expected=f"at most {bound} levels",
                    found=f"level {depth} at character {match.start()}",
                )
        elif char != '"':
            depth -= 1
            if depth < 0:
                # The parser goes no further than here.
                return


@lru_cache(maxsize=8)
def _decoder(most_digits: int, most_shown: int) -> json.JSONDecoder:
    """Build a decoder that refuses what parsers disagree on."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(items)
        if len(result) != len(items):
            keys = Counter(key for key, _ in items)
            repeated = keys.most_common(1)[0][0]
            raise DocumentError(
                "repeated-key",
                "An object names one key twice.",
                expected="each key once",
                found=f"{repeated[:most_shown]!r} repeated",
            )
        return result

    def number(text: str) -> int:
        _refuse_number(text, most_digits)
        return int(text)

    def real(text: str) -> float:
        _refuse_number(text, most_digits)
        value = float(text)
        if value in (float("inf"), float("-inf")):
            _bad_number(text)
        return value

    return json.JSONDecoder(
        object_pairs_hook=pairs,
        parse_int=number,
        parse_float=real,
        parse_constant=_bad_number,
        strict=True,
    )


@lru_cache(maxsize=8)
def _tolerant_decoder(most_digits: int, _: int) -> json.JSONDecoder:
    """Build a decoder that takes what Python's own takes, and no number of no use."""

    def number(text: str) -> int | None:
        return int(text) if len(text) <= most_digits else None

    def real(text: str) -> float | None:
        value = float(text)
        return value if math.isfinite(value) else None

    return json.JSONDecoder(
        parse_int=number,
        parse_float=real,
        parse_constant=lambda _: None,
        strict=False,
    )


def _refuse_number(text: str, most_digits: int) -> None:
    if len(text) > most_digits:
        _bad_number(text[:20] + "…")


def _bad_number(text: str) -> NoReturn:
    raise DocumentError(
        "bad-number",
        "A number of the document cannot be read the same way everywhere.",
        expected="a finite number of ordinary length",
        found=text,
    )


def _refuse_surrogates(value: Any) -> None:  # noqa: ANN401 - any JSON value
    r"""Refuse strings that UTF-8 cannot carry; only `\uXXXX` escapes bring them in."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            try:
                item.encode("utf-8")
            except UnicodeEncodeError as error:
                raise DocumentError(
                    "lone-surrogate",
                    "A string of the document is not Unicode text.",
                    expected="paired surrogates",
                    found=f"a lone surrogate at character {error.start}",
                ) from error
        elif isinstance(item, dict):
            pending.extend(item)
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
