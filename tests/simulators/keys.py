"""A signer of every kind that Assay signs with, the same on every machine."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec, mldsa

from assay.crypto.public_key import ALL_KINDS, KeyKind, public_key_of
from assay.statement.signers.pem import PemSigner
from tests.simulators.claims import ed25519_signer, p256_signer

if TYPE_CHECKING:
    from assay.statement import Signer


@cache
def p384_signer(secret: int = 3003) -> PemSigner:
    """Make the P-384 key with this secret number."""
    return _signer(ec.derive_private_key(secret, ec.SECP384R1()))


@cache
def ml_dsa_signer(seed: int = 65) -> PemSigner:
    """Make the ML-DSA-65 key with this seed."""
    return _signer(mldsa.MLDSA65PrivateKey.from_seed_bytes(bytes((seed,)) * 32))


def _signer(private) -> PemSigner:
    public = public_key_of(private.public_key(), ALL_KINDS)
    return PemSigner(public_key=public, _native=private)


def signer_of(kind: KeyKind) -> Signer:
    """Make a signer of a kind."""
    made = {
        KeyKind.P256: p256_signer,
        KeyKind.P384: p384_signer,
        KeyKind.ED25519: ed25519_signer,
        KeyKind.ML_DSA_65: ml_dsa_signer,
    }
    return made[kind]()
