"""Pickles and their wrappers that use up memory or time when they are loaded."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from benchmarks.detection.families.pickle_torch_zip import state_dictionary
from benchmarks.detection.families.pickle_wrapped import zip_of
from benchmarks.detection.opcodes import Code, call, short_text, stream
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]


def _nest(begin: bytes, end: bytes, levels: int, width: int) -> bytes:
    """Containers that each hold the one before many times."""
    code = bytearray(short_text("ha") + b"\x94")
    for level in range(levels):
        code += begin + (b"h" + bytes((level,))) * width + end + b"\x94"
    return bytes(code)


def _deep(opening: bytes, closing: bytes, levels: int) -> bytes:
    return opening * levels + closing * levels


def _claimed() -> dict[str, bytes]:
    """Lengths that promise far more than the file holds."""
    huge, large = struct.pack("<Q", 1 << 62), struct.pack("<I", 0x7FFFFFFF)
    return {
        "binbytes8": b"\x80\x04\x8e" + huge + b"abc.",
        "binunicode8": b"\x80\x04\x8d" + huge + b"abc.",
        "bytearray8": b"\x80\x05\x96" + huge + b"abc.",
        "binbytes": b"\x80\x03B" + large + b"abc.",
        "binunicode": b"\x80\x02X" + large + b"abc.",
        "binstring": b"\x80\x02T" + large + b"abc.",
        "long4": b"\x80\x02\x8b" + large + b"abc.",
        "frame": b"\x80\x04\x95" + huge + b"N.",
        "memo-index": b"\x80\x02Nr\xff\xff\xff\x7f.",
        "memo-index-text": b"\x80\x02Np2147483647\n.",
        "memo-indexes": b"\x80\x02"
        + b"".join(b"Nr" + struct.pack("<I", n << 26) + b"0" for n in range(1, 30))
        + b"N.",
    }


def _made() -> dict[str, bytes]:
    """Calls of allowed names that make something huge of a number."""
    big = Code(b"\x8a\x05" + (1 << 36).to_bytes(5, "little"))
    power = Code(b"\x8a\x09" + (1 << 66).to_bytes(9, "little"))
    return {
        "bytes-of-number": stream(call("builtins:bytes", big)),
        "byte-array-of-number": stream(call("builtins:bytearray", big)),
        "list-of-range": stream(call("builtins:list", call("builtins:range", big))),
        "tuple-of-range": stream(call("builtins:tuple", call("builtins:range", big))),
        "set-of-range": stream(call("builtins:set", call("builtins:range", big))),
        "list-of-repeat": stream(
            call("builtins:list", call("itertools:repeat", 1, big))
        ),
        "list-of-count": stream(call("builtins:list", call("itertools:count"))),
        "list-of-cycle": stream(call("builtins:list", call("itertools:cycle", [1]))),
        "deque-of-count": stream(call("collections:deque", call("itertools:count"))),
        "product": stream(
            call("builtins:list", call("itertools:product", *([list(range(99))] * 9)))
        ),
        "array-of-shape": stream(call("numpy:ndarray", (big,))),
        "shift": stream(call("operator:lshift", 1, big)),
        "power": stream(call("operator:pow", 9, power)),
        "repeat-text": stream(call("operator:mul", "ha", big)),
        "text-of-spaces": stream(call("builtins:str.ljust", "a", big), protocol=4),
        "decompress": stream(call("zlib:decompress", zlib.compress(bytes(1 << 20)))),
        "codec": stream(call("codecs:decode", zlib.compress(bytes(1 << 20)), "zlib")),
        "factorial": stream(call("math:factorial", 1 << 28)),
    }


def _bombs() -> dict[str, tuple[str, bytes]]:
    zeros = bytes(96 << 20)
    packed = gzip.compress(zeros, mtime=0)
    return {
        "gzip": ("a.pkl.gz", packed),
        "zlib": ("a.joblib", zlib.compress(zeros, 9)),
        "bzip2": ("a.pkl.bz2", bz2.compress(zeros)),
        "xz": ("a.pkl.xz", lzma.compress(zeros)),
        "zip": ("a.zip", zip_of({"a": zeros}, zipfile.ZIP_DEFLATED)),
        "zip-of-many": (
            "a.zip",
            zip_of({f"{n}": zeros[: 4 << 20] for n in range(40)}, zipfile.ZIP_DEFLATED),
        ),
        "model": (
            "a.pt",
            zip_of({**state_dictionary(), "model/data/7": zeros}, zipfile.ZIP_DEFLATED),
        ),
        "gzip-twice": ("a.gz", gzip.compress(packed, mtime=0)),
    }


def samples() -> Iterator[Sample]:
    """Give nests, depths, claims, makers and bombs."""
    nests = {
        "tuples": _nest(b"(", b"t", 40, 10),
        "lists": _nest(b"](", b"e", 40, 10),
        "frozen-sets": _nest(b"(", b"\x91", 40, 10),
        "dictionaries": _nest(b"}(", b"u", 40, 10),
        "pairs": _nest(b"(", b"t", 200, 2),
        "deep-lists": _deep(b"]", b"a", 200_000)[:-1],
        "deep-tuples": b"N" + b"\x85" * 2_000_000,
        "marks": b"(" * 2_000_000,
        "numbers-as-text": b"I" + b"9" * 2_000_000 + b"\n",
        "long-number": b"L" + b"9" * 2_000_000 + b"L\n",
    }
    for name, code in nests.items():
        yield _sample(f"nest-{name}", "a.pkl", stream(code, protocol=4))
    for name, data in _claimed().items():
        yield _sample(f"claim-{name}", "a.pkl", data)
    for name, data in _made().items():
        yield _sample(f"made-{name}", "a.pkl", data)
    for name, (path, data) in _bombs().items():
        yield _sample(f"bomb-{name}", path, data)


def _sample(name: str, path: str, data: bytes) -> Sample:
    return Sample(
        name=name,
        family="pickle-exhausting",
        technique=f"uses up memory or time: {name}",
        truth=Truth.HOSTILE,
        files={path: data},
    )
