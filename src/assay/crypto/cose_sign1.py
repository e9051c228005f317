"""COSE_Sign1 (RFC 9052 section 4.2): one signature over headers and a payload.

Signatures are ES256 and ES384 (RFC 9053 section 2.1) and EdDSA on Ed25519 (RFC 9053
section 2.2). The algorithm has to be the one of the key that the verifier brings:
nothing in a message chooses it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from assay.crypto import cbor
from assay.crypto.cose_message import CoseSign1, Header, parse_sign1, shown_labels
from assay.crypto.public_key import KeyKind
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import CoseError, SignatureError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from assay.crypto.cbor import CborMap, Label
    from assay.crypto.public_key import PublicKey

__all__ = [
    "ALGORITHMS",
    "CoseSign1",
    "Header",
    "MessageSigner",
    "parse_sign1",
    "sign_sign1",
    "verify_sign1",
]


ALGORITHMS: Mapping[KeyKind, int] = MappingProxyType(
    {KeyKind.P256: -7, KeyKind.P384: -35, KeyKind.ED25519: -8}
)
"""The one algorithm of each kind of key: ES256, ES384, EdDSA."""

# RFC 9053 section 2.1: r and s, each as long as the order of the curve.
_HALF_BYTES = {KeyKind.P256: 32, KeyKind.P384: 48}
_ED25519_BYTES = 64
# RFC 9052 section 4.4.
_CONTEXT = "Signature1"
_UNDERSTOOD: frozenset[Label] = frozenset({Header.ALG, Header.CONTENT_TYPE})


class MessageSigner(Protocol):
    """Whoever holds a private key; `assay.statement.Signer` is one."""

    @property
    def public_key(self) -> PublicKey:
        """The key that verifies what this signs."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Sign a message, in the form that `PublicKey.verify` asks for."""
        ...


def verify_sign1(
    message: CoseSign1,
    key: PublicKey,
    *,
    payload: bytes | None = None,
    understood: AbstractSet[Label] = frozenset(),
    kids: AbstractSet[bytes] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """Verify a COSE_Sign1 and give its payload (RFC 9052 section 4.4).

    1. Every parameter that `crit` names is one that the caller understands.
    2. The algorithm is protected, and is the one of the key.
    3. The key identifier, where there is one, is one of the key.
    4. The payload is in the message or comes from the caller, and not from both.
    5. The signature has the length of its algorithm.
    6. It holds over the protected header as it came and the payload.

    What the caller still owes: that the key is one to be believed, and what the
    headers mean.

    Args:
        message: As `parse_sign1` gave it.
        key: The key that has to have signed.
        payload: What is signed, where the message does not hold it.
        understood: Labels that may be critical, beside algorithm and content type.
        kids: Identifiers of the key; None where they are of no interest.
        limits: Bounds on what errors show.

    Raises:
        CoseError: `cose.crit-unknown`, `cose.key-kind`, `cose.algorithm`,
            `cose.kid`, `cose.payload-missing`, `cose.payload-attached`,
            `cose.signature-length` or `cose.signature-mismatch`.
    """
    # 1.
    _check_crit(message.protected, understood, limits)
    # 2.
    _check_algorithm(message.protected, key)
    # 3.
    _check_kid(message.protected, kids, limits)
    # 4.
    signed = _payload(message, payload)
    # 5.
    signature = _native_signature(key.kind, message.signature)
    # 6.
    try:
        key.verify(_to_be_signed(message.protected_bytes, signed), signature)
    except SignatureError as error:
        raise CoseError(
            "signature-mismatch",
            "The signature does not hold over the message.",
            expected=f"a signature by key {key.key_id}",
            found="a signature by another key, or other bytes",
            remedy="get the file again from whoever made it; do not use this one",
        ) from error
    return signed


def _check_crit(
    protected: CborMap, understood: AbstractSet[Label], limits: Limits
) -> None:
    named = protected.get(Header.CRIT, ())
    listed: Iterable[object] = named if isinstance(named, tuple) else ()
    unknown = [label for label in listed if label not in _UNDERSTOOD | understood]
    if unknown:
        raise CoseError(
            "crit-unknown",
            "The message must not be used by those who do not understand all of it.",
            expected="critical parameters that Assay understands",
            found=shown_labels(unknown, limits),
        )


def _check_algorithm(protected: CborMap, key: PublicKey) -> None:
    expected, found = _algorithm_of(key), protected.get(Header.ALG)
    if found != expected:
        raise CoseError(
            "algorithm",
            "The message does not name the algorithm of the key.",
            expected=f"algorithm {expected} of a key of the kind {key.kind.value}",
            found="none" if found is None else str(found),
        )


def _algorithm_of(key: PublicKey) -> int:
    algorithm = ALGORITHMS.get(key.kind)
    if algorithm is None:
        raise CoseError(
            "key-kind",
            "Assay signs and verifies no COSE messages with this kind of key.",
            expected=", ".join(kind.value for kind in ALGORITHMS),
            found=key.kind.value,
        )
    return algorithm


def _check_kid(
    protected: CborMap, kids: AbstractSet[bytes] | None, limits: Limits
) -> None:
    kid = protected.get(Header.KID)
    if kids is None or kid is None or kid in kids:
        return
    raise CoseError(
        "kid",
        "The message names another key than the one it is verified with.",
        expected=" or ".join(sorted(known.hex() for known in kids)),
        found=repr(kid)[: limits.max_shown_chars],
    )


def _payload(message: CoseSign1, given: bytes | None) -> bytes:
    if message.payload is not None and given is not None:
        raise CoseError(
            "payload-attached",
            "The message brings a payload of its own.",
            expected="a detached payload, which the verifier works out",
            found=f"{len(message.payload)} bytes",
        )
    signed = given if message.payload is None else message.payload
    if signed is None:
        raise CoseError(
            "payload-missing",
            "The payload is not in the message.",
            expected="the payload beside it",
            found="none",
        )
    return signed


def _native_signature(kind: KeyKind, signature: bytes) -> bytes:
    half = _HALF_BYTES.get(kind)
    expected = _ED25519_BYTES if half is None else 2 * half
    if len(signature) != expected:
        raise CoseError(
            "signature-length",
            "The signature has not the length of its algorithm.",
            expected=f"{expected} bytes",
            found=f"{len(signature)} bytes",
        )
    if half is None:
        return signature
    r, s = signature[:half], signature[half:]
    return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    return cbor.encode((_CONTEXT, protected, b"", payload))


def sign_sign1(
    signer: MessageSigner,
    protected: CborMap,
    payload: bytes,
    *,
    unprotected: CborMap | None = None,
    detached: bool = False,
) -> CoseSign1:
    """Sign a payload, and check what comes out before it goes anywhere.

    Args:
        signer: Whoever holds the key.
        protected: The header to be signed, without the algorithm, which is the key's.
        payload: What is signed.
        unprotected: The header that nothing covers; empty by default.
        detached: Whether the payload stays out of the message.

    Raises:
        CoseError: `cose.key-kind`; `cose.signature-mismatch` when the signer's key does
            not verify what it signed: a broken token, a wrong key pair; or, as
            `parse_sign1`, when nobody would read the message.
    """
    key = signer.public_key
    header = {**protected, Header.ALG: _algorithm_of(key)}
    # Of an empty map there would be no bytes, but the algorithm is always there.
    protected_bytes = cbor.encode(header)
    signature = signer.sign(_to_be_signed(protected_bytes, payload))
    half = _HALF_BYTES.get(key.kind)
    if half is not None:
        r, s = decode_dss_signature(signature)
        signature = r.to_bytes(half, "big") + s.to_bytes(half, "big")
    message = parse_sign1(
        CoseSign1(
            protected=header,
            protected_bytes=protected_bytes,
            unprotected={} if unprotected is None else unprotected,
            payload=None if detached else payload,
            signature=signature,
        ).encoded()
    )
    # Whoever signs understands what it marks as critical.
    verify_sign1(
        message,
        key,
        payload=payload if detached else None,
        understood=frozenset(header),
    )
    return message
