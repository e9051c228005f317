"""Which key on a PKCS #11 token is meant, and where its public half is."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec
from pkcs11 import exceptions
from pkcs11.constants import Attribute, ObjectClass
from pkcs11.mechanisms import KeyType

from assay.crypto.public_key import KeyKind, PublicKey, public_key_of
from assay.errors import KeyFileError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkcs11.types import Session

    from assay.statement.signers.pkcs11_uri import Pkcs11Uri

__all__ = ["attribute", "only_key", "public_half"]

# Named curves in DER (RFC 5480 section 2.1.1.1): object identifiers.
_CURVES: dict[bytes, type[ec.EllipticCurve]] = {
    bytes.fromhex("06082a8648ce3d030107"): ec.SECP256R1,
    bytes.fromhex("06052b81040022"): ec.SECP384R1,
}
_KINDS: dict[KeyKind, type[ec.EllipticCurve]] = {
    KeyKind.P256: ec.SECP256R1,
    KeyKind.P384: ec.SECP384R1,
}
_TWO = 2


def only_key(session: Session, uri: Pkcs11Uri) -> Any:  # noqa: ANN401 - its class depends on what it can do
    """Give the private key that an address names.

    Raises:
        KeyFileError: `key.object-missing`, `key.object-ambiguous`,
            `key.object-unusable` or `key.unsupported`.
    """
    template: dict[Attribute, Any] = {Attribute.CLASS: ObjectClass.PRIVATE_KEY}
    if uri.label is not None:
        template[Attribute.LABEL] = uri.label
    if uri.id is not None:
        template[Attribute.ID] = uri.id
    found = _found(session, template)
    if not found:
        raise KeyFileError(
            "object-missing",
            "The token has no private key that the address names.",
            expected="a private key with the object= and id= that are given",
            found="none",
            remedy="the token's own tool lists its keys; id= is written as bytes, "
            "such as id=%01",
        )
    if len(found) > 1:
        raise KeyFileError(
            "object-ambiguous",
            "More than one private key on the token has this name.",
            expected="a name that only one key has",
            found="two or more",
            remedy="add object= or id= to the address",
        )
    key = found[0]
    if key.key_type != KeyType.EC:
        kind = getattr(key.key_type, "name", str(key.key_type))
        raise _unsupported(f"a key of the type {kind}")
    if attribute(key, Attribute.SIGN) is False:
        raise KeyFileError(
            "object-unusable",
            "The token does not let this key sign.",
            expected="a key whose attribute CKA_SIGN is true",
            found="one that is there for something else",
        )
    return key


def _found(session: Session, template: dict[Attribute, Any]) -> list[Any]:
    objects: Iterable[Any] = session.get_objects(template)
    return list(islice(objects, _TWO))


def public_half(
    session: Session,
    key: Any,  # noqa: ANN401 - as above
    given: PublicKey | None,
) -> PublicKey:
    """Give the public half of a private key: from the token, or as it was given.

    Raises:
        KeyFileError: `key.public-missing`, `key.other-public` or `key.unsupported`.
    """
    held = _held(session, key)
    if held is None and given is None:
        raise KeyFileError(
            "public-missing",
            "The token does not keep the public half of this key.",
            expected="one public key on the token with the same CKA_ID",
            found="none, or more than one",
            remedy="give it with --public-key FILE",
        )
    if held is not None and given is not None and held.der != given.der:
        raise KeyFileError(
            "other-public",
            "The public key that was given is not that of the key on the token.",
            expected=f"key {held.key_id}",
            found=f"key {given.key_id}",
        )
    public = held or given
    params = attribute(key, Attribute.EC_PARAMS)
    known = params is None or _CURVES.get(params) is not None
    if public is None or not known:
        raise _unsupported("a key on another curve")
    if params is not None and _KINDS.get(public.kind) != _CURVES.get(params):
        raise _unsupported("a private and a public half on different curves")
    return public


def _held(session: Session, key: Any) -> PublicKey | None:  # noqa: ANN401 - as above
    identifier = attribute(key, Attribute.ID)
    if not identifier:
        return None
    template = {
        Attribute.CLASS: ObjectClass.PUBLIC_KEY,
        Attribute.KEY_TYPE: KeyType.EC,
        Attribute.ID: identifier,
    }
    found = _found(session, template)
    if len(found) != 1:
        return None
    curve = _CURVES.get(found[0][Attribute.EC_PARAMS])
    if curve is None:
        raise _unsupported("a key on another curve")
    point = bytes(found[0][Attribute.EC_POINT])
    size = 1 + _TWO * ((curve().key_size + 7) // 8)
    # PKCS #11 2.40 section 2.3.3 wraps the point in an OCTET STRING; some do not.
    try:
        native = ec.EllipticCurvePublicKey.from_encoded_point(curve(), point[-size:])
    except ValueError as error:
        raise _unsupported("a public key that is no point of its curve") from error
    return public_key_of(native)


def attribute(key: Any, name: Attribute) -> Any:  # noqa: ANN401 - as above
    """Read an attribute that a token need not have; None where it has not."""
    try:
        return key[name]
    except (
        exceptions.AttributeTypeInvalid,
        exceptions.AttributeSensitive,
        exceptions.FunctionFailed,
    ):
        return None


def _unsupported(found: str) -> KeyFileError:
    return KeyFileError(
        "unsupported",
        "Assay does not sign with this kind of key on a token.",
        expected="ECDSA on P-256 or P-384",
        found=found,
        remedy="make such a key with the token's own tool",
    )
