"""What every format of trees must keep to: children inside the tree, and no way back.

Predicting follows children until a leaf. A child outside of its tree is memory of
somebody else; a child that leads back to where it came from never ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Walk", "walk"]


@dataclass(frozen=True, slots=True)
class Walk:
    """What came of following a tree from its root.

    Attributes:
        kind: What is wrong: `cycle`, `bad-index`, or nothing.
        detail: The particulars.
        splits: Nodes that were reached and have children.
    """

    kind: str
    detail: str
    splits: tuple[int, ...]


def walk(left: Sequence[int], right: Sequence[int], *, leaves_apart: bool) -> Walk:
    """Follow a tree from its root.

    Args:
        left: Left child of each node.
        right: Right child of each node, as many.
        leaves_apart: Whether leaves are a list of their own, one more than there are
            nodes, in which a negative number `~n` is leaf `n`; else a node whose left
            child is -1 is a leaf.
    """
    count = len(left)
    seen = bytearray(count)
    splits: list[int] = []
    waiting = [0] if count else []
    while waiting:
        node = waiting.pop()
        if seen[node]:
            return Walk("cycle", f"node {node} is reached twice", tuple(splits))
        seen[node] = 1
        if not leaves_apart and left[node] == -1:
            continue
        splits.append(node)
        for child in (left[node], right[node]):
            if leaves_apart and -count - 1 <= child < 0:
                continue
            if not 0 <= child < count:
                detail = f"node {node} has child {child} of {count}"
                return Walk("bad-index", detail, tuple(splits))
            waiting.append(child)
    return Walk("", "", tuple(splits))
