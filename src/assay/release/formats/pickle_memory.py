"""What the values of a pickle machine take in memory, estimated the same everywhere.

The figures are those of a 64-bit CPython, rounded up, and fixed: what the system says
would make the facts of a file depend on the Python version that read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.release.formats.pickle_values import KEPT_ITEMS, Call, LongText, Node

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "COST_OF_ITEMS",
    "MEMO_BYTES",
    "NODE_BYTES",
    "SLOT_BYTES",
    "VALUE_BYTES",
    "held_bytes",
]

# An entry of the stack; lists grow by an eighth at a time.
SLOT_BYTES = 9
# An entry of the memo, its key and its part of the table.
MEMO_BYTES = 92
# A container without its items.
NODE_BYTES = 120
# The most that a short text takes without its characters; those of ASCII take less.
VALUE_BYTES = 80
_ASCII_BYTES = 56
_NUMBER_BYTES = 32
# By count of items kept: the most that a container and its plain items take.
COST_OF_ITEMS = tuple(
    NODE_BYTES + (SLOT_BYTES + VALUE_BYTES) * count for count in range(KEPT_ITEMS + 1)
)


def held_bytes(roots: Iterable[object], epoch: int) -> int:
    """Add up what is reachable from `roots`, each container once.

    Args:
        roots: Values; shared texts and numbers count each time.
        epoch: A number that no earlier count over the same values had.
    """
    total = 0
    waiting: list[object] = list(roots)
    while waiting:
        value = waiting.pop()
        kind = type(value)
        if kind is str:
            total += _text(value)  # type: ignore[arg-type]  # `kind` says so
        elif kind is bytes:
            total += VALUE_BYTES + len(value)  # type: ignore[arg-type]  # as above
        elif kind is Node or kind is Call:
            if value.epoch != epoch:  # type: ignore[attr-defined]  # both have it
                value.epoch = epoch  # type: ignore[attr-defined]  # as above
                total += NODE_BYTES
                total += _enter(value, waiting)
        elif kind is LongText:
            total += NODE_BYTES
            waiting.append(value.prefix)  # type: ignore[attr-defined]  # as above
        elif kind is int or kind is float:
            total += _NUMBER_BYTES
    return total


def _text(value: str) -> int:
    # One character beyond the first 65,536 of Unicode widens all of a text to four.
    if value.isascii():
        return _ASCII_BYTES + len(value)
    return VALUE_BYTES + 4 * len(value)


def _enter(value: object, waiting: list[object]) -> int:
    if isinstance(value, Node):
        waiting.extend(value.items)
        return SLOT_BYTES * len(value.items)
    if isinstance(value, Call):
        waiting.append(value.callee)
        waiting.append(value.arguments)
        waiting.append(value.state)
    return 0
