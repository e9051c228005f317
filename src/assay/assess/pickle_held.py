"""Judge the class or function that an allowed name is given to call or to hold.

`copyreg.__newobj__` and its kin make an object of a class that the pickle names as an
argument: that is a call of the class, and judged as one. `functools.partial` and the
factory of a `defaultdict` keep a function for later, with the values it will get.
Names that only compute numbers may be held so; what opens, claims or makes more when
it is called may not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.assess.pickle_entries import is_borrowed
from assay.assess.pickle_names import Verdict, judge, public_module
from assay.assess.pickle_surveyed import is_function, is_surveyed
from assay.assess.pickle_uses import has_plain_arguments, is_plain_call

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.domain.facts import PickleImport

__all__ = ["holds_only_plain"]

# One name, and what it is given after it.
_FIRST = re.compile(r"([A-Za-z_][\w.]*)(?:, (.*))?", re.DOTALL | re.ASCII)
# Values, keywords and attributes.
_STATE = re.compile(r"\((.*?),?\), (None|\{.*?\})(?:, (?:None|\{.*\}))?", re.DOTALL)
_OBJECT = re.compile(r"(?:builtins|__builtin__)\.object", re.ASCII)
# Names in modules that hold what they are given first.
_MAKERS = frozenset({("copyreg", "__newobj__"), ("copyreg", "__newobj_ex__")})
_REBUILDERS = frozenset(
    {
        ("copyreg", "_reconstructor"),
        ("numpy.ma.core", "_mareconstruct"),
        ("numpy.ma", "_mareconstruct"),
    }
)
_HOLDERS = frozenset({("functools", "partial"), ("collections", "defaultdict")})
# Classes inside classes inside classes: none that is honest.
_DEEPEST = 8


def holds_only_plain(
    entry: PickleImport, given: str, imports: Iterable[PickleImport], depth: int = 0
) -> bool:
    """Tell whether what a call is given to call or hold is harmless with the rest.

    Args:
        entry: What is called.
        given: Its arguments, as the reader prints them.
        imports: All names that the stream fetches.
        depth: How many calls inside one another led here.
    """
    name = (public_module(entry.module), entry.name)
    known = tuple(imports)
    if name in _MAKERS or name[1] == "newObj":
        return _first_is_plain(given, known, depth, called=True)
    if name in _REBUILDERS:
        return _rebuilt_is_plain(given, known, depth)
    if name in _HOLDERS:
        return _first_is_plain(given, known, depth, called=False)
    return True


def _first_is_plain(
    given: str, imports: tuple[PickleImport, ...], depth: int, *, called: bool
) -> bool:
    match = _FIRST.fullmatch(given)
    if match is None:
        # No name: whether that is honest is the condition of the outer name.
        return True
    return _plain(match[1], _unpacked(match[2] or ""), imports, depth, called=called)


def _rebuilt_is_plain(
    given: str, imports: tuple[PickleImport, ...], depth: int
) -> bool:
    """Judge a class and the base that makes it; `object` takes no values."""
    match = _FIRST.fullmatch(given)
    inner = _FIRST.fullmatch((match and match[2]) or "")
    if match is None or inner is None:
        return True
    if _OBJECT.fullmatch(inner[1]):
        return _plain(match[1], "", imports, depth, called=True)
    rest = inner[2] or ""
    return _plain(match[1], rest, imports, depth, called=True) and _plain(
        inner[1], rest, imports, depth, called=True
    )


def _unpacked(rest: str) -> str:
    """Give the values of `(a, b), {}, None`, the state of a partial, or the rest."""
    match = _STATE.fullmatch(rest)
    if match is None:
        return rest
    keywords = "" if match[2] in ("{}", "None") else match[2]
    return ", ".join(part for part in (match[1], keywords) if part)


def _plain(
    name: str,
    rest: str,
    imports: tuple[PickleImport, ...],
    depth: int,
    *,
    called: bool,
) -> bool:
    if depth >= _DEEPEST:
        return False
    meant = [item for item in imports if f"{item.module}.{item.name}" == name]
    return all(
        _may_be_held(item, rest, called=called)
        and holds_only_plain(item, rest, imports, depth + 1)
        for item in meant
    )


def _may_be_held(item: PickleImport, rest: str, *, called: bool) -> bool:
    judgement = judge(item.module, item.name)
    if judgement.verdict is Verdict.UNKNOWN:
        # Called directly it would be `unlisted-call`.
        acts = is_function(item.name) or is_borrowed(item.name)
        return not (called and acts and is_surveyed(item.module))
    if judgement.verdict is not Verdict.ALLOWED:
        # Judged by its own name.
        return True
    if called:
        return is_plain_call(item, rest)
    return not judgement.unheld and has_plain_arguments(item, rest)
