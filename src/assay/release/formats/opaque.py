"""Types that are known, or not even that, and not looked into by this version."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["read"]

# Endings by which loaders choose, and the readers of what they expect then.
_BY_NAME = {
    ".safetensors": ("safetensors", Content.SAFETENSORS),
    ".msgpack": ("flax", Content.MSGPACK),
    ".onnx": ("onnx", Content.ONNX),
    ".mlmodel": ("coreml", Content.CORE_ML),
    "saved_model.pb": ("tensorflow", Content.SAVED_MODEL),
}


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the Gap, so that what was not looked at is never silent."""
    if subject.content is Content.UNKNOWN:
        reason = "the type of the content was not recognised"
    else:
        reason = f"{subject.content.value} content is not inspected by this version"
    gap = Gap(place=subject.place, reason=reason, content=subject.content)
    if subject.content is Content.UNKNOWN:
        # A loader goes by the name: say in which way it is none.
        for ending, (module, content) in _BY_NAME.items():
            if subject.name.endswith(ending):
                reader = importlib.import_module(f"assay.release.formats.{module}")
                as_named = replace(subject, content=content)
                return [*reader.read(as_named, inspection), gap]
    return [gap]
