"""Texts that libraries evaluate as Python: annotations, and questions to tables.

Sources: typing (`get_type_hints`, `ForwardRef`), pandas (`DataFrame.query` and `eval`,
whose `@` reaches the names of the caller).
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["annotates", "asks_for_more", "evaluated_texts"]

_MAX_PARTS = 64
# A question that reaches a module behind a name, or the insides of Python.
_BEYOND = re.compile(
    r"@[\w.]{0,200}(?:__\w|\b_?(?:os|sys|subprocess|builtins|importlib|posix|shutil"
    r"|socket|ctypes)\b|\b(?:eval|exec|getattr|open|compile)\s*\()"
)


def annotates(target: ast.expr) -> bool:
    """Tell annotations that are written by hand: `A.__annotations__ = {…}`."""
    if isinstance(target, ast.Subscript):
        target = target.value
    name = getattr(target, "attr", "") or getattr(target, "id", "")
    return name == "__annotations__"


def evaluated_texts(node: ast.expr) -> Iterator[str]:
    """Give the texts of an annotation that are evaluated and call something."""
    waiting: list[ast.AST] = [node]
    left = _MAX_PARTS
    while waiting and left > 0:
        left -= 1
        part = waiting.pop()
        if isinstance(part, ast.Constant):
            if isinstance(part.value, str) and "(" in part.value:
                yield part.value
        elif isinstance(part, ast.Subscript):
            waiting += [part.value, *_types(part)]
        else:
            waiting += ast.iter_child_nodes(part)


def _types(node: ast.Subscript) -> list[ast.AST]:
    """Give what stands for types: `Literal` holds plain texts, `Annotated` notes."""
    name = getattr(node.value, "attr", "") or getattr(node.value, "id", "")
    if name == "Literal":
        return []
    if name == "Annotated" and isinstance(node.slice, ast.Tuple):
        return list(node.slice.elts[:1])
    return [node.slice]


def asks_for_more(node: ast.Call) -> bool:
    """Tell a question to a table that reaches for more than values."""
    func = node.func
    if not (isinstance(func, ast.Attribute) and func.attr in ("query", "eval")):
        return False
    return any(
        isinstance(arg, ast.Constant)
        and isinstance(arg.value, str)
        and _BEYOND.search(arg.value) is not None
        for arg in [*node.args[:1], *(k.value for k in node.keywords[:4])]
    )
