"""Receipts of many entries of one tree, made in one pass.

The paths of neighbouring entries share most of their hashes, so each is computed and
written once. The text is that of `c2sp.org/tlog-proof@v1`, which `crypto.tlog_proof`
reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto import canonical_base64, merkle
from assay.crypto.tlog_proof import HEADER
from assay.errors import LogError
from assay.log.layout import TILE_WIDTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.log.published import Published
    from assay.log.tiles import TileTree

__all__ = ["Receipt", "check_place", "entry_unknown", "make_receipts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Proof that an entry is in the log.

    Attributes:
        index: Its place, for ever.
        proof_text: A `c2sp.org/tlog-proof@v1` text, with the signed checkpoint.
    """

    index: int
    proof_text: str


def make_receipts(
    published: Published, tree: TileTree, indices: Sequence[int]
) -> tuple[Receipt, ...]:
    """Make the receipts of entries of the published tree.

    Args:
        published: The checkpoint of the tree.
        tree: The tree, its right edge checked against the checkpoint.
        indices: The entries.

    Raises:
        LogError: `log.entry-unknown`, or a tile is missing or altered.
        MachineError: A tile cannot be read.
    """
    paths = _Paths(tree)
    end = f"\n{published.note}"
    return tuple(
        Receipt(
            index=index,
            proof_text=f"{HEADER}\nindex {index}\n{paths.lines(index)}{end}",
        )
        for index in indices
    )


class _Paths:
    """The inclusion proofs of one tree, as lines; what they share is kept."""

    def __init__(self, tree: TileTree) -> None:
        self._tree = tree
        # From the first node of a range upwards: what is above it is the same for
        # every entry in it.
        self._above = {(0, tree.size): ""}

    def lines(self, index: int) -> str:
        """Give the path from a leaf to the root (RFC 9162 section 2.1.3.1)."""
        start, end = 0, self._tree.size
        if not 0 <= index < end:
            raise entry_unknown(index, end)
        above = ""
        while end - start > 1:
            middle = start + (1 << ((end - start - 1).bit_length() - 1))
            other = (start, middle)
            if index < middle:
                other, end = (middle, end), middle
            else:
                start = middle
            lines = self._above.get((start, end))
            if lines is None:
                lines = f"{self._line(*other)}{above}"
                self._above[start, end] = lines
            above = lines
        return above

    def _line(self, start: int, end: int) -> str:
        return canonical_base64.encode(self._root(start, end)) + "\n"

    def _root(self, start: int, end: int) -> bytes:
        """Compute the root of a range that begins at a multiple of its largest part."""
        count, hashes = end - start, []
        while start < end:
            level = (end - start).bit_length() - 1
            hashes.append(self._tree.node(level, start >> level))
            start += 1 << level
        return merkle.CompactRange(size=count, hashes=tuple(hashes)).root()


def entry_unknown(index: int, size: int) -> LogError:
    """Say that the tree has no such entry."""
    return LogError(
        "entry-unknown",
        "The log has no such entry.",
        expected=f"an index below {size}",
        found=str(index),
    )


def check_place(tree: TileTree, leaf_hash: bytes, index: int) -> None:
    """Refuse to give a receipt for anything but the entry in hand.

    Raises:
        LogError: `log.entry-unknown`, `log.database-altered`, or a tile is missing or
            altered.
        MachineError: A tile cannot be read.
    """
    if not 0 <= index < tree.size:
        raise entry_unknown(index, tree.size)
    bundle, position = divmod(index, TILE_WIDTH)
    found = tree.hashes(0, bundle)[position]
    if found != leaf_hash:
        raise LogError(
            "database-altered",
            f"The ledger says that the entry has index {index}; the tree has another.",
            expected=leaf_hash.hex(),
            found=found.hex(),
            remedy="restore log.sqlite from the newest backup, then audit the log",
        )
