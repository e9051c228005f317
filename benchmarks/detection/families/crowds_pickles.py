"""Pickles that put what they call behind a crowd: names, values, streams, members."""

from __future__ import annotations

import gzip
import struct
import zipfile
from typing import TYPE_CHECKING

from benchmarks.detection.families.pickle_wrapped import zip_of
from benchmarks.detection.opcodes import call, fetch, fetch_stack, stream, value
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

_EVIL = call("os:system", "echo hello")
# The same as protocol 0 writes it, without a header and as text.
_EVIL_TEXT = b"cos\nsystem\n(S'echo hello'\ntR"
_PLAIN = stream(fetch("collections:OrderedDict"), b")R")
_HIDDEN = stream(_EVIL)
_MANY = 12_000
_PYTORCH_MAGIC = 0x1950A86A20F9469CFC6C


def _names(module: str, end: bytes = b"0") -> bytes:
    parts = (f"c{module}{n}\nName{n}\n".encode() + end for n in range(_MANY))
    return b"".join(parts)


def _imports() -> Iterator[tuple[str, bytes]]:
    yield "unknown", b"\x80\x02" + _names("weights.m") + _EVIL + b"."
    yield "unknown-text", _names("weights.m") + _EVIL_TEXT + b"."
    yield "unknown-behind-none", b"N0" + _names("weights.m") + _EVIL_TEXT + b"."
    yield "of-an-allowed-family", b"\x80\x02" + _names("sklearn.t.m") + _EVIL + b"."
    yield "of-torchscript", b"\x80\x02" + _names("__torch__.m") + _EVIL + b"."
    yield "called", b"\x80\x02" + _names("weights.m", b")R0") + _EVIL + b"."
    made = b"".join(f"(iw.m{n}\nName{n}\n0".encode() for n in range(_MANY))
    yield "made-by-inst", made + _EVIL_TEXT + b"."
    stacked = b"".join(fetch_stack(f"m{n}:N{n}") + b"0" for n in range(_MANY))
    yield "stacked", stream(stacked, _EVIL, protocol=4)
    dotted = b"".join(f"cos\npath.n{n}\n0".encode() for n in range(_MANY))
    yield "dotted-of-python", b"\x80\x04" + dotted + _EVIL + b"."


def _values() -> Iterator[tuple[str, bytes]]:
    """Give streams of more values, marks or memo entries than are interpreted."""
    for name, crowd in {
        "stack": b"N" * 1_200_000,
        "stack-put-away": b"(" + b"N" * 1_200_000 + b"1",
        "marks": b"(" * 200_000,
        "memo": b"N" + b"".join(b"p%d\n" % n for n in range(1_400_000)) + b"0",
        "opcodes": b"N0" * 10_000_100,
    }.items():
        yield name, b"\x80\x02" + crowd + _EVIL + b"."
        yield f"{name}-text", crowd + _EVIL_TEXT + b"."
        yield f"{name}-behind-none", b"N0" + crowd + _EVIL_TEXT + b"."


def _streams() -> Iterator[tuple[str, bytes]]:
    yield "none", b"\x80\x04N." * 1200 + _HIDDEN
    yield "none-text", b"N." * 1200 + _EVIL_TEXT + b"."
    yield "numbers-text", b"I1\n." * 1200 + _EVIL_TEXT + b"."
    yield "just-beyond", b"N." * 1001 + _EVIL_TEXT + b"."
    yield "allowed", _PLAIN * 3000 + _HIDDEN
    yield "many", b"\x80\x02N." * 30_000 + _HIDDEN
    yield "without-end", b"N." * 200_001 + _EVIL_TEXT + b"."
    magic = b"\x8a\x0a" + _PYTORCH_MAGIC.to_bytes(10, "little")
    legacy = b"\x80\x02" + magic + b"." + b"\x80\x02K\x01." * 1200
    yield "old-pytorch", legacy + _HIDDEN


def _inside(members: list[bytes]) -> bytes:
    parts = (b"B" + struct.pack("<I", len(data)) + data for data in members)
    return b"\x80\x03(" + b"".join(parts) + b"l."


def _members() -> Iterator[tuple[str, bytes]]:
    unknown = stream(fetch("w:Name"))
    yield "unknown", _inside([unknown] * 300 + [_HIDDEN])
    yield "allowed", _inside([_PLAIN] * 300 + [_HIDDEN])
    yield "archives", _inside([zip_of({"a": b"b"})] * 300 + [_HIDDEN])
    program = b"\x7fELF\x02\x01\x01" + bytes(57)
    yield "programs", _inside([program] * 600 + [_HIDDEN])
    nest = _HIDDEN
    for _ in range(8):
        nest = _inside([nest])
    yield "inside-one-another", nest


def _honest() -> Iterator[tuple[str, dict[str, bytes]]]:
    record = stream(value({"text": "a record of a log", "label": 3, "score": 0.5}))
    yield "records", {"log.pkl": record * 5000}
    yield "records-that-fetch", {"log.pkl": _PLAIN * 5000}
    yield "pickled-records-inside", {"cache.pkl": _inside([_PLAIN] * 2000)}
    archive = gzip.compress(b"a note among many", mtime=0)
    yield "archives-inside", {"cache.pkl": _inside([archive] * 400)}
    words = "".join(f"c{n:05d}\n" for n in range(30_000))
    yield "words", {"vocab.txt": words.encode()}
    yield "letters", {"sequence.txt": b"N" * 1_300_000 + b"\nthe end\n"}
    numbers = "".join(f"I{n}\n" for n in range(60_000))
    yield "numbered-lines", {"ids.txt": numbers.encode()}
    packed = gzip.compress(zip_of({"a/b.pkl": record}), mtime=0)
    yield "wrappers", {"a.gz": gzip.compress(packed, mtime=0)}


def samples() -> Iterator[Sample]:
    """Give crowds of each kind, and honest files that hold many of a thing."""
    for kind, made in {
        "imports": _imports(),
        "streams": _streams(),
        "members": _members(),
    }.items():
        for name, data in made:
            yield _hostile(f"{kind}-{name}", {"a.pkl": data})
    for name, data in _values():
        # Deflated: twenty megabytes of two letters are twenty kilobytes.
        packed = zip_of({"a.pkl": data}, zipfile.ZIP_DEFLATED)
        yield _hostile(f"values-{name}", {"a.zip": packed})
    model = {"m/data.pkl": next(_imports())[1], "m/version": b"3\n"}
    yield _hostile("imports-of-a-model", {"pytorch_model.bin": zip_of(model)})
    for name, files in _honest():
        yield Sample(
            name=f"honest-{name}",
            family="crowds-pickles",
            technique="honest",
            truth=Truth.HONEST,
            files=files,
        )


def _hostile(name: str, files: dict[str, bytes]) -> Sample:
    return Sample(
        name=name,
        family="crowds-pickles",
        technique="behind a crowd in a pickle",
        truth=Truth.HOSTILE,
        files=files,
    )
