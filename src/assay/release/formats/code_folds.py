"""Expressions that make one value of others: operators, items, texts, sequences."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from assay.release.formats import code_constants as constants
from assay.release.formats import code_paths
from assay.release.formats.code_values import Const, Named, join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assay.release.formats.code_resolve import Resolver
    from assay.release.formats.code_scopes import Scope
    from assay.release.formats.code_values import Value

    Rule = Callable[[Resolver, Any, Scope, int], Iterator[Value]]

__all__ = ["FOLDS"]

_MAX_CANDIDATES = 4
_MAX_CHAIN = 1_000
_MAX_ITEMS = 4_096


def _indices(
    resolver: Resolver, node: ast.expr, scope: Scope, depth: int
) -> Iterator[object]:
    if not isinstance(node, ast.Slice):
        for known in resolver.constants(node, scope, depth):
            yield known.value
        return
    parts: list[object] = []
    for part in (node.lower, node.upper, node.step):
        given = resolver.constants(part, scope, depth) if part else []
        if part and not given:
            return
        parts.append(given[0].value if given else None)
    yield slice(*parts)


def _sum(
    resolver: Resolver, node: ast.BinOp, scope: Scope, depth: int
) -> Iterator[Value]:
    """Work out an operator; long chains of `+` are read from the left."""
    rights: list[tuple[str, ast.expr]] = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp) and len(rights) < _MAX_CHAIN:
        rights.append((type(left.op).__name__, left.right))
        left = left.left
    known: list[Value] = list(resolver.values(left, scope, depth))
    for name, part in reversed(rights):
        known = _combined(resolver, known, name, part, scope, depth)
        if not known:
            return
    yield from known


def _combined(
    resolver: Resolver,
    left: list[Value],
    name: str,
    part: ast.expr,
    scope: Scope,
    depth: int,
) -> list[Value]:
    if name == "Div":  # pathlib joins with it
        return [
            code_paths.slash(resolver, value, part, scope, depth)
            if value.name == code_paths.PATH
            else value
            for value in left
            if isinstance(value, Named)
        ]
    rights = resolver.constants(part, scope, depth)
    made: list[Value] = []
    for value in left:
        for right in rights:
            if isinstance(value, Const) and len(made) < _MAX_CANDIDATES:
                plain = constants.binary(name, value.value, right.value, resolver.bound)
                if plain is not None:
                    made.append(Const(plain, value.decoded or right.decoded))
    return made


def _joined(
    resolver: Resolver, node: ast.JoinedStr, scope: Scope, depth: int
) -> Iterator[Value]:
    text = ""
    for part in node.values[:_MAX_ITEMS]:
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        known = resolver.constants(inner, scope, depth)
        if not known or not isinstance(known[0].value, (str, int)):
            return
        text += str(known[0].value)
        if len(text) > resolver.bound:
            return
    yield Const(text)


def _sequence(
    resolver: Resolver, node: ast.List | ast.Tuple, scope: Scope, depth: int
) -> Iterator[Value]:
    items: list[constants.Plain] = []
    if len(node.elts) > _MAX_ITEMS:
        return
    for part in node.elts:
        known = resolver.constants(part, scope, depth)
        if not known:
            return
        items.append(known[0].value)
    yield from resolver.plain(tuple(items))


def _comprehension(
    resolver: Resolver, node: ast.GeneratorExp | ast.ListComp, scope: Scope, depth: int
) -> Iterator[Value]:
    """Work out `chr(x ^ 7) for x in [...]` and the like."""
    part = node.generators[0]
    simple = len(node.generators) == 1 and not part.ifs and not resolver.nested
    if not simple or not isinstance(part.target, ast.Name):
        return
    for known in resolver.constants(part.iter, scope, depth):
        if not isinstance(known.value, (tuple, str, bytes)):
            continue
        made = []
        for item in known.value[:_MAX_ITEMS]:
            name = part.target.id
            given = resolver.inside(name, Const(item), node.elt, scope, depth)
            if not given:
                break
            made.append(given[0].value)
        else:
            yield from resolver.plain(tuple(made), decoded=True)


def _negative(
    resolver: Resolver, node: ast.UnaryOp, scope: Scope, depth: int
) -> Iterator[Value]:
    if isinstance(node.op, ast.Not):
        for known in resolver.constants(node.operand, scope, depth):
            yield Const(not known.value, known.decoded)
    if isinstance(node.op, ast.USub):
        for known in resolver.constants(node.operand, scope, depth):
            if isinstance(known.value, int):
                yield Const(-known.value)


def _subscript(
    resolver: Resolver, node: ast.Subscript, scope: Scope, depth: int
) -> Iterator[Value]:
    indices = list(_indices(resolver, node.slice, scope, depth))
    for base in resolver.values(node.value, scope, depth):
        for index in indices:
            yield from _item(resolver, base, index, scope, depth)
        if isinstance(base, Named) and _is_own_module(base, node.slice):
            yield Named("builtins.globals()")
    held, place = _container(resolver, node.value, scope)
    if isinstance(held, ast.Dict):
        chosen = resolver.entries(held, indices)
        for part in (chosen or held.values)[: 2 * _MAX_CANDIDATES]:
            yield from resolver.values(part, place, depth)
    elif isinstance(held, (ast.List, ast.Tuple)):
        picked = [part for i in indices for part in _at(i, held.elts)]
        for part in (picked or held.elts)[: 2 * _MAX_CANDIDATES]:
            yield from resolver.values(part, place, depth)


def _is_own_module(base: Named, node: ast.expr) -> bool:
    """Tell `sys.modules[__name__]`."""
    own = isinstance(node, ast.Name) and node.id == "__name__"
    return own and base.name == "sys.modules"


def _at(index: object, items: list[ast.expr]) -> list[ast.expr]:
    if not isinstance(index, int) or not -len(items) <= index < len(items):
        return []
    return [items[index]]


def _container(
    resolver: Resolver, node: ast.expr, scope: Scope
) -> tuple[ast.expr, Scope]:
    """Give the table or list that a name stands for, where it is written out."""
    if isinstance(node, ast.Name):
        written = resolver.written(node.id, scope)
        if written is not None:
            return written
    return node, scope


def _item(
    resolver: Resolver, base: Value, index: object, scope: Scope, depth: int
) -> Iterator[Value]:
    if isinstance(base, Const):
        value = constants.subscript(base.value, index, resolver.bound)
        if value is not None:
            yield Const(value, base.decoded or isinstance(index, slice))
    elif isinstance(base, Named) and code_paths.is_home(base.name, index):
        yield Const("~")
    elif isinstance(base, Named) and isinstance(index, str):
        yield from _entry(resolver, base, index, scope, depth)


def _entry(
    resolver: Resolver, base: Named, index: str, scope: Scope, depth: int
) -> Iterator[Value]:
    if base.name == "builtins.globals()":
        if index == "__builtins__":
            yield Named("builtins", loose=True)
        else:
            yield from resolver.look_up(index, _module(scope), depth)
    elif base.name == "sys.modules" or base.name.endswith(".sys.modules"):
        yield Named(index, loose=True)
    elif "()" not in base.name:
        yield Named(join(base.name, index), loose=True)


def _module(scope: Scope) -> Scope:
    while scope.parent is not None:
        scope = scope.parent
    return scope


FOLDS: dict[type[ast.AST], Rule] = {
    ast.Subscript: _subscript,
    ast.BinOp: _sum,
    ast.JoinedStr: _joined,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.GeneratorExp: _comprehension,
    ast.ListComp: _comprehension,
    ast.UnaryOp: _negative,
}
