"""Facts of one file as JSON, to be kept and read again by the same version.

No published format: another version of Assay never reads it. Reading believes nothing:
every class, field and value is checked against the nouns, and anything else is refused.
"""

from __future__ import annotations

import json
import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from assay.domain import facts as nouns
from assay.domain.facts import FileFacts
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import DocumentError
from assay.wire.strict_json import loads

__all__ = ["read_kept_facts", "write_kept_facts"]

_CLASS = "!"
_NOUNS: dict[str, type] = {
    name: noun
    for name in nouns.__all__
    if isinstance(noun := getattr(nouns, name), type) and is_dataclass(noun)
}


def write_kept_facts(facts: FileFacts) -> bytes:
    """Write facts; what holds by default is left out."""
    return json.dumps(_plain(facts), ensure_ascii=True, separators=(",", ":")).encode()


def read_kept_facts(data: bytes, limits: Limits = DEFAULT_LIMITS) -> FileFacts:
    """Read what `write_kept_facts` wrote.

    Raises:
        DocumentError: It is anything else.
    """
    found = _noun(loads(data, limits=limits, max_bytes=limits.max_document_bytes))
    if not isinstance(found, FileFacts):
        raise _other("the facts of one file")
    return found


def _plain(value: object) -> object:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        given: dict[str, object] = {_CLASS: type(value).__name__}
        for field in fields(value):
            held = getattr(value, field.name)
            if field.default is MISSING or held != field.default:
                given[field.name] = _plain(held)
        return given
    return value


def _noun(value: object) -> object:
    if not isinstance(value, dict) or not isinstance(value.get(_CLASS), str):
        raise _other("an object that names its class")
    noun = _NOUNS.get(value[_CLASS])
    if noun is None:
        raise _other("a class of facts")
    hints = _hints(noun)
    given = {key: held for key, held in value.items() if key != _CLASS}
    if not given.keys() <= hints.keys():
        raise _other(f"fields of {noun.__name__}")
    try:
        return noun(**{key: _typed(held, hints[key]) for key, held in given.items()})
    except TypeError as error:
        raise _other(f"all fields of {noun.__name__}") from error


def _typed(value: Any, hint: Any) -> Any:  # noqa: ANN401 - any type of any field
    """Check a value against the annotation of its field, and rebuild it."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        return _either(value, parts)
    if origin is tuple:
        return _tuple(value, parts)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        if isinstance(value, str) and value in {member.value for member in hint}:
            return hint(value)
        raise _other(f"a value of {hint.__name__}")
    if isinstance(hint, type) and is_dataclass(hint):
        found = _noun(value)
        if type(found) is hint:
            return found
    elif type(value) is hint:
        return value
    raise _other(f"a value of type {hint}")


def _either(value: Any, hints: tuple[Any, ...]) -> Any:  # noqa: ANN401 - see above
    if value is None and type(None) in hints:
        return None
    if isinstance(value, dict):
        found = _noun(value)
        if type(found) in hints:
            return found
    for hint in hints:
        if type(value) is hint:
            return value
    raise _other("one of several types")


def _tuple(value: Any, hints: tuple[Any, ...]) -> tuple[Any, ...]:  # noqa: ANN401 - see above
    if not isinstance(value, list):
        raise _other("a list")
    if len(hints) == 2 and hints[1] is Ellipsis:
        return tuple(_typed(item, hints[0]) for item in value)
    if len(value) != len(hints):
        raise _other(f"{len(hints)} values")
    return tuple(_typed(item, hint) for item, hint in zip(value, hints, strict=True))


@cache
def _hints(noun: type) -> dict[str, Any]:
    # The nouns import one another for type checkers only: all names are given here.
    return get_type_hints(noun, localns=vars(nouns))


def _other(expected: str) -> DocumentError:
    return DocumentError(
        "kept-facts",
        "Kept facts are not those of this version.",
        expected=expected,
        found="something else",
        remedy="remove the cache directory",
    )
