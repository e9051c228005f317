"""Digests that bind a release: Assay's release digest and the OMS root."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from assay.crypto.canonical import canonical_json
from assay.domain.release import DIGEST_ALGORITHM

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.domain.release import FileRecord

__all__ = ["oms_root", "release_digest", "sha256_hex"]


def sha256_hex(data: bytes) -> str:
    """Give the SHA-256 of some bytes in lowercase hex."""
    return hashlib.sha256(data).hexdigest()


def release_digest(files: Iterable[FileRecord]) -> str:
    """Give the digest that names a release, in lowercase hex.

    SHA-256 over the canonical JSON (RFC 8785) of an array of one object per file,
    `{"algorithm", "digest", "path", "size"}`, sorted by path in code point order.
    Names and sizes are part of it; the OMS root leaves both out.
    """
    listing = [
        {
            "algorithm": DIGEST_ALGORITHM,
            "digest": record.sha256,
            "path": record.path,
            "size": record.size,
        }
        for record in sorted(files, key=lambda record: record.path)
    ]
    return sha256_hex(canonical_json(listing))


def oms_root(digests: Iterable[str]) -> str:
    """Give the OMS v1.0 root digest (section 6.5.1), in lowercase hex.

    Args:
        digests: Hex digests of the resources, in the order of their names.
    """
    return sha256_hex(b"".join(bytes.fromhex(digest) for digest in digests))
