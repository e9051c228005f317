"""The calls that a pickle makes, bounded so that the telling ones are kept.

A hostile stream may make any number of harmless calls to push one out of the list.
So calls have ranks, the least telling go first, and whatever is left out is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.release.formats.pickle_values import Call, Import, Node, show, show_arguments

if TYPE_CHECKING:
    from assay.domain.limits import Limits

__all__ = ["CallList", "RecordedCall"]

# Distinct calls of one callee with constant arguments that are listed; pickles of
# dates or numbers have one for each value.
_PLAIN_CALLS_PER_CALLEE = 64

# What makes an argument more than a constant.
_NOT_PLAIN = frozenset({Import, Call, Node})

# Ranks, the most telling first: what is computed or changes an import; the first
# call of each name; arguments that are not constant; all others.
_COMPUTED, _FIRST, _BUILT, _PLAIN = range(4)


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A call as it is shown, and the opcode that makes it: offset and index."""

    callee: str
    arguments: str
    offset: int
    opcode: int


class CallList:
    """Calls of one stream, each listed once for the same callee and arguments."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._ranks: tuple[list[tuple[RecordedCall, Import | None]], ...] = (
            [],
            [],
            [],
            [],
        )
        self._count = 0
        self._known: set[tuple[str, str]] = set()
        self._computed = 0
        # Whether calls of computed callees were left out.
        self.unlisted = False

    def note(self, callee: object, arguments: object, at: tuple[int, int]) -> None:
        """List a call of an import, or of something computed."""
        if not isinstance(callee, Import):
            if self._may_print_computed():
                self._add(_COMPUTED, None, self._described(callee), arguments, at)
            return
        if not callee.listed:
            return
        plain = isinstance(arguments, Node) and _NOT_PLAIN.isdisjoint(
            map(type, arguments.items)
        )
        callee.called = True
        callee.calls += 1
        callee.plain_calls += plain
        tried = callee.plain_calls if plain else callee.calls - callee.plain_calls
        if tried > self._limits.max_pickle_printed_calls or (
            plain and callee.plain_listed >= _PLAIN_CALLS_PER_CALLEE
        ):
            callee.unlisted = True
            return
        rank = _PLAIN if plain else _BUILT
        if callee.calls == 1:
            rank = _FIRST
        name = self._described(callee)
        if self._add(rank, callee, name, arguments, at):
            callee.plain_listed += plain

    def change(
        self, target: Import, method: str, items: Node, at: tuple[int, int]
    ) -> None:
        """List a change of what was fetched: it is a call of one of its methods."""
        target.called = True
        if self._may_print_computed():
            name = f"{self._described(target)}.{method}"
            self._add(_COMPUTED, None, name, items, at)

    def method(
        self, target: object, method: str, given: object, at: tuple[int, int]
    ) -> None:
        """List a call of what the stream may itself have put on an object."""
        if self._may_print_computed():
            name = f"{self._described(target)}.{method}"
            self._add(_COMPUTED, None, name, given, at)

    def done(self) -> tuple[RecordedCall, ...]:
        """Give the calls that were listed, in the order of the stream."""
        listed = (call for rank in self._ranks for call, _ in rank)
        return tuple(sorted(listed, key=lambda call: call.offset))

    def _may_print_computed(self) -> bool:
        self._computed += 1
        if self._computed > self._limits.max_pickle_printed_calls:
            self.unlisted = True
        return not self.unlisted

    def _described(self, callee: object) -> str:
        """Name what is called, `?` when it cannot be worked out."""
        if isinstance(callee, (Import, Call)):
            return show(callee, self._limits.max_shown_chars)
        return "?"

    def _add(
        self,
        rank: int,
        owner: Import | None,
        name: str,
        given: object,
        at: tuple[int, int],
    ) -> bool:
        shown = show_arguments(given, self._limits.max_shown_chars)
        if (name, shown) in self._known:
            return False
        if self._count >= self._limits.max_pickle_calls and not self._make_room(rank):
            self._leave_out(owner)
            return False
        self._known.add((name, shown))
        self._count += 1
        self._ranks[rank].append((RecordedCall(name, shown, *at), owner))
        return True

    def _make_room(self, rank: int) -> bool:
        """Drop the last call of the least telling rank below `rank`."""
        for listed in reversed(self._ranks[rank + 1 :]):
            if listed:
                call, owner = listed.pop()
                self._known.discard((call.callee, call.arguments))
                self._count -= 1
                self._leave_out(owner)
                return True
        return False

    def _leave_out(self, owner: Import | None) -> None:
        if owner is None:
            self.unlisted = True
        else:
            owner.unlisted = True
