"""gzip, bzip2, xz (and LZMA alone) and zlib: one wrapper around one member."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.facts import ArchiveFacts, Content, Gap
from assay.release.formats.inflate import MAKERS, inflate, inflates
from assay.release.formats.reading import Problems
from assay.release.source import Spool

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.inflate import Inflated
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_lzma_alone", "is_zlib", "read"]

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


def is_lzma_alone(source: ByteSource) -> bool:
    """Tell whether the bytes are a `.lzma` file, by inflating the first part."""
    return inflates(source, MAKERS["xz"])


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the wrapper's facts and those of what it holds, as far as it inflates."""
    with Spool() as spool:
        ended = inflate(
            subject.source,
            MAKERS[subject.content.value],
            spool,
            inspection,
            magic=_MAGIC.get(subject.content, b""),
        )
        facts: list[Fact] = [_wrapper(subject, ended, spool.size, inspection)]
        if spool.size:
            facts.extend(inspection.descend(subject, _inner(subject), spool.source()))
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
