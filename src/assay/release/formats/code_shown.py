"""Expressions as people are shown them: constants, with `…` for what is not known."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.release.formats.code_resolve import Resolver
    from assay.release.formats.code_scopes import Scope

__all__ = ["arguments", "text_of"]

_MAX_PARTS = 32
_MAX_CHARS = 2_000
_MAX_DEPTH = 12


def arguments(node: ast.Call, scope: Scope, resolver: Resolver) -> str:
    """Give the arguments of a call, a command's words with spaces between."""
    parts = [text_of(arg, scope, resolver) for arg in node.args[:_MAX_PARTS]]
    for keyword in node.keywords[:_MAX_PARTS]:
        text = text_of(keyword.value, scope, resolver)
        if text != "…":
            parts.append(f"{keyword.arg or '**'}={text}")
    return ", ".join(parts)[:_MAX_CHARS]


def text_of(node: ast.expr, scope: Scope, resolver: Resolver, depth: int = 0) -> str:
    """Give an expression's text, as far as it is known."""
    if depth > _MAX_DEPTH:
        return "…"
    known = resolver.constants(node, scope)
    if known:
        value = known[0].value
        if isinstance(value, tuple):
            return " ".join(map(_plain, value[:_MAX_PARTS]))
        return _plain(value)
    if isinstance(node, ast.Name):
        written = resolver.written(node.id, scope)
        return text_of(*written, resolver, depth + 1) if written else "…"
    parts, glue = _parts(node)
    if not parts:
        return "…"
    texts = [text_of(part, scope, resolver, depth + 1) for part in parts[:_MAX_PARTS]]
    return glue.join(texts)[:_MAX_CHARS]


def _parts(node: ast.expr) -> tuple[list[ast.expr], str]:
    if isinstance(node, ast.JoinedStr):
        return node.values, ""
    if isinstance(node, (ast.List, ast.Tuple)):
        return node.elts, " "
    if isinstance(node, ast.BinOp):
        return [node.left, node.right], ""
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


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return value[:_MAX_CHARS].decode("latin-1")
    return str(value)[:_MAX_CHARS]
