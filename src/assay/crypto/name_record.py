"""The identity of an organisation: the digest of its name, written in one way."""

from __future__ import annotations

from assay.crypto.canonical import canonical_json
from assay.crypto.digest import sha256_hex

__all__ = ["organisation_id"]


def organisation_id(name: str) -> str:
    """Give the hex SHA-256 of the canonical JSON `{"name": …}`."""
    return sha256_hex(canonical_json({"name": name}))
