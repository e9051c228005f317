"""Pickles that stand among other bytes: behind a text, in a picture, in a tensor.

No loader finds them there by itself; one that knows the place does, and Transformer
Engine unpickles the tensor that it keeps a layer's further state in. Chance writes the
first bytes of a pickle often, and never a whole one that fetches a name and calls it.

Source: the PNG specification (third edition), sections 5 and 11.3, for its chunks;
`TransformerEngineBaseModule.set_extra_state` for the tensors.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from heapq import merge
from typing import TYPE_CHECKING

from assay.domain.facts import Content
from assay.release.formats import encoded
from assay.release.formats.pickle_inner import too_many
from assay.release.formats.pickle_machine import walk
from assay.release.source import BytesSource, SliceSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assay.domain.facts import Fact
    from assay.domain.limits import Limits
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["among", "in_chunks", "in_tensors"]

_CHUNK_BYTES = 4 << 20
_SEARCHED_BYTES = 64 << 20
# A header; or the end of the first name of a stream without one, its second, and
# what may stand behind a name: most lines of a vocabulary do not.
_HEADER = re.compile(rb"\x80[\x02-\x05]")
_LINES = re.compile(
    rb"\n[A-Za-z_][\w.]{0,99}\r?\n"
    rb"(?=[(0-2IJKLMNSTUVXBCFGghjlpqr)\]}\x80-\x98])"
)
_NAME = re.compile(rb"([\w.]{1,100})\r?\Z")
_NAMES_OF_A_LINE = 8
_FIRST = re.compile(rb"\x80[\x00-\x05]|[c(}\])]|PK\x03\x04|\x1f\x8b\x08|[x]\x9c")
_OVERLAP = 256
# Beginnings that are tried in one file, how far each is until it is plain that it goes
# on, and how far all of them together.
_TRIED = 32_768
_TRIED_OPCODES = 5_000
_ALL_OPCODES = 1_000_000
_FOUND = 16

_PNG = b"\x89PNG\r\n\x1a\n"
_MOST_CHUNKS = 4096
_TEXT_BYTES = 1 << 20
_MOST_TEXTS = 64

_MOST_TENSORS = 4096
_TENSOR_BYTES = 8 << 20


def among(
    subject: Subject,
    inspection: Inspection,
    read_already: frozenset[str] = frozenset(),
) -> list[Fact]:
    """Read whole pickles that act, wherever in the bytes they begin.

    Args:
        subject: The file.
        inspection: The walk that it belongs to.
        read_already: Members that begin at a place which their name ends with.
    """
    facts: list[Fact] = []
    trial = _Trial(subject.source, inspection.limits)
    done = found = 0
    for start in _starts(subject.source):
        if trial.is_over or found == _FOUND:
            reason = "more beginnings of pickles than are tried"
            facts.append(too_many(subject.at(offset=start), reason))
            break
        end = trial.end_of(start) if start >= done else None
        if end is None:
            continue
        done = end
        if not any(name.endswith(f"@{start}") for name in read_already):
            found += 1
            part = SliceSource(subject.source, start, end - start)
            facts += inspection.raw_data(subject, f"pickle@{start}", part)
    return facts


def _starts(source: ByteSource) -> Iterator[int]:
    """Give where a pickle may begin, in order within a piece."""
    before = -1
    for base in range(0, min(source.size, _SEARCHED_BYTES), _CHUNK_BYTES):
        data = source.read_at(base, _CHUNK_BYTES + _OVERLAP)
        headers = (match.start() for match in _HEADER.finditer(data))
        for place in merge(headers, _named(data)):
            if base + place > before:
                before = base + place
                yield before


def _named(data: bytes) -> Iterator[int]:
    """Give where GLOBAL and two lines may begin: in a name, any `c` may be it."""
    for match in _LINES.finditer(data):
        before = max(match.start() - 101, 0)
        name = _NAME.search(data[before : match.start()])
        if name is not None:
            first = before + name.start()
            places = [first + at for at, code in enumerate(name[1]) if code == 0x63]
            yield from places[-_NAMES_OF_A_LINE:]


class _Trial:
    """Tries whether a stream begins somewhere: most do not go far."""

    def __init__(self, source: ByteSource, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._short = replace(limits, max_pickle_opcodes=_TRIED_OPCODES)
        self._count = 0
        self._opcodes = 0

    @property
    def is_over(self) -> bool:
        """Whether as much was tried as is tried in one file."""
        return self._count >= _TRIED or self._opcodes >= _ALL_OPCODES

    def end_of(self, start: int) -> int | None:
        """Give the end of a whole stream that fetches names that exist, and calls."""
        part = SliceSource(self._source, start, self._source.size - start)
        found = walk(part, 0, self._short)
        self._count += 1
        self._opcodes += found.opcodes
        if found.bounded and not self.is_over:
            left = min(_ALL_OPCODES - self._opcodes, self._limits.max_pickle_opcodes)
            found = walk(part, 0, replace(self._limits, max_pickle_opcodes=left))
            self._opcodes += found.opcodes
        if not (found.stopped or found.bounded) or not found.calls:
            return None
        names = (f"{item.module}.{item.name}" for item in found.imports)
        if all(part.isidentifier() for name in names for part in name.split(".")):
            return start + found.end
        return None


def in_chunks(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Read what the texts of a PNG say when they are unpacked, or decoded."""
    facts: list[Fact] = []
    for count, (at, packed, text) in enumerate(_texts(subject.source)):
        if count == _MOST_TEXTS:
            break
        name = f"text@{at}"
        outer = subject.place.member
        member = name if outer is None else f"{outer}!/{name}"
        inner = replace(
            subject,
            source=BytesSource(text),
            place=replace(subject.place, member=member),
            content=Content.TEXT,
        )
        facts += (
            # What is not packed is found where it stands.
            (among(inner, inspection) if packed else [])
            or encoded.whole(inner, inspection)
            or encoded.inside(inner, inspection)
        )
    return facts


def _texts(source: ByteSource) -> Iterator[tuple[int, bool, bytes]]:
    """Give offset and content of the chunks with text, unpacked."""
    if source.read_at(0, len(_PNG)) != _PNG:
        return
    place = len(_PNG)
    for _ in range(_MOST_CHUNKS):
        head = source.read_at(place, 8)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if len(head) < 8 or kind == b"IEND":
            return
        if kind in (b"tEXt", b"zTXt", b"iTXt", b"iCCP"):
            data = source.read_at(place + 8, min(length, _TEXT_BYTES))
            packed, text = _text(kind, data)
            if text:
                yield place, packed, text
        place += length + 12


def _text(kind: bytes, data: bytes) -> tuple[bool, bytes]:
    """Give the text of a chunk, and whether it is packed there."""
    _, _, rest = data.partition(b"\0")
    if kind == b"tEXt":
        return False, rest
    if kind == b"iTXt":
        packed = rest[:1] == b"\1"
        # Flag and method, then a language and a translated keyword.
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
        if not packed:
            return False, rest
    else:
        rest = rest[1:]
    try:
        return True, zlib.decompressobj().decompress(rest, _TEXT_BYTES)
    except zlib.error:
        return True, b""


def in_tensors(
    subject: Subject, inspection: Inspection, extents: Iterable[tuple[int, int, str]]
) -> list[Fact]:
    """Read tensors of bytes that are a pickle, or an archive with one.

    Args:
        subject: The file.
        inspection: The walk that it belongs to.
        extents: Where such tensors begin and end in the file, and their names.
    """
    facts: list[Fact] = []
    tried = 0
    for start, end, key in extents:
        if not 4 < end - start <= _TENSOR_BYTES or end > subject.source.size:
            continue
        tried += 1
        if tried > _MOST_TENSORS:
            break
        head = subject.source.read_at(start, 4)
        if not _FIRST.match(head):
            continue
        part = SliceSource(subject.source, start, end - start)
        packed = head[:1] in (b"P", b"\x1f", b"x")
        if packed or _Trial(part, inspection.limits).end_of(0) is not None:
            facts += inspection.raw_data(subject, key, part)
    return facts
