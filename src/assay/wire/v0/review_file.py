"""A review as its assessor writes it: TOML that people edit, before it is signed."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.wire import strict_toml
from assay.wire.model import WireModel
from assay.wire.v0.registry_parts import Line, Words

__all__ = ["REVIEW_FORMAT", "ReviewFileModel", "read_review_file"]

REVIEW_FORMAT: Final = "assay-review/0"


class ReviewFileEvidenceModel(WireModel):
    """A file that a result rests on, and how long it shows anything."""

    file: Annotated[str, Field(min_length=1, max_length=1_000)]
    collected_at: dt.datetime
    valid_until: dt.datetime


class ReviewFileResultModel(WireModel):
    """What came of one control."""

    control: Annotated[str, Field(min_length=1, max_length=100)]
    result: Literal[
        "confirms", "contradicts", "repeated equal", "repeated different", "answers"
    ]
    outcome: Literal["met", "not met", "not applicable"] | None = None
    reason: Words = ""
    evidence: Annotated[
        tuple[ReviewFileEvidenceModel, ...], Field(max_length=1_000)
    ] = ()


class ReviewFileModel(WireModel):
    """The whole file."""

    described_in: ClassVar[str] = "docs/formats/review.md"

    format: Literal["assay-review/0"]
    assessor: Line
    independence: Annotated[str, Field(min_length=1, max_length=10_000)]
    reviewed_at: dt.datetime
    valid_until: dt.datetime
    results: Annotated[
        tuple[ReviewFileResultModel, ...],
        Field(alias="result", min_length=1, max_length=10_000),
    ]


def read_review_file(data: bytes, limits: Limits = DEFAULT_LIMITS) -> ReviewFileModel:
    """Read a review as its assessor wrote it.

    Raises:
        DocumentError: The file is no strict TOML, or not of the published form.
    """
    value = strict_toml.loads(
        data,
        max_bytes=limits.max_declarations_bytes,
        document="review file",
        limits=limits,
    )
    return ReviewFileModel.read(value, document="review file")
