"""What a result may replace: what the same key made before, and nothing else.

A bundle or a signature by another key may be the only copy of somebody else's word.
"""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from assay.crypto.certificate_chain import key_of_certificate
from assay.crypto.digest import sha256_hex
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import AssayError, UsageError
from assay.flows.files import read_file
from assay.wire.v0.bundle import read_bundle
from assay.wire.v0.model_signature import read_model_signature

if TYPE_CHECKING:
    from pathlib import Path

    from assay.statement.signers.model import ModelSigner

__all__ = ["refuse_other_bundle", "refuse_other_signature"]

_MOST = DEFAULT_LIMITS.max_bundle_bytes


def refuse_other_bundle(path: Path, key_id: str) -> None:
    """Refuse to write a bundle over one that another key signed.

    What is no whole bundle is left to others: a half one may be replaced.

    Raises:
        UsageError: `usage.exists`.
        MachineError, InputError: It cannot be read, so it cannot be told.
    """
    data = _there(path)
    if not data:
        return
    try:
        signed_by = sha256_hex(read_bundle(data).public_key)
    except AssayError:
        return
    if signed_by != key_id:
        raise _exists(path, f"a bundle signed by key {signed_by}", key_id)


def refuse_other_signature(path: Path, signer: ModelSigner) -> None:
    """Refuse to write a model's signature over anything but one by the same key.

    Raises:
        UsageError: `usage.exists`.
        MachineError, InputError: It cannot be read, so it cannot be told.
    """
    data = _there(path)
    if not data:
        return
    try:
        signature = read_model_signature(data)
        if signature.chain:
            by = key_of_certificate(signature.chain[0]).key_id
        else:
            by = signature.hint
    except AssayError as error:
        what = "a file that is no model signature"
        raise _exists(path, what, signer.key_id) from error
    if by not in {signer.key_id, signer.hint}:
        raise _exists(path, f"a signature by key {by or 'without a name'}", signer.hint)


def _there(path: Path) -> bytes:
    """Give what would be replaced: nothing where no regular file is."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return b""
    except OSError:
        return b""
    return read_file(path, most=_MOST, what="file in the result's place")


def _exists(path: Path, found: str, key: str) -> UsageError:
    return UsageError(
        "exists",
        "The file is already there, and replacing it could lose somebody's signature.",
        expected=f"a name that is not taken, or what key {key} made",
        found=f"{path}: {found}",
        remedy="choose another name, or move the file away",
    )
