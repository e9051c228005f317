"""PyTorch's zip files: payloads in every member, and headers that mislead scanners."""

from __future__ import annotations

import binascii
import struct
import zipfile
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmarks.detection.families.pickle_wrapped import zip_of
from benchmarks.detection.opcodes import call, fetch, stream, value
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples", "state_dictionary"]

_ACT = stream(call("os:system", "echo hello"))
_OLD = stream(call("os:system", "echo hello"), protocol=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A member, with what its two headers say of it."""

    name: str
    data: bytes
    local_name: str = ""
    flags: int = 0
    local_flags: int | None = None
    method: int = 0
    local_method: int | None = None
    crc: int | None = None
    local_crc: int | None = None
    size: int | None = None
    local_size: int | None = None
    extra: bytes = b""
    listed: bool = True


def _pick(first: int | None, second: int | None, third: int) -> int:
    if first is not None:
        return first
    return third if second is None else second


def _zip(
    *entries: _Entry,
    prefix: bytes = b"",
    suffix: bytes = b"",
    comment: bytes = b"",
    shift: int = 0,
    count: int | None = None,
) -> bytes:
    body, directory, listed = bytearray(prefix), bytearray(), 0
    for entry in entries:
        at = len(body) - shift
        data = entry.data
        if entry.method == zipfile.ZIP_DEFLATED:
            packer = zlib.compressobj(9, zlib.DEFLATED, -15)
            data = packer.compress(data) + packer.flush()
        crc = _pick(entry.crc, None, binascii.crc32(entry.data))
        size = _pick(entry.size, None, len(data))
        whole = _pick(entry.size, None, len(entry.data))
        name = entry.name.encode()
        local = (entry.local_name or entry.name).encode()
        body += struct.pack(
            "<4s5H3L2H", b"PK\x03\x04", 20,
            _pick(entry.local_flags, entry.flags, 0),
            _pick(entry.local_method, entry.method, 0), 0, 0x21,
            _pick(entry.local_crc, None, crc), _pick(entry.local_size, None, size),
            _pick(entry.local_size, None, whole), len(local), len(entry.extra),
        ) + local + entry.extra + data  # fmt: skip
        if entry.listed:
            listed += 1
            directory += struct.pack(
                "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, entry.flags, entry.method, 0,
                0x21, crc, size, whole, len(name), 0, 0, 0, 0, 0, at,
            ) + name  # fmt: skip
    number = listed if count is None else count
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, number, number, len(directory),
        len(body) - shift, len(comment),
    )  # fmt: skip
    return bytes(body + directory + end + comment + suffix)


def state_dictionary(names: int = 3, protocol: int = 2) -> dict[str, bytes]:
    """The members of an honest file, as `torch.save` of a state dictionary writes."""
    items = []
    members = {}
    for index in range(names):
        storage = (
            value(("storage", fetch("torch:FloatStorage"), str(index), "cpu", 4)) + b"Q"
        )
        tensor = (
            fetch("torch._utils:_rebuild_tensor_v2")
            + b"("
            + storage
            + b"K\x00"
            + value((2, 2))
            + value((2, 1))
            + b"\x89"
            + call("collections:OrderedDict")
            + b"tR"
        )
        items.append(value(f"layers.{index}.weight") + tensor)
        members[f"model/data/{index}"] = struct.pack("<4f", 1, 2, 3, index)
    code = call("collections:OrderedDict") + b"(" + b"".join(items) + b"u"
    return {
        "model/data.pkl": stream(code, protocol=protocol),
        "model/byteorder": b"little",
        **members,
        "model/version": b"3\n",
        "model/.data/serialization_id": b"0" * 40,
    }


def _hostile() -> dict[str, bytes]:
    good = state_dictionary()
    bad = {**good, "model/data.pkl": _ACT}
    rest = [_Entry(name=n, data=d) for n, d in good.items() if n != "model/data.pkl"]
    act = _Entry(name="model/data.pkl", data=_ACT)
    safe = _Entry(name="model/data.pkl", data=good["model/data.pkl"])
    versions = {
        "plain": [act],
        "flag-encrypted": [replace(act, flags=1)],
        "flag-encrypted-local": [replace(act, local_flags=1)],
        "flag-encrypted-listed": [replace(act, flags=1, local_flags=0)],
        "flag-patched": [replace(act, flags=0x20)],
        "flag-strong": [replace(act, flags=0x40)],
        "flag-strong-and-encrypted": [replace(act, flags=0x41)],
        "flag-masked": [replace(act, flags=0x2000)],
        "flag-unused": [replace(act, flags=0x80)],
        "flag-descriptor": [replace(act, flags=8)],
        "flag-all": [replace(act, flags=0xFFF7)],
        "checksum-zero": [replace(act, crc=0)],
        "checksum-wrong": [replace(act, crc=0x1234)],
        "checksum-wrong-local": [replace(act, local_crc=0x1234)],
        "checksum-wrong-deflated": [replace(act, crc=7, method=8)],
        "name-differs": [replace(act, local_name="model/readme.txt")],
        "name-differs-listed": [
            replace(act, name="model/readme.txt", local_name="model/data.pkl"),
            safe,
        ],
        "name-upper": [replace(act, name="model/DATA.PKL"), safe],
        "name-by-backslash": [replace(act, name="model\\data.pkl"), safe],
        "name-with-nul": [replace(act, name="model/data.pkl\0.txt"), safe],
        "name-absolute": [replace(act, name="/model/data.pkl")],
        "name-of-other-folder": [replace(act, name="other/data.pkl")],
        "name-without-folder": [replace(act, name="data.pkl")],
        "method-differs": [replace(act, local_method=8)],
        "method-unknown": [replace(act, method=0, local_method=99)],
        "size-differs": [replace(act, local_size=3)],
        "size-zero-local": [replace(act, local_size=0)],
        "deflated": [replace(act, method=8)],
        "extra-field": [replace(act, extra=struct.pack("<2H", 0x4246, 60) + bytes(60))],
        "duplicate-after": [safe, act],
        "duplicate-before": [act, safe],
        "hidden-unlisted": [safe, replace(act, listed=False)],
        "second-data": [safe, replace(act, name="model/constants.pkl")],
        "in-member-readme": [safe, replace(act, name="model/readme.md")],
        "in-storage": [safe, replace(act, name="model/data/9")],
        "in-storage-old": [safe, _Entry(name="model/data/9", data=_OLD)],
        "in-version": [safe, replace(act, name="model/.data/version")],
        "in-extra": [safe, replace(act, name="model/extra/producer_info.json")],
        "in-nested-zip": [safe, _Entry(name="model/a.zip", data=zip_of(bad))],
        "in-nested-model": [safe, _Entry(name="model/data/8", data=zip_of(bad))],
        "in-attributes": [safe, replace(act, name="model/attributes.pkl")],
    }
    files = {name: _zip(*entries, *rest) for name, entries in versions.items()}
    plain = [act, *rest]
    return files | {
        "prefix-text": _zip(*plain, prefix=b"hello, this is no zip\n"),
        "prefix-pickle": _zip(*plain, prefix=_ACT),
        "prefix-honest-pickle": _zip(*plain, prefix=stream(value({"a": 1}))),
        "prefix-zeros": _zip(*plain, prefix=bytes(512)),
        "prefix-safetensors": _zip(*plain, prefix=struct.pack("<Q", 2) + b"{}"),
        "prefix-shifted": _zip(*plain, prefix=bytes(64), shift=64),
        "suffix-garbage": _zip(*plain, suffix=b"garbage" * 9),
        "suffix-pickle": _zip(safe, *rest, suffix=_ACT),
        "comment": _zip(*plain, comment=b"c" * 300),
        "comment-with-end": _zip(*plain, comment=b"PK\x05\x06" + bytes(18)),
        "count-too-low": _zip(safe, *rest, act, count=2),
        "count-too-high": _zip(*plain, count=60),
        "directory-cut": _zip(*plain)[:-30],
        "two-zips": zip_of(good) + zip_of(bad),
        "torchscript": zip_of(
            {
                "m/data.pkl": stream(call("__torch__:Net")),
                "m/code/__torch__.py": b"class Net(Module):\n  pass\n",
                "m/constants.pkl": _ACT,
                "m/version": b"6\n",
            }
        ),
        "torch-package": zip_of(
            {
                "p/.data/extern_modules": b"os\n",
                "p/model/model.pkl": _ACT,
                "p/.data/version": b"6\n",
            }
        ),
        "protocol-0": zip_of({**good, "model/data.pkl": _OLD}),
        "broken-data": zip_of({**good, "model/data.pkl": _ACT[:-1] + b"\xff"}),
        "in-tensor-arguments": zip_of(
            {
                **good,
                "model/data.pkl": stream(
                    call(
                        "torch._utils:_rebuild_tensor_v2",
                        call("os:system", "echo hello"),
                    )
                ),
            }
        ),
        "legacy-file": b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."
        b"\x80\x02}." + _ACT + b"\x80\x02]." + bytes(64),
    }


def _tricks() -> dict[str, bytes]:
    """Harmless content under headers that no writer makes and loaders overlook."""
    good = state_dictionary()
    entries = [_Entry(name=n, data=d) for n, d in good.items()]
    first, rest = entries[0], entries[1:]
    return {
        "flag-encrypted": _zip(replace(first, flags=1), *rest),
        "checksum-wrong": _zip(replace(first, crc=5), *rest),
        "name-differs": _zip(replace(first, local_name="model/readme"), *rest),
        "duplicate": _zip(first, first, *rest),
        "prefix": _zip(*entries, prefix=b"hello"),
    }


def _honest() -> dict[str, bytes]:
    good = state_dictionary()
    return {
        "state-dictionary": zip_of(good),
        "state-dictionary-large": zip_of(state_dictionary(200)),
        "state-dictionary-protocol-4": zip_of(state_dictionary(3, 4)),
        "deflated": zip_of(good, zipfile.ZIP_DEFLATED),
        "other-folder": zip_of(
            {n.replace("model/", "archive/"): d for n, d in good.items()}
        ),
        "storage-like-a-pickle": zip_of({**good, "model/data/1": b"\x80\x02" * 8}),
        "storage-like-a-zip": zip_of({**good, "model/data/1": b"PK\x03\x04" * 4}),
        "storage-like-gzip": zip_of({**good, "model/data/1": b"\x1f\x8b\x08\0" * 4}),
    }


def samples() -> Iterator[Sample]:
    """Give payloads, tricks without one, and honest files."""
    for truth, prefix, files in (
        (Truth.HOSTILE, "payload", _hostile()),
        (Truth.HOSTILE, "trick", _tricks()),
        (Truth.HONEST, "honest", _honest()),
    ):
        for name, data in files.items():
            yield Sample(
                name=f"{prefix}-{name}",
                family="pickle-torch-zip",
                technique=f"PyTorch zip, {prefix}: {name}",
                truth=truth,
                files={"pytorch_model.bin": data},
            )
