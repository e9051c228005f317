"""Indexes of vectors as Annoy writes them: nodes of one size, without any header.

Items stand first, each with one descendant; then the nodes that split them; then the
roots once more, each with all items below it. That pattern is what proves an index.
Annoy maps the file and follows the numbers of children without a look, so a sound one
names only nodes that are there.
Source: `annoylib.h` of Annoy.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap, WeightsFacts
from assay.release.formats.reading import Problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_annoy", "read"]

_ONE = re.compile(rb"\x01\x00\x00\x00")
_HEAD_BYTES = 64 * 1024
# A node has two numbers and a vector at least; distances that are tried as its size.
_SMALLEST = 16
_TRIED = 64
# Items that are looked at to prove an index, from both ends.
_PROOF = 128
# Children stand behind the count, or behind one more number.
_PLACES = (1, 2)
_MAX_NODES = 2_000_000
_CHUNK_NODES = 4096


def is_annoy(source: ByteSource) -> bool:
    """Tell whether items, splits and roots stand where they must."""
    return _node_size(source) > 0


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Hold the children of every node against what is there."""
    source = subject.source
    size = _node_size(source)
    nodes = source.size // max(size, 1)
    items = _count(source, source.size - size)
    if nodes - items > _MAX_NODES:
        reason = f"an index of more than {_MAX_NODES} splits is not read to its end"
        return [Gap(place=subject.place, reason=reason, content=Content.ANNOY)]
    wrong = [_first_wrong(source, size, items, place) for place in _PLACES]
    problems = Problems(subject, inspection.limits)
    if None not in wrong:
        # Where the children stand depends on the metric, which nothing tells.
        offset = max(place for place in wrong if place is not None)
        detail = f"a node has children that are none of the {nodes} nodes"
        problems.add("bad-index", detail, place=subject.at(offset=offset))
    return [
        WeightsFacts(
            place=subject.place,
            content=Content.ANNOY,
            tensors=items,
            problems=problems.done(),
        )
    ]


def _node_size(source: ByteSource) -> int:
    """Give the size of a node, or 0 when the file is no index."""
    head = source.read_at(0, _HEAD_BYTES)
    for match in islice(_ONE.finditer(head, _SMALLEST), _TRIED):
        size = match.start()
        if size % 4 == 0 and source.size % size == 0 and _holds(source, size):
            return size
    return 0


def _count(source: ByteSource, offset: int) -> int:
    return int.from_bytes(source.read_at(offset, 4), "little", signed=True)


def _holds(source: ByteSource, size: int) -> bool:
    nodes = source.size // size
    items = _count(source, source.size - size)
    if not 1 < items < nodes:
        return False
    if not 1 < _count(source, items * size) <= items:
        return False
    looked = {*range(min(items, _PROOF)), *range(max(0, items - _PROOF), items)}
    # An identifier that was never given is a node of zeros.
    return all(_count(source, node * size) in (0, 1) for node in looked)


def _first_wrong(source: ByteSource, size: int, items: int, at: int) -> int | None:
    """Give the offset of the first node with a child that is none, or None."""
    nodes, width = source.size // size, size // 4
    listed = width - at
    for offset, node in _splits(source, size, items):
        count = node[0]
        if not 1 < count <= items:
            return offset
        if count <= listed:
            children, bound = node[at : at + count], items
        else:
            children, bound = node[at : at + 2], nodes
        if min(children) < 0 or max(children) >= bound:
            return offset
    return None


def _splits(
    source: ByteSource, size: int, items: int
) -> Iterator[tuple[int, memoryview]]:
    """Give each node behind the items as whole numbers, with its offset."""
    step = size * max(1, min(_CHUNK_NODES, (1 << 20) // size))
    for base in range(items * size, source.size, step):
        numbers = memoryview(source.read_at(base, step)).cast("i")
        for start in range(0, len(numbers), size // 4):
            yield base + 4 * start, numbers[start : start + size // 4]
