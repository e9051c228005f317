"""Evaluation result: a measurement of a model against a threshold.

The fields are those of the `eval-result` predicate proposed to in-toto
(in-toto/attestation, pull request 575), with the meaning that they have there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from assay.domain.statement import VerifiedStatement

__all__ = [
    "EVALUATION_TYPE",
    "AssuranceLevel",
    "Commitment",
    "Comparator",
    "Evaluation",
    "EvaluationClaim",
    "Harness",
    "Resource",
    "VerifiedEvaluation",
]

EVALUATION_TYPE = "https://assay/evaluation/v0.1"


class Comparator(StrEnum):
    """How a measured value is held against its threshold."""

    AT_LEAST = ">="
    ABOVE = ">"
    AT_MOST = "<="
    BELOW = "<"


class AssuranceLevel(StrEnum):
    """How much checking stands behind a result, as its issuer declares."""

    SELF_ATTESTED = "self_attested"
    THIRD_PARTY = "third_party"
    REPRODUCED = "reproduced"
    ENCLAVE_ATTESTED = "enclave_attested"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationClaim:
    """One metric against one threshold.

    Attributes:
        metric: What was measured.
        comparator: How it is compared.
        threshold: A decimal number as text, so that no reader rounds it.
        passed: The evaluator's verdict.
    """

    metric: str
    comparator: Comparator
    threshold: str
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """A salted digest that stands for an identity which stays private.

    Attributes:
        algorithm: How it was made, such as `sha256-salted-v1`.
        value: Hex digest; never that of an artefact.
    """

    algorithm: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Something public, by its content (in-toto ResourceDescriptor).

    Attributes:
        sha256: Hex digest of its bytes.
        name: What it is called; may be empty.
        uri: What identifies it elsewhere; may be empty.
        media_type: Its type; may be empty.
    """

    sha256: str
    name: str = ""
    uri: str = ""
    media_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Harness:
    """The program that measured.

    Attributes:
        name: What it is called.
        version: Its version.
        sha256: Hex digest of it, or None where none is stated.
    """

    name: str
    version: str
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What an evaluator measured about a release.

    Attributes:
        release_digest: Hex SHA-256 of the release.
        evaluator: URI of the party that ran the evaluation; it proves nothing.
        evaluated_at: When it ran.
        suite: Name of the suite.
        suite_version: Its version.
        claims: 1 or more.
        sample_size: Samples that the result is over.
        model: The model: public or committed to.
        dataset: The data: public or committed to.
        assurance_level: As its issuer declares.
        pre_registration: Hex digest of the protocol fixed before the run, or None.
        evidence: What supports it, in the order given.
        harness: What measured, or None where it is not stated.
    """

    release_digest: str
    evaluator: str
    evaluated_at: datetime
    suite: str
    suite_version: str
    claims: tuple[EvaluationClaim, ...]
    sample_size: int
    model: Commitment | Resource
    dataset: Commitment | Resource
    assurance_level: AssuranceLevel
    pre_registration: str | None = None
    evidence: tuple[Resource, ...] = ()
    harness: Harness | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedEvaluation:
    """A believed party's evaluation of this release. Only `verify` builds it.

    Attributes:
        evaluation: What was measured.
        statement: The statement behind it.
    """

    evaluation: Evaluation
    statement: VerifiedStatement
