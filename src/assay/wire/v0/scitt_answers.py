"""What `--json` writes about SCITT: the documents of `scitt` and its verbs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assay.wire.model import JsonModel
from assay.wire.v0.answers import IssuerPart
from assay.wire.v0.instant import INSTANT
from assay.wire.v0.parts import Count, Hex256, ReasonPart, Text

__all__ = [
    "ExportedPart",
    "RegistrationPart",
    "ScittExportDocument",
    "ScittKeyDocument",
    "ScittVerifyDocument",
    "TransparentPart",
]

_Instant = Annotated[str, Field(pattern=INSTANT)]


class ScittKeyDocument(JsonModel):
    """What `scitt init` gives: a log's key for COSE receipts."""

    format: Literal["assay-scitt-key/0"]
    origin: Text
    thumbprint: Hex256
    key_set: Text


class ExportedPart(JsonModel):
    """One transparent statement that was written."""

    kind: Text
    file: Text
    size: Count
    log_index: Count
    entry: Hex256


class ScittExportDocument(JsonModel):
    """What `scitt export` gives."""

    format: Literal["assay-scitt-export/0"]
    issuer: Text
    subject: Text
    statements: tuple[ExportedPart, ...]


class RegistrationPart(JsonModel):
    """A log that has the statement."""

    origin: Text
    root: Hex256
    size: Count | None
    index: Count | None
    at: _Instant | None


class TransparentPart(JsonModel):
    """What was proven of a statement."""

    issuer: IssuerPart
    claimed_issuer: Text
    subject: Text
    release: Hex256 | None
    media_type: Text
    predicate_type: Text | None
    payload_sha256: Hex256
    registrations: tuple[RegistrationPart, ...]
    ignored_receipts: Count


class ScittVerifyDocument(JsonModel):
    """What `scitt verify` gives."""

    format: Literal["assay-scitt-verify/0"]
    verdict: Literal["valid", "invalid", "stale"]
    at: _Instant
    reasons: tuple[ReasonPart, ...]
    statement: TransparentPart | None = None
