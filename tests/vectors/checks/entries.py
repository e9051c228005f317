"""What release directories of the vectors are made of."""

from __future__ import annotations

import io
import json
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass

__all__ = [
    "Entry",
    "File",
    "Link",
    "Pipe",
    "json_file",
    "safetensors_file",
    "shared_library",
    "stored_gzip",
    "tar_gz_file",
    "tensor",
    "zip_file",
]


@dataclass(frozen=True, slots=True)
class File:
    """A file; `committed` ones lie in the repository as well."""

    path: str
    data: bytes
    mode: int = 0o644
    committed: bool = True


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link, made by tests only."""

    path: str
    target: str
    committed: bool = False


@dataclass(frozen=True, slots=True)
class Pipe:
    """A named pipe, made by tests only."""

    path: str
    committed: bool = False


Entry = File | Link | Pipe


def json_file(path: str, value: object) -> File:
    return File(path, json.dumps(value, indent=2, sort_keys=True).encode() + b"\n")


def safetensors_file(path: str, tensors: dict[str, object], data: bytes) -> File:
    header = json.dumps(tensors, sort_keys=True, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    return File(path, struct.pack("<Q", len(header)) + header + data)


def tensor(start: int, end: int) -> dict[str, object]:
    return {"dtype": "F32", "shape": [(end - start) // 4], "data_offsets": [start, end]}


def zip_file(path: str, members: dict[str, bytes]) -> File:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, data)
    return File(path, buffer.getvalue())


def tar_gz_file(path: str, members: dict[str, bytes], *, keep: float = 1.0) -> File:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    packed = stored_gzip(buffer.getvalue())
    return File(path, packed[: int(len(packed) * keep)])


def stored_gzip(data: bytes) -> bytes:
    """Wrap data in stored blocks, so that no version of zlib has a say in the bytes."""
    blocks = [data[start : start + 0xFFFF] for start in range(0, len(data), 0xFFFF)]
    body = b"".join(
        struct.pack("<BHH", block is blocks[-1], len(block), len(block) ^ 0xFFFF)
        + block
        for block in blocks
    )
    end = struct.pack("<II", zlib.crc32(data), len(data))
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + body + end


def shared_library() -> bytes:
    """Give the header of a 64-bit shared library that holds nothing."""
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    return head + struct.pack(
        "<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, 0, 0, 64, 56, 0, 64, 0, 0
    )
