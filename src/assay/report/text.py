"""Words for people: numbers, sizes, instants, and outside text made harmless.

Everything that comes from a release, a bundle or a programme may have been written by
an attacker. A terminal obeys escape sequences and both terminals and browsers reorder
text at a bidirectional control (CVE-2021-42574), so no such character gets through.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC
from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "ascii_safe",
    "clean",
    "file_size",
    "instant",
    "number",
    "one_line",
    "plural",
    "prose",
    "shorten",
    "shorten_end",
]

# Categories of Unicode that draw nothing or steer the display: controls, format
# characters (all bidirectional and zero-width ones), lone surrogates, private use,
# unassigned, line and paragraph separators.
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters and marks that nonetheless draw nothing (Unicode Default_Ignorable_Code_Point
# outside the categories above): fillers, joiners and variation selectors.
_UNSEEN = frozenset(
    (
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),
        *range(0x180B, 0x1810),
        *range(0xFE00, 0xFE10),
        *range(0xE0100, 0xE01F0),
    )
)
_LINE_ENDS = re.compile(r"[ \t]*[\t\r\n][ \t\r\n]*")


def _escape(char: str) -> str:
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _is_unseen(char: str) -> bool:
    category = unicodedata.category(char)
    # A space that is not U+0020 looks like one and is not: shown as what it is.
    return (
        category in _UNSEEN_CATEGORIES
        or (category == "Zs" and char != " ")
        or ord(char) in _UNSEEN
    )


def clean(text: str, *, limit: int = DEFAULT_LIMITS.max_report_text_chars) -> str:
    r"""Make outside text harmless: nothing in it is unseen or steers the display.

    Args:
        text: Any string, also with lone surrogates.
        limit: Characters of it that are shown; the rest is counted, not dropped
            in silence.

    Returns:
        The text on one line, with unseen characters as `\x1b`, `\u202e` or
        `\U000e0001`.
    """
    shown = text[:limit]
    if not (shown.isascii() and shown.isprintable()):
        shown = "".join(_escape(c) if _is_unseen(c) else c for c in shown)
    if len(text) > limit:
        shown += f" [cut: {number(len(text) - limit)} more characters]"
    return shown


def one_line(text: str) -> str:
    """Turn the line ends and tabs of a sentence into single spaces.

    They say nothing in a sentence; in a path they are a trick, and `clean` shows them.
    """
    return " ".join(_LINE_ENDS.split(text.strip(" \t\r\n")))


def prose(text: str) -> str:
    """Make a sentence harmless: as `clean`, but its line ends become spaces."""
    return clean(one_line(text))


def ascii_safe(text: str) -> str:
    r"""Give the text in ASCII alone, for a terminal that can show nothing else.

    Letters beyond ASCII turn into `\xe9` or `\u4e2d`; line feeds stay.
    """
    return text.encode("ascii", "backslashreplace").decode("ascii")


def shorten(text: str, width: int) -> str:
    """Cut the middle out of a text that is longer than `width` characters.

    Both ends of a path tell something: where it lies and which file it is.
    """
    if len(text) <= width:
        return text
    if width <= 5:
        return text[: max(width, 0)]
    tail = (width - 3) // 2
    return f"{text[: width - 3 - tail]}...{text[-tail:]}"


def shorten_end(text: str, width: int) -> str:
    """Cut the end off a sentence that is longer than `width` characters."""
    return text if len(text) <= width else text[: max(width - 3, 0)] + "..."


def number(value: int) -> str:
    """Write a whole number with commas between thousands."""
    return f"{value:,}"


def plural(value: int, one: str, many: str = "") -> str:
    """Write a count and its noun: `1 file`, `2 files`."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def file_size(size: int) -> str:
    """Write a number of bytes for people: binary units, exact below 1 KiB."""
    if size < 1024:
        return plural(size, "byte")
    value = size / 1024
    units = ["KiB", "MiB", "GiB", "TiB"]
    # Below 1023.95 the one decimal does not round up to the next unit.
    while value >= 1023.95 and len(units) > 1:
        value /= 1024
        del units[0]
    return f"{value:,.1f} {units[0]}"


def instant(at: datetime) -> str:
    """Write an instant in UTC, whatever zone it came in; one without a zone is UTC."""
    aware = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return aware.strftime("%Y-%m-%d %H:%M:%S UTC")
