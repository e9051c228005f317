"""The one canonical form of a JSON value (RFC 8785)."""

from __future__ import annotations

from typing import Any

import rfc8785

from assay.errors import DocumentError

__all__ = ["canonical_json"]


def canonical_json(value: Any) -> bytes:  # noqa: ANN401 - a JSON value has no narrower type
    """Print a JSON value in its one canonical form (RFC 8785).

    Raises:
        DocumentError: `document.not-canonical` when the value has no such form: an
            integer beyond 2^53, a NaN, a lone surrogate, a key that is no string.
    """
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise DocumentError(
            "not-canonical",
            "The value has no canonical JSON form.",
            expected="JSON as RFC 8785 allows it",
            found=str(error),
        ) from error
