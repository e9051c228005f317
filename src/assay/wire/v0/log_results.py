"""What the verbs of `assay log` write with `--json`, beside `result-log`."""

from __future__ import annotations

from typing import Literal

from assay.wire.model import JsonModel
from assay.wire.v0.parts import Count, Text

__all__ = ["LogRebuildDocument", "LogWithheldDocument"]


class LogRebuildDocument(JsonModel):
    """What `assay log rebuild --json` writes.

    `unknownBodies` counts entries whose body no list names. `compared` counts the rows
    that were compared with a ledger that was there, or is null; `different` those that
    differ.
    """

    format: Literal["assay-log-rebuild/0"]
    size: Count
    root: Text
    unknown_bodies: Count
    compared: Count | None
    different: Count


class LogWithheldDocument(JsonModel):
    """What `assay log withhold --json` writes."""

    format: Literal["assay-log-withheld/0"]
    erased: Count
