"""What a source hides from the eye that reads it.

Source: CVE-2021-42574 ("Trojan Source": characters that turn the direction of text).
"""

from __future__ import annotations

import re
import unicodedata
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["disguised", "hidden"]

_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Characters without a width: a few come from copying, many carry a message.
_INVISIBLE = re.compile(
    "[\u200b-\u200d\u2060-\u2064\ufe00-\ufe0f\U000e0000-\U000e0fff]{8,}"
)
# Code so far to the right that an editor does not show it.
_FAR_RIGHT = re.compile(r"(?<=\S)[ \t]{120,}+(?=[^\s#\"'])")
_WORD = re.compile(r"[^\W\d]\w{1,40}")
_MAX_EACH = 8
# Words that are disguised for a reason; physics and comments have others.
_TELLING = frozenset(
    {"exec", "eval", "compile", "import", "__import__", "getattr", "setattr", "globals"}
    | {"os", "sys", "system", "popen", "subprocess", "open", "base64", "socket", "run"}
    | {"builtins", "__builtins__", "importlib", "import_module", "pickle", "marshal"}
    | {"loads", "requests", "urllib", "urlopen", "ctypes", "shutil", "vars", "locals"}
)


def hidden(text: str) -> Iterator[tuple[str, str, int]]:
    """Give what is hidden: a name for it, what it is, and the line."""
    if not text.isascii():
        for name, pattern in (
            ("direction-control", _BIDI),
            ("invisible-characters", _INVISIBLE),
        ):
            for found in islice(pattern.finditer(text), _MAX_EACH):
                detail = f"U+{ord(found[0][0]):04X}, {len(found[0])} of them"
                yield name, detail, _line(text, found.start())
    for found in islice(_FAR_RIGHT.finditer(text), _MAX_EACH):
        start = text.rfind("\n", 0, found.start()) + 1
        if "#" not in text[start : found.start()]:
            detail = f"code behind {len(found[0])} spaces"
            yield "far-right", detail, _line(text, found.start())


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def disguised(text: str) -> Iterator[tuple[str, int]]:
    """Give words in other letters that Python reads as plain ones, with their lines.

    Python reads names in their NFKC form. Source: PEP 3131.
    """
    if text.isascii():
        return
    count = 0
    for found in _WORD.finditer(text):
        word = found[0]
        if word.isascii():
            continue
        plain = unicodedata.normalize("NFKC", word)
        if plain in _TELLING:
            yield plain, text.count("\n", 0, found.start()) + 1
            count += 1
            if count >= _MAX_EACH:
                return
