"""A signer whose key lies in a service for keys, through `securesystemslib`.

What signs is its `Signer`, with the credentials that the service's own library finds
in the environment; what comes back is turned into the form that `PublicKey.verify` asks
for, and checked by `sign` before it goes anywhere. ML-DSA is left out: this library
signs it with a prefix of its own (TUF's TAP 21).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from assay.crypto.public_key import (
    FIRST_KINDS,
    KeyKind,
    public_key_from_pem,
    public_key_of,
    require_place,
)
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import AssayError, KeyFileError
from assay.statement.signers.foreign_words import words_of
from assay.statement.signers.services import find_service, is_service_address

if TYPE_CHECKING:
    from assay.crypto.public_key import PublicKey
    from assay.statement.signers.services import Service

__all__ = ["ServiceSigner", "adapted", "open_service"]

_SCHEMES = {
    KeyKind.P256: "ecdsa-sha2-nistp256",
    KeyKind.P384: "ecdsa-sha2-nistp384",
    KeyKind.ED25519: "ed25519",
}
# What every one of them raises besides its own: a missing key in an answer, an address
# that it cannot read, a connection that breaks.
_PLAIN: tuple[type[Exception], ...] = (
    ArithmeticError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSigner:
    """A `securesystemslib` signer in the shape that Assay signs with.

    Attributes:
        public_key: The key that verifies what this signs.
    """

    public_key: PublicKey
    _inner: Any
    _errors: tuple[type[Exception], ...] = _PLAIN

    def sign(self, message: bytes) -> bytes:
        """Have a message signed: what travels is its digest, or all of it for Ed25519.

        Raises:
            KeyFileError: `key.service-failed`.
        """
        try:
            return bytes.fromhex(self._inner.sign(message).signature)
        except self._errors as error:
            raise _failed("The service did not sign.", error) from error


def open_service(
    address: str, public: PublicKey | None, limits: Limits = DEFAULT_LIMITS
) -> ServiceSigner:
    """Make a signer for a key in a service.

    Args:
        address: Where the key is, with the scheme of its service.
        public: Its public half; None asks the service for it.
        limits: How long an address may be.

    Raises:
        KeyFileError: `key.service-address`, `key.extra-missing`, `key.service-failed`,
            `key.public-missing` or `key.unsupported`.
    """
    scheme, _, rest = address.partition(":")
    too_long = len(address) > limits.max_key_uri_chars
    if too_long or not is_service_address(scheme, rest):
        raise _no_address()
    service = find_service(scheme)
    from securesystemslib.exceptions import Error  # noqa: PLC0415 - an extra

    # It writes to the log what is raised as well.
    logging.getLogger("securesystemslib").addHandler(logging.NullHandler())
    errors: tuple[type[Exception], ...] = (*_PLAIN, *service.errors, Error)
    try:
        known = _asked(service, address, rest) if public is None else public
        inner = service.signer.from_priv_key_uri(address, _foreign(known))
    except AssayError:
        raise
    except errors as error:
        raise _failed(f"{service.name} cannot be used.", error) from error
    return ServiceSigner(public_key=known, _inner=inner, _errors=errors)


def adapted(inner: Any) -> ServiceSigner:  # noqa: ANN401 - it has no types of its own
    """Take any signer of `securesystemslib` whose key Assay signs with.

    Raises:
        KeyFileError: `key.unsupported`, `key.second-only` or `key.not-a-key`.
    """
    return ServiceSigner(public_key=_own(inner.public_key), _inner=inner)


def _asked(service: Service, address: str, rest: str) -> PublicKey:
    """Ask a service for the public half of a key; some give that of the newest."""
    found, key = service.signer.import_(*service.named(rest))
    if found != address:
        raise KeyFileError(
            "public-missing",
            "The service gives the public half of another version of this key.",
            expected=address,
            found=str(found),
            remedy="name that version, or give the public key with --public-key FILE",
        )
    return _own(key)


def _own(key: Any) -> PublicKey:  # noqa: ANN401 - as above
    """Read a public key of `securesystemslib`: PEM, or hex for Ed25519."""
    text = str(key.keyval["public"])
    if key.keytype == "ed25519":
        raw = bytes.fromhex(text)
        return public_key_of(Ed25519PublicKey.from_public_bytes(raw))
    return public_key_from_pem(text.encode("ascii"))


def _foreign(key: PublicKey) -> Any:  # noqa: ANN401 - as above
    from securesystemslib.signer import SSlibKey  # noqa: PLC0415 - an extra

    require_place(key.kind, FIRST_KINDS)
    native: Any = load_der_public_key(key.der)
    return SSlibKey.from_crypto(native, scheme=_SCHEMES[key.kind])


def _no_address() -> KeyFileError:
    return KeyFileError(
        "service-address",
        "This is no address of a key in a service.",
        expected="one such as awskms:KEY-ID, gcpkms:projects/…, "
        "azurekms://VAULT.vault.azure.net/keys/NAME/VERSION or hv:NAME/VERSION",
        found="another one",
    )


def _failed(message: str, error: BaseException) -> KeyFileError:
    return KeyFileError(
        "service-failed",
        message,
        expected="a key that is there, and credentials that may sign with it",
        found=words_of(error),
        remedy="see that the credentials and the region or server are set as the "
        "service's own tool wants them",
    )
