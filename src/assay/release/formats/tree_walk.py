"""What every format of trees must keep to: children inside the tree, and no way back.

Predicting follows children until a leaf. A child outside of its tree is memory of
somebody else; a child that leads back to where it came from never ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["strayed"]


def strayed(
    left: Sequence[int], right: Sequence[int], leaf: int | None = -1
) -> tuple[str, str] | None:
    """Follow a tree from its root; give the kind and the detail of what is wrong.

    Args:
        left: Left child of each node.
        right: Right child of each node, as many.
        leaf: What stands in both for a node without children; None where a negative
            number `~n` is leaf `n`, of which there is one more than there are nodes.
    """
    count = len(left)
    seen = bytearray(count)
    waiting = [0] if count else []
    while waiting:
        node = waiting.pop()
        if seen[node]:
            return "cycle", f"node {node} is reached twice"
        seen[node] = 1
        for child in (left[node], right[node]):
            if child == leaf or (leaf is None and -count - 1 <= child < 0):
                continue
            if not 0 <= child < count:
                return "bad-index", f"node {node} has child {child} of {count}"
            waiting.append(child)
    return None
