"""Base64 with exactly one spelling for each value.

RFC 4648 section 3.5 lets a decoder ignore the padding bits, and many decoders skip
line breaks. In a signed text each of these gives a second spelling of the same value,
so a byte could change unnoticed. Here a text is base64 only when encoding its value
gives the same text again.
"""

from __future__ import annotations

import base64

__all__ = ["decode", "encode"]


def encode(data: bytes) -> str:
    """Encode with the standard alphabet and padding (RFC 4648 section 4)."""
    return base64.b64encode(data).decode("ascii")


def decode(text: str) -> bytes | None:
    """Decode the one canonical spelling; None for anything else.

    None and not an error, because every format names its own refusal.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if encode(data) == text else None
