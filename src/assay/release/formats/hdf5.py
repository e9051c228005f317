"""HDF5: what it links to, which plug-ins it needs, and what its attributes hold.

Numbers are never read. Attributes that hold JSON or a pickle, byte strings, what lies
before the superblock and what lies behind the end are handed on as members. Keras keeps
the description of a model in `model_config`, PyTables pickles what is no number.
Source: HDF5 File Format Specification 3.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.facts import (
    BuildFacts,
    BuiltObject,
    Content,
    Gap,
    WeightsFacts,
)
from assay.release.formats.hdf5_bytes import (
    BrokenError,
    Medium,
    UnreadError,
    signature_offset,
)
from assay.release.formats.hdf5_heaps import GlobalHeaps, collection
from assay.release.formats.hdf5_messages import superblock
from assay.release.formats.hdf5_objects import Objects
from assay.release.formats.hdf5_storage import is_outside
from assay.release.formats.reading import Problems, shorten
from assay.release.source import BytesSource, SliceSource, chunks

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.hdf5_messages import Superblock
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["Hdf5Reading", "read"]

_COLLECTION = b"GCOL\x01\0\0\0"
# MATLAB writes a line of text before its files.
_MATLAB = b"MATLAB 7.3 MAT-file"
# Words of descriptions by which loaders build objects.
_BUILDING = (b'"class_name"', b'"_target_"', b'"auto_map"', b'"__module__"', b"\\u00")
_SHOWN_METADATA = frozenset({"keras_version", "backend", "pytables_format_version"})
_SHORTEST_MEMBER = 4
_MAX_GAPS = 50


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of one HDF5 file."""
    reading = Hdf5Reading(subject, inspection)
    reading.run()
    return reading.facts()


class Hdf5Reading:
    """One HDF5 file being read; collects what is found."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self.subject = subject
        self.inspection = inspection
        self.medium = Medium(subject.source, inspection.limits)
        self.heaps = GlobalHeaps(self.medium)
        self.datasets = 0
        self.has_sequences = False
        self._shown = inspection.limits.max_shown_chars
        self._values = inspection.limits.max_hdf5_values
        self._problems = Problems(subject, inspection.limits)
        self._gaps: dict[str, Gap] = {}
        self._members: list[Fact] = []
        self._metadata: list[tuple[str, str]] = []
        self._filters: dict[int, BuiltObject] = {}

    def run(self) -> None:
        """Read the superblock, then everything that it leads to."""
        offset = signature_offset(self.subject.source)
        if offset is None:
            self._problems.add("malformed", "no superblock")
            return
        try:
            block = superblock(self.medium, offset)
        except BrokenError as error:
            self._problems.add("malformed", f"the superblock: {error}")
            return
        except UnreadError as error:
            self.gap("", str(error))
            return
        self.medium.base = offset
        self._around(offset, block)
        Objects(self).walk(block.root)
        if self.has_sequences:
            self._sequences()

    def facts(self) -> list[Fact]:
        """Give it all: the file, the plug-ins, the members, what was not read."""
        place = self.subject.place
        facts: list[Fact] = [
            WeightsFacts(
                place=place,
                content=Content.HDF5,
                tensors=self.datasets,
                metadata=tuple(self._metadata),
                problems=self._problems.done(),
            )
        ]
        if self._filters:
            objects = tuple(self._filters[number] for number in sorted(self._filters))
            facts.append(BuildFacts(place=place, framework="hdf5", objects=objects))
        return [*facts, *self._members, *self._gaps.values()]

    def problem(self, kind: str, detail: str, key: str = "") -> None:
        """Note a way in which the file breaks its format."""
        place = self.subject.at(key=shorten(key, self._shown)) if key else None
        self._problems.add(kind, detail, place=place)

    def gap(self, key: str, reason: str) -> None:
        """Note what was not read; each reason once."""
        if reason not in self._gaps and len(self._gaps) < _MAX_GAPS:
            place = self.subject.at(key=shorten(key, self._shown) if key else None)
            text = shorten(reason, 2 * self._shown)
            self._gaps[reason] = Gap(place=place, reason=text, content=Content.HDF5)

    def plugin(self, number: int, name: bytes, key: str) -> None:
        """Note a filter: the library loads a plug-in for those it does not have."""
        if number not in self._filters and len(self._filters) < self._values:
            self._filters[number] = BuiltObject(
                place=self.subject.at(key=shorten(key, self._shown)),
                module="hdf5-filter",
                name=str(number),
                kind="loader",
                registered=shorten(name.decode("utf-8", "replace"), self._shown),
            )

    def elsewhere(self, name: bytes, key: str, what: str) -> None:
        """Note that something is taken from another file."""
        path = name.decode("utf-8", "replace")
        if path in ("", "."):
            return
        folder = self.subject.place.path.rpartition("/")[0]
        full = f"{folder}/{path}" if folder else path
        if is_outside(path):
            self.problem("path-escape", f"{what} is taken from {path!r}", key)
        elif full.removeprefix("./") not in self.inspection.paths:
            self.problem("missing-shard", f"{what} is taken from {path!r}", key)

    def value(self, key: str, data: bytes) -> None:
        """Hand on a value that describes objects, or that is a file of its own."""
        if len(data) < _SHORTEST_MEMBER:
            return
        self._values -= 1
        if self._values < 0:
            self.gap(key, "more values than are read of one HDF5 file")
            return
        text = data.strip(b"\0 \t\r\n")
        if text[:1] == b"{" and any(word in text for word in _BUILDING):
            self._hand_on(f"{key}.json", BytesSource(text), plain=True)
        elif key.startswith("/@") and key[2:] in _SHOWN_METADATA:
            shown = shorten(text.decode("utf-8", "replace"), self._shown)
            self._metadata.append((key[2:], shown))
        else:
            self._hand_on(key, BytesSource(data), plain=False)

    def stretch(self, key: str, address: int, size: int) -> None:
        """Hand on bytes of a dataset that hold no numbers."""
        if size >= _SHORTEST_MEMBER:
            start = self.medium.base + address
            source = SliceSource(self.subject.source, start, size)
            self._hand_on(key, source, plain=False)

    def _hand_on(self, name: str, source: ByteSource, *, plain: bool) -> None:
        # Cut as paths of members are; those who show it make it fit to be seen.
        name = name.lstrip("/")[: self.inspection.limits.max_path_bytes]
        walk = self.inspection.descend if plain else self.inspection.raw_data
        self._members.extend(walk(self.subject, name, source))

    def _around(self, offset: int, block: Superblock) -> None:
        """Look at what lies before the superblock and behind the end."""
        source = self.subject.source
        before = source.read_at(0, offset)
        if before.strip(b"\0") and not before.startswith(_MATLAB):
            self.problem("hidden-data", f"{offset} bytes before the superblock")
            self._hand_on("user block", BytesSource(before), plain=True)
        if block.driver:
            self.gap("", "a file of several parts, or of a driver of its own")
        # The end counts from the first byte, or from the superblock: libraries differ.
        ends = {block.end, block.end + offset}
        if source.size < min(ends):
            self.problem(
                "truncated", f"expected {min(ends)} bytes, found {source.size}"
            )
        end = min((size for size in ends if size >= source.size), default=max(ends))
        if source.size > end:
            self._behind(end)

    def _behind(self, end: int) -> None:
        source = SliceSource(self.subject.source, end, self.subject.source.size)
        if not any(part.strip(b"\0") for part in chunks(source)):
            self.problem("untidy", f"{source.size} NULs behind the end")
            return
        self.problem("trailing-data", f"{source.size} bytes behind the end")
        self._hand_on("behind the end", source, plain=False)

    def _sequences(self) -> None:
        """Look at what the global heap holds besides texts: pickled rows, mostly."""
        source, before, start = self.subject.source, b"", 0
        for part in chunks(source):
            data = before + part
            found = data.find(_COLLECTION)
            while found >= 0:
                self._collection(start - len(before) + found)
                found = data.find(_COLLECTION, found + 1)
            before = data[-len(_COLLECTION) + 1 :]
            start += len(part)

    def _collection(self, offset: int) -> None:
        address = offset - self.medium.base
        try:
            for index, begin, size in collection(self.medium, address):
                self._values -= 1
                if self._values < 0:
                    self.gap("", "more values than are read of one HDF5 file")
                    return
                self.stretch(f"global heap {address}:{index}", begin, size)
        except (BrokenError, UnreadError):
            # Numbers may happen to look like a collection; what is referred to by an
            # attribute was reported where it is.
            return
