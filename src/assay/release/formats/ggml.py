"""GGML's form before GGUF, as whisper.cpp still writes it: settings, words, tensors.

The form says of itself only that it is GGML; each program has settings of its own.
Two are read: Whisper's models, and the detectors of speech beside them. Tensors follow
to the end of the file, each with its shape, type and name.
Source: `whisper_model_load` and `whisper_vad_init_with_params` of whisper.cpp.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap, WeightsFacts
from assay.release.formats.gguf_cursor import BrokenError, Cursor
from assay.release.formats.gguf_tensors import TYPES
from assay.release.formats.reading import Problems

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_speech", "read"]

_MAGIC_BYTES = 4
_SETTINGS = struct.Struct("<11i")
# Bands of the spectrum, and numbers of a transform: 80 or 128, and 201.
_BANDS = (80, 128)
_LARGEST_FILTER = 1 << 16
_MOST_WORDS = 1_000_000
_LONGEST_WORD = 65_536
_LONGEST_NAME = 512
_MOST_TENSORS = 100_000
_MOST_LAYERS = 64
_DETECTOR = b"silero-"
_LONGEST_KIND = 64


def is_speech(source: ByteSource) -> bool:
    """Tell whether the settings are those of Whisper, or of a detector of speech."""
    head = source.read_at(_MAGIC_BYTES, _SETTINGS.size + 8)
    if head[4:].startswith(_DETECTOR):
        return 0 < int.from_bytes(head[:4], "little") <= _LONGEST_KIND
    if len(head) < _SETTINGS.size + 8:
        return False
    settings = _SETTINGS.unpack_from(head)
    bands = int.from_bytes(head[_SETTINGS.size : _SETTINGS.size + 4], "little")
    return settings[9] in _BANDS and bands == settings[9] and min(settings) >= 0


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Walk the file to its end."""
    problems = Problems(subject, inspection.limits)
    walk = _Walk(subject)
    gaps: list[Fact] = []
    try:
        walk.settings()
        if not walk.tensors():
            reason = f"more than {_MOST_TENSORS} tensors; the rest was not read"
            gaps = [Gap(place=subject.place, reason=reason, content=Content.GGUF)]
    except BrokenError as broken:
        place = subject.at(offset=walk.cursor.offset)
        problems.add(broken.kind, broken.detail, place=place)
    known = WeightsFacts(
        place=subject.place,
        content=Content.GGUF,
        tensors=len(walk.names),
        problems=problems.done(),
    )
    return [known, *gaps]


class _Walk:
    """One file being walked from front to back."""

    def __init__(self, subject: Subject) -> None:
        self.cursor = Cursor(subject.source, _MAGIC_BYTES)
        self.names: set[bytes] = set()
        self._source = subject.source

    def _count(self, what: str, most: int) -> int:
        count = self.cursor.whole("i")
        if not 0 <= count <= most:
            raise BrokenError("count-mismatch", f"{count} {what}")
        return count

    def settings(self) -> None:
        """Pass over what stands before the tensors."""
        at = self.cursor.offset
        if self._source.read_at(at + 4, len(_DETECTOR)) == _DETECTOR:
            self.cursor.skip(self._count("letters of a kind", _LONGEST_KIND))
            # A version of three numbers, a window and its context.
            self.cursor.skip(20)
            self.cursor.skip(12 * self._count("layers", _MOST_LAYERS) + 16)
            return
        self.cursor.skip(_SETTINGS.size)
        bands = self._count("bands", _LARGEST_FILTER)
        width = self._count("numbers of a transform", _LARGEST_FILTER)
        self.cursor.skip(4 * bands * width)
        for _ in range(self._count("words", _MOST_WORDS)):
            self.cursor.skip(self._count("letters of a word", _LONGEST_WORD))

    def tensors(self) -> bool:
        """Pass over the tensors; tell whether that were all."""
        while self.cursor.left:
            if len(self.names) >= _MOST_TENSORS:
                return False
            self._tensor()
        return True

    def _tensor(self) -> None:
        dimensions = self._count("dimensions of a tensor", 4)
        length = self._count("letters of a name", _LONGEST_NAME)
        kind = self.cursor.whole("i")
        elements = 1
        for _ in range(dimensions):
            elements *= self._count("elements", (1 << 31) - 1)
        at = self.cursor.offset
        self.cursor.skip(length)
        name = self._source.read_at(at, length)
        if name in self.names:
            raise BrokenError("duplicate-name", "two tensors have one name")
        if kind not in TYPES:
            raise BrokenError("malformed", f"no type has number {kind}")
        self.names.add(name)
        block, size = TYPES[kind]
        if elements % block:
            raise BrokenError("type-size", f"{elements} elements in blocks of {block}")
        self.cursor.skip(elements // block * size)
