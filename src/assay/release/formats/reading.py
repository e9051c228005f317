"""What every reader is given, and the bounded list of problems it fills."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from assay.domain.credentials import redact
from assay.domain.facts import Content, ParseProblem, Place
from assay.domain.printable import is_printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assay.domain.facts import Fact
    from assay.domain.limits import Limits
    from assay.release.source import ByteSource

__all__ = ["Inspection", "Problems", "Subject", "shorten"]


# Problems of one kind that are noted even when there are too many of others.
_FIRST_OF_KIND = 3
# Characters that may follow a cut and still belong to a credential before it.
_LONGEST_SECRET = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One file or member to be read.

    Attributes:
        source: Its bytes.
        place: Where it is: the file, and the member when it is inside one.
        content: The type that it is read as.
        depth: How many wrappers were opened to reach it; 0 for a file.
        lines: Gives the line of an entry by its key, in a document that has lines.
    """

    source: ByteSource
    place: Place
    content: Content
    depth: int = 0
    lines: Callable[[str], int | None] | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """The last part of its name, in lower case."""
        full = self.place.member or self.place.path
        return full.rsplit("/", 1)[-1].lower()

    def at(
        self,
        *,
        offset: int | None = None,
        line: int | None = None,
        key: str | None = None,
        opcode: int | None = None,
        inner_line: int | None = None,
    ) -> Place:
        """Give a place inside this subject; the line of a key where it is known."""
        if line is None and key is not None and self.lines is not None:
            line = self.lines(key)
        return replace(
            self.place,
            offset=offset,
            line=line,
            key=key,
            opcode=opcode,
            inner_line=inner_line,
        )


class Inspection(Protocol):
    """The walk through one file and all that is inside it.

    Attributes:
        limits: Bounds on what is read.
        paths: Every path of the release.
    """

    limits: Limits
    paths: frozenset[str]

    def descend(
        self, parent: Subject, member: str, source: ByteSource
    ) -> Iterable[Fact]:
        """Identify and read a member, or give the Gap that says why not."""
        ...

    def raw_data(
        self, parent: Subject, member: str, source: ByteSource
    ) -> Iterable[Fact]:
        """Read a member that should hold numbers, only if it is plainly something."""
        ...

    def may_inflate(self, count: int) -> bool:
        """Take `count` bytes off what this file may still expand to."""
        ...

    def may_compose(self, count: int) -> bool | None:
        """Take YAML off the bound; None when its end was told already."""
        ...

    def may_parse_template(self, chars: int) -> bool | None:
        """Take a template off the bound; None when its end was told already."""
        ...


class Problems:
    """Problems of one subject, bounded so that no file can fill the memory.

    A crowd of one kind pushes out no other: the first of each kind are always noted.
    """

    def __init__(self, subject: Subject, limits: Limits) -> None:
        self._subject = subject
        self._bound = limits.max_problems_per_subject
        self._shown = limits.max_shown_chars
        self._list: list[ParseProblem] = []
        self._kinds: Counter[str] = Counter()

    def add(self, kind: str, detail: str, *, place: Place | None = None) -> None:
        """Note a problem, unless there are too many already."""
        self._kinds[kind] += 1
        if len(self._list) < self._bound or self._kinds[kind] <= _FIRST_OF_KIND:
            self._list.append(
                ParseProblem(
                    kind=kind,
                    detail=shorten(detail, 2 * self._shown),
                    place=self._subject.place if place is None else place,
                )
            )

    @property
    def full(self) -> bool:
        """Whether another problem would be left out: then none need be described."""
        return len(self._list) >= self._bound

    def done(self) -> tuple[ParseProblem, ...]:
        """Give them in the order seen."""
        return tuple(self._list)


def shorten(text: str, bound: int) -> str:
    """Cut a text for people to `bound` characters and make it printable.

    What has the shape of a credential is redacted, before a cut can disguise it.
    """
    text = redact(text[: bound + _LONGEST_SECRET])
    shown = text if len(text) <= bound else text[: bound - 1] + "…"
    if shown.isascii() and shown.isprintable():
        return shown
    return "".join(char if is_printable(char) else ascii(char)[1:-1] for char in shown)
