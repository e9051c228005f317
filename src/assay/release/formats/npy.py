"""NumPy's `.npy`: a header, then raw elements, or a pickle for object arrays.

Source: NumPy Enhancement Proposal 1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap, PickleFacts
from assay.release.formats import pickle
from assay.release.formats.npy_header import understand
from assay.release.source import SliceSource

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["read"]

# NumPy itself refuses to read longer headers by default.
_MAX_HEADER_BYTES = 10_000
_ENCODINGS = {b"\x01\x00": "latin-1", b"\x02\x00": "latin-1", b"\x03\x00": "utf-8"}


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of the pickle in an object array; a Gap where it is unsure."""
    source = subject.source
    head = source.read_at(0, 12)
    encoding = _ENCODINGS.get(head[6:8])
    if encoding is None:
        return [_gap(subject, "a NumPy file of an unknown version is not read")]
    start = 10 if head[6:7] == b"\x01" else 12
    length = int.from_bytes(head[8:start], "little")
    if length > _MAX_HEADER_BYTES or start + length > source.size:
        return [_gap(subject, f"a NumPy header of {length} bytes is not read")]
    header = understand(source.read_at(start, length).decode(encoding, "replace"))
    data = start + length
    if header.objects is None:
        # It may be one of the many other spellings of an array of objects.
        reason = "the NumPy header is malformed, or not as NumPy writes it"
        return [_gap(subject, reason), *_objects(subject, inspection, data)]
    if header.objects:
        return _objects(subject, inspection, data)
    return _misfit(subject, data + header.size, inspection)


def _misfit(subject: Subject, end: int, inspection: Inspection) -> list[Fact]:
    """Give a Gap where the file does not end with the array."""
    extra = subject.source.size - end
    if not extra:
        return []
    if extra > 0:
        rest = SliceSource(subject.source, end, subject.source.size)
        return [
            _gap(subject, f"{extra} bytes behind the array", end),
            *inspection.raw_data(subject, "trailing", rest),
        ]
    return [_gap(subject, f"the array ends {-extra} bytes early")]


def _objects(subject: Subject, inspection: Inspection, start: int) -> list[Fact]:
    """Read the pickle of an object array as NumPy does, when it is let."""
    data = SliceSource(subject.source, start, subject.source.size)
    facts = list(inspection.descend(subject, "objects", data))
    if data.size and not any(isinstance(fact, PickleFacts) for fact in facts):
        # Not a pickle by its look: tell what loading would do with it all the same.
        facts.extend(pickle.read(replace(subject, source=data), inspection))
    return facts


def _gap(subject: Subject, reason: str, offset: int | None = None) -> Gap:
    return Gap(place=subject.at(offset=offset), reason=reason, content=Content.NUMPY)
