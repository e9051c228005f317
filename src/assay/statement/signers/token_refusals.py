"""What a PKCS #11 token refuses, in words: each return value that people can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkcs11 import exceptions
from pkcs11.constants import TokenFlag

from assay.errors import KeyFileError
from assay.statement.signers.foreign_words import words_of

if TYPE_CHECKING:
    from pkcs11.types import Token

__all__ = ["login_refusal", "module_refusal", "sign_refusal"]

_WRONG = (exceptions.PinIncorrect, exceptions.PinInvalid, exceptions.PinLenRange)
# The device is gone, was restarted, or has ended what it knew of us.
_LOST = (
    exceptions.DeviceError,
    exceptions.DeviceRemoved,
    exceptions.KeyHandleInvalid,
    exceptions.ObjectHandleInvalid,
    exceptions.SessionClosed,
    exceptions.SessionHandleInvalid,
    exceptions.SlotIDInvalid,
    exceptions.TokenNotPresent,
    exceptions.TokenNotRecognised,
    exceptions.UserNotLoggedIn,
)
_UNFIT = (
    exceptions.FunctionNotSupported,
    exceptions.KeySizeRange,
    exceptions.KeyTypeInconsistent,
    exceptions.MechanismInvalid,
)


def module_refusal(path: str, error: exceptions.PKCS11Error) -> KeyFileError:
    """Say why a library cannot be used as a PKCS #11 module."""
    return KeyFileError(
        "module",
        "The PKCS #11 library cannot be loaded.",
        expected="the library that came with the token, for this machine's processor",
        found=words_of(error),
        remedy=f"correct the path: {path}",
    )


def login_refusal(error: exceptions.PKCS11Error, token: Token | None) -> KeyFileError:
    """Say why a token lets nobody in; a PIN is never repeated."""
    if isinstance(error, exceptions.PinLocked):
        return pin_locked()
    if isinstance(error, _WRONG):
        low = token is not None and bool(
            token.flags & (TokenFlag.USER_PIN_FINAL_TRY | TokenFlag.USER_PIN_COUNT_LOW)
        )
        return KeyFileError(
            "pin-wrong",
            "The token does not take this PIN.",
            expected="the PIN of the token's user",
            found="another one" + ("; few tries are left" if low else ""),
            remedy="look it up before you try again: after some wrong ones the token "
            "is locked",
        )
    if isinstance(error, exceptions.PinExpired):
        return KeyFileError(
            "pin-expired",
            "The token asks for a new PIN before it lets anybody in.",
            expected="a PIN that is still good",
            found="one that has expired",
            remedy="set a new one with the token's own tool",
        )
    if isinstance(error, exceptions.UserPinNotInitialized):
        return KeyFileError(
            "pin-unset",
            "The token has no PIN for its user yet.",
            expected="a token that was set up",
            found="one without a user PIN",
            remedy="set it with the token's own tool",
        )
    return sign_refusal(error)


def pin_locked() -> KeyFileError:
    """Say that no PIN helps any more."""
    return KeyFileError(
        "pin-locked",
        "The token is locked: it was given too many wrong PINs.",
        expected="a token that still takes a PIN",
        found="a locked one",
        remedy="have its security officer unlock it",
    )


def sign_refusal(error: exceptions.PKCS11Error) -> KeyFileError:
    """Say why a token does not sign."""
    if isinstance(error, _LOST):
        return KeyFileError(
            "session-lost",
            "The connection to the token is lost; nothing was signed.",
            expected="a token that stays until everything is signed",
            found=words_of(error),
            remedy="see that it is there, and run the same command again",
        )
    if isinstance(error, _UNFIT):
        return KeyFileError(
            "token-cannot",
            "The token does not sign in the way that is asked for.",
            expected="the mechanism CKM_ECDSA for a key on P-256 or P-384",
            found=words_of(error),
        )
    return KeyFileError(
        "token-failed",
        "The token refuses, and gives no reason that Assay knows.",
        expected="a token that signs",
        found=words_of(error),
        remedy="look up the return value in the token's manual",
    )
