"""How a source says that its bytes are written, and encodings that hide what it says.

In most encodings a source reads in an editor as Python reads it. In some, such as
`raw_unicode_escape` and UTF-7, plain letters stand for others: a comment for an editor
holds the end of its line, and code, for Python.

Source: PEP 263; CPython, `Parser/tokenizer.c` (line ends, the mark of UTF-8, which of
two lines counts, short forms of names).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

__all__ = ["Encoding", "decode", "encoding_of"]

_COOKIE = re.compile(rb"[ \t\f]*+#.*?coding[:=][ \t]*+([-\w.]+)", re.ASCII)
# After a first line that is neither blank nor a comment, no second one counts.
_BLANK = re.compile(rb"[ \t\f]*+(?:#|\Z)")
_SHORT = (
    (re.compile(r"utf-8(?:-.*)?\Z"), "utf-8"),
    (re.compile(r"(?:latin-1|iso-8859-1|iso-latin-1)(?:-.*)?\Z"), "iso8859-1"),
)
# Encodings whose letters of ASCII are those of ASCII, by the names of `codecs`.
_PLAIN = re.compile(
    r"utf-8|utf-8-sig|ascii|iso8859-\d{1,2}|cp125[0-8]|koi8-[rtu]|tis-620|mac-\w{1,12}"
    r"|cp(?:437|720|737|775|85[0258]|866|874|932|949|950)|gbk|gb2312|gb18030"
    r"|big5(?:hkscs)?|euc_(?:jp|kr|jis_2004|jisx0213)|shift_jis(?:_2004|x0213)?"
)
# What hides, and can be read as it is meant all the same.
_READ = frozenset({"utf-7"})
# Python reads no source that begins with these marks; other programs do.
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding that a source names.

    Attributes:
        name: Name by which Python decodes it here.
        line: Line that names it; 0 where none does.
        odd: What is odd about it, or empty.
    """

    name: str
    line: int = 0
    odd: str = ""


def decode(data: bytes) -> str:
    """Give the text of a source; bytes that its encoding does not know are marked."""
    text = data.decode(encoding_of(data).name, "replace")
    # Universal line ends, as Python reads its sources.
    return re.sub(r"\r\n?", "\n", text.removeprefix("\ufeff"))


def encoding_of(data: bytes) -> Encoding:
    """Give the encoding that a source names in one of its first two lines."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return Encoding(name)
    marked = data.startswith(codecs.BOM_UTF8)
    for number, line in enumerate(_first_lines(data), 1):
        found = _COOKIE.match(line)
        if found:
            return _named(found[1].decode("ascii"), number, marked=marked)
        if not _BLANK.match(line):
            break
    return Encoding("utf-8")


def _first_lines(data: bytes) -> list[bytes]:
    """Give two lines, whichever of its three ends each has, without a copy of all."""
    start = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    lines: list[bytes] = []
    for _ in range(2):
        found = _END.search(data, start)
        lines.append(data[start : found.start() if found else len(data)])
        start = found.end() if found else len(data)
    return lines


_END = re.compile(rb"\r\n?|\n")


def _named(written: str, line: int, *, marked: bool) -> Encoding:
    short = written[:12].lower().replace("_", "-")
    known = next((plain for form, plain in _SHORT if form.match(short)), "")
    try:
        name = known or codecs.lookup(written).name
    except LookupError:
        detail = f"{written[:40]}, an encoding that Python does not know"
        return Encoding("utf-8", line, detail)
    if not _PLAIN.fullmatch(name):
        readable = name if name in _READ else "utf-8"
        return Encoding(readable, line, f"{name}, in which letters stand for others")
    if marked and name not in ("utf-8", "utf-8-sig"):
        return Encoding("utf-8", line, f"{name}, and a mark of UTF-8")
    return Encoding(name, line)
