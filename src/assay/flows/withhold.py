"""Statements are erased from a log by the digest that their issuer was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.crypto.digest import sha256_hex
from assay.errors import LogError
from assay.log import open_log
from assay.log.statements import read_statements
from assay.wire.v0.envelope import write_envelope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["withhold_statements"]


def withhold_statements(directory: Path, digests: Sequence[str]) -> int:
    """Erase statements by the SHA-256 of their body or of their payload.

    Raises:
        LogError: `log.body-unknown`: one of them is neither, and none is erased; or as
            `Log.withhold`.
        UsageError: `usage.not-a-digest`.
        MachineError: A part cannot be read or a body cannot be removed.
    """
    log = open_log(directory)
    try:
        return log.withhold(digests)
    except LogError as error:
        if error.code != "log.body-unknown":
            raise
    bodies = {
        sha256_hex(item.envelope.payload): sha256_hex(write_envelope(item.envelope))
        for item in read_statements(directory).statements
    }
    return log.withhold([bodies.get(digest, digest) for digest in digests])
