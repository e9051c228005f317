"""Commands in any other text that some tool may run: what fetches and runs a program.

Nobody can list every tool that runs lines of a text: pipelines, build systems, cluster
jobs, languages that this project does not parse. The few forms that say it all are
therefore looked for in every text that is not prose, and in those blocks of documents
that are meant to be run (R Markdown, Quarto, MyST). In prose they are instructions to
a person, and nothing runs them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.domain.facts import Content
from assay.release.formats import code_shell
from assay.release.formats.code import facts_of_acts
from assay.release.formats.code_act import Act, Seen
from assay.release.formats.code_reach import CALL
from assay.release.formats.code_source import Parsed
from assay.release.source import chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.facts import Fact, Place
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["is_searched", "read"]

# Read so much at a time, so that what is first in a long text is searched first.
_PIECE = 64 << 10
_RUN = frozenset(
    {"download-and-run", "decode-and-run", "reverse-shell", "sends-secrets"}
)
# One of these is in every line that such a form fits.
_WORDS = (
    *(b"curl", b"wget", b"fetch", b"aria2c", b"lwp-download", b"iex", b"invoke-"),
    *(b"iwr", b"irm", b"download", b"mshta", b"regsvr32", b"certutil", b"bitsadmin"),
    *(b"base64", b"base32", b"xxd", b"openssl", b"gunzip", b"powershell", b"rev "),
    *(b"/dev/tcp", b"/dev/udp", b"ncat", b"netcat", b"nc ", b"socat", b"mkfifo"),
    *(b"sh -i", b"socket", b"printenv", b"| tr "),
)
# What people read, and tables of texts, in which such commands are quoted.
_PROSE = re.compile(
    r"(?:^|/)(?:readme|licen[cs]e|copying|notice|changelog|changes|authors|install"
    r"|contributing|history|news|todo|security|model_card)(?:[-_]\w{1,20})?\Z"
    r"|\.(?:txt|rst|tex|bib|csv|tsv|log|srt|vtt|po|adoc|asciidoc|org|diff|patch|eml"
    r"|jsonl|ndjson)\Z",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(r"\.(?:md|markdown|[rq]md|myst)\Z", re.IGNORECASE)
# A block that is run: its language stands in braces.
_FENCE = re.compile(rb"[ \t]*(?:>[ \t]*)?(`{3,}|~{3,})[ \t]*(\{)?")
# How a line begins that says nothing to the tool, by the ending of the file.
_COMMENTS = (
    (re.compile(r"\.(?:lua|sql|hs|elm|ada|vhdl?)\Z"), b"--"),
    (
        re.compile(
            r"\.(?:[ch](?:pp|xx|c|u|uh)?|hpp|cu|rs|go|java|kts?|swift|scala|ts|tsx|php"
            r"|proto|groovy|nf|dart|zig|v|sv|gradle|jenkinsfile)\Z"
        ),
        b"//",
    ),
    (re.compile(r"\.(?:tex|erl|m|sty|cls)\Z"), b"%"),
    (re.compile(r"\.(?:el|lisp|clj|scm|asm|ini)\Z"), b";"),
)


def is_searched(subject: Subject) -> bool:
    """Tell a text that a tool may run, or that holds blocks which are run."""
    path = subject.place.member or subject.place.path
    if subject.content is Content.MARKDOWN or _DOCUMENT.search(path):
        return True
    return subject.content is Content.TEXT and not _PROSE.search(path)


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the commands of a text that fetch or decode a program and run it."""
    path = subject.place.member or subject.place.path
    limits = inspection.limits
    blocks = subject.content is Content.MARKDOWN or bool(_DOCUMENT.search(path))
    seen = Seen()
    left = limits.max_script_bytes
    for text, first in _searched(subject, limits.max_text_scan_bytes, blocks=blocks):
        # Empty lines cost nothing; of the others so much is searched as of a script.
        left -= len(text) - text.count("\n")
        if left < 0:
            detail = f"more than {limits.max_script_bytes} bytes that may be commands"
            seen.problem = Parsed(None, "too-long", detail)
            break
        seen.acts += [
            Act(act.kind, act.name, act.line, CALL, act.detail)
            for act in code_shell.script(text, first=first)
            if act.name in _RUN
        ]

    def at(line: int) -> Place:
        return subject.at(line=line or None)

    if not (seen.acts or seen.problem):
        return []
    return [facts_of_acts(seen, limits, subject.place, at, "settings")]


def _searched(
    subject: Subject, most: int, *, blocks: bool
) -> Iterator[tuple[str, int]]:
    """Give the lines that may hold a form, piece by piece, with the first's number."""
    comment = next((c for form, c in _COMMENTS if form.search(subject.name)), None)
    fence = _Fence()
    first = 1
    for piece in _pieces(subject, most):
        lower = piece.lower()
        near = [word for word in _WORDS if word in lower]
        if near or blocks:
            kept = b"\n".join(_kept(piece, near, comment, fence if blocks else None))
            yield kept.decode("utf-8", "replace"), first
        first += piece.count(b"\n")


class _Fence:
    """Whether the lines at hand are in a block of a document that is run."""

    def __init__(self) -> None:
        self._mark = b""
        self.runs = False

    def passes(self, line: bytes) -> bool:
        """Take a line; tell whether it is one of such a block."""
        found = _FENCE.match(line)
        if found is None:
            return self.runs
        if not self._mark:
            self._mark, self.runs = found[1], found[2] is not None
        elif found[1].startswith(self._mark) and not line[found.end() :].strip():
            self._mark, self.runs = b"", False
        return False


def _kept(
    piece: bytes, near: list[bytes], comment: bytes | None, fence: _Fence | None
) -> Iterator[bytes]:
    """Give the lines that may hold a form, and an empty one for each of the others."""
    goes_on = False
    for line in piece.split(b"\n"):
        runs = fence is None or fence.passes(line)
        plain = comment is None or not line.lstrip().startswith(comment)
        lower = line.lower() if runs and plain else b""
        worth = bool(lower) and (goes_on or any(word in lower for word in near))
        # Lines that a backslash joins are one command.
        goes_on = bool(lower) and line.rstrip(b"\r").endswith(b"\\")
        yield line if worth or goes_on else b""


def _pieces(subject: Subject, most: int) -> Iterator[bytes]:
    """Give a text piece by piece, cut where a line ends if there is an end."""
    rest = b""
    for chunk in chunks(subject.source, 0, most):
        for start in range(0, len(chunk), _PIECE):
            rest += chunk[start : start + _PIECE]
            cut = rest.rfind(b"\n") + 1 or len(rest)
            yield rest[:cut]
            rest = rest[cut:]
    if rest:
        yield rest
