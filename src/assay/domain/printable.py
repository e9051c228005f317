"""Which characters may stand in a line that people read, on every Python alike.

`str.isprintable` follows the Unicode version of the interpreter, so that two Pythons
would show, and sign, two texts. The frozen tables of Unicode 3.2 never change.
"""

from __future__ import annotations

from unicodedata import ucd_3_2_0

__all__ = ["is_printable"]

# Control, format, surrogate and private characters; line, paragraph and odd spaces.
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp", "Zs"})
# Format characters that Unicode 3.2 did not assign, or took for others, and those that
# are no characters.
_HIDDEN_LATER = (
    (0x00AD, 0x00AD), (0x0600, 0x0605), (0x061C, 0x061C), (0x0890, 0x0891),
    (0x08E2, 0x08E2), (0x2060, 0x206F), (0xFDD0, 0xFDEF), (0xFFF0, 0xFFFB),
    (0x110BD, 0x110BD), (0x110CD, 0x110CD), (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3),
    (0xE0000, 0x10FFFF),
)  # fmt: skip


def is_printable(char: str) -> bool:
    """Tell whether one character is seen, and moves nothing around it."""
    if char.isascii():
        return char.isprintable()
    code = ord(char)
    if code & 0xFFFE == 0xFFFE or ucd_3_2_0.category(char) in _HIDDEN:
        return False
    return not any(first <= code <= last for first, last in _HIDDEN_LATER)
