"""The base of all wire models: strict, frozen, and refusing what it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import DocumentError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = ["JsonModel", "WireModel"]

# How many complaints of the validator are passed on to people.
_SHOWN_COMPLAINTS = 5
_MOST_COMPLAINTS = 10_000
# Fields by which people know an entry of a list, and how long such a name may be.
_NAMES = ("id", "control", "name", "origin")
_MAX_NAME = 64

_PLAIN = {
    "extra_forbidden": "there is no such field",
    "missing": "is missing",
    "model_type": "should be a table, in JSON an object",
}


class WireModel(BaseModel):
    """A document or a part of one, exactly as it stands on disk.

    Fields hold JSON or TOML values only: strings, whole numbers, booleans, TOML
    dates, tuples, and models. Turning them into nouns is the work of the reader.

    Attributes:
        described_in: Page that describes the document, for people; or empty.
        pattern_words: What a pattern asks for, in words. A pattern that is not
            here is never shown: nobody can read one of two hundred characters.
    """

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        # Most runs read one or two documents: the others are never built.
        defer_build=True,
    )
    described_in: ClassVar[str] = ""
    pattern_words: ClassVar[Mapping[str, str]] = MappingProxyType({})

    @classmethod
    def read(cls, value: Any, *, document: str) -> Self:  # noqa: ANN401 - untrusted JSON
        """Check a parsed value against this model.

        Args:
            value: What `strict_json.loads` or `tomllib.loads` gave.
            document: What people call it, such as `bundle`.

        Raises:
            DocumentError: `document.schema`, naming each field that is off.
        """
        try:
            return cls.model_validate(_tuples(value), by_alias=True, by_name=False)
        except ValidationError as error:
            complaints = _complaints(error)
            shown = "; ".join(
                f"{_named(item['loc'], value)}: {_said(item, cls.pattern_words)}"
                for item in complaints[:_SHOWN_COMPLAINTS]
            )
            shown = shown or f"{error.error_count()} values that are off"
            more = len(complaints) - _SHOWN_COMPLAINTS
            page = cls.described_in or "its published JSON Schema"
            raise DocumentError(
                "schema",
                f"The {document} does not have the form that Assay reads.",
                expected=f"a {document} as {page} describes it",
                found=shown + (f"; and {more} more" if more > 0 else ""),
                remedy="correct what is named, and leave the rest as it is",
            ) from error


class JsonModel(WireModel):
    """A model of a JSON document, whose fields are in lowerCamelCase as in in-toto.

    Code builds it by the Python names; documents are read by the JSON names only.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=True,
        serialize_by_alias=True,
    )


def _complaints(error: ValidationError) -> list[ErrorDetails]:
    """Give what is off; none of it where there is more than anybody corrects.

    Each complaint takes a thousand bytes, and a document can have two million.
    """
    if error.error_count() > _MOST_COMPLAINTS:
        return []
    return _without_echoes(error.errors(include_url=False, include_input=False))


def _without_echoes(complaints: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out that a list is too short where its entries were refused themselves."""
    places = [item["loc"] for item in complaints]
    return [
        item
        for item in complaints
        if item["type"] != "too_short"
        or not any(
            len(place) > len(item["loc"]) and place[: len(item["loc"])] == item["loc"]
            for place in places
        )
    ]


def _said(complaint: ErrorDetails, pattern_words: Mapping[str, str]) -> str:
    kind = complaint["type"]
    if kind == "string_pattern_mismatch":
        words = pattern_words.get(complaint.get("ctx", {}).get("pattern", ""))
        return f"should be {words}" if words else "has not the form that it should have"
    return _PLAIN.get(kind, complaint["msg"])


def _named(place: tuple[int | str, ...], value: Any) -> str:  # noqa: ANN401 - untrusted
    """Name a place in a document, entries of lists by their own names.

    `("answer", 0, "date")` becomes `answer "rel-5": date`, or `answer 1: date` where
    the entry has no name. Keys may be of any length, so the whole is bounded.
    """
    words: list[str] = []
    for number, part in enumerate(place):
        following = place[number + 1 : number + 2]
        if isinstance(part, int):
            value = value[part] if isinstance(value, list | tuple) else None
            words.append(f" {_own_name(value) or part + 1}")
            continue
        inner = value.get(part) if isinstance(value, dict) else None
        if following and isinstance(following[0], str) and not isinstance(inner, dict):
            # The validator's name for a kind of rule: no place in the document.
            continue
        words.append(f"{': ' if words else ''}{part}")
        value = inner
    return "".join(words)[: DEFAULT_LIMITS.max_shown_chars] or "document"


def _own_name(entry: Any) -> str:  # noqa: ANN401 - untrusted
    if not isinstance(entry, dict):
        return ""
    names = (entry.get(key) for key in _NAMES)
    return next(
        (f'"{n}"' for n in names if isinstance(n, str) and 0 < len(n) <= _MAX_NAME), ""
    )


def _tuples(value: Any) -> Any:  # noqa: ANN401 - untrusted JSON
    """Turn lists into tuples, which strict models ask for."""
    # Most values are texts: they are not worth a call each.
    if isinstance(value, list):
        return tuple([v if type(v) is str else _tuples(v) for v in value])
    if isinstance(value, dict):
        return {k: v if type(v) is str else _tuples(v) for k, v in value.items()}
    return value
