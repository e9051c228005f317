"""Public keys of developers, offices and assessors, and what their signatures must be.

ECDSA P-256 is what OMS v1.0 and sigstore clients verify; P-384 and Ed25519 are accepted
for Assay's own types. ML-DSA-65 is the key of a second envelope over the same payload
and never of the only one, so whoever reads a key says for which of the two.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import (
    dsa,
    ec,
    ed448,
    ed25519,
    mldsa,
    rsa,
    x25519,
)
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from assay.crypto.ed25519_points import is_honest_point
from assay.errors import KeyFileError, SignatureError

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

__all__ = [
    "ALL_KINDS",
    "FIRST_KINDS",
    "FIRST_KINDS_V0_1",
    "SECOND_KINDS",
    "KeyKind",
    "PublicKey",
    "key_hash",
    "kind_of_key",
    "kind_of_pem",
    "public_key_from_der",
    "public_key_from_pem",
    "public_key_of",
    "require_place",
]

_Native = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | mldsa.MLDSA65PublicKey

# RFC 8032 section 5.1.6 and FIPS 204 table 2.
_ED25519_BYTES = 64
_ML_DSA_65_BYTES = 3309


class KeyKind(StrEnum):
    """Key types, named as sigstore's `PublicKeyDetails` names them.

    Source: sigstore/protobuf-specs, `sigstore_common.proto`.
    """

    P256 = "PKIX_ECDSA_P256_SHA_256"
    P384 = "PKIX_ECDSA_P384_SHA_384"
    ED25519 = "PKIX_ED25519"
    ML_DSA_65 = "ML_DSA_65"


FIRST_KINDS = frozenset({KeyKind.P256, KeyKind.P384, KeyKind.ED25519})
"""Keys of the envelope that every statement has, and that stands in the log."""

FIRST_KINDS_V0_1 = frozenset({KeyKind.P256, KeyKind.ED25519})
"""The same in bundles v0.1, whose readers know no others."""

SECOND_KINDS = frozenset({KeyKind.ML_DSA_65})
"""Keys of a second envelope over the same payload."""

ALL_KINDS = FIRST_KINDS | SECOND_KINDS

_CURVES = {"secp256r1": KeyKind.P256, "secp384r1": KeyKind.P384}
_WORDS = {
    KeyKind.P256: "ECDSA P-256",
    KeyKind.P384: "P-384",
    KeyKind.ED25519: "Ed25519",
    KeyKind.ML_DSA_65: "ML-DSA-65",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A public key and what it is called.

    Attributes:
        kind: Its type.
        der: SubjectPublicKeyInfo (RFC 5280 section 4.1), in its one DER form: for
            ECDSA RFC 5480 with a named curve and an uncompressed point, for Ed25519
            RFC 8410, for ML-DSA-65 RFC 9881.
    """

    kind: KeyKind
    der: bytes
    _native: _Native

    @property
    def key_id(self) -> str:
        """Hex SHA-256 of the DER form, 64 characters."""
        return hashlib.sha256(self.der).hexdigest()

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check a signature over a message.

        1. It has the one form of its kind. ECDSA: `ECDSA-Sig-Value` (RFC 3279) in DER
           and nothing after it; both halves of s are taken (docs/formats/keys.md).
           Ed25519: 64 bytes. ML-DSA-65: 3309 bytes.
        2. It holds. ECDSA: over SHA-256 for P-256 and SHA-384 for P-384. Ed25519: pure
           (RFC 8032). ML-DSA-65: pure, with the empty context (FIPS 204 section 5.3).

        Raises:
            SignatureError: `signature.mismatch`.
        """
        try:
            # 1. The form.
            self._refuse_other_forms(signature)
            # 2. The signature.
            if isinstance(self._native, ec.EllipticCurvePublicKey):
                algorithm = ec.ECDSA(key_hash(self.kind))
                self._native.verify(signature, message, algorithm)
            else:
                self._native.verify(signature, message)
        except InvalidSignature as error:
            raise SignatureError(
                "mismatch",
                "The signature does not hold over the bytes it came with.",
                expected=f"a signature by key {self.key_id}",
                found="a signature by another key, or other bytes",
                remedy="get the file again from its developer; do not use this one",
            ) from error

    def _refuse_other_forms(self, signature: bytes) -> None:
        # The library refuses these as well; it is not its promise to keep doing so.
        if self.kind is KeyKind.ED25519:
            well_formed = len(signature) == _ED25519_BYTES
        elif self.kind is KeyKind.ML_DSA_65:
            well_formed = len(signature) == _ML_DSA_65_BYTES
        else:
            well_formed = _is_der(signature)
        if not well_formed:
            raise InvalidSignature


def key_hash(kind: KeyKind) -> hashes.SHA256 | hashes.SHA384:
    """Give the hash that goes with an ECDSA key (sigstore's algorithm registry)."""
    return hashes.SHA384() if kind is KeyKind.P384 else hashes.SHA256()


def public_key_from_der(
    der: bytes, kinds: AbstractSet[KeyKind] = FIRST_KINDS
) -> PublicKey:
    """Read a public key from DER (SubjectPublicKeyInfo).

    Args:
        der: The bytes.
        kinds: What it may be: a key of the first envelope unless the caller says
            `SECOND_KINDS`, so that ML-DSA-65 alone proves nothing by oversight.

    Raises:
        KeyFileError: `key.not-a-key`, `key.unsupported`, `key.second-only`,
            `key.not-second`, `key.weak` or `key.not-canonical`.
    """
    return _from_der(der, frozenset(kinds))


# One key signs many statements.
@lru_cache(maxsize=256)
def _from_der(der: bytes, kinds: frozenset[KeyKind]) -> PublicKey:
    try:
        native = load_der_public_key(der)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _not_a_key("DER bytes of a public key", "something else") from error
    key = public_key_of(native, kinds)
    if key.der != der:
        raise KeyFileError(
            "not-canonical",
            "The public key is not in its one DER form.",
            expected="SubjectPublicKeyInfo, named curve, uncompressed point",
            found="another encoding of the same key",
        )
    return key


def public_key_from_pem(
    pem: bytes, kinds: AbstractSet[KeyKind] = FIRST_KINDS
) -> PublicKey:
    """Read a public key from PEM.

    Args:
        pem: The bytes.
        kinds: What it may be, as for DER.

    Raises:
        KeyFileError: `key.not-a-key`, `key.unsupported`, `key.second-only`,
            `key.not-second` or `key.weak`.
    """
    try:
        native = load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _not_a_key("a PEM block `PUBLIC KEY`", kind_of_pem(pem)) from error
    return public_key_of(native, kinds)


def public_key_of(
    native: object, kinds: AbstractSet[KeyKind] = FIRST_KINDS
) -> PublicKey:
    """Take a key that was already parsed.

    Raises:
        KeyFileError: `key.unsupported`, `key.second-only`, `key.not-second` or
            `key.weak`.
    """
    kind = _kind(native)
    # A first kind that is not among the first ones asked for is in no wrong place.
    unknown = kind in FIRST_KINDS - kinds and bool(FIRST_KINDS & kinds)
    if kind is None or unknown or not isinstance(native, _Native):
        words = [_WORDS[known] for known in KeyKind if known in kinds]
        raise KeyFileError(
            "unsupported",
            "Assay does not sign or verify with this kind of key.",
            expected=" or ".join(filter(None, (", ".join(words[:-1]), words[-1]))),
            found=kind_of_key(native),
            remedy="make a key pair with `assay keys new`",
        )
    require_place(kind, kinds)
    if isinstance(native, ed25519.Ed25519PublicKey) and not is_honest_point(
        native.public_bytes_raw()
    ):
        raise KeyFileError(
            "weak",
            "Under this Ed25519 key signatures hold that nobody made.",
            expected="a point of large order, in its one encoding",
            found="a point of small order, or a second name of a point",
            remedy="make a key pair with `assay keys new`",
        )
    der = native.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(kind=kind, der=der, _native=native)


def kind_of_key(native: object) -> str:
    """Name the kind of a public key in words, for those who gave it."""
    if isinstance(native, ec.EllipticCurvePublicKey):
        return f"an elliptic curve key on {native.curve.name}"
    known = (
        (rsa.RSAPublicKey, "an RSA key"),
        (dsa.DSAPublicKey, "a DSA key"),
        (ed25519.Ed25519PublicKey, "an Ed25519 key"),
        (ed448.Ed448PublicKey, "an Ed448 key"),
        (x25519.X25519PublicKey, "an X25519 key, which signs nothing"),
        (mldsa.MLDSA44PublicKey, "an ML-DSA-44 key"),
        (mldsa.MLDSA65PublicKey, "an ML-DSA-65 key"),
        (mldsa.MLDSA87PublicKey, "an ML-DSA-87 key"),
    )
    names = (name for kind, name in known if isinstance(native, kind))
    return next(names, "a key of another kind")


def _kind(native: object) -> KeyKind | None:
    if isinstance(native, ec.EllipticCurvePublicKey):
        return _CURVES.get(native.curve.name)
    if isinstance(native, ed25519.Ed25519PublicKey):
        return KeyKind.ED25519
    if isinstance(native, mldsa.MLDSA65PublicKey):
        return KeyKind.ML_DSA_65
    return None


def _is_der(signature: bytes) -> bool:
    try:
        halves = decode_dss_signature(signature)
    except ValueError:
        return False
    # The library reads DER; written again, one value has one form.
    return min(halves) > 0 and encode_dss_signature(*halves) == signature


def kind_of_pem(pem: bytes) -> str:
    """Name what a PEM file holds, for those who gave it in place of something else."""
    labels = (
        (b"PRIVATE KEY-----", "a private key: keep it secret"),
        (b"PUBLIC KEY-----", "a public key"),
        (b"CERTIFICATE-----", "a certificate"),
    )
    names = (name for label, name in labels if label in pem)
    return next(names, "something else")


def _not_a_key(expected: str, found: str) -> KeyFileError:
    return KeyFileError(
        "not-a-key",
        "This is not a public key.",
        expected=expected,
        found=found,
        remedy="make a key pair with `assay keys new`",
    )


def require_place(kind: KeyKind, kinds: AbstractSet[KeyKind]) -> None:
    """Refuse a key of the second envelope in the first, and the other way about.

    Raises:
        KeyFileError: `key.second-only` or `key.not-second`.
    """
    if kind in kinds:
        return
    if kind in SECOND_KINDS:
        raise KeyFileError(
            "second-only",
            "An ML-DSA-65 key signs beside another key, and never alone.",
            expected="ECDSA P-256, P-384 or Ed25519",
            found="an ML-DSA-65 key",
            remedy="sign with another key, and give this one as the second key",
        )
    raise KeyFileError(
        "not-second",
        "The second envelope is there for a key that quantum computers do not break.",
        expected="an ML-DSA-65 key",
        found=f"a key of the kind {kind.value}",
        remedy="make one with `assay keys new --kind ml-dsa-65`",
    )
