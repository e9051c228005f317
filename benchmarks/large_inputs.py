"""Large model releases, the same bytes each time, to be read by the programs measured.

Written with the standard library alone, so that whoever has Python can repeat the
measurement: four shards of safetensors, a PyTorch file, pickles of two million opcodes
in the newest form and the one before, a GGUF file and a NumPy array.
"""

from __future__ import annotations

import argparse
import json
import pickle  # noqa: TID251 - it only writes
import random  # noqa: TID251 - no secret is drawn from it
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["INPUTS", "LargeInput", "write_inputs"]

_BLOCK = 8 * 1024 * 1024
_SEED = 14409
_CARD = "---\nlicense: mit\n---\n# A large release, made for measuring\n"
# A fixed time in archives: 1980 is the first that zip files can tell.
_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeInput:
    """One release directory.

    Attributes:
        name: Letter that tables show, also the directory's name.
        what: What it is, for people.
        write: Writes its files; its second argument is the size relative to full.
    """

    name: str
    what: str
    write: Callable[[Path, float], None]


def write_inputs(root: Path, scale: float = 1.0) -> list[Path]:
    """Write every input below `root`, unless it is there already."""
    written = []
    for made in INPUTS:
        directory = root / made.name
        written.append(directory)
        if directory.exists():
            continue
        partial = root / f".{made.name}"
        partial.mkdir(parents=True)
        (partial / "README.md").write_text(_CARD, encoding="utf-8")
        made.write(partial, scale)
        partial.rename(directory)
    return written


def _numbers(size: int) -> Iterator[bytes]:
    """Give `size` bytes that no compressor shrinks, a block over and over."""
    block = random.Random(_SEED).randbytes(_BLOCK)  # noqa: S311 - samples, not secrets
    while size > 0:
        yield block[: min(size, _BLOCK)]
        size -= _BLOCK


def _fill(file: IO[bytes], size: int) -> None:
    for piece in _numbers(size):
        file.write(piece)


def _safetensors(directory: Path, scale: float) -> None:
    for number in range(1, 5):
        _shard(directory / f"model-{number:05d}-of-00004.safetensors", scale)


def _shard(path: Path, scale: float) -> None:
    each, tensors = int(8_600_000 * scale) // 4 * 4, 64
    header = {
        f"model.layers.{index}.weight": {
            "dtype": "F32",
            "shape": [each // 4],
            "data_offsets": [index * each, (index + 1) * each],
        }
        for index in range(tensors)
    }
    head = json.dumps(header, separators=(",", ":")).encode("ascii")
    head += b" " * (-len(head) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(head)) + head)
        _fill(file, each * tensors)


def _pytorch(directory: Path, scale: float) -> None:
    """Write a zip as `torch.save` does: a pickle, and a member for each storage."""
    elements, storages = int(4_000_000 * scale), 62
    with zipfile.ZipFile(directory / "pytorch_model.bin", "w") as archive:
        with archive.open(zipfile.ZipInfo("archive/data.pkl", _TIME), "w") as member:
            member.write(_state_dictionary(storages, elements))
        for name, data in (("byteorder", b"little"), ("version", b"3\n")):
            archive.writestr(zipfile.ZipInfo(f"archive/{name}", _TIME), data)
        for index in range(storages):
            info = zipfile.ZipInfo(f"archive/data/{index}", _TIME)
            with archive.open(info, "w") as member:
                for piece in _numbers(4 * elements):
                    member.write(piece)


def _state_dictionary(storages: int, elements: int) -> bytes:
    """Spell out `{name: tensor, …}`: no library of tensors is needed for it."""

    def text(value: str) -> bytes:
        raw = value.encode("utf-8")
        return b"X" + struct.pack("<I", len(raw)) + raw

    def number(value: int) -> bytes:
        return b"J" + struct.pack("<i", value)

    ordered = b"ccollections\nOrderedDict\n"
    parts = [b"\x80\x02", ordered, b")R("]
    for index in range(storages):
        storage = b"".join(
            (
                b"(",
                text("storage"),
                b"ctorch\nFloatStorage\n",
                text(str(index)),
                text("cpu"),
                number(elements),
                b"tQ",
            )
        )
        parts += [
            text(f"layers.{index}.weight"),
            b"ctorch._utils\n_rebuild_tensor_v2\n",
        ]
        parts += [
            b"(",
            storage,
            number(0),
            number(elements),
            b"\x85",
            number(1),
            b"\x85",
        ]
        parts += [b"\x89", ordered, b")RtR"]
    return b"".join((*parts, b"u."))


def _records(scale: float) -> object:
    source = random.Random(_SEED)  # noqa: S311 - samples, not secrets
    words = [f"token_{index:05d}" for index in range(5_000)]
    records: list[object] = []
    for index in range(int(59_800 * scale)):
        records += (
            (f"name-{index}", index, source.random()),
            {"id": index, "score": source.random(), "word": words[index % 5_000]},
            [index % 256, source.randrange(70_000), f"text {index}", None],
            (index, (source.random(), index % 100), index % 2 == 0),
        )
    return {"vocabulary": {word: at for at, word in enumerate(words)}, "data": records}


def _pickle(protocol: int) -> Callable[[Path, float], None]:
    def write(directory: Path, scale: float) -> None:
        data = pickle.dumps(_records(scale), protocol)
        (directory / "data.pkl").write_bytes(data)

    return write


def _gguf(directory: Path, scale: float) -> None:
    """Write version 3: a header, two entries of metadata, tensors, then their data."""
    tensors, each = 30, int(4_100_000 * scale) // 8 * 8

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode("ascii")

    head = b"GGUF" + struct.pack("<IQQ", 3, tensors, 2)
    head += text("general.architecture") + struct.pack("<I", 8) + text("llama")
    head += text("general.alignment") + struct.pack("<II", 4, 32)
    for index in range(tensors):
        head += text(f"blk.{index}.ffn_up.weight")
        # One dimension of 32-bit floats, at this place behind the header.
        head += struct.pack("<IQIQ", 1, each, 0, index * 4 * each)
    with (directory / "model.gguf").open("wb") as file:
        file.write(head + b"\0" * (-len(head) % 32))
        _fill(file, tensors * each * 4)


def _array(directory: Path, scale: float) -> None:
    count = int(250_000_000 * scale)
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({count},), }}"
    head += " " * (-(len(head) + 11) % 64) + "\n"
    with (directory / "weights.npy").open("wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)))
        file.write(head.encode("ascii"))
        _fill(file, 4 * count)


INPUTS = (
    LargeInput(name="a", what="safetensors, 2.2 GB in 4 shards", write=_safetensors),
    LargeInput(name="b", what="PyTorch zip of 1.0 GB", write=_pytorch),
    LargeInput(
        name="c", what="pickle of 2 million opcodes, protocol 4", write=_pickle(4)
    ),
    LargeInput(
        name="c2", what="pickle of 2 million opcodes, protocol 2", write=_pickle(2)
    ),
    LargeInput(name="e", what="GGUF of 492 MB", write=_gguf),
    LargeInput(name="n", what="NumPy array of 1.0 GB", write=_array),
)


def main() -> None:
    """Write the inputs into a directory."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--scale", type=float, default=1.0)
    given = parser.parse_args()
    for directory in write_inputs(given.directory, given.scale):
        print(directory)


if __name__ == "__main__":
    main()
