"""Ways through the insides of Python that no names of modules show."""

from __future__ import annotations

import ast

__all__ = ["rewrites_code", "walks"]

_BASES = frozenset({"__bases__", "__base__", "__mro__", "mro"})


def rewrites_code(node: ast.Call) -> bool:
    """Tell `function.__code__.replace(co_code=…)`."""
    func = node.func
    named = {keyword.arg for keyword in node.keywords}
    return (
        isinstance(func, ast.Attribute)
        and func.attr == "replace"
        and bool(named & {"co_code", "co_consts", "co_names"})
    )


def walks(func: ast.expr) -> str:
    """Tell `().__class__.__bases__[0].__subclasses__()` from a class's own."""
    if not (isinstance(func, ast.Attribute) and func.attr == "__subclasses__"):
        return ""
    base: ast.expr = func.value
    for _ in range(8):
        if isinstance(base, ast.Subscript):
            base = base.value
        elif isinstance(base, ast.Call):
            base = base.func
        elif isinstance(base, ast.Attribute):
            if base.attr in _BASES:
                return "object.__subclasses__"
            base = base.value
        else:
            break
    plain = isinstance(base, ast.Name) and base.id == "object"
    return "object.__subclasses__" if plain else ""
