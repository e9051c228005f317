"""Base64 in exactly one spelling, so that one value has one form on disk."""

from __future__ import annotations

import binascii

from assay.errors import DocumentError

__all__ = ["decode_base64", "encode_base64", "one_base64"]

# Characters whose last two bits are zero.
_TWO_BITS = "AEIMQUYcgkosw048"


def encode_base64(data: bytes) -> str:
    """Encode as standard base64 with padding (RFC 4648 section 4)."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def one_base64(text: str) -> bytes | None:
    """Decode the one spelling of standard base64; None for any other text.

    Python's decoder accepts stray bits in the last character; two spellings of one
    value would let a byte of a bundle change unnoticed.
    """
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return None
    # The decoder has refused all else: only bits that the last character has to spare
    # can differ, four of them before "==", two before "=".
    if not text.endswith("="):
        return data
    last, spared_none = (text[-3], "AQgw") if text[-2] == "=" else (text[-2], _TWO_BITS)
    return data if last in spared_none else None


def decode_base64(text: str, *, what: str) -> bytes:
    """Decode standard base64 and refuse every other spelling of the same bytes.

    Raises:
        DocumentError: `document.bad-base64`.
    """
    data = one_base64(text)
    if data is None:
        raise DocumentError(
            "bad-base64",
            f"The {what} is not base64.",
            expected="standard base64 with padding and no stray bits (RFC 4648)",
            found=f"{text[:24]!r}…" if len(text) > 24 else repr(text),
        )
    return data
