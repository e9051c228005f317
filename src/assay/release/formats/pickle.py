"""Pickle files and members: every stream in them, and what is inside the streams.

A file may hold several streams one after another (old PyTorch files do), raw data
behind the last, and pickles inside the byte strings of a pickle.
"""

from __future__ import annotations

import codecs
import re
import threading
import weakref
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.domain.facts import (
    Content,
    Gap,
    ParseProblem,
    PickleCall,
    PickleFacts,
    PickleImport,
)
from assay.release.formats import encoded
from assay.release.formats.pickle_machine import walk
from assay.release.formats.pickle_opcodes import HIGHEST_PROTOCOL, STARTERS
from assay.release.formats.reading import Problems, shorten
from assay.release.source import BytesSource, SliceSource, Spool, chunks

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.domain.limits import Limits
    from assay.release.formats.pickle_machine import Walk
    from assay.release.formats.pickle_state import Embedded
    from assay.release.formats.pickle_values import Import
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_pickle", "read"]

# The first value of every file that PyTorch wrote before 1.6.
_PYTORCH_MAGIC = 0x1950A86A20F9469CFC6C
_KEPT_NAME = 512
# How far behind a stream another is looked for, how it may begin, and how often it
# is tried: numbers hold such a beginning every 16 KiB.
_SEARCHED_BYTES = 64 * 1024
_START = re.compile(rb"\x80[\x02-\x05]|c[A-Za-z_][\w.]{0,99}\n[A-Za-z_][\w.]{0,99}\n")
_TRIED_STARTS = 16
# Byte strings that are remembered, so that their spelling is not read once more.
_KNOWN = 64
# Opcodes of a stream that chance or a text does not bring to a good end.
_TELLING_OPCODES = 4


def is_pickle(source: ByteSource, limits: Limits) -> bool:
    """Tell whether the bytes are a pickle.

    Protocol 2 and later have a header. Older streams have none: they are one when
    interpreting them ends well, or calls something before it breaks. A loader may be
    told to go on behind a stream, so what follows a short one is looked at too.
    """
    head = source.read_at(0, 1)
    if head == b"\x80":
        return _has_header(source, 0)
    if not head or head[0] not in STARTERS:
        return False
    found = _walked(source, 0, limits)
    if _acts(found):
        return True
    if not found.stopped:
        return False
    rest = source.read_at(found.end, 16)
    if not rest.strip() or (found.imports and found.opcodes > 2):
        return True
    return _pickle_follows(source, found.end, limits)


def _pickle_follows(source: ByteSource, start: int, limits: Limits) -> bool:
    """Look for a stream that acts behind others that do nothing.

    Streams that do nothing prove nothing: the text `N.` is one. A thousand of them in
    a row are no text that anybody wrote, nor are streams that fill values up to the
    very end of the bytes.
    """
    longest = 0
    for _ in range(limits.max_pickle_streams):
        found = walk(source, start, limits)
        if _acts(found):
            return True
        if not found.stopped:
            return False
        if _has_header(source, start) or (found.imports and found.opcodes > 2):
            return True
        start = found.end
        longest = max(longest, found.opcodes)
        if start >= source.size:
            return longest >= _TELLING_OPCODES
    return True


class _Latest(threading.local):
    """The first walk of the source that this thread looked at last."""

    source: weakref.ref[ByteSource] | None = None
    limits: Limits | None = None
    found: Walk | None = None


_LATEST = _Latest()


def _walked(source: ByteSource, start: int, limits: Limits) -> Walk:
    """Walk a stream; the first of a source, which tells whether it is one, once."""
    if start:
        return walk(source, start, limits)
    latest = _LATEST
    known = latest.source is not None and latest.source() is source
    if not known or latest.limits != limits or latest.found is None:
        latest.found = walk(source, 0, limits)
        latest.source, latest.limits = weakref.ref(source), limits
    return latest.found


def _acts(found: Walk) -> bool:
    """Tell whether a stream calls something, and fetches a name that may exist."""
    return bool(found.calls) and any(map(_is_plausible, found.imports))


def _has_header(source: ByteSource, start: int) -> bool:
    head = source.read_at(start, 2)
    return head[:1] == b"\x80" and len(head) == 2 and head[1] <= HIGHEST_PROTOCOL


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of every stream of a pickle file, in order."""
    known: set[bytes | int] = set()
    facts = _streams(subject, inspection, known)
    return [*facts, *encoded.inside(subject, inspection, frozenset(known))]


def _streams(
    subject: Subject, inspection: Inspection, known: set[bytes | int]
) -> list[Fact]:
    facts: list[Fact] = []
    source = subject.source
    start = last = 0
    legacy_pytorch = searched = False
    bound = inspection.limits.max_pickle_streams
    for count in range(bound + 1):
        found = _walked(source, start, inspection.limits)
        if count and not _is_stream(source, start, found):
            if legacy_pytorch:
                return facts
            facts[last] = _with_trailing(facts[last], subject, start)
            hidden = None if searched else _hidden(source, start, inspection.limits)
            if hidden is None:
                return facts
            found, searched = hidden, True
        if not count:
            legacy_pytorch = found.result == _PYTORCH_MAGIC
        last = len(facts)
        facts.append(_facts(subject, found, inspection.limits))
        facts.extend(_gaps(subject, found))
        facts.extend(_embedded(subject, found, inspection))
        known.update(
            item.offset if item.data is None else item.data
            for item in found.embedded[:_KNOWN]
        )
        start = found.end
        if not found.stopped or start >= source.size:
            return facts
    facts.append(
        Gap(
            place=subject.at(offset=start),
            reason=f"more than {bound} pickle streams in one file",
            content=Content.PICKLE,
        )
    )
    return facts


def _hidden(source: ByteSource, start: int, limits: Limits) -> Walk | None:
    """Find a stream that acts inside the data behind another.

    No loader goes on there by itself; a program that knows the place does.
    """
    data = source.read_at(start, _SEARCHED_BYTES)
    for count, match in enumerate(_START.finditer(data)):
        if count == _TRIED_STARTS:
            break
        found = walk(source, start + match.start(), limits)
        if _acts(found):
            return found
    return None


def _is_stream(source: ByteSource, start: int, found: Walk) -> bool:
    """Tell whether what follows a stream is another, or only raw data."""
    if _has_header(source, start):
        return found.stopped or found.acts
    return (found.stopped and found.opcodes > 1) or _acts(found)


def _is_plausible(item: Import) -> bool:
    """Tell a name that Python could import from chance bytes."""
    parts = f"{item.module}.{item.name}".split(".")
    return all(part.isidentifier() for part in parts)


def _facts(subject: Subject, found: Walk, limits: Limits) -> PickleFacts:
    problems = Problems(subject, limits)
    for kind, detail, offset, opcode in found.problems:
        place = subject.at(offset=offset, opcode=opcode)
        problems.add(kind, detail, place=place)
    return PickleFacts(
        place=subject.at(offset=found.start),
        protocol=found.protocol,
        imports=tuple(
            PickleImport(
                module=shorten(item.module, _KEPT_NAME),
                name=shorten(item.name, _KEPT_NAME),
                place=subject.at(offset=item.offset, opcode=item.opcode),
                called=item.called,
            )
            for item in found.imports
        ),
        calls=tuple(
            PickleCall(
                callee=shorten(call.callee, limits.max_shown_chars),
                arguments=shorten(call.arguments, limits.max_shown_chars),
                place=subject.at(offset=call.offset, opcode=call.opcode),
            )
            for call in found.calls
        ),
        unlisted=tuple(shorten(name, 2 * _KEPT_NAME + 1) for name in found.unlisted),
        problems=problems.done(),
        bounded=found.bounded,
    )


def _with_trailing(fact: Fact, subject: Subject, start: int) -> Fact:
    """Add to the last stream's facts that more bytes follow it."""
    if not isinstance(fact, PickleFacts):
        return fact
    problem = ParseProblem(
        kind="trailing-data",
        detail=f"expected the end, found {subject.source.size - start} more bytes",
        place=subject.at(offset=start),
    )
    return replace(fact, problems=(*fact.problems, problem))


def _gaps(subject: Subject, found: Walk) -> list[Fact]:
    if found.bounded:
        reason = "the pickle is longer than is interpreted"
    elif any("cannot be measured" in detail for _, detail, *_ in found.problems):
        reason = "data behind an array that cannot be measured was not read"
    else:
        return []
    return [
        Gap(place=subject.at(offset=found.end), reason=reason, content=Content.PICKLE)
    ]


def _embedded(subject: Subject, found: Walk, inspection: Inspection) -> list[Fact]:
    """Read the pickles and archives inside the byte strings of a stream."""
    facts: list[Fact] = []
    limits = inspection.limits
    tried = found.embedded[: limits.max_pickle_byte_strings]
    beyond = found.embedded[len(tried) :]
    count = 0
    for index, item in enumerate(tried):
        name = f"bytes@{item.offset}"
        # Spelled as a text it is written out; it may be too long for the memory.
        with Spool() as spool:
            source = _content(subject, item, spool)
            seen = list(inspection.raw_data(subject, name, source))
        if seen and count == limits.max_pickle_embedded:
            beyond = tried[index:]
            break
        count += bool(seen)
        facts.extend(seen)
    if beyond:
        facts.append(
            Gap(
                place=subject.at(offset=beyond[0].offset),
                reason=f"more byte strings than the {count} read look like files",
                content=Content.PICKLE,
            )
        )
    return facts


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
