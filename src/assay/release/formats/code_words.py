"""What single words of a source show, where it cannot be parsed.

Python 2, broken syntax, too much of it: a person may still run it, and a break may be
there to blind whoever parses. Names that are written out are found line by line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.release.formats.code_act import Act
from assay.release.formats.code_names import kind_of
from assay.release.formats.code_reach import CALL, IMPORT

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["search"]

_CALL = re.compile(r"(?<![\w.])([A-Za-z_][\w.]{0,80})[ \t]*\(([^\n]{0,200})")
_EXEC = re.compile(r"(?<![\w.])exec[ \t]+[\"'\w]([^\n]{0,200})")
_IMPORT = re.compile(
    r"(?<![\w.])import[ \t]+([A-Za-z_][\w.]{0,80})(?:[ \t]+as[ \t]+(\w{1,80}))?"
)
_FROM = re.compile(
    r"(?<![\w.])from[ \t]+([A-Za-z_][\w.]{0,80})[ \t]+import[ \t]+\(?([^\n#]{1,400})"
)
_DYNAMIC = re.compile(
    r"(?:__import__|import_module)[ \t]*\([ \t]*[\"']([\w.]{1,80})[\"'][ \t]*\)"
    r"[ \t]*\.[ \t]*(\w{1,80})[ \t]*\(([^\n]{0,200})"
)
# What counts in a text that nobody parsed; reading a file says nothing.
_TELLING = frozenset(
    {"process", "dynamic-code", "native", "network", "install", "deserialise"}
    | {"file-delete"}
)
_BUILTINS = frozenset({"exec", "eval", "compile", "__import__", "execfile"})
_MAX_LINES = 400_000
_MAX_CHARS = 2_000


def search(text: str) -> Iterator[Act]:
    """Give the telling calls that are written out, one line after the other."""
    names: dict[str, str] = {}
    for number, written in enumerate(text.split("\n")[:_MAX_LINES], 1):
        line = written[:_MAX_CHARS]
        if line.lstrip().startswith("#"):
            continue
        _imports(line, names)
        when = CALL if line[:1] in (" ", "\t") else IMPORT
        for name, detail in _calls(line, names):
            kind = kind_of(name)
            if kind in _TELLING:
                yield Act(kind, name, number, when, detail)


def _imports(line: str, names: dict[str, str]) -> None:
    if "import" not in line or len(names) > 5_000:
        return
    for found in _IMPORT.finditer(line):
        top = found[1].split(".")[0]
        names[found[2] or top] = found[1] if found[2] else top
    for found in _FROM.finditer(line):
        for part in found[2].replace(")", "").split(","):
            words = part.split()
            if words:
                names[words[-1]] = f"{found[1]}.{words[0]}"


def _calls(line: str, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    for found in _CALL.finditer(line):
        top, dot, rest = found[1].partition(".")
        if top in _BUILTINS and not dot:
            yield f"builtins.{top}", found[2]
        else:
            yield names.get(top, top) + dot + rest, found[2]
    for found in _EXEC.finditer(line):
        yield "builtins.exec", found[1]
    for found in _DYNAMIC.finditer(line):
        yield f"{found[1]}.{found[2]}", found[3]
