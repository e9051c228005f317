"""The bytes that get signed: in-toto Statements v1 in canonical JSON.

Canonical form makes the same claim the same bytes on any machine. A verifier never
relies on it: it checks the signature over the bytes as they came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.crypto.canonical import canonical_json
from assay.crypto.digest import oms_root
from assay.domain.release import OMS_IGNORED, oms_counts
from assay.domain.statement import (
    ASSESSMENT_TYPE,
    ASSESSMENT_V02_TYPE,
    DECLARATIONS_TYPE,
    DECLARATIONS_V02_TYPE,
    MANIFEST_TYPE,
    SEAL_TYPE,
    SEAL_V02_TYPE,
)
from assay.errors import ReleaseError
from assay.wire.v0.assessment_v2 import AssessmentV02Predicate
from assay.wire.v0.declarations_v2 import DeclarationsV02Predicate
from assay.wire.v0.parts import ProgrammePart
from assay.wire.v0.seal_v2 import SealV02Predicate
from assay.wire.v0.statement import (
    AssessmentPredicate,
    DeclarationsPredicate,
    ManifestPredicate,
    SealPredicate,
    StatementModel,
)

if TYPE_CHECKING:
    from assay.domain.assessment import Assessment
    from assay.domain.declaration import Declarations
    from assay.domain.programme import ProgrammeRef
    from assay.domain.release import Inventory
    from assay.domain.statement import Seal
    from assay.statement.items import ClaimItems

__all__ = [
    "assessment_payload",
    "assessment_v02_payload",
    "declarations_payload",
    "declarations_v02_payload",
    "manifest_payload",
    "seal_payload",
    "seal_v02_payload",
]

# Name of the subject of Assay's own statements: the digest says which release.
_SUBJECT = "release"


def manifest_payload(inventory: Inventory, name: str) -> bytes:
    """Give the OMS v1.0 statement over the files of a release.

    Args:
        inventory: The files; those that OMS always leaves out (section 6.2) are left
            out here too and listed in `ignore_paths`.
        name: What people call the model; it proves nothing.

    Raises:
        ReleaseError: `release.nothing-to-sign` when OMS would count no file.
    """
    files = tuple(record for record in inventory.files if oms_counts(record.path))
    if not files:
        raise ReleaseError(
            "nothing-to-sign",
            "Every file of the release is one that model signing leaves out.",
            expected=f"at least one file besides {', '.join(OMS_IGNORED)}",
            found=f"{len(inventory.files)} such files",
        )
    statement = StatementModel.of(
        name=name,
        digest=oms_root(record.sha256 for record in files),
        predicate_type=MANIFEST_TYPE,
        predicate=ManifestPredicate.of(files, OMS_IGNORED),
    )
    return canonical_json(statement.document())


def assessment_payload(assessment: Assessment, inventory: Inventory) -> bytes:
    """Give the assessment statement v0.1, in which everything stands open.

    It holds no instant, so it can be re-done; its digest names what an assessment says,
    also where the one that is signed is salted.
    """
    statement = StatementModel.of(
        name=_SUBJECT,
        digest=assessment.release_digest,
        predicate_type=ASSESSMENT_TYPE,
        predicate=AssessmentPredicate.of(assessment, inventory),
    )
    return canonical_json(statement.document())


def declarations_payload(
    declarations: Declarations, programme: ProgrammeRef, release_digest: str
) -> bytes:
    """Give the statement v0.1 of what people answered for a release."""
    statement = StatementModel.of(
        name=_SUBJECT,
        digest=release_digest,
        predicate_type=DECLARATIONS_TYPE,
        predicate=DeclarationsPredicate.of(declarations, ProgrammePart.of(programme)),
    )
    return canonical_json(statement.document())


def seal_payload(seal: Seal) -> bytes:
    """Give the statement v0.1 that binds the others to an instant and a validity."""
    statement = StatementModel.of(
        name=_SUBJECT,
        digest=seal.release_digest,
        predicate_type=SEAL_TYPE,
        predicate=SealPredicate.of(seal),
    )
    return canonical_json(statement.document())


def assessment_v02_payload(
    assessment: Assessment, inventory: Inventory, items: ClaimItems
) -> bytes:
    """Give the assessment statement v0.2: salted digests in the place of results."""
    statement = StatementModel.of(
        name=_SUBJECT,
        digest=assessment.release_digest,
        predicate_type=ASSESSMENT_V02_TYPE,
        predicate=AssessmentV02Predicate.of(
            inventory,
            release_digest=assessment.release_digest,
            programme=assessment.programme,
            tool_version=assessment.tool_version,
            items=items.assessment,
        ),
    )
    return canonical_json(statement.document())


def declarations_v02_payload(
    programme: ProgrammeRef, release_digest: str, items: ClaimItems
) -> bytes:
    """Give the declarations v0.2: a salted digest for each question there is."""
    statement = StatementModel.of(
        name=_SUBJECT,
        digest=release_digest,
        predicate_type=DECLARATIONS_V02_TYPE,
        predicate=DeclarationsV02Predicate(
            programme=ProgrammePart.of(programme), items=items.declarations
        ),
    )
    return canonical_json(statement.document())


def seal_v02_payload(seal: Seal) -> bytes:
    """Give the statement v0.2 that binds the others to an instant and a validity."""
    statement = StatementModel.of(
        name=_SUBJECT,
        digest=seal.release_digest,
        predicate_type=SEAL_V02_TYPE,
        predicate=SealV02Predicate.of(seal),
    )
    return canonical_json(statement.document())
