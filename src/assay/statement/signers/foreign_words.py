"""What somebody else's library says of its failure, in one bounded, printable line."""

from __future__ import annotations

from assay.domain.printable import is_printable

__all__ = ["words_of"]

_MOST = 300


def words_of(error: BaseException) -> str:
    """Name an error of another library, with the begin of its text."""
    text = " ".join(str(error)[: 2 * _MOST].split())
    text = "".join(char if is_printable(char) else "?" for char in text)
    name = type(error).__name__
    if len(text) > _MOST:
        text = f"{text[:_MOST]}…"
    return f"{name}: {text}" if text else name
