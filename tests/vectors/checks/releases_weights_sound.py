"""Releases by which `weights-sound` is tried."""

from __future__ import annotations

import struct

from benchmarks.detection.families.weights_msgpack import array, mapping
from benchmarks.detection.gguf_bytes import Gguf
from tests.vectors.checks.entries import (
    Entry,
    File,
    json_file,
    safetensors_file,
    tensor,
)

__all__ = ["CASES"]

_FIRST = "model-00001-of-00002.safetensors"
_SECOND = "model-00002-of-00002.safetensors"
_ARRAY = array([2], "float32", bytes(8))


def _shard(path: str, *names: str) -> File:
    tensors = {name: tensor(16 * at, 16 * at + 16) for at, name in enumerate(names)}
    data = struct.pack(f"<{4 * len(names)}f", *range(4 * len(names)))
    return safetensors_file(path, tensors, data)


def _index(weight_map: dict[str, str], total: int) -> File:
    return json_file(
        "model.safetensors.index.json",
        {"metadata": {"total_size": total}, "weight_map": weight_map},
    )


CASES: dict[str, tuple[Entry, ...]] = {
    "met": (
        _index({"a": _FIRST, "b": _FIRST, "c": _SECOND}, 48),
        _shard(_FIRST, "a", "b"),
        _shard(_SECOND, "c"),
        File("model.gguf", Gguf().tensor("token_embd.weight", (4, 8), 128).build()),
        File("flax_model.msgpack", mapping(("a", _ARRAY)).data),
    ),
    "unmet": (
        _index({"a": _FIRST, "b": "../../shared/model.safetensors"}, 32),
        _shard(_FIRST, "a", "planted"),
        File("model.gguf", Gguf().entry("x", (1 << 32, 1 << 32), 0, 0).build()),
        File("flax_model.msgpack", mapping(("a", _ARRAY), ("a", 1)).data),
    ),
    "not_applicable": (json_file("config.json", {"model_type": "example"}),),
    "malformed": (
        File("model.safetensors.index.json", b'{"weight_map": [1, 2]}\n'),
        File("model.gguf", b"GGUF\x03\0\0\0" + b"\xff" * 16),
    ),
}
