"""The in-toto Statement v1 that every payload is, and the predicates inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import FailFast, Field

from assay.domain.assessment import Assessment
from assay.domain.declaration import Answer, AnswerValue, Declarations, EvidenceFile
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.statement import STATEMENT_TYPE, Seal, SealedStatement
from assay.wire.model import JsonModel, WireModel
from assay.wire.strict_json import loads
from assay.wire.v0.instant import (
    DATE,
    INSTANT,
    format_instant,
    read_date,
    read_instant,
)
from assay.wire.v0.parts import (
    BurdenPart,
    CheckPart,
    ControlPart,
    Count,
    FilePart,
    Hex256,
    ProgrammePart,
    Text,
)

if TYPE_CHECKING:
    from assay.domain.release import FileRecord, Inventory

__all__ = [
    "AssessmentPredicate",
    "DeclarationsPredicate",
    "ManifestPredicate",
    "SealPredicate",
    "StatementModel",
    "SubjectPart",
    "read_statement",
]


class DigestPart(JsonModel):
    """An in-toto DigestSet with the one algorithm that Assay uses."""

    sha256: Hex256


class SubjectPart(JsonModel):
    """What a statement is about."""

    name: Annotated[str, Field(min_length=1, max_length=4096)]
    digest: DigestPart


class StatementModel(JsonModel):
    """in-toto Statement v1 with exactly one subject."""

    type_: Annotated[Literal["https://in-toto.io/Statement/v1"], Field(alias="_type")]
    subject: Annotated[tuple[SubjectPart, ...], Field(min_length=1, max_length=1)]
    predicate_type: Text
    predicate: dict[str, Any]

    @classmethod
    def of(
        cls, *, name: str, digest: str, predicate_type: str, predicate: WireModel
    ) -> StatementModel:
        """Write a statement about one subject."""
        return cls.model_validate(
            {
                "_type": STATEMENT_TYPE,
                "subject": ({"name": name, "digest": {"sha256": digest}},),
                "predicateType": predicate_type,
                "predicate": predicate.model_dump(
                    mode="json", by_alias=True, exclude_none=True
                ),
            }
        )

    def document(self) -> dict[str, Any]:
        """Give the JSON value to be written."""
        return self.model_dump(mode="json", by_alias=True)


def read_statement(payload: bytes, limits: Limits = DEFAULT_LIMITS) -> StatementModel:
    """Read a signed payload strictly; its predicate is not looked at yet.

    Raises:
        DocumentError: The payload is malformed or no Statement v1 with one subject.
    """
    value = loads(payload, limits=limits, max_bytes=limits.max_payload_bytes)
    return StatementModel.read(value, document="in-toto statement")


class ResourcePart(WireModel):
    """OMS v1.0 resource descriptor, section 5.2.1."""

    name: Annotated[str, Field(min_length=1, max_length=4096)]
    digest: Hex256
    algorithm: Literal["sha256"]


class SerializationPart(WireModel):
    """OMS v1.0 canonicalization metadata, section 5.2.2."""

    method: Literal["files"]
    hash_type: Literal["sha256"]
    # Not `Literal[False]`, which takes a 0 for it; `verify` compares the value.
    allow_symlinks: Annotated[bool, Field(json_schema_extra={"const": False})]
    ignore_paths: tuple[Text, ...]


class ManifestPredicate(WireModel):
    """OMS v1.0 predicate, in the one form that Assay seals."""

    resources: Annotated[tuple[ResourcePart, ...], Field(min_length=1), FailFast()]
    serialization: SerializationPart

    @classmethod
    def of(
        cls, files: tuple[FileRecord, ...], ignored: tuple[str, ...]
    ) -> ManifestPredicate:
        """Write the manifest of files that OMS counts, sorted by name."""
        return cls(
            resources=tuple(
                ResourcePart(name=f.path, digest=f.sha256, algorithm="sha256")
                for f in files
            ),
            serialization=SerializationPart(
                method="files",
                hash_type="sha256",
                allow_symlinks=False,
                ignore_paths=ignored,
            ),
        )


class ReleasePart(JsonModel):
    """A release: its digest and every file behind it."""

    digest: Hex256
    files: Annotated[tuple[FilePart, ...], FailFast()]


class ToolPart(JsonModel):
    """What made the assessment."""

    name: Literal["assay"]
    version: Text


class AssessmentPredicate(JsonModel):
    """The assessment predicate, `https://assay/assessment/v0.1`."""

    release: ReleasePart
    programme: ProgrammePart
    tool: ToolPart
    controls: Annotated[tuple[ControlPart, ...], FailFast()]
    checks: Annotated[tuple[CheckPart, ...], FailFast()]
    tiers: tuple[Text, ...]
    burden: BurdenPart

    @classmethod
    def of(cls, assessment: Assessment, inventory: Inventory) -> AssessmentPredicate:
        """Write an assessment and the files that it is about."""
        return cls(
            release=ReleasePart(
                digest=assessment.release_digest,
                files=tuple(FilePart.of(record) for record in inventory.files),
            ),
            programme=ProgrammePart.of(assessment.programme),
            tool=ToolPart(name="assay", version=assessment.tool_version),
            controls=tuple(ControlPart.of(result) for result in assessment.controls),
            checks=tuple(CheckPart.of(report) for report in assessment.reports),
            tiers=assessment.tiers,
            burden=BurdenPart.of(assessment.burden),
        )

    def files(self) -> tuple[FileRecord, ...]:
        """Read the files that the assessment is about, in the order given."""
        return tuple(part.to_domain() for part in self.release.files)

    def to_domain(self) -> Assessment:
        """Read the assessment.

        Raises:
            DocumentError: `document.bad-instant` or `document.check-report`.
        """
        return Assessment(
            release_digest=self.release.digest,
            files=len(self.release.files),
            total_size=sum(part.size for part in self.release.files),
            programme=self.programme.to_domain(),
            tool_version=self.tool.version,
            controls=tuple(part.to_domain() for part in self.controls),
            reports=tuple(part.to_domain() for part in self.checks),
            tiers=self.tiers,
            burden=self.burden.to_domain(),
        )


class EvidencePart(JsonModel):
    """A file behind an answer; the file itself stays with the developer."""

    name: Text
    sha256: Hex256
    size: Count


class AnswerPart(JsonModel):
    """One answer of one role."""

    control: Text
    answer: Literal["met", "not met", "not applicable"]
    role: Text
    date: Annotated[str, Field(pattern=DATE)]
    statement: Text
    evidence: Annotated[tuple[EvidencePart, ...], FailFast()]


class DeclarationsPredicate(JsonModel):
    """The declarations predicate, `https://assay/declarations/v0.1`."""

    programme: ProgrammePart
    answers: Annotated[tuple[AnswerPart, ...], FailFast()]

    @classmethod
    def of(
        cls, declarations: Declarations, programme: ProgrammePart
    ) -> DeclarationsPredicate:
        """Write what people answered."""
        return cls(
            programme=programme,
            answers=tuple(
                AnswerPart(
                    control=answer.control,
                    answer=answer.value.value,
                    role=answer.role,
                    date=answer.date.isoformat(),
                    statement=answer.statement,
                    evidence=tuple(
                        EvidencePart(name=e.name, sha256=e.sha256, size=e.size)
                        for e in answer.evidence
                    ),
                )
                for answer in declarations.answers
            ),
        )

    def to_domain(self) -> Declarations:
        """Read what people answered.

        Raises:
            DocumentError: `document.bad-instant`.
        """
        return Declarations(
            answers=tuple(
                Answer(
                    control=part.control,
                    value=AnswerValue(part.answer),
                    role=part.role,
                    date=read_date(part.date),
                    statement=part.statement,
                    evidence=tuple(
                        EvidenceFile(name=e.name, sha256=e.sha256, size=e.size)
                        for e in part.evidence
                    ),
                )
                for part in self.answers
            )
        )


class SealedPart(JsonModel):
    """A statement that a seal binds."""

    predicate_type: Text
    sha256: Hex256


class SealPredicate(JsonModel):
    """The seal predicate, `https://assay/seal/v0.1`."""

    sealed_at: Annotated[str, Field(pattern=INSTANT)]
    valid_until: Annotated[str, Field(pattern=INSTANT)]
    statements: Annotated[tuple[SealedPart, ...], Field(min_length=1)]

    @classmethod
    def of(cls, seal: Seal) -> SealPredicate:
        """Write a seal; the release digest is the statement's subject."""
        return cls(
            sealed_at=format_instant(seal.sealed_at),
            valid_until=format_instant(seal.valid_until),
            statements=tuple(
                SealedPart(predicate_type=s.predicate_type, sha256=s.sha256)
                for s in seal.statements
            ),
        )

    def to_domain(self, release_digest: str) -> Seal:
        """Read a seal over the release that the statement names.

        Raises:
            DocumentError: `document.bad-instant`.
        """
        return Seal(
            release_digest=release_digest,
            sealed_at=read_instant(self.sealed_at),
            valid_until=read_instant(self.valid_until),
            statements=tuple(
                SealedStatement(predicate_type=s.predicate_type, sha256=s.sha256)
                for s in self.statements
            ),
        )
