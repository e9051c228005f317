"""Pickle files and members: every stream in them, and what is inside the streams.

A file may hold several streams one after another (old PyTorch files do), raw data
behind the last, and pickles inside the byte strings of a pickle.
"""

from __future__ import annotations

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
from assay.release.formats.pickle_crowd import Crowd
from assay.release.formats.pickle_inner import embedded, too_many
from assay.release.formats.pickle_machine import walk
from assay.release.formats.pickle_opcodes import HIGHEST_PROTOCOL, STARTERS
from assay.release.formats.reading import Problems, shorten
from assay.release.source import chunks

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.domain.limits import Limits
    from assay.release.formats.pickle_machine import Walk
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
# What fetches a name in a stream that has no header: GLOBAL or INST with two lines.
_FETCHES = re.compile(rb"[ci][A-Za-z_][\w.]{0,99}\n[A-Za-z_][\w.]{0,99}\n")
_LONGEST_FETCH = 256
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
        return _goes_on(source, found)
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
            return _goes_on(source, found)
        if _has_header(source, start) or (found.imports and found.opcodes > 2):
            return True
        start = found.end
        longest = max(longest, found.opcodes)
        if start >= source.size:
            return longest >= _TELLING_OPCODES
    return True


def _goes_on(source: ByteSource, found: Walk) -> bool:
    """Tell a stream that was not read to its end from a text that is no stream.

    A million values in a row may be a row of letters; one that fetches something
    behind them is a stream that hides it there.
    """
    if not found.bounded:
        return False
    if any(map(_is_plausible, found.imports)):
        return True
    before = b""
    for chunk in chunks(source, found.end):
        if _FETCHES.search(before + chunk):
            return True
        before = chunk[-_LONGEST_FETCH:]
    return False


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
    listing = _Listing(subject, inspection)
    source = subject.source
    start = 0
    legacy_pytorch = searched = False
    most = inspection.limits.max_pickle_streams_read
    for count in range(most):
        found = _walked(source, start, inspection.limits)
        if count and not _is_stream(source, start, found):
            if legacy_pytorch:
                break
            left = f"expected the end, found {source.size - start} more bytes"
            listing.problem("trailing-data", left, start)
            hidden = None if searched else _hidden(source, start, inspection.limits)
            if hidden is None:
                break
            found, searched = hidden, True
        if not count:
            legacy_pytorch = found.result == _PYTORCH_MAGIC
        listing.take(found)
        known.update(
            item.offset if item.data is None else item.data
            for item in found.embedded[:_KNOWN]
        )
        start = found.end
        if not found.stopped or start >= source.size:
            break
    else:
        reason = f"more than {most} pickle streams in one file"
        listing.facts.append(too_many(subject.at(offset=start), reason))
    return listing.done()


class _Listing:
    """The facts of a file's streams; beyond a number all are taken as one."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self.facts: list[Fact] = []
        self._subject = subject
        self._inspection = inspection
        self._crowd = Crowd(inspection.limits)
        self._count = 0
        self._last = 0

    def take(self, found: Walk) -> None:
        """Take in the next stream, and what is inside its byte strings."""
        limits = self._inspection.limits
        if self._count < limits.max_pickle_streams:
            self._last = len(self.facts)
            self.facts.append(_facts(self._subject, found, limits))
        elif found.acts or found.problems:
            self._crowd.add(_facts(self._subject, found, limits))
        self._count += 1
        self.facts.extend(_gaps(self._subject, found))
        if found.embedded:
            inner = embedded(self._subject, found, self._inspection, self._crowd)
            self.facts.extend(inner)

    def problem(self, kind: str, detail: str, start: int) -> None:
        """Add to the last stream that is listed what lies behind it."""
        fact = self.facts[self._last]
        if isinstance(fact, PickleFacts):
            place = self._subject.at(offset=start)
            added = ParseProblem(kind=kind, detail=detail, place=place)
            self.facts[self._last] = replace(fact, problems=(*fact.problems, added))

    def done(self) -> list[Fact]:
        """Give all facts, those of the crowd last."""
        together = self._crowd.done()
        return self.facts if together is None else [*self.facts, together]


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
