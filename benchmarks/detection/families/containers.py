"""Wrappers that scanners do not open, and files that bring an archive along.

Broken pickles inside 7z files went past scanners in 2025. Payloads are those of the
families of pickles: they would print or touch nothing.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from benchmarks.detection.archives import (
    Item,
    lz4_frame,
    lz4_legacy,
    lz4_zeros,
    seven_zip,
    skippable,
    zstd_frame,
    zstd_zeros,
)
from benchmarks.detection.families.pickle_wrapped import tar_of, zip_of
from benchmarks.detection.opcodes import call, stream, value
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["samples"]

_FAMILY = "containers"
_ACT = stream(call("os:system", "echo hello"))
_BROKEN = _ACT[:-1] + b"\xff"
_PLAIN = stream(value({"weights": [1, 2]}))
_ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHI", 3, 62, 1) + bytes(100)
_PE = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + bytes(200)
_PNG = b"\x89PNG\r\n\x1a\n" + bytes(40) + b"\0\0\0\0IEND\xae\x42\x60\x82"
_GGUF = b"GGUF" + struct.pack("<IQQ", 3, 0, 0)
_CONFIG = json.dumps({"model_type": "bert", "hidden_size": 64}).encode()
_WEIGHTS = (
    struct.pack("<Q", 56)
    + b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  '
    + struct.pack("<2f", 0.5, 0.25)
)
# A pickle that calls behind sixty names of layers, and a JSON text, as the reference
# library (zstd 1.5.7) compresses them: Huffman literals, sequences, a checksum.
_ZSTD_ACT = bytes.fromhex(
    "28b52ffd64d803ad040002c81a19706f036492a6751848cff2571547449499092edcffa87c270307"
    "424910249d427218a9aa42620891a4e635852931958cf0b9f7e66d1fe173efcddb3cc2e7de9bb775"
    "84cfbd376fe3089f7b6fdeb64484cfbd37efd18e495e0ba4aa43622893729a475aaa1a24060664013e"
    "a821e8ee7f07f0e5112808821010c2363f953d9f5229392de35d1968df6f3704962c7002a90a13a8c7"
    "c7"
)
_ZSTD_TEXT = bytes.fromhex(
    "28b52ffd608f04d50600328b1d1880396de818860261c5610cacda22bbbb774a0c85dc88ca058b60c1"
    "b52d53aca43ada7fe95bd9af32fa4bd7f5a53add4d7d2622125e9d3dad4ef65bf97ad37defd9aae43c"
    "d9b85e75a9314d6968ccbd4fd52c4d915e8777fb96de37b429164a0c92638a4300631ca470188e1230"
    "c6490e08e2201c2550a821585cdbd837a0a3147611200408c134545084507bed29390c36a86ed93d8d"
    "ec93cc50c92873ff13d04d3d6ccbb196dd68d86d46f672bccb035c00b425002d915747b0f6aee2aa36"
    "a5247eb59cc4afc2b28848848b811d76f9ed03ea5b7f15"
)
_SHELL = b'#!/bin/sh\nskip=3\ntail -n +4 "$0" | tar xz\nexit 0\n'
_APE = b"MZqFpD='\n" + bytes(4096)


def _sample(
    truth: Truth, name: str, technique: str, files: Mapping[str, bytes]
) -> Sample:
    return Sample(
        name=name, family=_FAMILY, technique=technique, truth=truth, files=files
    )


def _seven_zip() -> Iterator[tuple[str, str, str, bytes]]:
    act = Item(name="archive/data.pkl", data=_ACT)
    text = Item(name="notes.txt", data=b"plain text\n" * 30)
    for method in ("lzma", "lzma2", "x86", "delta", "bzip2", "deflate", "zstd", "lz4"):
        data = seven_zip(text, act, method=method)
        yield f"7z-{method}", "a pickle in 7z", "model.7z", data
    model = zip_of({"m/data.pkl": _BROKEN, "m/version": b"3\n"})
    broken = Item(name="pytorch_model.bin", data=model)
    what = "a broken pickle of a PyTorch file in 7z"
    yield "7z-broken-pickle", what, "model.7z", seven_zip(broken, method="lzma2")
    yield "7z-broken-renamed", what, "model.pt", seven_zip(broken, method="lzma")
    data = seven_zip(act, method="lzma2", packed_list=True)
    yield "7z-packed-list", "a list of members that is packed", "model.7z", data
    data = seven_zip(act, method="lzma", spoil=1)
    yield "7z-bad-checksum", "a wrong checksum stops the scan", "model.7z", data
    data = seven_zip(act, method="lzma")
    yield (
        "7z-bad-list-sum",
        "a wrong checksum",
        "m.7z",
        data[:28] + bytes(4) + data[32:],
    )
    outside = {"escape": "../../x.py", "absolute": "/etc/x", "drive": "C:\\x.py"}
    for name, path in outside.items():
        data = seven_zip(Item(name=path, data=b"x"), method="lzma2")
        yield f"7z-{name}", "a member leaves the archive", "data.7z", data
    link = Item(name="a/link", data=b"../../etc/passwd", mode=0o120777)
    yield "7z-link", "a link leaves the archive", "data.7z", seven_zip(link)
    twice = seven_zip(Item(name="a.pkl", data=_PLAIN), Item(name="A.pkl", data=_PLAIN))
    yield "7z-duplicate", "two members of one name", "data.7z", twice
    large = Item(name="zeros.bin", data=bytes(1000), size=10 << 30)
    yield "7z-bomb", "a bomb", "data.7z", seven_zip(large, method="lzma2")
    anti = Item(name="config.json", data=b"", anti=True)
    yield "7z-anti", "a member that deletes", "data.7z", seven_zip(text, anti)
    pipe = Item(name="pipe", data=b"x", mode=0o010644)
    yield "7z-pipe", "a pipe among the members", "data.7z", seven_zip(pipe)
    elf = seven_zip(text, Item(name="libops.so", data=_ELF), method="x86")
    yield "7z-elf", "native code in 7z", "data.7z", elf
    inner = zip_of({"inner.7z": seven_zip(act, method="lzma2")})
    yield "7z-in-zip", "7z in zip", "model.zip", inner
    outer = seven_zip(Item(name="m.tar.gz", data=tar_of({"a.pkl": _ACT}, "w:gz")))
    yield "7z-of-tar-gz", "gzip and tar in 7z", "model.7z", outer
    yield "7z-trailing", "a pickle behind 7z", "data.7z", seven_zip(text) + _ACT


def _zstd() -> Iterator[tuple[str, str, str, bytes]]:
    what = "a pickle in Zstandard"
    yield "zstd-packed", what, "model.pkl.zst", _ZSTD_ACT
    yield "zstd-renamed", what, "model.bin", _ZSTD_ACT
    yield "zstd-bad-checksum", what, "model.pkl.zst", _ZSTD_ACT[:-1] + b"\0"
    yield "zstd-cut", what, "model.pkl.zst", _ZSTD_ACT[:-4]
    two = zstd_frame(_ACT[:8]) + zstd_frame(_ACT[8:])
    yield "zstd-two-frames", what, "model.pkl.zst", two
    behind = skippable(b"note") + zstd_frame(_ACT)
    yield "zstd-behind-skippable", what, "model.pkl.zst", behind
    hidden = zstd_frame(b"a text\n") + skippable(_ACT)
    yield "zstd-skipped-pickle", "hidden in a skippable frame", "a.txt.zst", hidden
    yield "zstd-bomb", "a bomb", "data.zst", zstd_zeros(640)
    yield "zstd-elf", "native code in Zstandard", "data.zst", zstd_frame(_ELF)
    escape = zstd_frame(tar_of({"../../x.py": b"x"}))
    yield "zstd-tar-escape", "a member leaves the archive", "data.tar.zst", escape
    yield "zstd-trailing", "a pickle behind Zstandard", "a.zst", zstd_frame(b"a") + _ACT


def _lz4() -> Iterator[tuple[str, str, str, bytes]]:
    what = "a pickle in LZ4"
    yield "lz4-block", what, "model.pkl.lz4", lz4_frame(_ACT)
    yield "lz4-renamed", what, "model.joblib", lz4_frame(_ACT)
    yield "lz4-linked", what, "model.pkl.lz4", lz4_frame(_ACT, linked=True, block=7)
    yield "lz4-legacy", what, "model.pkl.lz4", lz4_legacy(_ACT)
    two = lz4_frame(_ACT[:9]) + skippable(b"x") + lz4_legacy(_ACT[9:])
    yield "lz4-two-frames", what, "model.pkl.lz4", two
    yield "lz4-behind-skippable", what, "m.lz4", skippable(b"x") + lz4_frame(_ACT)
    yield "lz4-skipped-pickle", what, "m.lz4", lz4_frame(b"a") + skippable(_ACT)
    bad = lz4_frame(_ACT)
    yield "lz4-bad-header-sum", what, "m.lz4", bad[:6] + b"\0" + bad[7:]
    yield "lz4-cut", what, "model.pkl.lz4", bad[:-4]
    yield "lz4-bomb", "a bomb", "data.lz4", lz4_zeros(24)
    yield "lz4-elf", "native code in LZ4", "data.lz4", lz4_frame(_ELF)


def _zip_methods() -> Iterator[tuple[str, str, str, bytes]]:
    stored = {
        93: zstd_frame(_ACT),
        95: lzma.compress(_ACT, lzma.FORMAT_XZ),
    }
    for method, packed in stored.items():
        name = b"model.pkl"
        sums = struct.pack("<III", zlib.crc32(_ACT), len(packed), len(_ACT))
        local = struct.pack("<4s5H", b"PK\3\4", 63, 0, method, 0, 0) + sums
        local += struct.pack("<2H", len(name), 0) + name + packed
        central = struct.pack("<4s6H", b"PK\1\2", 63, 63, 0, method, 0, 0) + sums
        central += struct.pack("<5H2L", len(name), 0, 0, 0, 0, 0, 0) + name
        end = struct.pack(
            "<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(central), len(local), 0
        )
        what = f"a zip's method {method}"
        yield f"zip-method-{method}", what, "model.zip", local + central + end


def _appended() -> Iterator[tuple[str, str, str, bytes]]:
    sfx = seven_zip(Item(name="model.pkl", data=_ACT), method="lzma2")
    packed = tar_of({"model.pkl": _ACT}, "w:gz")
    zipped = zip_of({"model.pkl": _ACT})
    yield "pe-7z", "a self-extracting archive", "model.exe", _PE + sfx
    yield "elf-7z", "a self-extracting archive", "model.run", _ELF + sfx
    yield "elf-zip", "a self-extracting archive", "model.run", _ELF + zipped
    yield "shell-tar-gz", "an installer of shell and tar", "model.run", _SHELL + packed
    script = _SHELL + bz2.compress(tar_of({"model.pkl": _ACT}))
    yield "shell-tar-bz2", "an installer of shell and tar", "model.run", script
    script = _SHELL + tar_of({"model.pkl": _ACT})
    yield "shell-tar", "an installer of shell and tar", "model.run", script
    script = _SHELL + zstd_frame(tar_of({"model.pkl": _ACT}))
    yield "shell-tar-zstd", "an installer of shell and tar", "model.run", script
    llama = _APE + zip_of({"model.gguf": _GGUF, ".args": b"-m\nmodel.gguf\n"})
    yield "llamafile", "a program around weights", "model.llamafile", llama
    yield "llamafile-renamed", "a program as weights", "model.gguf", llama
    yield "png-pickle", "a pickle behind a picture", "figure.png", _PNG + _ACT
    yield "png-zip", "a zip behind a picture", "figure.png", _PNG + zipped
    yield "png-7z", "7z behind a picture", "figure.png", _PNG + sfx
    yield (
        "jpeg-7z",
        "7z behind a picture",
        "a.jpg",
        b"\xff\xd8\xff\xe0" + bytes(60) + sfx,
    )
    yield "pdf-zip", "a zip behind a PDF", "paper.pdf", b"%PDF-1.4\n%%EOF\n" + zipped
    yield "pdf-7z", "7z behind a PDF", "paper.pdf", b"%PDF-1.4\n%%EOF\n" + sfx
    yield "gguf-zip", "a zip behind weights", "model.gguf", _GGUF + zipped
    yield "safetensors-zip", "a zip behind weights", "a.safetensors", _WEIGHTS + zipped
    yield "pickle-zip", "a zip behind a pickle", "model.pkl", _PLAIN + zipped


def _others() -> Iterator[tuple[str, str, str, bytes]]:
    named = gzip.compress(b"text", mtime=0)
    named = b"\x1f\x8b\x08\x08" + bytes(4) + b"\0\xff../../x.py\0" + named[10:]
    yield "gzip-name-escape", "the name in a gzip header", "notes.txt.gz", named
    packed = lzma.compress(_PLAIN) + bytes(8) + lzma.compress(_ACT)
    yield "xz-padded", "a second stream behind zeros", "model.pkl.xz", packed
    data = _ACT
    for _ in range(2):
        data = zip_of({"a.tar.gz": gzip.compress(tar_of({"a": data}), mtime=0)})
    yield "nested", "tar in gzip in zip, twice", "model.zip", data


def _honest() -> Iterator[tuple[str, dict[str, bytes]]]:
    weights = Item(name="model/model.safetensors", data=_WEIGHTS)
    config = Item(name="model/config.json", data=_CONFIG, mode=0o100644)
    folder = Item(name="model", data=None, mode=0o040755)
    for method in ("copy", "lzma", "lzma2", "bzip2", "deflate"):
        yield (
            f"7z-{method}",
            {"m.7z": seven_zip(folder, weights, config, method=method)},
        )
    listed = seven_zip(config, weights, method="lzma2", packed_list=True)
    yield "7z-packed-list", {"model.7z": listed}
    empty = seven_zip(Item(name="a/__init__.py"), config, Item(name="b.txt"))
    yield "7z-empty-files", {"data.7z": empty}
    inside = Item(name="a/current", data=b"b/config.json", mode=0o120777)
    yield "7z-link-inside", {"data.7z": seven_zip(inside, config)}
    yield "7z-nothing", {"data.7z": seven_zip()}
    yield "7z-plain-pickle", {"m.7z": seven_zip(Item(name="data.pkl", data=_PLAIN))}
    yield "zstd-text", {"layers.json.zst": _ZSTD_TEXT}
    yield "zstd-frames", {"a.txt.zst": zstd_frame(b"one\n") + zstd_frame(b"two\n")}
    yield "zstd-skippable", {"a.txt.zst": skippable(b"\1\2\3\4") + _ZSTD_TEXT}
    yield "zstd-tar", {"data.tar.zst": zstd_frame(tar_of({"config.json": _CONFIG}))}
    yield "zstd-zeros", {"zeros.txt.zst": zstd_frame(b"0 " * 4000)}
    yield "lz4-pickle", {"model.pkl.lz4": lz4_frame(_PLAIN)}
    yield "lz4-text", {"notes.txt.lz4": lz4_frame(b"words\n" * 900, linked=True)}
    yield "lz4-legacy", {"notes.txt.lz4": lz4_legacy(b"words\n" * 9)}
    yield (
        "xz-padded",
        {"a.txt.xz": lzma.compress(b"a") + bytes(4) + lzma.compress(b"b")},
    )
    named = gzip.compress(_CONFIG, mtime=0)
    named = b"\x1f\x8b\x08\x08" + bytes(4) + b"\0\xffconfig.json\0" + named[10:]
    yield "gzip-name", {"config.json.gz": named}
    yield "picture", {"figure.png": _PNG}
    deep = zip_of({"a.tar.xz": tar_of({"config.json": _CONFIG}, "w:xz")})
    yield "nested", {"data.zip": deep}
    bz = zip_of({"config.json": _CONFIG}, zipfile.ZIP_BZIP2)
    yield "zip-bzip2", {"data.zip": bz}


def samples() -> Iterator[Sample]:
    """Give every sample of the family."""
    parts = (_seven_zip, _zstd, _lz4, _zip_methods, _appended, _others)
    for part in parts:
        for name, technique, path, data in part():
            yield _sample(Truth.HOSTILE, name, technique, {path: data})
    for name, files in _honest():
        yield _sample(Truth.HONEST, f"honest-{name}", "honest", files)
