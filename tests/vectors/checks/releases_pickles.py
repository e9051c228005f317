"""Releases with pickles and archives: one file for each rule of three checks."""

from __future__ import annotations

import struct

from tests.vectors.checks.entries import Entry, File, zip_file
from tests.vectors.checks.releases_crowds import MANY_MARKS

__all__ = ["ARCHIVES", "PICKLE_IMPORTS", "PICKLE_SOUND"]


def _stream(body: bytes) -> bytes:
    return b"\x80\x02" + body + b"."


def _text(text: str) -> bytes:
    return b"X" + struct.pack("<I", len(text)) + text.encode()


_PLAIN = _stream(b"}" + _text("step") + b"K\x07s")
_CALL = b"cposix\nsystem\n" + _text("echo assay") + b"\x85R"

PICKLE_IMPORTS: dict[str, Entry] = {
    "denied-call": File("denied-call.pkl", _stream(_CALL)),
    "denied-import": File("denied-import.pkl", _stream(b"cposix\nsystem\n")),
    "unresolved-import": File(
        "unresolved-import.pkl",
        b"\x80\x04cbuiltins\nstr\n)R\x8c\x06system\x93.",
    ),
    "unresolved-call": File(
        "unresolved-call.pkl", _stream(b"cexample_house.layers\nattic\n)R)R")
    ),
    "changed-import": File(
        "changed-import.pkl",
        _stream(b"cexample_house.layers\nAttic\n}" + _text("roof") + b"K\x01sb"),
    ),
    "torchscript-class": File(
        "torchscript-class.pkl", _stream(b"c__torch__.example\nModel\n)\x81}b")
    ),
    "risky-import": File(
        "risky-import.pkl",
        _stream(b"cjoblib.numpy_pickle\nNDArrayWrapper\n)\x81}b"),
    ),
    "indirect-call": File(
        "indirect-call.pkl", _stream(b"cfunctools\npartial\n" + _CALL + b"\x85R")
    ),
    "unlisted-call": File(
        "unlisted-call.pkl", _stream(b"cstringprep\nmap_table_b2\n" + b"K\x01\x85R")
    ),
    "unknown-call": File(
        "unknown-call.pkl",
        _stream(b"cexample_house.layers\nattic\n" + _text("rm -rf roof") + b"\x85R"),
    ),
    "unknown-method": File(
        "unknown-method.pkl",
        _stream(b"cbuiltins\ngetattr\ncbuiltins\nlist\n" + _text("append") + b"\x86R"),
    ),
    "unknown-import": File(
        "unknown-import.pkl", _stream(b"cexample_house.layers\nAttic\n)\x81}b")
    ),
}

PICKLE_SOUND: dict[str, Entry] = {
    "broken-stream": File("broken-stream.pkl", _stream(_CALL)[:-1] + b"\xff\xff"),
    "truncated-stream": File("truncated-stream.pkl", _PLAIN[:-4]),
    "trailing-data": File("trailing-data.pkl", _PLAIN + bytes(16)),
    "bomb": File(
        "bomb.pkl",
        b"\x80\x04\x95" + b"\xff" * 7 + b"\x7fN.",
    ),
    "over-limit": MANY_MARKS,
}


def _model(*, flags: int = 0, checksum: bool = True, prefix: bytes = b"") -> bytes:
    """Write a PyTorch archive, with lies in both of its headers."""
    data = bytearray(zip_file("", {"m/data.pkl": _PLAIN, "m/version": b"3\n"}).data)
    directory = data.rfind(b"PK\x01\x02", 0, data.rfind(b"PK\x01\x02"))
    for at in (6, directory + 8):
        data[at] |= flags
    if not checksum:
        for at in (14, directory + 16):
            data[at] ^= 0xFF
    return prefix + bytes(data)


ARCHIVES: dict[str, Entry] = {
    "path-escape": zip_file("path-escape.zip", {"../../vocab.txt": b"a\nb\n"}),
    "absolute-path": zip_file("absolute-path.zip", {"/etc/vocab.txt": b"a\nb\n"}),
    "prefix-data": File(
        "prefix-data.zip", b"some text\n" + zip_file("", {"a.txt": b"a\n"}).data
    ),
    "model-encrypted": File("model-encrypted.pt", _model(flags=1)),
    "model-checksum": File("model-checksum.pt", _model(checksum=False)),
    "model-prefix": File("model-prefix.pt", _model(prefix=b"some text\n")),
}
