"""The base of all wire models: strict, frozen, and refusing what it does not know."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import DocumentError

__all__ = ["JsonModel", "WireModel"]

# How many complaints of the validator are passed on to people.
_SHOWN_COMPLAINTS = 5


class WireModel(BaseModel):
    """A document or a part of one, exactly as it stands on disk.

    Fields hold JSON or TOML values only: strings, whole numbers, booleans, TOML
    dates, tuples, and models. Turning them into nouns is the work of the reader.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

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
            complaints = error.errors(include_url=False, include_input=False)
            shown = "; ".join(
                f"{_named(item['loc'])}: {item['msg']}"
                for item in complaints[:_SHOWN_COMPLAINTS]
            )
            more = len(complaints) - _SHOWN_COMPLAINTS
            raise DocumentError(
                "schema",
                f"The {document} does not have the form that Assay reads.",
                expected=f"a {document} as its published JSON Schema describes it",
                found=shown + (f"; and {more} more" if more > 0 else ""),
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


def _named(place: tuple[int | str, ...]) -> str:
    """Name a place in a document; its keys may be of any length."""
    return ".".join(map(str, place))[: DEFAULT_LIMITS.max_shown_chars] or "document"


def _tuples(value: Any) -> Any:  # noqa: ANN401 - untrusted JSON
    """Turn lists into tuples, which strict models ask for."""
    if isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return value
