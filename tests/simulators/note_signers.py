"""Signers of notes for tests: real keys, from fixed seeds where that is possible."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from assay.crypto.checkpoint import (
    ed25519_cosigned_message,
    ml_dsa_44_cosigned_message,
    parse_checkpoint,
)
from assay.crypto.note import NoteSignature, SignatureType, make_vkey


@dataclass(frozen=True)
class NoteSigner:
    name: str
    type: SignatureType
    seed: int

    @property
    def private(self) -> Ed25519PrivateKey | MLDSA44PrivateKey:
        seed = bytes((self.seed,)) * 32
        if self.type is SignatureType.ML_DSA_44_COSIGNATURE:
            return MLDSA44PrivateKey.from_seed_bytes(seed)
        return Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def vkey(self):
        return make_vkey(
            self.name, self.type, self.private.public_key().public_bytes_raw()
        )

    def sign(self, text: str, timestamp: int = 0) -> NoteSignature:
        if self.type is SignatureType.ED25519:
            blob = self.private.sign(text.encode())
        else:
            if self.type is SignatureType.ED25519_COSIGNATURE:
                message = ed25519_cosigned_message(text, timestamp)
            else:
                message = ml_dsa_44_cosigned_message(
                    self.name, timestamp, parse_checkpoint(text)
                )
            blob = timestamp.to_bytes(8, "big") + self.private.sign(message)
        return NoteSignature(name=self.name, key_id=self.vkey.key_id, signature=blob)


ORIGIN = "log.example/2026"
LOG_ED = NoteSigner(ORIGIN, SignatureType.ED25519, 1)
LOG_PQ = NoteSigner(ORIGIN, SignatureType.ML_DSA_44_COSIGNATURE, 2)
WITNESS_ED = NoteSigner("witness.example/a", SignatureType.ED25519_COSIGNATURE, 3)
WITNESS_PQ = NoteSigner("witness.example/b", SignatureType.ML_DSA_44_COSIGNATURE, 4)
