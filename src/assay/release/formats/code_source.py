"""Source code as text, and whether a parser may be let near it.

`ast.parse` builds what it is given in memory and level by level, so that its input is
measured first: by length, by words, and by how deep it goes. What it may not read is
still searched word by word, by `code_words`.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.domain.limits import Limits

__all__ = ["Parsed", "parse"]

_FILE = "assay-inspected"
# What the parser has to say about the style of a source is nobody's business here.
_SILENCE = ("ignore", None, Warning, re.compile(_FILE), 0)
# Words of a source, near enough: texts, comments, line ends, names, numbers, signs.
# No alternative can match the same text in two ways, so that none goes back.
_TOKEN = re.compile(
    r"(?P<text>[rRbBuUfF]{0,2}(?:\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*+(?:\"\"\")?"
    r"|'''(?:[^'\\]|\\.|'(?!''))*+(?:''')?"
    r"|\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?))"
    r"|(?P<comment>\#[^\n]*+)|(?P<line>\n)|(?P<join>\\\n)|(?P<open>[(\[{])"
    r"|(?P<close>[)\]}])|(?P<part>[,;])|(?P<name>[^\W\d]\w*+)|(?P<sign>[^\w\s])"
    r"|\d\w*+",
    re.DOTALL,
)
_CHAINING = frozenset(
    {"not", "lambda", "await", "if", "else", "elif", "and", "or", "in", "is", "yield"}
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A source's tree, or why there is none.

    Attributes:
        tree: The tree, or None.
        problem: Kind of the problem, empty when there is none.
        detail: What was found.
        line: Where, from 1; 0 when nowhere in particular.
    """

    tree: ast.Module | None
    problem: str = ""
    detail: str = ""
    line: int = 0


def parse(text: str, limits: Limits) -> Parsed:
    """Give the tree of a source, when it is small and flat enough to be parsed."""
    if len(text) > limits.max_code_bytes:
        return Parsed(None, "too-long", f"more than {limits.max_code_bytes} characters")
    refused = _measure(text, limits)
    if refused is not None:
        return refused
    if _SILENCE not in warnings.filters:
        warnings.filterwarnings("ignore", module=_FILE)
    try:
        return Parsed(ast.parse(text, _FILE))
    except SyntaxError as error:
        return Parsed(None, "python-syntax", str(error.msg), error.lineno or 0)
    except ValueError as error:
        return Parsed(None, "python-syntax", str(error))
    except (MemoryError, RecursionError):
        # The parser's own bounds on its stack, which it tells in these two ways.
        return Parsed(None, "too-deep", "the parser's stack does not hold it")


def _measure(text: str, limits: Limits) -> Parsed | None:
    """Count words, open brackets, blocks, and the operators of one expression."""
    line, chain = 1, 0
    stack: list[int] = []
    for count, found in enumerate(_TOKEN.finditer(text), 1):
        kind = found.lastgroup
        if kind == "open":
            stack.append(chain)
        elif kind == "close":
            chain = stack.pop() if stack else 0
        elif kind == "part" or (kind == "line" and not stack):
            chain = stack[-1] if stack else 0
        elif kind == "sign" or (kind == "name" and found[0] in _CHAINING):
            chain += 1
        if kind in ("line", "join", "text"):
            line += found[0].count("\n")
        if len(stack) > limits.max_code_nesting or chain > limits.max_code_chain:
            return Parsed(None, "too-deep", "brackets or operators without end", line)
        if count > limits.max_code_tokens:
            detail = f"more than {limits.max_code_tokens} words and signs"
            return Parsed(None, "too-long", detail, line)
    return None
