"""Media that are made of chunks, boxes or tables, each with its size.

Source: RIFF and the WAVE form (RF64: EBU Tech 3306), AIFF; ISO/IEC 14496-12 for boxes;
RFC 8794 for EBML; OpenType's table directory; WOFF (W3C).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.release.source import ByteSource

__all__ = ["Part", "Torn", "boxes", "chunks", "elements", "font", "packed_font"]

_MOST = 100_000
# Sizes that say: not known when it was written.
_OPEN = frozenset({0, 0xFFFFFFFF})
# Chunks that every player knows; the rest is looked at.
_PLAYED = frozenset(
    b"fmt |data|LIST|fact|cue |smpl|inst|PEAK|ds64|bext|JUNK|id3 |ID3 |avih|idx1|movi|"
    b"hdrl|strl|COMM|SSND|INST|MARK|FVER|iXML|axml|chna|PAD |FLLR|afsp|pad ".split(b"|")
)
# Boxes that every player knows.
_KNOWN_BOXES = frozenset(
    b"ftyp moov mdat moof mfra sidx styp meta pdin ssix prft emsg wide pnot udta "
    b"iods beam".split()
)
_FONT_ENTRY = 16
_MOST_TABLES = 512
_MOST_FONTS = 64


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a file.

    Attributes:
        name: What it is called.
        start: Where its content begins.
        end: Where it ends, padding included.
        aside: Whether players pass over it.
    """

    name: str
    start: int
    end: int
    aside: bool = False


class Torn(Exception):  # noqa: N818 - control flow between readers of media only
    """The file ends, or breaks, at `offset`.

    Attributes:
        offset: Where the last whole part ends.
        detail: What was expected there.
        whole: Whether any part was whole.
    """

    def __init__(self, offset: int, detail: str, *, whole: bool) -> None:
        self.offset = offset
        self.detail = detail
        self.whole = whole
        super().__init__(detail)


def _name(data: bytes) -> str:
    return data.decode("ascii", "replace").strip()


def chunks(source: ByteSource) -> list[Part]:
    """Walk a RIFF or AIFF file: chunks inside one that says how long it is."""
    head = source.read_at(0, 12)
    order = "little" if head[:4] in {b"RIFF", b"RF64", b"BW64"} else "big"
    if head[8:12] not in {b"WAVE", b"AVI ", b"AIFF", b"AIFC"}:
        raise Torn(0, "a form of sound or film", whole=False)
    size = int.from_bytes(head[4:8], order)  # type: ignore[arg-type]  # one of two
    end = source.size if size in _OPEN else min(8 + size + size % 2, source.size)
    parts = [Part("head", 8, 12)]
    long = 0
    at = 12
    while at + 8 <= end and len(parts) < _MOST:
        name = source.read_at(at, 4)
        count = int.from_bytes(source.read_at(at + 4, 4), order)  # type: ignore[arg-type]  # one of two
        if name == b"ds64":
            long = int.from_bytes(source.read_at(at + 16, 8), "little")
        if name == b"data" and count in _OPEN:
            count = long or end - at - 8
        stop = at + 8 + count + count % 2
        if not name.isascii() or at + 8 + count > source.size:
            raise Torn(at, "a chunk that fits", whole=len(parts) > 1)
        parts.append(Part(_name(name), at + 8, stop, aside=name not in _PLAYED))
        at = stop
    if len(parts) < 2:
        raise Torn(12, "a chunk", whole=False)
    return parts


def boxes(source: ByteSource) -> list[Part]:
    """Walk the boxes of a film, one behind the other."""
    parts: list[Part] = []
    at = 0
    while at < source.size and len(parts) < _MOST:
        head = source.read_at(at, 16)
        size, name, start = int.from_bytes(head[:4], "big"), head[4:8], at + 8
        if size == 1:
            size, start = int.from_bytes(head[8:16], "big"), at + 16
        elif size == 0:
            size = source.size - at
        if not _is_box(name) or size < start - at or at + size > source.size:
            if parts and not _is_box(name):
                break
            raise Torn(at, "a box that fits", whole=bool(parts))
        aside = name not in _KNOWN_BOXES
        parts.append(Part(_name(name), start, at + size, aside=aside))
        at += size
    return parts


def _is_box(name: bytes) -> bool:
    return len(name) == 4 and name.isalnum() and name.isascii()


def _number(source: ByteSource, at: int, *, marked: bool) -> tuple[int, int, bool]:
    """Give a number of EBML, its length, and whether it means: not known."""
    head = source.read_at(at, 8)
    if not head or not head[0]:
        return 0, 0, False
    length = 9 - head[0].bit_length()
    value = int.from_bytes(head[:length], "big")
    mask = (1 << 7 * length) - 1
    return (value if marked else value & mask), length, value & mask == mask


def elements(source: ByteSource) -> list[Part]:
    """Walk the outermost elements of a Matroska or WebM file."""
    parts: list[Part] = []
    at = 0
    while at < source.size and len(parts) < _MOST:
        name, width, _ = _number(source, at, marked=True)
        size, length, endless = _number(source, at + width, marked=False)
        if name not in {0x1A45DFA3, 0x18538067, 0xEC} or not length:
            break
        start = at + width + length
        end = source.size if endless else start + size
        if end > source.size:
            raise Torn(at, "an element that fits", whole=bool(parts))
        parts.append(Part(f"{name:x}", start, end, aside=name == 0xEC))
        at = end
    if not parts:
        raise Torn(0, "an element", whole=False)
    return parts


def _fonts(source: ByteSource) -> Iterator[int]:
    """Give where the table directory of each font stands."""
    if source.read_at(0, 4) != b"ttcf":
        yield 0
        return
    count = int.from_bytes(source.read_at(8, 4), "big")
    for index in range(min(count, _MOST_FONTS)):
        yield int.from_bytes(source.read_at(12 + 4 * index, 4), "big")


def font(source: ByteSource) -> list[Part]:
    """Walk the tables of a font, or of a collection of some."""
    parts: list[Part] = []
    for base in _fonts(source):
        count = int.from_bytes(source.read_at(base + 4, 2), "big")
        if not 0 < count <= _MOST_TABLES:
            raise Torn(0, "a directory of tables", whole=False)
        for index in range(count):
            entry = source.read_at(base + 12 + _FONT_ENTRY * index, _FONT_ENTRY)
            start = int.from_bytes(entry[8:12], "big")
            size = int.from_bytes(entry[12:16], "big")
            if len(entry) < _FONT_ENTRY or not entry[:4].isascii():
                raise Torn(0, "a directory of tables", whole=False)
            if start + size > source.size:
                raise Torn(source.size, "a table that fits", whole=bool(parts))
            parts.append(Part(_name(entry[:4]), start, start + size + -size % 4))
    return parts


def packed_font(source: ByteSource) -> list[Part]:
    """Give a WOFF font as one part: its header says how long it is."""
    size = int.from_bytes(source.read_at(8, 4), "big")
    if not 44 <= size <= source.size:
        raise Torn(0, "a header with its length", whole=False)
    return [Part("font", 0, size)]
