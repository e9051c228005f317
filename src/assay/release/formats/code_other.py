"""Scripts for shells, browsers and Node that lie in a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.release.formats import code_hidden, code_shell
from assay.release.formats.code import facts_of_acts
from assay.release.formats.code_act import Act, Seen
from assay.release.formats.code_reach import CALL
from assay.release.formats.code_source import Parsed, decode
from assay.release.source import chunks

if TYPE_CHECKING:
    from assay.domain.facts import Fact, Place
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["read"]

_MARKUP = (".js", ".mjs", ".cjs", ".html", ".htm", ".svg", ".hta")
_VISUAL = (".vbs", ".vbe", ".wsf")


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give what a script does, as far as single lines show it."""
    limits = inspection.limits
    markup = subject.name.endswith(_MARKUP)
    bound = limits.max_markup_bytes if markup else limits.max_script_bytes
    text = decode(b"".join(chunks(subject.source, 0, bound)))
    seen = Seen()
    if subject.source.size > bound:
        seen.problem = Parsed(None, "too-long", f"more than {bound} bytes")
    language = "shell"
    if subject.name.endswith((*_MARKUP, *_VISUAL)):
        language = "javascript"
        seen.acts += code_shell.markup(text)
    if not subject.name.endswith(_MARKUP) or subject.name.endswith(".hta"):
        seen.acts += code_shell.script(text)
    for what, detail, line in code_hidden.hidden(text):
        if what == "direction-control":
            seen.acts.append(Act("obfuscation", what, line, CALL, detail))

    def at(line: int) -> Place:
        return subject.at(line=line or None)

    return [facts_of_acts(seen, limits, subject.place, at, language)]
