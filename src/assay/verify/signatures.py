"""Steps 1 and 2: a trusted key signed every statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.crypto.dsse import pre_authentication_encoding
from assay.crypto.public_key import PublicKey, public_key_from_der
from assay.domain.statement import PAYLOAD_TYPE, Issuer
from assay.errors import SignatureError, TrustError

if TYPE_CHECKING:
    from assay.domain.statement import Bundle, Envelope
    from assay.domain.trust import TrustFile

__all__ = ["check_signature", "trusted_issuer"]


def trusted_issuer(bundle: Bundle, trust: TrustFile) -> tuple[Issuer, PublicKey]:
    """Find the bundle's key among the developers that the verifier believes.

    The bundle's copy of the key only says which one to look for; what verifies is
    the trust file's copy.

    Raises:
        TrustError: `trust.unknown-developer`.
        KeyFileError: The trust file's key is no key.
    """
    for developer in trust.developers:
        if developer.public_key == bundle.public_key:
            key = public_key_from_der(developer.public_key)
            return Issuer(name=developer.name, key_id=key.key_id), key
    raise TrustError(
        "unknown-developer",
        "The bundle is signed by a key that the trust file does not name.",
        expected=f"one of {len(trust.developers)} developer keys",
        found="another key",
        remedy="get the developer's key from a source that you believe, then "
        "`assay trust add --developer`",
    )


def check_signature(envelope: Envelope, key: PublicKey) -> None:
    """Check one envelope (DSSE v1.0, protocol.md, to verify).

    Raises:
        SignatureError: `signature.payload-type`, `signature.key-id` or
            `signature.mismatch`.
    """
    if envelope.payload_type != PAYLOAD_TYPE:
        raise SignatureError(
            "payload-type",
            "A statement is of a type that Assay does not know.",
            expected=PAYLOAD_TYPE,
            found=envelope.payload_type[:100],
        )
    if envelope.key_id != key.key_id:
        raise SignatureError(
            "key-id",
            "A statement names another key than the bundle.",
            expected=key.key_id,
            found=envelope.key_id,
        )
    message = pre_authentication_encoding(envelope.payload_type, envelope.payload)
    key.verify(message, envelope.signature)
