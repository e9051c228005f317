"""MessagePack documents, Flax checkpoints among them.

The format has no signature, so a file counts as one only when it is a dictionary with
texts for keys from its first byte to its last. `flax` reads what is in it.
Source: the MessagePack specification.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.domain.limits import Limits
    from assay.release.source import ByteSource

__all__ = ["is_msgpack"]

# By first byte: how many bytes of length or value follow it.
_FIXED = {0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8} | {
    0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8, 0xD4: 2, 0xD5: 3, 0xD6: 5, 0xD7: 9, 0xD8: 17,
    0xC0: 0, 0xC2: 0, 0xC3: 0,
}  # fmt: skip
# Texts and byte strings; extensions have one more byte, their type.
_SIZED = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
_EXTENSIONS = {0xC7: 1, 0xC8: 2, 0xC9: 4}
_ARRAYS = {0xDC: 2, 0xDD: 4}
_MAPS = {0xDE: 2, 0xDF: 4}
_TEXTS = frozenset({0xD9, 0xDA, 0xDB, *range(0xA0, 0xC0)})
# Keys further inside may be byte strings too: msgpack-numpy marks its arrays so; or
# whole numbers: spaCy numbers what it knows of a word.
_NUMBERS = frozenset({*range(0x80), *range(0xCC, 0xD4), *range(0xE0, 0x100)})
_KEYS = _TEXTS | {0xC4, 0xC5, 0xC6} | _NUMBERS
# The outermost keys may be texts, or digests of texts: spaCy finds vectors by them.
_OUTER_KEYS = _TEXTS | {0xCF}
_LONGEST_HEAD = 5


def is_msgpack(source: ByteSource, limits: Limits) -> bool:
    """Tell whether the bytes are one whole dictionary in MessagePack."""
    return _Walk(source, limits).is_whole()


class _Walk:
    """A pass over the items; it keeps only how many are still to come."""

    def __init__(self, source: ByteSource, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._position = 0
        # For each open container: items still to come, and whether it is a map.
        self._open: list[tuple[int, bool]] = []

    def is_whole(self) -> bool:
        for count in range(self._limits.max_msgpack_items):
            while self._open and not self._open[-1][0]:
                self._open.pop()
            if count and not self._open:
                return self._position == self._source.size
            head = self._source.read_at(self._position, _LONGEST_HEAD)
            if not head or not (count or self._is_filled_map(head)):
                return False
            if not self._may_stand(head[0]) or not self._take(head):
                return False
        return False

    @staticmethod
    def _is_filled_map(head: bytes) -> bool:
        # An empty one counts where it is the whole file.
        return 0x81 <= head[0] <= 0x8F or head[0] in _MAPS or head == b"\x80"

    def _may_stand(self, first: int) -> bool:
        """Take one off the innermost container; a map has texts for keys."""
        if not self._open:
            return True
        left, is_map = self._open.pop()
        self._open.append((left - 1, is_map))
        keys = _KEYS if len(self._open) > 1 else _OUTER_KEYS
        return not is_map or left % 2 == 1 or first in keys

    def _take(self, head: bytes) -> bool:
        """Move behind one item, or into it; tell whether it fits."""
        first = head[0]
        width, count = 0, 0
        if first in _SIZED or first in _EXTENSIONS:
            width = _SIZED.get(first) or _EXTENSIONS[first]
            count = int.from_bytes(head[1 : 1 + width], "big")
            count += first in _EXTENSIONS
        elif first in _ARRAYS or first in _MAPS or 0x80 <= first <= 0x9F:
            return self._enter(head)
        elif 0xA0 <= first <= 0xBF:
            count = first & 0x1F
        elif 0x80 <= first < 0xE0:
            if first not in _FIXED:
                return False
            count = _FIXED[first]
        self._position += 1 + width + count
        return self._position <= self._source.size

    def _enter(self, head: bytes) -> bool:
        first = head[0]
        is_map = first in _MAPS or first < 0x90
        width = _MAPS.get(first) or _ARRAYS.get(first) or 0
        count = int.from_bytes(head[1 : 1 + width], "big") if width else first & 0x0F
        self._position += 1 + width
        self._open.append((2 * count if is_map else count, is_map))
        return (
            len(self._open) <= self._limits.max_msgpack_depth
            and count <= self._source.size - self._position
        )
