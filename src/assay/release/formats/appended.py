"""Archives behind a program, a script, a picture or what nobody knows.

Self-extracting archives are a program and then a 7z file; installers for Unix are a
few lines of shell and then a compressed tar file. A zip is found by its end wherever
it stands; the rest is looked for here by signatures that prove themselves.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

from assay.domain.facts import Content
from assay.release.formats import pickle_hidden
from assay.release.formats.inflate import MAKERS, inflates
from assay.release.formats.seven_zip import is_start
from assay.release.formats.tar import is_header
from assay.release.source import SliceSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["read"]

_CHUNK_BYTES = 4 << 20
# Programs and pictures before an archive are small.
_SEARCHED_BYTES = 64 << 20
# Enough for every signature, and for the header of a tar file around its own.
_OVERLAP_BYTES = 512
# Signatures that are tried, and archives that are opened, in one file.
_MAX_TRIED = 256
_MAX_OPENED = 4
_TAR_MAGIC_AT = 257

_ANYWHERE = re.compile(
    rb"(?P<seven>7z\xbc\xaf\x27\x1c\x00[\x00-\x04])"
    rb"|(?P<xz>\xfd7zXZ\x00\x00[\x00\x01\x04\x0a])"
)
_LITERALS = (b"7z\xbc\xaf\x27\x1c", b"\xfd7zXZ\x00")
# Shorter ones count behind the end of a line, where a script's payload begins.
_BEHIND_LINES = re.compile(
    _ANYWHERE.pattern + rb"|(?<=\n)(?P<gzip>\x1f\x8b\x08[\x00-\x1f])"
    rb"|(?<=\n)(?P<bzip2>BZh[1-9]1AY&SY)"
    rb"|(?<=\n)(?P<framed>\x28\xb5\x2f\xfd|\x04\x22\x4d\x18[\x40-\x7f][\x40-\x70])"
    rb"|(?P<tar>ustar(?:\x0000| {2}\x00))"
)
_PNG_END = b"IEND\xae\x42\x60\x82"
# What may carry a pickle that only its own loader finds.
_SEARCHED = frozenset({Content.IMAGE, Content.PDF, Content.SCRIPT, Content.UNKNOWN})
_SCRIPTS = frozenset({Content.SCRIPT, Content.PYTHON})


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of archives that stand behind the start of a file."""
    source = subject.source
    facts: list[Fact] = []
    opened = 0
    pattern = _BEHIND_LINES if subject.content in _SCRIPTS else _ANYWHERE
    for tried, (kind, offset) in enumerate(_candidates(source, pattern)):
        rest = SliceSource(source, offset, source.size)
        if _PROOFS[kind](rest):
            facts += inspection.descend(subject, f"appended@{offset}", rest)
            opened += 1
        if opened == _MAX_OPENED or tried == _MAX_TRIED:
            break
    if subject.content is Content.IMAGE:
        facts += _behind_picture(subject, inspection)
        facts += pickle_hidden.in_chunks(subject, inspection)
    if subject.content in _SEARCHED:
        read_already = frozenset(fact.place.member or "" for fact in facts)
        facts += pickle_hidden.among(subject, inspection, read_already)
    return facts


def _behind_picture(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Read what follows the last chunk of a PNG, if it is plainly something."""
    head = subject.source.read_at(0, _CHUNK_BYTES)
    if not head.startswith(b"\x89PNG"):
        return []
    end = head.find(_PNG_END) + len(_PNG_END)
    rest = SliceSource(subject.source, end, subject.source.size)
    if end < len(_PNG_END) or not rest.size:
        return []
    return list(inspection.raw_data(subject, f"appended@{end}", rest))


def _candidates(
    source: ByteSource, pattern: re.Pattern[bytes]
) -> Iterator[tuple[str, int]]:
    """Give kind and offset of each signature behind the first byte, in order."""
    start, done = 0, 0
    while start < min(source.size, _SEARCHED_BYTES):
        data = source.read_at(start, _CHUNK_BYTES + _OVERLAP_BYTES)
        # A plain search is ten times as fast as the pattern.
        if pattern is _ANYWHERE and not any(text in data for text in _LITERALS):
            data = b""
        for match in pattern.finditer(data):
            kind = str(match.lastgroup)
            at = start + match.start() - (_TAR_MAGIC_AT if kind == "tar" else 0)
            if at > done:
                done = at
                yield kind, at
        start += _CHUNK_BYTES


def _is_seven_zip(source: ByteSource) -> bool:
    return is_start(source.read_at(0, 32))


def _is_xz(source: ByteSource) -> bool:
    head = source.read_at(0, 12)
    return zlib.crc32(head[6:8]) == int.from_bytes(head[8:12], "little")


def _is_tar(source: ByteSource) -> bool:
    return is_header(source.read_at(0, 512))


_PROOFS: dict[str, Callable[[ByteSource], bool]] = {
    "seven": _is_seven_zip,
    "xz": _is_xz,
    "gzip": lambda source: inflates(source, MAKERS["gzip"]),
    "bzip2": lambda source: inflates(source, MAKERS["bzip2"]),
    # Four bytes behind a line of a script; their reader says what is wrong.
    "framed": lambda source: source.size > 8,
    "tar": _is_tar,
}
