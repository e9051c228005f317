"""What the parts of a trust file are made of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from assay.errors import DocumentError

__all__ = ["Certificate", "Key", "Name", "stated_instant"]

# One line, no quote, no backslash: writable in TOML as it stands.
Name = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r'^[^"\\\x00-\x1f\x7f]+$')
]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$", max_length=4000)]
Certificate = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$", max_length=16_000)
]


def stated_instant(value: datetime | None, field: str) -> datetime | None:
    """Give an instant in UTC, where one is stated.

    Raises:
        DocumentError: `document.bad-instant`: without a time zone, or in no calendar.
    """
    if value is None:
        return None
    if value.tzinfo is None:
        raise DocumentError(
            "bad-instant",
            f"`{field}` has no time zone.",
            expected="an instant such as 2027-01-01T00:00:00Z",
            found=value.isoformat(),
        )
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise DocumentError(
            "bad-instant",
            f"`{field}` lies outside the calendar.",
            expected="an instant of the years 1 to 9999 in UTC",
            found=value.isoformat(),
        ) from error
