"""The whole corpus: every family, in a fixed order, names proven to be unique."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.detection.sample import Sample

__all__ = ["FAMILIES", "samples"]

# Modules of `families/`; each has `samples() -> Iterator[Sample]`.
FAMILIES: tuple[str, ...] = ()


def samples() -> Iterator[Sample]:
    """Give every sample of every family.

    Raises:
        ValueError: Two samples have one name, or one stands in another's family.
    """
    seen: set[tuple[str, str]] = set()
    for name in FAMILIES:
        module = importlib.import_module(f"benchmarks.detection.families.{name}")
        for sample in module.samples():
            key = (sample.family, sample.name)
            if key in seen or sample.family != name.replace("_", "-"):
                message = f"{sample.family}/{sample.name} is not unique in {name}"
                raise ValueError(message)
            seen.add(key)
            yield sample
