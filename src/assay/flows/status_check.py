"""A snapshot is made again from its log, and compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto.public_key import public_key_from_der
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.status import StatusSnapshot
from assay.errors import UsageError
from assay.flows.issue import digest_of
from assay.flows.status import compare_status, make_status
from assay.log.statements import read_statements
from assay.verify.attached_nouns import read_noun
from assay.verify.signatures import check_signature
from assay.wire.v0.statement import read_statement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assay.domain.statement import StatementFile
    from assay.log.statements import LogStatements

__all__ = ["CheckedStatus", "check_status"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedStatus:
    """What came of comparing.

    Attributes:
        sha256: Digest by which others name the snapshot.
        again: What the log gives for the same size.
        problems: Everything in which they differ.
        statements: What was read of the log, and what could not be.
    """

    sha256: str
    again: StatusSnapshot
    problems: tuple[str, ...]
    statements: LogStatements


def check_status(
    file: StatementFile,
    log: Path,
    offices: Sequence[str] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> CheckedStatus:
    """Make a snapshot again from its log, and compare.

    Args:
        file: The snapshot's file.
        log: The log's directory, or a copy of it with its bodies.
        offices: Ids of further keys of the office.
        limits: Bounds on what is read.

    Raises:
        SignatureError: The snapshot was altered.
        UsageError: `usage.no-snapshot`: it is another statement.
        VerifyError, DocumentError: It contradicts itself.
        LogError: The log has not published so much, or is not in order.
    """
    key = public_key_from_der(file.public_key)
    check_signature(file.statement.envelope, key)
    model = read_statement(file.statement.envelope.payload, limits)
    snapshot = read_noun(model, limits)
    if not isinstance(snapshot, StatusSnapshot):
        raise UsageError(
            "no-snapshot",
            "The statement is no status snapshot.",
            expected="a statement that `assay status publish` wrote",
            found=model.predicate_type,
        )
    statements = read_statements(log, size=snapshot.log_size)
    again = make_status(
        statements,
        {key.key_id, *offices},
        snapshot.issued_at,
        limits=limits,
    )
    return CheckedStatus(
        sha256=digest_of(file),
        again=again,
        problems=compare_status(snapshot, again),
        statements=statements,
    )
