"""Parts and rules that the statements of a registry share."""

from __future__ import annotations

import hashlib
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import Field, ValidationError

from assay.encoding import decode_base64
from assay.errors import DocumentError
from assay.wire.v0.instant import INSTANT, format_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

__all__ = [
    "Instant",
    "KeyText",
    "Line",
    "Words",
    "built",
    "check_order",
    "check_subject",
    "normal",
    "read_key",
    "refuse_repeated",
]

_T = TypeVar("_T")
Instant = Annotated[str, Field(pattern=INSTANT)]
# One line that people read: no control characters.
Line = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Words = Annotated[str, Field(max_length=10_000)]
KeyText = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$", min_length=1, max_length=4_000)
]


def built(make: Callable[[], _T], what: str) -> _T:
    """Build a model from what people gave, and tell them what is off.

    Raises:
        DocumentError: `document.schema`.
    """
    try:
        return make()
    except ValidationError as error:
        complaints = error.errors(include_url=False, include_input=False)
        raise DocumentError(
            "schema",
            f"The {what} cannot be written as it is.",
            expected=f"a {what} as its page in docs/formats describes it",
            found="; ".join(
                f"{item['loc'][-1] if item['loc'] else what}: {item['msg']}"
                for item in complaints[:5]
            )[:1_000],
            remedy="correct what is named",
        ) from error


def read_key(text: str, key_id: str) -> bytes:
    """Read a public key that is named by its digest.

    Raises:
        DocumentError: `document.bad-base64` or `document.key-id`.
    """
    der = decode_base64(text, what="public key")
    found = hashlib.sha256(der).hexdigest()
    if found != key_id:
        raise DocumentError(
            "key-id",
            "A key is named by the digest of another one.",
            expected=found,
            found=key_id,
        )
    return der


def check_order(first: datetime, then: datetime, what: str) -> None:
    """Refuse a time that ends before it begins, or as it begins.

    Raises:
        DocumentError: `document.dates-reversed`.
    """
    if then <= first:
        raise DocumentError(
            "dates-reversed",
            f"{what} ends before it begins.",
            expected=f"an end after {format_instant(first)}",
            found=format_instant(then),
        )


def check_subject(expected: str, found: str, what: str) -> None:
    """Refuse a statement whose subject is not what its predicate is about.

    Raises:
        DocumentError: `document.other-subject`.
    """
    if expected != found:
        raise DocumentError(
            "other-subject",
            f"The subject of a statement is not {what} that it speaks of.",
            expected=expected,
            found=found,
        )


def refuse_repeated(items: Iterable[Any], what: str) -> None:
    """Refuse a list that is not strictly ascending: one content, one spelling.

    Raises:
        DocumentError: `document.unsorted`.
    """
    given = list(items)
    if any(a >= b for a, b in pairwise(given)):
        raise DocumentError(
            "unsorted",
            f"A list of {what} is unsorted or names one twice.",
            expected="each once, in ascending order",
            found=f"{len(given)} in another order",
        )


def normal(text: str, what: str) -> str:
    """Refuse a name that could be spelled in two ways (Unicode form NFC).

    Raises:
        DocumentError: `document.name-form`.
    """
    if not unicodedata.is_normalized("NFC", text) or text != text.strip():
        raise DocumentError(
            "name-form",
            f"{what} is not in its one spelling.",
            expected="Unicode normalization form C, no space at either end",
            found=ascii(text[:60]),
        )
    return text
