"""A statement file and a trust file give a verdict on that statement alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.flows.files import read_file
from assay.verify.statement_file import verify_statement
from assay.wire.v0.statement_file import STATEMENT_MEDIA_TYPE

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from assay.domain.trust import TrustFile
    from assay.domain.verdict import StatementVerdict

__all__ = ["is_statement_file", "verify_statement_file"]

# How every statement file begins; they are written in one spelling.
_HEAD = f'{{"mediaType":"{STATEMENT_MEDIA_TYPE}"'.encode()


def is_statement_file(path: Path) -> bool:
    """Tell whether a file begins as a statement file; False where none can be read."""
    try:
        # Opening a pipe would wait for somebody to write into it.
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(_HEAD)) == _HEAD
    except OSError:
        return False


def verify_statement_file(
    path: Path, trust: TrustFile, at: datetime, *, limits: Limits = DEFAULT_LIMITS
) -> StatementVerdict:
    """Verify one statement file by itself.

    Raises:
        BundleError: The file is not a whole statement.
        InputError: There is no such file.
    """
    data = read_file(path, most=limits.max_bundle_bytes, what="statement file")
    return verify_statement(data, trust, at, limits=limits)
