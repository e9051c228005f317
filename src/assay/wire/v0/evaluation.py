"""The evaluation predicate, `https://assay/evaluation/v0.1`.

Its fields are those of `eval-result` v0.1 as proposed to in-toto (in-toto/attestation,
pull request 575, the text of 28 September 2026), in the part of it that has one
reading: SHA-256 alone, fields that the proposal does not name refused.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from assay.domain.evaluation import (
    AssuranceLevel,
    Commitment,
    Comparator,
    Evaluation,
    EvaluationClaim,
    Harness,
    Resource,
)
from assay.errors import DocumentError
from assay.wire.model import JsonModel
from assay.wire.v0.instant import format_instant, read_instant
from assay.wire.v0.parts import Count, Hex256
from assay.wire.v0.registry_parts import Instant, Line

__all__ = ["EvaluationPredicate"]

_Uri = Annotated[
    str, Field(max_length=2_000, pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f]+$")
]
_Decimal = Annotated[
    str, Field(max_length=64, pattern=r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$")
]
_Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class EvaluatorPart(JsonModel):
    """The party that ran the evaluation."""

    id: _Uri


class SuitePart(JsonModel):
    """The suite that was run."""

    name: Line
    version: Line


class ClaimPart(JsonModel):
    """One metric against one threshold."""

    metric: Line
    comparator: Literal[">=", ">", "<=", "<"]
    threshold: _Decimal
    passed: bool

    @classmethod
    def of(cls, claim: EvaluationClaim) -> ClaimPart:
        """Write a claim."""
        return cls(
            metric=claim.metric,
            comparator=claim.comparator.value,
            threshold=claim.threshold,
            passed=claim.passed,
        )

    def to_domain(self) -> EvaluationClaim:
        """Read a claim."""
        return EvaluationClaim(
            metric=self.metric,
            comparator=Comparator(self.comparator),
            threshold=self.threshold,
            passed=self.passed,
        )


class CommitmentPart(JsonModel):
    """A salted digest of an identity."""

    alg: Line
    value: Annotated[str, Field(pattern=r"^[0-9a-f]{32,256}$")]
    # Not `Literal[True]`, which takes a 1 for it.
    salted: Annotated[bool, Field(json_schema_extra={"const": True})]

    @classmethod
    def of(cls, commitment: Commitment) -> CommitmentPart:
        """Write a commitment."""
        return cls(alg=commitment.algorithm, value=commitment.value, salted=True)

    def to_domain(self) -> Commitment:
        """Read a commitment.

        Raises:
            DocumentError: `document.evaluation`.
        """
        if not self.salted:
            raise _contradiction("a commitment with a salt", "one without")
        return Commitment(algorithm=self.alg, value=self.value)


class CommitmentsPart(JsonModel):
    """What stays private."""

    model: CommitmentPart | None = None
    dataset: CommitmentPart | None = None


class DigestSetPart(JsonModel):
    """An in-toto DigestSet with the one algorithm that Assay uses."""

    sha256: Hex256


class ResourcePart(JsonModel):
    """An in-toto ResourceDescriptor with a digest."""

    digest: DigestSetPart
    name: _Text | None = None
    uri: _Uri | None = None
    media_type: _Text | None = None

    @classmethod
    def of(cls, resource: Resource) -> ResourcePart:
        """Write a resource; what is empty is left out."""
        return cls(
            digest=DigestSetPart(sha256=resource.sha256),
            name=resource.name or None,
            uri=resource.uri or None,
            media_type=resource.media_type or None,
        )

    def to_domain(self) -> Resource:
        """Read a resource."""
        return Resource(
            sha256=self.digest.sha256,
            name=self.name or "",
            uri=self.uri or "",
            media_type=self.media_type or "",
        )


class PreRegistrationPart(JsonModel):
    """The protocol that was fixed before the run."""

    alg: Literal["sha256"]
    value: Hex256


class HarnessPart(JsonModel):
    """The program that measured."""

    name: Line
    version: Line
    digest: DigestSetPart | None = None

    @classmethod
    def of(cls, harness: Harness) -> HarnessPart:
        """Write a harness."""
        digest = None
        if harness.sha256 is not None:
            digest = DigestSetPart(sha256=harness.sha256)
        return cls(name=harness.name, version=harness.version, digest=digest)

    def to_domain(self) -> Harness:
        """Read a harness."""
        return Harness(
            name=self.name,
            version=self.version,
            sha256=None if self.digest is None else self.digest.sha256,
        )


class EvaluationPredicate(JsonModel):
    """What an evaluator measured about a release."""

    described_in: ClassVar[str] = "docs/formats/evaluation.md"

    evaluator: EvaluatorPart
    evaluated_at: Instant
    suite: SuitePart
    claims: Annotated[tuple[ClaimPart, ...], Field(min_length=1, max_length=1_000)]
    sample_size: Count
    commitments: CommitmentsPart | None = None
    model: ResourcePart | None = None
    dataset: ResourcePart | None = None
    assurance_level: Literal[
        "self_attested", "third_party", "reproduced", "enclave_attested"
    ]
    subject_profile: Literal["release-gate"]
    pre_registration: PreRegistrationPart | None = None
    evidence: Annotated[
        tuple[ResourcePart, ...] | None, Field(min_length=1, max_length=1_000)
    ] = None
    harness: HarnessPart | None = None

    @classmethod
    def of(cls, evaluation: Evaluation) -> EvaluationPredicate:
        """Write an evaluation."""
        model, dataset = evaluation.model, evaluation.dataset
        private = {
            name: CommitmentPart.of(of)
            for name, of in (("model", model), ("dataset", dataset))
            if isinstance(of, Commitment)
        }
        registered = evaluation.pre_registration
        return cls(
            evaluator=EvaluatorPart(id=evaluation.evaluator),
            evaluated_at=format_instant(evaluation.evaluated_at),
            suite=SuitePart(name=evaluation.suite, version=evaluation.suite_version),
            claims=tuple(map(ClaimPart.of, evaluation.claims)),
            sample_size=evaluation.sample_size,
            commitments=CommitmentsPart(**private) if private else None,
            model=ResourcePart.of(model) if isinstance(model, Resource) else None,
            dataset=ResourcePart.of(dataset) if isinstance(dataset, Resource) else None,
            assurance_level=evaluation.assurance_level.value,
            subject_profile="release-gate",
            pre_registration=None
            if registered is None
            else PreRegistrationPart(alg="sha256", value=registered),
            evidence=tuple(map(ResourcePart.of, evaluation.evidence)) or None,
            harness=None
            if evaluation.harness is None
            else HarnessPart.of(evaluation.harness),
        )

    def to_domain(self, subject: str) -> Evaluation:
        """Read an evaluation.

        Args:
            subject: The digest that the statement names as its subject: the release.

        Raises:
            DocumentError: `document.evaluation` or `document.bad-instant`.
        """
        hidden = self.commitments or CommitmentsPart()
        registered = self.pre_registration
        return Evaluation(
            release_digest=subject,
            evaluator=self.evaluator.id,
            evaluated_at=read_instant(self.evaluated_at),
            suite=self.suite.name,
            suite_version=self.suite.version,
            claims=tuple(part.to_domain() for part in self.claims),
            sample_size=self.sample_size,
            model=_identified("model", hidden.model, self.model),
            dataset=_identified("dataset", hidden.dataset, self.dataset),
            assurance_level=AssuranceLevel(self.assurance_level),
            pre_registration=None if registered is None else registered.value,
            evidence=tuple(part.to_domain() for part in self.evidence or ()),
            harness=None if self.harness is None else self.harness.to_domain(),
        )


def _identified(
    what: str, hidden: CommitmentPart | None, shown: ResourcePart | None
) -> Commitment | Resource:
    """Take whichever of the two is there; the proposal asks for exactly one."""
    if hidden is not None and shown is None:
        return hidden.to_domain()
    if shown is not None and hidden is None:
        return shown.to_domain()
    raise _contradiction(
        f"the {what} either as a commitment or as a resource",
        "neither" if hidden is None else "both",
    )


def _contradiction(expected: str, found: str) -> DocumentError:
    return DocumentError(
        "evaluation",
        "An evaluation result does not identify what was evaluated in one way.",
        expected=expected,
        found=found,
    )
