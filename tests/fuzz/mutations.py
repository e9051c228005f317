"""Mutations that keep framing right, where random ones end at a wrong checksum.

Half of the time bytes are changed as they stand. Otherwise what is inside of a gzip or
zlib stream, a zip, a tar or a safetensors header is changed, and the lengths and
checksums around it are made anew. The first byte, the name, stays outside.
"""

from __future__ import annotations

import gzip
import io
import lzma
import random
import struct
import tarfile
import warnings
import zipfile
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["mutate", "reframed"]

_MOST_INSIDE = 1 << 20
_BROKEN = (
    ValueError,
    EOFError,
    OSError,
    RuntimeError,
    LookupError,
    NotImplementedError,
    OverflowError,
    lzma.LZMAError,
    zlib.error,
    zipfile.BadZipFile,
    tarfile.TarError,
    struct.error,
)


def mutate(data: bytes, max_size: int, seed: int) -> bytes:
    """Change an input: what libFuzzer calls."""
    import atheris  # noqa: PLC0415 - tests of the framing need none

    luck = random.Random(seed)

    def change(inside: bytes) -> bytes:
        return bytes(atheris.Mutate(inside, max(len(inside) + 64, 64)))

    if luck.random() < 0.5 and len(data) > 1:
        try:
            made = reframed(data[1:], change, luck)
        except _BROKEN:
            made = None
        if made is not None and len(made) < max_size:
            return data[:1] + made
    return bytes(atheris.Mutate(data, max_size))


def reframed(
    content: bytes, change: Callable[[bytes], bytes], luck: random.Random
) -> bytes | None:
    """Change what is inside, with the framing made anew; None where there is none."""
    for begins, frame in _FRAMES:
        if content.startswith(begins):
            return frame(content, change, luck)
    if content[257:262] == b"ustar":
        return _tar(content, change, luck)
    if content[8:9] == b"{" and content[5:8] == bytes(3):
        return _safetensors(content, change)
    return None


def _gzip(
    content: bytes, change: Callable[[bytes], bytes], luck: random.Random
) -> bytes:
    del luck
    inside = zlib.decompressobj(31).decompress(content, _MOST_INSIDE)
    return gzip.compress(change(inside), 1, mtime=0)


def _zlib(
    content: bytes, change: Callable[[bytes], bytes], luck: random.Random
) -> bytes:
    del luck
    inside = zlib.decompressobj().decompress(content, _MOST_INSIDE)
    return zlib.compress(change(inside), 1)


def _zip(
    content: bytes, change: Callable[[bytes], bytes], luck: random.Random
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        members = old.infolist()[:64]
        chosen = luck.randrange(len(members))
        with zipfile.ZipFile(out, "w") as new, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # two members of one name are wanted
            for index, member in enumerate(members):
                with old.open(member) as stream:
                    inside = stream.read(_MOST_INSIDE)
                new.writestr(member, change(inside) if index == chosen else inside)
    return out.getvalue()


def _tar(
    content: bytes, change: Callable[[bytes], bytes], luck: random.Random
) -> bytes:
    """Change one header, or what follows one, and give it a sum that is right."""
    headers = [
        at
        for at in range(0, len(content), 512)
        if content[at + 257 : at + 262] == b"ustar"
    ]
    at = luck.choice(headers)
    made = bytearray(content)
    if luck.random() < 0.5:
        made[at + 512 : at + 1024] = change(content[at + 512 : at + 1024])[:512].ljust(
            512, b"\0"
        )
        return bytes(made)
    header = bytearray(change(content[at : at + 512])[:512].ljust(512, b"\0"))
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    made[at : at + 512] = header
    return bytes(made)


def _safetensors(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    length = int.from_bytes(content[:8], "little")
    header = change(content[8 : 8 + length])
    return len(header).to_bytes(8, "little") + header + content[8 + length :]


_FRAMES: tuple[
    tuple[
        bytes | tuple[bytes, ...],
        Callable[[bytes, Callable[[bytes], bytes], random.Random], bytes],
    ],
    ...,
] = (
    (b"\x1f\x8b", _gzip),
    ((b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"), _zlib),
    (b"PK\x03\x04", _zip),
)
