"""Models of CTranslate2 (`model.bin`): variables with names, shapes and types.

Nothing in them is run. A model is sound when its variables, and the other names that
they have, fill the file.
Source: `src/models/model.cc` and `types.h` of CTranslate2.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap, WeightsFacts
from assay.release.formats.gguf_cursor import BrokenError, Cursor
from assay.release.formats.reading import Problems

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_ctranslate2", "read"]

# Versions with a name; the first has none, and nobody publishes it.
_VERSIONS = range(2, 8)
_WITH_ALIASES = 3
_WITH_TYPES = 4
_SPECIFICATION = re.compile(rb"[A-Z][A-Za-z0-9]{1,60}\0")
# By number of the type: bytes of an element.
_SIZES = {0: 4, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2}
_MOST_VARIABLES = 1_000_000
_LONGEST_NAME = 4096


def is_ctranslate2(source: ByteSource) -> bool:
    """Tell whether a version and the name of a specification stand first."""
    head = source.read_at(0, 80)
    size = int.from_bytes(head[4:6], "little")
    name = head[6 : 6 + size]
    return (
        int.from_bytes(head[:4], "little") in _VERSIONS
        and _SPECIFICATION.fullmatch(name) is not None
        and int.from_bytes(head[6 + size : 10 + size], "little") < 1 << 16
    )


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Walk the variables to the end of the file."""
    problems = Problems(subject, inspection.limits)
    walk = _Walk(subject.source)
    gaps: list[Fact] = []
    try:
        if not walk.all():
            reason = f"more than {_MOST_VARIABLES} variables; the rest was not read"
            gaps = [
                Gap(place=subject.place, reason=reason, content=Content.CTRANSLATE2)
            ]
        elif walk.cursor.left:
            detail = f"{walk.cursor.left} bytes behind the model"
            place = subject.at(offset=walk.cursor.offset)
            problems.add("trailing-data", detail, place=place)
    except BrokenError as broken:
        place = subject.at(offset=walk.cursor.offset)
        problems.add(broken.kind, broken.detail, place=place)
    known = WeightsFacts(
        place=subject.place,
        content=Content.CTRANSLATE2,
        tensors=len(walk.names),
        problems=problems.done(),
    )
    return [known, *gaps]


class _Walk:
    """One model being walked from front to back."""

    def __init__(self, source: ByteSource) -> None:
        self.cursor = Cursor(source, 0)
        self.names: set[bytes] = set()
        self._source = source

    def all(self) -> bool:
        """Pass over everything; tell whether that was all."""
        version = self.cursor.whole("I")
        self._name()
        self.cursor.skip(4)
        count = self.cursor.whole("I")
        for _ in range(min(count, _MOST_VARIABLES)):
            self._variable(version)
        if count > _MOST_VARIABLES:
            return False
        if version >= _WITH_ALIASES:
            aliases = self.cursor.whole("I")
            for _ in range(min(aliases, _MOST_VARIABLES)):
                self._name()
                self._name()
            return aliases <= _MOST_VARIABLES
        return True

    def _name(self) -> bytes:
        size = self.cursor.whole("H")
        if not 0 < size <= _LONGEST_NAME:
            raise BrokenError("malformed", f"a name of {size} bytes")
        at = self.cursor.offset
        self.cursor.skip(size)
        return self._source.read_at(at, size)

    def _variable(self, version: int) -> None:
        name = self._name()
        if name in self.names:
            raise BrokenError("duplicate-name", "two variables have one name")
        self.names.add(name)
        elements = 1
        for _ in range(self.cursor.whole("B")):
            elements *= self.cursor.whole("I")
        kind = self.cursor.whole("B")
        count = self.cursor.whole("I")
        size = kind
        if version >= _WITH_TYPES:
            if kind not in _SIZES:
                raise BrokenError("malformed", f"no type has number {kind}")
            size = _SIZES[kind]
        else:
            count *= size
        # Sizes are written in four bytes, whatever the variable has.
        if count != elements * size & 0xFFFF_FFFF:
            detail = f"{count} bytes for {elements} elements of {size}"
            raise BrokenError("type-size", detail)
        self.cursor.skip(count)
