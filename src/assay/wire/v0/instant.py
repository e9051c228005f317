"""Instants in documents: UTC, whole seconds, one spelling (RFC 3339)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from assay.errors import DocumentError

__all__ = ["DATE", "INSTANT", "format_instant", "read_date", "read_instant"]

# Patterns for the JSON Schemas; the functions below also refuse impossible dates.
INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def format_instant(instant: datetime) -> str:
    """Write an instant as `2026-11-23T18:00:00Z`.

    Args:
        instant: With a time zone; fractions of a second are dropped.
    """
    # Not `strftime`: what `%Y` makes of years before 1000 depends on the platform.
    return instant.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def read_instant(text: str) -> datetime:
    """Read what `format_instant` writes, and nothing else.

    Raises:
        DocumentError: `document.bad-instant`.
    """
    if re.fullmatch(INSTANT, text) is not None:
        try:
            return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            pass
    raise _bad("instant", "2026-11-23T18:00:00Z (UTC, whole seconds)", text)


def read_date(text: str) -> date:
    """Read a calendar date such as `2026-11-23`.

    Raises:
        DocumentError: `document.bad-instant`.
    """
    if re.fullmatch(DATE, text) is not None:
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise _bad("date", "2026-11-23", text)


def _bad(what: str, expected: str, text: str) -> DocumentError:
    return DocumentError(
        "bad-instant",
        f"This is no {what} that every reader reads alike.",
        expected=f"a real {what} such as {expected}",
        found=repr(text[:40]),
    )
