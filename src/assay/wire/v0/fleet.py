"""What `assay fleet check` writes: one summary over the documents of all releases."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assay.wire.model import JsonModel
from assay.wire.v0.instant import DATE
from assay.wire.v0.parts import Count, Hex256, Text

__all__ = [
    "FleetBaselinePart",
    "FleetDocument",
    "FleetEntryPart",
    "FleetErrorPart",
    "SeverityCounts",
]


class SeverityCounts(JsonModel):
    """Findings by severity."""

    critical: Count
    high: Count
    medium: Count
    low: Count
    info: Count


class FleetErrorPart(JsonModel):
    """Why a release could not be checked."""

    code: Text
    message: Text
    expected: Text
    found: Text
    remedy: Text


class FleetEntryPart(JsonModel):
    """One release of the fleet.

    `gate` is `passes`, `fails`, `cannot tell` or, where it could not be checked,
    `error`. `document` is the file with everything, beside the summary. What is not
    known of one that could not be checked is null: none is another thing than unknown.
    """

    path: Text
    gate: Literal["passes", "fails", "cannot tell", "error"]
    document: Text
    # What the files of the release looked like: as long as they do, it is not checked
    # again. Names, sizes and times, digested; not their content.
    looked: Hex256 | None
    release_digest: Hex256 | None
    findings: SeverityCounts | None
    tiers: tuple[Text, ...] | None
    not_inspected: Count | None
    error: FleetErrorPart | None
    seconds: Annotated[float, Field(ge=0)]


class FleetBaselinePart(JsonModel):
    """Which findings were accepted: the digest of the file, and the day it was for."""

    digest: Hex256
    day: Annotated[str, Field(pattern=DATE)]


class FleetDocument(JsonModel):
    """The summary, in the order of the list."""

    described_in = "docs/formats/results.md"

    format: Literal["assay-fleet/0"]
    programme: Text
    programme_digest: Hex256
    tool_version: Text
    fail_on: Text
    baseline: FleetBaselinePart | None
    releases: tuple[FleetEntryPart, ...]
