"""The shape of the entries on the list of names that honest model files need."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Allowed", "Family", "named"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Names in modules that are harmless one by one.

    Attributes:
        modules: Dotted modules, exactly.
        names: Names in each of them, dotted where a class holds the name.
        reason: Why they are harmless, as a clause.
    """

    modules: tuple[str, ...]
    names: tuple[str, ...]
    reason: str


# Class names by PEP 8, and the functions by which Cython rebuilds its classes.
_CLASS_NAME = re.compile(r"_*[A-Z]\w*|__pyx_unpickle_\w+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Classes below a module that only hold data and numbers.

    Attributes:
        modules: Dotted modules; everything below them is meant too.
        reason: Why they are harmless, as a clause.
        besides: Names that the modules also offer and that are not meant.
    """

    modules: tuple[str, ...]
    reason: str
    besides: frozenset[str] = frozenset()

    def holds(self, module: str, name: str) -> bool:
        """Tell whether a name is a class of this family."""
        if name in self.besides or not _CLASS_NAME.fullmatch(name):
            return False
        return any(
            module == prefix or module.startswith(f"{prefix}.")
            for prefix in self.modules
        )


def named(reason: str, modules: str, names: str) -> Allowed:
    """Make an entry of words: modules and names, separated by spaces."""
    return Allowed(
        modules=tuple(modules.split()), names=tuple(names.split()), reason=reason
    )
