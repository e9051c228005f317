"""The list of a 7z archive: which streams are packed how, and what the files are.

Every count is compared with the bytes that could back it before anything is made of
it. Source: 7zFormat.txt of the LZMA SDK 9.20.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, field

from assay.release.formats.framed import Stopped

__all__ = ["Coder", "Entry", "Folder", "Listing", "Streams", "read_header"]

_END, _HEADER, _PROPERTIES, _ADDITIONAL, _MAIN, _FILES = range(6)
_PACK, _UNPACK, _SUBSTREAMS, _SIZE, _CRC, _FOLDER, _SIZES, _COUNTS = range(6, 14)
_EMPTY_STREAM, _EMPTY_FILE, _ANTI, _NAMES = range(14, 18)
_ATTRIBUTES, _ENCODED = 21, 23
# What the reference program takes of one folder, and what it ever writes, is less.
_MAX_CODERS = 32
_MAX_PROPERTY_BYTES = 1024
# Packed streams, and ends of coders, for each member that may be listed.
_ENDS = 4
# Attributes of Windows, and the bit that says that those of Unix stand above.
_DIRECTORY, _REPARSE, _UNIX = 0x10, 0x400, 0x8000


@dataclass(frozen=True, slots=True)
class Coder:
    """One step of packing: the method, its settings, and its ends."""

    method: bytes
    properties: bytes
    inputs: int
    outputs: int


@dataclass(slots=True)
class Folder:
    """A chain of coders over some packed streams.

    Attributes:
        coders: In the order of the header.
        pairs: Which input takes which output.
        packed: Inputs that take a packed stream.
        sizes: Bytes that each output gives.
        crc: Checksum of the last output.
    """

    coders: list[Coder]
    pairs: list[tuple[int, int]]
    packed: list[int]
    sizes: list[int] = field(default_factory=list)
    crc: int | None = None


@dataclass(slots=True)
class Streams:
    """All packed streams, and how they fall into pieces.

    Attributes:
        start: Where the first stands, counted from the signature header.
        packed: Their sizes.
        folders: What they are packed with.
        pieces: Sizes and checksums of the pieces of each folder.
    """

    start: int = 0
    packed: list[int] = field(default_factory=list)
    folders: list[Folder] = field(default_factory=list)
    pieces: list[list[tuple[int, int | None]]] = field(default_factory=list)


@dataclass(slots=True)
class Entry:
    """One file as the list describes it."""

    name: str = ""
    stream: bool = True
    directory: bool = False
    anti: bool = False
    attributes: int = 0

    @property
    def mode(self) -> int:
        """Mode of Unix, 0 when none is given."""
        return self.attributes >> 16 if self.attributes & _UNIX else 0

    @property
    def is_link(self) -> bool:
        """Whether its content is the target of a link."""
        reparse = bool(self.attributes & _REPARSE)
        return reparse or stat.S_IFMT(self.mode) == stat.S_IFLNK


@dataclass(slots=True)
class Listing:
    """What a header holds: files, or the streams of the header that is meant."""

    streams: Streams
    entries: list[Entry] = field(default_factory=list)
    encoded: bool = False


def read_header(data: bytes, max_members: int) -> Listing:
    """Read a header.

    Raises:
        Stopped: It breaks the format, or lists more than `max_members`.
    """
    cursor = _Cursor(data)
    kind = cursor.byte()
    if kind == _ENCODED:
        return Listing(streams=_streams(cursor, max_members), encoded=True)
    if kind != _HEADER:
        raise _broken("expected a header", kind)
    listing = Listing(streams=Streams())
    kind = cursor.byte()
    if kind == _PROPERTIES:
        while cursor.byte() != _END:
            cursor.take(cursor.number())
        kind = cursor.byte()
    if kind == _ADDITIONAL:
        _streams(cursor, max_members)
        kind = cursor.byte()
    if kind == _MAIN:
        listing.streams = _streams(cursor, max_members)
        kind = cursor.byte()
    if kind == _FILES:
        listing.entries = _files(cursor, max_members)
        kind = cursor.byte()
    if kind != _END:
        raise _broken("expected the end of the header", kind)
    return listing


def _broken(expected: str, found: object) -> Stopped:
    return Stopped("malformed", f"{expected}, found {found}")


class _Cursor:
    """A place in the header that only goes forward."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise _broken(f"expected {count} bytes in the header", self.left)
        self._at += count
        return self._data[self._at - count : self._at]

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        """Read a number; the leading ones of its first byte count those that follow."""
        first = self.byte()
        more = 8 - (first ^ 0xFF).bit_length()
        rest = int.from_bytes(self.take(more), "little")
        high = first & (0x7F >> more) if more < 8 else 0
        return rest + (high << 8 * more)

    def count(self, what: str, bits: int = 8, *, bound: int) -> int:
        """Read a count of things that take so many bits each."""
        found = self.number()
        if found > bound:
            detail = f"{found} {what}, {bound} are read"
            raise Stopped("too-large", detail)
        if found * bits > 8 * self.left:
            raise _broken(f"expected room for {found} {what}", f"{self.left} bytes")
        return found

    def flags(self, count: int) -> list[bool]:
        """Read a list of bits."""
        data = self.take((count + 7) // 8)
        return [bool(data[at >> 3] & 0x80 >> (at & 7)) for at in range(count)]

    def defined(self, count: int) -> list[bool]:
        """Read a list of bits, or the byte that says that all are set."""
        return [True] * count if self.byte() else self.flags(count)

    def checksums(self, count: int) -> list[int | None]:
        return [
            int.from_bytes(self.take(4), "little") if given else None
            for given in self.defined(count)
        ]


def _streams(cursor: _Cursor, max_members: int) -> Streams:
    streams = Streams()
    kind = cursor.byte()
    if kind == _PACK:
        _pack_info(cursor, streams, max_members * _ENDS)
        kind = cursor.byte()
    if kind == _UNPACK:
        _folders(cursor, streams, max_members)
        kind = cursor.byte()
    streams.pieces = [[(_size_of(item), item.crc)] for item in streams.folders]
    if kind == _SUBSTREAMS:
        _substreams(cursor, streams, max_members)
        kind = cursor.byte()
    if kind != _END:
        raise _broken("expected the end of the streams", kind)
    return streams


def _pack_info(cursor: _Cursor, streams: Streams, bound: int) -> None:
    streams.start = cursor.number()
    count = cursor.count("packed streams", bound=bound)
    kind = cursor.byte()
    if kind == _SIZE:
        streams.packed = [cursor.number() for _ in range(count)]
        kind = cursor.byte()
    if kind == _CRC:
        # Of packed streams; those of what they unpack to are compared.
        cursor.checksums(count)
        kind = cursor.byte()
    if kind != _END:
        raise _broken("expected the end of the sizes", kind)


def _folders(cursor: _Cursor, streams: Streams, max_members: int) -> None:
    if cursor.byte() != _FOLDER:
        raise _broken("expected folders", "something else")
    count = cursor.count("folders", 16, bound=max_members)
    if cursor.byte():
        raise Stopped("too-large", "a list of folders that stands elsewhere")
    ends = 0
    for _ in range(count):
        folder = _folder(cursor)
        streams.folders.append(folder)
        ends += sum(coder.inputs + coder.outputs for coder in folder.coders)
        if ends > max_members * _ENDS:
            raise Stopped("too-large", f"more than {max_members * _ENDS} coders")
    if cursor.byte() != _SIZES:
        raise _broken("expected sizes of folders", "something else")
    for folder in streams.folders:
        outputs = sum(coder.outputs for coder in folder.coders)
        folder.sizes = [cursor.number() for _ in range(outputs)]
    kind = cursor.byte()
    if kind == _CRC:
        for folder, crc in zip(streams.folders, cursor.checksums(count), strict=True):
            folder.crc = crc
        kind = cursor.byte()
    if kind != _END:
        raise _broken("expected the end of the folders", kind)


def _folder(cursor: _Cursor) -> Folder:
    coders: list[Coder] = []
    for _ in range(cursor.count("coders", bound=_MAX_CODERS)):
        flags = cursor.byte()
        method = cursor.take(flags & 15)
        inputs, outputs = 1, 1
        if flags & 0x10:
            inputs = cursor.count("inputs", 0, bound=_MAX_CODERS)
            outputs = cursor.count("outputs", 0, bound=_MAX_CODERS)
        size = cursor.count("settings", bound=_MAX_PROPERTY_BYTES) if flags & 32 else 0
        coders.append(Coder(method, cursor.take(size), inputs, outputs))
    inputs = sum(coder.inputs for coder in coders)
    bound = sum(coder.outputs for coder in coders) - 1
    if bound < 0 or bound > inputs:
        raise _broken("expected coders that fit together", f"{len(coders)} coders")
    pairs = [(cursor.number(), cursor.number()) for _ in range(bound)]
    taken = {pair[0] for pair in pairs}
    packed = [at for at in range(inputs) if at not in taken]
    if inputs - bound > 1:
        packed = [cursor.number() for _ in range(inputs - bound)]
    return Folder(coders, pairs, packed)


def _size_of(folder: Folder) -> int:
    """Give what a folder unpacks to: the output that no input takes."""
    taken = {pair[1] for pair in folder.pairs}
    free = [size for at, size in enumerate(folder.sizes) if at not in taken]
    return free[-1] if free else 0


def _substreams(cursor: _Cursor, streams: Streams, max_members: int) -> None:
    counts = [1] * len(streams.folders)
    kind = cursor.byte()
    if kind == _COUNTS:
        total = 0
        for at in range(len(counts)):
            counts[at] = cursor.number()
            total += counts[at]
            if total > max_members:
                raise Stopped("too-large", f"{total} members, {max_members} are read")
        kind = cursor.byte()
    sizes: list[list[int]] = []
    for count, folder in zip(counts, streams.folders, strict=True):
        found = [cursor.number() for _ in range(count - 1)] if kind == _SIZE else []
        found += [0] * (count - 1 - len(found))
        rest = _size_of(folder) - sum(found)
        if rest < 0:
            raise _broken("expected members that fit their folder", f"{rest} left")
        sizes.append([*found, rest][:count])
    if kind == _SIZE:
        kind = cursor.byte()
    # One piece of a folder with a checksum has that of the folder.
    known = [
        count == 1 and folder.crc is not None
        for count, folder in zip(counts, streams.folders, strict=True)
    ]
    missing = sum(
        count for count, given in zip(counts, known, strict=True) if not given
    )
    sums: list[int | None] = [None] * missing
    while kind not in (_END, _CRC):
        # Later versions may add something; each says how long it is.
        cursor.take(cursor.number())
        kind = cursor.byte()
    if kind == _CRC:
        sums = cursor.checksums(missing)
        kind = cursor.byte()
    if kind != _END:
        raise _broken("expected the end of the members", kind)
    after = iter(sums)
    streams.pieces = [
        [(size, folder.crc if given else next(after)) for size in found]
        for found, folder, given in zip(sizes, streams.folders, known, strict=True)
    ]


def _files(cursor: _Cursor, max_members: int) -> list[Entry]:
    # A bit tells of a file without content and without a name.
    entries = [Entry() for _ in range(cursor.count("members", 1, bound=max_members))]
    empty: list[Entry] = []
    while kind := cursor.number():
        part = _Cursor(cursor.take(cursor.number()))
        if kind == _EMPTY_STREAM:
            empty = _without_stream(part, entries)
        elif kind == _EMPTY_FILE:
            for entry, flag in zip(empty, part.flags(len(empty)), strict=True):
                entry.directory = not flag
        elif kind == _ANTI:
            for entry, flag in zip(empty, part.flags(len(empty)), strict=True):
                entry.anti = flag
        elif kind == _NAMES:
            _names(part, entries)
        elif kind == _ATTRIBUTES:
            _attributes(part, entries)
    return entries


def _without_stream(part: _Cursor, entries: list[Entry]) -> list[Entry]:
    empty: list[Entry] = []
    for entry, flag in zip(entries, part.flags(len(entries)), strict=True):
        if flag:
            entry.stream = False
            entry.directory = True
            empty.append(entry)
    return empty


def _names(part: _Cursor, entries: list[Entry]) -> None:
    if part.byte():
        raise Stopped("too-large", "a list of names that stands elsewhere")
    text = part.take(part.left // 2 * 2).decode("utf-16-le", "backslashreplace")
    names = text.split("\0", len(entries))
    for entry, name in zip(entries, names, strict=False):
        entry.name = name
    if len(names) <= len(entries) and entries:
        raise _broken(f"expected {len(entries)} names", len(names) - 1)


def _attributes(part: _Cursor, entries: list[Entry]) -> None:
    given = part.defined(len(entries))
    if part.byte():
        raise Stopped("too-large", "a list of attributes that stands elsewhere")
    for entry, flag in zip(entries, given, strict=True):
        if flag:
            entry.attributes = int.from_bytes(part.take(4), "little")
            if not entry.stream and entry.attributes & _DIRECTORY:
                entry.directory = True
