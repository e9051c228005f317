"""Zip files, PyTorch's among them: the list, its contradictions, and every member.

A member is read even when its flags, checksum or headers are wrong, because lenient
loaders do that (CVE-2025-1944 and CVE-2025-1945 are about a scanner that did not).
"""

from __future__ import annotations

import re
import stat
import zlib
from typing import TYPE_CHECKING

from assay.domain.facts import ArchiveFacts, Content, Gap
from assay.release.formats import inflate
from assay.release.formats.compressed import framed_maker
from assay.release.formats.framed import Journal
from assay.release.formats.member_paths import link_leaves, path_problem
from assay.release.formats.reading import Problems
from assay.release.formats.zip_directory import (
    Member,
    local_header,
    read_directory,
)
from assay.release.source import SliceSource, Spool, chunks

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.domain.facts import Fact
    from assay.release.formats.inflate import Decompressor
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.formats.zip_directory import Directory, LocalHeader
    from assay.release.source import ByteSource

__all__ = ["read"]

_STORED = 0
_METHODS = {8: "deflate", 12: "bzip2", 95: "xz"}
_LZMA = 14
_ZSTD = (93, 20)
_ENCRYPTED = 0x1
_STREAMED = 0x8
# Raw tensors of a PyTorch zip: numbers, which may begin like anything.
_STORAGE = re.compile(r"(?:^|/)(?:data|tensors|constants|xl_model_weights)/\d+$")
# Those of a zip that `torch.export` wrote.
_WEIGHT = re.compile(r"(?:^|/)data/(?:weights|constants)/(?:weight|tensor)_\d+$")
_MAX_LINK_BYTES = 4096
# A data descriptor with its signature and 64-bit sizes.
_DESCRIPTOR_BYTES = 24
_HIDDEN_SEARCH_BYTES = 1 << 20


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the archive's facts, then those of each member in directory order."""
    return _Zip(subject, inspection).read()


class _Zip:
    """One zip file being read."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._subject = subject
        self._source = subject.source
        self._inspection = inspection
        self._limits = inspection.limits
        self._problems = Problems(subject, inspection.limits)
        self._facts: list[Fact] = []
        self._extents: list[tuple[int, int, str]] = []
        self._claimed = 0

    def read(self) -> list[Fact]:
        directory = read_directory(self._source, self._limits)
        members = list(directory.members)
        if not members:
            members = self._by_headers()
        self._whole(directory)
        self._names(members)
        for member in members:
            self._member(member)
        self._hidden(directory)
        archive = ArchiveFacts(
            place=self._subject.place,
            content=self._subject.content,
            members=len(members),
            expanded_bytes=sum(member.expanded for member in members),
            problems=self._problems.done(),
        )
        return [archive, *self._facts]

    def _whole(self, directory: Directory) -> None:
        """Judge the file as a whole: both ends and the declared total."""
        if not directory.found or directory.cut:
            self._problems.add("truncated", f"zip directory: {directory.cut}")
        if directory.declared > self._limits.max_archive_members:
            bound = self._limits.max_archive_members
            reason = f"{directory.declared} members, {bound} are read"
            self._gap(reason, bound="members")
        # Files that go with a TensorFlow Lite model are a zip behind it, by its format.
        carried = self._source.read_at(4, 4) == b"TFL3"
        if directory.prefix and not carried:
            self._problems.add(
                "prefix-data",
                f"expected the first member at 0, found it at {directory.prefix}",
            )
        if directory.found and directory.end < self._source.size:
            self._problems.add(
                "trailing-data",
                f"expected the end, found {self._source.size - directory.end} "
                "more bytes",
                place=self._subject.at(offset=directory.end),
            )
            rest = SliceSource(self._source, directory.end, self._source.size)
            self._facts.extend(
                self._inspection.raw_data(self._subject, "trailing", rest)
            )
        total = sum(member.expanded for member in directory.members)
        packed = self._limits.max_compression_ratio * self._source.size
        if total > self._limits.max_expanded_bytes or (
            total > max(packed, self._limits.bomb_floor_bytes)
        ):
            self._problems.add("bomb", f"members claim to expand to {total} bytes")

    def _names(self, members: list[Member]) -> None:
        seen: set[str] = set()
        for member in members:
            kind = path_problem(member.name)
            if kind:
                self._problems.add(kind, f"member {member.name!r}")
            # Loaders on systems without letter case see one file in both.
            folded = member.name.casefold()
            if folded in seen:
                self._problems.add("duplicate-member", f"member {member.name!r}")
            seen.add(folded)

    def _member(self, member: Member) -> None:
        local = local_header(self._source, member.offset)
        if local is None:
            self._problems.add(
                "header-mismatch",
                f"member {member.name!r}: no local header at {member.offset}",
                place=self._subject.at(offset=member.offset),
            )
            return
        self._compare(member, local)
        end = local.data_offset + member.stored
        self._extents.append((member.offset, end, member.name))
        if end > self._source.size:
            self._problems.add(
                "truncated",
                f"member {member.name!r}: expected {member.stored} bytes, found "
                f"{self._source.size - local.data_offset}",
            )
        if (member.flags | local.flags) & _ENCRYPTED:
            self._problems.add(
                "encrypted-member", f"member {member.name!r} is marked as encrypted"
            )
        if member.name.endswith("/") and not member.stored:
            return
        data = SliceSource(self._source, local.data_offset, member.stored)
        self._claimed += data.size
        if self._claimed > self._source.size:
            # Only members that share their data claim more than the file holds.
            self._problems.add("bomb", f"member {member.name!r} claims data again")
            self._gap("data that other members claim too", member=member.name)
            return
        for method in dict.fromkeys((member.method, local.method)):
            self._content(member, method, data)

    def _compare(self, member: Member, local: LocalHeader) -> None:
        pairs: list[tuple[str, object, object]] = [
            ("name", member.name, local.name),
            ("method", member.method, local.method),
            ("encryption flag", member.flags & _ENCRYPTED, local.flags & _ENCRYPTED),
        ]
        # With a data descriptor the local sizes and checksum may be 0.
        if not local.flags & _STREAMED:
            pairs += [
                ("stored size", member.stored, local.stored),
                ("size", member.expanded, local.expanded),
                ("checksum", member.crc, local.crc),
            ]
        for what, listed, found in pairs:
            if listed != found:
                self._problems.add(
                    "header-mismatch",
                    f"member {member.name!r}: {what} {listed!r} in the directory, "
                    f"{found!r} before the data",
                    place=self._subject.at(offset=member.offset),
                )

    def _content(self, member: Member, method: int, data: ByteSource) -> None:
        self._kind(member, data)
        if method == _STORED:
            self._checksum(member, data)
            self._read(member, data)
            return
        make, skip = self._decompressor(method, data)
        if make is None:
            self._gap(f"compression method {method}", member=member.name)
            return
        if self._is_bomb(member):
            return
        packed = SliceSource(data, skip, data.size)
        self._inflate(member, packed, make)

    def _inflate(
        self, member: Member, packed: ByteSource, make: Callable[[], Decompressor]
    ) -> None:
        with Spool() as spool:
            ended = inflate.inflate(packed, make, spool, self._inspection)
            if ended.kind and ended.kind != "too-large":
                self._problems.add(
                    ended.kind, f"member {member.name!r}: {ended.detail}"
                )
            elif not ended.kind and ended.crc != member.crc:
                self._problems.add("bad-checksum", f"member {member.name!r}")
            if spool.size > member.expanded and not ended.kind:
                self._problems.add(
                    "header-mismatch",
                    f"member {member.name!r}: expected {member.expanded} bytes, "
                    f"found {spool.size}",
                )
            if spool.size:
                self._read(member, spool.source())
            if not ended.whole:
                self._gap(ended.detail, member=member.name)

    def _kind(self, member: Member, data: ByteSource) -> None:
        kind = stat.S_IFMT(member.mode)
        if kind == stat.S_IFLNK:
            self._link(member, data)
        elif kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            self._problems.add("special-member", f"member {member.name!r}")

    def _decompressor(
        self, method: int, data: ByteSource
    ) -> tuple[Callable[[], Decompressor] | None, int]:
        if method == _LZMA:
            header = data.read_at(0, 9)
            return lambda: inflate.zip_lzma(header), len(header)
        if method in _ZSTD:
            journal = Journal(self._inspection.may_inflate)
            return framed_maker(Content.ZSTD, journal), 0
        name = _METHODS.get(method)
        return (inflate.MAKERS[name], 0) if name else (None, 0)

    def _is_bomb(self, member: Member) -> bool:
        limits = self._limits
        ratio = limits.max_compression_ratio * max(member.stored, 1)
        if member.expanded <= limits.bomb_floor_bytes or member.expanded <= ratio:
            return False
        self._problems.add(
            "bomb",
            f"member {member.name!r}: {member.stored} bytes claim to expand to "
            f"{member.expanded}",
        )
        self._gap("too large for what is stored", member=member.name)
        return True

    def _checksum(self, member: Member, data: ByteSource) -> None:
        if data.size < member.stored:
            return
        crc = 0
        for chunk in chunks(data):
            crc = zlib.crc32(chunk, crc)
        if crc != member.crc:
            self._problems.add(
                "bad-checksum",
                f"member {member.name!r}: expected {member.crc:08x}, found {crc:08x}",
            )

    def _link(self, member: Member, data: ByteSource) -> None:
        target = data.read_at(0, _MAX_LINK_BYTES).decode("utf-8", "replace")
        if link_leaves(member.name, target):
            self._problems.add("link-escape", f"{member.name!r} -> {target!r}")

    def _read(self, member: Member, source: ByteSource) -> None:
        pytorch = self._subject.content is Content.PYTORCH_ZIP
        numbers = _STORAGE if pytorch else _WEIGHT
        if numbers.search(member.name):
            facts = self._inspection.raw_data(self._subject, member.name, source)
        else:
            facts = self._inspection.descend(self._subject, member.name, source)
        self._facts.extend(facts)

    def _hidden(self, directory: Directory) -> None:
        """Find members that the directory does not list, and data claimed twice."""
        position = 0
        for start, end, name in sorted(self._extents):
            if start < position:
                self._problems.add(
                    "bomb", f"member {name!r} overlaps the one before it"
                )
            self._between(position, start)
            position = max(position, end)
        if self._extents:
            self._between(position, directory.start)

    def _between(self, start: int, end: int) -> None:
        if end - start <= _DESCRIPTOR_BYTES:
            return
        gap = self._source.read_at(start, min(end - start, _HIDDEN_SEARCH_BYTES))
        at = gap.find(b"PK\x03\x04")
        local = local_header(self._source, start + at) if at >= 0 else None
        if local is None or local.data_offset > end:
            return
        self._problems.add(
            "header-mismatch",
            f"member {local.name!r} is not in the directory",
            place=self._subject.at(offset=start + at),
        )
        member = _from_header(local, start + at, end)
        data = SliceSource(self._source, local.data_offset, member.stored)
        self._content(member, local.method, data)

    def _by_headers(self) -> list[Member]:
        """List members by their local headers when the directory is gone."""
        members: list[Member] = []
        position = 0
        while len(members) < self._limits.max_archive_members:
            local = local_header(self._source, position)
            if local is None:
                break
            member = _from_header(local, position, self._source.size)
            members.append(member)
            position = local.data_offset + member.stored
        return members

    def _gap(self, reason: str, *, member: str | None = None, bound: str = "") -> None:
        outer = self._subject.place.member
        inner = member if outer is None or member is None else f"{outer}!/{member}"
        place = self._subject.place
        if inner is not None:
            place = type(place)(path=place.path, member=inner)
        content = self._subject.content
        self._facts.append(
            Gap(place=place, reason=reason, content=content, bound=bound)
        )


def _from_header(local: LocalHeader, offset: int, end: int) -> Member:
    stored = local.stored
    if local.flags & _STREAMED and not stored:
        stored = max(end - local.data_offset, 0)
    return Member(
        name=local.name,
        flags=local.flags,
        method=local.method,
        crc=local.crc,
        stored=min(stored, max(end - local.data_offset, 0)),
        expanded=local.expanded,
        offset=offset,
        mode=0,
        listed=False,
    )
