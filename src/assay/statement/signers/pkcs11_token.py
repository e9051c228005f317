"""A signer whose key never leaves a PKCS #11 token: a smart card, an HSM, SoftHSM.

`securesystemslib` has such a signer, which names keys by a whole number, takes the
library from one variable of the environment, asks for the PIN at each signature and
gives one error for all that goes wrong. So the library under it is used (ADR 0022).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pkcs11
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11 import exceptions
from pkcs11.constants import Attribute, TokenFlag
from pkcs11.mechanisms import Mechanism

from assay.crypto.public_key import KeyKind
from assay.errors import KeyFileError
from assay.statement.signers.token_keys import attribute, only_key, public_half
from assay.statement.signers.token_refusals import (
    login_refusal,
    module_refusal,
    pin_locked,
    sign_refusal,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pkcs11.types import Session, Token

    from assay.crypto.public_key import PublicKey
    from assay.statement.signers.pkcs11_uri import Pkcs11Uri

__all__ = ["TokenSigner", "open_token"]

_TWO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSigner:
    """A private key on a token, in a session that stays open.

    Attributes:
        public_key: The key that verifies what this signs.
    """

    public_key: PublicKey
    _key: Any
    _session: Session
    # Only where the key wants the PIN before each signature.
    _pin: str | None = field(default=None, repr=False)

    def sign(self, message: bytes) -> bytes:
        """Sign a message: hashed here, CKM_ECDSA there, as DER.

        Tokens take the nonce by chance, so the same message has another signature
        each time, and the log gives it another index.

        Raises:
            KeyFileError: `key.session-lost`, `key.token-cannot`, `key.token-failed`,
                or as at login where the key wants its PIN each time.
        """
        wide = self.public_key.kind is KeyKind.P384
        digest = (hashlib.sha384 if wide else hashlib.sha256)(message).digest()
        try:
            raw = bytes(
                self._key.sign(digest, mechanism=Mechanism.ECDSA, pin=self._pin)
            )
        except exceptions.PKCS11Error as error:
            raise login_refusal(error, None) from error
        half = len(raw) // _TWO
        r, s = (int.from_bytes(part, "big") for part in (raw[:half], raw[half:]))
        return encode_dss_signature(r, s)

    def close(self) -> None:
        """End the session; a token that is gone has ended it."""
        try:
            self._session.close()
        except exceptions.PKCS11Error:
            return


def open_token(
    uri: Pkcs11Uri,
    module: str,
    ask: Callable[[], bytes | None],
    public: PublicKey | None = None,
) -> TokenSigner:
    """Find a private key on a token and open a session with it.

    1. The library is loaded.
    2. Exactly one token matches.
    3. The token lets us in; a PIN is asked for once, and only where it is needed.
    4. Exactly one private key matches, and it signs with ECDSA on P-256 or P-384.
    5. Its public half is on the token, or is given; where both are, they are the same.

    Args:
        uri: Which key.
        module: Path of the library.
        ask: Asked for the PIN.
        public: The public half, where the token does not keep it.

    Raises:
        KeyFileError: `key.module`, `key.token-missing`, `key.token-ambiguous`,
            `key.pin-missing`, `key.pin-wrong`, `key.pin-locked`, `key.pin-expired`,
            `key.pin-unset`, `key.object-missing`, `key.object-ambiguous`,
            `key.object-unusable`, `key.unsupported`, `key.public-missing`,
            `key.other-public`, `key.session-lost` or `key.token-failed`.
    """
    # 1. The library.
    library = _loaded(module)
    session: Session | None = None
    try:
        # 2. The token.
        token = _only_token(library, uri)
        # 3. The session.
        session, pin = _entered(token, ask)
        # 4. The key.
        key = only_key(session, uri)
        # 5. Its public half.
        return TokenSigner(
            public_key=public_half(session, key, public),
            _key=key,
            _session=session,
            _pin=pin if attribute(key, Attribute.ALWAYS_AUTHENTICATE) else None,
        )
    except exceptions.PKCS11Error as error:
        raise sign_refusal(error) from error
    except KeyFileError:
        if session is not None:
            session.close()
        raise


def _loaded(module: str) -> Any:  # noqa: ANN401 - the class is made at run time
    try:
        return pkcs11.lib(module)
    except exceptions.PKCS11Error as error:
        raise module_refusal(module, error) from error


def _only_token(library: Any, uri: Pkcs11Uri) -> Token:  # noqa: ANN401 - as above
    found: list[Token] = []
    for slot in library.get_slots(token_present=True):
        try:
            token = slot.get_token()
        except (exceptions.TokenNotPresent, exceptions.TokenNotRecognised):
            continue
        known = _names(library, slot, token)
        if token.flags & TokenFlag.TOKEN_INITIALIZED and all(
            known[name] == value for name, value in uri.wanted.items()
        ):
            found.append(token)
    if not found:
        raise KeyFileError(
            "token-missing",
            "No token is there that the address names.",
            expected="a token with the attributes that are given: "
            + (", ".join(uri.wanted) or "any"),
            found="none",
            remedy="see that it is plugged in; its own tool lists its attributes",
        )
    if len(found) > 1:
        raise KeyFileError(
            "token-ambiguous",
            "More than one token is there that the address names.",
            expected="attributes that only one token has",
            found=f"{len(found)} tokens",
            remedy="add token=, serial= or slot-id= to the address",
        )
    return found[0]


def _names(library: Any, slot: Any, token: Any) -> dict[str, str]:  # noqa: ANN401 - as above
    """Give the attributes of RFC 7512 that a token answers to."""
    serial = bytes(token.serial).decode("utf-8", "replace")
    major, minor = library.library_version
    return {
        "library-manufacturer": library.manufacturer_id,
        "library-description": library.library_description,
        "library-version": f"{major}.{minor}",
        "slot-manufacturer": slot.manufacturer_id,
        "slot-description": slot.slot_description,
        "slot-id": str(slot.slot_id),
        "token": token.label,
        "manufacturer": token.manufacturer_id,
        "serial": serial,
        "model": token.model,
    }


def _entered(
    token: Token, ask: Callable[[], bytes | None]
) -> tuple[Session, str | None]:
    """Open a session; one wrong PIN is tried once and never again."""
    if token.flags & TokenFlag.USER_PIN_LOCKED:
        raise pin_locked()
    if not token.flags & TokenFlag.LOGIN_REQUIRED:
        return token.open(), None
    pin: Any = pkcs11.PROTECTED_AUTH
    if not token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH:
        pin = _pin(ask())
    try:
        return token.open(user_pin=pin), pin if isinstance(pin, str) else None
    except exceptions.UserAlreadyLoggedIn:
        # This process has another session, and logging in counts for all of them.
        return token.open(), pin if isinstance(pin, str) else None
    except exceptions.PKCS11Error as error:
        raise login_refusal(error, _again(token)) from error


def _again(token: Token) -> Token | None:
    """Read the flags anew: they tell how many tries are left."""
    try:
        return token.slot.get_token()
    except exceptions.PKCS11Error:
        return None


def _pin(given: bytes | None) -> str:
    try:
        pin = (given or b"").decode("utf-8")
    except UnicodeDecodeError:
        pin = ""
    if not pin:
        raise KeyFileError(
            "pin-missing",
            "The token asks for a PIN.",
            expected="its PIN, in UTF-8",
            found="none",
            remedy="answer the prompt, name a file with pin-source= or "
            "--passphrase-file, or set ASSAY_KEY_PASSPHRASE",
        )
    return pin
