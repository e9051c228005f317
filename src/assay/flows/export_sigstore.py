"""A bundle's statements become files that sigstore's own clients verify.

Only what verifies is exported: a bundle that the trust file does not bear out has no
root that a client could believe either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto.checkpoint import parse_checkpoint
from assay.crypto.digest import sha256_hex
from assay.crypto.log_leaf import log_leaf
from assay.crypto.note import parse_note
from assay.crypto.public_key import public_key_from_der
from assay.crypto.sigstore_key import identify, key_id, log_key_of_vkey
from assay.crypto.tlog_proof import parse_tlog_proof
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.sigstore import (
    InclusionProof,
    SigstoreBundle,
    SigstoreEntry,
    SigstoreRoot,
)
from assay.domain.statement import MANIFEST_TYPE
from assay.domain.trust import KeylessLog, TimestampAuthority
from assay.encoding import encode_base64
from assay.errors import UsageError, VerifyError
from assay.flows.files import machine_error, read_file, write_file
from assay.verify import verify_bundle
from assay.verify.timestamps import verify_timestamps
from assay.wire.v0.bundle import read_bundle
from assay.wire.v0.sigstore_bundle import write_sigstore_bundle
from assay.wire.v0.sigstore_root import write_sigstore_root

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from assay.crypto.public_key import PublicKey
    from assay.crypto.timestamp_token import VerifiedTimestamp
    from assay.domain.statement import LoggedStatement, VerifiedStatement
    from assay.domain.trust import TrustFile

__all__ = ["PUBLIC_KEY", "TRUSTED_ROOT", "SigstoreExport", "export_sigstore", "kind_of"]

TRUSTED_ROOT = "trusted_root.json"
PUBLIC_KEY = "public-key.pem"
_SUFFIX = ".sigstore.json"
_OWN_TYPE = re.compile(r"https://assay/([a-z][a-z-]{0,39})/v[0-9.]{1,16}", re.ASCII)
_LINE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class SigstoreExport:
    """What was written.

    Attributes:
        hint: What the bundles call the key.
        files: Kinds of statements, and their files.
        timestamped: Whether every one of them has a timestamp that clients can verify.
        logs: Names of the logs in the trusted root.
    """

    hint: str
    files: tuple[tuple[str, Path], ...]
    timestamped: bool
    logs: tuple[str, ...]


def kind_of(predicate_type: str) -> str:
    """Name a kind of statement in one word, for file names.

    Raises:
        UsageError: `usage.statement-kind`.
    """
    if predicate_type == MANIFEST_TYPE:
        return "manifest"
    match = _OWN_TYPE.fullmatch(predicate_type)
    if match is None:
        raise UsageError(
            "statement-kind",
            "The bundle holds a statement of a kind that has no name here.",
            expected="a kind of statement of Assay",
            found=predicate_type[: DEFAULT_LIMITS.max_shown_chars],
        )
    return match[1]


def export_sigstore(
    path: Path,
    trust: TrustFile,
    out: Path,
    at: datetime,
    *,
    kinds: tuple[str, ...] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> SigstoreExport:
    """Write a sigstore bundle for each statement, with the root and the key for it.

    Args:
        path: The bundle.
        trust: By what it is verified, and what the trusted root is made of.
        out: Directory for the files; made where it is not there.
        at: The instant of now.
        kinds: Which statements, such as `seal`; all by default.
        limits: Bounds on what is read.

    Raises:
        VerifyError: `verify.not-valid`: the bundle does not verify.
        UsageError: `usage.no-such-statement`, `usage.not-logged`,
            `usage.sigstore-log` or `usage.exists`.
        BundleError, InputError, MachineError: As told.
    """
    data = read_file(path, most=limits.max_bundle_bytes, what="bundle")
    verdict = verify_bundle(data, trust, at, limits=limits)
    if verdict.release is None:
        raise VerifyError(
            "not-valid",
            "The bundle does not verify, so nothing of it is exported.",
            expected="a bundle that is valid or stale by this trust file",
            found=f"[{verdict.reasons[0].code}] {verdict.reasons[0].message}",
            remedy="see `assay verify`",
        )
    bundle = read_bundle(data, limits)
    key = public_key_from_der(bundle.public_key)
    by_payload = {sha256_hex(item.envelope.payload): item for item in bundle.statements}
    proven = [(s, by_payload[s.payload_sha256]) for s in verdict.release.statements]
    chosen = _chosen(proven, kinds)
    logs = _sigstore_logs(trust, {item.log_origin for item, _ in chosen.values()})
    documents, stamps = {}, []
    for kind, (statement, logged) in chosen.items():
        held = verify_timestamps(
            logged.timestamps, logged.envelope.signature, trust, limits
        )
        stamps.append(held)
        documents[out / f"{kind}{_SUFFIX}"] = write_sigstore_bundle(
            _sigstore_bundle(statement, logged, key, logs)
        )
    root = SigstoreRoot(
        logs=tuple(logs.values()), timestamp_authorities=_authorities(stamps, trust)
    )
    _write_all(
        out,
        {
            **documents,
            out / TRUSTED_ROOT: write_sigstore_root(root, identify),
            out / PUBLIC_KEY: _pem(key),
        },
    )
    return SigstoreExport(
        hint=key.key_id,
        files=tuple(zip(chosen, documents, strict=True)),
        timestamped=all(stamps),
        logs=tuple(logs),
    )


def _chosen(
    proven: Iterable[tuple[VerifiedStatement, LoggedStatement]],
    kinds: tuple[str, ...],
) -> dict[str, tuple[VerifiedStatement, LoggedStatement]]:
    there = {kind_of(item.predicate_type): (item, logged) for item, logged in proven}
    missing = [kind for kind in kinds if kind not in there]
    if missing:
        raise UsageError(
            "no-such-statement",
            "The bundle holds no such statement.",
            expected=", ".join(there),
            found=", ".join(missing)[: DEFAULT_LIMITS.max_shown_chars],
        )
    return {kind: pair for kind, pair in there.items() if not kinds or kind in kinds}


def _sigstore_logs(trust: TrustFile, origins: set[str | None]) -> dict[str, KeylessLog]:
    """Give the logs of the statements with the keys that sigstore clients know."""
    logs = {}
    for log in trust.logs:
        key = log_key_of_vkey(log.vkeys) if log.origin in origins else None
        if key is not None:
            logs[log.origin] = KeylessLog(public_key=key, origin=log.origin)
    if None in origins:
        raise UsageError(
            "not-logged",
            "A statement is in no log, and sigstore clients ask for one.",
            expected="a bundle sealed with `--log`",
            found="a statement without a receipt",
        )
    lacking = sorted(origin for origin in origins if origin and origin not in logs)
    if lacking:
        raise UsageError(
            "sigstore-log",
            "A log has no key that sigstore clients know.",
            expected="an Ed25519 key of the log in the trust file",
            found=f"none for {', '.join(lacking)}",
            remedy="add all keys of the log with `assay trust add --log`",
        )
    return logs


def _sigstore_bundle(
    statement: VerifiedStatement,
    logged: LoggedStatement,
    key: PublicKey,
    logs: dict[str, KeylessLog],
) -> SigstoreBundle:
    """Say of a statement that was proven what sigstore's format has words for."""
    receipt = parse_tlog_proof(logged.receipt or "")
    tree = parse_checkpoint(parse_note(receipt.checkpoint).text)
    envelope = logged.envelope
    return SigstoreBundle(
        signature=envelope.signature,
        payload_type=envelope.payload_type,
        payload=envelope.payload,
        key_id=key.key_id,
        hint=key.key_id,
        timestamps=logged.timestamps,
        entries=(
            SigstoreEntry(
                index=receipt.index,
                log_id=key_id(logs[statement.log_origin or ""]),
                kind="hashedrekord",
                version="0.0.2",
                body=log_leaf(envelope, key),
                proof=InclusionProof(
                    index=receipt.index,
                    root=tree.root,
                    size=tree.size,
                    hashes=receipt.hashes,
                    checkpoint=receipt.checkpoint,
                ),
            ),
        ),
    )


def _authorities(
    stamps: Iterable[tuple[VerifiedTimestamp, ...]], trust: TrustFile
) -> tuple[TimestampAuthority, ...]:
    """Give each authority with the whole path that its tokens have.

    Clients look for the signer's certificate in the root, not in the token.
    """
    named = {item.name: item for item in trust.timestamp_authorities}
    paths = {stamp.chain: named[stamp.authority] for held in stamps for stamp in held}
    return tuple(
        TimestampAuthority(
            name=authority.name,
            certificates=chain,
            valid_from=authority.valid_from,
            valid_until=authority.valid_until,
        )
        for chain, authority in paths.items()
    )


def _pem(key: PublicKey) -> bytes:
    """Write a public key in PEM (RFC 7468)."""
    text = encode_base64(key.der)
    lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    whole = ("-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", "")
    return "\n".join(whole).encode("ascii")


def _write_all(out: Path, documents: dict[Path, bytes]) -> None:
    for path in documents:
        if path.exists() or path.is_symlink():
            raise UsageError(
                "exists",
                "The file is already there, and replacing it could lose something.",
                expected="a name that is not taken",
                found=str(path),
                remedy="name another directory, or move the file away",
            )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise machine_error(
            "write", "The directory cannot be made.", out, error
        ) from error
    for path, content in documents.items():
        write_file(path, content, replace=False)
