"""Pickles inside compressed files, archives, texts and other pickles."""

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING

from benchmarks.detection.opcodes import PRINT, call, dtype, stream, value
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["lz4_frame", "seven_zip", "tar_of", "zip_of", "zstd_frame"]

_ACT = stream(call("os:system", "echo hello"))
_OLD = stream(call("os:system", "echo hello"), protocol=0)
_NEW = stream(call("os:system", "echo hello"), protocol=4)
_PLAIN = stream(value({"weights": [1, 2]}))


def zip_of(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip file with times that never change."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            archive.writestr(info, data)
    return file.getvalue()


def tar_of(
    members: dict[str, bytes], mode: str = "w", kind: int = tarfile.GNU_FORMAT
) -> bytes:
    """A tar file, compressed when `mode` says so."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode, format=kind) as archive:  # type: ignore[call-overload]  # the mode is a variable
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def _crc(data: bytes) -> bytes:
    return struct.pack("<I", binascii.crc32(data))


def _number(value: int) -> bytes:
    """A number of 7-Zip below 2**14."""
    if value < 0x80:
        return bytes((value,))
    return bytes((0x80 | value >> 8, value & 0xFF))


def seven_zip(name: str, data: bytes) -> bytes:
    """A 7-Zip file whose one member is copied, not compressed (7zFormat.txt)."""
    size = _number(len(data))
    names = name.encode("utf-16-le") + b"\0\0"
    header = (
        b"\x01\x04"  # header, main streams
        b"\x06\x00\x01\x09"
        + size
        + b"\x00"  # pack info
        + b"\x07\x0b\x01\x00\x01\x01\x00\x0c"
        + size
        + b"\x00"  # one folder: copy
        + b"\x08\x0a\x01"
        + _crc(data)
        + b"\x00\x00"  # digest
        + b"\x05\x01\x11"
        + _number(len(names) + 1)
        + b"\x00"
        + names
        + b"\x00\x00"
    )
    start = struct.pack("<QQ", len(data), len(header)) + _crc(header)
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + _crc(start) + start + data + header


def zstd_frame(data: bytes) -> bytes:
    """A Zstandard frame of one raw block (RFC 8878, 3.1.1)."""
    block = struct.pack("<I", len(data) << 3 | 1)[:3]
    return b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(data)) + block + data


def lz4_frame(data: bytes) -> bytes:
    """An LZ4 frame of one uncompressed block, without checksums of its content.

    The header's checksum is the second byte of xxHash32 over the two bytes before it.
    """
    block = struct.pack("<I", len(data) | 0x8000_0000) + data
    return b"\x04\x22\x4d\x18\x60\x40\x82" + block + b"\0\0\0\0"


def _uu(data: bytes) -> bytes:
    lines = [binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45)]
    return b"begin 644 model.pkl\n" + b"".join(lines) + b"`\nend\n"


def _zfile(data: bytes) -> bytes:
    """The old compressed form of joblib: `ZF`, a length in hexadecimal, zlib data."""
    return b"ZF" + hex(len(data)).ljust(19).encode() + zlib.compress(data)


def _files() -> dict[str, tuple[str, bytes]]:
    alone = lzma.compress(_ACT, lzma.FORMAT_ALONE)
    gz = gzip.compress(_ACT, mtime=0)
    member = {"model.pkl": _ACT}
    return {
        "gzip": ("model.pkl.gz", gz),
        "gzip-renamed": ("model.pkl", gz),
        "gzip-protocol-0": ("model.pkl.gz", gzip.compress(_OLD, mtime=0)),
        "gzip-twice": ("model.pkl.gz", gzip.compress(gz, mtime=0)),
        "gzip-with-name": (
            "model.gz",
            b"\x1f\x8b\x08\x08\0\0\0\0\0\x03a.txt\0" + gz[10:],
        ),
        "gzip-two-members": ("model.pkl.gz", gzip.compress(_PLAIN, mtime=0) + gz),
        "gzip-cut": ("model.pkl.gz", gz[:-6]),
        "gzip-bad-checksum": ("model.pkl.gz", gz[:-8] + bytes(8)),
        "gzip-trailing": ("model.pkl.gz", gz + b"garbage"),
        "bzip2": ("model.pkl.bz2", bz2.compress(_ACT)),
        "bzip2-renamed": ("model.bin", bz2.compress(_NEW)),
        "xz": ("model.pkl.xz", lzma.compress(_ACT)),
        "xz-renamed": ("model.joblib", lzma.compress(_ACT)),
        "lzma-alone": ("model.pkl.lzma", alone),
        "zlib": ("model.pkl.z", zlib.compress(_ACT)),
        "zlib-fast": ("model.joblib", zlib.compress(_ACT, 1)),
        "zlib-best": ("model.joblib", zlib.compress(_ACT, 9)),
        "zlib-stored": ("model.joblib", zlib.compress(_ACT, 0)),
        "joblib-zfile": ("model.joblib", _zfile(_ACT)),
        "lz4": ("model.pkl.lz4", lz4_frame(_ACT)),
        "zstd": ("model.pkl.zst", zstd_frame(_ACT)),
        "seven-zip": ("model.7z", seven_zip("model.pkl", _ACT)),
        "seven-zip-renamed": ("model.pt", seven_zip("model/data.pkl", _ACT)),
        "seven-zip-broken-stream": ("model.bin", seven_zip("data.pkl", _ACT[:-1])),
        "zip": ("model.zip", zip_of(member)),
        "zip-deflated": ("model.zip", zip_of(member, zipfile.ZIP_DEFLATED)),
        "zip-bzip2": ("model.zip", zip_of(member, zipfile.ZIP_BZIP2)),
        "zip-lzma": ("model.zip", zip_of(member, zipfile.ZIP_LZMA)),
        "zip-of-zip": ("model.zip", zip_of({"a.zip": zip_of(member)})),
        "zip-of-gzip": ("model.zip", zip_of({"a.gz": gz})),
        "zip-as-text": ("model.zip", zip_of({"readme.txt": _ACT})),
        "zip-among-many": (
            "model.zip",
            zip_of({f"{n}.txt": b"hello" for n in range(50)} | member),
        ),
        "tar": ("model.tar", tar_of(member)),
        "tar-gz": ("model.tar.gz", tar_of(member, "w:gz")),
        "tar-bz2": ("model.tar.bz2", tar_of(member, "w:bz2")),
        "tar-xz": ("model.tar.xz", tar_of(member, "w:xz")),
        "tar-pax": ("model.tar", tar_of({"ä" * 80: _ACT}, kind=tarfile.PAX_FORMAT)),
        "tar-long-name": ("model.tar", tar_of({"a/" * 90 + "b.pkl": _ACT})),
        "tar-in-zip": ("model.zip", zip_of({"a.tar": tar_of(member)})),
        "nemo": ("model.nemo", tar_of({"weights.ckpt": zip_of({"m/data.pkl": _ACT})})),
        "base64": ("model.b64", base64.b64encode(_ACT)),
        "base64-lines": ("model.txt", base64.encodebytes(_ACT * 4)),
        "base64-protocol-0": ("model.txt", base64.b64encode(_OLD)),
        "base64-protocol-4": ("model.bin", base64.b64encode(_NEW)),
        "base64-url": ("model.txt", base64.urlsafe_b64encode(_ACT * 4)),
        "base64-of-gzip": ("model.txt", base64.b64encode(gz)),
        "base64-in-json": (
            "config.json",
            b'{"model": "' + base64.b64encode(_ACT) + b'"}',
        ),
        "base64-in-yaml": ("a.yaml", b"model: " + base64.b64encode(_NEW) + b"\n"),
        "base32": ("model.txt", base64.b32encode(_ACT)),
        "base85": ("model.txt", base64.b85encode(_ACT)),
        "hex": ("model.txt", _ACT.hex().encode()),
        "hex-upper": ("model.hex", _NEW.hex().upper().encode()),
        "uuencoded": ("model.uu", _uu(_ACT)),
    }


def _inside() -> dict[str, bytes]:
    """Pickles as values of a pickle: the program that loads one loads the other."""
    latin = _ACT.decode("latin-1")
    return {
        "bytes": stream(value({"model": _ACT})),
        "bytes-protocol-0": stream(value({"model": _OLD})),
        "bytes-protocol-4": stream(value([_NEW]), protocol=4),
        "bytes-twice": stream(value([stream(value([_ACT]))])),
        "short-bytes": stream(b"C" + bytes((len(_ACT),)) + _ACT, protocol=4),
        "bytes-8": stream(b"\x8e" + struct.pack("<Q", len(_ACT)) + _ACT, protocol=4),
        "byte-array": stream(b"\x96" + struct.pack("<Q", len(_ACT)) + _ACT, protocol=5),
        "string-of-python-2": stream(b"U" + bytes((len(_ACT),)) + _ACT),
        "codec": stream(call("_codecs:encode", latin, "latin1")),
        "byte-array-of-text": stream(call("builtins:bytearray", latin, "latin-1")),
        "text-latin-1": stream(value(latin)),
        "text-base64": stream(value(base64.b64encode(_ACT).decode())),
        "bytes-base64": stream(value(base64.b64encode(_ACT))),
        "text-hex": stream(value(_ACT.hex())),
        "gzip": stream(value(gzip.compress(_ACT, mtime=0))),
        "zlib": stream(value(zlib.compress(_ACT))),
        "zip": stream(value(zip_of({"a/data.pkl": _ACT}))),
        "buffer": stream(call("io:BytesIO", _ACT)),
        "memory-view": stream(call("builtins:memoryview", _ACT)),
        "numpy-bytes": stream(call("numpy:bytes_", _ACT)),
        "array-of-numpy": stream(
            call(
                "numpy.core.multiarray:_reconstruct", call("numpy:ndarray"), (0,), b"b"
            ),
            b"(K\x01K\x01\x85",
            dtype("S64"),
            b"\x89",
            value(_ACT),
            b"tb",
        ),
        "storage": stream(call("torch.storage:_load_from_bytes", _ACT)),
        "in-state-of-object": stream(
            b"csklearn.svm._classes\nSVC\n)\x81", value({"_cache": _ACT}), b"b"
        ),
    }


def samples() -> Iterator[Sample]:
    """Give each wrapper with the same pickle in it."""
    for name, (path, data) in _files().items():
        yield _sample(name, f"a pickle inside {name}", path, data)
    for name, data in _inside().items():
        yield _sample(f"pickle-{name}", f"a pickle inside: {name}", "model.pkl", data)
    yield _sample("print", "a plain pickle that prints", "model.pkl", PRINT)


def _sample(name: str, technique: str, path: str, data: bytes) -> Sample:
    return Sample(
        name=name,
        family="pickle-wrapped",
        technique=technique,
        truth=Truth.HOSTILE,
        files={path: data},
    )
