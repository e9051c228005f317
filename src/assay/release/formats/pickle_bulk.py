"""Take in at once what only fills a container that is full already.

Of a container the first items are kept, to be shown; the others are counted. So the
thousands of records that follow in a large honest pickle need not be built one value
at a time: that they are whole, what they weigh and how many entries they store in the
memo follows from the names of their opcodes, which regular expressions can judge.

Whatever is unusual is left to the plain machine, which this must equal: a test holds
the two side by side. It goes further in one way only: what is not built takes no
room, so that the bounds on stack and memo do not end the reading there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from assay.release.formats import pickle_tokens
from assay.release.formats.pickle_ahead import look_ahead
from assay.release.formats.pickle_deferred import deferred

if TYPE_CHECKING:
    from assay.release.formats.pickle_ahead import Ahead
    from assay.release.formats.pickle_deferred import Interpret
    from assay.release.formats.pickle_state import MachineState
    from assay.release.formats.pickle_values import Node

__all__ = ["Bulk"]

# Shorter runs are built as fast as they are judged.
_SHORTEST_RUN = 64
# What is left of a stream must be worth compiling the patterns.
_WORTHWHILE_BYTES = 1 << 15
# Opcodes before the next try after one that came to nothing; doubled each time.
_PATIENCE = 64
# Containers inside each other that are judged; with protocol 0 the pattern doubles
# for each.
_DEEPEST = 32
_DEEPEST_TEXT = 3

# Opcodes by what they do to the stack: push a constant (A), push a container (C), pop
# a mark into the container below it (e) or make one of it (t), make a tuple of one to
# three (1, 2, 3), append (a), set an item (s). Those of the memo do nothing to it.
_CONSTANTS = pickle_tokens.CONSTANTS + pickle_tokens.GETS
_MEMO = pickle_tokens.MEMOIZE + pickle_tokens.PUTS
_SYMBOLS = bytes.maketrans(
    _CONSTANTS + b"]})\x8f" + b"eu\x90" + b"tld\x91" + b"\x85\x86\x87",
    b"A" * len(_CONSTANTS) + b"CCCC" + b"eee" + b"tttt" + b"123",
)
_SILENT = _MEMO + pickle_tokens.FRAME
# A container that is built whole.
_BUILT = re.compile(rb"\([AC]*t|C\([AC]*e|[AC](?:1|[AC](?:2|[AC]3))|C[AC](?:a|[AC]s)")
# What fills the container on top of the stack, once all inside is built.
_FILLS = re.compile(rb"(?:\([AC]*e|[AC](?:a|[AC]s))+")
_MISPLACED_PUT = re.compile(rb"\(\x95*[" + re.escape(_MEMO) + b"]")


class Bulk:
    """The runs of one stream that were taken in, and the one that may come next."""

    def __init__(self, interpret: Interpret) -> None:
        self._interpret = interpret
        self._ahead: Ahead | None = None
        self._next_try = 0
        self._patience = _PATIENCE

    def take_in(self, machine: MachineState, target: Node, number: int) -> int:
        """Move the machine behind what only fills its topmost value.

        Args:
            machine: At an opcode; its position moves.
            target: The container on top of its stack, with all items that are kept.
            number: Opcodes before the current one.

        Returns:
            How many opcodes were taken in; 0 when the plain machine has to go on.
        """
        if number < self._next_try:
            return 0
        taken = self._take_in(machine, target, number)
        if taken:
            self._patience = _PATIENCE
        else:
            self._next_try = number + self._patience
            self._patience *= 2
        return taken

    def _take_in(self, machine: MachineState, target: Node, number: int) -> int:
        ahead = self._looked(machine, number)
        start = number - ahead.number
        end = _filling().match(ahead.names, start).end()  # type: ignore[union-attr]  # it matches nothing at least
        if end - start < _SHORTEST_RUN:
            return 0
        names = ahead.names[start:end]
        contents = _judged(names)
        if contents is None:
            return 0
        run = deferred(machine, target, ahead, start, names, self._interpret)
        if run is None:
            return 0
        weight = contents.weight + run.weight
        if target.weight + weight > machine.limits.max_pickle_expansion:
            return 0
        target.length += contents.items
        target.weight += weight
        for name in set(names):
            machine.seen[name] = 1
        if run.count:
            machine.memo.defer(run)
        machine.position = run.end - machine.base
        return len(names)

    def _looked(self, machine: MachineState, number: int) -> Ahead:
        """Give what comes next; it is looked at once for many tries."""
        ahead = self._ahead
        if ahead is None or number >= ahead.number + len(ahead.names):
            offset = machine.base + machine.position
            most = machine.limits.max_pickle_opcodes - number
            if machine.source.size - offset < _WORTHWHILE_BYTES:
                most = 0
            ahead = look_ahead(machine.source, offset, number, most)
            self._ahead = ahead
        return ahead


@dataclass(frozen=True, slots=True)
class _Contents:
    """What fills a container: its items, and all that they expand to."""

    items: int
    weight: int


def _judged(names: bytes) -> _Contents | None:
    """Judge whether opcodes only fill the container before them; None if unsure."""
    if _MISPLACED_PUT.search(names):
        return None
    symbols = names.translate(_SYMBOLS, _SILENT)
    containers = sum(map(symbols.count, (b"C", b"t", b"1", b"2", b"3")))
    weight = symbols.count(b"A") + 2 * containers
    for _ in range(_DEEPEST):
        symbols, built = _BUILT.subn(b"C", symbols)
        if not built:
            break
    if not _FILLS.fullmatch(symbols):
        return None
    return _Contents(symbols.count(b"A") + symbols.count(b"C"), weight)


@cache
def _filling() -> re.Pattern[bytes]:
    """Match names of opcodes that fill a container, up to a place between two items.

    It finds where they may end: between balanced marks, or behind an opcode that adds
    one item, as protocol 0 does it. Whether they do what they seem to is judged after.
    """
    between = rb"[^(eu\x90tld\x91]++"
    batch = between
    for _ in range(_DEEPEST):
        batch = between + rb"|\((?:" + batch + rb")*+[eu\x90tld\x91]"
    silent = b"[" + re.escape(_SILENT) + b"]*+"
    constant = b"[" + re.escape(_CONSTANTS) + b"]" + silent
    value = constant
    for _ in range(_DEEPEST_TEXT):
        filled = rb"(?:\([ld]|[\]}])" + silent + b"(?:(?:" + value + b"){1,2}+[as])*+"
        value = constant + b"|" + filled + rb"|\((?:" + value + b")*+t" + silent
    return re.compile(
        rb"(?:\((?:" + batch + rb")*+[eu\x90]|(?:" + value + rb"){1,2}+[as]|\x95)*+",
        re.DOTALL,
    )
