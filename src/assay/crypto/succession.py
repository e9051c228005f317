"""What a key signs to say that it follows another.

Without it anybody could name somebody else's key as the successor of their own, and
take what that key signs for theirs. The payload type keeps such a signature apart from
that of any statement.
"""

from __future__ import annotations

from assay.crypto.canonical import canonical_json
from assay.crypto.dsse import pre_authentication_encoding

__all__ = ["succession_message"]

_TYPE = "application/vnd.assay.succession.v0.1+json"


def succession_message(key_id: str, successor: str, effective: str) -> bytes:
    """Give the bytes that the successor signs.

    Args:
        key_id: Hex SHA-256 of the key that it follows.
        successor: Hex SHA-256 of the successor itself.
        effective: From when on, as it stands in the key event.
    """
    body = {"effective": effective, "keyId": key_id, "successor": successor}
    return pre_authentication_encoding(_TYPE, canonical_json(body))
