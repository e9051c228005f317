"""Wrappers around one member: gzip, bzip2, xz and LZMA alone, zlib, zstd, LZ4."""

from __future__ import annotations

import importlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.domain.facts import ArchiveFacts, Content, Gap
from assay.release.formats.framed import Framed, Journal, is_skippable
from assay.release.formats.inflate import MAKERS, inflate, inflates
from assay.release.formats.member_paths import path_problem
from assay.release.formats.reading import Problems
from assay.release.source import SliceSource, Spool

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.domain.facts import Fact
    from assay.release.formats.inflate import Decompressor, Inflated
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = [
    "framed_maker",
    "is_lz4_behind",
    "is_lzma_alone",
    "is_zfile",
    "is_zlib",
    "is_zstd_behind",
    "read",
]

# `ZF`, a length in hexadecimal filled up to 19 characters, and perhaps one space.
_ZFILE = re.compile(rb"ZF0x[0-9a-f]{1,17} *L? *(?=\x78)")

# Name endings that fall away when the wrapper is opened.
_ENDINGS = (
    *(".gz", ".gzip", ".bz2", ".xz", ".lzma", ".z", ".zlib"),
    *(".zst", ".zstd", ".lz4"),
)
# Another stream of a kind, which its tools join to the one before.
_MAGIC = {
    Content.GZIP: b"\x1f\x8b\x08",
    Content.BZIP2: b"BZh",
    Content.XZ: b"\xfd7zXZ\x00",
}
_FRAMES = {Content.ZSTD: "zstd_frames", Content.LZ4: "lz4_frames"}
# Skippable frames before the first that counts.
_MAX_SKIPPED = 64
# The bit of a gzip header that says that a name follows, and the one for more fields.
_GZIP_NAMED, _GZIP_EXTRA = 8, 4
_MAX_NAME_BYTES = 4096


def is_zlib(source: ByteSource) -> bool:
    """Tell whether the bytes are zlib data (RFC 1950), by inflating the first part.

    Small windows, which few programs write, begin like other things: such data has to
    end as well, or to be long.
    """
    strict = source.read_at(0, 1) != b"\x78"
    return inflates(source, MAKERS["zlib"], strict=strict)


def is_zfile(source: ByteSource) -> bool:
    """Tell whether the bytes are zlib data behind the length that old joblib wrote.

    Source: joblib 0.8 to 1.6, `numpy_pickle_compat.read_zfile`.
    """
    skip = _zfile_header(source)
    return bool(skip) and inflates(
        SliceSource(source, skip, source.size), MAKERS["zlib"]
    )


def _zfile_header(source: ByteSource) -> int:
    """Give the length of joblib's header, 0 when there is none."""
    match = _ZFILE.match(source.read_at(0, 22))
    return match.end() if match else 0


def is_lzma_alone(source: ByteSource) -> bool:
    """Tell whether the bytes are a `.lzma` file, by inflating the first part.

    Its header has no signature: numbers that begin with zeros look like the header of a
    file that holds nothing, and nothing is all that such a file could hide.
    """
    if source.read_at(5, 8) == bytes(8):
        return False
    return inflates(source, MAKERS["alone"])


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the wrapper's facts and those of what it holds, as far as it inflates."""
    source = subject.source
    skip = _zfile_header(source) if subject.content is Content.ZLIB else 0
    if skip:
        source = SliceSource(source, skip, source.size)
        subject = replace(subject, source=source)
    journal = Journal(inspection.may_inflate)
    make = framed_maker(subject.content, journal) or MAKERS[subject.content.value]
    with Spool() as spool:
        ended = inflate(
            source,
            make,
            spool,
            inspection,
            magic=_MAGIC.get(subject.content, b""),
            padded=subject.content is Content.XZ,
        )
        facts: list[Fact] = [_wrapper(subject, ended, spool.size, inspection, journal)]
        if spool.size:
            facts.extend(inspection.descend(subject, _inner(subject), spool.source()))
    if ended.whole and ended.consumed < source.size:
        rest = SliceSource(source, ended.consumed, source.size)
        facts.extend(inspection.raw_data(subject, "trailing", rest))
    for offset, length in journal.hidden:
        passed = SliceSource(source, offset, length)
        facts.extend(inspection.raw_data(subject, f"skipped@{offset}", passed))
    if not ended.whole:
        facts.append(
            Gap(place=subject.place, reason=ended.detail, content=subject.content)
        )
    return facts


def framed_maker(
    content: Content, journal: Journal
) -> Callable[[], Decompressor] | None:
    """Give what makes our own decoder of a type; None when there is none."""
    name = _FRAMES.get(content)
    if name is None:
        return None
    module = importlib.import_module(f"assay.release.formats.{name}")
    return lambda: Framed(journal, module.frames(journal))


def is_zstd_behind(source: ByteSource) -> bool:
    """Tell whether a Zstandard frame follows skippable ones."""
    return _behind(source) == b"\x28\xb5\x2f\xfd"


def is_lz4_behind(source: ByteSource) -> bool:
    """Tell whether an LZ4 frame follows skippable ones."""
    return _behind(source) in (b"\x04\x22\x4d\x18", b"\x02\x21\x4c\x18")


def _behind(source: ByteSource) -> bytes:
    """Give the magic of what follows the skippable frames at the start."""
    position = 0
    for _ in range(_MAX_SKIPPED):
        head = source.read_at(position, 8)
        if not is_skippable(head[:4]):
            return head[:4]
        position += 8 + int.from_bytes(head[4:8], "little")
    return b""


def _wrapper(
    subject: Subject,
    ended: Inflated,
    size: int,
    inspection: Inspection,
    journal: Journal,
) -> ArchiveFacts:
    problems = Problems(subject, inspection.limits)
    if subject.content is Content.GZIP:
        _gzip_name(subject, problems)
    for kind, detail, offset in journal.problems:
        problems.add(kind, detail, place=subject.at(offset=offset))
    if ended.kind and ended.kind != "too-large":
        problems.add(ended.kind, ended.detail)
    elif not ended.kind and ended.consumed < subject.source.size:
        rest = subject.source.size - ended.consumed
        # tar and cpio tools pad compressed files with zeros; that hides nothing.
        tail = subject.source.read_at(ended.consumed, min(rest, 65_536))
        if rest > 65_536 or tail.strip(b"\0"):
            problems.add(
                "trailing-data",
                f"expected the end, found {rest} more bytes",
                place=subject.at(offset=ended.consumed),
            )
    return ArchiveFacts(
        place=subject.place,
        content=subject.content,
        members=1,
        expanded_bytes=size,
        problems=problems.done(),
    )


def _gzip_name(subject: Subject, problems: Problems) -> None:
    """Judge the name in the header, which `gunzip -N` gives the file (RFC 1952)."""
    head = subject.source.read_at(0, 12)
    flags = head[3] if len(head) > 3 else 0
    if not flags & _GZIP_NAMED:
        return
    start = 10
    if flags & _GZIP_EXTRA:
        start += 2 + int.from_bytes(head[10:12], "little")
    raw = subject.source.read_at(start, _MAX_NAME_BYTES).split(b"\0", 1)[0]
    name = raw.decode("latin-1")
    problem = path_problem(name)
    if problem:
        problems.add(problem, f"member {name!r}")


def _inner(subject: Subject) -> str:
    name = (subject.place.member or subject.place.path).rsplit("/", 1)[-1]
    for ending in _ENDINGS:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name.removesuffix(".tgz") + ".tar" if name.endswith(".tgz") else "content"
