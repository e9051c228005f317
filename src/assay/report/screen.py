"""Lines for a terminal: wrapped to a width, coloured only when asked."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from assay.report.text import number, prose, shorten_end

if TYPE_CHECKING:
    from assay.domain.programme import Programme, ProgrammeRef

__all__ = ["MORE", "MORE_STILL", "Ink", "Screen", "programme_lines", "select"]

# What to do to see what a list leaves out.
MORE = "use --verbose, --json or --html"
MORE_STILL = "use --json"

# Narrower than this no table holds; wider lines are hard to read.
_MIN_WIDTH = 40
_MAX_WIDTH = 120
_LABEL_WIDTH = 11


class Ink(Enum):
    """How a piece of text stands out; the words alone always say the same.

    The values are parameters of SGR (ECMA-48, 8.3.117); none sets a background, so
    text stays readable on light and dark terminals.
    """

    PLAIN = ""
    STRONG = "1"
    GOOD = "32"
    BAD = "1;31"
    WARN = "33"
    FAINT = "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A terminal's width and whether it shows colours."""

    width: int
    colour: bool

    @property
    def columns(self) -> int:
        """Width that is used, within what can be laid out."""
        return min(max(self.width, _MIN_WIDTH), _MAX_WIDTH)

    def paint(self, text: str, ink: Ink) -> str:
        """Give the text with its colour, or as it is when none are wanted."""
        if not self.colour or ink is Ink.PLAIN or not text:
            return text
        return f"\x1b[{ink.value}m{text}\x1b[0m"

    def fold(self, text: str, *, indent: str = "", ink: Ink = Ink.PLAIN) -> list[str]:
        """Break harmless text into lines below one indent."""
        width = self.columns - len(indent)
        lines = textwrap.wrap(text, width, break_on_hyphens=False)
        return [indent + self.paint(line, ink) for line in lines]

    def wrap(self, text: str, *, indent: str = "", ink: Ink = Ink.PLAIN) -> list[str]:
        """Make a sentence harmless and break it into lines below one indent."""
        return self.fold(prose(text), indent=indent, ink=ink)

    def field(self, label: str, text: str, *, ink: Ink = Ink.PLAIN) -> list[str]:
        """Lay out a label and the text it introduces, in two columns."""
        lines = self.wrap(text, indent=" " * _LABEL_WIDTH, ink=ink) or [""]
        head = self.paint(label, Ink.STRONG) + " " * (_LABEL_WIDTH - len(label))
        return [head + lines[0][_LABEL_WIDTH:], *lines[1:]]

    def item(self, text: str, *, whole: bool) -> list[str]:
        """Lay out harmless text as one entry of a list: whole, or cut to one line."""
        if not whole:
            return ["  " + shorten_end(text, self.columns - 2)]
        first, *rest = self.fold(text, indent="    ") or ["    "]
        return ["  " + first[4:], *rest]


def select(screen: Screen, entries: list[list[str]], room: int, more: str) -> list[str]:
    """Keep as many entries as there is room for, and count the others.

    Args:
        screen: Where they are shown.
        entries: The lines of each entry.
        room: Entries that may be shown; the line with the count is one of them.
        more: What to do to see the others.
    """
    if len(entries) > room:
        left = len(entries) - room + 1
        last = screen.wrap(f"and {number(left)} more: {more}", indent="  ")
        entries = [*entries[: room - 1], last]
    return [line for entry in entries for line in entry]


def programme_lines(
    screen: Screen,
    ref: ProgrammeRef,
    programme: Programme | None,
    *,
    whole: bool = False,
) -> list[str]:
    """Name a programme, with the notice that stands wherever it is shown.

    Args:
        screen: Where it is shown.
        ref: Which programme.
        programme: Itself, as far as it is known.
        whole: Whether to show more of the notice than its first sentence.
    """
    if programme is None:
        return screen.field(
            "Programme", f"{ref.id} {ref.version} (sha256:{ref.digest})"
        )
    notice = prose(programme.notice)
    first, dot, rest = notice.partition(". ")
    if rest and not whole:
        notice = f"{first}{dot}More: `assay programme show`."
    return [
        *screen.field("Programme", f"{programme.title} ({ref.id} {ref.version})"),
        *screen.field("Notice", notice, ink=Ink.WARN),
    ]
