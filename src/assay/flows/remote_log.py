"""Opening a log that somebody else serves, by the keys that the caller believes."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from assay.crypto.log_leaf import log_leaf
from assay.crypto.public_key import public_key_from_der
from assay.crypto.verifier_key import parse_vkey
from assay.crypto.witness_policy import parse_policy
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import BundleError, LogError, TrustError, UsageError
from assay.flows.files import read_file
from assay.flows.network import http_client
from assay.flows.trust import trusted_logs
from assay.log import LogEntry
from assay.log.layout import CHECKPOINT
from assay.log.remote import RemoteLog
from assay.log.remote_files import RemoteFiles
from assay.log.seen import SeenFile
from assay.log.settings import parse_settings
from assay.log.stores.files import DirectoryFiles
from assay.wire.v0.bundle import read_bundle, write_bundle
from assay.wire.v0.envelope import write_envelope
from assay.wire.v0.statement_file import (
    STATEMENT_MEDIA_TYPE,
    read_statement_file,
    write_statement_file,
)

if TYPE_CHECKING:
    from assay.crypto.public_key import PublicKey
    from assay.crypto.verifier_key import VerifierKey
    from assay.domain.statement import LoggedStatement
    from assay.log.asking import Asks

__all__ = [
    "TOKEN_VARIABLE",
    "RemoteChoice",
    "believed_log",
    "is_url",
    "log_bundle",
    "log_file",
    "log_statement",
    "open_remote_log",
    "state_of",
]

TOKEN_VARIABLE = "ASSAY_LOG_TOKEN"  # noqa: S105 - the name of a variable, no token
_MAX_SMALL_BYTES = 64 * 1024
# A file says within these what it is.
_HEAD = 200
# A log waits for its batch, and the batch for witnesses.
_PAUSE = 30.0
_TOTAL = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteChoice:
    """A log elsewhere, and whom to believe about it; one of `log` and `trust`.

    Attributes:
        url: Its prefix.
        log: Its `log.json`, got from a source that the caller believes.
        trust: A trust file that names it.
        token_file: Holds the token, on one line; otherwise the environment does.
        state: Where to keep what was seen of it; by default in the user's own state.
        policy: A witness policy that receipts have to satisfy.
        ca_file: Certificates by which the server is believed; the system's by default.
    """

    url: str
    log: Path | None = None
    trust: Path | None = None
    token_file: Path | None = None
    state: Path | None = None
    policy: Path | None = None
    ca_file: Path | None = None


def is_url(text: str) -> bool:
    """Tell an address of a server from a path."""
    return text.startswith(("https://", "http://"))


def open_remote_log(choice: RemoteChoice) -> RemoteLog:
    """Open a log elsewhere; nothing is submitted yet.

    Raises:
        UsageError: `usage.log-keys`, `usage.url`, `usage.token` or `usage.network`.
        TrustError: `trust.unknown-log`: the trust file names no log of the origin that
            the server states.
        LogError, NetworkError, InputError, MachineError: A file or the server cannot
            be read.
    """
    asks = http_client(
        timeout_seconds=_PAUSE,
        total_seconds=_TOTAL,
        most_bytes=DEFAULT_LIMITS.max_receipts_bytes,
        ca_file=choice.ca_file,
        token=_token(choice.token_file),
    )
    origin, vkeys = believed_log(choice.url, asks, log=choice.log, trust=choice.trust)
    policy = None
    if choice.policy is not None:
        policy = parse_policy(
            read_file(
                choice.policy,
                most=DEFAULT_LIMITS.max_policy_bytes,
                what="witness policy",
            )
        )
    return RemoteLog(
        choice.url,
        origin=origin,
        vkeys=vkeys,
        asks=asks,
        seen=state_of(origin, choice.state),
        sleep=time.sleep,
        policy=policy,
    )


def believed_log(
    url: str, asks: Asks, *, log: Path | None, trust: Path | None
) -> tuple[str, tuple[VerifierKey, ...]]:
    """Give the origin and the keys that the caller believes of a log.

    What the server says of itself only chooses among the logs of the trust file.

    Raises:
        UsageError: `usage.log-keys`: neither or both were given.
        TrustError: `trust.unknown-log`.
        LogError, NetworkError, InputError, MachineError: A file or the server cannot
            be read.
    """
    if (log is None) is (trust is None):
        raise UsageError(
            "log-keys",
            "It is not clear by which keys to believe the log.",
            expected="either its log.json or a trust file that names it",
            found="neither" if log is None else "both",
            remedy="get log.json from its operator in a way that you believe",
        )
    if log is not None:
        data = read_file(log, most=_MAX_SMALL_BYTES, what="description of a log")
        settings = parse_settings(data)
        return settings.origin, settings.vkeys
    data = (
        RemoteFiles(asks, url).read(CHECKPOINT, max_bytes=DEFAULT_LIMITS.max_note_bytes)
        or b""
    )
    stated = data.partition(b"\n")[0].decode("utf-8", "replace")
    named = trusted_logs(trust or Path())
    for item in named:
        if item.origin == stated:
            return item.origin, tuple(map(parse_vkey, item.vkeys))
    raise TrustError(
        "unknown-log",
        "The trust file does not name the log that is served there.",
        expected=" or ".join(sorted(item.origin for item in named)) or "a log",
        found=stated[: DEFAULT_LIMITS.max_shown_chars] or "no checkpoint",
    )


def state_of(origin: str, path: Path | None) -> SeenFile:
    """Choose where to keep what was seen of a log: by default with the user's state."""
    if path is None:
        home = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
        name = hashlib.sha256(origin.encode()).hexdigest()[:32]
        path = Path(home).expanduser() / "assay" / "logs" / f"{name}.note"
    return SeenFile(DirectoryFiles(path.parent), path.name)


def _token(path: Path | None) -> str | None:
    if path is None:
        return os.environ.get(TOKEN_VARIABLE) or None
    data = read_file(path, most=_MAX_SMALL_BYTES, what="token")
    return data.decode("utf-8", "replace").strip()


def log_statement(data: bytes, log: RemoteLog) -> tuple[bytes, tuple[int, ...]]:
    """Log the statement of a file; give the file with its receipt, and the index.

    Raises:
        BundleError: It is no statement file.
        KeyFileError, LogError, SignatureError, NetworkError: As `RemoteLog.append`.
    """
    file = read_statement_file(data)
    key = public_key_from_der(file.public_key)
    (receipt,) = log.append([_entry(file.statement, {key.key_id: key})])
    logged = replace(file.statement, receipt=receipt.proof_text)
    return write_statement_file(replace(file, statement=logged)), (receipt.index,)


def log_file(data: bytes, log: RemoteLog) -> tuple[bytes, tuple[int, ...]]:
    """Log what a bundle or a statement file holds, as `log_bundle`, `log_statement`."""
    try:
        read_statement_file(data)
    except BundleError as error:
        # Of the right kind and not in order: said as such, rather than as no bundle.
        if STATEMENT_MEDIA_TYPE.encode() in data[:_HEAD]:
            raise error from error
        return log_bundle(data, log)
    return log_statement(data, log)


def log_bundle(data: bytes, log: RemoteLog) -> tuple[bytes, tuple[int, ...]]:
    """Log every statement of a bundle; give the bundle with receipts, and the indices.

    For what was sealed while the log could not be reached. Receipts that the bundle has
    already are replaced by fresh ones of this log.

    Raises:
        BundleError: It is no bundle.
        KeyFileError, LogError, SignatureError, NetworkError: As `RemoteLog.append`, or
            the key of a statement is not in the bundle.
    """
    bundle = read_bundle(data)
    keys: dict[str, PublicKey] = {}
    statements = (*bundle.statements, *bundle.attached)
    signers = {item.envelope.key_id for item in statements}
    for der in (bundle.public_key, *bundle.further_keys):
        if hashlib.sha256(der).hexdigest() in signers:
            key = public_key_from_der(der)
            keys[key.key_id] = key
    receipts = log.append([_entry(item, keys) for item in statements])
    logged = [
        replace(item, receipt=receipt.proof_text)
        for item, receipt in zip(statements, receipts, strict=True)
    ]
    own = len(bundle.statements)
    changed = replace(
        bundle, statements=tuple(logged[:own]), attached=tuple(logged[own:])
    )
    return write_bundle(changed), tuple(receipt.index for receipt in receipts)


def _entry(item: LoggedStatement, keys: dict[str, PublicKey]) -> LogEntry:
    key = keys.get(item.envelope.key_id)
    if key is None:
        raise LogError(
            "remote-entry",
            "The bundle lacks the key of one of its statements.",
            expected=f"the key {item.envelope.key_id}",
            found=f"{len(keys)} others",
        )
    return LogEntry(
        leaf=log_leaf(item.envelope, key), body=write_envelope(item.envelope)
    )
