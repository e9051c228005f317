"""Whom to believe: making and growing a trust file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from cryptography.hazmat.primitives.serialization import Encoding

from assay.crypto.certificate_chain import certificates_from_pem
from assay.crypto.cose_key import read_key_set
from assay.crypto.verifier_key import parse_vkey
from assay.crypto.witness_policy import parse_policy
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.trust import (
    TimestampAuthority,
    TrustedDeveloper,
    TrustedIssuer,
    TrustedLog,
    TrustedWitness,
    TrustFile,
)
from assay.domain.vkey import vkey_id
from assay.errors import TrustError, UsageError
from assay.flows.files import machine_error, read_file, write_file
from assay.flows.keys import show_key
from assay.flows.programmes import find_programme
from assay.flows.trust_keyless import with_keyless
from assay.log import describe_log, parse_settings
from assay.programme import read_programme
from assay.wire.v0.trust import parse_trust
from assay.wire.v0.trust_contradictions import refuse_contradictions, refuse_repeated
from assay.wire.v0.trust_writing import write_trust

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta
    from pathlib import Path

    from assay.crypto.witness_policy import Policy
    from assay.flows.trust_keyless import BelievedKeyless

__all__ = [
    "Believed",
    "Demands",
    "add_trust",
    "chosen_origin",
    "new_trust",
    "trusted_logs",
]

_T = TypeVar("_T")
_I = TypeVar("_I", bound=TrustedIssuer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """What is to be added to a trust file.

    Attributes:
        developers: Names and the files of their public keys.
        offices: The same, of programme offices.
        assessors: The same, of independent assessors.
        witnesses: Names and verifier keys of witnesses.
        timestamp_authorities: Names and PEM files of their root certificates.
        logs: Directories of logs at hand, or the `log.json` of logs elsewhere.
        log_keys: Origins and verifier keys of logs elsewhere.
        programmes: Ids or files of programmes.
        keyless: Signers by short-lived certificates, and by whose word.
        receipt_keys: Origins and COSE key sets of logs that are believed; the origin
            may be None where there is one log.
        policy: A C2SP tlog-policy file: the logs that it names are believed, and it
            says which witnesses are enough; or None.
    """

    developers: tuple[tuple[str, Path], ...] = ()
    offices: tuple[tuple[str, Path], ...] = ()
    assessors: tuple[tuple[str, Path], ...] = ()
    witnesses: tuple[tuple[str, str], ...] = ()
    timestamp_authorities: tuple[tuple[str, Path], ...] = ()
    logs: tuple[Path, ...] = ()
    log_keys: tuple[tuple[str, str], ...] = ()
    programmes: tuple[str, ...] = ()
    keyless: BelievedKeyless | None = None
    receipt_keys: tuple[tuple[str | None, Path], ...] = ()
    policy: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """What a claim must come with; None leaves it as the trust file has it.

    Attributes:
        quorum: How many witnesses must have cosigned.
        timestamp: Whether a believed timestamp is required.
        second: Whether a second, post-quantum envelope is required.
        status_age: How old the newest status snapshot may be, which is then required.
    """

    quorum: int | None = None
    timestamp: bool | None = None
    second: bool | None = None
    status_age: timedelta | None = None


def new_trust(
    path: Path,
    believed: Believed,
    *,
    valid_until: datetime | None = None,
    log_required: bool = True,
    demands: Demands = Demands(),
    limits: Limits = DEFAULT_LIMITS,
) -> TrustFile:
    """Make a trust file; it may still trust nobody, and verifies nothing until it does.

    Raises:
        UsageError: `usage.exists` when the file is there already.
        TrustError: Something would be named twice, or as `add_trust`.
        KeyFileError, LogError, ProgrammeError: What is to be believed is not there.
    """
    empty = TrustFile(
        developers=(),
        logs=(),
        programmes=(),
        valid_until=valid_until,
        log_required=log_required,
    )
    trust = _grown(_demanding(empty, demands), believed, limits)
    write_file(path, write_trust(trust).encode("utf-8"), replace=False)
    return trust


def add_trust(
    path: Path,
    believed: Believed,
    *,
    demands: Demands = Demands(),
    limits: Limits = DEFAULT_LIMITS,
) -> TrustFile:
    """Add to a trust file; what it names already stays as it is.

    Raises:
        TrustError: The file is malformed, or would name something twice;
            `trust.log-keys`: it has other keys for a log than the log states;
            `trust.log-key-name`: a key bears another name than its log.
        SignatureError: A verifier key is none.
        InputError: There is no such file.
        KeyFileError, LogError, ProgrammeError: What is to be believed is not there.
    """
    data = read_file(path, most=limits.max_trust_bytes, what="trust file")
    trust = _grown(_demanding(parse_trust(data, limits), demands), believed, limits)
    if (trust.developers or trust.offices) and (trust.logs or not trust.log_required):
        refuse_contradictions(trust)
    write_file(path, write_trust(trust).encode("utf-8"))
    return trust


def trusted_logs(path: Path, limits: Limits = DEFAULT_LIMITS) -> tuple[TrustedLog, ...]:
    """Read the logs that a trust file names, also one that names no developer.

    Raises:
        TrustError: The file is malformed, or names something twice.
        InputError: There is no such file.
    """
    trust = parse_trust(
        read_file(path, most=limits.max_trust_bytes, what="trust file"), limits
    )
    refuse_repeated(trust)
    return trust.logs


def _grown(trust: TrustFile, believed: Believed, limits: Limits) -> TrustFile:
    logs, policy = trust.logs, trust.policy
    if believed.policy is not None:
        read, policy = _policy(believed.policy, limits)
        for item in read.logs:
            logs = _with_key(logs, item.key.name, str(item.key))
    for path in believed.logs:
        logs = _with_log(logs, _described(path, limits))
    for origin, vkey in believed.log_keys:
        logs = _with_key(logs, origin, vkey)
    for given, path in believed.receipt_keys:
        logs = _with_receipt_keys(logs, given, path, limits)
    programmes = tuple(
        read_programme(find_programme(name)).ref for name in believed.programmes
    )
    grown = replace(
        trust,
        developers=_extended(
            trust.developers, _issuers(TrustedDeveloper, believed.developers)
        ),
        offices=_extended(trust.offices, _issuers(TrustedIssuer, believed.offices)),
        assessors=_extended(
            trust.assessors, _issuers(TrustedIssuer, believed.assessors)
        ),
        witnesses=_extended(
            trust.witnesses,
            tuple(
                TrustedWitness(name=name, vkey=str(parse_vkey(vkey)))
                for name, vkey in believed.witnesses
            ),
        ),
        timestamp_authorities=_extended(
            trust.timestamp_authorities,
            tuple(
                TimestampAuthority(name=name, certificates=_certificates(path, limits))
                for name, path in believed.timestamp_authorities
            ),
        ),
        logs=logs,
        policy=policy,
        programmes=_extended(trust.programmes, programmes),
    )
    if believed.keyless is not None:
        grown = with_keyless(grown, believed.keyless, limits)
    refuse_repeated(grown)
    return grown


def _demanding(trust: TrustFile, demands: Demands) -> TrustFile:
    changes: dict[str, Any] = {
        "quorum": demands.quorum,
        "timestamp_required": demands.timestamp,
        "second_required": demands.second,
    }
    if demands.status_age is not None:
        changes |= {"status_required": True, "status_max_age": demands.status_age}
    return replace(
        trust, **{name: value for name, value in changes.items() if value is not None}
    )


def _issuers(kind: type[_I], named: tuple[tuple[str, Path], ...]) -> tuple[_I, ...]:
    return tuple(kind(name=name, public_key=show_key(path).der) for name, path in named)


def _certificates(path: Path, limits: Limits) -> tuple[bytes, ...]:
    """Read the root certificates of an authority from a PEM file.

    Raises:
        KeyFileError: It holds none.
        InputError: There is no such file.
    """
    pem = read_file(path, most=limits.max_trust_bytes, what="certificate file")
    return tuple(item.public_bytes(Encoding.DER) for item in certificates_from_pem(pem))


def _policy(path: Path, limits: Limits) -> tuple[Policy, str]:
    """Read a policy file, and give what of it stands in a trust file: no comments.

    Raises:
        LogError: `log.policy-*`.
        InputError: There is no such file.
    """
    data = read_file(path, most=limits.max_policy_bytes, what="policy file")
    policy = parse_policy(data, limits)
    words = (line.split() for line in data.decode("utf-8", "replace").split("\n"))
    kept = [" ".join(line) for line in words if line and not line[0].startswith("#")]
    return policy, "\n".join(kept) + "\n"


def _described(path: Path, limits: Limits) -> TrustedLog:
    """Read what a log says of itself: in its directory, or in `log.json` alone."""
    try:
        directory = path.is_dir()
    except OSError as error:
        raise machine_error(
            "read", "The log cannot be looked at.", path, error
        ) from error
    if directory:
        log = describe_log(path)
        return TrustedLog(origin=log.origin, vkeys=log.vkeys)
    settings = parse_settings(
        read_file(path, most=limits.max_trust_bytes, what="log directory or log.json")
    )
    return TrustedLog(
        origin=settings.origin, vkeys=tuple(str(key) for key in settings.vkeys)
    )


def _with_log(logs: tuple[TrustedLog, ...], new: TrustedLog) -> tuple[TrustedLog, ...]:
    """Add a log whole, or the keys that are still missing of one that is there."""
    for at, old in enumerate(logs):
        if old.origin != new.origin:
            continue
        if set(new.vkeys) <= set(old.vkeys):
            return logs
        if not set(old.vkeys) <= set(new.vkeys):
            raise TrustError(
                "log-keys",
                f"The log {new.origin} states other keys than the trust file has.",
                expected=", ".join(map(vkey_id, old.vkeys)),
                found=", ".join(map(vkey_id, new.vkeys)),
                remedy="ask its operator which are right; a log never changes its "
                "keys, so one of the two is not this log",
            )
        vkeys = _extended(old.vkeys, new.vkeys)
        return (*logs[:at], replace(old, vkeys=vkeys), *logs[at + 1 :])
    return (*logs, new)


def _with_key(
    logs: tuple[TrustedLog, ...], origin: str, vkey: str
) -> tuple[TrustedLog, ...]:
    """Add one key of a log; all the keys that a log has here must have signed."""
    name = parse_vkey(vkey).name
    if name != origin:
        raise TrustError(
            "log-key-name",
            "The verifier key is not one of this log's own.",
            expected=f"a key with the name {origin}",
            found=name,
            remedy="give the origin and a verifier key as the log's operator states "
            "them: both bear one name",
        )
    for at, old in enumerate(logs):
        if old.origin == origin:
            vkeys = _extended(old.vkeys, (vkey,))
            return (*logs[:at], replace(old, vkeys=vkeys), *logs[at + 1 :])
    return (*logs, TrustedLog(origin=origin, vkeys=(vkey,)))


def _with_receipt_keys(
    logs: tuple[TrustedLog, ...], origin: str | None, path: Path, limits: Limits
) -> tuple[TrustedLog, ...]:
    """Add the keys of a log's COSE receipts from its `scitt-keys.cbor`."""
    chosen = chosen_origin(origin, (log.origin for log in logs))
    data = read_file(path, most=limits.max_key_file_bytes, what="COSE key set")
    keys = tuple(key.der for key in read_key_set(data, limits))
    return tuple(
        replace(log, receipt_keys=_extended(log.receipt_keys, keys))
        if log.origin == chosen
        else log
        for log in logs
    )


def chosen_origin(given: str | None, believed: Iterable[str]) -> str:
    """Say of which log keys for receipts are.

    Raises:
        UsageError: `usage.receipt-keys`: that is not clear.
    """
    origins = sorted(set(believed))
    chosen = given if given is not None else (origins[0] if len(origins) == 1 else None)
    if chosen is None or chosen not in origins:
        raise UsageError(
            "receipt-keys",
            "It is not clear which log the keys for receipts are of.",
            expected="a log of the trust file: " + (", ".join(origins) or "none there"),
            found=given or "no log named",
            remedy="write ORIGIN=FILE",
        )
    return chosen


def _extended(old: tuple[_T, ...], new: tuple[_T, ...]) -> tuple[_T, ...]:
    """Append what is not there yet, so that adding twice changes nothing."""
    return (*old, *(item for item in dict.fromkeys(new) if item not in old))
