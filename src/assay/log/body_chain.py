"""One digest over the bodies of all entries, in order.

The tree holds what an entry says, and not which body the ledger files it under. So the
ledger binds this chain together with each tree: a row that is altered later no longer
gives it. Whoever rewrites the chain as well is not stopped; the ledger is trusted.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["EMPTY_CHAIN", "extended"]

EMPTY_CHAIN = bytes(32)


def extended(chain: bytes, bodies: Iterable[str]) -> bytes:
    """Add the digests of further bodies, in the order of their entries."""
    for sha256 in bodies:
        chain = hashlib.sha256(chain + sha256.encode()).digest()
    return chain
