"""Sound, film and fonts beside models: what is behind them, and in parts nobody plays.

Nothing in them is run by those who load models. A file is of its type only as far as
its parts go; what follows is read as a file of its own, as is a part that players pass
over.
Source: RIFF and the WAVE form; RFC 3533 (Ogg), RFC 8794 (EBML), ISO/IEC 14496-12
(boxes), OpenType and WOFF.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.facts import Gap
from assay.release.formats.media_boxes import (
    Part,
    Torn,
    boxes,
    chunks,
    elements,
    font,
    packed_font,
)
from assay.release.formats.media_frames import flac, mpeg, pages
from assay.release.source import SliceSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_media", "read"]

# By what it begins with: how it is walked. `mpeg` also when a tag stands first.
_WALKS: tuple[tuple[tuple[bytes, ...], Callable[[ByteSource], list[Part]]], ...] = (
    ((b"RIFF", b"RIFX", b"RF64", b"BW64", b"FORM"), chunks),
    ((b"fLaC",), flac),
    ((b"OggS",), pages),
    ((b"\x1a\x45\xdf\xa3",), elements),
    ((b"\x00\x01\x00\x00", b"OTTO", b"true", b"ttcf"), font),
    ((b"wOFF", b"wOF2"), packed_font),
    ((b"ID3", b"\xff"), mpeg),
)
# What players may fill up with behind the last part.
_MOST_PARTS = 256
_PADDING_BYTES = 1 << 20


def is_media(source: ByteSource) -> bool:
    """Tell whether at least one part stands whole."""
    try:
        return bool(_walk(source))
    except Torn as torn:
        return torn.whole


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of what is behind a file, and in parts that are passed over."""
    source = subject.source
    try:
        parts = _walk(source)
    except Torn as torn:
        reason = f"it is not whole: {torn.detail}"
        place = subject.at(offset=torn.offset)
        gap = Gap(place=place, reason=reason, content=subject.content)
        return [gap, *_behind(subject, inspection, torn.offset)]
    facts: list[Fact] = []
    for part in [part for part in parts if part.aside][:_MOST_PARTS]:
        data = SliceSource(source, part.start, part.end - part.start)
        facts += inspection.raw_data(subject, part.name, data)
    return facts + _behind(subject, inspection, max(part.end for part in parts))


def _walk(source: ByteSource) -> list[Part]:
    head = source.read_at(0, 12)
    for begins, walk in _WALKS:
        if head.startswith(begins):
            return walk(source)
    return boxes(source)


def _behind(subject: Subject, inspection: Inspection, end: int) -> list[Fact]:
    """Read what follows the last part, unless there is none or only zeros."""
    rest = SliceSource(subject.source, end, subject.source.size)
    if not rest.size:
        return []
    if rest.size <= _PADDING_BYTES and not rest.read_at(0, rest.size).strip(b"\0"):
        return []
    return list(inspection.descend(subject, f"appended@{end}", rest))
