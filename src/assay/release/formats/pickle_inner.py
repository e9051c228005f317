"""Pickles and archives inside the byte strings of a pickle."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from assay.domain.facts import ArchiveFacts, Content, Gap, PickleFacts
from assay.release.source import BytesSource, SliceSource, Spool, chunks

if TYPE_CHECKING:
    from assay.domain.facts import Fact, Place
    from assay.release.formats.pickle_crowd import Crowd
    from assay.release.formats.pickle_machine import Walk
    from assay.release.formats.pickle_state import Embedded
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["embedded", "too_many"]


def embedded(
    subject: Subject, found: Walk, inspection: Inspection, crowd: Crowd
) -> list[Fact]:
    """Read the pickles and archives inside the byte strings of a stream.

    Of a crowd, all pickles are taken as one, and archives that unpack well say nothing.
    """
    facts: list[Fact] = []
    limits = inspection.limits
    bound = limits.max_pickle_embedded
    tried = found.embedded[: limits.max_pickle_byte_strings]
    count = others = 0
    for item in tried:
        name = f"bytes@{item.offset}"
        # Spelled as a text it is written out; it may be too long for the memory.
        with Spool() as spool:
            source = _content(subject, item, spool)
            seen = list(inspection.raw_data(subject, name, source))
        count += bool(seen)
        if count <= bound:
            facts.extend(seen)
            continue
        for fact in seen:
            if isinstance(fact, PickleFacts):
                crowd.add(fact)
            elif not isinstance(fact, ArchiveFacts) or fact.problems:
                others += 1
                if others <= bound:
                    facts.append(fact)
    if others > bound:
        place = subject.at(offset=tried[-1].offset)
        facts.append(too_many(place, f"more than the {2 * bound} members listed"))
    if len(found.embedded) > len(tried):
        facts.append(
            Gap(
                place=subject.at(offset=found.embedded[-1].offset),
                reason=f"more byte strings than the {len(tried)} tried look like files",
                content=Content.PICKLE,
            )
        )
    return facts


def too_many(place: Place, reason: str) -> Gap:
    """Give the gap for what lies beyond the greatest number that is read."""
    return Gap(place=place, reason=reason, content=Content.PICKLE, bound="crowd")


def _content(subject: Subject, item: Embedded, spool: Spool) -> ByteSource:
    if item.data is not None:
        return BytesSource(item.data)
    part = SliceSource(subject.source, item.offset, item.length)
    if not item.codec:
        return part
    decoder = codecs.getincrementaldecoder(item.codec)("replace")
    for chunk in chunks(part):
        spool.write(decoder.decode(chunk).encode("latin-1", "replace"))
    return spool.source()
