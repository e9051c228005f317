"""What is kept of a crowd: the first of all, and the telling ones on a list apart.

A hostile file may name any number of things that say nothing, to push what says
something out of a bounded list. What exists wherever Python runs is therefore counted
on its own; whoever fills that list too has filled it with what is judged by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

__all__ = ["Kept"]

_Key = TypeVar("_Key", bound="Hashable")
_Value = TypeVar("_Value")


class Kept(Generic[_Key, _Value]):
    """Distinct things in the order seen, up to a bound for each of two lists."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._kept: dict[_Key, _Value] = {}
        self._counts = [0, 0]
        # Whether anything was left out.
        self.crowded = False

    def __contains__(self, key: _Key) -> bool:
        """Tell whether something is kept."""
        return key in self._kept

    def __iter__(self) -> Iterator[_Value]:
        """Give what is kept, in the order seen."""
        return iter(self._kept.values())

    @property
    def full(self) -> bool:
        """Whether no more telling things can be kept."""
        return self._counts[True] >= self._bound

    def get(self, key: _Key) -> _Value | None:
        """Give what is kept under a key."""
        return self._kept.get(key)

    def put(self, key: _Key, value: _Value, *, telling: bool) -> bool:
        """Keep a new thing, or put another in its place; False when it is left out."""
        if key not in self._kept:
            if self._counts[telling] >= self._bound:
                self.crowded = True
                return False
            self._counts[telling] += 1
        self._kept[key] = value
        return True
