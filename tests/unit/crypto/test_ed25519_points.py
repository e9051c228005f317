from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from assay.crypto.ed25519_points import is_honest_point
from assay.crypto.public_key import public_key_from_der
from assay.errors import KeyFileError
from tests.simulators.claims import ed25519_signer

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
HEADER = bytes.fromhex("302a300506032b6570032100")
IDENTITY = (0, 1)


def added(one, other):
    """The sum of two points of the curve (RFC 8032 section 5.1.4, affine)."""
    (a, b), (c, d) = one, other
    product = D * a * b * c * d % P
    x = (a * d + b * c) * pow(1 + product, -1, P)
    y = (b * d + a * c) * pow(1 - product, -1, P)
    return x % P, y % P


def point_of(y, sign):
    """Recover x as RFC 8032 section 5.1.3 does; None off the curve."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        return None
    return (x if x % 2 == sign else -x % P), y


def order_of(point):
    at, order = point, 1
    while at != IDENTITY:
        at, order = added(at, point), order + 1
    return order


def written(y, sign):
    return (y | sign << 255).to_bytes(32, "little")


def torsion():
    """All eight points whose order divides 8, found and not remembered."""
    at = start = IDENTITY
    y = 2
    subgroup = 2**252 + 27742317777372353535851937790883648493
    while order_of(at) != 8:
        start = point_of(y, 0)
        y += 1
        if start is None:
            continue
        at, base, times = IDENTITY, start, subgroup
        while times:
            if times & 1:
                at = added(at, base)
            base, times = added(base, base), times >> 1
    points, each = [], at
    for _ in range(8):
        points.append(each)
        each = added(each, at)
    return points


SMALL = torsion()


def test_eight_points_have_a_small_order():
    assert sorted(map(order_of, SMALL)) == [1, 2, 4, 4, 8, 8, 8, 8]


@pytest.mark.parametrize("at", range(8))
def test_every_point_of_small_order_is_told(at):
    x, y = SMALL[at]
    assert not is_honest_point(written(y, x % 2))
    # The other sign is either the negative point or no point at all.
    assert not is_honest_point(written(y, 1 - x % 2))


@pytest.mark.parametrize("y", range(19))
@pytest.mark.parametrize("sign", [0, 1])
def test_a_y_that_is_too_large_is_told(y, sign):
    assert not is_honest_point(written(P + y, sign))


def test_honest_keys_are_none_of_these():
    for seed in range(64):
        key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes((seed,)) * 32)
        assert is_honest_point(key.public_key().public_bytes_raw())
    assert is_honest_point(ed25519_signer().public_key.der[len(HEADER) :])


def test_the_library_alone_would_take_a_signature_that_nobody_made():
    """The reason for the check: under the identity, zeros sign everything."""
    weak = written(1, 0)
    native = ed25519.Ed25519PublicKey.from_public_bytes(weak)
    native.verify(weak + bytes(32), b"whatever")
    with pytest.raises(KeyFileError) as caught:
        public_key_from_der(HEADER + weak)
    assert caught.value.code == "key.weak"


@pytest.mark.parametrize("at", range(8))
def test_no_weak_key_is_read(at):
    x, y = SMALL[at]
    with pytest.raises(KeyFileError) as caught:
        public_key_from_der(HEADER + written(y, x % 2))
    assert caught.value.code == "key.weak"
