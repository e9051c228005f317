"""Tar archives: ustar, GNU and pax members, read in place.

Source: POSIX.1-2017, pax utility, and the GNU tar manual for `L` and `K` members.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.domain.facts import ArchiveFacts, Content, Gap
from assay.release.formats.member_paths import link_leaves, path_problem
from assay.release.formats.reading import Problems
from assay.release.source import SliceSource

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["read"]

_BLOCK = 512
_LINKS = b"12"
_SPECIAL = {b"3": "character device", b"4": "block device", b"6": "FIFO"}
# Long names and pax records: PATH_MAX and room for many attributes.
_MAX_RECORD_BYTES = 1 << 20


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the archive's facts, then those of each member in order."""
    return _Tar(subject, inspection).read()


@dataclass(slots=True)
class _Overrides:
    """What pax and GNU records say about the next member."""

    path: str | None = None
    link: str | None = None
    size: int | None = None


@dataclass(slots=True)
class _Tar:
    """One archive being read."""

    subject: Subject
    inspection: Inspection
    problems: Problems = field(init=False)
    facts: list[Fact] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    members: int = 0
    expanded: int = 0
    position: int = 0
    next: _Overrides = field(default_factory=_Overrides)

    def __post_init__(self) -> None:
        self.problems = Problems(self.subject, self.inspection.limits)

    def read(self) -> list[Fact]:
        source = self.subject.source
        while self._more():
            block = source.read_at(self.position, _BLOCK)
            if not block.strip(b"\0"):
                self._tail()
                break
            if len(block) < _BLOCK:
                self.problems.add("truncated", "expected a header of 512 bytes")
                break
            if not _checks(block):
                self.problems.add(
                    "malformed",
                    "the checksum of a member header is wrong",
                    place=self.subject.at(offset=self.position),
                )
                break
            self._header(block)
        archive = ArchiveFacts(
            place=self.subject.place,
            content=Content.TAR,
            members=self.members,
            expanded_bytes=self.expanded,
            problems=self.problems.done(),
        )
        return [archive, *self.facts]

    def _more(self) -> bool:
        limits = self.inspection.limits
        if self.members > limits.max_archive_members:
            reason = f"more than {limits.max_archive_members} members"
            self.facts.append(
                Gap(place=self.subject.place, reason=reason, content=Content.TAR)
            )
            return False
        return self.position < self.subject.source.size

    def _header(self, block: bytes) -> None:
        kind = block[156:157]
        size = _number(block[124:136])
        if kind not in b"LKxg" and self.next.size is not None:
            size = self.next.size
        start = self.position + _BLOCK
        if kind in _LINKS or kind in _SPECIAL or kind == b"5":
            size = 0
        self.position = start + (size + _BLOCK - 1) // _BLOCK * _BLOCK
        if kind in b"LKxg":
            self._record(kind, start, size)
        else:
            self._member(block, kind, start, size)
            self.next = _Overrides()

    def _record(self, kind: bytes, start: int, size: int) -> None:
        data = self.subject.source.read_at(start, min(size, _MAX_RECORD_BYTES))
        text = data.rstrip(b"\0").decode("utf-8", "backslashreplace")
        if kind == b"L":
            self.next.path = text
        elif kind == b"K":
            self.next.link = text
        elif kind == b"x":
            self._pax(data)

    def _pax(self, data: bytes) -> None:
        """Read records of the form `LENGTH KEY=VALUE` and a newline."""
        while data:
            digits, space, _ = data.partition(b" ")
            if not space or not digits.isdigit() or len(digits) > 8:
                break
            length = int(digits)
            key, _, value = data[len(digits) + 1 : length].partition(b"=")
            text = value.removesuffix(b"\n").decode("utf-8", "backslashreplace")
            if key == b"path":
                self.next.path = text
            elif key == b"linkpath":
                self.next.link = text
            elif key == b"size" and text.isascii() and text.isdigit():
                self.next.size = int(text[:19])
            data = data[length:] if length else b""

    def _member(self, block: bytes, kind: bytes, start: int, size: int) -> None:
        name = self.next.path or _name(block)
        self.members += 1
        self.expanded += size
        problem = path_problem(name)
        if problem:
            self.problems.add(problem, f"member {name!r}")
        if name in self.names:
            self.problems.add("duplicate-member", f"member {name!r}")
        self.names.add(name)
        if kind in _LINKS:
            target = self.next.link or _text(block[157:257])
            # A hard link names a member from the top of the archive.
            if link_leaves(name if kind == b"2" else "", target):
                self.problems.add("link-escape", f"{name!r} -> {target!r}")
        elif kind in _SPECIAL:
            self.problems.add("special-member", f"{name!r} is a {_SPECIAL[kind]}")
        elif kind != b"5":
            self._content(name, start, size)

    def _content(self, name: str, start: int, size: int) -> None:
        left = self.subject.source.size - start
        if size > left:
            self.problems.add(
                "truncated", f"member {name!r}: expected {size} bytes, found {left}"
            )
        data = SliceSource(self.subject.source, start, size)
        self.facts.extend(self.inspection.descend(self.subject, name, data))

    def _tail(self) -> None:
        """Look behind the two blocks of zeros that end an archive."""
        rest = self.subject.source.size - self.position
        # GNU tar fills up to 10 240 bytes, others up to a megabyte.
        tail = self.subject.source.read_at(self.position, min(rest, 1 << 20))
        if tail.strip(b"\0") or rest > (1 << 20):
            self.problems.add(
                "trailing-data",
                f"expected zeros up to the end, found data in {rest} bytes",
                place=self.subject.at(offset=self.position),
            )


def _checks(block: bytes) -> bool:
    return sum(block[:148]) + 256 + sum(block[156:]) == _number(block[148:156])


def _number(data: bytes) -> int:
    """Read an octal number, or a base-256 one as GNU tar writes large sizes."""
    if data[:1] == b"\x80":
        return int.from_bytes(data[1:], "big")
    digits = data.split(b"\0", 1)[0].strip()
    return int(digits, 8) if digits and not digits.strip(b"01234567") else 0


def _name(block: bytes) -> str:
    name = _text(block[:100])
    prefix = _text(block[345:500]) if block[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(data: bytes) -> str:
    return data.split(b"\0", 1)[0].decode("utf-8", "backslashreplace")
