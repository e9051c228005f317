"""Inputs to begin with: samples of the detection corpus and vectors of the tests."""

from __future__ import annotations

import hashlib
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fuzz.attempt import MAX_INPUT_BYTES, with_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fuzz.families import Family

__all__ = ["keep", "seeds"]

_VECTORS = Path(__file__).parents[1] / "vectors"


def seeds(family: Family) -> Iterator[bytes]:
    """Give every seed that is not too long."""
    for path, content in _files(family):
        if len(content) < MAX_INPUT_BYTES:
            yield with_name(family, path, content)


def keep(folder: Path, data: bytes) -> Path:
    """Write an input, named by its digest."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(data).hexdigest()[:40]
    path.write_bytes(data)
    return path


def _files(family: Family) -> Iterator[tuple[str, bytes]]:
    for name in family.samples:
        module = importlib.import_module(f"benchmarks.detection.families.{name}")
        for sample in module.samples():
            yield from sample.files.items()
    for pattern in family.vectors:
        for path in sorted(_VECTORS.glob(pattern)):
            if path.is_file():
                yield path.name, path.read_bytes()
