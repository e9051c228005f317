"""The checkpoint that the log has published, verified before it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto.note import open_checkpoint
from assay.crypto.verifier_key import SignatureType
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import LogError, SignatureError
from assay.log.layout import CHECKPOINT

if TYPE_CHECKING:
    from assay.crypto.checkpoint import Checkpoint
    from assay.log.settings import LogSettings
    from assay.log.stores.interface import FileReader

__all__ = ["Published", "checkpoint_missing", "find_published", "read_published"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A checkpoint that carries the signatures of all of the log's keys.

    Attributes:
        note: The signed text, verbatim.
        checkpoint: The tree that it is for.
        timestamp: When the log signed, in seconds since the Epoch; 0 when not stated.
    """

    note: str
    checkpoint: Checkpoint
    timestamp: int


def find_published(files: FileReader, settings: LogSettings) -> Published | None:
    """Read and verify the published checkpoint; None when there is none.

    Raises:
        LogError: `log.checkpoint-altered` or `log.file-oversized`.
        MachineError: The file cannot be read.
    """
    data = files.read(CHECKPOINT, max_bytes=DEFAULT_LIMITS.max_note_bytes)
    if data is None:
        return None
    try:
        opened = open_checkpoint(data, settings.vkeys)
    except (LogError, SignatureError) as error:
        raise _altered(error.message) from error
    signers = {item.key for item in opened.signatures}
    if signers != set(settings.vkeys):
        raise _altered("a signature by one of its keys is missing")
    if opened.checkpoint.origin != settings.origin:
        raise _altered(f"the origin {opened.checkpoint.origin}")
    times = [
        item.timestamp or 0
        for item in opened.signatures
        if item.key.type is SignatureType.ML_DSA_44_COSIGNATURE
    ]
    return Published(
        note=data.decode(),
        checkpoint=opened.checkpoint,
        timestamp=max(times, default=0),
    )


def read_published(files: FileReader, settings: LogSettings) -> Published:
    """Read and verify the published checkpoint.

    Raises:
        LogError: `log.checkpoint-missing`, `log.checkpoint-altered` or
            `log.file-oversized`.
        MachineError: The file cannot be read.
    """
    published = find_published(files, settings)
    if published is None:
        raise checkpoint_missing()
    return published


def checkpoint_missing() -> LogError:
    """Say that nothing is published."""
    return LogError(
        "checkpoint-missing",
        "The log has no checkpoint.",
        expected=f"a file {CHECKPOINT}",
        found="none",
        remedy="restore the newest one from a mirror or a receipt; only if log.sqlite "
        "is certainly the newest, open the log for appending: it signs its bound tree "
        "again",
    )


def _altered(found: str) -> LogError:
    return LogError(
        "checkpoint-altered",
        "The published checkpoint is not one that this log has signed.",
        expected="its origin and valid signatures by all of its keys",
        found=found,
        remedy=f"find out who replaced the file {CHECKPOINT}, keep it as evidence, and "
        "restore the newest one from a mirror or a receipt; do not just remove it: it "
        "shows whether log.sqlite is an older copy",
    )
