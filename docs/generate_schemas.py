"""Publish the JSON Schemas of every document: `python -m docs.generate_schemas`.

The models are the source; the files in `schemas/` are for readers in other languages,
and a test holds the two together. A schema says what a document looks like. What must
hold between its parts is in `docs/formats/` and checked by `verify`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic.json_schema import GenerateJsonSchema

from assay.wire.v0.answers import DecideDocument, VerifyDocument
from assay.wire.v0.assessment_v2 import AssessmentV02Predicate
from assay.wire.v0.baseline import BaselineModel
from assay.wire.v0.bundle import BundleV01Model, BundleV02Model
from assay.wire.v0.declarations import DeclarationsModel
from assay.wire.v0.declarations_v2 import DeclarationsV02Predicate
from assay.wire.v0.disclose_answers import DiscloseDocument
from assay.wire.v0.disclosure import ITEM_MODELS
from assay.wire.v0.enrolment import EnrolmentPredicate
from assay.wire.v0.evaluation import EvaluationPredicate
from assay.wire.v0.export_answers import SigstoreExportDocument, TimestampDocument
from assay.wire.v0.fleet import FleetDocument
from assay.wire.v0.key_event import KeyEventPredicate
from assay.wire.v0.log_api import (
    ConsistencyDocument,
    FoundDocument,
    HealthDocument,
    ReceiptsDocument,
    SubmissionModel,
)
from assay.wire.v0.log_results import LogRebuildDocument, LogWithheldDocument
from assay.wire.v0.manifest_answers import SignedModelDocument, VerifiedModelDocument
from assay.wire.v0.model_signature import ModelSignatureModel
from assay.wire.v0.monitor import MonitorDocument
from assay.wire.v0.programme import ProgrammeModel
from assay.wire.v0.registry_results import (
    AttachDocument,
    IssueDocument,
    StatusCheckDocument,
)
from assay.wire.v0.results import (
    CheckDocument,
    ErrorDocument,
    KeyDocument,
    LogDocument,
    ProgrammeDocument,
    SealDocument,
    TrustDocument,
)
from assay.wire.v0.review import ReviewPredicate
from assay.wire.v0.review_file import ReviewFileModel
from assay.wire.v0.revocation import RevocationPredicate
from assay.wire.v0.scitt_answers import (
    ScittExportDocument,
    ScittKeyDocument,
    ScittVerifyDocument,
)
from assay.wire.v0.seal_v2 import SealV02Predicate
from assay.wire.v0.statement import (
    AssessmentPredicate,
    DeclarationsPredicate,
    ManifestPredicate,
    SealPredicate,
    StatementModel,
)
from assay.wire.v0.statement_answers import StatementDocument
from assay.wire.v0.statement_file import StatementFileModel
from assay.wire.v0.status import StatusPredicate
from assay.wire.v0.trust import TrustV0Model, TrustV1Model
from assay.wire.v0.witness import WitnessDocument

if TYPE_CHECKING:
    from assay.wire.model import WireModel

__all__ = ["FOLDER", "PUBLISHED", "publish", "schemas"]

FOLDER: Final = Path(__file__).parents[1] / "src" / "assay" / "wire" / "schemas"

# Names of the files, without `.json`.
PUBLISHED: Final[dict[str, type[WireModel]]] = {
    "baseline-file": BaselineModel,
    "bundle-v0.1": BundleV01Model,
    "bundle-v0.2": BundleV02Model,
    "declarations-file": DeclarationsModel,
    "log-consistency": ConsistencyDocument,
    "log-found": FoundDocument,
    "log-health": HealthDocument,
    "log-receipts": ReceiptsDocument,
    "log-submission": SubmissionModel,
    "model-signature": ModelSignatureModel,
    **{f"item-{kind}": model for kind, model in ITEM_MODELS.items()},
    "predicate-assessment": AssessmentPredicate,
    "predicate-assessment-v0.2": AssessmentV02Predicate,
    "predicate-declarations": DeclarationsPredicate,
    "predicate-declarations-v0.2": DeclarationsV02Predicate,
    "predicate-enrolment": EnrolmentPredicate,
    "predicate-evaluation": EvaluationPredicate,
    "predicate-key-event": KeyEventPredicate,
    "predicate-manifest": ManifestPredicate,
    "predicate-review": ReviewPredicate,
    "predicate-revocation": RevocationPredicate,
    "predicate-seal": SealPredicate,
    "predicate-seal-v0.2": SealV02Predicate,
    "predicate-status": StatusPredicate,
    "programme-file": ProgrammeModel,
    "review-file": ReviewFileModel,
    "result-attach": AttachDocument,
    "result-check": CheckDocument,
    "result-decide": DecideDocument,
    "result-disclose": DiscloseDocument,
    "result-error": ErrorDocument,
    "result-fleet": FleetDocument,
    "result-issue": IssueDocument,
    "result-key": KeyDocument,
    "result-log": LogDocument,
    "result-log-rebuild": LogRebuildDocument,
    "result-log-withhold": LogWithheldDocument,
    "result-log-monitor": MonitorDocument,
    "result-manifest-sign": SignedModelDocument,
    "result-manifest-verify": VerifiedModelDocument,
    "result-programmes": ProgrammeDocument,
    "result-scitt-export": ScittExportDocument,
    "result-scitt-key": ScittKeyDocument,
    "result-scitt-verify": ScittVerifyDocument,
    "result-seal": SealDocument,
    "result-sigstore-export": SigstoreExportDocument,
    "result-timestamp": TimestampDocument,
    "result-status-check": StatusCheckDocument,
    "result-trust": TrustDocument,
    "result-verify": VerifyDocument,
    "result-verify-statement": StatementDocument,
    "result-witness": WitnessDocument,
    "statement": StatementModel,
    "statement-file": StatementFileModel,
    "trust-file-v0": TrustV0Model,
    "trust-file-v1": TrustV1Model,
}


def schemas() -> dict[str, bytes]:
    """Give the schema of every document by the name of its file, always the same."""
    return {f"{name}.json": _schema(name, PUBLISHED[name]) for name in PUBLISHED}


def publish(folder: Path) -> None:
    """Write every schema into a folder, and remove those of documents long gone."""
    wanted = schemas()
    for path in sorted(folder.glob("*.json")):
        if path.name not in wanted:
            path.unlink()
    for name, data in wanted.items():
        (folder / name).write_bytes(data)


class _Untitled(GenerateJsonSchema):
    """Leaves out titles made from field names, which say nothing more."""

    def field_title_should_be_set(self, schema: object) -> bool:
        """Never."""
        del schema
        return False


def _schema(name: str, model: type[WireModel]) -> bytes:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://assay/schemas/v0/{name}.json",
        **model.model_json_schema(schema_generator=_Untitled),
    }
    text = json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False)
    return f"{text}\n".encode()


if __name__ == "__main__":
    publish(FOLDER)
