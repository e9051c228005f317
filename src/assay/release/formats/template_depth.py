"""How deep a template nests, counted on its tokens before any parser recurses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["nesting"]

_SILENT = frozenset({"whitespace", "comment", "comment_begin", "comment_end"})
_BEGINS = frozenset({"variable_begin", "block_begin"})
_ENDS = frozenset({"variable_end", "block_end"})
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
# Blocks that have an end of their own; `set` is one of them only without `=`.
_BLOCKS = frozenset(
    {"autoescape", "block", "call", "filter", "for", "generation", "if", "macro"}
    | {"raw", "set", "with"}
)


def nesting(tokens: Iterable[tuple[int, str, str]]) -> int:
    """Give the deepest level of blocks, brackets and operators that recurse.

    `not`, signs and `else` in expressions recurse in Jinja2's parser as brackets do;
    each counts up to the end of its tag.
    """
    deepest = blocks = level = 0
    # The words of the open tag: its first, and the one before the current.
    first = before = ""
    for _, kind, value in tokens:
        if kind in _SILENT:
            continue
        if kind in _BEGINS:
            level, first = 0, "" if kind == "block_begin" else "{{"
        elif kind in _ENDS:
            blocks, level = max(0, blocks + _step(first)), 0
        elif not first:
            first = value
        else:
            level += _recurses(kind, value, before)
            if first == "set" and value == "=" and not level:
                first = "="
        before = value
        deepest = max(deepest, blocks + level)
    return deepest


def _step(word: str) -> int:
    """Give what the first word of a tag does to the number of open blocks."""
    if word in _BLOCKS:
        return 1
    return -1 if word.startswith("end") else 0


def _recurses(kind: str, value: str, before: str) -> int:
    """Give the levels that one token adds, or takes away when it closes a bracket."""
    if kind == "name":
        return int(value == "else" or value == before == "not")
    if kind != "operator":
        return 0
    if value in _BRACKETS:
        return _BRACKETS[value]
    return int(value in "+-" and before in ("+", "-"))
