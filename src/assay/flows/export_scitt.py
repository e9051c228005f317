"""A bundle's statements become SCITT transparent statements in the same log.

Order: each statement is signed anew as a COSE_Sign1 and verified as the log's
registration policy asks (RFC 9943 section 6.3); all are appended at once; the COSE
receipts are made from the log's own, and what comes out is verified before it is
written. A crash after the append leaves registered statements without a file: done
again with the same key they are found, because their signatures follow from them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto.cose_key import key_thumbprint
from assay.crypto.cose_sign1 import Header, parse_sign1, verify_sign1
from assay.crypto.dsse import pre_authentication_encoding
from assay.crypto.public_key import public_key_from_der
from assay.crypto.scitt_statement import (
    read_claims,
    read_content_type,
    release_subject,
    statement_entry,
)
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.statement import MANIFEST_TYPE
from assay.errors import BundleError, ScittError, UsageError
from assay.flows.files import machine_error, read_file, write_file
from assay.flows.own_log import open_own_log
from assay.log import LogEntry
from assay.log.layout import RECEIPT_KEY_SET
from assay.log.receipt_key import ensure_receipt_key, read_receipt_key
from assay.statement.scitt import make_transparent, sign_scitt_statement
from assay.verify.scitt_payload import read_statement
from assay.wire.v0.bundle import read_bundle

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from assay.crypto.cose_sign1 import CoseSign1
    from assay.crypto.public_key import PublicKey
    from assay.log import Log
    from assay.log.receipt_key import ReceiptKey
    from assay.statement import Signer

__all__ = ["ExportedStatement", "export_scitt", "init_scitt", "register"]

_ASSAY_TYPE = re.compile(r"https://assay/([a-z][a-z-]{0,39})/v[0-9.]{1,16}", re.ASCII)
_SEAL = "seal"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedStatement:
    """A transparent statement that was written.

    Attributes:
        kind: Which of the bundle's statements: `manifest`, `assessment`, `seal`, ….
        path: The file.
        log_index: Its place in the log.
        entry: Its log entry: SHA-256 of the statement without receipts.
        subject: What it is about.
        issuer: Who speaks.
        size: Bytes of the file.
    """

    kind: str
    path: Path
    log_index: int
    entry: bytes
    subject: str
    issuer: str
    size: int


def init_scitt(directory: Path) -> tuple[ReceiptKey, Path]:
    """Give a log a key for COSE receipts, and publish its public half.

    Done again it changes nothing.

    Raises:
        LogError: It is no log, or its key cannot be used.
        MachineError: A file cannot be written.
    """
    log = open_own_log(directory)
    return ensure_receipt_key(directory, log.origin), directory / RECEIPT_KEY_SET


def export_scitt(  # noqa: PLR0913 - the options of the verb, each with its default
    bundle_path: Path,
    signer: Signer,
    log_directory: Path,
    out: Path,
    *,
    issuer: str | None = None,
    hashed: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[ExportedStatement, ...]:
    """Write a transparent statement for each of a bundle's own statements.

    Args:
        bundle_path: The bundle.
        signer: Whoever holds the key that signed the bundle.
        log_directory: The log, with a key for COSE receipts.
        out: Directory for the files; made where it is not there.
        issuer: Who speaks; by default the key, by its thumbprint.
        hashed: Whether the statements hold digests of the payloads only.
        limits: Bounds on what is read.

    Raises:
        BundleError: It is no whole bundle, or its statements make no sense.
        UsageError: `usage.other-key` or `usage.exists`.
        SignatureError, CoseError, LogError, MachineError: As told.
    """
    data = read_file(bundle_path, most=limits.max_bundle_bytes, what="bundle")
    payloads = _payloads(data, signer.public_key, limits)
    subject = _subject(payloads, limits)
    log = open_own_log(log_directory)
    key = read_receipt_key(log_directory, log.origin)
    _make_directory(out)
    paths = {kind: out / f"{kind}.cose" for kind in payloads}
    _refuse_taken(paths.values())
    statements = [
        sign_scitt_statement(payload, subject, signer, issuer=issuer, hashed=hashed)
        for payload in payloads.values()
    ]
    registered = register(statements, signer.public_key, log, key)
    written = []
    for (kind, path), statement, (index, receipt) in zip(
        paths.items(), statements, registered, strict=True
    ):
        encoded = make_transparent(statement, (receipt,))
        write_file(path, encoded, replace=False)
        written.append(
            ExportedStatement(
                kind=kind,
                path=path,
                log_index=index,
                entry=statement_entry(statement),
                subject=subject,
                issuer=read_claims(statement.protected).issuer,
                size=len(encoded),
            )
        )
    return tuple(written)


def register(
    statements: Sequence[CoseSign1], key: PublicKey, log: Log, receipts: ReceiptKey
) -> tuple[tuple[int, bytes], ...]:
    """Enter Signed Statements in a log, and give their places and COSE receipts.

    The registration policy: the statement is read again from its bytes as anybody
    would read it, names its key, says who speaks about what and of what type it is,
    and its signature holds under the issuer's key. Nothing is entered unless all do.

    Raises:
        CoseError, ScittError: A statement is refused.
        LogError, MachineError: The log cannot take them.
    """
    bodies = [statement.encoded({}) for statement in statements]
    subjects = [_admitted(body, key) for body in bodies]
    entries = [
        LogEntry(leaf=statement_entry(statement), body=body)
        for statement, body in zip(statements, bodies, strict=True)
    ]
    given = log.append(entries)
    return tuple(
        (
            proof.index,
            receipts.issue_inclusion(entry.leaf, proof.proof_text, log.vkeys, subject),
        )
        for entry, proof, subject in zip(entries, given, subjects, strict=True)
    )


def _admitted(body: bytes, key: PublicKey) -> str:
    """Check a statement against the registration policy, and give its subject."""
    message = parse_sign1(body)
    claims = read_claims(message.protected)
    read_content_type(message.protected)
    if message.protected.get(Header.KID) != key_thumbprint(key):
        raise ScittError(
            "kid-missing",
            "The statement does not name the key that signed it.",
            expected=f"key identifier {key_thumbprint(key).hex()}",
            found="none, or another",
        )
    verify_sign1(
        message,
        key,
        understood={
            Header.KID,
            Header.CWT_CLAIMS,
            Header.PAYLOAD_HASH_ALG,
            Header.PREIMAGE_CONTENT_TYPE,
        },
    )
    return claims.subject


def _payloads(data: bytes, key: PublicKey, limits: Limits) -> dict[str, bytes]:
    """Take the developer's own payloads out of a bundle, by the name of their kind."""
    bundle = read_bundle(data, limits)
    if bundle.public_key != key.der:
        raise UsageError(
            "other-key",
            "The bundle was signed with another key.",
            expected=f"key {public_key_from_der(bundle.public_key).key_id}",
            found=f"key {key.key_id}",
            remedy="export it with the key that sealed it",
        )
    payloads: dict[str, bytes] = {}
    for logged in bundle.statements:
        envelope = logged.envelope
        signed = pre_authentication_encoding(envelope.payload_type, envelope.payload)
        key.verify(signed, envelope.signature)
        payloads[_kind(envelope.payload, limits)] = envelope.payload
    if len(payloads) < len(bundle.statements):
        raise _senseless("two statements of one kind")
    return payloads


def _kind(payload: bytes, limits: Limits) -> str:
    predicate_type, _ = read_statement(payload, limits)
    if predicate_type == MANIFEST_TYPE:
        return "manifest"
    match = _ASSAY_TYPE.fullmatch(predicate_type or "")
    if match is None:
        raise _senseless("a statement of an unknown kind")
    return match[1]


def _subject(payloads: dict[str, bytes], limits: Limits) -> str:
    digests = read_statement(payloads.get(_SEAL, b"{}"), limits)[1]
    if not digests:
        raise _senseless("no seal that names a release")
    return release_subject(digests[0])


def _senseless(found: str) -> BundleError:
    return BundleError(
        "not-exportable",
        "The bundle cannot be exported.",
        expected="statements of different known kinds, with a seal of one release",
        found=found,
        remedy="`assay verify` tells more",
    )


def _make_directory(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise machine_error(
            "write", "The directory cannot be made.", path, error
        ) from error


def _refuse_taken(paths: Iterable[Path]) -> None:
    """Refuse before anything is logged, which nobody can take back."""
    for path in paths:
        if path.exists() or path.is_symlink():
            raise UsageError(
                "exists",
                "The file is already there, and replacing it could lose something.",
                expected="a name that is not taken",
                found=str(path),
                remedy="name another directory, or move the file away",
            )
