"""The tensors of a GGUF file: sizes by type, extents, and what lies between them.

Sizes that overflow have led llama.cpp out of its buffers (CVE-2025-53630, and past
its repair CVE-2026-27940), tensors beyond the file Ollama (CVE-2026-7482).
Source: the table of types in ggml; the checks that llama.cpp makes today.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.release.formats.gguf_cursor import BrokenError, is_utf8
from assay.release.formats.reading import shorten
from assay.release.source import chunks

if TYPE_CHECKING:
    from assay.release.formats.gguf_cursor import Cursor
    from assay.release.formats.reading import Problems, Subject

__all__ = ["TYPES", "Extent", "judge_layout", "read_tensors"]

# By number of the type: elements in a block, and bytes of it. 31 to 33 and 36 to 38
# are repacked forms that were written for a while in 2024.
TYPES: dict[int, tuple[int, int]] = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24),
    8: (32, 34), 9: (32, 40), 10: (256, 84), 11: (256, 110), 12: (256, 144),
    13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66), 17: (256, 74),
    18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8),
    29: (256, 56), 30: (1, 2), 31: (32, 18), 32: (32, 18), 33: (32, 18),
    34: (256, 54), 35: (256, 66), 36: (32, 18), 37: (32, 18), 38: (32, 18),
    39: (32, 17), 40: (64, 36), 41: (128, 18),
}  # fmt: skip
# Numbers that the next versions will take, and those that forks of llama.cpp took.
_PLAUSIBLE = (range(42, 64), range(96, 160), range(200, 400))
# GGML_MAX_DIMS; the format itself names no bound.
_MAX_DIMENSIONS = 4
_READABLE_DIMENSIONS = 64
# GGML_MAX_NAME less the final zero; builds for pictures take 127, and none more.
_USUAL_NAME = 63
_MAX_NAME = 255
_INT64_END = 1 << 63
# Padding that is not zero and too little to hide anything in.
_STRAY_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Extent:
    """Where one tensor lies, counted from the beginning of the data."""

    start: int
    size: int
    name: str


def read_tensors(
    cursor: Cursor, count: int, alignment: int, subject: Subject, problems: Problems
) -> tuple[list[Extent], int]:
    """Read the tensors' entries; give their extents, and how many are of no known type.

    Raises:
        BrokenError: The header cannot be read on.
    """
    extents: list[Extent] = []
    seen: set[bytes] = set()
    unknown = 0
    for _ in range(count):
        cursor.mark = cursor.offset
        raw, length = cursor.text(_MAX_NAME + 1)
        name = shorten(raw.decode("utf-8", "replace"), 200)
        entry = _Entry(name, subject, problems)
        entry.judge_name(raw, length, repeated=raw in seen)
        seen.add(raw)
        dimensions = entry.dimensions(cursor)
        kind = cursor.whole("I")
        offset = cursor.whole("Q")
        if offset % alignment:
            entry.add("malformed", f"offset {offset} is no multiple of {alignment}")
        size = entry.size(dimensions, kind)
        unknown += kind not in TYPES
        if size is not None:
            extents.append(Extent(offset, size, name))
    return extents, unknown


class _Entry:
    """One tensor's entry, with the place that its problems are told at."""

    __slots__ = ("_name", "_problems", "_subject")

    def __init__(self, name: str, subject: Subject, problems: Problems) -> None:
        self._name = name
        self._subject = subject
        self._problems = problems

    def add(self, kind: str, detail: str) -> None:
        place = self._subject.at(key=self._name)
        self._problems.add(kind, f"tensor {self._name!r}: {detail}", place=place)

    def judge_name(self, raw: bytes, length: int, *, repeated: bool) -> None:
        if repeated:
            self.add("duplicate-name", "the name was there before")
        if length > _MAX_NAME:
            self.add("over-limit", f"a name of {length} bytes")
        elif not raw:
            self.add("malformed", "an empty name")
        elif not is_utf8(raw):
            self.add("malformed", "a name that is not UTF-8")
        elif length > _USUAL_NAME:
            self.add("untidy", f"a name of {length} bytes, more than {_USUAL_NAME}")
        if b"\0" in raw:
            self.add("malformed", "a name with a zero byte, at which loaders cut it")

    def dimensions(self, cursor: Cursor) -> list[int]:
        count = cursor.whole("I")
        if count > _MAX_DIMENSIONS:
            self.add("over-limit", f"{count} dimensions, {_MAX_DIMENSIONS} are allowed")
        if count > _READABLE_DIMENSIONS:
            # Loaders that go on fill an array of four.
            raise BrokenError("out-of-bounds", f"{count} dimensions of one tensor")
        return [cursor.whole(cursor.long) for _ in range(count)]

    def size(self, dimensions: list[int], kind: int) -> int | None:
        """Give the tensor's bytes, or None when they cannot be known."""
        elements = 1
        for dimension in dimensions:
            elements *= dimension
        if elements >= _INT64_END or any(d >= _INT64_END for d in dimensions):
            self.add("type-size", "its dimensions overflow 63 bits")
            return None
        known = TYPES.get(kind)
        if known is None:
            if any(kind in numbers for numbers in _PLAUSIBLE):
                self.add("unknown-version", f"type {kind} is not known")
            else:
                self.add("type-size", f"there is no type {kind}")
            return None
        block, size = known
        row = dimensions[0] if dimensions else 1
        if row % block:
            self.add("type-size", f"rows of {row} elements, blocks of {block}")
            return None
        bytes_needed = elements // block * size
        if bytes_needed >= _INT64_END:
            self.add("type-size", "its bytes overflow 63 bits")
            return None
        return bytes_needed


def judge_layout(
    extents: list[Extent],
    header: int,
    alignment: int,
    subject: Subject,
    problems: Problems,
    *,
    whole: bool,
) -> None:
    """Compare the extents with the file.

    Args:
        extents: Of all tensors whose size is known.
        header: First byte behind the header; the data begin at the next multiple.
        alignment: What offsets are multiples of.
        subject: The file.
        problems: Where to note what is wrong.
        whole: Whether the sizes of all tensors are known; else gaps say nothing.
    """
    start = -(-header // alignment) * alignment
    held = max(subject.source.size - start, 0)
    position = 0
    stray = _stray(header, start, subject)
    for extent in sorted(extents, key=lambda item: (item.start, item.size)):
        end = extent.start + extent.size
        place = subject.at(key=extent.name)
        if end > held:
            detail = f"tensor {extent.name!r} ends at {end}, the data at {held}"
            problems.add("out-of-bounds", detail, place=place)
        if extent.size and extent.start < position:
            detail = f"tensor {extent.name!r} starts at {extent.start}, in another"
            problems.add("overlap", detail, place=place)
        elif whole and extent.start > position:
            stray += _between(
                position, min(extent.start, held), start, alignment, subject, problems
            )
        position = max(position, end)
    if whole and position < held:
        stray += _between(position, held, start, alignment, subject, problems)
    if stray > _STRAY_BYTES:
        problems.add("hidden-data", f"{stray} bytes of padding that is not zero")
    elif stray:
        problems.add("untidy", f"{stray} bytes of padding that is not zero")


def _between(
    begin: int,
    end: int,
    start: int,
    alignment: int,
    subject: Subject,
    problems: Problems,
) -> int:
    """Judge what lies between two tensors; give the padding that is not zero."""
    padded = -(-begin // alignment) * alignment
    if end > padded:
        last = end == subject.source.size - start
        problems.add(
            "trailing-data" if last else "hidden-data",
            f"{end - padded} bytes that belong to no tensor",
            place=subject.at(offset=start + padded),
        )
    return _stray(start + begin, start + min(end, padded), subject)


def _stray(begin: int, end: int, subject: Subject) -> int:
    """Count the bytes that are not zero."""
    stray = 0
    for chunk in chunks(subject.source, begin, end):
        stray += len(chunk) - chunk.count(0)
    return stray
