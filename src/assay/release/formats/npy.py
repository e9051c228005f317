"""NumPy's `.npy`: a header, then raw elements, or a pickle for object arrays.

Source: NumPy Enhancement Proposal 1.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap
from assay.release.formats import pickle
from assay.release.source import SliceSource

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["read"]

# NumPy itself refuses to read longer headers by default.
_MAX_HEADER_BYTES = 10_000
_DESCR = re.compile(r"'descr':\s*(.+?),\s*'fortran_order':", re.DOTALL)
_SHAPE = re.compile(r"'shape':\s*\(([0-9,\sL]*)\)")
_OBJECT = re.compile(r"['\"][<>|=]?O\d*['\"]")
_SIMPLE = re.compile(r"'[<>|=]?([?biufcmMSUV])(\d{0,9})(?:\[[^\]]*\])?'")


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of the pickle in an object array; a Gap where it is unsure."""
    source = subject.source
    head = source.read_at(0, 12)
    wide = head[6:7] > b"\x01"
    start = 12 if wide else 10
    length = int.from_bytes(head[8:start], "little")
    if length > _MAX_HEADER_BYTES or start + length > source.size:
        return [_gap(subject, f"a NumPy header of {length} bytes is not read")]
    header = source.read_at(start, length).decode("latin-1")
    descr = _DESCR.search(header)
    shape = _SHAPE.search(header)
    if descr is None or shape is None:
        return [_gap(subject, "the NumPy header is malformed")]
    data = start + length
    if _OBJECT.search(descr.group(1)):
        return _objects(subject, inspection, data)
    needed = _needed(descr.group(1), shape.group(1))
    if needed is not None and data + needed < source.size:
        extra = source.size - data - needed
        return [_gap(subject, f"{extra} bytes behind the array", data + needed)]
    return []


def _objects(subject: Subject, inspection: Inspection, start: int) -> list[Fact]:
    """Read the pickle of an object array as NumPy does, when it is let."""
    data = SliceSource(subject.source, start, subject.source.size)
    facts = list(inspection.descend(subject, "objects", data))
    if any(isinstance(fact, Gap) for fact in facts) and data.size:
        # Not even the beginning of a pickle: tell what loading would do with it.
        facts.extend(pickle.read(replace(subject, source=data), inspection))
    return facts


def _needed(descr: str, shape: str) -> int | None:
    match = _SIMPLE.fullmatch(descr.strip())
    if match is None:
        return None
    count = int(match.group(2) or 1) * (4 if match.group(1) == "U" else 1)
    for part in shape.replace("L", "").split(","):
        if part.strip():
            count *= int(part[:32])
    return count


def _gap(subject: Subject, reason: str, offset: int | None = None) -> Gap:
    return Gap(place=subject.at(offset=offset), reason=reason, content=Content.NUMPY)
