"""The rules by which a tokenizer joins pairs, in `tokenizer.json` and `merges.txt`."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from assay.release.formats.reading import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["merges_digest", "merges_of", "merges_of_unknown", "pair"]


def pair(rule: object) -> tuple[str, str] | None:
    """Give both parts of a rule, written `"a b"` or `["a", "b"]`; or None."""
    parts: object = rule.split(" ") if isinstance(rule, str) else rule
    if not isinstance(parts, list) or len(parts) != 2:
        return None
    first, second = parts
    return (
        (first, second) if isinstance(first, str) and isinstance(second, str) else None
    )


def merges_of(model: dict[str, object]) -> list[tuple[str, str] | None]:
    """Give the rules of a model, in order; None for what is none."""
    rules = model.get("merges")
    return [pair(rule) for rule in rules] if isinstance(rules, list) else []


def merges_digest(rules: Iterable[tuple[str, str] | None]) -> str:
    """Give a digest of the rules in their order; nothing when there are none."""
    lines = [f"{rule[0]} {rule[1]}\n" for rule in rules if rule is not None]
    text = "".join(lines).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest() if lines else ""


def merges_of_unknown(
    rules: list[tuple[str, str] | None], model: dict[str, object], words: object
) -> str:
    """Tell how many rules join words, or make one, that the vocabulary lacks.

    The library refuses to load such a file (`MergeTokenOutOfVocabulary`).
    """
    prefix = model.get("continuing_subword_prefix")
    skip = len(prefix) if isinstance(prefix, str) else 0
    known = words if isinstance(words, dict) else {}
    unknown = [
        rule
        for rule in rules
        if rule is None
        or rule[0] not in known
        or rule[1] not in known
        or rule[0] + rule[1][skip:] not in known
    ]
    if not unknown:
        return ""
    first = "one of other parts" if unknown[0] is None else repr(unknown[0])
    return f"{len(unknown)} rules, such as {shorten(first, 120)}"
