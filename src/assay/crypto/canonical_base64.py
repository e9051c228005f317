"""Base64 with exactly one spelling for each value, as the note formats need it.

Where `assay.encoding` refuses a text with an error of its own, this tells the caller,
because every line of a note, a checkpoint and a receipt has its own refusal.
"""

from __future__ import annotations

from assay.encoding import decode_base64, encode_base64
from assay.errors import DocumentError

__all__ = ["decode", "encode"]

encode = encode_base64


def decode(text: str) -> bytes | None:
    """Decode the one canonical spelling; None for anything else."""
    try:
        return decode_base64(text, what="value")
    except DocumentError:
        return None
