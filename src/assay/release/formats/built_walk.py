"""The walk through a document for what it makes loaders build."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.release.formats.built_keras import keras_object
from assay.release.formats.built_named import named_document, named_object
from assay.release.formats.built_skops import skops_node

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.built import Building

__all__ = ["WORDS", "built"]

# One of these must be in a large document before it is parsed at all.
WORDS: tuple[bytes, ...] = (
    b"class_name",
    b"__loader__",
    b"_target_",
    b"_component_",
    b"class_path",
    b"py/",
    b"__kind__",
    b'"()"',
    b"ext://",
    b"${eval",
)
_MAX_DEPTH = 400
_MAX_KEY_CHARS = 180
# MONAI evaluates texts that begin with a dollar.
_EXPRESSION = re.compile(r"\$(?!\{)\s*\S")
# Resolvers of OmegaConf by the names that programs give those which evaluate a text.
_RESOLVED = re.compile(
    r"\$\{\s*(?:\w{1,40}\.)?(?:eval|exec|py|python|pyeval|oc\.eval)\s*:(.*)", re.DOTALL
)
_CALLED = re.compile(r"([A-Za-z_][\w.]*)\s*\(")
_RECKONING = frozenset(
    {"int", "float", "bool", "str", "len", "min", "max", "sum", "abs", "round", "range"}
    | {"list", "tuple", "dict", "sorted", "if", "in", "and", "or", "not", "else"}
    | {"math.sqrt", "math.ceil", "math.floor", "math.log", "math.log2", "np.sqrt"}
)


def built(value: object, found: Building) -> list[Fact]:
    """Give what a document has built, from its plain values.

    Args:
        value: Dictionaries, lists, texts, numbers.
        found: What was found before, by tags.
    """
    named_document(value, found)
    # Texts that somebody evaluates, by the key.
    expressions: list[tuple[str, str]] = []
    targets = _walk(value, found, expressions)
    for key, text in expressions:
        resolved = _RESOLVED.search(text)
        if resolved and not _is_sum(resolved[1]):
            found.note("omegaconf", key, "bytecode", "expression", source=resolved[1])
        elif targets and _EXPRESSION.match(text):
            found.note("monai", key, "bytecode", "expression", source=text)
    return list(found.facts())


def _walk(value: object, found: Building, expressions: list[tuple[str, str]]) -> bool:
    """Look at every value, in order; tell whether any names what to instantiate."""
    waiting: list[tuple[str, object, int]] = [("", value, 0)]
    targets = False
    while waiting:
        key, item, depth = waiting.pop()
        children: list[tuple[str, object, int]] = []
        if isinstance(item, dict):
            targets = targets or "_target_" in item
            keras_object(item, key, found)
            skops_node(item, key, found)
            named_object(item, key, found)
            children = [
                (_path(key, f".{name}"), child, depth + 1)
                for name, child in item.items()
                if _worth(child)
            ]
        elif isinstance(item, list):
            children = [
                (_path(key, f"[{index}]"), child, depth + 1)
                for index, child in enumerate(item)
                if _worth(child)
            ]
        elif isinstance(item, str):
            expressions.append((key, item))
        if depth < _MAX_DEPTH:
            waiting.extend(reversed(children))
    return targets


def _worth(child: object) -> bool:
    """Tell what may hold more, or be evaluated; numbers and plain texts do not."""
    return isinstance(child, (dict, list)) or (
        isinstance(child, str)
        and (
            _EXPRESSION.match(child) is not None or _RESOLVED.search(child) is not None
        )
    )


def _is_sum(text: str) -> bool:
    """Tell what only reckons with numbers and other settings."""
    return "__" not in text and all(
        name[1] in _RECKONING for name in _CALLED.finditer(text)
    )


def _path(key: str, step: str) -> str:
    path = f"{key}{step}" if key else step.removeprefix(".")
    return path if len(path) <= _MAX_KEY_CHARS else f"…{path[-_MAX_KEY_CHARS:]}"
