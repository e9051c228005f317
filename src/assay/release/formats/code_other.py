"""Scripts for shells, browsers and Node that lie in a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.release.formats import code_hidden, code_shell
from assay.release.formats.code import facts_of_acts
from assay.release.formats.code_act import Act, Seen
from assay.release.formats.code_encoding import decode
from assay.release.formats.code_reach import CALL
from assay.release.formats.code_source import Parsed
from assay.release.source import chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.facts import Fact, Place
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["read"]

_MARKUP = (".js", ".mjs", ".cjs", ".html", ".htm", ".svg", ".hta")
_IMAGES = ("dockerfile", "containerfile")
_VISUAL = (".vbs", ".vbe", ".wsf")


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give what a script does, as far as single lines show it."""
    limits = inspection.limits
    markup = subject.name.endswith(_MARKUP)
    bound = limits.max_markup_bytes if markup else limits.max_script_bytes
    seen = Seen()
    searched = bound
    first, read_bytes = 1, 0
    for data in _pieces(subject, bound, limits.max_text_scan_bytes):
        text = decode(data)
        lines = text.count("\n")
        if read_bytes:
            # Behind the first piece only what may hold one of the forms is searched.
            text = "\n".join(code_shell.worth_searching(text, pages=markup))
            searched -= len(text) - lines
            if searched < 0:
                break
        seen.acts += _acts(subject, text, first)
        first += lines
        read_bytes += len(data)
    if read_bytes < subject.source.size:
        seen.problem = Parsed(None, "too-long", f"more than {read_bytes} bytes")

    def at(line: int) -> Place:
        return subject.at(line=line or None)

    language = "javascript" if subject.name.endswith((*_MARKUP, *_VISUAL)) else "shell"
    return [facts_of_acts(seen, limits, subject.place, at, language)]


def _pieces(subject: Subject, size: int, most: int) -> Iterator[bytes]:
    """Give a text piece by piece, cut where a line ends if there is an end."""
    rest = b""
    for chunk in chunks(subject.source, 0, most):
        for start in range(0, len(chunk), size):
            rest += chunk[start : start + size]
            cut = rest.rfind(b"\n") + 1 or len(rest)
            yield rest[:cut]
            rest = rest[cut:]
    if rest:
        yield rest


def _acts(subject: Subject, text: str, first: int) -> Iterator[Act]:
    if subject.name.endswith((*_MARKUP, *_VISUAL)):
        yield from code_shell.markup(text, first=first)
    if not subject.name.endswith(_MARKUP) or subject.name.endswith(".hta"):
        image = subject.name.endswith(_IMAGES)
        for act in code_shell.script(text, first=first):
            # What an image's own shell starts with is nobody else's.
            if not (image and act.name == "stays-behind"):
                yield act
    for what, detail, line in code_hidden.hidden(text):
        if what == "direction-control":
            yield Act("obfuscation", what, first + line - 1, CALL, detail)
