"""The shape of the entries on the list of names that honest model files need."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Allowed", "Family", "is_borrowed", "named"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Names in modules that are harmless one by one.

    Attributes:
        modules: Dotted modules, exactly.
        names: Names in each of them, dotted where a class holds the name.
        reason: Why they are harmless, as a clause.
        uncalled: Whether honest files only fetch them, as values of an object, and
            never call them while loading.
        unheld: Whether honest files do not bind values to them for a later call
            either: called, they do more than compute.
        given: What honest files give them, as the reader prints it; None for
            anything.
    """

    modules: tuple[str, ...]
    names: tuple[str, ...]
    reason: str
    uncalled: bool = False
    unheld: bool = False
    given: re.Pattern[str] | None = None


# Class names by PEP 8, and the functions by which Cython rebuilds its classes.
# Names that modules hold only because they import them, and that do more than hold
# data: makers of classes, runners of functions, graphs that become source code.
_BORROWED_NAMES = (
    "ABC ABCMeta BaseEnum Client CodeType Connection DualGraphModule Enum "
    "EnumMeta EnumType EnumWithContains Executor ExitStack ExplicitEnum FileIO "
    "Flag FunctionType "
    "FusedGraphModule Future Graph GraphModule IntEnum IntFlag Interpreter "
    "LambdaType Listener Memory MethodType ModuleType NDArrayWrapper "
    "NamedTemporaryFile "
    "NamedTuple NewType NumpyArrayWrapper NumpyUnpickler ObservedGraphModule "
    "ObservedStandaloneGraphModule Parallel Pickler Pool Popen Process "
    "ProcessPoolExecutor Progress Proxy QuantizedGraphModule Queue RLock "
    "ReprEnum StrEnum TarFile "
    "TempMemmap TemporaryDirectory TemporaryFile Thread ThreadPool "
    "ThreadPoolExecutor Timer Tracer TypedDict Unpickler WeightsEnum "
    "ZNDArrayWrapper ZipFile"
)
_BORROWED = frozenset(_BORROWED_NAMES.split())
_CLASS_NAME = re.compile(r"_*[A-Z]\w*|__pyx_unpickle_\w+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Classes below a module that only hold data and numbers.

    Attributes:
        modules: Dotted modules; everything below them is meant too.
        reason: Why they are harmless, as a clause.
        besides: Names that the modules also offer and that are not meant.
        without: Dotted modules below them that are not meant.
        only: What a name has to be like, where the modules borrow many names that
            do more; None for any class.
        given: What honest files make them of, as the reader prints it; None for
            anything.
    """

    modules: tuple[str, ...]
    reason: str
    besides: frozenset[str] = frozenset()
    without: tuple[str, ...] = ()
    only: re.Pattern[str] | None = None
    given: re.Pattern[str] | None = None

    def holds(self, module: str, name: str) -> bool:
        """Tell whether a name is a class of this family."""
        if name in self.besides or name in _BORROWED:
            return False
        shape = _CLASS_NAME if self.only is None else self.only
        if not shape.fullmatch(name) or "tests" in module.split("."):
            return False
        return _is_below(module, self.modules) and not _is_below(module, self.without)


def is_borrowed(name: str) -> bool:
    """Tell a class that does more than hold data, whichever module offers it."""
    return name in _BORROWED


def _is_below(module: str, prefixes: tuple[str, ...]) -> bool:
    return any(
        module == prefix or module.startswith(f"{prefix}.") for prefix in prefixes
    )


def named(
    reason: str,
    modules: str,
    names: str,
    *,
    uncalled: bool = False,
    unheld: bool = False,
    given: re.Pattern[str] | None = None,
) -> Allowed:
    """Make an entry of words: modules and names, separated by spaces."""
    return Allowed(
        modules=tuple(modules.split()),
        names=tuple(names.split()),
        reason=reason,
        uncalled=uncalled,
        unheld=unheld,
        given=given,
    )
