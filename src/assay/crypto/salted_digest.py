"""Salts, disclosures and digests of what can be withheld (after SD-JWT, RFC 9901).

A disclosure is the base64url form of `[salt, kind, id, value]` in canonical JSON, and
its digest is SHA-256 over that text's ASCII bytes, not over what it encodes (RFC 9901
section 4.2.3). Salts have 128 bits (section 9.3). Digests are sorted, so that their
order tells nothing, and decoys stand where there is nothing (sections 4.2.4.1, 4.2.5).

Salts come from one secret seed through HMAC-SHA-256 (RFC 2104), over the release, the
kind, the id and the value. With the value in it, a seed that is used twice gives two
results of one control two salts, so whoever was shown one cannot guess the other.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING, Any, Protocol

from assay.crypto.canonical import canonical_json
from assay.crypto.digest import sha256_hex
from assay.errors import DocumentError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assay.domain.disclosure import ItemRef

__all__ = [
    "SEED_BYTES",
    "KnownSalts",
    "Salts",
    "SeededSalts",
    "decode_disclosure",
    "disclosure_digest",
    "encode_disclosure",
]

# As long as the digest, so that guessing the seed is no easier than anything else.
SEED_BYTES = 32
_SALT_BYTES = 16
_MOST_SHOWN = 24


class Salts(Protocol):
    """Where the salts of a statement come from, and the digests that mean nothing."""

    def salt(self, item: ItemRef, value: Any) -> str:  # noqa: ANN401 - a JSON value
        """Give the salt of an item with this value, 22 characters of base64url."""
        ...

    def decoys(self, statement: str, count: int) -> tuple[str, ...]:
        """Give this many digests that stand for nothing, in hex."""
        ...


class SeededSalts:
    """Salts and decoys that follow from a secret seed."""

    def __init__(self, seed: bytes, release_digest: str) -> None:
        """Take a seed of 32 random bytes and the release that it is used for.

        Raises:
            UsageError: `usage.salt-seed`: another length.
        """
        if len(seed) != SEED_BYTES:
            raise UsageError(
                "salt-seed",
                "The seed of the salts has another length than it must have.",
                expected=f"{SEED_BYTES} random bytes",
                found=f"{len(seed)} bytes",
                remedy="make one with `head -c 32 /dev/urandom`, and keep it secret",
            )
        self._seed = seed
        self._release = release_digest

    def salt(self, item: ItemRef, value: Any) -> str:  # noqa: ANN401 - a JSON value
        """Give the salt of an item with this value."""
        mac = self._mac("salt", item.kind.value, item.id, canonical_json(value))
        return _base64url(mac[:_SALT_BYTES])

    def decoys(self, statement: str, count: int) -> tuple[str, ...]:
        """Give digests of random texts, as RFC 9901 section 4.2.5 recommends."""
        return tuple(
            disclosure_digest(_base64url(self._mac("decoy", statement, str(n), b"")))
            for n in range(count)
        )

    def _mac(self, purpose: str, kind: str, name: str, value: bytes) -> bytes:
        # No part but the last can hold a NUL: all others are ids and words.
        parts = (purpose, self._release, kind, name)
        message = b"".join(part.encode() + b"\0" for part in parts) + value
        return hmac.digest(self._seed, message, hashlib.sha256)


class KnownSalts:
    """Salts and decoys as a bundle shows them, to compute its payloads again."""

    def __init__(
        self, salts: Mapping[ItemRef, str], decoys: Mapping[str, Sequence[str]]
    ) -> None:
        """Take the salts by item, and by statement the digests nobody can open."""
        self._salts = salts
        self._decoys = decoys

    def salt(self, item: ItemRef, value: Any) -> str:  # noqa: ANN401 - a JSON value
        """Give the salt that was shown.

        Raises:
            UsageError: `usage.salt-unknown`: none was, so the item cannot be had again.
        """
        del value
        if item not in self._salts:
            raise UsageError(
                "salt-unknown",
                f"The bundle shows no {item.kind.value} {item.id[:100]!r}.",
                expected="a bundle that shows everything",
                found="one that withholds it, or that never had it",
            )
        return self._salts[item]

    def decoys(self, statement: str, count: int) -> tuple[str, ...]:
        """Give the digests that nobody can open, as many as there are."""
        return tuple(self._decoys.get(statement, ()))[:count]


def encode_disclosure(salt: str, item: ItemRef, value: Any) -> str:  # noqa: ANN401 - a JSON value
    """Write a disclosure.

    Raises:
        DocumentError: `document.not-canonical`: the value has no canonical form.
    """
    return _base64url(canonical_json([salt, item.kind.value, item.id, value]))


def decode_disclosure(text: str) -> bytes:
    """Give the JSON inside a disclosure, in the one spelling that base64url has.

    Raises:
        DocumentError: `document.bad-base64`.
    """
    try:
        # The decoder needs padding and passes over what is no base64url.
        data = base64.b64decode(
            text.encode("ascii") + b"=" * (-len(text) % 4),
            altchars=b"-_",
            validate=True,
        )
    except (binascii.Error, UnicodeEncodeError, ValueError):
        data = None
    if data is None or _base64url(data) != text:
        raise DocumentError(
            "bad-base64",
            "A disclosure is not base64url.",
            expected="base64url without padding and stray bits (RFC 4648 section 5)",
            found=repr(text[:_MOST_SHOWN]) + ("…" if text[_MOST_SHOWN:] else ""),
        )
    return data


def disclosure_digest(text: str) -> str:
    """Digest a disclosure's text as it stands (RFC 9901 section 4.2.3), in hex."""
    return sha256_hex(text.encode("ascii"))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
