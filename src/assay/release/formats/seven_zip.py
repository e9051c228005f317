"""7z archives: every member of every folder, whatever checksums say.

In 2025 broken pickles inside 7z files went past scanners that do not open them. What
the coders here do not know, or what is encrypted, is a gap.
Source: 7zFormat.txt of the LZMA SDK 9.20.
"""

from __future__ import annotations

import re
import stat
import zlib
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.domain.facts import ArchiveFacts, Gap
from assay.release.formats.framed import Stopped
from assay.release.formats.inflate import inflate
from assay.release.formats.member_paths import link_leaves, path_problem
from assay.release.formats.reading import Problems
from assay.release.formats.seven_zip_coders import (
    ENCRYPTION,
    chain,
    maker,
    method_name,
)
from assay.release.formats.seven_zip_header import Entry, Listing, Streams, read_header
from assay.release.source import SliceSource, Spool, chunks

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.formats.seven_zip_header import Folder
    from assay.release.source import ByteSource

__all__ = ["is_start", "read"]

_START_BYTES = 32
# A header may be packed, and that one's header too; programs write one level.
_MAX_HEADERS = 4
_MAX_LINK_BYTES = 4096
# Raw tensors beside the pickle of a PyTorch file that was unpacked before.
_STORAGE = re.compile(r"(?:^|/)data/\d+$")


def is_start(data: bytes) -> bool:
    """Tell a signature header whose checksum is right."""
    return (
        len(data) >= _START_BYTES
        and data[:6] == b"7z\xbc\xaf\x27\x1c"
        and zlib.crc32(data[12:32]) == int.from_bytes(data[8:12], "little")
    )


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the archive's facts, then those of each member in order."""
    return _SevenZip(subject, inspection).read()


class _SevenZip:
    """One archive being read."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._subject = subject
        self._source = subject.source
        self._inspection = inspection
        self._limits = inspection.limits
        self._problems = Problems(subject, inspection.limits)
        self._facts: list[Fact] = []
        self._numbers = False

    def read(self) -> list[Fact]:
        listing = Listing(streams=Streams())
        try:
            listing = self._listing()
            self._members(listing)
        except Stopped as stop:
            if stop.kind != "too-large":
                self._problems.add(stop.kind, str(stop))
            self._gap(f"the list of members was not read: {stop}")
        sizes = [size for pieces in listing.streams.pieces for size, _ in pieces]
        archive = ArchiveFacts(
            place=self._subject.place,
            content=self._subject.content,
            members=max(len(listing.entries), len(sizes)),
            expanded_bytes=sum(sizes),
            problems=self._problems.done(),
        )
        return [archive, *self._facts]

    def _listing(self) -> Listing:
        start = self._source.read_at(0, _START_BYTES)
        if len(start) < _START_BYTES:
            raise Stopped("truncated", "expected a header of 32 bytes")
        if not is_start(start):
            self._problems.add("bad-checksum", "of the first header")
        offset = int.from_bytes(start[12:20], "little") + _START_BYTES
        size = int.from_bytes(start[20:28], "little")
        self._tail(offset + size)
        if not size:
            # What was never finished has no list yet, though all else may be there.
            if self._source.size > _START_BYTES:
                raise Stopped("malformed", "no list of members")
            return Listing(streams=Streams())
        bound = self._limits.max_seven_zip_header_bytes
        if size > bound:
            raise Stopped("too-large", f"a list of {size} bytes, {bound} are read")
        data = self._source.read_at(offset, size)
        if len(data) < size:
            raise Stopped("truncated", f"a list of {size} bytes, found {len(data)}")
        if zlib.crc32(data) != int.from_bytes(start[28:32], "little"):
            self._problems.add("bad-checksum", "of the list of members")
        for _ in range(_MAX_HEADERS):
            listing = read_header(data, self._limits.max_archive_members)
            if not listing.encoded:
                return listing
            data = self._unpacked_header(listing.streams)
        raise Stopped("malformed", f"a list that is packed {_MAX_HEADERS} times")

    def _unpacked_header(self, streams: Streams) -> bytes:
        bound = self._limits.max_seven_zip_header_bytes
        if len(streams.folders) != 1 or streams.pieces[0][-1][0] > bound:
            raise Stopped("too-large", "a packed list of an unknown kind")
        with ExitStack() as stack:
            packed = self._packed(streams)[0]
            unpacked = self._unpack(stack, streams.folders[0], packed)
            if isinstance(unpacked, str):
                raise Stopped("too-large", unpacked)
            data = unpacked.read_at(0, bound)
        crc = streams.folders[0].crc
        if crc is not None and zlib.crc32(data) != crc:
            self._problems.add("bad-checksum", "of the packed list of members")
        return data

    def _tail(self, end: int) -> None:
        if end >= self._source.size:
            return
        self._problems.add(
            "trailing-data",
            f"expected the end, found {self._source.size - end} more bytes",
            place=self._subject.at(offset=end),
        )
        rest = SliceSource(self._source, end, self._source.size)
        self._facts.extend(self._inspection.raw_data(self._subject, "trailing", rest))

    def _packed(self, streams: Streams) -> list[tuple[int, int]]:
        """Give offset and length of the first packed stream of each folder."""
        position, at = _START_BYTES + streams.start, 0
        found: list[tuple[int, int]] = []
        for folder in streams.folders:
            sizes = streams.packed[at : at + max(len(folder.packed), 1)]
            at += len(folder.packed)
            found.append((position, sizes[0] if sizes else 0))
            position += sum(sizes)
        return found

    def _members(self, listing: Listing) -> None:
        streams = listing.streams
        self._names(listing.entries)
        self._whole(streams)
        waiting = iter([entry for entry in listing.entries if entry.stream])
        count = 0
        for folder, pieces, packed in zip(
            streams.folders, streams.pieces, self._packed(streams), strict=True
        ):
            named: list[tuple[Entry, int, int | None]] = []
            for size, crc in pieces:
                entry = next(waiting, None) or Entry()
                if not entry.name:
                    entry.name = f"content-{count}"
                named.append((entry, size, crc))
                count += 1
            self._folder(folder, named, packed)
        if next(waiting, None) is not None:
            self._problems.add("truncated", "members without any content")

    def _whole(self, streams: Streams) -> None:
        total = sum(size for pieces in streams.pieces for size, _ in pieces)
        packed = self._limits.max_compression_ratio * self._source.size
        if total > self._limits.max_expanded_bytes or (
            total > max(packed, self._limits.bomb_floor_bytes)
        ):
            self._problems.add("bomb", f"members claim to expand to {total} bytes")

    def _names(self, entries: list[Entry]) -> None:
        seen: set[str] = set()
        for entry in entries:
            kind = path_problem(entry.name)
            if kind:
                self._problems.add(kind, f"member {entry.name!r}")
            folded = entry.name.casefold()
            if folded in seen and entry.name:
                self._problems.add("duplicate-member", f"member {entry.name!r}")
            seen.add(folded)
            special = stat.S_IFMT(entry.mode)
            if entry.anti:
                self._problems.add(
                    "special-member", f"member {entry.name!r} asks for a deletion"
                )
            elif special not in (0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK):
                self._problems.add("special-member", f"member {entry.name!r}")
        names = (entry.name for entry in entries)
        self._numbers = any(name.endswith("data.pkl") for name in names)

    def _folder(
        self,
        folder: Folder,
        members: list[tuple[Entry, int, int | None]],
        packed: tuple[int, int],
    ) -> None:
        """Unpack one folder and read its members."""
        with ExitStack() as stack:
            unpacked = self._unpack(stack, folder, packed)
            if isinstance(unpacked, str):
                for entry, _, _ in members:
                    self._gap(unpacked, member=entry.name)
                return
            position = 0
            for entry, size, crc in members:
                data = SliceSource(unpacked, position, size)
                position += size
                if data.size < size:
                    reason = f"{size} bytes are listed, {data.size} were unpacked"
                    self._gap(reason, member=entry.name)
                elif crc is not None and _crc(data) != crc:
                    self._problems.add("bad-checksum", f"member {entry.name!r}")
                if data.size:
                    self._content(entry, data)

    def _unpack(
        self, stack: ExitStack, folder: Folder, packed: tuple[int, int]
    ) -> ByteSource | str:
        """Give what a folder unpacks to, or the reason why it is not unpacked."""
        steps = chain(folder)
        for coder in folder.coders:
            if coder.method[:2] == ENCRYPTION:
                self._problems.add("encrypted-member", "members that are encrypted")
                return "encrypted"
        if steps is None:
            names = " and ".join(method_name(coder) for coder in folder.coders)
            return f"packed by {names}, which is not unpacked"
        source: ByteSource = SliceSource(self._source, *packed)
        if source.size < packed[1]:
            self._problems.add(
                "truncated", f"expected {packed[1]} packed bytes, found {source.size}"
            )
        before = stack.enter_context(Spool())
        for coder, size in steps:
            if self._is_bomb(source.size, size):
                return "too large for what is stored"
            make = maker(coder, size, self._inspection)
            if make is None:
                return f"packed by {method_name(coder)}, which is not unpacked"
            spool = stack.enter_context(Spool())
            ended = inflate(source, make, spool, self._inspection)
            if ended.kind and ended.kind != "too-large":
                self._problems.add(ended.kind, ended.detail)
            if not ended.whole:
                self._gap(ended.detail)
            source = spool.source()
            # What one step gave is in the way once the next has taken it.
            before.__exit__(None, None, None)
            before = spool
        return source

    def _is_bomb(self, stored: int, size: int) -> bool:
        limits = self._limits
        ratio = limits.max_compression_ratio * max(stored, 1)
        if size <= max(limits.bomb_floor_bytes, ratio):
            return False
        self._problems.add("bomb", f"{stored} bytes claim to expand to {size}")
        return True

    def _content(self, entry: Entry, data: ByteSource) -> None:
        if entry.is_link:
            target = data.read_at(0, _MAX_LINK_BYTES).decode("utf-8", "replace")
            if link_leaves(entry.name, target):
                self._problems.add("link-escape", f"{entry.name!r} -> {target!r}")
        if self._numbers and _STORAGE.search(entry.name):
            look = self._inspection.raw_data
        else:
            look = self._inspection.descend
        self._facts.extend(look(self._subject, entry.name, data))

    def _gap(self, reason: str, *, member: str | None = None) -> None:
        place = self._subject.place
        if member is not None:
            outer = place.member
            inner = member if outer is None else f"{outer}!/{member}"
            place = replace(place, member=inner)
        self._facts.append(
            Gap(place=place, reason=reason, content=self._subject.content)
        )


def _crc(data: ByteSource) -> int:
    crc = 0
    for chunk in chunks(data):
        crc = zlib.crc32(chunk, crc)
    return crc
