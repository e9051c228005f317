"""Groups and datasets of an HDF5 file, walked once each."""

from __future__ import annotations

from typing import TYPE_CHECKING, ParamSpec

from assay.release.formats.hdf5_bytes import BrokenError, Cursor, UnreadError
from assay.release.formats.hdf5_heaps import FractalHeap, LocalHeap
from assay.release.formats.hdf5_messages import (
    Datatype,
    Kind,
    Link,
    attribute,
    datatype,
    filters,
    link,
    messages,
)
from assay.release.formats.hdf5_storage import external_files, stored, virtual_files
from assay.release.formats.hdf5_trees import records, symbols

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assay.release.formats.hdf5 import Hdf5Reading
    from assay.release.formats.hdf5_messages import Attribute, Message

__all__ = ["Objects"]

P = ParamSpec("P")

# Paths are shown, and handed down to every member of a group: their ends are enough.
_MAX_PATH_CHARS = 160
# Bytes of a record before the heap id: a hash for links, nothing for attributes.
_LINK_RECORD = (4, 7)
_ATTRIBUTE_RECORD = (0, 8)


class Objects:
    """The walk through the objects of one file."""

    def __init__(self, reading: Hdf5Reading) -> None:
        self._reading = reading
        self._medium = reading.medium
        self._seen: set[int] = set()
        self._waiting: list[tuple[int, str]] = []
        self._bound = reading.inspection.limits.max_hdf5_objects

    def walk(self, root: int) -> None:
        """Look at the root and all that can be reached from it."""
        self._waiting.append((root, "/"))
        while self._waiting:
            address, path = self._waiting.pop()
            if address in self._seen:
                continue
            self._seen.add(address)
            if len(self._seen) > self._bound:
                reason = f"more than {self._bound} objects in one HDF5 file"
                self._reading.gap(path, reason)
                return
            self._tried(path, self._object, address, path)

    def _tried(
        self, path: str, step: Callable[P, None], *given: P.args, **named: P.kwargs
    ) -> None:
        """Do a step; what breaks it is a problem or a gap at its path."""
        try:
            step(*given, **named)
        except BrokenError as error:
            self._reading.problem("malformed", f"{error}", path)
        except UnreadError as error:
            self._reading.gap(path, str(error))

    def _object(self, address: int, path: str) -> None:
        found = messages(self._medium, address)
        kinds = {message.kind: message for message in found}
        for message in found:
            step = _STEPS.get(message.kind)
            if step is None:
                continue
            if message.shared:
                self._reading.gap(path, "messages that several objects share")
                continue
            self._tried(path, step, self, message.data, path)
        if Kind.LAYOUT in kinds:
            self._reading.datasets += 1
            self._tried(path, self._dataset, kinds, path)

    # Groups.

    def _symbols(self, data: bytes, path: str) -> None:
        cursor = Cursor(data)
        tree, heap = self._medium.address(cursor), self._medium.address(cursor)
        if tree is None or heap is None:
            return
        names = LocalHeap(self._medium, heap)
        for name, target, soft in symbols(self._medium, tree):
            if soft is None and target is not None:
                self._go(target, path, names.text(name))

    def _link(self, data: bytes, path: str) -> None:
        found = link(self._medium, data)
        if found.target is not None:
            self._go(found.target, path, found.name)
        elif found.file is not None:
            self._reading.elsewhere(found.file, _below(path, found.name), "an object")
        elif found.kind != Link.SOFT:
            self._reading.gap(path, f"a link of kind {found.kind}, made by a plug-in")

    def _links(self, data: bytes, path: str) -> None:
        cursor = Cursor(data)
        cursor.take(1)
        cursor.take(8 if cursor.number(1) & 1 else 0)
        for item in self._dense(cursor, _LINK_RECORD, path):
            self._tried(path, self._link, item, path)

    def _go(self, address: int, path: str, name: bytes) -> None:
        if address not in self._seen:
            self._waiting.append((address, _below(path, name)))

    # Attributes.

    def _attribute(self, data: bytes, path: str) -> None:
        found = attribute(data, self._medium.lengths)
        name = found.name.decode("utf-8", "replace")
        key = f"{path}@{name}"
        for value in self._values(found):
            self._reading.value(key, value)

    def _values(self, found: Attribute) -> Iterator[bytes]:
        kind = found.type
        if kind is None:
            yield found.data
        elif kind.number in (Datatype.STRING, Datatype.OPAQUE):
            for index in range(min(found.items, len(found.data) // max(1, kind.size))):
                value = found.data[index * kind.size : (index + 1) * kind.size]
                yield value.rstrip(b"\0")
        elif kind.number == Datatype.FIXED and kind.size == 1:
            yield found.data
        elif kind.number == Datatype.VARIABLE:
            cursor = Cursor(found.data)
            while cursor.left >= 8 + self._medium.offsets:
                length = cursor.number(4)
                address, index = self._medium.address(cursor), cursor.number(4)
                if length and address:
                    yield self._reading.heaps.get(address, index)

    def _attributes(self, data: bytes, path: str) -> None:
        cursor = Cursor(data)
        cursor.take(1)
        cursor.take(2 if cursor.number(1) & 1 else 0)
        for item in self._dense(cursor, _ATTRIBUTE_RECORD, path):
            self._tried(path, self._attribute, item, path)

    def _dense(
        self, cursor: Cursor, record: tuple[int, int], path: str
    ) -> Iterator[bytes]:
        """Give what a fractal heap and the tree of its ids hold."""
        heap, tree = self._medium.address(cursor), self._medium.address(cursor)
        if heap is None or tree is None:
            return
        found = FractalHeap(
            self._medium, heap, lambda address: records(self._medium, address)
        )
        start, size = record
        for entry in records(self._medium, tree):
            try:
                yield found.get(entry[start : start + size])
            except BrokenError as error:
                self._reading.problem("malformed", f"{error}", path)

    # Datasets.

    def _dataset(self, kinds: dict[int, Message], path: str) -> None:
        reading, medium = self._reading, self._medium
        layout = kinds[Kind.LAYOUT].data
        for name in virtual_files(medium, layout, reading.heaps):
            reading.elsewhere(name, path, "a dataset")
        message = kinds.get(Kind.DATATYPE)
        if message is None or message.shared:
            return
        kind = datatype(message.data)
        if kind.number in (Datatype.COMPOUND, Datatype.ARRAY) or (
            kind.number == Datatype.VARIABLE and not kind.text
        ):
            reading.has_sequences = True
        if kind.number in (Datatype.STRING, Datatype.OPAQUE) or (
            kind.number == Datatype.FIXED and kind.size == 1
        ):
            self._bytes(layout, kinds, kind, path)

    def _bytes(
        self, layout: bytes, kinds: dict[int, Message], kind: Datatype, path: str
    ) -> None:
        where = stored(self._medium, layout)
        if isinstance(where, bytes):
            self._reading.value(path, where)
        elif where is not None and Kind.EXTERNAL not in kinds:
            self._reading.stretch(path, *where)
        elif where is None and kind.number == Datatype.OPAQUE:
            self._reading.gap(path, "opaque objects that are kept in chunks")

    def _filters(self, data: bytes, path: str) -> None:
        for number, name in filters(data):
            self._reading.plugin(number, name, path)

    def _external(self, data: bytes, path: str) -> None:
        for name in external_files(self._medium, data):
            self._reading.elsewhere(name, path, "a dataset")


_STEPS: dict[int, Callable[[Objects, bytes, str], None]] = {
    Kind.SYMBOLS: Objects._symbols,  # noqa: SLF001 - the table of this class's steps
    Kind.LINK: Objects._link,  # noqa: SLF001 - as above
    Kind.LINK_INFO: Objects._links,  # noqa: SLF001 - as above
    Kind.ATTRIBUTE: Objects._attribute,  # noqa: SLF001 - as above
    Kind.ATTRIBUTE_INFO: Objects._attributes,  # noqa: SLF001 - as above
    Kind.FILTERS: Objects._filters,  # noqa: SLF001 - as above
    Kind.EXTERNAL: Objects._external,  # noqa: SLF001 - as above
}


def _below(path: str, name: bytes) -> str:
    text = name[:_MAX_PATH_CHARS].decode("utf-8", "replace")
    full = f"{path.rstrip('/')}/{text}"
    return full if len(full) <= _MAX_PATH_CHARS else f"…{full[-_MAX_PATH_CHARS:]}"
