"""Types that are known, or not even that, and not looked into by this version."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap
from assay.release.formats import flax, safetensors

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["read"]

_NOT_OPENED = frozenset({Content.ZSTD, Content.LZ4, Content.SEVEN_ZIP})


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the Gap, so that what was not looked at is never silent."""
    if subject.content is Content.UNKNOWN:
        reason = "the type of the content was not recognised"
    elif subject.content in _NOT_OPENED:
        reason = f"{subject.content.value} is not unpacked by this version"
    else:
        reason = f"{subject.content.value} content is not inspected by this version"
    gap = Gap(place=subject.place, reason=reason, content=subject.content)
    if subject.content is Content.UNKNOWN and subject.name.endswith(".safetensors"):
        # A loader goes by the name: say in which way it is none.
        return [*safetensors.read(subject, inspection), gap]
    if subject.content is Content.UNKNOWN and subject.name.endswith(".msgpack"):
        as_named = replace(subject, content=Content.MSGPACK)
        return [*flax.read(as_named, inspection), gap]
    return [gap]
