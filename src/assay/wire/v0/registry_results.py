"""What `--json` writes for verbs that issue statements, and for checked snapshots."""

from __future__ import annotations

from typing import Literal

from assay.wire.model import JsonModel
from assay.wire.v0.parts import Count, Hex256, Text

__all__ = ["AttachDocument", "IssueDocument", "StatusCheckDocument"]


class IssueDocument(JsonModel):
    """A statement that was signed, and perhaps logged."""

    format: Literal["assay-issue/0"]
    file: Text
    predicate_type: Text
    sha256: Hex256
    key_id: Hex256
    log_origin: Text | None
    log_index: Count | None


class AttachDocument(JsonModel):
    """A bundle to which statements were attached."""

    format: Literal["assay-attach/0"]
    bundle: Text
    attached: tuple[Hex256, ...]


class StatusCheckDocument(JsonModel):
    """A status snapshot, compared with its log."""

    format: Literal["assay-status-check/0"]
    snapshot: Hex256
    origin: Text
    size: Count
    considered_entries: Count
    revocations: Count
    key_events: Count
    enrolments: Count
    withheld: Count
    problems: tuple[Text, ...]
