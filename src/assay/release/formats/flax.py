"""Flax checkpoints and other MessagePack: arrays against their bytes, and objects.

Flax packs arrays as extensions: 1 is an array, 2 a complex number, 3 a scalar; an
array is itself a list of shape, type and bytes. Other packers put pickles into byte
strings and extensions, or keys that name a class to be built.
Source: the MessagePack specification, and the serialisation of Flax.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.domain.facts import Gap, WeightsFacts
from assay.release.formats.flax_array import array_problem, complex_problem
from assay.release.formats.msgpack_items import Item, item_at
from assay.release.formats.reading import Problems, shorten
from assay.release.source import SliceSource

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["read"]

_ARRAYS = frozenset({1, 3})
_COMPLEX = 2
_TIMESTAMP = 255
_TIMESTAMP_BYTES = frozenset({4, 8, 12})
_LONGEST_KEY = 256
# Keys that are remembered as they stand, and not by a digest: there may be a million.
_SHORT_KEY = 16
# Keys by which other packers mark an object to be built or unpickled.
_OBJECT_KEYS = re.compile(
    rb"__reduce(?:_ex)?__|__pickle__|__class__|__code__|py/(?:object|reduce|type"
    rb"|function|newobj\w*|repr)"
)
# msgpack-numpy marks an array so, and unpickles it when its kind is this.
_NUMPY_KIND = frozenset({b"kind", b"type"})
_OBJECT_KINDS = frozenset({b"O", b"|O", b"object"})
# Byte strings shorter than this hold no pickle that calls anything.
_LEAST_PICKLE = 8


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of one MessagePack document, and of what is packed in it."""
    return _Document(subject, inspection).read()


@dataclass(slots=True)
class _Open:
    """A container that is being read.

    Attributes:
        left: Items still to come; two for each entry of a dictionary.
        mapping: Whether it is a dictionary.
        path: Where it is.
        key: The key that was read last, or the index.
        seen: Keys that were there.
    """

    left: int
    mapping: bool
    path: str
    key: bytes = b""
    seen: set[bytes] = field(default_factory=set)


class _Document:
    """One document, item by item."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._subject = subject
        self._inspection = inspection
        self._limits = inspection.limits
        self._problems = Problems(subject, inspection.limits)
        self._open: list[_Open] = []
        self._facts: list[Fact] = []
        self._arrays = 0
        self._tried = 0
        self._at = 0
        # Items that may still be read, those of shapes among them.
        self._left = inspection.limits.max_msgpack_items

    def read(self) -> list[Fact]:
        """Walk all items; what was read before a break counts."""
        self._walk()
        weights = WeightsFacts(
            place=self._subject.place,
            content=self._subject.content,
            tensors=self._arrays,
            problems=self._problems.done(),
        )
        return [weights, *self._facts]

    def _walk(self) -> None:
        source = self._subject.source
        while self._left > 0:
            self._left -= 1
            while self._open and not self._open[-1].left:
                self._open.pop()
            if self._at and not self._open:
                self._tail()
                return
            item = item_at(source, self._at)
            if item is None or item.end > source.size:
                left = source.size - self._at
                kind = "truncated" if item is not None or left <= 0 else "malformed"
                self._end(kind, f"an item that does not fit, {max(left, 0)} bytes left")
                return
            self._at = item.end
            if not self._item(item):
                return
        self._end("over-limit", f"more than {self._limits.max_msgpack_items} items")

    def _end(self, kind: str, detail: str) -> None:
        """Note why the walk ends early, and that the rest was not read."""
        place = self._subject.at(offset=self._at)
        self._problems.add(kind, detail, place=place)
        reason = f"the document was not read to its end: {detail}"
        self._facts.append(
            Gap(place=place, reason=reason, content=self._subject.content)
        )

    def _tail(self) -> None:
        source = self._subject.source
        more = source.size - self._at
        if more <= 0:
            return
        place = self._subject.at(offset=self._at)
        self._problems.add("trailing-data", f"{more} bytes behind it", place=place)
        tail = SliceSource(source, self._at, more)
        self._facts += self._inspection.raw_data(self._subject, "trailing-data", tail)

    def _item(self, item: Item) -> bool:
        """Judge one item; tell whether the walk goes on."""
        outer = self._open[-1] if self._open else None
        is_key = False
        if outer is not None:
            outer.left -= 1
            is_key = outer.mapping and outer.left % 2 == 1
            if is_key:
                self._key(outer, item)
        if item.kind in ("map", "array"):
            return self._enter(item, self._path(outer))
        if item.kind == "ext":
            self._extension(item, self._path(outer))
        elif outer is not None and not is_key and item.kind in ("str", "bin"):
            self._value(item, outer)
        return True

    def _enter(self, item: Item, path: str) -> bool:
        mapping = item.kind == "map"
        if item.count > self._subject.source.size - item.end:
            detail = f"{item.count} entries, where fewer bytes are left"
            self._end("count-mismatch", detail)
            return False
        if len(self._open) >= self._limits.max_msgpack_depth:
            self._end("over-limit", f"nested {len(self._open)} deep")
            return False
        left = 2 * item.count if mapping else item.count
        self._open.append(_Open(left=left, mapping=mapping, path=path))
        return True

    @staticmethod
    def _path(outer: _Open | None) -> str:
        """Give where an item is; made fit to be shown only where it is."""
        if outer is None:
            return ""
        key = outer.key[:100].decode("utf-8", "replace")
        return f"{outer.path}.{key}"[-180:].lstrip(".")

    def _shown(self, path: str) -> str:
        return shorten(path, self._limits.max_shown_chars)

    def _bytes(self, item: Item, bound: int) -> bytes:
        return self._subject.source.read_at(item.start, min(item.count, bound))

    def _key(self, outer: _Open, item: Item) -> None:
        """Read a key of a dictionary; those that are no texts by their bytes."""
        whole = item.end - item.head
        raw = self._subject.source.read_at(item.head, min(whole, _LONGEST_KEY))
        outer.key = raw[item.start - item.head :]
        if whole > _SHORT_KEY:
            raw = hashlib.blake2b(self._bytes(item, 1 << 20), digest_size=16).digest()
        if raw in outer.seen:
            self._add("duplicate-name", outer, "the key was there before")
        outer.seen.add(raw)
        if item.kind in ("str", "bin") and _OBJECT_KEYS.fullmatch(outer.key):
            self._add("code-object", outer, "the key names an object to be built")

    def _add(self, kind: str, outer: _Open, detail: str) -> None:
        if self._problems.full:
            return
        path = self._shown(self._path(outer))
        place = self._subject.at(key=path)
        self._problems.add(kind, f"{path!r}: {detail}", place=place)

    def _value(self, item: Item, outer: _Open) -> None:
        if outer.mapping and outer.key in _NUMPY_KIND and item.count <= 8:
            kind = self._bytes(item, 8)
            if kind in _OBJECT_KINDS and {b"\xa2nd", b"\xc4\x02nd"} & outer.seen:
                self._add("code-object", outer, "an array of objects, to be unpickled")
        if item.kind == "bin":
            self._inside(item, self._path(outer))

    def _extension(self, item: Item, path: str) -> None:
        problem: tuple[str, str] | None = None
        if item.extension in _ARRAYS:
            self._arrays += 1
            problem, walked = array_problem(self._subject.source, item)
            self._left -= walked
        elif item.extension == _COMPLEX:
            problem = complex_problem(self._subject.source, item)
        elif item.extension == _TIMESTAMP:
            if item.count not in _TIMESTAMP_BYTES:
                problem = ("malformed", f"a time of {item.count} bytes")
        else:
            problem = (
                "unknown-version",
                f"an extension of the unknown type {item.extension}",
            )
        # Where it is costs more than what it is; beyond the bound nobody is told.
        if problem is not None and not self._problems.full:
            shown = self._shown(path)
            place = self._subject.at(key=shown)
            self._problems.add(problem[0], f"{shown!r}: {problem[1]}", place=place)
        if item.extension not in _ARRAYS:
            self._inside(item, path)

    def _inside(self, item: Item, path: str) -> None:
        """Read what is packed in bytes, if that is plainly something."""
        if item.count < _LEAST_PICKLE:
            return
        self._tried += 1
        bound = self._limits.max_pickle_embedded
        if self._tried > bound:
            if self._tried == bound + 1:
                reason = f"more than {bound} byte strings; the rest were not tried"
                place = self._subject.at(offset=item.start)
                self._facts.append(
                    Gap(place=place, reason=reason, content=self._subject.content)
                )
            return
        data = SliceSource(self._subject.source, item.start, item.count)
        self._facts += self._inspection.raw_data(
            self._subject, self._shown(path) or "value", data
        )
