"""A payload and a signer give a DSSE envelope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from assay.crypto.dsse import pre_authentication_encoding
from assay.domain.statement import PAYLOAD_TYPE, Envelope

if TYPE_CHECKING:
    from assay.crypto.public_key import PublicKey

__all__ = ["Signer", "sign"]


class Signer(Protocol):
    """Whoever holds a private key: a file, a token, a service."""

    @property
    def public_key(self) -> PublicKey:
        """The key that verifies what this signs."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Sign a message; ECDSA over SHA-256 in DER, or Ed25519."""
        ...


def sign(payload: bytes, signer: Signer) -> Envelope:
    """Sign an in-toto payload and check the signature before it goes anywhere.

    Raises:
        SignatureError: `signature.mismatch` when the signer's key does not verify
            what it signed: a broken token, a wrong key pair.
    """
    message = pre_authentication_encoding(PAYLOAD_TYPE, payload)
    signature = signer.sign(message)
    signer.public_key.verify(message, signature)
    return Envelope(
        payload=payload,
        payload_type=PAYLOAD_TYPE,
        key_id=signer.public_key.key_id,
        signature=signature,
    )
