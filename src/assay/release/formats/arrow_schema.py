"""Types of one's own in an Arrow schema, which is a flatbuffer.

PyArrow before 14.0.1 rebuilt some of them by unpickling what the schema says of them
(CVE-2023-47248); others may do so still with types that they register.
Source: `Schema.fbs` and the page on the columnar format of Apache Arrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.facts import PickleFacts
from assay.release.formats import pickle
from assay.release.formats.reading import Subject, shorten
from assay.release.source import SliceSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.facts import Fact
    from assay.release.formats.flatbuffer import Table
    from assay.release.formats.reading import Inspection

__all__ = ["own_types", "schema_metadata"]

# Fields of Schema, of Field and of KeyValue.
_FIELDS, _SCHEMA_METADATA = 1, 2
_NAME, _CHILDREN, _FIELD_METADATA = 0, 5, 6
_KEY, _VALUE = 0, 1
_TYPE = "ARROW:extension:metadata"
_TYPE_NAME = "ARROW:extension:name"
# What PyArrow unpickles.
_PICKLED = "arrow.py_extension_type"
_MOST_PAIRS = 1_000


def schema_metadata(schema: Table, shown: int) -> tuple[tuple[str, str], ...]:
    """Give key and value pairs of a schema, shortened."""
    pairs: list[tuple[str, str]] = []
    for entry in schema.tables(_SCHEMA_METADATA):
        if len(pairs) < _MOST_PAIRS:
            key, value = entry.text(_KEY), entry.text(_VALUE)
            pairs.append((shorten(key, shown), shorten(value, shown)))
    return tuple(pairs)


def own_types(
    schema: Table, subject: Subject, inspection: Inspection
) -> Iterator[Fact]:
    """Give the facts of what types of one's own are rebuilt from."""
    waiting = list(schema.tables(_FIELDS))
    while waiting:
        field = waiting.pop()
        waiting.extend(field.tables(_CHILDREN))
        name, extent = "", None
        for entry in field.tables(_FIELD_METADATA):
            key = entry.text(_KEY)
            if key == _TYPE_NAME:
                name = entry.text(_VALUE)
            elif key == _TYPE:
                extent = entry.extent(_VALUE)
        if extent is not None and extent[1]:
            data = SliceSource(subject.source, *extent)
            label = shorten(field.text(_NAME), inspection.limits.max_shown_chars)
            yield from _type(f"type of {label}", name, data, subject, inspection)


def _type(
    member: str,
    name: str,
    data: SliceSource,
    subject: Subject,
    inspection: Inspection,
) -> Iterator[Fact]:
    if name != _PICKLED:
        yield from inspection.raw_data(subject, member, data)
        return
    facts = list(inspection.descend(subject, member, data))
    yield from facts
    if not any(isinstance(fact, PickleFacts) for fact in facts):
        # It is unpickled whatever it looks like.
        place = subject.at(key=member)
        as_pickle = Subject(
            source=data, place=place, content=subject.content, depth=subject.depth
        )
        yield from pickle.read(as_pickle, inspection)
