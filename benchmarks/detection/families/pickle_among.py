"""Pickles among other bytes: in tensors, in the texts of pictures, behind documents.

Whoever knows the place unpickles them: Transformer Engine does it with the tensors
that hold a layer's further state.
"""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from benchmarks.detection.opcodes import call, stream, value
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

_ACT = stream(call("os:system", "echo hello"), protocol=4)
_LETTERS = stream(b"cposix\nsystem\n(S'echo hello'\ntR", protocol=0)
_HEADER = (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
_PIXELS = (b"IDAT", zlib.compress(b"\0\0"))
_JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"


def samples() -> Iterator[Sample]:
    """Give one file for each place, and honest files with such places."""
    groups = (
        ("pickle in a tensor", Truth.HOSTILE, _tensors()),
        ("pickle in a picture", Truth.HOSTILE, _pictures()),
        ("pickle behind a text", Truth.HOSTILE, _texts()),
        ("nothing among other bytes", Truth.HONEST, _honest()),
    )
    for technique, truth, group in groups:
        for name, (path, data) in group.items():
            yield Sample(
                name=name,
                family="pickle-among",
                technique=technique,
                truth=truth,
                files={path: data},
            )


def _tensor(data: bytes, name: str = "l._extra_state", dtype: str = "U8") -> bytes:
    entry = {"dtype": dtype, "shape": [len(data)], "data_offsets": [0, len(data)]}
    header = json.dumps({name: entry}).encode()
    return struct.pack("<Q", len(header)) + header + data


def _png(*chunks: tuple[bytes, bytes]) -> bytes:
    data = b"\x89PNG\r\n\x1a\n"
    for kind, content in (_HEADER, *chunks, _PIXELS, (b"IEND", b"")):
        crc = struct.pack(">I", zlib.crc32(kind + content))
        data += struct.pack(">I", len(content)) + kind + content + crc
    return data


def _archive(inner: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in (("data.pkl", inner), ("version", b"3\n")):
            archive.writestr(zipfile.ZipInfo(f"archive/{name}"), data)
    return made.getvalue()


def _tensors() -> dict[str, tuple[str, bytes]]:
    path = "model.safetensors"
    return {
        "extra-state": (path, _tensor(_ACT)),
        "extra-state-with-padding": (path, _tensor(_ACT + bytes(64))),
        "extra-state-of-signed": (path, _tensor(_ACT, dtype="I8")),
        "extra-state-of-letters": (path, _tensor(_LETTERS)),
        "extra-state-archive": (path, _tensor(_archive(_ACT))),
        "other-tensor": (path, _tensor(_ACT, "model.norm.weight")),
    }


def _pictures() -> dict[str, tuple[str, bytes]]:
    comment = b"\xff\xfe" + struct.pack(">H", len(_ACT) + 2) + _ACT
    exif = b"Exif\0\0II*\0\x08\0\0\0\0\0" + _ACT
    marked = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    packed = zlib.compress(_ACT)
    return {
        "text-chunk": ("a.png", _png((b"tEXt", b"Comment\0" + _ACT))),
        "packed-text": ("a.png", _png((b"zTXt", b"Comment\0\0" + packed))),
        "packed-international": ("a.png", _png((b"iTXt", b"A\0\1\0\0\0" + packed))),
        "international": ("a.png", _png((b"iTXt", b"A\0\0\0\0\0" + _ACT))),
        "colour-profile": ("a.png", _png((b"iCCP", b"A\0\0" + packed))),
        "private-chunk": ("a.png", _png((b"piCk", _ACT))),
        "text-in-base64": (
            "a.png",
            _png((b"tEXt", b"parameters\0" + base64.b64encode(_ACT))),
        ),
        "behind-the-end-of-png": ("a.png", _png() + _ACT),
        "comment-of-jpeg": ("a.jpg", _JPEG + comment + b"\xff\xd9"),
        "exif-of-jpeg": ("a.jpg", _JPEG + marked + b"\xff\xd9"),
        "behind-the-end-of-jpeg": ("a.jpg", _JPEG + b"\xff\xd9" + _ACT),
        "comment-of-gif": (
            "a.gif",
            b"GIF89a\1\0\1\0\0\0\0!\xfe" + bytes((len(_ACT),)) + _ACT + b"\0;",
        ),
    }


def _texts() -> dict[str, tuple[str, bytes]]:
    document = b'{"a": 1}\n'
    long = stream(b"N0" * 30_000, call("os:system", "echo hello"), protocol=4)
    return {
        "behind-a-document": ("config.json", document + _ACT),
        "letters-behind-a-document": ("config.json", document + _LETTERS),
        "letters-behind-a-vocabulary": ("vocab.txt", b"cat\ndog\n" * 50 + _LETTERS),
        "behind-a-letter": ("vocab.txt", b"a\nccc" + _LETTERS),
        "long-behind-a-document": ("config.json", document + long),
    }


def _honest() -> dict[str, tuple[str, bytes]]:
    empty = stream(
        value({"recipe": None, "scale_fwd": [1.0], "extra_fp8_variables": {}})
    )
    words = b"".join(b"c%d\ncat\n(dog\nNone\n" % number for number in range(500))
    return {
        "empty-extra-state": ("model.safetensors", _tensor(b"")),
        "plain-extra-state": ("model.safetensors", _tensor(empty)),
        "bytes-that-begin-so": (
            "model.safetensors",
            _tensor(b"\x80\x04" + bytes(range(256)), "model.quantised"),
        ),
        "picture-with-parameters": (
            "a.png",
            _png((b"tEXt", b"parameters\0a cat, steps: 20, sampler: Euler")),
        ),
        "picture-with-packed-text": (
            "a.png",
            _png((b"zTXt", b"Comment\0\0" + zlib.compress(b"a picture of a cat"))),
        ),
        "picture-with-a-torn-text": ("a.png", _png((b"zTXt", b"Comment\0\0no zlib"))),
        "vocabulary": ("vocab.txt", words),
        "how-pickles-look": (
            "pickles.md",
            b"# Pickles\n\nA pickle that runs a command:\n\n```\n"
            + _LETTERS
            + b"\n```\n",
        ),
    }
