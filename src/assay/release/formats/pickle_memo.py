"""The memo of the pickle machine, parts of which are filled only when they are read.

Where a long run of opcodes was taken in at once, what it stored is not built: most of
it nobody fetches. Who does makes the run be interpreted after all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Deferred", "Memo"]


class Deferred(Protocol):
    """A run of opcodes that filled `count` entries of the memo from `first` on."""

    @property
    def first(self) -> int:
        """Index of the first entry."""
        ...

    @property
    def count(self) -> int:
        """Entries, all in a row."""
        ...

    def entries(self, memo: Memo) -> Mapping[int, object]:
        """Interpret the run and give what it stored."""
        ...


class Memo(dict[int, object]):
    """Index to value; `later` more entries are not in the dictionary itself."""

    __slots__ = ("_runs", "free", "late", "later")

    def __init__(self) -> None:
        super().__init__()
        self._runs: list[Deferred] = []
        # Entries that runs hold, and the first index behind all of them.
        self.later = 0
        self.free = 0
        # Those that were read after all; each run is interpreted once, so that what
        # is fetched twice is one object.
        self.late: dict[int, object] = {}

    def defer(self, run: Deferred) -> None:
        """Leave the entries of a run for later; they follow all others."""
        self._runs.append(run)
        self.later += run.count
        self.free = run.first + run.count

    def deferred(self, index: int) -> Deferred | None:
        """Give the run that holds this entry."""
        for run in reversed(self._runs):
            if run.first <= index < run.first + run.count:
                return run
        return None

    def __missing__(self, index: int) -> object:
        """Give an entry that was left for later."""
        if index in self.late:
            return self.late[index]
        run = self.deferred(index)
        if run is None:
            raise KeyError(index)
        self.late.update(run.entries(self))
        return self.late[index]
