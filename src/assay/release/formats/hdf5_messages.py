"""HDF5 object headers and the messages in them.

Source: HDF5 File Format Specification 3.0, sections II.A and IV.A.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from assay.release.formats.hdf5_bytes import (
    SIGNATURE,
    BrokenError,
    Cursor,
    UnreadError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.release.formats.hdf5_bytes import Medium

__all__ = [
    "Attribute",
    "Datatype",
    "Kind",
    "Link",
    "Message",
    "Superblock",
    "attribute",
    "datatype",
    "filters",
    "link",
    "messages",
    "superblock",
]

_CONTINUATION = 0x10
_MAX_CHUNKS = 4_096
_MAX_MESSAGES = 100_000
# Filters of the library itself have no name in version 2 of the message.
_OWN_FILTERS = 256
_NULL_SPACE = 2


class Kind:
    """Numbers of the messages that are read."""

    DATASPACE = 0x01
    LINK_INFO = 0x02
    DATATYPE = 0x03
    LINK = 0x06
    EXTERNAL = 0x07
    LAYOUT = 0x08
    FILTERS = 0x0B
    ATTRIBUTE = 0x0C
    SYMBOLS = 0x11
    ATTRIBUTE_INFO = 0x15


@dataclass(frozen=True, slots=True)
class Superblock:
    """What the superblock says: where the root is, and where the file ends."""

    version: int
    root: int
    end: int
    driver: bool


@dataclass(frozen=True, slots=True)
class Message:
    """One message of an object header."""

    kind: int
    shared: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class Datatype:
    """As much of a datatype as matters: its class, and whether it is text."""

    number: int
    size: int
    text: bool = False

    STRING = 3
    OPAQUE = 5
    COMPOUND = 6
    VARIABLE = 9
    ARRAY = 10
    FIXED = 0


@dataclass(frozen=True, slots=True)
class Attribute:
    """A named value at an object; its bytes as they stand."""

    name: bytes
    type: Datatype | None
    data: bytes
    items: int = 1


@dataclass(frozen=True, slots=True)
class Link:
    """A name in a group: `target` an address, or a file and a path in it."""

    name: bytes
    target: int | None = None
    file: bytes | None = None
    kind: int = 0

    HARD = 0
    SOFT = 1
    EXTERNAL = 64


def superblock(medium: Medium, offset: int) -> Superblock:
    """Read the superblock and give the medium its sizes and base.

    Raises:
        BrokenError: It is malformed.
        UnreadError: Its version is unknown.
    """
    cursor = Cursor(medium.source.read_at(offset, 160), len(SIGNATURE))
    version = cursor.number(1)
    if version > 3:
        message = f"a superblock of version {version}"
        raise UnreadError(message)
    cursor.take(4 if version < 2 else 0)
    medium.offsets, medium.lengths = cursor.number(1), cursor.number(1)
    if not {medium.offsets, medium.lengths} <= {2, 4, 8, 16, 32}:
        message = f"addresses of {medium.offsets} and lengths of {medium.lengths} bytes"
        raise BrokenError(message)
    return (
        _new(medium, cursor, version) if version > 1 else _old(medium, cursor, version)
    )


def _based(medium: Medium, cursor: Cursor) -> int | None:
    """Take the base address, and give what stands after it."""
    medium.base = cursor.number(medium.offsets)
    return medium.address(cursor)


def _old(medium: Medium, cursor: Cursor, version: int) -> Superblock:
    cursor.take(9 + (4 if version else 0))
    _based(medium, cursor)
    end = cursor.number(medium.offsets)
    driver = medium.address(cursor)
    cursor.take(medium.offsets)
    root = cursor.number(medium.offsets)
    return Superblock(version, root, end, driver is not None)


def _new(medium: Medium, cursor: Cursor, version: int) -> Superblock:
    cursor.take(1)
    _based(medium, cursor)
    end = cursor.number(medium.offsets)
    root = cursor.number(medium.offsets)
    return Superblock(version, root, end, driver=False)


def messages(medium: Medium, address: int) -> list[Message]:
    """Give the messages of an object, its continuations followed.

    Raises:
        BrokenError: The header is malformed.
    """
    start = medium.read(address, 16)
    if start.startswith(b"OHDR"):
        found = _second(medium, address)
    elif start[0] == 1:
        found = _first(medium, address, int.from_bytes(start[8:12], "little"))
    else:
        message = f"no object header at {address}: {start[:4]!r}"
        raise BrokenError(message)
    listed: list[Message] = []
    for item in found:
        listed.append(item)
        if len(listed) > _MAX_MESSAGES:
            message = "more messages than are read of one object"
            raise UnreadError(message)
    return listed


def _first(medium: Medium, address: int, size: int) -> Iterator[Message]:
    chunks = [(address + 16, size)]
    for begin, length in chunks:
        cursor = Cursor(medium.read(begin, length))
        while cursor.left >= 8:
            kind, count = cursor.number(2), cursor.number(2)
            flags = cursor.number(1)
            cursor.take(3)
            data = cursor.take(count)
            if kind == _CONTINUATION:
                _continue(medium, data, chunks)
            yield Message(kind, bool(flags & 2), data)


def _continue(medium: Medium, data: bytes, chunks: list[tuple[int, int]]) -> None:
    cursor = Cursor(data)
    chunk = cursor.number(medium.offsets), medium.length(cursor)
    if chunk in chunks or len(chunks) >= _MAX_CHUNKS:
        message = "an object header that continues in itself, or without end"
        raise BrokenError(message)
    chunks.append(chunk)


def _second(medium: Medium, address: int) -> Iterator[Message]:
    cursor = medium.block(address, b"OHDR", 6)
    version, flags = cursor.number(1), cursor.number(1)
    if version != 2:
        message = f"an object header of version {version}"
        raise UnreadError(message)
    begin = 6 + (16 if flags & 32 else 0) + (4 if flags & 16 else 0)
    width = 1 << (flags & 3)
    size = int.from_bytes(medium.read(address + begin, width), "little")
    chunks = [(address + begin + width, size)]
    head = 6 if flags & 4 else 4
    for index, (place, length) in enumerate(chunks):
        if index:
            # Behind the first chunk each has a signature, and all have a checksum.
            cursor = medium.block(place, b"OCHK", length)
            cursor.data = cursor.data[: max(4, length - 4)]
        else:
            cursor = Cursor(medium.read(place, length))
        while cursor.left >= head:
            kind, count, bits = cursor.number(1), cursor.number(2), cursor.number(1)
            cursor.take(head - 4)
            data = cursor.take(count)
            if kind == _CONTINUATION:
                _continue(medium, data, chunks)
            yield Message(kind, bool(bits & 2), data)


def datatype(data: bytes) -> Datatype:
    """Read the class of a datatype."""
    cursor = Cursor(data)
    number = cursor.number(1) & 15
    bits = cursor.number(3)
    size = cursor.number(4)
    text = number == Datatype.STRING or (number == Datatype.VARIABLE and bits & 15 == 1)
    return Datatype(number, size, text)


def attribute(data: bytes, lengths: int) -> Attribute:
    """Read an attribute message of version 1, 2 or 3.

    Raises:
        UnreadError: Its version is another.
    """
    cursor = Cursor(data)
    version, flags = cursor.number(1), cursor.number(1)
    if not 1 <= version <= 3:
        message = f"an attribute of version {version}"
        raise UnreadError(message)
    name, kind, space = cursor.number(2), cursor.number(2), cursor.number(2)
    cursor.take(1 if version == 3 else 0)
    parts: list[bytes] = []
    for size in (name, kind, space):
        start = cursor.position
        parts.append(cursor.take(size))
        if version == 1:
            cursor.align(start)
    # A shared datatype stands elsewhere; the bytes say enough without it.
    known = None if version > 1 and flags & 1 else datatype(parts[1])
    items = _items(parts[2], lengths)
    value = data[cursor.position :]
    if known is not None:
        # Messages are padded; what is behind the value belongs to nobody.
        value = value[: items * known.size]
    return Attribute(parts[0].rstrip(b"\0"), known, value, items)


def _items(data: bytes, lengths: int) -> int:
    """Give how many values a dataspace has."""
    cursor = Cursor(data)
    version, rank = cursor.number(1), cursor.number(1)
    cursor.take(1)
    kind = cursor.number(1)
    if version == 2 and kind == _NULL_SPACE:
        return 0
    cursor.take(4 if version == 1 else 0)
    return prod(cursor.number(lengths) for _ in range(rank))


def link(medium: Medium, data: bytes) -> Link:
    """Read a link message.

    Raises:
        UnreadError: Its version or kind is unknown.
    """
    cursor = Cursor(data)
    version, flags = cursor.number(1), cursor.number(1)
    if version != 1:
        message = f"a link of version {version}"
        raise UnreadError(message)
    kind = cursor.number(1) if flags & 8 else Link.HARD
    cursor.take((8 if flags & 4 else 0) + (1 if flags & 16 else 0))
    name = cursor.take(cursor.number(1 << (flags & 3)))
    if kind == Link.HARD:
        return Link(name, medium.address(cursor))
    value = Cursor(cursor.take(cursor.number(2)))
    if kind == Link.EXTERNAL:
        value.take(1)
        return Link(name, file=value.text(), kind=kind)
    return Link(name, kind=kind)


def filters(data: bytes) -> list[tuple[int, bytes]]:
    """Give number and name of each filter of a dataset.

    Raises:
        UnreadError: The version of the message is unknown.
    """
    cursor = Cursor(data)
    version, count = cursor.number(1), cursor.number(1)
    if not 1 <= version <= 2:
        message = f"a filter pipeline of version {version}"
        raise UnreadError(message)
    cursor.take(6 if version == 1 else 0)
    found: list[tuple[int, bytes]] = []
    for _ in range(count):
        number = cursor.number(2)
        named = version == 1 or number >= _OWN_FILTERS
        length = cursor.number(2) if named else 0
        cursor.take(2)
        values = cursor.number(2)
        start = cursor.position
        name = cursor.take(length).rstrip(b"\0")
        if version == 1:
            cursor.align(start)
        cursor.take(4 * values + (4 if version == 1 and values % 2 else 0))
        found.append((number, name))
    return found
