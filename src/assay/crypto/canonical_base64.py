"""Base64 with exactly one spelling for each value, as the note formats need it.

Where `assay.encoding` refuses a text with an error of its own, this tells the caller,
because every line of a note, a checkpoint and a receipt has its own refusal.
"""

from __future__ import annotations

from assay.encoding import encode_base64 as encode
from assay.encoding import one_base64 as decode

__all__ = ["decode", "encode"]
