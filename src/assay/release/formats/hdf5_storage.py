"""Where HDF5 datasets keep their numbers: here, in other files, or in mappings.

Source: HDF5 File Format Specification 3.0, sections III.F, IV.A.2.h and IV.A.2.i.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.release.formats.hdf5_bytes import BrokenError, Cursor, UnreadError
from assay.release.formats.hdf5_heaps import LocalHeap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.release.formats.hdf5_bytes import Medium
    from assay.release.formats.hdf5_heaps import GlobalHeaps

__all__ = ["external_files", "is_outside", "stored", "virtual_files"]

_COMPACT, _CONTIGUOUS, _VIRTUAL = 0, 1, 3
_ALL, _POINTS, _HYPERSLAB, _NONE = 3, 1, 2, 0
_MAX_SOURCES = 10_000
_DRIVE = re.compile(r"[A-Za-z]:")


def is_outside(path: str) -> bool:
    """Tell whether a path that a file names leaves the folder of the release."""
    plain = path.replace("\\", "/")
    return (
        plain.startswith(("/", "~"))
        or "://" in plain
        or plain.lower().startswith("file:")
        or _DRIVE.match(plain) is not None
        or ".." in plain.split("/")
    )


def external_files(medium: Medium, data: bytes) -> list[bytes]:
    """Give the names of the files that hold a dataset's numbers."""
    cursor = Cursor(data)
    version = cursor.number(1)
    cursor.take(5)
    used = cursor.number(2)
    heap = medium.address(cursor)
    if version != 1 or heap is None or used > _MAX_SOURCES:
        message = f"a list of {used} external files, of version {version}"
        raise UnreadError(message)
    names = LocalHeap(medium, heap)
    found: list[bytes] = []
    for _ in range(used):
        found.append(names.text(medium.length(cursor)))
        cursor.take(2 * medium.lengths)
    return found


def stored(medium: Medium, data: bytes) -> tuple[int, int] | bytes | None:
    """Give where a dataset lies in one piece, or its bytes, or None."""
    cursor = Cursor(data)
    version = cursor.number(1)
    if version < 3:
        # The first versions give dimensions and no length.
        return None
    kind = cursor.number(1)
    if kind == _COMPACT:
        return cursor.take(cursor.number(2))
    if kind != _CONTIGUOUS:
        return None
    address = medium.address(cursor)
    return None if address is None else (address, medium.length(cursor))


def virtual_files(medium: Medium, data: bytes, heaps: GlobalHeaps) -> list[bytes]:
    """Give the files that a virtual dataset is put together from; `.` is this one.

    Raises:
        UnreadError: A mapping is of a form that is not read.
    """
    cursor = Cursor(data)
    if cursor.number(1) < 4 or cursor.number(1) != _VIRTUAL:
        return []
    address = medium.address(cursor)
    if address is None:
        return []
    block = Cursor(heaps.get(address, cursor.number(4)))
    if block.number(1) != 0:
        message = "mappings of a virtual dataset of an unknown version"
        raise UnreadError(message)
    return list(dict.fromkeys(_sources(medium, block)))


def _sources(medium: Medium, block: Cursor) -> Iterator[bytes]:
    count = medium.length(block)
    if count > _MAX_SOURCES:
        message = f"{count} mappings in a virtual dataset"
        raise UnreadError(message)
    for _ in range(count):
        yield block.text()
        block.text()
        _selection(block)
        _selection(block)


def _selection(block: Cursor) -> None:
    """Pass over a selection (appendix D of the specification)."""
    kind, version = block.number(4), block.number(4)
    if kind in (_ALL, _NONE):
        block.take(8)
    elif kind in (_POINTS, _HYPERSLAB) and version == 1:
        block.take(4)
        block.take(block.number(4))
    elif kind == _HYPERSLAB and version == 2:
        block.take(1)
        block.take(block.number(4))
    elif kind == _HYPERSLAB and version == 3:
        _third(block)
    elif kind > _ALL:
        message = f"a selection of kind {kind}"
        raise BrokenError(message)
    else:
        message = f"a selection of kind {kind} and version {version}"
        raise UnreadError(message)


def _third(block: Cursor) -> None:
    regular, width, rank = block.number(1) & 1, block.number(1), block.number(4)
    if regular:
        block.take(4 * rank * width)
        return
    block.take(block.number(width) * 2 * rank * width)
