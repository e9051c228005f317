"""Sound that is a row of frames or pages: MPEG audio, FLAC and Ogg.

Source: ISO/IEC 11172-3 and 13818-3 (MPEG audio), ID3v2.4, RFC 9639 (FLAC), RFC 3533
(Ogg).
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from assay.release.formats.media_boxes import Part, Torn
from assay.release.source import CHUNK_BYTES

if TYPE_CHECKING:
    from assay.release.source import ByteSource

__all__ = ["flac", "mpeg", "pages"]

_MOST = 5_000_000
# Frames that prove a file without a tag; text in UTF-16 begins like one.
_PROOF = 4
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_LAYER_1 = (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448)
_LAYER_2 = (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384)
_LAYER_3 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_LOW_1 = (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256)
_LOW = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
# Layer, as the header counts them backwards, and whether it is the first version.
_BITRATES = {
    (3, True): _LAYER_1, (2, True): _LAYER_2, (1, True): _LAYER_3,
    (3, False): _LOW_1, (2, False): _LOW, (1, False): _LOW,
}  # fmt: skip
_TAG_BYTES = 128
_APE_FOOTER = 32
# A frame of FLAC: what it begins with, and the longest that writers make of it.
_FRAME = re.compile(rb"\xff[\xf8\xf9][\x10-\xff].", re.DOTALL)
_LONGEST_FRAME = 256 * 1024
_MOST_TRIED = 4096
_MOST_HEADERS = 8
# How far from the end the last frame is looked for, when something follows it.
_SEARCHED = 256 * 1024


def _frame_bytes(head: bytes) -> int:
    """Give how long a frame of MPEG audio is by its header, or 0."""
    if len(head) < 4 or head[0] != 0xFF or head[1] < 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bitrate, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or not layer or bitrate in {0, 15} or rate == 3:
        return 0
    bits = 1000 * _BITRATES[layer, version == 3][bitrate - 1]
    hertz = _RATES[version][rate]
    if layer == 3:
        return (12 * bits // hertz + padding) * 4
    samples = 72 if layer == 1 and version != 3 else 144
    return samples * bits // hertz + padding


def mpeg(source: ByteSource) -> list[Part]:
    """Walk the frames of MPEG audio, and the tags before and behind them."""
    start = at = _tag(source)
    frames, base, data = 0, at, b""
    while frames < _MOST:
        if at - base + 4 > len(data):
            base, data = at, source.read_at(at, CHUNK_BYTES)
        size = _frame_bytes(data[at - base : at - base + 4])
        if not size or at + size > source.size:
            break
        frames += 1
        at += size
    if frames < (1 if start else _PROOF):
        raise Torn(start, "frames of sound", whole=bool(start) and frames > 0)
    return [Part("frames", start, _tags_behind(source, at))]


def _tag(source: ByteSource) -> int:
    """Give where an ID3 tag ends, with the zeros behind it."""
    head = source.read_at(0, 10)
    if head[:3] != b"ID3":
        return 0
    if (
        len(head) < 10
        or head[3] not in {2, 3, 4}
        or any(byte >= 128 for byte in head[6:])
    ):
        raise Torn(0, "a tag", whole=False)
    size = 0
    for byte in head[6:]:
        size = size << 7 | byte
    end = 10 + size + (10 if head[5] & 16 else 0)
    zeros = source.read_at(end, CHUNK_BYTES)
    return end + len(zeros) - len(zeros.lstrip(b"\0"))


def _tags_behind(source: ByteSource, at: int) -> int:
    """Give where the tags behind the last frame end; APE, then ID3v1, may stand."""
    # Encoders may end inside a frame, and players pass over the rest of it.
    behind = source.read_at(at, _TAG_BYTES + 8)
    if behind.startswith(b"APETAGEX"):
        at += _APE_FOOTER + int.from_bytes(source.read_at(at + 12, 4), "little")
    if source.read_at(at, 3) == b"TAG" and source.size - at == _TAG_BYTES:
        at += _TAG_BYTES
    return min(at, source.size)


def pages(source: ByteSource) -> list[Part]:
    """Walk the pages of an Ogg file."""
    at = 0
    for _ in range(_MOST):
        head = source.read_at(at, 27)
        if head[:5] != b"OggS\0" or len(head) < 27:
            break
        lacing = source.read_at(at + 27, head[26])
        end = at + 27 + head[26] + sum(lacing)
        if end > source.size:
            raise Torn(at, "a page that fits", whole=at > 0)
        at = end
    if not at:
        raise Torn(0, "a page", whole=False)
    return [Part("pages", 0, at)]


@cache
def _table(bits: int, polynomial: int) -> tuple[int, ...]:
    """Give what each byte does to a check."""
    top, mask = 1 << bits - 1, (1 << bits) - 1
    table = []
    for byte in range(256):
        value = byte << bits - 8
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & mask
        table.append(value)
    return tuple(table)


class _Check:
    """A cyclic redundancy check, highest bit first and starting from zero.

    Attributes:
        value: The check of what was taken so far.
    """

    __slots__ = ("_bits", "_table", "value")

    def __init__(self, bits: int, polynomial: int) -> None:
        self._bits = bits
        self._table = _table(bits, polynomial)
        self.value = 0

    def take(self, byte: int) -> None:
        """Take one more byte."""
        shift = self._bits - 8
        rest = self.value & (1 << shift) - 1
        self.value = rest << 8 ^ self._table[self.value >> shift ^ byte]


def _check(data: bytes, bits: int, polynomial: int) -> int:
    check = _Check(bits, polynomial)
    for byte in data:
        check.take(byte)
    return check.value


def flac(source: ByteSource) -> list[Part]:
    """Walk the blocks of a FLAC file, and find the frame that ends it."""
    at, longest = 4, 0
    for index in range(_MOST_TRIED):
        head = source.read_at(at, 4)
        size = int.from_bytes(head[1:], "big")
        if len(head) < 4 or at + 4 + size > source.size:
            raise Torn(at, "a block of metadata that fits", whole=index > 0)
        if not index:
            if head[0] & 127 or size != 34:
                raise Torn(0, "a block with the settings", whole=False)
            longest = int.from_bytes(source.read_at(at + 11, 3), "big")
        at += 4 + size
        if head[0] & 128:
            break
    end = source.size - _tail(source)
    window = min(longest or _LONGEST_FRAME, _LONGEST_FRAME)
    if at < end and not _ends_with_frame(source, at, end, window):
        behind = _behind_last(source, at, window)
        raise Torn(behind, "a frame that ends the file", whole=True)
    return [Part("frames", 0, source.size)]


def _behind_last(source: ByteSource, start: int, window: int) -> int:
    """Give where the last frame seems to end in a file that goes on behind it."""
    base = max(start, source.size - _SEARCHED)
    data = source.read_at(base, _SEARCHED)
    for at in reversed(_headers(data)):
        step = _Check(16, 0x8005)
        header = _header_bytes(data[at : at + 16])
        for end in range(at, min(at + window, len(data))):
            step.take(data[end])
            if not step.value and end > at + header + 2:
                return base + end + 1
    return start


def _tail(source: ByteSource) -> int:
    tag = source.read_at(max(0, source.size - _TAG_BYTES), 3)
    return _TAG_BYTES if tag == b"TAG" else 0


def _ends_with_frame(source: ByteSource, start: int, end: int, longest: int) -> bool:
    """Tell whether a frame with its two checks stands right before the end."""
    base = max(start, end - longest)
    data = source.read_at(base, end - base)
    return any(not _check(data[at:], 16, 0x8005) for at in reversed(_headers(data)))


def _headers(data: bytes) -> list[int]:
    """Give where headers of frames stand, the last ones, each with its check."""
    found = [match.start() for match in _FRAME.finditer(data)][-_MOST_TRIED:]
    sound = []
    for at in found:
        header = _header_bytes(data[at : at + 16])
        if header and not _check(data[at : at + header], 8, 0x07):
            sound.append(at)
    return sound[-_MOST_HEADERS:]


def _header_bytes(head: bytes) -> int:
    """Give how long the header of a FLAC frame is, its check included, or 0."""
    # The number of the frame, written as characters are in UTF-8, up to seven bytes.
    first = head[4] if len(head) > 4 else 0xFF
    number = 1 if first < 0x80 else 8 - (first ^ 0xFF).bit_length()
    size, rate = head[2] >> 4, head[2] & 15
    extra = {6: 1, 7: 2}.get(size, 0) + {12: 1, 13: 2, 14: 2}.get(rate, 0)
    length = 4 + number + extra + 1
    return length if number <= 7 and length <= len(head) else 0
