"""Words that readers look for, as a dictionary for libFuzzer.

They are taken from the source of the readers, so that the dictionary cannot lag behind.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import assay.release.formats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fuzz.families import Family

__all__ = ["dictionary", "modules"]

_LONGEST = 40


def dictionary(family: Family) -> str:
    """Give one quoted word a line."""
    words = {
        word
        for path in modules(family).values()
        for word in _words(ast.parse(path.read_text(encoding="utf-8")))
    }
    return "".join(f'"{_quoted(word)}"\n' for word in sorted(words))


def modules(family: Family) -> dict[str, Path]:
    """Give the modules of the family's readers by their names."""
    folder = Path(assay.release.formats.__path__[0])
    found = (path for name in family.readers for path in folder.glob(f"{name}.py"))
    return {path.stem: path for path in found}


def _words(tree: ast.Module) -> Iterator[bytes]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant):
            continue
        value = node.value
        word = value.encode() if isinstance(value, str) else value
        # Sentences are messages for people.
        if isinstance(word, bytes) and 1 < len(word) <= _LONGEST and b" " not in word:
            yield word


def _quoted(word: bytes) -> str:
    return "".join(
        chr(byte) if chr(byte).isalnum() and byte < 0x80 else f"\\x{byte:02x}"
        for byte in word
    )
