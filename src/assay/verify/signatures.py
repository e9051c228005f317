"""Steps 1 and 2: a trusted key signed every statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.crypto.dsse import pre_authentication_encoding
from assay.crypto.public_key import (
    ALL_KINDS,
    SECOND_KINDS,
    PublicKey,
    public_key_from_der,
    require_place,
)
from assay.domain.statement import PAYLOAD_TYPE, Issuer
from assay.errors import SignatureError, TrustError, VerifyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assay.domain.statement import Envelope, LoggedStatement
    from assay.domain.trust import TrustedIssuer, TrustFile

__all__ = [
    "check_second",
    "check_signature",
    "issuer_of",
    "key_ring",
    "second_keys",
    "unknown_developer",
]


def issuer_of(believed: TrustedIssuer, key: PublicKey) -> Issuer:
    """Give somebody of the trust file as the issuer of a statement."""
    return Issuer(
        name=believed.name,
        key_id=key.key_id,
        valid_from=believed.valid_from,
        valid_until=believed.valid_until,
    )


def unknown_developer(trust: TrustFile) -> TrustError:
    """Say that nobody whom the trust file believes stands behind the bundle's key."""
    return TrustError(
        "unknown-developer",
        "The bundle is signed by a key that the trust file does not name.",
        expected=f"one of {len(trust.developers)} developer keys",
        found="another key",
        remedy="get the developer's key from a source that you believe, then "
        "`assay trust add --developer`",
    )


def key_ring(keys: Iterable[bytes]) -> dict[str, PublicKey]:
    """Read the keys that travel with statements; they say which key, never whom.

    Raises:
        KeyFileError: One of them is no key.
    """
    read = (public_key_from_der(der, kinds=ALL_KINDS) for der in keys)
    return {key.key_id: key for key in read}


def second_keys(trust: TrustFile) -> dict[str, str]:
    """Give the names of those whose keys may sign second envelopes, by key id.

    Raises:
        KeyFileError: A developer's key is no key.
    """
    read = (
        (public_key_from_der(item.public_key, kinds=ALL_KINDS), item.name)
        for item in trust.developers
    )
    return {key.key_id: name for key, name in read if key.kind in SECOND_KINDS}


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


def check_second(
    logged: LoggedStatement,
    ring: Mapping[str, PublicKey],
    believed: Mapping[str, str],
    issuer: Issuer,
    *,
    required: bool,
) -> str | None:
    """Check the second envelope of a statement, and whether its key is believed.

    A second envelope that is there must hold, whoever made it. It counts when its key
    is believed under the name of whoever signed the first.

    Args:
        logged: The statement; its first signature was checked.
        ring: Keys that travel with it, by id.
        believed: Names of the believed holders of keys, by key id.
        issuer: Who signed the first envelope.
        required: Whether a statement without one that counts is refused.

    Returns:
        Id of the second key where it counts, otherwise None.

    Raises:
        VerifyError: `verify.second-key` or `verify.no-second`.
        KeyFileError: `key.not-second`.
        SignatureError: As `check_signature`.
    """
    second = logged.second
    counts = False
    if second is not None:
        key = ring.get(second.key_id)
        if key is None:
            raise VerifyError(
                "second-key",
                "A second envelope names a key that does not travel with it.",
                expected="one of the further keys",
                found=second.key_id,
            )
        require_place(key.kind, SECOND_KINDS)
        check_signature(second, key)
        counts = believed.get(key.key_id) == issuer.name
    if required and not counts:
        raise VerifyError(
            "no-second",
            "A statement has no second, post-quantum signature that counts.",
            expected=f"one by an ML-DSA-65 key of {issuer.name} that the trust file "
            "names",
            found="none" if second is None else f"one by the key {second.key_id}",
            remedy="ask the developer to seal with `--second-key`, and name that key "
            "in the trust file",
        )
    return second.key_id if second is not None and counts else None
