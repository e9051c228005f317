"""Steps 3, 4 and 6: which statements there are, and that they are about one release."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from assay.crypto.digest import oms_root, release_digest, sha256_hex
from assay.domain.declaration import Declarations
from assay.domain.release import OMS_IGNORED, oms_counts
from assay.domain.statement import (
    ASSESSMENT_TYPE,
    ASSESSMENT_V02_TYPE,
    DECLARATIONS_TYPE,
    DECLARATIONS_V02_TYPE,
    MANIFEST_TYPE,
    SEAL_TYPE,
    SEAL_TYPES,
    SEAL_V02_TYPE,
    SealedStatement,
)
from assay.errors import VerifyError
from assay.wire.v0.assessment_v2 import AssessmentV02Predicate
from assay.wire.v0.declarations_v2 import DeclarationsV02Predicate
from assay.wire.v0.seal_v2 import SealV02Predicate
from assay.wire.v0.statement import (
    AssessmentPredicate,
    DeclarationsPredicate,
    ManifestPredicate,
    SealPredicate,
    StatementModel,
    read_statement,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.domain.assessment import Assessment
    from assay.domain.limits import Limits
    from assay.domain.programme import ProgrammeRef
    from assay.domain.release import FileRecord
    from assay.domain.statement import LoggedStatement, Seal

__all__ = [
    "CLAIM_TYPES",
    "Contents",
    "OpenClaim",
    "SaltedClaim",
    "check_seal",
    "check_subjects",
    "read_contents",
]

_V01 = (ASSESSMENT_TYPE, DECLARATIONS_TYPE, SEAL_TYPE)
_V02 = (ASSESSMENT_V02_TYPE, DECLARATIONS_V02_TYPE, SEAL_V02_TYPE)
# What a developer's claim consists of; anything else was attached by somebody.
CLAIM_TYPES = (MANIFEST_TYPE, *_V01, *_V02)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenClaim:
    """A claim v0.1, in which everything stands open.

    Attributes:
        assessment: The assessment, as it was signed.
        declarations: What people answered; empty without such a statement.
    """

    assessment: Assessment
    declarations: Declarations


@dataclass(frozen=True, slots=True, kw_only=True)
class SaltedClaim:
    """A claim v0.2: salted digests, of which disclosures may open some.

    Attributes:
        assessment: Digests of the assessment, as they stand there.
        declarations: Digests of the declarations; None without such a statement.
    """

    assessment: tuple[str, ...]
    declarations: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The statements of a claim, read; their signatures were checked before.

    Attributes:
        subjects: Digest that each statement names as its subject, by predicate type.
        payloads: Hex SHA-256 of each payload, by predicate type, in their order.
        manifest: OMS predicate.
        files: Files of the release, as the assessment lists them.
        release_digest: Digest of the release, as the assessment states it.
        programme: The programme, as the assessment names it.
        tool_version: Version of Assay that the assessment names.
        declared_programme: Digest of the programme that the answers are for, or None.
        claim: What was found and answered, open or salted.
        seal: The seal.
    """

    subjects: dict[str, str]
    payloads: dict[str, str]
    manifest: ManifestPredicate
    files: tuple[FileRecord, ...]
    release_digest: str
    programme: ProgrammeRef
    tool_version: str
    declared_programme: str | None
    claim: OpenClaim | SaltedClaim
    seal: Seal

    @property
    def assessment_payload(self) -> str:
        """Hex SHA-256 of the assessment's payload, in either version."""
        return next(
            digest
            for kind, digest in self.payloads.items()
            if kind in (ASSESSMENT_TYPE, ASSESSMENT_V02_TYPE)
        )


def read_contents(statements: Sequence[LoggedStatement], limits: Limits) -> Contents:
    """Read every payload strictly, once its signature has been checked (step 3).

    Args:
        statements: The statements of the claim, without what others attached.
        limits: Bounds on what is read.

    Raises:
        VerifyError: `verify.unknown-statement`, `verify.repeated-statement`,
            `verify.missing-statement` or `verify.mixed-versions`.
        DocumentError: A payload is malformed.
    """
    read: dict[str, StatementModel] = {}
    payloads: dict[str, str] = {}
    for logged in statements:
        statement = read_statement(logged.envelope.payload, limits)
        kind = statement.predicate_type
        if kind not in CLAIM_TYPES:
            raise VerifyError(
                "unknown-statement",
                "The bundle holds a statement of a kind that Assay does not know.",
                expected="one of " + ", ".join(CLAIM_TYPES),
                found=kind[:200],
                remedy="use the version of Assay that wrote it, or a later one",
            )
        if kind in read:
            raise VerifyError(
                "repeated-statement",
                "The bundle holds two statements of one kind.",
                expected=f"one {kind}",
                found="two",
            )
        read[kind] = statement
        payloads[kind] = sha256_hex(logged.envelope.payload)
    _check_versions(read)
    subjects = {kind: s.subject[0].digest.sha256 for kind, s in read.items()}
    if SEAL_TYPE in read:
        return _open_contents(read, subjects, payloads)
    return _salted_contents(read, subjects, payloads)


def _check_versions(read: dict[str, StatementModel]) -> None:
    """Refuse two versions beside one another, and what lacks a part."""
    old = sorted(set(_V01) & set(read))
    new = sorted(set(_V02) & set(read))
    if old and new:
        # Each version has its own rule for what follows from what.
        raise VerifyError(
            "mixed-versions",
            "The bundle holds statements of two versions of the claim's format.",
            expected="all of one version",
            found=", ".join((*old, *new)),
        )
    assessment, _, seal = _V02 if new else _V01
    required = (MANIFEST_TYPE, assessment, seal)
    missing = [kind for kind in required if kind not in read]
    if missing:
        raise VerifyError(
            "missing-statement",
            "The bundle lacks a statement that every claim needs.",
            expected=", ".join(required),
            found="no " + ", no ".join(missing),
        )


def _open_contents(
    read: dict[str, StatementModel], subjects: dict[str, str], payloads: dict[str, str]
) -> Contents:
    assessment = AssessmentPredicate.read(
        read[ASSESSMENT_TYPE].predicate, document="assessment"
    )
    declarations, declared_programme = Declarations(), None
    if DECLARATIONS_TYPE in read:
        declared = DeclarationsPredicate.read(
            read[DECLARATIONS_TYPE].predicate, document="declarations statement"
        )
        declarations = declared.to_domain()
        declared_programme = declared.programme.digest
    seal = SealPredicate.read(read[SEAL_TYPE].predicate, document="seal")
    return Contents(
        subjects=subjects,
        payloads=payloads,
        manifest=_manifest(read),
        files=assessment.files(),
        release_digest=assessment.release.digest,
        programme=assessment.programme.to_domain(),
        tool_version=assessment.tool.version,
        declared_programme=declared_programme,
        claim=OpenClaim(assessment=assessment.to_domain(), declarations=declarations),
        seal=seal.to_domain(subjects[SEAL_TYPE]),
    )


def _salted_contents(
    read: dict[str, StatementModel], subjects: dict[str, str], payloads: dict[str, str]
) -> Contents:
    assessment = AssessmentV02Predicate.read(
        read[ASSESSMENT_V02_TYPE].predicate, document="assessment"
    )
    declared = None
    if DECLARATIONS_V02_TYPE in read:
        declared = DeclarationsV02Predicate.read(
            read[DECLARATIONS_V02_TYPE].predicate, document="declarations statement"
        )
    seal = SealV02Predicate.read(read[SEAL_V02_TYPE].predicate, document="seal")
    return Contents(
        subjects=subjects,
        payloads=payloads,
        manifest=_manifest(read),
        files=assessment.files(),
        release_digest=assessment.release.digest,
        programme=assessment.programme.to_domain(),
        tool_version=assessment.tool.version,
        declared_programme=None if declared is None else declared.programme.digest,
        claim=SaltedClaim(
            assessment=assessment.items,
            declarations=None if declared is None else declared.items,
        ),
        seal=seal.to_domain(subjects[SEAL_V02_TYPE]),
    )


def _manifest(read: dict[str, StatementModel]) -> ManifestPredicate:
    return ManifestPredicate.read(
        read[MANIFEST_TYPE].predicate, document="OMS manifest"
    )


def check_seal(contents: Contents) -> None:
    """Check that the seal binds exactly the other statements (step 4).

    Raises:
        VerifyError: `verify.seal-mismatch`.
    """
    there = {
        SealedStatement(predicate_type=kind, sha256=digest)
        for kind, digest in contents.payloads.items()
        if kind not in SEAL_TYPES
    }
    bound = contents.seal.statements
    if set(bound) != there or len(bound) != len(there):
        raise VerifyError(
            "seal-mismatch",
            "The seal does not bind the statements that stand beside it.",
            expected="the digests of the other statements, each once",
            found="other digests: statements were exchanged, added or left out",
        )


def check_subjects(contents: Contents) -> None:
    """Check that every statement is about one and the same release (step 6).

    Raises:
        VerifyError: `verify.bad-path`, `verify.files-unsorted`,
            `verify.release-digest`, `verify.subject-mismatch` or
            `verify.manifest-mismatch`.
    """
    paths = [record.path for record in contents.files]
    for path in paths:
        _check_path(path)
    if not paths or any(a >= b for a, b in pairwise(paths)):
        raise VerifyError(
            "files-unsorted",
            "The assessment lists its files in no definite order.",
            expected="at least one file, each once, sorted by path",
            found=f"{len(paths)} files, unsorted or repeated",
        )
    digest = release_digest(contents.files)
    if digest != contents.release_digest:
        raise VerifyError(
            "release-digest",
            "The release digest does not follow from the files listed.",
            expected=digest,
            found=contents.release_digest,
        )
    for kind, subject in sorted(contents.subjects.items()):
        if kind != MANIFEST_TYPE and subject != digest:
            raise VerifyError(
                "subject-mismatch",
                f"A statement of kind {kind} is about another release.",
                expected=digest,
                found=subject,
            )
    _check_manifest(contents)


def _check_path(path: str) -> None:
    """Refuse a path that would lead somebody who writes the file out of its folder."""
    if "\0" in path or {"", ".", ".."} & set(path.split("/")):
        raise VerifyError(
            "bad-path",
            "The assessment lists a file at a path that no release has.",
            expected="a relative path without empty parts, `.` or `..`",
            found=repr(path[:100]),
        )


def _check_manifest(contents: Contents) -> None:
    expected = ManifestPredicate.of(
        tuple(record for record in contents.files if oms_counts(record.path)),
        OMS_IGNORED,
    )
    root = oms_root(resource.digest for resource in expected.resources)
    if contents.manifest != expected or contents.subjects[MANIFEST_TYPE] != root:
        raise VerifyError(
            "manifest-mismatch",
            "The OMS manifest and the assessment list different files.",
            expected=f"the files of the assessment, OMS root {root}",
            found=f"{len(contents.manifest.resources)} files, OMS root "
            f"{contents.subjects[MANIFEST_TYPE]}",
        )
