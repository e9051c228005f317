"""HDF5 B-trees: version 1 of old-style groups, version 2 of links and attributes.

Source: HDF5 File Format Specification 3.0, sections III.A.1, III.A.2, III.B and III.C.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.release.formats.hdf5_bytes import BrokenError, UnreadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.release.formats.hdf5_bytes import Medium

__all__ = ["Symbol", "records", "symbols"]

_MAX_LEVELS = 32
_MAX_NODES = 200_000
_SOFT_LINK = 2

# Offset of the name, address of the object, offset of the target of a soft link.
Symbol = tuple[int, int | None, int | None]


def symbols(medium: Medium, address: int) -> Iterator[Symbol]:
    """Give the entries of an old-style group.

    Raises:
        BrokenError: The tree is malformed or meets itself.
    """
    seen: set[int] = set()
    waiting = [(address, -1)]
    while waiting:
        address, above = waiting.pop()
        _once(seen, address)
        head = 8 + 2 * medium.offsets
        cursor = medium.block(address, b"TREE", head)
        kind, level, used = cursor.number(1), cursor.number(1), cursor.number(2)
        if kind != 0 or (above >= 0 and level != above - 1) or level > _MAX_LEVELS:
            message = f"a node of kind {kind} and level {level} below {above}"
            raise BrokenError(message)
        size = used * (medium.offsets + medium.lengths)
        cursor = medium.block(address, b"TREE", head + size)
        cursor.position = head
        for _ in range(used):
            medium.length(cursor)
            child = medium.address(cursor)
            if child is None:
                continue
            if level:
                waiting.append((child, level))
            else:
                _once(seen, child)
                yield from _leaf(medium, child)


def _once(seen: set[int], address: int) -> None:
    if address in seen:
        message = f"the node at {address} stands twice in one tree"
        raise BrokenError(message)
    seen.add(address)
    if len(seen) > _MAX_NODES:
        message = "a tree of more nodes than are read"
        raise UnreadError(message)


def _leaf(medium: Medium, address: int) -> Iterator[Symbol]:
    cursor = medium.block(address, b"SNOD", 8)
    cursor.take(2)
    count = cursor.number(2)
    size = count * (2 * medium.offsets + 24)
    cursor = medium.block(address, b"SNOD", 8 + size)
    cursor.position = 8
    for _ in range(count):
        name = cursor.number(medium.offsets)
        target = medium.address(cursor)
        cached = cursor.number(4)
        cursor.take(4)
        scratch = cursor.take(16)
        soft = int.from_bytes(scratch[:4], "little") if cached == _SOFT_LINK else None
        yield name, target, soft


def records(medium: Medium, address: int) -> Iterator[bytes]:
    """Give the records of a version 2 B-tree, in no particular order.

    Raises:
        BrokenError: The tree is malformed or meets itself.
    """
    if address < 0:
        return
    size = 18 + medium.offsets + medium.lengths
    cursor = medium.block(address, b"BTHD", size)
    cursor.take(2)
    node, record, depth = cursor.number(4), cursor.number(2), cursor.number(2)
    cursor.take(2)
    root = medium.address(cursor)
    count = cursor.number(2)
    if depth > _MAX_LEVELS or not record or node < 10 + record:
        message = f"a tree of depth {depth} with records of {record} bytes"
        raise BrokenError(message)
    pointers = _pointers(medium, node, record, depth)
    seen: set[int] = set()
    waiting = [] if root is None else [(root, count, depth)]
    while waiting:
        address, count, level = waiting.pop()
        _once(seen, address)
        counted, total = pointers[level]
        step = medium.offsets + counted + total
        size = 6 + count * record + ((count + 1) * step if level else 0)
        if size > node:
            message = f"a node of {size} bytes in a tree of {node}"
            raise BrokenError(message)
        cursor = medium.block(address, b"BTIN" if level else b"BTLF", size)
        cursor.take(2)
        for _ in range(count):
            yield cursor.take(record)
        for _ in range(count + 1 if level else 0):
            child, below = cursor.number(medium.offsets), cursor.number(counted)
            cursor.take(total)
            waiting.append((child, below, level - 1))


def _pointers(
    medium: Medium, node: int, record: int, depth: int
) -> list[tuple[int, int]]:
    """Give for each level the bytes that count a child's records, own and all."""
    most = (node - 10) // record
    counted = _bytes_for(most)
    sizes = [(0, 0)]
    total, all_below = 0, most
    for _ in range(depth):
        sizes.append((counted, total))
        step = medium.offsets + counted + total
        most = max(0, node - 10 - step) // (record + step)
        all_below = (most + 1) * all_below + most
        total = _bytes_for(all_below)
    return sizes


def _bytes_for(number: int) -> int:
    return max(1, (number.bit_length() + 7) // 8)
