"""GGUF: what the header declares against what the file holds, and its templates.

Layout: magic, version, counts of tensors and of metadata; the metadata; one entry for
each tensor; padding; the tensors. Only the header and the padding are read. Templates
in the metadata are parsed like all others and never rendered (CVE-2024-34359).
Source: the GGUF specification of ggml, and the checks that llama.cpp makes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.facts import Gap, WeightsFacts
from assay.release.formats import ggml, secrets
from assay.release.formats.gguf_cursor import BrokenError, Cursor
from assay.release.formats.gguf_metadata import ALIGNMENT, Metadata
from assay.release.formats.gguf_tensors import judge_layout, read_tensors
from assay.release.formats.reading import Problems
from assay.release.source import SliceSource

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_older", "read"]

# GGML's own forms before GGUF, as their bytes lie in the file.
_OLDER = {
    b"lmgg": "ggml", b"fmgg": "ggmf", b"tjgg": "ggjt", b"algg": "ggla", b"nsgg": "ggsn",
}  # fmt: skip
_DEFAULT_ALIGNMENT = 32
_LAST_VERSION = 3
# Least bytes of one pair and of one tensor, by the size of a length.
_LEAST_PAIR = {"I": 9, "Q": 13}
_LEAST_TENSOR = {"I": 20, "Q": 24}


def is_older(source: ByteSource) -> bool:
    """Tell GGML's forms before GGUF: the number after their magic is small."""
    head = source.read_at(0, 8)
    return head[:4] in _OLDER and head[7:8] == b"\0"


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of one GGUF file, its templates and its secrets."""
    magic = subject.source.read_at(0, 4)
    if magic == b"lmgg" and ggml.is_speech(subject.source):
        return ggml.read(subject, inspection)
    if magic in _OLDER:
        reason = f"the {_OLDER[magic]} form, older than GGUF, is not inspected"
        return [Gap(place=subject.place, reason=reason, content=subject.content)]
    header = _Header(subject, inspection)
    facts = header.read(magic)
    scanned = SliceSource(subject.source, 0, header.end)
    return facts + secrets.in_bytes(scanned, subject.place, inspection.limits)


class _Header:
    """One header being compared with its file."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._subject = subject
        self._limits = inspection.limits
        self._problems = Problems(subject, inspection.limits)
        self._cursor = Cursor(subject.source, 4)
        self._metadata = Metadata(self._cursor, subject, inspection, self._problems)
        self._tensors = 0

    @property
    def end(self) -> int:
        """How far the header was read; a length that lies leads beyond the file."""
        cursor = self._cursor
        return cursor.offset if cursor.left >= 0 else cursor.mark

    def read(self, magic: bytes) -> list[Fact]:
        """Give its facts: what was read before a break counts."""
        gaps: list[Fact] = []
        if magic != b"GGUF":
            self._problems.add("malformed", f"expected GGUF first, found {magic!r}")
        try:
            self._whole()
        except BrokenError as error:
            place = self._subject.at(offset=self._cursor.mark)
            self._problems.add(error.kind, error.detail, place=place)
            reason = f"the header was not read to its end: {error.detail}"
            gaps.append(Gap(place=place, reason=reason, content=self._subject.content))
        facts = WeightsFacts(
            place=self._subject.place,
            content=self._subject.content,
            tensors=self._tensors,
            metadata=tuple(self._metadata.pairs),
            problems=self._problems.done(),
        )
        return [facts, *self._metadata.templates, *gaps]

    def _whole(self) -> None:
        cursor = self._cursor
        self._version()
        tensors = cursor.whole(cursor.long)
        pairs = cursor.whole(cursor.long)
        self._counted("pairs of metadata", pairs, _LEAST_PAIR, "max_gguf_pairs")
        self._counted("tensors", tensors, _LEAST_TENSOR, "max_gguf_tensors")
        self._metadata.read(pairs)
        alignment = self._alignment()
        self._tensors = tensors
        extents, unknown = read_tensors(
            cursor, tensors, alignment, self._subject, self._problems
        )
        if tensors or cursor.left:
            judge_layout(
                extents,
                cursor.offset,
                alignment,
                self._subject,
                self._problems,
                whole=len(extents) == tensors,
            )
        if unknown:
            raise BrokenError("unknown-version", f"{unknown} tensors of unknown types")

    def _version(self) -> None:
        """Read the version, and from it the byte order."""
        cursor = self._cursor
        raw = self._subject.source.read_at(4, 4)
        cursor.skip(min(4, cursor.left))
        if len(raw) < 4:
            raise BrokenError("truncated", "the file ends inside its header")
        version = int.from_bytes(raw, "little")
        if version & 0xFFFF == 0:
            version = int.from_bytes(raw, "big")
            cursor.order = ">"
        if version == 1:
            cursor.long = "I"
        elif not 1 < version <= _LAST_VERSION:
            raise BrokenError("unknown-version", f"version {version}")

    def _counted(
        self, what: str, count: int, least: dict[str, int], bound: str
    ) -> None:
        """Refuse a count that the file cannot hold, or that no model has."""
        room = self._cursor.left // least[self._cursor.long]
        allowed = int(getattr(self._limits, bound))
        if count > room:
            raise BrokenError(
                "count-mismatch", f"{count} {what}, where {room} could be at most"
            )
        if count > allowed:
            raise BrokenError(
                "over-limit", f"{count} {what}, more than the {allowed} that are read"
            )

    def _alignment(self) -> int:
        """Give what offsets are multiples of."""
        value = self._metadata.numbers.get(ALIGNMENT, _DEFAULT_ALIGNMENT)
        if value <= 0 or value & (value - 1):
            raise BrokenError(
                "malformed", f"general.alignment {value} is no power of two"
            )
        if value > self._limits.max_gguf_alignment:
            raise BrokenError("over-limit", f"general.alignment is {value}")
        return value
