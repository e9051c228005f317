"""What an expression of a source stands for: a dotted name, a plain value, own code.

The answer is a few candidates, worked out when they are asked for, with a budget: an
expression that costs more stands for nothing, which the caller can tell.
"""

from __future__ import annotations

import ast
import builtins
from functools import partial
from typing import TYPE_CHECKING, Any

from assay.release.formats import code_constants as constants
from assay.release.formats import code_paths
from assay.release.formats.code_folds import FOLDS
from assay.release.formats.code_lookup import named_call
from assay.release.formats.code_scopes import Kind
from assay.release.formats.code_values import (
    UNKNOWN,
    Const,
    Named,
    Own,
    canonical,
    join,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assay.domain.limits import Limits
    from assay.release.formats.code_scopes import Binding, Outline, Scope
    from assay.release.formats.code_values import Value

    _Bound = Callable[[Any, Scope, int], Iterator[Value]]

__all__ = ["Resolver"]

_MAX_DEPTH = 40
_MAX_CANDIDATES = 4
_BUILTINS = frozenset(dir(builtins))
# Names that nobody binds: Python and IPython give them to every source.
_GIVEN = {
    "__builtins__": "builtins",
    "__loader__": "importlib.__loader__",
    "__spec__": "importlib.__spec__",
    "get_ipython": "IPython.get_ipython",
}
# Modules whose names count when a source imports all of them.
_STARRED = frozenset(
    {"os", "posix", "subprocess", "shutil", "socket", "ctypes", "pickle", "base64"}
    | {"zlib", "marshal", "requests", "urllib.request", "importlib", "builtins"}
)


class Resolver:
    """Works out the expressions of one source, within one budget."""

    def __init__(self, found: Outline, limits: Limits) -> None:
        self._found = found
        self.bound = limits.max_code_text_chars
        self._left = limits.max_code_folds
        self._names: dict[tuple[int, str], list[Value]] = {}
        self._done: dict[tuple[int, int], tuple[Value, ...]] = {}
        # What is being worked out: an expression never needs itself.
        self._open: set[tuple[int, int]] = set()
        self._local: list[dict[str, Value]] = []
        # Tables that are written out, by their keys.
        self._tables: dict[int, dict[object, ast.expr]] = {}

    @property
    def exhausted(self) -> bool:
        """Whether the budget ended before everything was worked out."""
        return self._left <= 0

    def entries(self, table: ast.Dict, keys: list[object]) -> list[ast.expr]:
        """Give what a table that is written out holds under some plain keys."""
        known = self._tables.get(id(table))
        if known is None:
            known = {
                key.value: value
                for key, value in zip(table.keys, table.values, strict=True)
                if isinstance(key, ast.Constant)
            }
            self._tables[id(table)] = known
        plain = [key for key in keys if isinstance(key, (str, bytes, int))]
        return [known[key] for key in plain if key in known]

    def spend(self, count: int) -> None:
        """Take more off the budget than the one that each expression costs."""
        self._left -= count

    def values(self, node: ast.AST, scope: Scope, depth: int = 0) -> tuple[Value, ...]:
        """Give what an expression may stand for, the likeliest first."""
        if depth > _MAX_DEPTH or self._left <= 0:
            return ()
        key = (id(node), id(scope))
        if not self._local and key in self._done:
            return self._done[key]
        rule = self._rule(type(node))
        if rule is None or (key in self._open and not self._local):
            return ()
        self._left -= 1
        self._open.add(key)
        found = tuple(_few(rule(node, scope, depth + 1)))
        self.spend(sum(map(_cost, found)))
        self._open.discard(key)
        if not self._local:
            self._done[key] = found
        return found

    def _rule(self, kind: type[ast.AST]) -> _Bound | None:
        """Give how an expression of some kind is worked out, if it is at all."""
        if kind in FOLDS:
            return partial(FOLDS[kind], self)
        bound: _Bound | None = getattr(self, _OWN.get(kind, ""), None)
        return bound

    @property
    def nested(self) -> bool:
        """Whether what is worked out stands inside of a comprehension."""
        return bool(self._local)

    def inside(
        self, name: str, item: Const, node: ast.expr, scope: Scope, depth: int
    ) -> list[Const]:
        """Give what an expression may stand for where a name stands for `item`."""
        self._local.append({name: item})
        known = self.constants(node, scope, depth)
        self._local.pop()
        return known

    def constants(self, node: ast.AST, scope: Scope, depth: int = 0) -> list[Const]:
        """Give the plain values that an expression may stand for."""
        return [v for v in self.values(node, scope, depth) if isinstance(v, Const)]

    def written(self, name: str, scope: Scope) -> tuple[ast.expr, Scope] | None:
        """Give the one expression that a name is bound to, or None."""
        place: Scope | None = scope
        while place is not None:
            if name in place.bindings:
                bindings = place.bindings[name]
                one = bindings[0]
                if len(bindings) > 1 or one.value is None or one.scope is None:
                    return None
                return one.value, one.scope
            place = place.parent
        return None

    def look_up(self, name: str, scope: Scope, depth: int = 0) -> list[Value]:
        """Give what a name may stand for in a scope."""
        for local in reversed(self._local):
            if name in local:
                return [local[name]]
        start: Scope | None = scope
        while start is not None:
            # The names of a class are not seen from inside its methods.
            hidden = start.kind is Kind.CLASS and start is not scope
            if name in start.bindings and not hidden:
                return self._bound_values(name, start, depth)
            start = start.parent
        if name in _GIVEN:
            return [Named(_GIVEN[name])]
        for module in self._found.stars:
            if module in _STARRED and not hasattr(builtins, name):
                return [Named(f"{module}.{name}")]
        return [Named(f"builtins.{name}")] if name in _BUILTINS else []

    def _bound_values(self, name: str, scope: Scope, depth: int) -> list[Value]:
        key = (id(scope.bindings), name)
        if key in self._names:
            # While it is being worked out: what is known of it so far.
            return list(self._names[key])
        found: list[Value] = []
        self._names[key] = found
        # What a name is bound to has nothing to do with a comprehension's own names.
        local, self._local = self._local, []
        sure = True
        for binding in scope.bindings[name]:
            values = self._of_binding(binding, depth)
            if binding.parameter >= 0:
                values += tuple(self._given(name, binding, scope, depth))
            sure &= bool(values) and binding.parameter < 0 and not binding.grows
            for value in values:
                if value in found:
                    continue
                sure &= len(found) < _MAX_CANDIDATES
                if len(found) < _MAX_CANDIDATES:
                    found.append(value)
        if not sure and any(isinstance(v, Const) for v in found):
            found.append(UNKNOWN)
        self._local = local
        return list(found)

    def _given(
        self, name: str, binding: Binding, scope: Scope, depth: int
    ) -> Iterator[Value]:
        """Give what a function of the source is given for one of its parameters."""
        owner = scope.parent
        method = owner is not None and owner.kind is Kind.CLASS
        called = scope.name.rpartition(".")[2]
        if method and called == "__init__" and owner is not None:
            called = owner.name.rpartition(".")[2]
        for node, place in self._found.calls.get(called, ()):
            at = binding.parameter - method
            given = [k.value for k in node.keywords if k.arg == name]
            if 0 <= at < len(node.args):
                given.append(node.args[at])
            for part in given[:1]:
                yield from self.values(part, place, depth)

    def _of_binding(self, binding: Binding, depth: int) -> tuple[Value, ...]:
        if binding.dotted:
            return (Named(canonical(binding.dotted)),)
        if binding.scope is not None and binding.defines:
            return (Own(binding.scope),)
        if binding.scope is None or binding.value is None:
            return ()
        if not binding.item:
            return self.values(binding.value, binding.scope, depth)
        return tuple(self._items(binding.value, binding.scope, depth))

    def _items(self, node: ast.expr, scope: Scope, depth: int) -> Iterator[Value]:
        if isinstance(node, ast.Name):
            node, scope = self.written(node.id, scope) or (node, scope)
        if isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Dict)):
            held = node.values if isinstance(node, ast.Dict) else node.elts
            for part in held[: _MAX_CANDIDATES + 1]:
                yield from self.values(part, scope, depth)
            return
        for value in self.values(node, scope, depth):
            if isinstance(value, Named):
                one = code_paths.entry(value)
                if one is not None:
                    yield one
            if isinstance(value, Const) and isinstance(value.value, tuple):
                for item in value.value[: _MAX_CANDIDATES + 1]:
                    yield Const(item, value.decoded)

    # What each kind of expression stands for.

    def _constant(
        self, node: ast.Constant, scope: Scope, depth: int
    ) -> Iterator[Value]:
        del scope, depth
        value = node.value
        if isinstance(value, (str, bytes, int)):
            yield from self.plain(value)

    def _name(self, node: ast.Name, scope: Scope, depth: int) -> Iterator[Value]:
        owner = scope.itself(node.id)
        if owner is not None:
            yield Own(owner, made=True)
            return
        yield from self.look_up(node.id, scope, depth)

    def _attribute(
        self, node: ast.Attribute, scope: Scope, depth: int
    ) -> Iterator[Value]:
        if isinstance(node.value, ast.Name):
            place = f"{node.value.id}.{node.attr}"
            module = self._found.module
            if place in module.bindings:
                yield from self._bound_values(place, module, depth)
        if _is_super(node.value) and scope.owner is not None:
            yield from self._inherited(scope.owner, node.attr, depth)
        for base in self.values(node.value, scope, depth):
            yield from self.member(base, node.attr, depth)

    def member(
        self, base: Value, name: str, depth: int, *, loose: bool = False
    ) -> Iterator[Value]:
        """Give what an attribute of a value may stand for."""
        if isinstance(base, Named):
            path = code_paths.member(base, name)
            if path is not None:
                yield path
            elif name == "__dict__":
                yield base
            elif base.name == "builtins.globals()":
                yield from self.look_up(name, self._found.module, depth)
            else:
                loose = base.loose or loose
                yield Named(join(base.name, name), loose, base.text)
        elif isinstance(base, Own):
            yield from self._own_member(base.scope, name, depth)

    def _own_member(
        self, scope: Scope, name: str, depth: int, seen: int = 0
    ) -> Iterator[Value]:
        if name in scope.bindings and scope.kind is Kind.CLASS:
            yield from self._bound_values(name, scope, depth)
            return
        if seen <= 8:
            yield from self._inherited(scope, name, depth, seen)

    def _inherited(
        self, scope: Scope, name: str, depth: int, seen: int = 0
    ) -> Iterator[Value]:
        if scope.parent is None:
            return
        for base in scope.bases:
            for value in self.values(base, scope.parent, depth):
                if isinstance(value, Own) and value.scope is not scope:
                    yield from self._own_member(value.scope, name, depth, seen + 1)
                    return

    def _call(self, node: ast.Call, scope: Scope, depth: int) -> Iterator[Value]:
        func = node.func
        if isinstance(func, ast.Attribute):
            yield from self._method(func, node, scope, depth)
        for callee in self.values(func, scope, depth):
            if isinstance(callee, Named):
                yield from named_call(self, callee, node, scope, depth)
            elif isinstance(callee, Own) and callee.scope.kind is Kind.CLASS:
                yield Own(callee.scope, made=True)
            elif isinstance(callee, Own):
                for given in callee.scope.returns[:_MAX_CANDIDATES]:
                    yield from self.values(given, callee.scope, depth + 2)

    def _method(
        self, func: ast.Attribute, node: ast.Call, scope: Scope, depth: int
    ) -> Iterator[Value]:
        """Work out a method of a plain value."""
        for base in self.constants(func.value, scope, depth):
            given = self.arguments(node, scope, depth)
            if given is None:
                continue
            named = {
                k.arg or "": str(known[0].value)
                for k in node.keywords
                if (known := self.constants(k.value, scope, depth))
            }
            plain = [arg.value for arg in given]
            value = constants.method(base.value, func.attr, plain, self.bound, named)
            if value is not None:
                loose = func.attr in ("decode", "replace", "translate", "join")
                yield Const(value, base.decoded or loose)

    def arguments(self, node: ast.Call, scope: Scope, depth: int) -> list[Const] | None:
        """Give the plain values that a call is given, or None."""
        given: list[Const] = []
        for arg in node.args:
            known = self.constants(arg, scope, depth)
            if not known:
                return None
            given.append(known[0])
        return given

    def plain(self, value: object, *, decoded: bool = False) -> Iterator[Const]:
        """Give a value that was worked out, when it is plain and short."""
        plain = constants.bounded(value, self.bound)
        if plain is not None:
            yield Const(plain, decoded)

    def _choice(
        self, node: ast.IfExp | ast.BoolOp, scope: Scope, depth: int
    ) -> Iterator[Value]:
        parts = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
        for part in parts[:_MAX_CANDIDATES]:
            yield from self.values(part, scope, depth)

    def _walrus(
        self, node: ast.NamedExpr | ast.Await | ast.Starred, scope: Scope, depth: int
    ) -> Iterator[Value]:
        yield from self.values(node.value, scope, depth)

    def _lambda(self, node: ast.Lambda, scope: Scope, depth: int) -> Iterator[Value]:
        del depth
        for binding in scope.bindings.get(f"<lambda {id(node)}>", []):
            if binding.scope is not None:
                yield Own(binding.scope)


def _is_super(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "super"
    )


def _cost(value: Value) -> int:
    """Give what a value costs: all of them together stay below some 50 MB."""
    if isinstance(value, Const) and isinstance(value.value, (str, bytes, tuple)):
        return len(value.value) // (32 if isinstance(value.value, tuple) else 256)
    return 0


def _few(values: Iterator[Value]) -> Iterator[Value]:
    seen: list[Value] = []
    for value in values:
        if value in seen:
            continue
        if len(seen) >= _MAX_CANDIDATES:
            yield UNKNOWN
            return
        seen.append(value)
        yield value


_OWN = {
    ast.Constant: "_constant",
    ast.Name: "_name",
    ast.Attribute: "_attribute",
    ast.Call: "_call",
    ast.IfExp: "_choice",
    ast.BoolOp: "_choice",
    ast.NamedExpr: "_walrus",
    ast.Await: "_walrus",
    ast.Starred: "_walrus",
    ast.Lambda: "_lambda",
}
