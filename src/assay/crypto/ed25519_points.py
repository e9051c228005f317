"""Points that are no honest Ed25519 key, told from their 32 bytes alone.

The library reads any 32 bytes as a key. Under a point of small order a signature that
nobody made holds over every message, and whoever published such a key could deny all
of its signatures. A y that is not below p is a second name of the same point.
"""

from __future__ import annotations

__all__ = ["is_honest_point"]

_P = 2**255 - 19
# y of a point of order 8 (RFC 8032 section 5.1); the other is its negative.
_Y8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
# The y of all eight points whose order divides the cofactor; the sign of x is free.
_SMALL = frozenset({0, 1, _P - 1, _Y8, _P - _Y8})
_SIGN_BIT = 1 << 255


def is_honest_point(encoded: bytes) -> bool:
    """Tell whether 32 bytes are a canonical encoding of no point of small order.

    Whether the point lies on the curve is not looked at: under one that does not, no
    signature holds. Points with a part of small order are taken, as RFC 8032 does.
    """
    y = int.from_bytes(encoded, "little") & ~_SIGN_BIT
    return y < _P and y not in _SMALL
