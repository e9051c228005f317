"""Expressions as people are shown them: constants, with `…` for what is not known."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from assay.release.formats.code_values import Const, Named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.release.formats.code_resolve import Resolver
    from assay.release.formats.code_scopes import Scope
    from assay.release.formats.code_values import Value

__all__ = ["arguments", "text_of"]

_MAX_PARTS = 32
# Parts of one expression, with those of the names in it: lists of lists of one name
# are short to write and endless to print.
_MAX_SHOWN = 256
_MAX_CHARS = 2_000
_MAX_DEPTH = 12


def arguments(node: ast.Call, scope: Scope, resolver: Resolver) -> str:
    """Give the arguments of a call, a command's words with spaces between."""
    shown = _Shown(resolver)
    parts = [shown.text(arg, scope) for arg in node.args[:_MAX_PARTS]]
    for keyword in node.keywords[:_MAX_PARTS]:
        text = shown.text(keyword.value, scope)
        if text != "…":
            parts.append(f"{keyword.arg or '**'}={text}")
    return ", ".join(parts)[:_MAX_CHARS]


def text_of(node: ast.expr, scope: Scope, resolver: Resolver) -> str:
    """Give an expression's text, as far as it is known."""
    return _Shown(resolver).text(node, scope)


class _Shown:
    """Prints expressions, all of them within one bound."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._left = _MAX_SHOWN

    def text(self, node: ast.expr, scope: Scope, depth: int = 0) -> str:
        self._left -= 1
        if depth > _MAX_DEPTH or self._left < 0:
            return "…"
        self._resolver.spend(1)
        found = [_known(value) for value in self._resolver.values(node, scope)]
        known = dict.fromkeys(text for text in found if text is not None)
        if known:
            return " | ".join(known)[:_MAX_CHARS]
        if isinstance(node, ast.Name):
            written = self._resolver.written(node.id, scope)
            return self.text(*written, depth + 1) if written else "…"
        parts, glue = _parts(node)
        if not parts:
            return "…"
        texts = [self.text(part, scope, depth + 1) for part in parts[:_MAX_PARTS]]
        return glue.join(texts)[:_MAX_CHARS]


def _parts(node: ast.expr) -> tuple[list[ast.expr], str]:
    if isinstance(node, ast.JoinedStr):
        return node.values, ""
    if isinstance(node, (ast.List, ast.Tuple)):
        return node.elts, " "
    if isinstance(node, ast.BinOp):
        return [node.left, node.right], "/" if isinstance(node.op, ast.Div) else ""
    if isinstance(node, ast.FormattedValue):
        return [node.value], ""
    return _parts_of_call(node) if isinstance(node, ast.Call) else ([], "")


def _parts_of_call(node: ast.Call) -> tuple[list[ast.expr], str]:
    if isinstance(node.func, ast.Attribute):
        # What a method makes of a text, such as `.split()` and `.format(…)`.
        inner = node.func.value
        plain = isinstance(inner, (ast.Constant, ast.JoinedStr, ast.BinOp))
        return ([inner], "") if plain else (node.args, "/")
    return node.args, " "


def _known(value: Value) -> str | None:
    if isinstance(value, Const):
        return _constant(value)
    if not isinstance(value, Named):
        return None
    module, _, last = value.name.rpartition(".")
    if last in ("__file__", "__path__") and module and not module.startswith("."):
        return f"…/site-packages/{module}"
    return value.text or None


def _constant(known: Const) -> str:
    value = known.value
    if isinstance(value, tuple):
        return " ".join(_words(value))
    return _plain(value)


def _words(value: tuple[object, ...]) -> Iterator[str]:
    for item in value[:_MAX_PARTS]:
        yield _plain(item)


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return value[:_MAX_CHARS].decode("latin-1")
    return str(value)[:_MAX_CHARS]
