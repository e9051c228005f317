"""Files that hide something behind a crowd or a bound, packed so that they are small.

What bzip2 writes is the same everywhere; its tools are as old as the format.
"""

from __future__ import annotations

import bz2
import json

from tests.vectors.checks.entries import File, zip_file

__all__ = [
    "DEEP_CODE",
    "LARGE_REQUIREMENTS",
    "LARGE_SETTINGS",
    "MANY_LAYERS",
    "MANY_MARKS",
    "NESTED",
]

_CALL = b"cposix\nsystem\nX\x0a\x00\x00\x00echo assay\x85R"


def _nested(data: bytes, levels: int) -> bytes:
    for _ in range(levels):
        data = zip_file("", {"a": data}).data
    return data


def _packed(path: str, data: bytes) -> File:
    return File(f"{path}.bz2", bz2.compress(data))


def _layer(number: int) -> dict[str, object]:
    return {
        "module": "keras.layers",
        "class_name": "Dense",
        "config": {"units": 4},
        "registered_name": f"Custom>Dense{number}",
    }


_MODEL = {
    "module": "keras",
    "class_name": "Sequential",
    "config": {"layers": [_layer(number) for number in range(2001)]},
}

NESTED = File("weights.zip", _nested(b"\x80\x02" + _CALL + b".", 7))
MANY_MARKS = _packed("marks.pkl", b"\x80\x02" + b"(" * 200_000 + _CALL + b".")
LARGE_SETTINGS = _packed(
    "config.yaml", b"# " + b"a" * (1 << 20) + b"\nauto_map:\n  AutoModel: a.B\n"
)
MANY_LAYERS = _packed("layers.json", json.dumps(_MODEL, sort_keys=True).encode())
DEEP_CODE = File("setup.py", b"x = " + b"(" * 150 + b"1" + b")" * 150 + b"\n")
LARGE_REQUIREMENTS = _packed("requirements.txt", b"#" * (5 << 20) + b"\nnumpy==1.0\n")
