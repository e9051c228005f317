"""gzip, bzip2, xz (and LZMA alone) and zlib: one wrapper around one member."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.domain.facts import ArchiveFacts, Content, Gap
from assay.release.formats.inflate import MAKERS, inflate, inflates
from assay.release.formats.reading import Problems
from assay.release.source import SliceSource, Spool

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.inflate import Inflated
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_lzma_alone", "is_zfile", "is_zlib", "read"]

# `ZF`, a length in hexadecimal filled up to 19 characters, and perhaps one space.
_ZFILE = re.compile(rb"ZF0x[0-9a-f]{1,17} *L? *(?=\x78)")

# Name endings that fall away when the wrapper is opened.
_ENDINGS = (".gz", ".gzip", ".bz2", ".xz", ".lzma", ".z", ".zlib")
_MAGIC = {
    Content.GZIP: b"\x1f\x8b\x08",
    Content.BZIP2: b"BZh",
    Content.XZ: b"\xfd7zXZ\x00",
}


def is_zlib(source: ByteSource) -> bool:
    """Tell whether the bytes are zlib data (RFC 1950), by inflating the first part."""
    return inflates(source, MAKERS["zlib"])


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
    """Tell whether the bytes are a `.lzma` file, by inflating the first part."""
    return inflates(source, MAKERS["xz"])


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the wrapper's facts and those of what it holds, as far as it inflates."""
    source = subject.source
    skip = _zfile_header(source) if subject.content is Content.ZLIB else 0
    if skip:
        source = SliceSource(source, skip, source.size)
        subject = replace(subject, source=source)
    with Spool() as spool:
        ended = inflate(
            source,
            MAKERS[subject.content.value],
            spool,
            inspection,
            magic=_MAGIC.get(subject.content, b""),
        )
        facts: list[Fact] = [_wrapper(subject, ended, spool.size, inspection)]
        if spool.size:
            facts.extend(inspection.descend(subject, _inner(subject), spool.source()))
    if ended.whole and ended.consumed < source.size:
        rest = SliceSource(source, ended.consumed, source.size)
        facts.extend(inspection.raw_data(subject, "trailing", rest))
    if not ended.whole:
        facts.append(
            Gap(place=subject.place, reason=ended.detail, content=subject.content)
        )
    return facts


def _wrapper(
    subject: Subject, ended: Inflated, size: int, inspection: Inspection
) -> ArchiveFacts:
    problems = Problems(subject, inspection.limits)
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


def _inner(subject: Subject) -> str:
    name = (subject.place.member or subject.place.path).rsplit("/", 1)[-1]
    for ending in _ENDINGS:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name.removesuffix(".tgz") + ".tar" if name.endswith(".tgz") else "content"
