"""Making, opening and showing keys: in files, on tokens and in services."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from assay.crypto.public_key import ALL_KINDS, FIRST_KINDS, public_key_from_pem
from assay.domain.key_address import PKCS11_SCHEME, is_key_address
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import AssayError, KeyFileError, UsageError
from assay.flows.files import read_file, write_file
from assay.statement.signers.pem import new_private_key, read_private_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.crypto.public_key import KeyKind, PublicKey
    from assay.statement import Signer

__all__ = [
    "MODULE_NAME",
    "new_key_pair",
    "open_key",
    "public_key_path",
    "refuse_readable",
    "refuse_taken",
    "show_key",
    "to_pem",
]

MODULE_NAME = "PKCS11LIB"
"""Variable of the environment that names the PKCS #11 library."""

_MOST_PIN_BYTES = 4096


def public_key_path(path: Path) -> Path:
    """Give where the public half of a key file lies: the same name and `.pub`."""
    return path.parent / f"{path.name}.pub"


def refuse_taken(path: Path) -> None:
    """Refuse to make a key pair where either half would meet another file.

    Raises:
        UsageError: `usage.exists`; `usage.key-address`: what was meant is no file.
    """
    if is_key_address(str(path)):
        raise UsageError(
            "key-address",
            "Assay makes keys in files only.",
            expected="the name of a file",
            found="an address on a token or in a service",
            remedy="make the key with the token's or the service's own tool; a file of "
            "such a name is given as ./NAME",
        )
    for half in (path, public_key_path(path)):
        # A link that leads nowhere is somebody's name all the same.
        if os.path.lexists(half):
            raise UsageError(
                "exists",
                "The file is already there, and no key is ever replaced.",
                expected=f"that neither {path} nor {public_key_path(path)} is taken",
                found=str(half),
                remedy="choose another name, or move the file away",
            )


def new_key_pair(path: Path, kind: KeyKind, passphrase: bytes | None) -> PublicKey:
    """Make a key pair: the private key at `path` (mode 0600), the public beside it.

    Both are made or neither is.

    Raises:
        UsageError: `usage.exists` when a file is there already; no key is replaced.
        MachineError: It cannot be written.
    """
    refuse_taken(path)
    pem = new_private_key(kind, passphrase)
    public = read_private_key(pem, passphrase).public_key
    write_file(path, pem, mode=0o600, replace=False)
    try:
        write_file(public_key_path(path), to_pem(public), replace=False)
    except AssayError:
        # It was made a moment ago and signs nothing yet.
        path.unlink(missing_ok=True)
        raise
    return public


def open_key(
    place: Path | str,
    ask: Callable[[], bytes | None],
    limits: Limits = DEFAULT_LIMITS,
    *,
    public: Path | None = None,
) -> Signer:
    """Open a private key, wherever it is.

    Args:
        place: A file, or the address of a key on a token or in a service.
        ask: Asked for a passphrase or PIN, once, and only where one is needed.
        limits: How much is read.
        public: File with the public half, for tokens and services that keep none.

    Raises:
        KeyFileError: There is no such key, or it cannot be opened; each reason has
            its own code in docs/errors/key.md.
        InputError: There is no such file.
    """
    if isinstance(place, Path):
        return _open_file(place, ask, limits)
    given = None if public is None else _read_public(public, limits)
    if place.lower().startswith(PKCS11_SCHEME):
        return _open_token(place, ask, given, limits)
    # Late: most keys lie in files.
    from assay.statement.signers.service import open_service  # noqa: PLC0415 - as above

    return open_service(place, given, limits)


def _open_file(path: Path, ask: Callable[[], bytes | None], limits: Limits) -> Signer:
    pem = read_file(path, most=limits.max_key_file_bytes, what="key file")
    protected = b"ENCRYPTED" in pem
    signer = read_private_key(pem, ask() if protected else None, limits)
    if not protected:
        refuse_readable(path)
    return signer


def refuse_readable(path: Path) -> None:
    """Refuse a key without passphrase that others on this machine can read.

    Raises:
        KeyFileError: `key.readable-by-others`.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyFileError(
            "readable-by-others",
            "Others on this machine can read the key, and no passphrase protects it.",
            expected="a file that only its owner can read, or a passphrase",
            found=f"mode {mode:04o}",
            remedy=f"chmod 600 {path}, and think of who may have read it",
        )


def _open_token(
    place: str,
    ask: Callable[[], bytes | None],
    public: PublicKey | None,
    limits: Limits,
) -> Signer:
    # Late: it loads a library of the token's maker, and the extra may be missing.
    from assay.statement.signers.pkcs11_uri import (  # noqa: PLC0415 - as above
        parse_pkcs11_uri,
    )

    uri = parse_pkcs11_uri(place, limits)
    module = uri.module_path or os.environ.get(MODULE_NAME)
    if not module:
        raise KeyFileError(
            "module-missing",
            "It is not said which library speaks to the token.",
            expected=f"module-path= in the address, or {MODULE_NAME}",
            found="neither",
            remedy="look up where the library of the token's maker lies; SoftHSM's "
            "is /usr/lib/softhsm/libsofthsm2.so on Debian",
        )
    try:
        from assay.statement.signers.pkcs11_token import (  # noqa: PLC0415 - as above
            open_token,
        )
    except ImportError as error:
        raise KeyFileError(
            "extra-missing",
            "What speaks to tokens is not installed.",
            expected="assay[hsm]",
            found=f"no module {error.name}",
            remedy="pip install 'assay[hsm]'",
        ) from error
    source = uri.pin_source
    if source is not None:
        ask = _first_line(Path(source))
    return open_token(uri, module, ask, public)


def _first_line(path: Path) -> Callable[[], bytes | None]:
    """Give a function that reads a PIN from a file when it is needed."""

    def read() -> bytes:
        data = read_file(path, most=_MOST_PIN_BYTES, what="PIN file")
        return data.split(b"\n", 1)[0].rstrip(b"\r")

    return read


def show_key(
    place: Path | str,
    ask: Callable[[], bytes | None] = lambda: None,
    limits: Limits = DEFAULT_LIMITS,
    *,
    public: Path | None = None,
) -> PublicKey:
    """Give the public key of a place.

    Of a private key in a file it is the one beside it, and without one the private key
    is opened; a token or service is asked.

    Raises:
        KeyFileError: There is no key, or it cannot be opened.
        InputError: There is no such file.
    """
    if not isinstance(place, Path):
        signer = open_key(place, ask, limits, public=public)
        # A token counts whoever has logged in once as logged in for all sessions.
        close: Callable[[], None] = getattr(signer, "close", lambda: None)
        close()
        return signer.public_key
    beside = public_key_path(place)
    chosen = beside if beside.exists() else place
    pem = read_file(chosen, most=limits.max_key_file_bytes, what="key file")
    if b"PRIVATE KEY-----" in pem:
        return _open_file(place, ask, limits).public_key
    return public_key_from_pem(pem, ALL_KINDS)


def _read_public(path: Path, limits: Limits) -> PublicKey:
    pem = read_file(path, most=limits.max_key_file_bytes, what="public key")
    return public_key_from_pem(pem, FIRST_KINDS)


def to_pem(key: PublicKey) -> bytes:
    """Write a public key as PEM."""
    native = load_der_public_key(key.der)
    return native.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
