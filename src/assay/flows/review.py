"""What an assessor wrote about a bundle becomes the review of its assessment."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from assay.crypto.digest import sha256_hex
from assay.domain.assessment import Outcome
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.review import Review, ReviewEvidence, ReviewKind, ReviewResult
from assay.errors import DocumentError
from assay.flows.files import read_file
from assay.verify.contents import read_contents
from assay.wire.v0.review_file import read_review_file

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from assay.domain.statement import Bundle
    from assay.wire.v0.review_file import ReviewFileResultModel

__all__ = ["review_of"]


def review_of(bundle: Bundle, results: Path, limits: Limits = DEFAULT_LIMITS) -> Review:
    """Read what an assessor wrote, with digests of the files that it names.

    Args:
        bundle: The claim that was reviewed; nothing in it is believed.
        results: The assessor's TOML file; evidence is found relative to it.
        limits: Bounds on what is read.

    Raises:
        DocumentError: The file is malformed.
        InputError: A file is not there.
    """
    data = read_file(results, most=limits.max_declarations_bytes, what="review file")
    model = read_review_file(data, limits)
    contents = read_contents(bundle.statements, limits)
    return Review(
        release_digest=contents.release_digest,
        assessment=contents.assessment_payload,
        programme=contents.programme,
        assessor=model.assessor,
        independence=model.independence,
        results=tuple(
            _result(item, results.parent, limits)
            for item in sorted(model.results, key=lambda item: item.control)
        ),
        reviewed_at=_instant(model.reviewed_at),
        valid_until=_instant(model.valid_until),
    )


def _result(item: ReviewFileResultModel, folder: Path, limits: Limits) -> ReviewResult:
    return ReviewResult(
        control=item.control,
        kind=ReviewKind(item.result),
        outcome=None if item.outcome is None else Outcome(item.outcome),
        reason=item.reason.strip(),
        evidence=tuple(
            sorted(
                _evidence(
                    folder / file.file,
                    _instant(file.collected_at),
                    _instant(file.valid_until),
                    limits,
                )
                for file in item.evidence
            )
        ),
    )


def _evidence(
    path: Path, collected_at: datetime, valid_until: datetime, limits: Limits
) -> ReviewEvidence:
    data = read_file(path, most=limits.max_evidence_bytes, what="evidence file")
    return ReviewEvidence(
        sha256=sha256_hex(data),
        size=len(data),
        name=path.name,
        collected_at=collected_at,
        valid_until=valid_until,
    )


def _instant(given: datetime) -> datetime:
    """Take an instant with a time zone, in whole seconds."""
    if given.tzinfo is None:
        raise DocumentError(
            "bad-instant",
            "An instant of the review has no time zone.",
            expected="an instant such as 2026-11-24T09:00:00Z",
            found=given.isoformat(),
        )
    return given.astimezone(UTC).replace(microsecond=0)
