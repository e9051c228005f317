"""What the functions of Python give that fetch things by name, or work values out."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from assay.release.formats import code_constants as constants
from assay.release.formats.code_values import Const, Named, join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.release.formats.code_resolve import Resolver
    from assay.release.formats.code_scopes import Scope
    from assay.release.formats.code_values import Value

__all__ = ["named_call"]

_MAX_ITEMS = 4_096
_LOOKERS = frozenset(
    {
        "builtins.__import__",
        "builtins.getattr",
        "builtins.globals",
        "builtins.locals",
        "builtins.vars",
        "importlib.__import__",
        "importlib.import_module",
        "operator.attrgetter",
    }
)


def named_call(  # noqa: C901 - one case for each kind of function
    resolver: Resolver, callee: Named, node: ast.Call, scope: Scope, depth: int
) -> Iterator[Value]:
    """Give what a call of a named function may stand for."""
    name = callee.name
    if name in _LOOKERS:
        yield from _looked_up(resolver, name, node, scope, depth)
        return
    if name == "builtins.map" and len(node.args) == 2:
        yield from _mapped(resolver, node, scope, depth)
        return
    if name.startswith("operator.attrgetter:"):
        path = name.partition(":")[2].split(".")
        yield from _walked(resolver, path, node, scope, depth)
        return
    if name == "operator.methodcaller" and node.args:
        for known in resolver.constants(node.args[0], scope, depth):
            if isinstance(known.value, str):
                yield Named(f"operator.methodcaller:{known.value}"[:200])
        return
    if name in ("functools.partial", "functools.wraps", "builtins.staticmethod"):
        if node.args:
            yield from resolver.values(node.args[0], scope, depth)
        return
    given = resolver.arguments(node, scope, depth)
    if given:
        value = constants.call(name, [arg.value for arg in given], resolver.bound)
        if value is not None:
            decoded = name in constants.DECODERS or name == "codecs.decode"
            yield Const(value, decoded or any(arg.decoded for arg in given))
            return
    yield Named(f"{name}()", callee.loose)


def _walked(
    resolver: Resolver, path: list[str], node: ast.Call, scope: Scope, depth: int
) -> Iterator[Value]:
    for given in node.args[:1]:
        for base in resolver.values(given, scope, depth):
            found = [base]
            for part in path[:8]:
                found = [
                    value
                    for inner in found[:1]
                    for value in resolver.member(inner, part, depth, loose=True)
                ]
            yield from found


def _looked_up(
    resolver: Resolver, name: str, node: ast.Call, scope: Scope, depth: int
) -> Iterator[Value]:
    """Work out modules and attributes that are fetched by a text."""
    if name in ("builtins.globals", "builtins.locals"):
        yield Named("builtins.globals()")
        return
    if not node.args:
        return
    if name == "builtins.vars":
        yield from resolver.values(node.args[0], scope, depth)
        return
    if name in ("builtins.getattr", "operator.attrgetter"):
        yield from _fetched(resolver, name, node, scope, depth)
        return
    for known in resolver.constants(node.args[0], scope, depth):
        if isinstance(known.value, str) and known.value:
            whole = name != "builtins.__import__" or len(node.args) > 3
            module = known.value if whole else known.value.split(".")[0]
            plain = isinstance(node.args[0], ast.Constant)
            yield Named(module, loose=not plain or not whole)


def _fetched(
    resolver: Resolver, name: str, node: ast.Call, scope: Scope, depth: int
) -> Iterator[Value]:
    if name == "operator.attrgetter":
        for known in resolver.constants(node.args[0], scope, depth):
            if isinstance(known.value, str):
                yield Named(f"operator.attrgetter:{known.value}"[:200])
        return
    if len(node.args) < 2:
        return
    names = resolver.constants(node.args[1], scope, depth)
    for base in resolver.values(node.args[0], scope, depth):
        for known in names:
            if isinstance(known.value, str):
                yield from resolver.member(base, known.value, depth, loose=True)
        if not names and isinstance(base, Named):
            yield Named(join(base.name, "?"), loose=True)


def _mapped(
    resolver: Resolver, node: ast.Call, scope: Scope, depth: int
) -> Iterator[Value]:
    for callee in resolver.values(node.args[0], scope, depth):
        for known in resolver.constants(node.args[1], scope, depth):
            if isinstance(callee, Named) and isinstance(known.value, (tuple, str)):
                items = known.value[:_MAX_ITEMS]
                made = [constants.call(callee.name, [i], 64) for i in items]
                resolver.spend(len(items))
                if None not in made:
                    yield Const(tuple(made), decoded=True)
