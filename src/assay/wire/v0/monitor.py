"""What `assay log monitor --json` writes: one document for each look, on a line."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assay.wire.model import JsonModel
from assay.wire.v0.parts import Count, Hex256, Text

__all__ = ["ContradictionPart", "MatchPart", "MonitorDocument"]


class MatchPart(JsonModel):
    """A new entry that concerns the reader; an empty type is one that is not known."""

    index: Count
    subject: Literal["key", "release", "organisation"]
    value: Text
    key_id: Hex256
    predicate_type: Text


class ContradictionPart(JsonModel):
    """Two checkpoints that cannot both be true, and where both are kept."""

    code: Literal["log.split-view", "log.rollback"]
    message: Text
    expected: Text
    found: Text
    evidence: Text


class MonitorDocument(JsonModel):
    """One look at a log.

    `unread` counts new entries of which it is not known what they say, because their
    bodies are withheld; null where nobody asked what is said.
    """

    format: Literal["assay-log-monitor/0"]
    origin: Text
    old_size: Count
    size: Count
    root: Text
    matches: Annotated[tuple[MatchPart, ...], Field(max_length=10_000_000)]
    unread: Count | None
    foreign: Count
    contradiction: ContradictionPart | None
