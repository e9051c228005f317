"""Inflate what must be read at any offset, into an unnamed file and within bounds."""

from __future__ import annotations

import lzma
import zlib
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.domain.facts import Content, ParseProblem
from assay.errors import MachineError
from assay.release.formats.inflate import MAKERS, Inflated, inflate
from assay.release.formats.tar import is_header
from assay.release.origins.member_tree import refused
from assay.release.source import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assay.domain.facts import Place
    from assay.domain.limits import Limits
    from assay.release.formats.inflate import Decompressor
    from assay.release.source import ByteSource

__all__ = [
    "COMPRESSED",
    "RoomSpool",
    "holds_tar",
    "inflate_whole",
    "inflated",
    "tail_problems",
]

# Compressions around a tar archive, with how another stream of the same begins.
COMPRESSED = {
    Content.GZIP: b"\x1f\x8b\x08",
    Content.BZIP2: b"BZh",
    Content.XZ: b"\xfd7zXZ\x00",
}
# Padding that tar and tape tools put behind compressed data.
_MOST_PADDING = 65_536


class RoomSpool(Spool):
    """A spool that tells a full disk apart from damaged data."""

    __slots__ = ()

    def write(self, data: bytes) -> None:
        """Add `data` at the end.

        Raises:
            MachineError: `machine.spool`.
        """
        try:
            super().write(data)
        except OSError as error:
            raise _no_room(error) from error

    def source(self) -> ByteSource:
        """Give what was collected as a source.

        Raises:
            MachineError: `machine.spool`.
        """
        try:
            return super().source()
        except OSError as error:
            raise _no_room(error) from error


def _no_room(error: OSError) -> MachineError:
    return MachineError(
        "spool",
        "There is no room for what an archive holds.",
        expected="a directory for temporary files that takes it",
        found=error.strerror or type(error).__name__,
        remedy="set TMPDIR to a directory with more room, or unpack it yourself",
    )


class _Meter:
    """What inflating asks of an inspection: limits, and how much is left."""

    def __init__(self, limits: Limits, most: int) -> None:
        self.limits = replace(limits, max_member_bytes=most)
        self.paths: frozenset[str] = frozenset()
        self._left = most

    def descend(self, *_: object) -> tuple[()]:
        """Read no member."""
        return ()

    raw_data = descend

    def may_inflate(self, count: int) -> bool:
        """Take `count` bytes off what may still come."""
        self._left -= count
        return self._left >= 0

    def may_compose(self, _: int) -> bool | None:
        """Read no YAML."""
        return False

    may_parse_template = may_compose


class _Told:
    """A source that says how far it was read."""

    __slots__ = ("_source", "_tell")

    def __init__(self, source: ByteSource, tell: Callable[[int, int], None]) -> None:
        self._source = source
        self._tell = tell

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self._source.size

    def read_at(self, offset: int, count: int) -> bytes:
        """Read on, and say so."""
        self._tell(min(offset + count, self.size), self.size)
        return self._source.read_at(offset, count)


def holds_tar(source: ByteSource, content: Content) -> bool:
    """Say whether what is compressed begins as a tar archive does."""
    try:
        inner = MAKERS[content.value]()
        data, position = b"", 0
        while len(data) < 512 and not inner.eof:
            taken = source.read_at(position, 4096) if inner.hungry else b""
            position += len(taken)
            found = inner.feed(taken)
            if not taken and not found:
                break
            data += found
    except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError, MemoryError):
        return False
    return is_header(data[:512])


@contextmanager
def inflated(
    source: ByteSource,
    content: Content,
    archive: str,
    limits: Limits,
    tell: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[ByteSource, int]]:
    """Give what a compressed file holds, and how many bytes of it that took.

    Raises:
        ReleaseError: `release.archive-bomb` or `.archive-damaged`.
        MachineError: `machine.spool`: there is no room for it.
    """
    told = source if tell is None else _Told(source, tell)
    maker = MAKERS[content.value]
    with RoomSpool() as spool:
        ended = inflate_whole(
            told, maker, spool, archive, limits, magic=COMPRESSED[content]
        )
        yield spool.source(), ended.consumed


def inflate_whole(  # noqa: PLR0913 - as `inflate`, with the name and the bound
    source: ByteSource,
    make: Callable[[], Decompressor],
    spool: Spool,
    archive: str,
    limits: Limits,
    *,
    magic: bytes = b"",
    most: int | None = None,
) -> Inflated:
    """Inflate a source to its end, or refuse it.

    Args:
        source: Compressed bytes.
        make: Makes the decompressor.
        spool: Takes what comes out.
        archive: Name, for messages.
        limits: Bounds on how far it may expand.
        magic: How another stream begins that goes on.
        most: Bytes that may come out; the bound on all archives when None.

    Raises:
        ReleaseError: `release.archive-bomb` or `.archive-damaged`.
        MachineError: `machine.spool`: there is no room for it.
    """
    bound = limits.max_expanded_bytes if most is None else most
    ended = inflate(source, make, spool, _Meter(limits, bound), magic=magic)
    if ended.kind in ("bomb", "too-large"):
        raise refused(
            "archive-bomb",
            f"{archive!r} expands far beyond what it states or what is read.",
            expected=f"at most {bound} bytes, and "
            f"{limits.max_compression_ratio} times its size",
            found=ended.detail,
        )
    if ended.kind:
        raise refused(
            "archive-damaged",
            f"{archive!r} is damaged.",
            expected="compressed data that is whole",
            found=ended.detail,
        )
    return ended


def tail_problems(
    source: ByteSource, used: int, place: Place
) -> tuple[ParseProblem, ...]:
    """Tell of data behind compressed data, unless it is padding."""
    rest = source.size - used
    if rest <= 0:
        return ()
    tail = source.read_at(used, min(rest, _MOST_PADDING))
    if rest <= _MOST_PADDING and not tail.strip(b"\0"):
        return ()
    detail = f"expected the end, found {rest} more bytes"
    at = replace(place, offset=used)
    return (ParseProblem(kind="trailing-data", detail=detail, place=at),)
