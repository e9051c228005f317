"""What `assay disclose --json` writes."""

from __future__ import annotations

from typing import Literal

from assay.wire.model import JsonModel
from assay.wire.v0.parts import Hex256, Text

__all__ = ["DiscloseDocument", "SharedReportPart"]


class SharedReportPart(JsonModel):
    """A report that is shown, and that bears on controls which stay withheld."""

    check: Text
    controls: tuple[Text, ...]


class DiscloseDocument(JsonModel):
    """What `assay disclose` writes: what a bundle shows, or would show.

    `bundle` is null where nothing was written. `implied` are controls that nobody asked
    for and that are shown all the same: all that they rest on is shown for others.
    """

    format: Literal["assay-disclose/0"]
    bundle: Text | None
    release_digest: Hex256
    shown: tuple[Text, ...]
    implied: tuple[Text, ...]
    withheld: tuple[Text, ...]
    shared_reports: tuple[SharedReportPart, ...]
