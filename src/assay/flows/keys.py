"""Making, opening and showing key pairs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from assay.crypto.public_key import public_key_from_pem
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import AssayError, UsageError
from assay.flows.files import read_file, write_file
from assay.statement.signers.pem import PemSigner, new_private_key, read_private_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assay.crypto.public_key import KeyKind, PublicKey

__all__ = [
    "new_key_pair",
    "open_key",
    "public_key_path",
    "refuse_taken",
    "show_key",
    "to_pem",
]


def public_key_path(path: Path) -> Path:
    """Give where the public half of a key file lies: the same name and `.pub`."""
    return path.parent / f"{path.name}.pub"


def refuse_taken(path: Path) -> None:
    """Refuse to make a key pair where either half would meet another file.

    Raises:
        UsageError: `usage.exists`.
    """
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
    path: Path,
    ask: Callable[[], bytes | None],
    limits: Limits = DEFAULT_LIMITS,
) -> PemSigner:
    """Open a private key; the passphrase is asked for only where one protects it.

    Raises:
        KeyFileError: It is not a private key, or the passphrase is wrong or missing.
        InputError: There is no such file.
    """
    pem = read_file(path, most=limits.max_key_file_bytes, what="key file")
    passphrase = ask() if b"ENCRYPTED" in pem else None
    return read_private_key(pem, passphrase, limits)


def show_key(path: Path, limits: Limits = DEFAULT_LIMITS) -> PublicKey:
    """Read the public key at `path`, or the one beside the private key at `path`.

    Raises:
        KeyFileError: It is not a public key.
        InputError: There is no such file.
    """
    beside = public_key_path(path)
    chosen = beside if beside.exists() else path
    pem = read_file(chosen, most=limits.max_key_file_bytes, what="key file")
    return public_key_from_pem(pem)


def to_pem(key: PublicKey) -> bytes:
    """Write a public key as PEM."""
    native = load_der_public_key(key.der)
    return native.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
