"""What a source puts into the environment, however it is written."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from assay.release.formats import code_switches
from assay.release.formats.code_shown import text_of
from assay.release.formats.code_values import Named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.release.formats.code_resolve import Resolver
    from assay.release.formats.code_scopes import Place, Scope

__all__ = ["ENVIRONMENT", "switched_by_call", "switched_by_writing"]

ENVIRONMENT = ("os.environ", "os.environb")
_PAIRED = frozenset({"putenv", "setdefault", "__setitem__"})
_MAX_PAIRS = 64
_MAX_TABLES = 8
_MAX_ITEMS = 1_000

_Pair = tuple[ast.expr | str, ast.expr, "Scope"]


def switched_by_call(
    name: str, node: ast.Call, scope: Scope, resolver: Resolver
) -> Iterator[str]:
    """Give the variables that a call sets and no model has to, with their values."""
    last = name.rpartition(".")[2]
    pairs: list[_Pair] = []
    if last in _PAIRED and len(node.args) > 1:
        pairs = [(node.args[0], node.args[1], scope)]
    elif last in ("update", "__ior__"):
        for part in node.args[:_MAX_TABLES]:
            pairs += _pairs(part, scope, resolver)
        pairs += _keywords(node, scope, resolver)
    yield from _switches(pairs, resolver)


def switched_by_writing(
    target: Place, value: ast.expr, scope: Scope, resolver: Resolver
) -> Iterator[str]:
    """Give the same of `os.environ[…] = …`, and of `os.environ |= …`."""
    if isinstance(target, ast.Subscript):
        if _is_environment(target.value, scope, resolver):
            yield from _switches([(target.slice, value, scope)], resolver)
    elif _is_environment(target, scope, resolver):
        yield from _switches(_pairs(value, scope, resolver), resolver)


def _is_environment(node: ast.expr, scope: Scope, resolver: Resolver) -> bool:
    return any(
        isinstance(value, Named) and value.name in ENVIRONMENT
        for value in resolver.values(node, scope)
    )


def _switches(pairs: list[_Pair], resolver: Resolver) -> Iterator[str]:
    for key, value, place in pairs[:_MAX_PAIRS]:
        name = key if isinstance(key, str) else text_of(key, place, resolver)
        shown = text_of(value, place, resolver)
        for one in name.split(" | "):
            if code_switches.is_switch(one, shown):
                yield f"{one}={shown}"


def _pairs(node: ast.expr, scope: Scope, resolver: Resolver) -> list[_Pair]:
    """Give the entries of a table that is written out, here or under a name."""
    waiting = [(node, scope)]
    found: list[_Pair] = []
    left = _MAX_TABLES
    while waiting and left > 0 and not resolver.exhausted:
        left -= 1
        part, place = waiting.pop()
        if isinstance(part, ast.Name):
            written = resolver.written(part.id, place)
            waiting += [written] if written else []
        elif isinstance(part, ast.Dict):
            # A table may be long, and named often.
            resolver.spend(len(part.keys) // 64)
            for key, value in zip(part.keys, part.values, strict=True):
                if key is None:
                    waiting.append((value, place))
                elif not isinstance(key, ast.Constant) or _may_switch(key):
                    found.append((key, value, place))
        elif isinstance(part, ast.Call):
            found += _keywords(part, place, resolver)
            waiting += [(arg, place) for arg in part.args[:_MAX_TABLES]]
        elif isinstance(part, (ast.List, ast.Tuple)):
            found += [
                (item.elts[0], item.elts[1], place)
                for item in part.elts[:_MAX_ITEMS]
                if isinstance(item, (ast.List, ast.Tuple)) and len(item.elts) == 2
            ]
        elif isinstance(part, ast.BinOp):
            waiting += [(part.left, place), (part.right, place)]
    return found


def _may_switch(key: ast.Constant) -> bool:
    return isinstance(key.value, str) and code_switches.may_switch(key.value)


def _keywords(node: ast.Call, scope: Scope, resolver: Resolver) -> list[_Pair]:
    found: list[_Pair] = []
    resolver.spend(len(node.keywords) // 64)
    for keyword in node.keywords:
        if keyword.arg is not None and code_switches.may_switch(keyword.arg):
            found.append((keyword.arg, keyword.value, scope))
        elif isinstance(keyword.value, (ast.Dict, ast.Name)):
            found += _pairs(keyword.value, scope, resolver)
    return found
