"""The members of a tar archive, read as one that every unpacker must read alike.

The reader in `formats/tar.py` tells what lenient loaders would see. Here the archive
*is* the release, so what unpackers read in different ways is refused.

Source: POSIX.1-2017, pax utility; the GNU tar manual, "Basic Tar Format".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.release.formats.tar import is_header, number
from assay.release.origins.member_tree import refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.release.source import ByteSource

__all__ = ["TarMember", "tar_members"]

_BLOCK = 512
_MAX_RECORD_BYTES = 1 << 20
# What the octal digits of a header can say; a record is needed only for more.
_MOST_IN_HEADER = 8**11
_FILES = b"07\0"
_KNOWN = frozenset(b"01234567\0LKxgX")
_EXECUTABLE = 0o111


@dataclass(frozen=True, slots=True)
class TarMember:
    """One member: its name and link as the archive's bytes have them."""

    kind: bytes
    name: bytes
    link: bytes
    start: int
    size: int
    executable: bool


@dataclass(slots=True)
class _Said:
    """What records before a member say about it."""

    name: bytes | None = None
    link: bytes | None = None
    size: int | None = None
    everywhere: dict[bytes, bytes] = field(default_factory=dict)

    def clear(self) -> None:
        self.name = self.link = self.size = None


def tar_members(source: ByteSource, archive: str) -> Iterator[TarMember]:
    """Give the members in order.

    Args:
        source: The archive, inflated.
        archive: Its name, for messages.

    Raises:
        ReleaseError: `release.archive-damaged`, `.archive-ambiguous` or
            `.archive-unsupported`.
    """
    position = 0
    said = _Said()
    while position < source.size:
        block = source.read_at(position, _BLOCK)
        if not block.strip(b"\0"):
            return
        if not is_header(block):
            raise _damaged(archive, f"no member header at {position}")
        size = _size(block, archive, position)
        kind = block[156:157]
        if kind[0] not in _KNOWN:
            raise _unsupported(archive, f"a member of type {kind!r}")
        start = position + _BLOCK
        if kind in b"LKxgX":
            _record(source, archive, kind, start, size, said)
        else:
            if said.size is not None:
                if size not in (0, said.size) and said.size < _MOST_IN_HEADER:
                    raise _ambiguous(archive, f"two sizes of a member at {position}")
                size = said.size
            member = _member(block, kind, start, size, said, archive)
            size = member.size
            said.clear()
            yield member
        if start + size > source.size:
            raise _damaged(archive, f"a member of {size} bytes at {position}")
        position = start + (size + _BLOCK - 1) // _BLOCK * _BLOCK
    if said.name is not None or said.link is not None or said.size is not None:
        raise _damaged(archive, "a record about a member that is not there")


def _size(block: bytes, archive: str, position: int) -> int:
    size = number(block[124:136])
    if size is None or size < 0:
        raise _damaged(archive, f"a member without a size at {position}")
    return size


def _member(
    block: bytes, kind: bytes, start: int, size: int, said: _Said, archive: str
) -> TarMember:
    name = _name(block, archive) if said.name is None else said.name
    if kind in _FILES and kind != b"7" and name.endswith(b"/"):
        # A directory as the oldest archives write it; newer unpackers see a file.
        if size:
            raise _ambiguous(archive, "a directory with content")
        kind = b"5"
    link = _text(block[157:257]) if said.link is None else said.link
    if kind not in _FILES:
        if size:
            # Some unpackers skip what others do not.
            raise _ambiguous(archive, f"{size} bytes of content for no file")
        size = 0
    mode = number(block[100:108]) or 0
    return TarMember(
        kind=b"0" if kind in _FILES else kind,
        name=name,
        link=link,
        start=start,
        size=size,
        executable=bool(mode & _EXECUTABLE),
    )


def _name(block: bytes, archive: str) -> bytes:
    name, prefix = _text(block[:100]), _text(block[345:500])
    if not prefix:
        return name
    if block[257:263] != b"ustar\0":
        # GNU tar keeps times there; Python takes them for part of the name.
        raise _ambiguous(archive, "a header with a prefix that is not of POSIX")
    return prefix + b"/" + name


def _record(
    source: ByteSource, archive: str, kind: bytes, start: int, size: int, said: _Said
) -> None:
    if size > _MAX_RECORD_BYTES:
        raise _unsupported(archive, f"a record of {size} bytes")
    data = source.read_at(start, size)
    if len(data) < size:
        raise _damaged(archive, "a record that is cut")
    before = (said.name, said.link, said.size)
    if kind == b"L":
        said.name = _text(data)
    elif kind == b"K":
        said.link = _text(data)
    else:
        for key, value in _pax(data, archive):
            _take(key, value, archive, said, everywhere=kind == b"g")
    after = (said.name, said.link, said.size)
    if any(old not in (None, new) for old, new in zip(before, after, strict=True)):
        # Of two records for one member some unpackers take the first.
        raise _ambiguous(archive, f"two records that differ at {start - _BLOCK}")


def _take(
    key: bytes, value: bytes, archive: str, said: _Said, *, everywhere: bool
) -> None:
    """Note one pax record."""
    if key.startswith((b"GNU.sparse", b"hdrcharset", b"SCHILY.realsize")):
        raise _unsupported(archive, f"records of the kind {key[:40]!r}")
    if key not in (b"path", b"linkpath", b"size"):
        return
    if everywhere:
        # Unpackers differ in what such a record does to the members that follow.
        raise _ambiguous(archive, f"a global record for {key!r}")
    if b"\0" in value:
        raise _ambiguous(archive, f"a NUL in {key!r}")
    if key == b"path":
        said.name = value
    elif key == b"linkpath":
        said.link = value
    else:
        if not value.isdigit() or len(value) > 19:
            raise _damaged(archive, f"a size of {value[:40]!r}")
        said.size = int(value)


def _pax(data: bytes, archive: str) -> Iterator[tuple[bytes, bytes]]:
    """Read records of the form `LENGTH KEY=VALUE` and a newline."""
    position = 0
    while position < len(data):
        space = data.find(b" ", position, position + 9)
        digits = data[position:space] if space > 0 else b""
        if not digits.isdigit():
            raise _damaged(archive, "a record without a length")
        end = position + int(digits)
        key, equals, value = data[space + 1 : end - 1].partition(b"=")
        if not equals or end > len(data) or data[end - 1 : end] != b"\n":
            raise _damaged(archive, "a record without its end")
        yield key, value
        position = end


def _text(data: bytes) -> bytes:
    return data.split(b"\0", 1)[0]


def _damaged(archive: str, found: str) -> Exception:
    return refused(
        "archive-damaged",
        f"{archive!r} is damaged.",
        expected="an archive that is whole",
        found=found,
    )


def _ambiguous(archive: str, found: str) -> Exception:
    return refused(
        "archive-ambiguous",
        f"{archive!r} says two things, so that unpackers see different files.",
        expected="an archive that all unpackers read alike",
        found=found,
    )


def _unsupported(archive: str, found: str) -> Exception:
    return refused(
        "archive-unsupported",
        f"{archive!r} uses what Assay does not unpack.",
        expected="regular files, stored in one piece",
        found=found,
    )
