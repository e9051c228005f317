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
    DECLARATIONS_TYPE,
    MANIFEST_TYPE,
    SEAL_TYPE,
    SealedStatement,
)
from assay.errors import VerifyError
from assay.wire.v0.statement import (
    AssessmentPredicate,
    DeclarationsPredicate,
    ManifestPredicate,
    SealPredicate,
    StatementModel,
    read_statement,
)

if TYPE_CHECKING:
    from assay.domain.assessment import Assessment
    from assay.domain.limits import Limits
    from assay.domain.release import FileRecord
    from assay.domain.statement import Bundle, Seal

__all__ = ["Contents", "check_seal", "check_subjects", "read_contents"]

_REQUIRED = (MANIFEST_TYPE, ASSESSMENT_TYPE, SEAL_TYPE)
_KNOWN = (*_REQUIRED, DECLARATIONS_TYPE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The statements of a bundle, read; their signatures were checked before.

    Attributes:
        subjects: Digest that each statement names as its subject, by predicate type.
        payloads: Hex SHA-256 of each payload, by predicate type.
        manifest: OMS predicate.
        files: Files of the release, as the assessment lists them.
        assessment: The assessment.
        declarations: What people answered; empty without such a statement.
        declared_programme: Digest of the programme that the answers are for, or None.
        seal: The seal.
    """

    subjects: dict[str, str]
    payloads: dict[str, str]
    manifest: ManifestPredicate
    files: tuple[FileRecord, ...]
    assessment: Assessment
    declarations: Declarations
    declared_programme: str | None
    seal: Seal


def read_contents(bundle: Bundle, limits: Limits) -> Contents:
    """Read every payload strictly, once its signature has been checked (step 3).

    Raises:
        VerifyError: `verify.unknown-statement`, `verify.repeated-statement` or
            `verify.missing-statement`.
        DocumentError: A payload is malformed.
    """
    statements: dict[str, StatementModel] = {}
    payloads: dict[str, str] = {}
    for logged in bundle.statements:
        statement = read_statement(logged.envelope.payload, limits)
        kind = statement.predicate_type
        if kind not in _KNOWN:
            raise VerifyError(
                "unknown-statement",
                "The bundle holds a statement of a kind that Assay does not know.",
                expected="one of " + ", ".join(_KNOWN),
                found=kind[:200],
                remedy="use the version of Assay that wrote it, or a later one",
            )
        if kind in statements:
            raise VerifyError(
                "repeated-statement",
                "The bundle holds two statements of one kind.",
                expected=f"one {kind}",
                found="two",
            )
        statements[kind] = statement
        payloads[kind] = sha256_hex(logged.envelope.payload)
    missing = [kind for kind in _REQUIRED if kind not in statements]
    if missing:
        raise VerifyError(
            "missing-statement",
            "The bundle lacks a statement that every claim needs.",
            expected=", ".join(_REQUIRED),
            found="no " + ", no ".join(missing),
        )
    return _contents(statements, payloads)


def _contents(
    statements: dict[str, StatementModel], payloads: dict[str, str]
) -> Contents:
    subjects = {kind: s.subject[0].digest.sha256 for kind, s in statements.items()}
    assessment = AssessmentPredicate.read(
        statements[ASSESSMENT_TYPE].predicate, document="assessment"
    )
    declarations, declared_programme = Declarations(), None
    if DECLARATIONS_TYPE in statements:
        declared = DeclarationsPredicate.read(
            statements[DECLARATIONS_TYPE].predicate, document="declarations statement"
        )
        declarations = declared.to_domain()
        declared_programme = declared.programme.digest
    seal = SealPredicate.read(statements[SEAL_TYPE].predicate, document="seal")
    return Contents(
        subjects=subjects,
        payloads=payloads,
        manifest=ManifestPredicate.read(
            statements[MANIFEST_TYPE].predicate, document="OMS manifest"
        ),
        files=assessment.files(),
        assessment=assessment.to_domain(),
        declarations=declarations,
        declared_programme=declared_programme,
        seal=seal.to_domain(subjects[SEAL_TYPE]),
    )


def check_seal(contents: Contents) -> None:
    """Check that the seal binds exactly the other statements (step 4).

    Raises:
        VerifyError: `verify.seal-mismatch`.
    """
    there = {
        SealedStatement(predicate_type=kind, sha256=digest)
        for kind, digest in contents.payloads.items()
        if kind != SEAL_TYPE
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
    if digest != contents.assessment.release_digest:
        raise VerifyError(
            "release-digest",
            "The release digest does not follow from the files listed.",
            expected=digest,
            found=contents.assessment.release_digest,
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
