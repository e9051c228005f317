"""A zip file as a release.

The directory at the end and the headers before the data must say the same; a zip that
says two things is refused, since unpackers would see different files.
"""

from __future__ import annotations

import os
import stat
from contextlib import ExitStack
from typing import TYPE_CHECKING

from assay.domain.facts import Content, ParseProblem, Place
from assay.release.formats.inflate import MAKERS, zip_lzma
from assay.release.formats.zip_directory import local_header, read_directory
from assay.release.origins.inflated import RoomSpool, inflate_whole
from assay.release.origins.member_tree import (
    MemberTree,
    about_archive,
    refused,
    stripped_note,
)
from assay.release.origins.origin import OpenSource
from assay.release.origins.single_file import open_file
from assay.release.source import FileSource, SliceSource, changed
from assay.release.walk import identity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assay.domain.limits import Limits
    from assay.domain.release import Irregular
    from assay.release.formats.inflate import Decompressor
    from assay.release.formats.zip_directory import Directory, LocalHeader, Member
    from assay.release.origins.member_tree import MemberEntry
    from assay.release.source import ByteSource

__all__ = ["ZipFile"]

_STORED, _LZMA = 0, 14
_METHODS = {8: "deflate", 12: "bzip2"}
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_STREAMED = 0x8
_EXECUTABLE = 0o111
_MAX_LINK_BYTES = 4096
# A data descriptor with its signature and 64-bit sizes.
_DESCRIPTOR_BYTES = 24
_HIDDEN_SEARCH_BYTES = 1 << 20
_END_BYTES = 22


class ZipFile:
    """The regular members of a zip file."""

    def __init__(self, path: Path, name: str, limits: Limits) -> None:
        """List a zip file, and prove that it says one thing.

        Args:
            path: The file.
            name: What the release is called.
            limits: Bounds on what is read.

        Raises:
            ReleaseError: `release.archive-…`, `.unreadable`, `.empty` or
                `.too-many-files`.
        """
        self._path = path
        self._limits = limits
        self._descriptor, self._status = open_file(path)
        with ExitStack() as held:
            held.callback(os.close, self._descriptor)
            size = self._status.st_size
            self._source = FileSource(self._descriptor, size, str(path))
            directory = read_directory(self._source, limits)
            self._whole(directory)
            tree, problems = self._members(directory)
            found = tree.done()
            self.prove()
            held.pop_all()
        self.name = name
        self.entries = found.files
        self.irregular: tuple[Irregular, ...] = found.irregular
        self.about = about_archive(path.name, size, Content.ZIP, problems)
        self.notes = stripped_note(found.stripped)

    def open(self, entry: MemberEntry[Member]) -> OpenSource:
        """Give a member: a window on the archive, or inflated into a spool.

        Raises:
            ReleaseError: `release.archive-damaged` or `release.archive-bomb`.
        """
        member = entry.where
        packed = self._packed(member)
        if member.method == _STORED:
            return OpenSource(packed, entry.path, prove=self.prove, crc=member.crc)
        with ExitStack() as held:
            spool = held.enter_context(RoomSpool())
            opened = self._inflated(entry, packed, spool)
            held.pop_all()
        return opened

    def prove(self) -> None:
        """Prove that the archive is as it was found."""
        if identity(os.fstat(self._descriptor)) != identity(self._status):
            raise changed(str(self._path), "its size, times or inode are other now")

    def close(self) -> None:
        """Close the archive."""
        os.close(self._descriptor)

    def _inflated(
        self, entry: MemberEntry[Member], packed: ByteSource, spool: RoomSpool
    ) -> OpenSource:
        member = entry.where
        skip, make = _decompressor(member, packed)
        ended = inflate_whole(
            SliceSource(packed, skip, packed.size),
            make,
            spool,
            entry.path,
            self._limits,
            most=member.expanded,
        )
        if spool.size != member.expanded or ended.crc != member.crc:
            raise refused(
                "archive-damaged",
                f"The member {entry.path!r} is not what the archive states.",
                expected=f"{member.expanded} bytes, checksum {member.crc:08x}",
                found=f"{spool.size} bytes, checksum {ended.crc:08x}",
            )
        return OpenSource(
            spool.source(),
            entry.path,
            prove=self.prove,
            leave=lambda: spool.__exit__(None, None, None),
        )

    def _packed(self, member: Member) -> SliceSource:
        local = self._local(member)
        return SliceSource(self._source, local.data_offset, member.stored)

    def _whole(self, directory: Directory) -> None:
        """Refuse a zip whose list of members cannot be believed."""
        if not directory.found or directory.cut:
            found = directory.cut or "no list of members"
            raise self._refused("archive-damaged", "a whole zip file", found)
        if len(directory.members) != directory.declared:
            found = f"{directory.declared} members"
            most = f"at most {self._limits.max_archive_members} members"
            raise self._refused("archive-unsupported", most, found)
        if self._ends() > 1:
            raise self._refused("archive-ambiguous", "one end", "two that both fit")
        total = sum(member.expanded for member in directory.members)
        if total > self._limits.max_expanded_bytes:
            most = f"at most {self._limits.max_expanded_bytes} bytes, unpacked"
            raise self._refused("archive-bomb", most, f"{total} bytes")

    def _ends(self) -> int:
        """Count the end records whose comment reaches to the very end."""
        size = self._source.size
        base = max(0, size - _END_BYTES - 65_535)
        tail = self._source.read_at(base, size - base)
        count, at = 0, tail.find(b"PK\x05\x06")
        while at >= 0:
            comment = int.from_bytes(tail[at + 20 : at + 22], "little")
            count += base + at + _END_BYTES + comment == size
            at = tail.find(b"PK\x05\x06", at + 4)
        return count

    def _members(
        self, directory: Directory
    ) -> tuple[MemberTree[Member], tuple[ParseProblem, ...]]:
        tree: MemberTree[Member] = MemberTree(self._path.name, self._limits)
        extents = []
        for member in directory.members:
            local = self._local(member)
            self._agree(member, local)
            self._add(tree, member, local)
            extents.append((member.offset, local.data_offset + member.stored))
        return tree, self._problems(directory, sorted(extents))

    def _local(self, member: Member) -> LocalHeader:
        local = local_header(self._source, member.offset)
        if local is None:
            raise self._refused(
                "archive-damaged",
                f"the header of {member.name!r} at {member.offset}",
                "other bytes",
            )
        return local

    def _agree(self, member: Member, local: LocalHeader) -> None:
        """Refuse a member that its list and its own header tell of differently."""
        pairs: list[tuple[object, object]] = [
            (member.name, local.name),
            (member.method, local.method),
            (member.flags & _ENCRYPTED, local.flags & _ENCRYPTED),
        ]
        # With a data descriptor the local sizes and checksum may be 0.
        if not local.flags & _STREAMED:
            pairs += [
                (member.stored, local.stored),
                (member.expanded, local.expanded),
                (member.crc, local.crc),
            ]
        for listed, found in pairs:
            if listed != found:
                raise self._refused(
                    "archive-ambiguous",
                    f"{listed!r} before the data of {member.name!r} as in the list",
                    repr(found),
                )
        if member.renamed:
            raise self._refused(
                "archive-ambiguous", "one name for each member", repr(member.name)
            )

    def _add(
        self, tree: MemberTree[Member], member: Member, local: LocalHeader
    ) -> None:
        path = tree.path(member.raw)
        kind = stat.S_IFMT(member.mode)
        if member.raw.endswith(b"/"):
            if member.expanded:
                raise self._refused(
                    "archive-ambiguous", "a directory without content", repr(path)
                )
            tree.add_folder(path)
            return
        self._supported(member, local)
        if kind == stat.S_IFLNK:
            target = self._target(member)
            tree.add_link(path, target.decode("utf-8", "backslashreplace"))
        elif kind not in (0, stat.S_IFREG):
            tree.add_special(path, "special file")
        else:
            runs = bool(member.mode & _EXECUTABLE)
            tree.add_file(path, member.expanded, member, executable=runs)

    def _target(self, member: Member) -> bytes:
        """Read where a link leads."""
        packed = self._packed(member)
        if member.method == _STORED:
            return packed.read_at(0, _MAX_LINK_BYTES)
        skip, make = _decompressor(member, packed)
        packed = SliceSource(packed, skip, packed.size)
        with RoomSpool() as spool:
            name, most = self._path.name, _MAX_LINK_BYTES
            inflate_whole(packed, make, spool, name, self._limits, most=most)
            return spool.source().read_at(0, most)

    def _supported(self, member: Member, local: LocalHeader) -> None:
        """Refuse what is encrypted, packed by other methods, cut, or a bomb."""
        if member.flags & _ENCRYPTED:
            raise self._refused(
                "archive-unsupported", "members in the clear", repr(member.name)
            )
        if member.method not in (_STORED, _LZMA, *_METHODS):
            raise self._refused(
                "archive-unsupported",
                "members that are stored, or packed by deflate, bzip2 or LZMA",
                f"method {member.method} of {member.name!r}",
            )
        if local.data_offset + member.stored > self._source.size:
            raise self._refused(
                "archive-damaged", f"{member.stored} bytes", repr(member.name)
            )
        if member.method == _STORED and member.stored != member.expanded:
            raise self._refused(
                "archive-ambiguous", "one size of what is stored", repr(member.name)
            )
        ratio = self._limits.max_compression_ratio * max(member.stored, 1)
        if member.expanded > max(ratio, self._limits.bomb_floor_bytes):
            raise self._refused(
                "archive-bomb",
                f"at most {ratio} bytes from {member.stored}",
                f"{member.expanded} bytes of {member.name!r}",
            )

    def _problems(
        self, directory: Directory, extents: list[tuple[int, int]]
    ) -> tuple[ParseProblem, ...]:
        """Tell of what lies beside the members; members that overlap are refused."""
        problems = []
        size = self._source.size
        if directory.prefix:
            found = f"found it at {directory.prefix}"
            detail = f"expected the first member at 0, {found}"
            problems.append(self._problem("prefix-data", detail, 0))
        position = directory.prefix
        for start, end in [*extents, (directory.start, directory.start)]:
            if start < position:
                raise self._refused(
                    "archive-ambiguous", "members beside one another", f"at {start}"
                )
            if self._hides(position, start):
                detail = "a member that the list does not name"
                problems.append(self._problem("header-mismatch", detail, position))
            position = end
        if directory.end < size:
            detail = f"expected the end, found {size - directory.end} more bytes"
            problems.append(self._problem("trailing-data", detail, directory.end))
        return tuple(problems[: self._limits.max_problems_per_subject])

    def _hides(self, start: int, end: int) -> bool:
        if end - start <= _DESCRIPTOR_BYTES:
            return False
        between = self._source.read_at(start, min(end - start, _HIDDEN_SEARCH_BYTES))
        return b"PK\x03\x04" in between

    def _problem(self, kind: str, detail: str, offset: int) -> ParseProblem:
        place = Place(path=self._path.name, offset=offset)
        return ParseProblem(kind=kind, detail=detail, place=place)

    def _refused(self, code: str, expected: str, found: str) -> Exception:
        words = {
            "archive-ambiguous": "says two things, so that unpackers see other files",
            "archive-bomb": "expands far beyond what is stored",
            "archive-damaged": "is damaged",
            "archive-unsupported": "uses what Assay does not unpack",
        }
        return refused(
            code,
            f"{self._path.name!r} {words[code]}.",
            expected=expected,
            found=found,
        )


def _decompressor(
    member: Member, packed: ByteSource
) -> tuple[int, Callable[[], Decompressor]]:
    """Give the length of what stands before the data, and what unpacks it."""
    if member.method == _LZMA:
        header = packed.read_at(0, 9)
        return len(header), lambda: zip_lzma(header)
    return 0, MAKERS[_METHODS[member.method]]
