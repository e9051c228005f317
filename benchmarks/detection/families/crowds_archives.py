"""Archives that go deeper, or hold more, than any scanner reads."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING

from benchmarks.detection.families.pickle_wrapped import zip_of
from benchmarks.detection.opcodes import PRINT
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["samples"]

_FAMILY = "crowds-archives"


def _tar(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def _deflated(data: bytes) -> bytes:
    return zip_of({"a": data}, zipfile.ZIP_DEFLATED)


_WRAPPERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "zip": ("a.zip", _deflated),
    "gzip": ("a.gz", lambda data: gzip.compress(data, mtime=0)),
    "bzip2": ("a.bz2", bz2.compress),
    "xz": ("a.xz", lzma.compress),
    "tar": ("a.tar", lambda data: _tar({"a": data})),
    "zlib": ("a.joblib", zlib.compress),
}


def _nested(data: bytes, levels: int, wrap: Callable[[bytes], bytes]) -> bytes:
    for _ in range(levels):
        data = wrap(data)
    return data


def _crowded_zip(count: int, last: dict[str, bytes]) -> bytes:
    """Write many empty members, then others, with a ZIP64 end record."""
    local, central, offset = bytearray(), bytearray(), 0
    members = [(str(number), b"") for number in range(count)]
    for name, data in [*members, *last.items()]:
        raw, crc, size = name.encode(), zlib.crc32(data), len(data)
        local += struct.pack(
            "<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 33, crc, size, size, len(raw), 0
        )
        local += raw + data
        central += struct.pack(
            "<4s6H3L5H2L",
            *(b"PK\1\2", 20, 20, 0, 0, 0, 33, crc, size, size),
            *(len(raw), 0, 0, 0, 0, 0, offset),
        )
        central += raw
        offset = len(local)
    total = count + len(last)
    end = struct.pack(
        "<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, total, total, len(central), offset
    )
    end += struct.pack("<4sLQL", b"PK\6\7", 0, offset + len(central), 1)
    end += struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0
    )
    return bytes(local + central) + end


def _crowded_tar(count: int, last: dict[str, bytes]) -> bytes:
    header = tarfile.TarInfo("0").tobuf(tarfile.USTAR_FORMAT)
    return header * count + _tar(last)


def _troubled_zip() -> bytes:
    """Write members with a wrong checksum, then one that climbs out."""
    members = {f"a{number}": b"hello" for number in range(150)}
    data = bytearray(zip_of({**members, "../../x": b"hello"}))
    at = data.find(b"PK\1\2")
    while at >= 0:
        data[at + 16] ^= 1
        at = data.find(b"PK\1\2", at + 4)
    return bytes(data)


def _hostile() -> Iterator[tuple[str, str, bytes]]:
    for name, (path, wrap) in _WRAPPERS.items():
        for levels in (7, 12):
            yield f"nest-{name}-{levels}", path, _nested(PRINT, levels, wrap)
    mixed = PRINT
    for _, wrap in [*_WRAPPERS.values()] * 2:
        mixed = wrap(mixed)
    yield "nest-of-all", "a.bin", mixed
    evil = {"a.pkl": PRINT}
    yield "members-zip", "a.zip", _crowded_zip(100_001, evil)
    packed = gzip.compress(_crowded_tar(100_002, evil), 1, mtime=0)
    yield "members-tar", "a.tar.gz", packed
    yield "problems-zip", "a.zip", _troubled_zip()


def _honest() -> Iterator[tuple[str, str, bytes]]:
    notes = {f"notes/{n}.txt": b"a note among many\n" for n in range(3000)}
    yield "members-zip", "notes.zip", zip_of(notes, zipfile.ZIP_DEFLATED)
    yield "members-tar", "notes.tar.gz", gzip.compress(_tar(notes), mtime=0)
    text = b"three wrappers are one too many, and honest\n"
    yield "nest", "a.zip", _deflated(gzip.compress(_tar({"a.txt": text}), mtime=0))


def samples() -> Iterator[Sample]:
    """Give nests and crowds, and honest archives of many members."""
    for name, path, data in _hostile():
        yield Sample(
            name=name,
            family=_FAMILY,
            technique="beyond the bounds of an archive",
            truth=Truth.HOSTILE,
            files={path: data},
        )
    for name, path, data in _honest():
        yield Sample(
            name=f"honest-{name}",
            family=_FAMILY,
            technique="honest",
            truth=Truth.HONEST,
            files={path: data},
        )
