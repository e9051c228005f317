"""Bundles, a trust file and a benefit give a decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.verdict import VerdictValue
from assay.eligibility import decide
from assay.flows.verify import verify_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from assay.domain.programme import Programme
    from assay.domain.trust import TrustFile
    from assay.domain.verdict import Decision, Reason

__all__ = ["DecidedFiles", "decide_files"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedFiles:
    """A decision, and the programme whose rule made it where one did."""

    decision: Decision
    programme: Programme | None


def decide_files(
    paths: Sequence[Path],
    trust: TrustFile,
    benefit: str,
    at: datetime,
    limits: Limits = DEFAULT_LIMITS,
) -> DecidedFiles:
    """Verify each bundle, then decide on what the valid ones prove.

    Raises:
        BundleError: A file is not a whole bundle.
        InputError: There is no such file.
        UsageError: There is no such benefit, or the releases differ.
    """
    verdicts = [verify_file(path, trust, at, limits=limits) for path in paths]
    valid = VerdictValue.VALID
    releases = [v.release for v in verdicts if v.value is valid and v.release]
    refused: list[Reason] = [
        reason
        for verdict in verdicts
        if verdict.value is not valid
        for reason in verdict.reasons
        if not reason.holds
    ]
    decision = decide(releases, refused, benefit, at)
    programmes = {release.programme.ref: release.programme for release in releases}
    chosen = decision.programme
    return DecidedFiles(
        decision=decision,
        programme=None if chosen is None else programmes[chosen],
    )
