"""What the functions of Python give that fetch things by name, or work values out."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from assay.release.formats import code_constants as constants
from assay.release.formats.code_paths import named_path
from assay.release.formats.code_values import UNKNOWN, Const, Named, join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assay.release.formats.code_resolve import Resolver
    from assay.release.formats.code_scopes import Scope
    from assay.release.formats.code_values import Value

    Rule = Callable[[Resolver, str, ast.Call, Scope, int], Iterator[Value]]

__all__ = ["FETCHERS", "named_call"]

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
        "builtins.object.__getattribute__",
        "builtins.type.__getattribute__",
    }
)
FETCHERS = frozenset(
    {"builtins.getattr", "builtins.object.__getattribute__"}
    | {"builtins.type.__getattribute__", "operator.attrgetter"}
)
# Functions that give what a dotted text names.
_LOCATORS = frozenset(
    {"pkgutil.resolve_name", "pydoc.locate", "torch._utils._import_dotted_name"}
    | {"hydra.utils.get_method", "hydra.utils.get_class", "hydra.utils.get_object"}
    | {"django.utils.module_loading.import_string", "werkzeug.utils.import_string"}
    | {"detectron2.utils.registry.locate", "detectron2.config.lazy.locate"}
    | {"pydoc.safeimport", "importlib.import_string", "test.support.import_module"}
)
_GET = (".get", ".__getattribute__", ".__getitem__", ".pop", ".setdefault")
_MEMBERS = frozenset({"inspect.getmembers", "inspect.getmembers_static"})
_TABLES = _MEMBERS | {"builtins.dict"}
_KEYWORDS = ("name", "path", "spec")


def named_call(
    resolver: Resolver, callee: Named, node: ast.Call, scope: Scope, depth: int
) -> Iterator[Value]:
    """Give what a call of a named function may stand for."""
    name = callee.name
    rule = _rule(name, node)
    if rule is not None:
        yield from rule(resolver, name, node, scope, depth)
        return
    if name.endswith(_GET) and "()" not in name:
        yield from _got(resolver, name, node, scope, depth)
    elif name in _TABLES and node.args:
        for value in resolver.values(node.args[0], scope, depth):
            if isinstance(value, Named) and (value.loose or name in _MEMBERS):
                yield Named(value.name, loose=True)
    paths = list(named_path(resolver, callee, node, scope, depth))
    yield from paths or _worked_out(resolver, callee, node, scope, depth)


def _rule(name: str, node: ast.Call) -> Rule | None:
    """Give how a function's value is worked out that fetches something by name."""
    if name in _LOOKERS:
        return _looked_up
    if name in _LOCATORS or _loads_modules(name):
        return _located
    if name.startswith("operator.attrgetter:"):
        return _walked
    if name == "builtins.map":
        return _mapped if len(node.args) == 2 else None
    return _FIRSTS.get(name)


def _worked_out(
    resolver: Resolver, callee: Named, node: ast.Call, scope: Scope, depth: int
) -> Iterator[Value]:
    """Give what a function makes of plain values, where that is known."""
    name = callee.name
    if name in ("io.BytesIO", "io.StringIO") and node.args:
        yield from resolver.constants(node.args[0], scope, depth)
    given = resolver.arguments(node, scope, depth)
    if given:
        plain = constants.call(name, [arg.value for arg in given], resolver.bound)
        if plain is not None:
            decoded = name in constants.DECODERS or name == "codecs.decode"
            yield Const(plain, decoded or any(arg.decoded for arg in given))
            return
    yield Named(f"{name}()", callee.loose)


def _wrapped(
    resolver: Resolver, name: str, node: ast.Call, scope: Scope, depth: int
) -> Iterator[Value]:
    del name
    for given in node.args[:1]:
        yield from resolver.values(given, scope, depth)


def _method_caller(
    resolver: Resolver, name: str, node: ast.Call, scope: Scope, depth: int
) -> Iterator[Value]:
    for given in node.args[:1]:
        for known in resolver.constants(given, scope, depth):
            if isinstance(known.value, str):
                yield Named(f"{name}:{known.value}"[:200])


def _loads_modules(name: str) -> bool:
    return name.endswith((".load_module", "._gcd_import", ".find_and_load")) and (
        name.startswith(("importlib.", "_frozen_importlib", "_imp."))
    )


def _located(
    resolver: Resolver, name: str, node: ast.Call, scope: Scope, depth: int
) -> Iterator[Value]:
    del name
    for given in _first(node):
        for known in resolver.constants(given, scope, depth):
            if isinstance(known.value, str) and known != UNKNOWN:
                yield Named(known.value.replace(":", ".")[:200], loose=True)


def _got(
    resolver: Resolver, name: str, node: ast.Call, scope: Scope, depth: int
) -> Iterator[Value]:
    """Give what the dictionary of a module, or the table of modules, holds."""
    base = name.rpartition(".")[0]
    if base == "os.environ":
        return
    for given in node.args[:1]:
        for known in resolver.constants(given, scope, depth):
            if isinstance(known.value, str) and known != UNKNOWN:
                inner = known.value
                full = inner if base == "sys.modules" else join(base, inner)
                yield Named(full, loose=True)


def _first(node: ast.Call) -> list[ast.expr]:
    """Give the first argument, which may be named."""
    named = [k.value for k in node.keywords if k.arg in _KEYWORDS]
    return node.args[:1] or named[:1]


def _walked(
    resolver: Resolver, name: str, node: ast.Call, scope: Scope, depth: int
) -> Iterator[Value]:
    path = name.partition(":")[2].split(".")
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
    first = _first(node)
    if not first:
        return
    if name == "builtins.vars":
        yield from resolver.values(first[0], scope, depth)
        return
    if name in FETCHERS:
        yield from _fetched(resolver, name, node, scope, depth)
        return
    for known in resolver.constants(first[0], scope, depth):
        if isinstance(known.value, str) and known.value and known != UNKNOWN:
            whole = name != "builtins.__import__" or len(node.args) > 3
            module = known.value if whole else known.value.split(".")[0]
            plain = isinstance(first[0], ast.Constant)
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
            if known.value == "__builtins__":
                yield Named("builtins", loose=True)
            elif isinstance(known.value, str) and "…" not in known.value:
                yield from resolver.member(base, known.value, depth, loose=True)
        if isinstance(base, Named) and (not names or names[-1] == UNKNOWN):
            yield Named(join(base.name, "?"), loose=True)


def _mapped(
    resolver: Resolver, name: str, node: ast.Call, scope: Scope, depth: int
) -> Iterator[Value]:
    del name
    for callee in resolver.values(node.args[0], scope, depth):
        for known in resolver.constants(node.args[1], scope, depth):
            if isinstance(callee, Named) and isinstance(known.value, (tuple, str)):
                items = known.value[:_MAX_ITEMS]
                made = [constants.call(callee.name, [i], 64) for i in items]
                resolver.spend(len(items))
                if None not in made:
                    yield Const(tuple(made), decoded=True)


def _reduced(
    resolver: Resolver, name: str, node: ast.Call, scope: Scope, depth: int
) -> Iterator[Value]:
    """Follow `functools.reduce(getattr, names, module)`."""
    yield Named(f"{name}()")
    if len(node.args) != 3:
        return
    walks = any(
        isinstance(value, Named) and value.name in FETCHERS
        for value in resolver.values(node.args[0], scope, depth)
    )
    for known in resolver.constants(node.args[1], scope, depth) if walks else ():
        names = known.value if isinstance(known.value, tuple) else ()
        found = list(resolver.values(node.args[2], scope, depth))[:1]
        for part in names[:8]:
            found = [
                value
                for base in found[:1]
                for value in resolver.member(base, str(part), depth, loose=True)
            ]
        yield from found


_FIRSTS: dict[str, Rule] = {
    "builtins.staticmethod": _wrapped,
    "functools.partial": _wrapped,
    "functools.reduce": _reduced,
    "functools.wraps": _wrapped,
    "operator.methodcaller": _method_caller,
}
