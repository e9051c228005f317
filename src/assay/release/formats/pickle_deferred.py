"""A run of opcodes that was taken in unbuilt: what it stores and fetches."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, compress
from typing import TYPE_CHECKING

from assay.release.formats import pickle_tokens
from assay.release.formats.pickle_memo import Memo
from assay.release.formats.pickle_state import Broken, MachineState, Stopped, Unusual
from assay.release.formats.pickle_values import LongText, Node

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from assay.domain.limits import Limits
    from assay.release.formats.pickle_ahead import Ahead
    from assay.release.source import ByteSource

    Interpret = Callable[[MachineState], None]

__all__ = ["Run", "deferred"]

_USES = pickle_tokens.PUTS + pickle_tokens.GETS
_NO_USE = bytes(code for code in range(256) if code not in _USES)
_IS_PUT = bytes(code in pickle_tokens.PUTS for code in range(256))
_IS_GET = bytes(code in pickle_tokens.GETS for code in range(256))
_ONE_NAME = bytes.maketrans(b"\x94qrhj", b"pppgg")
# The opcode that made what was stored.
_STORED = re.compile(rb"(.)\x95*[\x94qrp]", re.DOTALL)
# Runs that have to be interpreted because one after them is: each takes some frames.
_DEEPEST_CHAIN = 40
_PLAIN = (str, bytes, int, float, LongText, type(None))


@dataclass(frozen=True, kw_only=True)
class Run:
    """What interpreting a run would do, and all that is needed to do it later.

    Attributes:
        source: Where it lies.
        limits: Bounds on interpreting it.
        interpret: The plain machine.
        start: Offset of its first opcode.
        end: Offset behind its last.
        names: First byte of each opcode.
        first: Index of the first entry that it stores in the memo.
        count: How many it stores, in a row.
        fetched: Containers that it fetches, with their weight at that time.
        weight: What all that it fetches adds to the weight of its containers.
    """

    source: ByteSource
    limits: Limits
    interpret: Interpret
    start: int
    end: int
    names: bytes
    first: int
    count: int
    fetched: tuple[tuple[Node, int], ...] = ()
    weight: int = 0

    @cached_property
    def _makers(self) -> bytes:
        """The opcode that made each entry stored."""
        return b"".join(_STORED.findall(self.names))

    def is_constant(self, index: int) -> bool:
        """Tell whether an entry is a constant that the run itself pushes."""
        return self._makers[index - self.first] in pickle_tokens.CONSTANTS

    def entries(self, memo: Memo) -> Mapping[int, object]:
        """Interpret the run and give what it stored.

        Raises:
            Unusual: What it fetched is not what it was, or it takes too much.
        """
        if any(node.weight != weight for node, weight in self.fetched):
            raise Unusual
        limits = replace(self.limits, max_pickle_opcodes=len(self.names))
        machine = MachineState(self.source, self.start, limits)
        machine.stack.append(Node("list", []))
        inner = machine.memo = _Inner(memo, self.first)
        try:
            self.interpret(machine)
        except (Broken, Stopped, IndexError, KeyError):
            raise Unusual from None
        return dict(inner)


class _Inner(Memo):
    """The memo of a run that is interpreted after all: before its own, the outer's."""

    __slots__ = ("_depth", "_outer")

    def __init__(self, outer: Memo, first: int) -> None:
        super().__init__()
        self._outer = outer
        self._depth: int = 1
        if isinstance(outer, _Inner):
            self._depth += outer._depth  # noqa: SLF001 - of its own class
        self.later = first
        if self._depth > _DEEPEST_CHAIN:
            raise Unusual

    def __missing__(self, index: int) -> object:
        """Give an entry from before the run."""
        return self._outer[index]


def deferred(
    machine: MachineState,
    target: Node,
    ahead: Ahead,
    start: int,
    names: bytes,
    interpret: Interpret,
) -> Run | None:
    """Describe a run that fills `target`; None when its memo is unusual."""
    memo = machine.memo
    first = len(memo) + memo.later
    kinds = names.translate(None, _NO_USE)
    uses = ahead.memo_uses(start, start + len(names)) if kinds else []
    count = _stored(memo, names, first, list(compress(uses, kinds.translate(_IS_PUT))))
    if count is None:
        return None
    run = Run(
        source=machine.source,
        limits=machine.limits,
        interpret=interpret,
        start=ahead.offset_of(start),
        end=ahead.offset_of(start + len(names)),
        names=names,
        first=first,
        count=count,
    )
    fetches = _fetches(run, list(compress(uses, kinds.translate(_IS_GET))))
    return None if fetches is None else _with_fetched(run, memo, target, fetches)


def _stored(memo: Memo, names: bytes, first: int, puts: list[bytes]) -> int | None:
    """Count what is stored; None when the indexes are not simply the next ones."""
    count = names.count(pickle_tokens.MEMOIZE) + len(puts)
    expected = range(first, first + count)
    if not memo.keys().isdisjoint(expected):
        return None
    if puts and puts != pickle_tokens.spelled(puts[0][:1], expected):
        return None
    return count


def _fetches(run: Run, gets: list[bytes]) -> Counter[int] | None:
    """Count what is fetched; None when an entry of the run is fetched too early."""
    counted = Counter(gets)
    indexes = {use: pickle_tokens.index_of(use) for use in counted}
    if max(indexes.values(), default=-1) >= run.first:
        parts = run.names.translate(_ONE_NAME).split(b"g")
        stored = accumulate(part.count(b"p") for part in parts)
        for use, before in zip(gets, stored, strict=False):
            if indexes[use] >= run.first + before:
                return None
    fetches: Counter[int] = Counter()
    for use, times in counted.items():
        fetches[indexes[use]] += times
    return fetches


def _with_fetched(
    run: Run, memo: Memo, target: Node, fetches: Counter[int]
) -> Run | None:
    """Add what the fetched entries weigh; None when one of them is no plain data."""
    weight = 0
    nodes: list[tuple[Node, int]] = []
    for index, times in fetches.items():
        earlier = run if index >= run.first else memo.deferred(index)
        if isinstance(earlier, Run) and earlier.is_constant(index):
            continue
        if earlier is run:
            return None
        try:
            value = memo[index]
        except KeyError:
            return None
        if isinstance(value, Node) and value is not target:
            nodes.append((value, value.weight))
            weight += times * value.weight
        elif not isinstance(value, _PLAIN):
            return None
    return replace(run, fetched=tuple(nodes), weight=weight)
