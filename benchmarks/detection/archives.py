"""Archives written by the standard library and by hand: 7z, Zstandard and LZ4.

Sources: 7zFormat.txt of the LZMA SDK; RFC 8878; LZ4 Frame Format Description.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from dataclasses import dataclass

__all__ = [
    "Item",
    "lz4_block",
    "lz4_frame",
    "lz4_legacy",
    "lz4_zeros",
    "seven_zip",
    "skippable",
    "zstd_frame",
    "zstd_zeros",
]

_X86 = {"id": lzma.FILTER_X86}
_DELTA = {"id": lzma.FILTER_DELTA, "dist": 4}
_LZMA1 = {"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2}
_LZMA2 = {"id": lzma.FILTER_LZMA2, "dict_size": 1 << 16}
# Coders as the header has them, from the packed stream to the end.
_COPY_CODER = b"\x01\x00"
_LZMA1_CODER = b"\x23\x03\x01\x01\x05\x5d" + struct.pack("<I", 1 << 16)
_LZMA2_CODER = b"\x21\x21\x01\x08"
_X86_CODER = b"\x04\x03\x03\x01\x03"
_DELTA_CODER = b"\x21\x03\x01\x03"
_CODERS = {
    "copy": (_COPY_CODER,),
    "lzma": (_LZMA1_CODER,),
    "lzma2": (_LZMA2_CODER,),
    "x86": (_LZMA2_CODER, _X86_CODER),
    "delta": (_LZMA2_CODER, _DELTA_CODER),
    "bzip2": (b"\x03\x04\x02\x02",),
    "deflate": (b"\x03\x04\x01\x08",),
    "zstd": (b"\x04\x04\xf7\x11\x01",),
    "lz4": (b"\x04\x04\xf7\x11\x04",),
    # Written as if copied: nobody here can encrypt, nor write PPMd.
    "aes": (b"\x04\x06\xf1\x07\x01",),
    "ppmd": (b"\x03\x03\x04\x01",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One member of a 7z archive; without data it is a folder.

    Attributes:
        size: What the list says that it unpacks to; the truth by default.
        mode: Mode of Unix.
    """

    name: str
    data: bytes | None = b""
    size: int | None = None
    mode: int = 0
    anti: bool = False


def number(value: int) -> bytes:
    """Write a number of 7-Zip, in nine bytes when it is large."""
    if value < 0x80:
        return bytes((value,))
    if value < 1 << 14:
        return bytes((0x80 | value >> 8, value & 0xFF))
    return b"\xff" + struct.pack("<Q", value)


def _pack(data: bytes, method: str) -> bytes:
    raw = lzma.FORMAT_RAW
    if method == "lzma":
        return lzma.compress(data, raw, filters=[_LZMA1])
    if method in ("lzma2", "x86", "delta"):
        more = {"x86": [_X86], "delta": [_DELTA]}.get(method, [])
        return lzma.compress(data, raw, filters=[*more, _LZMA2])
    if method == "bzip2":
        return bz2.compress(data)
    if method == "deflate":
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return packer.compress(data) + packer.flush()
    if method == "zstd":
        return zstd_frame(data)
    return lz4_frame(data) if method == "lz4" else data


def _bits(flags: list[bool]) -> bytes:
    out = bytearray((len(flags) + 7) // 8)
    for at, flag in enumerate(flags):
        out[at // 8] |= flag * (0x80 >> at % 8)
    return bytes(out)


def _property(kind: int, data: bytes) -> bytes:
    return bytes((kind,)) + number(len(data)) + data


def _streams(packed: bytes, method: str, sizes: list[int], sums: list[int]) -> bytes:
    coders = _CODERS[method]
    total = sum(sizes)
    pairs = b"".join(bytes((at + 1, at)) for at in range(len(coders) - 1))
    folder = number(len(coders)) + b"".join(coders) + pairs
    out = b"\x06\x00\x01\x09" + number(len(packed)) + b"\x00"
    out += b"\x07\x0b\x01\x00" + folder + b"\x0c" + number(total) * len(coders)
    out += b"\x00\x08\x0d" + number(len(sizes))
    if len(sizes) > 1:
        out += b"\x09" + b"".join(number(size) for size in sizes[:-1])
    out += b"\x0a\x01" + b"".join(struct.pack("<I", crc) for crc in sums)
    return out + b"\x00\x00"


def _files(items: tuple[Item, ...]) -> bytes:
    names = b"\0" + b"".join(item.name.encode("utf-16-le") + b"\0\0" for item in items)
    out = b"\x05" + number(len(items))
    empty = [not item.data for item in items]
    if any(empty):
        out += _property(0x0E, _bits(empty))
        without = [item for item in items if not item.data]
        out += _property(0x0F, _bits([item.data is not None for item in without]))
        if any(item.anti for item in without):
            out += _property(0x10, _bits([item.anti for item in without]))
    out += _property(0x11, names)
    if any(item.mode for item in items):
        values = (0x8000 | item.mode << 16 for item in items)
        modes = b"".join(struct.pack("<I", value) for value in values)
        out += _property(0x15, b"\x01\x00" + modes)
    return out + b"\x00"


def seven_zip(
    *items: Item, method: str = "copy", packed_list: bool = False, spoil: int = 0
) -> bytes:
    """Write a 7z archive of one folder.

    Args:
        items: The members.
        method: A key of `_CODERS`.
        packed_list: Whether the list of members is packed as well.
        spoil: Laid over every checksum of a member.
    """
    full = [item for item in items if item.data]
    data = b"".join(item.data or b"" for item in full)
    packed = _pack(data, method)
    sizes = [len(item.data or b"") if item.size is None else item.size for item in full]
    sums = [zlib.crc32(item.data or b"") ^ spoil for item in full]
    body = b"\x04" + _streams(packed, method, sizes, sums) if full else b""
    header = b"\x01" + body + _files(items) + b"\x00"
    if packed_list:
        plain, more = header, _pack(header, "lzma")
        header = b"\x17\x06" + number(len(packed)) + b"\x01\x09" + number(len(more))
        header += b"\x00\x07\x0b\x01\x00\x01" + _LZMA1_CODER + b"\x0c"
        header += (
            number(len(plain)) + b"\x0a\x01" + struct.pack("<I", zlib.crc32(plain))
        )
        header += b"\x00\x00"
        packed += more
    start = struct.pack("<QQI", len(packed), len(header), zlib.crc32(header))
    crc = struct.pack("<I", zlib.crc32(start))
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + crc + start + packed + header


def zstd_frame(data: bytes) -> bytes:
    """Write a Zstandard frame of raw blocks (RFC 8878, 3.1.1)."""
    out = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(data))
    step = 1 << 17
    for at in range(0, max(len(data), 1), step):
        block = data[at : at + step]
        last = at + step >= len(data)
        out += struct.pack("<I", len(block) << 3 | last)[:3] + block
    return out


def zstd_zeros(blocks: int) -> bytes:
    """Write a frame of so many blocks of 128 KiB that repeat a zero."""
    head = b"\x28\xb5\x2f\xfd\x00\x38"
    block = struct.pack("<I", 1 << 17 << 3 | 2)[:3] + b"\0"
    return head + block * blocks + b"\x01\0\0"


def skippable(data: bytes) -> bytes:
    """Write a frame that decoders of Zstandard and LZ4 pass over."""
    return b"\x50\x2a\x4d\x18" + struct.pack("<I", len(data)) + data


def lz4_block(data: bytes) -> bytes:
    """Write a block that is all literals, but compressed by its form."""
    more = len(data) - 15
    if more < 0:
        return bytes((len(data) << 4,)) + data
    return b"\xf0" + b"\xff" * (more // 255) + bytes((more % 255,)) + data


def lz4_frame(data: bytes, *, linked: bool = False, block: int = 65_536) -> bytes:
    """Write an LZ4 frame of compressed blocks without checksums of the content."""
    flags, check = (b"\x40\x40", b"\xc0") if linked else (b"\x60\x40", b"\x82")
    out = b"\x04\x22\x4d\x18" + flags + check
    for at in range(0, len(data), block):
        packed = lz4_block(data[at : at + block])
        out += struct.pack("<I", len(packed)) + packed
    return out + b"\0\0\0\0"


def lz4_legacy(data: bytes) -> bytes:
    """Write a frame of the first format."""
    packed = lz4_block(data)
    return b"\x02\x21\x4c\x18" + struct.pack("<I", len(packed)) + packed


def lz4_zeros(blocks: int) -> bytes:
    """Write a frame of so many blocks that each expand to nearly 4 MiB of zeros."""
    count = 16_000
    packed = b"\x1f\0\x01\x00" + b"\xff" * count + b"\x00" + b"\x50zeros"
    block = struct.pack("<I", len(packed)) + packed
    return b"\x04\x22\x4d\x18\x60\x70\x73" + block * blocks + b"\0\0\0\0"
