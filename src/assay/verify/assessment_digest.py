"""The digest of what an assessment says, whichever salts it was signed with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assay.crypto.canonical import canonical_json
from assay.crypto.digest import sha256_hex
from assay.domain.release import Inventory
from assay.domain.statement import ASSESSMENT_TYPE
from assay.wire.v0.statement import AssessmentPredicate, StatementModel

if TYPE_CHECKING:
    from assay.domain.statement import VerifiedRelease

__all__ = ["assessment_digest"]


def assessment_digest(release: VerifiedRelease) -> str | None:
    """Digest what an assessment says, the same whenever it is made again.

    Of a claim v0.1 it is the digest of the payload that was signed. Of a salted one it
    is that of the payload v0.1 which says the same, with the reasons as they were
    signed and the reports sorted by their checks.

    Returns:
        The digest in hex; None where something is withheld.
    """
    for statement in release.statements:
        if statement.predicate_type == ASSESSMENT_TYPE:
            return statement.payload_sha256
    assessment = release.assessment
    if assessment.withheld:
        return None
    signed = tuple(
        replace(result, reason=reason)
        for result, reason in zip(assessment.controls, release.reasons, strict=True)
    )
    statement_v01 = StatementModel.of(
        name="release",
        digest=assessment.release_digest,
        predicate_type=ASSESSMENT_TYPE,
        predicate=AssessmentPredicate.of(
            replace(assessment, controls=signed), Inventory(files=release.files)
        ),
    )
    return sha256_hex(canonical_json(statement_v01.document()))
