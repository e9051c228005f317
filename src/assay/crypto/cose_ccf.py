"""Inclusion proofs of CCF ledgers (draft-ietf-scitt-receipts-ccf-profile).

A leaf hashes three things: what the ledger did, a commitment that it was committed, and
the digest of the statement. Every step of the path says which side it is on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from assay.crypto import cbor
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import CoseError

if TYPE_CHECKING:
    from assay.crypto.cbor import CborValue

__all__ = ["root_from_ccf_proof"]

_LEAF, _PATH = 1, 2
_HASH_BYTES = 32
# The profile: 1 to 1,024 bytes.
_MAX_EVIDENCE_BYTES = 1_024
# A path of more steps belongs to no tree with indices of 64 bits.
_MAX_STEPS = 64


def root_from_ccf_proof(
    proof: bytes, entry: bytes, limits: Limits = DEFAULT_LIMITS
) -> bytes:
    """Work out the root that a proof leads to for a statement's digest.

    1. The proof is a map of a leaf and a path, each of its form.
    2. The leaf is that of the entry.
    3. Each step hashes what was reached with its sibling, on the side that it names.

    Raises:
        CoseError: `cose.cbor-*`, `cose.too-large`, `cose.ccf-proof` or
            `cose.ccf-entry`.
    """
    # 1.
    value = cbor.decode(proof, max_bytes=limits.max_cose_receipt_bytes, limits=limits)
    if not isinstance(value, Mapping) or set(value) != {_LEAF, _PATH}:
        raise _malformed("a map of leaf (1) and path (2)")
    path = value[_PATH]
    if not isinstance(path, tuple) or not 1 <= len(path) <= _MAX_STEPS:
        raise _malformed(f"a path of 1 to {_MAX_STEPS} steps")
    # 2.
    node = _leaf(value[_LEAF], entry)
    # 3.
    for step in path:
        match step:
            case (bool() as left, bytes() as sibling) if len(sibling) == _HASH_BYTES:
                pair = sibling + node if left else node + sibling
                node = hashlib.sha256(pair).digest()
            case _:
                raise _malformed("steps of a side and a hash of 32 bytes")
    return node


def _leaf(value: CborValue, entry: bytes) -> bytes:
    match value:
        case (bytes() as transaction, str() as evidence, bytes() as digest) if (
            len(transaction) == len(digest) == _HASH_BYTES
            and 1 <= len(evidence.encode()) <= _MAX_EVIDENCE_BYTES
        ):
            if digest != entry:
                raise CoseError(
                    "ccf-entry",
                    "The receipt is for another statement.",
                    expected=entry.hex(),
                    found=digest.hex(),
                )
            committed = hashlib.sha256(evidence.encode()).digest()
            return hashlib.sha256(transaction + committed + digest).digest()
        case _:
            raise _malformed("a leaf of two hashes with evidence between them")


def _malformed(expected: str) -> CoseError:
    return CoseError(
        "ccf-proof",
        "The proof is none of a CCF ledger.",
        expected=expected,
        found="something else",
    )
