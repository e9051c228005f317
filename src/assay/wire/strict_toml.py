"""The one place that parses TOML.

People write these files by hand and others sign them, so the parser is held to the
same bounds as the one for JSON: size, UTF-8, depth and numbers are checked around
`tomllib`, which already refuses repeated keys and control characters (TOML 1.0.0).
"""

from __future__ import annotations

import math
import re
import tomllib
from typing import Any

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import DocumentError

__all__ = ["loads"]

# TOML 1.0.0, "Integer": readers must take 64-bit signed integers, no more.
_INTEGER_BOUND = 2**63

# Everything that may hide a bracket or a dot, and those that are none of it. The
# quantifiers are possessive and every string may also end with the text, so each
# character is looked at once whatever the document holds.
_TOKEN = re.compile(
    r"""
      (?P<skipped>
          \"{3} (?: [^"\\] | \\. | "(?!"") )*+ (?: "{3,5}+ | \Z )
        | '{3}  (?: [^'] | '(?!'') )*+         (?: '{3,5}+ | \Z )
        | "     (?: [^"\\\n] | \\. )*+         (?: " | \n | \Z )
        | '     [^'\n]*+                       (?: ' | \n | \Z )
        | \#    [^\n]*+
      )
    | (?P<open> [\[{] )
    | (?P<close> [\]}] )
    | (?P<dot> \. )
    | (?P<next> [=,\n] )
    """,
    re.VERBOSE | re.DOTALL,
)


def loads(
    data: bytes,
    *,
    max_bytes: int,
    document: str,
    limits: Limits = DEFAULT_LIMITS,
) -> dict[str, Any]:
    """Parse one TOML document strictly.

    Args:
        data: The document in UTF-8, without a byte order mark.
        max_bytes: Size bound for this kind of document, in bytes.
        document: What people call it, such as `programme`.
        limits: The depth bound.

    Raises:
        DocumentError: `document.too-large`, `.not-utf8`, `.too-deep`,
            `.malformed-toml` or `.bad-number`.
    """
    if len(data) > max_bytes:
        raise DocumentError(
            "too-large",
            f"The {document} is larger than Assay reads.",
            expected=f"at most {max_bytes} bytes",
            found=f"{len(data)} bytes",
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(
            "not-utf8",
            f"The {document} is not UTF-8 text.",
            expected="UTF-8",
            found=f"an invalid byte at offset {error.start}",
        ) from error
    _refuse_written_depth(text, limits.max_toml_depth, document)
    try:
        value = tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError, and integers of absurd length
        raise DocumentError(
            "malformed-toml",
            f"The {document} is not TOML.",
            expected="one TOML 1.0 document",
            found=str(error)[: limits.max_shown_chars],
            remedy="correct the file at that place",
        ) from error
    _refuse_values(value, limits.max_toml_depth, document)
    return value


def _refuse_written_depth(text: str, bound: int, document: str) -> None:
    """Bound brackets and dotted keys before the parser recurses into them."""
    depth = 0
    dots = 0
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "dot":
            dots += 1
        elif kind != "skipped":
            depth += {"open": 1, "close": -1}.get(kind or "", 0)
            dots = 0
        if depth > bound or dots > bound:
            _too_deep(bound, document, text.count("\n", 0, match.start()) + 1)


def _refuse_values(value: dict[str, Any], bound: int, document: str) -> None:
    """Bound the depth of the whole, and every number, without recursion."""
    pending: list[tuple[Any, int]] = [(value, 1)]
    while pending:
        item, depth = pending.pop()
        if isinstance(item, dict | list):
            if depth > bound:
                _too_deep(bound, document, None)
            parts = item.values() if isinstance(item, dict) else item
            pending.extend((part, depth + 1) for part in parts)
        elif isinstance(item, float) and not math.isfinite(item):
            _bad_number(document, str(item))
        elif isinstance(item, int) and not -_INTEGER_BOUND <= item < _INTEGER_BOUND:
            _bad_number(document, f"an integer of {item.bit_length()} bits")


def _too_deep(bound: int, document: str, line: int | None) -> None:
    raise DocumentError(
        "too-deep",
        f"The {document} is nested too deep.",
        expected=f"at most {bound} levels",
        found="more" if line is None else f"more at line {line}",
    )


def _bad_number(document: str, found: str) -> None:
    raise DocumentError(
        "bad-number",
        f"A number of the {document} cannot be read the same way everywhere.",
        expected="a finite number, whole ones within 64 bits",
        found=found,
    )
