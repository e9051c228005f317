"""A payload becomes a signed and logged statement in a file, or part of a bundle."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assay.crypto.digest import sha256_hex
from assay.crypto.log_leaf import log_leaf
from assay.crypto.public_key import FIRST_KINDS, require_place
from assay.crypto.tlog_proof import parse_tlog_proof
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.statement import (
    SEAL_TYPES,
    Bundle,
    BundleVersion,
    LoggedStatement,
    StatementFile,
)
from assay.errors import BundleError, UsageError
from assay.flows.files import read_file
from assay.log import LogEntry
from assay.statement import sign
from assay.wire.v0.bundle import read_bundle
from assay.wire.v0.envelope import write_envelope
from assay.wire.v0.statement import read_statement
from assay.wire.v0.statement_file import read_statement_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assay.log import Log
    from assay.log.remote import RemoteLog
    from assay.statement import Signer

__all__ = [
    "attach",
    "digest_of",
    "issue_statement",
    "load_bundle",
    "load_statement",
    "place_of",
    "statement_to_revoke",
]


def issue_statement(
    payload: bytes, signer: Signer, log: Log | RemoteLog | None
) -> StatementFile:
    """Sign a payload and log it.

    Args:
        payload: An in-toto statement.
        signer: Whoever holds the key.
        log: The log to enter it in, here or served elsewhere; None leaves it unlogged.

    Raises:
        KeyFileError: `key.not-first`: the key is one for second envelopes.
        LogError, NetworkError, MachineError: The log cannot take it.
    """
    require_place(signer.public_key.kind, FIRST_KINDS)
    envelope = sign(payload, signer)
    receipt = None
    if log is not None:
        leaf = log_leaf(envelope, signer.public_key)
        entry = LogEntry(leaf=leaf, body=write_envelope(envelope))
        receipt = log.append([entry])[0].proof_text
    return StatementFile(
        public_key=signer.public_key.der,
        statement=LoggedStatement(envelope=envelope, receipt=receipt),
    )


def attach(
    bundle: Bundle, files: Sequence[StatementFile], limits: Limits = DEFAULT_LIMITS
) -> Bundle:
    """Attach statements to a bundle, each once; the claim's own stay as they are.

    Raises:
        UsageError: `usage.too-many-attached`.
    """
    attached = tuple(
        dict.fromkeys((*bundle.attached, *(file.statement for file in files)))
    )
    if len(attached) > limits.max_attached:
        raise UsageError(
            "too-many-attached",
            "A bundle does not hold so many statements of others.",
            expected=f"at most {limits.max_attached}",
            found=str(len(attached)),
            remedy="leave out those that no longer matter",
        )
    keys = dict.fromkeys(
        (
            *bundle.further_keys,
            *(key for file in files for key in (file.public_key, *file.further_keys)),
        )
    )
    keys.pop(bundle.public_key, None)
    return replace(
        bundle,
        attached=attached,
        further_keys=tuple(keys),
        version=BundleVersion.V0_2,
    )


def load_bundle(path: Path, limits: Limits = DEFAULT_LIMITS) -> Bundle:
    """Read a bundle; nothing in it is believed.

    Raises:
        BundleError: It is none.
        InputError: There is no such file.
    """
    return read_bundle(
        read_file(path, most=limits.max_bundle_bytes, what="bundle"), limits
    )


def load_statement(path: Path, limits: Limits = DEFAULT_LIMITS) -> StatementFile:
    """Read a statement file; nothing in it is believed.

    Raises:
        BundleError: It is none.
        InputError: There is no such file.
    """
    return read_statement_file(
        read_file(path, most=limits.max_bundle_bytes, what="statement file"), limits
    )


def statement_to_revoke(path: Path, limits: Limits = DEFAULT_LIMITS) -> LoggedStatement:
    """Give what stands for a file when it is revoked: of a claim, its seal.

    Raises:
        BundleError: It is neither a bundle nor a statement file.
        UsageError: `usage.no-seal`.
        InputError: There is no such file.
    """
    try:
        bundle = load_bundle(path, limits)
    except BundleError as error:
        try:
            return load_statement(path, limits).statement
        except BundleError:
            raise error from error
    for logged in bundle.statements:
        statement = read_statement(logged.envelope.payload, limits)
        if statement.predicate_type in SEAL_TYPES:
            return logged
    raise UsageError(
        "no-seal",
        "The bundle has no seal, so it claims nothing that could be revoked.",
        expected="a bundle as `assay seal` writes it",
        found=str(path),
    )


def place_of(logged: LoggedStatement) -> tuple[str, int] | None:
    """Give log and index as a receipt states them, unproven; None without one."""
    if logged.receipt is None:
        return None
    proof = parse_tlog_proof(logged.receipt)
    return proof.checkpoint.split("\n", 1)[0], proof.index


def digest_of(file: StatementFile) -> str:
    """Give the digest by which others name a statement."""
    return sha256_hex(file.statement.envelope.payload)
