"""Sound safetensors files of a wanted size, to be read by the programs measured."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["write_shards"]

_BLOCK = 8 * 1024 * 1024


def write_shards(directory: Path, count: int, size: int) -> list[Path]:
    """Write `count` files of about `size` bytes of random weights, and a card."""
    directory.mkdir(parents=True)
    (directory / "README.md").write_text("---\nlicense: mit\n---\n# Shards\n")
    files = []
    for number in range(1, count + 1):
        path = directory / f"model-{number:05d}-of-{count:05d}.safetensors"
        _write(path, size)
        files.append(path)
    return files


def _write(path: Path, size: int) -> None:
    tensors = 64
    each = size // tensors // 4 * 4
    header = {
        f"layers.{index}.weight": {
            "dtype": "F32",
            "shape": [each // 4],
            "data_offsets": [index * each, (index + 1) * each],
        }
        for index in range(tensors)
    }
    head = json.dumps(header, separators=(",", ":")).encode("ascii")
    head += b" " * (-len(head) % 8)
    block = os.urandom(_BLOCK)
    with path.open("wb") as file:
        file.write(len(head).to_bytes(8, "little") + head)
        left = each * tensors
        while left:
            file.write(block[: min(left, _BLOCK)])
            left -= min(left, _BLOCK)
