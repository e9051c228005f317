"""Base64 in exactly one spelling, so that one value has one form on disk."""

from __future__ import annotations

import base64
import binascii

from assay.errors import DocumentError

__all__ = ["decode_base64", "encode_base64"]


def encode_base64(data: bytes) -> str:
    """Encode as standard base64 with padding (RFC 4648 section 4)."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str, *, what: str) -> bytes:
    """Decode standard base64 and refuse every other spelling of the same bytes.

    Python's decoder accepts stray bits in the last character; two spellings of one
    value would let a byte of a bundle change unnoticed.

    Raises:
        DocumentError: `document.bad-base64`.
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        data = None
    if data is None or encode_base64(data) != text:
        raise DocumentError(
            "bad-base64",
            f"The {what} is not base64.",
            expected="standard base64 with padding and no stray bits (RFC 4648)",
            found=f"{text[:24]!r}…" if len(text) > 24 else repr(text),
        )
    return data
