"""COSE keys (RFC 9052 section 7, RFC 9053 section 7) and what names them (RFC 9679).

A key's identifier is its thumbprint: SHA-256 over its required parameters, so that two
keys never have one name and one key never has two.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from assay.crypto import cbor
from assay.crypto.cose_sign1 import ALGORITHMS
from assay.crypto.public_key import KeyKind, public_key_of
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import CoseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.crypto.cbor import CborValue, Label
    from assay.crypto.public_key import PublicKey

__all__ = ["key_thumbprint", "read_key_set", "thumbprint_uri", "write_key_set"]

# Parameters of every key (RFC 9052 table 4) and of keys on curves (RFC 9053 table 19).
_KTY, _KID, _ALG = 1, 2, 3
_CRV, _X, _Y = -1, -2, -3
_OKP, _EC2 = 1, 2
_ED25519 = 6
_ED25519_BYTES = 32

# RFC 9053 table 18, and how many bytes a coordinate has.
_CURVES: Mapping[KeyKind, tuple[int, int]] = MappingProxyType(
    {KeyKind.P256: (1, 32), KeyKind.P384: (2, 48)}
)
_NATIVE: Mapping[tuple[int, int], ec.EllipticCurve] = MappingProxyType(
    {(1, 32): ec.SECP256R1(), (2, 48): ec.SECP384R1()}
)
# RFC 9679 section 5.7.
_URI = "urn:ietf:params:oauth:ckt:sha-256:"


def key_thumbprint(key: PublicKey) -> bytes:
    """Give the 32 bytes that name a key (RFC 9679 section 3).

    Raises:
        CoseError: `cose.key-kind`.
    """
    return _thumbprint(key.kind, key.der)


@lru_cache(maxsize=1024)
def _thumbprint(kind: KeyKind, der: bytes) -> bytes:
    # A verifier compares the few keys that it believes with every message.
    return hashlib.sha256(cbor.encode(_required(kind, der))).digest()


def thumbprint_uri(key: PublicKey) -> str:
    """Give the thumbprint as a URI (RFC 9679 section 5.7).

    Raises:
        CoseError: `cose.key-kind`.
    """
    encoded = base64.urlsafe_b64encode(key_thumbprint(key)).rstrip(b"=")
    return _URI + encoded.decode("ascii")


def _required(kind: KeyKind, der: bytes) -> dict[Label, CborValue]:
    """Give the parameters without which it is no key."""
    if kind is KeyKind.ED25519:
        # RFC 8410: the key is what the DER form ends with.
        return {_KTY: _OKP, _CRV: _ED25519, _X: der[-_ED25519_BYTES:]}
    if kind not in _CURVES:
        raise CoseError(
            "key-kind",
            "Assay writes no COSE key of this kind.",
            expected=", ".join(kind.value for kind in ALGORITHMS),
            found=kind.value,
        )
    curve, width = _CURVES[kind]
    # RFC 5480: the uncompressed point is what the DER form ends with.
    x, y = der[-2 * width : -width], der[-width:]
    return {_KTY: _EC2, _CRV: curve, _X: x, _Y: y}


def write_key_set(keys: Sequence[PublicKey]) -> bytes:
    """Write a COSE_KeySet, each key with its thumbprint as identifier.

    Raises:
        CoseError: `cose.key-kind`.
    """
    return cbor.encode(
        tuple(
            {
                **_required(key.kind, key.der),
                _KID: key_thumbprint(key),
                _ALG: ALGORITHMS[key.kind],
            }
            for key in keys
        )
    )


def read_key_set(data: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[PublicKey, ...]:
    """Read a COSE_KeySet of public signing keys.

    1. It is deterministic CBOR: an array of one or more maps.
    2. Each has a key type, a curve and coordinates of their lengths; what else it has
       is known: identifier and algorithm, and the algorithm is the key's. A private
       part is refused, and so is whatever Assay does not know.
    3. The point is on its curve, and not one under which anything verifies.
    4. No key is there twice.

    Identifiers are not believed: a key is known by its thumbprint.

    Raises:
        CoseError: `cose.too-large`, `cose.cbor-*`, `cose.key-set` or
            `cose.key-malformed`.
        KeyFileError: `key.weak`.
    """
    # 1.
    value = cbor.decode(data, max_bytes=limits.max_key_file_bytes, limits=limits)
    if not isinstance(value, tuple) or not value:
        raise _not_a_set("an array of one or more keys", "something else")
    keys = tuple(_read_key(item) for item in value)
    # 4.
    if len({key.der for key in keys}) < len(keys):
        raise _not_a_set("each key once", "a key twice")
    return keys


def _read_key(value: CborValue) -> PublicKey:
    # 2.
    if not isinstance(value, Mapping):
        raise _malformed("a map", type(value).__name__)
    extra = set(value) - {_KTY, _KID, _ALG, _CRV, _X, _Y}
    if extra:
        shown = ", ".join(sorted(map(str, extra)))[: DEFAULT_LIMITS.max_shown_chars]
        raise _malformed("the parameters of a public signing key", shown)
    # 3.
    key = public_key_of(_native(value))
    if value.get(_ALG, ALGORITHMS[key.kind]) != ALGORITHMS[key.kind]:
        raise _malformed(f"algorithm {ALGORITHMS[key.kind]}", str(value[_ALG]))
    return key


def _native(value: cbor.CborMap) -> object:
    kty, crv, x, y = (value.get(label) for label in (_KTY, _CRV, _X, _Y))
    try:
        if (kty, crv, y) == (_OKP, _ED25519, None) and isinstance(x, bytes):
            return ed25519.Ed25519PublicKey.from_public_bytes(x)
        if kty == _EC2 and isinstance(x, bytes) and isinstance(y, bytes):
            curve = _NATIVE.get((crv, len(x))) if isinstance(crv, int) else None
            if curve is not None:
                point = b"\x04" + x + y
                return ec.EllipticCurvePublicKey.from_encoded_point(curve, point)
    except ValueError as error:
        raise _malformed("a point of its curve", "another one") from error
    raise _malformed(
        "an EC2 key on P-256 or P-384, or an OKP key on Ed25519",
        "other parameters, or coordinates of another length",
    )


def _malformed(expected: str, found: str) -> CoseError:
    return CoseError(
        "key-malformed",
        "A key of the COSE key set cannot be used.",
        expected=expected,
        found=found,
        remedy="ask the log's operator for the file scitt-keys.cbor again",
    )


def _not_a_set(expected: str, found: str) -> CoseError:
    return CoseError(
        "key-set",
        "This is not a COSE key set.",
        expected=expected,
        found=found,
        remedy="ask the log's operator for the file scitt-keys.cbor again",
    )
