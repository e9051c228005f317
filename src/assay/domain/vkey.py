"""What the text of a C2SP verifier key says by itself: `name+id+base64`.

Enough for telling keys apart; `assay.crypto.verifier_key` reads and uses them.
"""

from __future__ import annotations

import re

__all__ = ["states_time", "vkey_id", "vkey_material"]

# The type is the first byte of the last part, which base64 writes so.
_ML_DSA_44 = re.compile(r"[^+]*\+[0-9a-f]{8}\+B[g-v].*")


def vkey_id(vkey: str) -> str:
    """Give the key id in a vkey: eight hex digits."""
    return "".join(vkey.split("+", 2)[1:2])


def vkey_material(vkey: str) -> str:
    """Give the public key in a vkey, whatever its name and signature type."""
    # The first two characters of the last part carry the type.
    return vkey.split("+", 2)[-1][2:]


def states_time(vkey: str) -> bool:
    """Tell whether a log's receipts carry a time that this key has signed.

    Of a log's own signatures only the ML-DSA-44 one (C2SP signed-note type 0x06) does.
    """
    return _ML_DSA_44.fullmatch(vkey) is not None
