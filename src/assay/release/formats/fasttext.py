"""Models of fastText (`.bin`, `.ftz`): settings, a dictionary, and two matrices.

Nothing in them is run; sizes and counts are taken as they stand. A model is sound when
its parts fill the file to its last byte.
Source: `fasttext.cc`, `args.cc`, `dictionary.cc`, `densematrix.cc`, `quantmatrix.cc`
and `productquantizer.cc` of fastText.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap, WeightsFacts
from assay.release.formats.gguf_cursor import BrokenError, Cursor
from assay.release.formats.reading import Problems
from assay.release.source import CHUNK_BYTES

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["read"]

_VERSIONS = frozenset({11, 12})
_CENTROIDS = 256
# Twelve settings and the threshold of sampling.
_ARGUMENTS_BYTES = 56
# What follows each word: how often it was seen, and its type.
_ENTRY_BYTES = 9
_TYPES = (0, 1)
_LONGEST_WORD = 65_536


class _TooManyError(Exception):
    """The dictionary has more entries than are read."""


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Walk the parts to the end of the file."""
    model = _Model(subject, inspection)
    problems = Problems(subject, inspection.limits)
    gap = ""
    try:
        model.walk()
        if model.cursor.left:
            kind, detail = "trailing-data", f"{model.cursor.left} bytes behind it"
            place = subject.at(offset=model.cursor.offset)
            problems.add(kind, detail, place=place)
    except BrokenError as broken:
        place = subject.at(offset=model.cursor.offset)
        problems.add(broken.kind, broken.detail, place=place)
    except _TooManyError:
        gap = f"a dictionary of more than {inspection.limits.max_word_entries} words"
    facts: list[Fact] = [
        WeightsFacts(
            place=subject.place,
            content=Content.FASTTEXT,
            tensors=2,
            problems=problems.done(),
        )
    ]
    if gap:
        reason = f"the model was not read to its end: {gap}"
        facts.append(Gap(place=subject.place, reason=reason, content=Content.FASTTEXT))
    return facts


class _Model:
    """One model being walked from front to back."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self.cursor = Cursor(subject.source, 4)
        self._source = subject.source
        self._bound = inspection.limits.max_word_entries
        self._words = 0
        self._dimensions = 0
        self._buckets = 0

    def walk(self) -> None:
        version = self.cursor.whole("i")
        if version not in _VERSIONS:
            raise BrokenError("unknown-version", f"no version {version} is known")
        settings = struct.unpack("<12id", self._take(_ARGUMENTS_BYTES))
        self._dimensions, self._buckets = settings[0], settings[8]
        self._dictionary()
        quantized = self._flag()
        rows, columns = self._matrix(quantized=quantized)
        if columns != self._dimensions or rows < self._words:
            detail = (
                f"a matrix of {rows} by {columns} for {self._words} words of "
                f"{self._dimensions} dimensions"
            )
            raise BrokenError("count-mismatch", detail)
        self._matrix(quantized=self._flag() and quantized)

    def _take(self, count: int) -> bytes:
        at = self.cursor.offset
        self.cursor.skip(count)
        return self._source.read_at(at, count)

    def _flag(self) -> bool:
        value = self.cursor.whole("B")
        if value > 1:
            raise BrokenError("malformed", f"a flag has the value {value}")
        return bool(value)

    def _dictionary(self) -> None:
        size, words, labels = (self.cursor.whole("i") for _ in range(3))
        self.cursor.skip(8)
        pruned = self.cursor.whole("q")
        if min(size, words, labels) < 0 or size != words + labels:
            detail = f"{size} entries, {words} words and {labels} labels"
            raise BrokenError("count-mismatch", detail)
        if size > self._bound:
            raise _TooManyError
        self._words = words
        self._entries(size)
        if pruned > 0:
            self.cursor.skip(8 * pruned)

    def _entries(self, count: int) -> None:
        """Pass over words, each ended by a zero, and what is counted of them."""
        at, data = 0, b""
        for _ in range(count):
            end = data.find(b"\0", at)
            if end < 0 or end + 1 + _ENTRY_BYTES > len(data):
                self.cursor.skip(at)
                data, at = self._window(), 0
                end = data.find(b"\0", 0, _LONGEST_WORD)
                if end < 0 or end + 1 + _ENTRY_BYTES > len(data):
                    raise BrokenError("truncated", "a word has no end")
            if data[end + _ENTRY_BYTES] not in _TYPES:
                raise BrokenError("malformed", "an entry is no word and no label")
            at = end + 1 + _ENTRY_BYTES
        self.cursor.skip(at)

    def _window(self) -> bytes:
        return self._source.read_at(self.cursor.offset, CHUNK_BYTES)

    def _matrix(self, *, quantized: bool) -> tuple[int, int]:
        """Pass over a matrix; give its rows and columns."""
        norms = quantized and self._flag()
        rows, columns = self.cursor.whole("q"), self.cursor.whole("q")
        if rows < 0 or columns < 0:
            raise BrokenError("count-mismatch", f"a matrix of {rows} by {columns}")
        if not quantized:
            self.cursor.skip(4 * rows * columns)
            return rows, columns
        codes = self.cursor.whole("i")
        if codes < 0:
            raise BrokenError("count-mismatch", f"{codes} codes")
        self.cursor.skip(codes)
        self._quantizer()
        if norms:
            self.cursor.skip(rows)
            self._quantizer()
        return rows, columns

    def _quantizer(self) -> None:
        dimensions = self.cursor.whole("i")
        if dimensions < 0:
            raise BrokenError("count-mismatch", f"{dimensions} dimensions")
        self.cursor.skip(12)
        self.cursor.skip(4 * dimensions * _CENTROIDS)
