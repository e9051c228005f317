"""What a DSSE signature covers (DSSE v1.0, protocol.md)."""

from __future__ import annotations

__all__ = ["pre_authentication_encoding"]


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """Give the bytes that are signed: `DSSEv1 len(type) type len(body) body`."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
