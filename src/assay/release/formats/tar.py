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

__all__ = ["is_header", "number", "read"]

_BLOCK = 512
_LINKS = b"12"
_SPECIAL = {b"3": "character device", b"4": "block device", b"6": "FIFO"}
# Long names and pax records: PATH_MAX and room for many attributes.
_MAX_RECORD_BYTES = 1 << 20
# Mode, owner, group, size, time and device: what Python reads of a header.
_NUMBERS = ((100, 108), (108, 116), (116, 124), (124, 136), (136, 148))
_RECORDS = b"LKxgX"
# Headers that GNU tar adds to a sparse member when its map is long.
_MAX_SPARSE_HEADERS = 4096


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
    everywhere: _Overrides = field(default_factory=_Overrides)

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
            if not is_header(block):
                self.problems.add(
                    "malformed",
                    "the checksum of a member header is wrong",
                    place=self.subject.at(offset=self.position),
                )
                break
            if not self._header(block):
                break
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
                Gap(
                    place=self.subject.place,
                    reason=reason,
                    content=Content.TAR,
                    bound="members",
                )
            )
            return False
        return self.position < self.subject.source.size

    def _header(self, block: bytes) -> bool:
        """Read one header and what belongs to it; tell whether another may follow."""
        kind = block[156:157]
        if kind == b"\0" and _text(block[:100]).endswith("/"):
            # A folder as the oldest archives write it; like any, it holds no data.
            kind = b"5"
        size = number(block[124:136])
        if kind not in _RECORDS and self.next.size is not None:
            size = self.next.size
        if size is None or size < 0:
            self.problems.add(
                "malformed",
                f"expected the size of a member, found {block[124:136]!r}",
                place=self.subject.at(offset=self.position),
            )
            return False
        start = self._data_offset(block, kind)
        if kind in _LINKS or kind in _SPECIAL or kind == b"5":
            size = 0
        self.position = start + (size + _BLOCK - 1) // _BLOCK * _BLOCK
        if kind in _RECORDS:
            self._record(kind, start, size)
        else:
            self._member(block, kind, start, size)
            self.next = _Overrides()
        return True

    def _data_offset(self, block: bytes, kind: bytes) -> int:
        """Give where the data starts: behind the maps of an old sparse member."""
        start = self.position + _BLOCK
        more = kind == b"S" and block[482:483] not in (b"", b"\0")
        for _ in range(_MAX_SPARSE_HEADERS):
            if not more:
                break
            more = self.subject.source.read_at(start + 504, 1) not in (b"", b"\0")
            start += _BLOCK
        return start

    def _record(self, kind: bytes, start: int, size: int) -> None:
        data = self.subject.source.read_at(start, min(size, _MAX_RECORD_BYTES))
        text = data.split(b"\0", 1)[0].decode("utf-8", "backslashreplace")
        if kind == b"L":
            self.next.path = text
        elif kind == b"K":
            self.next.link = text
        else:
            self._pax(data, self.everywhere if kind == b"g" else self.next)

    def _pax(self, data: bytes, overrides: _Overrides) -> None:
        """Read records of the form `LENGTH KEY=VALUE` and a newline."""
        while data:
            digits, space, _ = data.partition(b" ")
            if not space or not digits.isdigit() or len(digits) > 8:
                break
            length = int(digits)
            key, _, value = data[len(digits) + 1 : length].partition(b"=")
            text = value.removesuffix(b"\n").decode("utf-8", "backslashreplace")
            if key == b"path":
                overrides.path = text
            elif key == b"linkpath":
                overrides.link = text
            elif key == b"size":
                overrides.size = _decimal(text)
            data = data[length:] if length else b""

    def _member(self, block: bytes, kind: bytes, start: int, size: int) -> None:
        name = self.next.path or self.everywhere.path or _name(block)
        if self.next.size is None and self.everywhere.size is not None and size:
            # A global size changes what is read of a member, not where the next is.
            size = max(size, self.everywhere.size)
        self.members += 1
        self.expanded += size
        problem = path_problem(name)
        if problem:
            self.problems.add(problem, f"member {name!r}")
        if name in self.names:
            self.problems.add("duplicate-member", f"member {name!r}")
        self.names.add(name)
        if kind in _LINKS:
            target = self.next.link or self.everywhere.link or _text(block[157:257])
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
            zeros = len(tail) - len(tail.lstrip(b"\0"))
            source = self.subject.source
            data = SliceSource(source, self.position + zeros, source.size)
            self.facts.extend(self.inspection.raw_data(self.subject, "trailing", data))


def is_header(block: bytes) -> bool:
    """Tell whether 512 bytes are a member header to any reader that is in use.

    Python's `tarfile` takes more spellings of the checksum than POSIX allows, but
    only where all other numbers can be read as well; GNU tar looks at none of them.
    """
    if len(block) != _BLOCK:
        return False
    stated = number(block[148:156])
    if stated is None or stated not in _checksums(block):
        return False
    plain = block[148:156].strip(b" \0")
    if plain and not plain.strip(b"01234567"):
        return True
    return all(number(block[start:end]) is not None for start, end in _NUMBERS)


def _checksums(block: bytes) -> tuple[int, int]:
    """Give the sum of a header, its bytes taken as unsigned and as signed."""
    rest = block[:148] + block[156:]
    total = 256 + sum(rest)
    return total, total - 256 * sum(byte > 0x7F for byte in rest)


def number(data: bytes) -> int | None:
    """Read a number as Python's `tarfile` does; None when it cannot be read.

    It is octal up to the first NUL, in any spelling that `int` takes, or base-256.
    """
    if data[:1] in (b"\x80", b"\xff"):
        value = int.from_bytes(data[1:], "big")
        return value if data[:1] == b"\x80" else value - (1 << 8 * (len(data) - 1))
    try:
        digits = data.split(b"\0", 1)[0].decode("ascii").strip()
        return int(digits or "0", 8)
    except ValueError:
        return None


def _decimal(text: str) -> int:
    """Read a pax number as Python does: what is none counts as 0."""
    try:
        return int(text[:40])
    except ValueError:
        return 0


def _name(block: bytes) -> str:
    name = _text(block[:100])
    # Python joins the prefix whatever the magic says.
    prefix = _text(block[345:500]) if block[156:157] not in b"LKS" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(data: bytes) -> str:
    return data.split(b"\0", 1)[0].decode("utf-8", "backslashreplace")
