"""Write the release directories by which every check is tried, byte for byte.

    python tests/vectors/checks/generate.py

Each check has one folder, each case of it one release directory: `met`, `unmet`,
`not_applicable` where the check may have nothing to look at, and `malformed`. The
payloads are harmless: at most they would print one word, and nothing ever loads them.

Links, pipes, modes and texts that look like credentials are left out of what is
committed: a checkout may not keep the former, and hosts raise alarms over the latter.
`build` adds them in a directory that a test gives it.
"""

from __future__ import annotations

import io
import json
import os
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


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


def _json(path: str, value: object) -> File:
    return File(path, json.dumps(value, indent=2, sort_keys=True).encode() + b"\n")


def _safetensors(path: str, tensors: dict[str, object], data: bytes) -> File:
    header = json.dumps(tensors, sort_keys=True, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    return File(path, struct.pack("<Q", len(header)) + header + data)


def _tensor(start: int, end: int) -> dict[str, object]:
    return {"dtype": "F32", "shape": [(end - start) // 4], "data_offsets": [start, end]}


def _zip(path: str, members: dict[str, bytes]) -> File:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, data)
    return File(path, buffer.getvalue())


def _tar_gz(path: str, members: dict[str, bytes], *, keep: float = 1.0) -> File:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    packed = _gzip(buffer.getvalue())
    return File(path, packed[: int(len(packed) * keep)])


def _gzip(data: bytes) -> bytes:
    """Wrap data in stored blocks, so that no version of zlib has a say in the bytes."""
    blocks = [data[start : start + 0xFFFF] for start in range(0, len(data), 0xFFFF)]
    body = b"".join(
        struct.pack("<BHH", block is blocks[-1], len(block), len(block) ^ 0xFFFF) + block
        for block in blocks
    )
    end = struct.pack("<II", zlib.crc32(data), len(data))
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + body + end


def _elf() -> bytes:
    """Give the header of a 64-bit shared library that holds nothing."""
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    return head + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, 0, 0, 64, 56, 0, 64, 0, 0)


CONFIG = _json("config.json", {"model_type": "example", "hidden_size": 4})
WEIGHTS = _safetensors(
    "model.safetensors",
    {"a": _tensor(0, 16), "b": _tensor(16, 32)},
    struct.pack("<8f", *range(8)),
)
CARD = File(
    "README.md",
    b"""---
license: apache-2.0
base_model: example/base
datasets:
- example/corpus
---

# Example model

A model that exists to be looked at. It holds eight numbers, and they count from zero.

## Intended use

To try the checks of Assay against a release that has nothing wrong with it.

## Training data

None: the numbers were written down by hand, in the order in which they stand.

## Evaluation

All eight numbers were compared with what they should be, and they are right.

## Limitations and risks

It can do nothing, so nobody should expect anything of it.
""",
)
BROKEN_CARD = File(
    "README.md",
    b"---\nlicense: [apache-2.0\ndatasets: }\n---\n\n# Example model\n\nToo little.\n",
)
LICENCE = File(
    "LICENSE",
    b"Anybody may do with these eight numbers whatever they like.\n",
)
BROKEN_CONFIG = File("config.json", b'{"model_type": "example", "hidden_size": \n')

# A dictionary of plain values in an OrderedDict, protocol 2.
PLAIN_PICKLE = (
    b"\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01X\x04\x00\x00\x00stepq\x02K\x07s."
)
# What `pickle` makes of an object whose __reduce__ says (os.system, ("echo assay",)).
CALLING_PICKLE = b"\x80\x02cposix\nsystem\nq\x00X\x0a\x00\x00\x00echo assayq\x01\x85q\x02Rq\x03."
# An array of objects by a name that NumPy understands and never writes itself.
_OBJECT_HEADER = b"{'descr': 'object', 'fortran_order': False, 'shape': (1,), }\n"
OBJECT_ARRAY = (
    b"\x93NUMPY\x01\x00"
    + struct.pack("<H", len(_OBJECT_HEADER))
    + _OBJECT_HEADER
    + b"cposix\nsystem\n(S'echo assay'\ntR."
)
# Allowed names only, and a method that none of them brings; nothing calls it here.
INDIRECT_PICKLE = (
    b"\x80\x02cfunctools\npartial\ncbuiltins\ngetattr\ncbuiltins\nlist\n"
    b"X\x06\x00\x00\x00append\x86R\x85R."
)
UNKNOWN_PICKLE = b"\x80\x02cexample_house.layers\nAttic\n)\x81}b."
# Calls first and breaks afterwards: a loader has run the call by then.
BROKEN_PICKLE = CALLING_PICKLE[:-1] + b"\xff\xff"
CUT_PICKLE = PLAIN_PICKLE[:-4]

TEMPLATE = "{% for message in messages %}{{ message['content'] }}\n{% endfor %}"
WALK = "{{ messages.__class__.__mro__[1].__subclasses__() }}"


def _template(text: str) -> File:
    return _json("tokenizer_config.json", {"chat_template": text})


def _auto_map(target: str) -> File:
    return _json(
        "config.json", {"model_type": "example", "auto_map": {"AutoModel": target}}
    )


def _adapter(**more: str) -> File:
    return _json(
        "adapter_config.json",
        {"base_model_name_or_path": "example/base", "peft_type": "LORA", **more},
    )


def _credential() -> bytes:
    # Put together here, so that no file of the repository has the shape of one.
    token = "hf" + "_" + "QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUi"
    return f"Download with the token {token}, please.\n".encode()


MODELLING = File("modeling_example.py", b"class ExampleModel:\n    pass\n")

VECTORS: dict[str, dict[str, tuple[Entry, ...]]] = {
    "archives_safe": {
        "met": (_zip("tokenizer.zip", {"vocab.txt": b"a\nb\n"}),),
        "unmet": (_zip("tokenizer.zip", {"../../vocab.txt": b"a\nb\n"}),),
        "not_applicable": (CONFIG, WEIGHTS),
        "malformed": (
            File("tokenizer.zip", _zip("", {"vocab.txt": b"a\nb\n" * 64}).data[:100]),
        ),
    },
    "chat_templates": {
        "met": (_template(TEMPLATE),),
        "unmet": (_template(WALK),),
        "not_applicable": (CONFIG, WEIGHTS),
        "malformed": (_template("{% for message in messages %}{{ message "),),
    },
    "configuration_sound": {
        "met": (CONFIG,),
        "unmet": (
            File("config.json", b'{"model_type": "example", "model_type": "other"}\n'),
        ),
        "not_applicable": (WEIGHTS,),
        "malformed": (BROKEN_CONFIG,),
    },
    "content_inspected": {
        "met": (CONFIG, WEIGHTS, CARD),
        "unmet": (File("weights.7z", b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(56)),),
        "malformed": (_tar_gz("weights.tar.gz", {"a.txt": b"a\n" * 4096}, keep=0.5),),
    },
    "content_matches_name": {
        "met": (CONFIG, WEIGHTS, File("pytorch_model.bin", PLAIN_PICKLE)),
        "unmet": (
            File("vocab.json", _elf()),
            File("model.safetensors", CALLING_PICKLE),
            File("card.json.py", b"print('assay')\n"),
        ),
        "malformed": (File("figure.png", b"\x89PNX" + bytes(range(128, 192))),),
    },
    "entries_bound": {
        "met": (CONFIG,),
        "unmet": (
            CONFIG,
            Link("model.safetensors", "/dev/null"),
            Link("settings.json", "config.json"),
            Pipe("weights.bin"),
        ),
        "malformed": (CONFIG, Link("model.safetensors", "blobs/missing")),
    },
    "licence_declared": {
        "met": (CARD, LICENCE),
        "unmet": (CONFIG,),
        "malformed": (BROKEN_CARD,),
    },
    "model_card": {
        "met": (CARD,),
        "unmet": (CONFIG,),
        "malformed": (BROKEN_CARD,),
    },
    "native_code": {
        "met": (CONFIG, WEIGHTS),
        "unmet": (
            File("kernels/fast.so", _elf()),
            File("modeling.pyc", b"\xa7\r\r\n" + bytes(12) + b"\xe3" + bytes(24)),
            File("convert.sh", b"#!/bin/sh\necho assay\n"),
            File("vocab.txt", b"a\nb\n", mode=0o755, committed=False),
        ),
        "malformed": (_tar_gz("tools.tar.gz", {"a.txt": b"a\n" * 4096}, keep=0.5),),
    },
    "pickle_free": {
        "met": (CONFIG, WEIGHTS),
        "unmet": (File("pytorch_model.bin", PLAIN_PICKLE),),
        "malformed": (File("pytorch_model.bin", CUT_PICKLE),),
    },
    "pickle_imports": {
        "met": (File("optimizer.pt", PLAIN_PICKLE),),
        "unmet": (
            File("optimizer.pt", CALLING_PICKLE),
            File("scheduler.pt", UNKNOWN_PICKLE),
            File("labels.txt", b"I1\n.cposix\nsystem\n(S'echo assay'\ntR."),
            File("shapes.npy", OBJECT_ARRAY),
            File("names.pkl", INDIRECT_PICKLE),
        ),
        "not_applicable": (CONFIG, WEIGHTS),
        "malformed": (File("optimizer.pt", CUT_PICKLE),),
    },
    "pickle_sound": {
        "met": (File("optimizer.pt", PLAIN_PICKLE),),
        "unmet": (
            File("optimizer.pt", BROKEN_PICKLE),
            File("scheduler.pt", PLAIN_PICKLE + b"\x00" * 16),
        ),
        "not_applicable": (CONFIG, WEIGHTS),
        "malformed": (File("optimizer.pt", CUT_PICKLE),),
    },
    "pinned_references": {
        "met": (_adapter(revision="3f2a" * 10),),
        "unmet": (_adapter(),),
        "not_applicable": (CONFIG, WEIGHTS),
        "malformed": (File("adapter_config.json", b'{"base_model_name_or_path": \n'),),
    },
    "provenance_declared": {
        "met": (CARD,),
        "unmet": (CONFIG,),
        "malformed": (BROKEN_CARD,),
    },
    "remote_code": {
        "met": (CONFIG,),
        "unmet": (_auto_map("example/elsewhere--modeling_example.ExampleModel"),),
        "not_applicable": (WEIGHTS,),
        "malformed": (BROKEN_CONFIG,),
    },
    "safetensors_sound": {
        "met": (WEIGHTS,),
        "unmet": (
            _safetensors(
                "model.safetensors",
                {"a": _tensor(0, 16), "b": _tensor(8, 24)},
                struct.pack("<8f", *range(8)),
            ),
        ),
        "not_applicable": (CONFIG,),
        "malformed": (
            File("model.safetensors", struct.pack("<Q", 1 << 40) + b'{"a":'),
        ),
    },
    "secrets": {
        "met": (CONFIG,),
        "unmet": (CONFIG, File("NOTES.txt", _credential(), committed=False)),
        "not_applicable": (WEIGHTS,),
        "malformed": (_tar_gz("notes.tar.gz", {"a.txt": b"a\n" * 4096}, keep=0.5),),
    },
}


def build(check: str, case: str, root: Path, *, committed_only: bool = False) -> None:
    """Write one release directory below `root`."""
    for entry in VECTORS[check][case]:
        if committed_only and not entry.committed:
            continue
        path = root / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        match entry:
            case File():
                path.write_bytes(entry.data)
                path.chmod(entry.mode)
            case Link():
                path.symlink_to(entry.target)
            case Pipe():
                os.mkfifo(path)


def main() -> None:
    """Write every committed vector beside this file."""
    for check, cases in VECTORS.items():
        for case in cases:
            build(check, case, HERE / check / case, committed_only=True)


if __name__ == "__main__":
    main()
