"""A signer of manifests: ECDSA on the curves that model signing knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    load_der_public_key,
    load_pem_private_key,
)

from assay.crypto.model_key import ModelKey, hash_of_curve, model_key_of
from assay.crypto.public_key import kind_of_key
from assay.errors import KeyFileError
from assay.statement.signers.pem import CANNOT_OPEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.statement.sign import Signer

__all__ = ["ModelSigner", "model_signer_of", "read_model_signer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSigner:
    """A private key in memory, on a token or in a service."""

    _public: ModelKey
    _sign: Callable[[bytes], bytes]

    @property
    def hint(self) -> str:
        """How bundles name the key."""
        return self._public.hint

    @property
    def key_id(self) -> str:
        """How Assay names the key."""
        return self._public.key_id

    def sign(self, message: bytes) -> bytes:
        """Sign a message and check the signature.

        A key in memory gives the same message the same bytes.
        """
        signature = self._sign(message)
        self._public.verify(message, signature)
        return signature


def model_signer_of(signer: Signer) -> ModelSigner:
    """Have a signer of statements sign manifests.

    Raises:
        KeyFileError: `key.unsupported`: its key is not on a curve.
    """
    native = load_der_public_key(signer.public_key.der)
    return ModelSigner(_public=model_key_of(native), _sign=signer.sign)


def read_model_signer(
    pem: bytes, passphrase: Callable[[], bytes | None]
) -> ModelSigner:
    """Open a private key; its passphrase is asked for only when it has one.

    Raises:
        KeyFileError: `key.not-a-key`, `key.unsupported`, `key.passphrase-missing` or
            `key.passphrase-wrong`.
    """
    secret = passphrase() or None if b"ENCRYPTED" in pem else None
    try:
        native = load_pem_private_key(pem, secret)
    except TypeError as error:
        raise KeyFileError(
            "passphrase-missing",
            "The key is protected by a passphrase.",
            expected="its passphrase",
            found="none was given",
            remedy="answer the prompt, or set ASSAY_KEY_PASSPHRASE where nobody can",
        ) from error
    except (ValueError, UnsupportedAlgorithm, InternalError) as error:
        if secret is not None:
            raise KeyFileError(
                "passphrase-wrong",
                "The key cannot be opened.",
                expected="the passphrase that it was made with",
                found="another one, or a damaged file",
                remedy=CANNOT_OPEN,
            ) from error
        raise KeyFileError(
            "not-a-key",
            "This is not a private key.",
            expected="a PEM file `PRIVATE KEY` or `ENCRYPTED PRIVATE KEY`",
            found="something else",
            remedy="make a key pair with `assay keys new`",
        ) from error
    if not isinstance(native, ec.EllipticCurvePrivateKey):
        raise KeyFileError(
            "unsupported",
            "Model signing does not know this kind of key.",
            expected="ECDSA on P-256, P-384 or P-521",
            found=kind_of_key(native.public_key()),
            remedy="make a key pair with `assay keys new`",
        )
    public = model_key_of(native.public_key())
    algorithm = ec.ECDSA(hash_of_curve(native.curve), deterministic_signing=True)
    return ModelSigner(
        _public=public, _sign=lambda message: native.sign(message, algorithm)
    )
