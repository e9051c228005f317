"""Tell honest uses of names that are denied or risky in general.

Python pickles some plain values through powerful functions: a method through
`getattr`, `None`'s type through `type`, an iterator through `iter`, a union of types
through `reduce`. With exactly these arguments they do that and no more. Arguments are
judged as the reader prints them: texts stand in quotes, names without.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.assess.pickle_names import Verdict, judge, public_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assay.domain.facts import PickleImport

__all__ = ["is_honest_method", "is_honest_use"]

_BUILTINS = r"(?:builtins|__builtin__)"
# `type(None)`: what the pickle of a type of a constant holds.
_CONSTANT = re.compile(rf"None|{_BUILTINS}\.(?:NotImplemented|Ellipsis)", re.ASCII)
# `iter([1, 2])`: the pickle of an iterator. With a function first, it would call it.
_CONTAINER = re.compile(rf"[\[({{'\"]|b'|b\"|{_BUILTINS}\.x?range\(", re.ASCII)
# Bytes that begin like a pickle or a zip archive are read, and judged, as a member.
_READ_BYTES = re.compile(r"b['\"](?:\\x80|PK\\x03\\x04)", re.ASCII)
# `operator.getitem(typing.List, int)`: the pickle of an annotation.
_ANNOTATION = re.compile(r"typing\.[A-Z]\w*, ", re.ASCII)
# `reduce(operator.or_, (int, str))`: the pickle of a union of types.
_UNION = re.compile(r"_?operator\.or_, \(", re.ASCII)
# `getattr(dict, 'fromkeys')`, `getattr('abc', 'upper')`: the pickle of a method.
_METHOD = re.compile(r"(.+), '([A-Za-z]\w*|_unpickle)'", re.ASCII)
_TEXT = re.compile(r"'[^'\\]*'", re.ASCII)
_GETATTR = re.compile(rf"{_BUILTINS}\.getattr\((.+)\)", re.ASCII)


def is_honest_use(
    entry: PickleImport, given: str, imports: Iterable[PickleImport]
) -> bool:
    """Tell whether a call with these arguments does what honest files need it for."""
    name = (public_module(entry.module), entry.name)
    if name == ("builtins", "getattr"):
        return _is_method(given, imports)
    test = _USES.get(name)
    return test is not None and test(given) is not None


def is_honest_method(callee: str, imports: Iterable[PickleImport]) -> bool:
    """Tell whether what is called is a method that is allowed by its full name."""
    match = _GETATTR.fullmatch(callee)
    return match is not None and _method(match.group(1), imports) is Verdict.ALLOWED


def _is_method(given: str, imports: Iterable[PickleImport]) -> bool:
    """Fetching a method of a harmless class is harmless; calling it is another matter.

    Names that start with `__`, and methods that touch files or run code, are denied
    by their own names.
    """
    return _method(given, imports) in {Verdict.ALLOWED, Verdict.UNKNOWN}


def _method(given: str, imports: Iterable[PickleImport]) -> Verdict:
    match = _METHOD.fullmatch(given)
    if match is None:
        return Verdict.UNRESOLVED
    owner, attribute = match.groups()
    if _TEXT.fullmatch(owner):
        return judge("builtins", f"str.{attribute}").verdict
    for entry in imports:
        if owner == f"{entry.module}.{entry.name}":
            if judge(entry.module, entry.name).verdict is not Verdict.ALLOWED:
                break
            return judge(entry.module, f"{entry.name}.{attribute}").verdict
    return Verdict.UNRESOLVED


_USES: dict[tuple[str, str], Callable[[str], re.Match[str] | None]] = {
    ("builtins", "type"): _CONSTANT.fullmatch,
    ("builtins", "iter"): _CONTAINER.match,
    ("builtins", "reduce"): _UNION.match,
    ("functools", "reduce"): _UNION.match,
    ("operator", "getitem"): _ANNOTATION.match,
    ("torch.storage", "_load_from_bytes"): _READ_BYTES.match,
}
