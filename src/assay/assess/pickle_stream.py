"""The facts of one pickle stream, its calls found by what they call."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.domain.facts import PickleCall, PickleFacts, PickleImport

__all__ = ["StreamCalls"]


class StreamCalls:
    """A stream, and what each of its names is called with."""

    def __init__(self, facts: PickleFacts) -> None:
        """Sort the calls of a stream."""
        self.facts = facts
        self._calls: dict[str, list[PickleCall]] = {}
        for call in facts.calls:
            self._calls.setdefault(call.callee, []).append(call)
        self._unlisted = frozenset(facts.unlisted)

    def calls_of(self, entry: PickleImport) -> Sequence[PickleCall]:
        """Give the listed calls of a name."""
        return self._calls.get(f"{entry.module}.{entry.name}", ())

    def arguments(self, entry: PickleImport) -> tuple[str, ...]:
        """Give what the listed calls of a name are given."""
        return tuple(call.arguments for call in self.calls_of(entry))

    def lists_all(self, entry: PickleImport) -> bool:
        """Tell whether every call of a name is listed."""
        return f"{entry.module}.{entry.name}" not in self._unlisted
