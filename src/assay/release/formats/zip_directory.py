"""The central directory of a zip file and the local headers, read side by side.

Two readers of one zip may see two contents: one believes the directory at the end,
the other the headers before the data. Both are read here, and nothing is trusted:
flags, checksums and sizes are facts to compare, not reasons to stop.

Source: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.domain.limits import Limits
    from assay.release.source import ByteSource

__all__ = [
    "Directory",
    "LocalHeader",
    "Member",
    "local_header",
    "member_names",
    "read_directory",
]

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_MAX_END = 22 + 65_535
_MAX32 = 0xFFFFFFFF
_MAX16 = 0xFFFF
_UNICODE_PATH = 0x7075
# Directories beyond this are cut: 100 000 members take some 10 MB.
_MAX_DIRECTORY_BYTES = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One entry of the central directory, or of a local header alone.

    `raw` is the name as it is written; `renamed` tells that extra fields may give it
    another one (Info-ZIP Unicode Path, APPNOTE 4.6.9).
    """

    name: str
    flags: int
    method: int
    crc: int
    stored: int
    expanded: int
    offset: int
    mode: int
    listed: bool = True
    raw: bytes = b""
    renamed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalHeader:
    """What stands before a member's data."""

    name: str
    flags: int
    method: int
    crc: int
    stored: int
    expanded: int
    data_offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """What the end of the file says about its members.

    Attributes:
        members: In the order of the directory.
        prefix: Bytes before the first member that do not belong to the zip.
        start: Where the central directory begins.
        end: Where the zip ends; what follows is trailing data.
        declared: Members that the end record counts.
        cut: What is missing, empty when nothing is.
        found: Whether there is an end record at all.
    """

    members: tuple[Member, ...]
    prefix: int = 0
    start: int = 0
    end: int = 0
    declared: int = 0
    cut: str = ""
    found: bool = True


def member_names(source: ByteSource, limits: Limits) -> list[str] | None:
    """Give the names of a zip's members, None when the bytes are no zip."""
    directory = read_directory(source, limits)
    if directory.found and (directory.members or not directory.declared):
        return [member.name for member in directory.members]
    header = local_header(source, 0)
    return None if header is None else [header.name]


def read_directory(source: ByteSource, limits: Limits) -> Directory:
    """Read the central directory as a lenient loader would."""
    base = max(0, source.size - _MAX_END)
    tail = source.read_at(base, _MAX_END)
    position = tail.rfind(b"PK\x05\x06")
    while position >= 0 and len(tail) - position < _END.size:
        position = tail.rfind(b"PK\x05\x06", 0, position)
    if position < 0:
        return Directory(members=(), found=False, cut="no end record")
    _, _, _, _, count, size, offset, comment = _END.unpack_from(tail, position)
    at = base + position
    end = min(at + _END.size + comment, source.size)
    before = at
    if count == _MAX16 or _MAX32 in (size, offset):
        large = _end64(source, at)
        if large is not None:
            count, size, offset, before = large
    start = before - size
    if start < 0 or (count and source.read_at(start, 4) != b"PK\x01\x02"):
        # Some writers leave a gap after the directory: believe the offset instead.
        start = offset
    members, cut = _members(source, start, count, max(start - offset, 0), limits)
    return Directory(
        members=members,
        prefix=_prefix(source, members, max(start - offset, 0)),
        start=start,
        end=end,
        declared=count,
        cut=cut,
    )


def _end64(source: ByteSource, end: int) -> tuple[int, int, int, int] | None:
    locator = source.read_at(end - 20, 20)
    if locator[:4] != b"PK\x06\x07":
        return None
    at = int.from_bytes(locator[8:16], "little")
    for place in (at, end - 20 - _END64.size):
        record = source.read_at(place, _END64.size)
        if len(record) == _END64.size and record[:4] == b"PK\x06\x06":
            fields = _END64.unpack(record)
            return fields[7], fields[8], fields[9], place
    return None


def _prefix(source: ByteSource, members: tuple[Member, ...], shift: int) -> int:
    """Count the bytes before the first member; 0 when the zip begins the file."""
    if shift:
        return shift
    if source.read_at(0, 4) == b"PK\x03\x04":
        return 0
    return min((member.offset for member in members), default=0)


def _members(
    source: ByteSource, start: int, count: int, shift: int, limits: Limits
) -> tuple[tuple[Member, ...], str]:
    data = source.read_at(start, min(_MAX_DIRECTORY_BYTES, source.size))
    members: list[Member] = []
    position = 0
    bound = min(count, limits.max_archive_members)
    while len(members) < bound:
        if data[position : position + 4] != b"PK\x01\x02":
            return tuple(members), f"{count} members announced, {len(members)} found"
        if len(data) - position < _CENTRAL.size:
            return tuple(members), "the central directory is cut"
        member, position = _member(data, position, shift)
        members.append(member)
    if data[position : position + 4] == b"PK\x01\x02":
        return tuple(members), f"more members than the {count} announced"
    return tuple(members), ""


def _member(data: bytes, position: int, shift: int) -> tuple[Member, int]:
    fields = _CENTRAL.unpack_from(data, position)
    flags, method = fields[3], fields[4]
    crc, stored, expanded = fields[7], fields[8], fields[9]
    name_length, extra_length, comment_length = fields[10], fields[11], fields[12]
    offset = fields[16]
    position += _CENTRAL.size
    raw = data[position : position + name_length]
    extra = data[position + name_length : position + name_length + extra_length]
    expanded, stored, offset = _sizes64(extra, [expanded, stored, offset])
    return Member(
        name=_name(raw, flags),
        flags=flags,
        method=method,
        crc=crc,
        stored=stored,
        expanded=expanded,
        offset=offset + shift,
        mode=fields[15] >> 16 if fields[1] >> 8 == 3 else 0,
        raw=raw,
        renamed=_is_renamed(extra),
    ), position + name_length + extra_length + comment_length


def _is_renamed(extra: bytes) -> bool:
    """Tell whether extra fields give a member another name."""
    position = 0
    while position + 4 <= len(extra):
        tag, length = struct.unpack_from("<2H", extra, position)
        if tag == _UNICODE_PATH:
            return True
        position += 4 + length
    return False


def _sizes64(extra: bytes, values: list[int]) -> list[int]:
    """Replace 32-bit sizes that say "see the ZIP64 field" by what it holds."""
    position = 0
    while position + 4 <= len(extra):
        tag, length = struct.unpack_from("<2H", extra, position)
        if tag == 1:
            field = extra[position + 4 : position + 4 + length]
            for index, value in enumerate(values):
                if value == _MAX32 and len(field) >= 8:
                    values[index] = int.from_bytes(field[:8], "little")
                    field = field[8:]
            break
        position += 4 + length
    return values


def _name(raw: bytes, flags: int) -> str:
    if flags & 0x800:
        return raw.decode("utf-8", "backslashreplace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp437")


def local_header(source: ByteSource, offset: int) -> LocalHeader | None:
    """Read the header before a member's data, None when there is none."""
    head = source.read_at(offset, _LOCAL.size)
    if len(head) < _LOCAL.size or head[:4] != b"PK\x03\x04":
        return None
    fields = _LOCAL.unpack(head)
    flags, method = fields[2], fields[3]
    name_length, extra_length = fields[9], fields[10]
    rest = source.read_at(offset + _LOCAL.size, name_length + extra_length)
    sizes = _sizes64(rest[name_length:], [fields[8], fields[7]])
    return LocalHeader(
        name=_name(rest[:name_length], flags),
        flags=flags,
        method=method,
        crc=fields[6],
        stored=sizes[1],
        expanded=sizes[0],
        data_offset=offset + _LOCAL.size + name_length + extra_length,
    )
