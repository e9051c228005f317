"""A payload and a signer give a DSSE envelope; a second signer gives a second one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from assay.crypto.dsse import pre_authentication_encoding
from assay.crypto.public_key import FIRST_KINDS, SECOND_KINDS, require_place
from assay.domain.statement import PAYLOAD_TYPE, Envelope

if TYPE_CHECKING:
    from assay.crypto.public_key import PublicKey

__all__ = ["Signer", "sign", "sign_second"]


class Signer(Protocol):
    """Whoever holds a private key: a file, a token, a service."""

    @property
    def public_key(self) -> PublicKey:
        """The key that verifies what this signs."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Sign a message, in the form that `PublicKey.verify` asks for."""
        ...


def sign(payload: bytes, signer: Signer) -> Envelope:
    """Sign an in-toto payload and check the signature before it goes anywhere.

    Raises:
        KeyFileError: `key.second-only`: an ML-DSA-65 key signs beside another.
        SignatureError: `signature.mismatch` when the signer's key does not verify
            what it signed: a broken token, a wrong key pair.
    """
    require_place(signer.public_key.kind, FIRST_KINDS)
    return _signed(payload, signer)


def sign_second(payload: bytes, signer: Signer) -> Envelope:
    """Sign a payload that has its first envelope once more, with an ML-DSA-65 key.

    Both envelopes carry the same payload, so what the first one says binds the second.

    Raises:
        KeyFileError: `key.not-second`: the key is no ML-DSA-65 key.
        SignatureError: `signature.mismatch`, as `sign` does.
    """
    require_place(signer.public_key.kind, SECOND_KINDS)
    return _signed(payload, signer)


def _signed(payload: bytes, signer: Signer) -> Envelope:
    message = pre_authentication_encoding(PAYLOAD_TYPE, payload)
    signature = signer.sign(message)
    signer.public_key.verify(message, signature)
    return Envelope(
        payload=payload,
        payload_type=PAYLOAD_TYPE,
        key_id=signer.public_key.key_id,
        signature=signature,
    )
