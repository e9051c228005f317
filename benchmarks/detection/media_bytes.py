"""Sound, film and fonts for samples, written without a library."""

from __future__ import annotations

import struct

__all__ = [
    "aiff",
    "bitmap",
    "box",
    "chunk",
    "desktop",
    "flac",
    "font",
    "icon",
    "mp3",
    "mp4",
    "ogg",
    "tiff",
    "wav",
    "webm",
]


def chunk(name: bytes, data: bytes) -> bytes:
    """Give a chunk of RIFF."""
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def wav(*chunks: bytes, size: int | None = None) -> bytes:
    """Give a WAVE file with more chunks behind the samples."""
    form = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16))
    body = b"WAVE" + form + chunk(b"data", bytes(range(64))) + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def aiff() -> bytes:
    """Give an AIFF file."""
    common = b"COMM" + struct.pack(">IhIh", 18, 1, 4, 16) + bytes(10)
    body = b"AIFF" + common + b"SSND" + struct.pack(">III", 16, 0, 0) + bytes(8)
    return b"FORM" + struct.pack(">I", len(body)) + body


def box(name: bytes, data: bytes) -> bytes:
    """Give a box."""
    return struct.pack(">I", 8 + len(data)) + name + data


def mp4(*boxes: bytes) -> bytes:
    """Give a film with more boxes behind its own."""
    kind = box(b"ftyp", b"isom\0\0\2\0isommp41")
    return kind + box(b"moov", bytes(40)) + box(b"mdat", bytes(64)) + b"".join(boxes)


def mp3(*, tag: bytes = b"", behind: bytes = b"") -> bytes:
    """Give eight frames of layer III at 128 kbit/s, 417 bytes each."""
    head = b""
    if tag:
        size = bytes(len(tag) >> shift & 127 for shift in (21, 14, 7, 0))
        head = b"ID3\4\0\0" + size + tag
    return head + (b"\xff\xfb\x90\xc4" + bytes(413)) * 8 + behind


def ogg() -> bytes:
    """Give two pages."""
    pages = b""
    for number, kind in enumerate((2, 4)):
        pages += b"OggS\0" + bytes([kind]) + bytes(8)
        pages += struct.pack("<III", 1, number, 0) + b"\1\x1e" + b"\1vorbis" + bytes(23)
    return pages


def webm() -> bytes:
    """Give an empty film: a header and a segment."""
    head = b"\x42\x82\x84webm"
    head = b"\x1a\x45\xdf\xa3" + bytes([0x80 | len(head)]) + head
    return head + b"\x18\x53\x80\x67\x88" + b"\xec\x86" + bytes(6)


def font() -> bytes:
    """Give a font of one table."""
    head = b"\0\1\0\0" + struct.pack(">HHHH", 1, 16, 0, 0)
    return head + b"glyf" + struct.pack(">III", 0, 28, 16) + bytes(16)


def _check(data: bytes, bits: int, polynomial: int) -> int:
    value = 0
    for byte in data:
        value ^= byte << bits - 8
        for _ in range(8):
            top = value >> bits - 1
            value = value << 1 & (1 << bits) - 1 ^ polynomial * top
    return value


def flac() -> bytes:
    """Give a FLAC file of one frame of 192 samples, all of them zero."""
    settings = struct.pack(">HH", 192, 192) + bytes(6) + b"\x01\xf4\x00\xf0" + bytes(20)
    head = b"\xff\xf8\x10\x08\x00"
    frame = head + bytes([_check(head, 8, 0x07)]) + bytes(3)
    frame += struct.pack(">H", _check(frame, 16, 0x8005))
    return b"fLaC\x80\0\0\x22" + settings + frame


def bitmap() -> bytes:
    """Give a bitmap of two by two pixels."""
    pixels = bytes(16)
    size = 54 + len(pixels)
    head = b"BM" + struct.pack("<IHHI", size, 0, 0, 54)
    return (
        head + struct.pack("<IiiHHIIiiII", 40, 2, 2, 1, 24, 0, 16, 1, 1, 0, 0) + pixels
    )


def icon(count: int = 1) -> bytes:
    """Give icons, each a picture of so many bytes."""
    head, pictures = struct.pack("<HHH", 0, 1, count), b""
    for number in range(count):
        at = 6 + 16 * count + len(pictures)
        head += struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, 40 + number, at)
        pictures += bytes(40 + number)
    return head + pictures


def tiff(order: str, *, kind: int = 3, first: int = 256) -> bytes:
    """Give a picture of one by one pixel."""
    fields = ((first, 1), (257, 1), (258, 8), (273, 8))
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 10)
    out = head + b"\0\0" + struct.pack(f"{order}H", len(fields))
    for tag, value in fields:
        out += struct.pack(f"{order}HHIHH", tag, kind, 1, value, 0)
    return out + bytes(4)


def desktop() -> bytes:
    """Give the notes of a folder: an allocator of blocks, and one block."""
    head = struct.pack(">I4sIII", 1, b"Bud1", 64, 32, 64)
    return head.ljust(68, b"\0") + bytes(32)
