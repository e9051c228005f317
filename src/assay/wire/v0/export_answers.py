"""What `--json` writes about exports and timestamps."""

from __future__ import annotations

from typing import Literal

from assay.wire.model import JsonModel
from assay.wire.v0.parts import Count, Hex256, Text

__all__ = ["SigstoreExportDocument", "SigstoreFilePart", "TimestampDocument"]


class SigstoreFilePart(JsonModel):
    """One sigstore bundle that was written."""

    kind: Text
    file: Text


class SigstoreExportDocument(JsonModel):
    """What `export sigstore` gives."""

    format: Literal["assay-sigstore-export/0"] = "assay-sigstore-export/0"
    hint: Hex256
    statements: tuple[SigstoreFilePart, ...]
    trusted_root: Text
    public_key: Text
    timestamped: bool


class TimestampDocument(JsonModel):
    """What `timestamp` gives."""

    format: Literal["assay-timestamp/0"] = "assay-timestamp/0"
    bundle: Text
    authority: Text
    statements: Count
