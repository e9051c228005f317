"""Whom to believe: making and growing a trust file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from assay.crypto.verifier_key import parse_vkey
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.trust import TrustedDeveloper, TrustedLog, TrustFile
from assay.flows.files import read_file, write_file
from assay.flows.keys import show_key
from assay.flows.programmes import find_programme
from assay.log import describe_log
from assay.programme import read_programme
from assay.wire.v0.trust import parse_trust, refuse_contradictions, write_trust

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

__all__ = ["Believed", "add_trust", "new_trust"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """What is to be added to a trust file.

    Attributes:
        developers: Names and the files of their public keys.
        logs: Directories of logs at hand.
        log_keys: Origins and verifier keys of logs elsewhere.
        programmes: Ids or files of programmes.
    """

    developers: tuple[tuple[str, Path], ...] = ()
    logs: tuple[Path, ...] = ()
    log_keys: tuple[tuple[str, str], ...] = ()
    programmes: tuple[str, ...] = ()


def new_trust(
    path: Path,
    believed: Believed,
    *,
    valid_until: datetime | None = None,
    log_required: bool = True,
) -> TrustFile:
    """Make a trust file; it may still trust nobody, and verifies nothing until it does.

    Raises:
        UsageError: `usage.exists` when the file is there already.
        KeyFileError, LogError, ProgrammeError: What is to be believed is not there.
    """
    empty = TrustFile(
        developers=(),
        logs=(),
        programmes=(),
        valid_until=valid_until,
        log_required=log_required,
    )
    trust = _grown(empty, believed)
    write_file(path, write_trust(trust).encode("utf-8"), replace=False)
    return trust


def add_trust(
    path: Path, believed: Believed, limits: Limits = DEFAULT_LIMITS
) -> TrustFile:
    """Add to a trust file; what it names already stays as it is.

    Raises:
        TrustError: The file is malformed, or would name something twice.
        InputError: There is no such file.
        KeyFileError, LogError, ProgrammeError: What is to be believed is not there.
    """
    data = read_file(path, most=limits.max_trust_bytes, what="trust file")
    trust = _grown(parse_trust(data, limits), believed)
    if trust.developers and (trust.logs or not trust.log_required):
        refuse_contradictions(trust)
    write_file(path, write_trust(trust).encode("utf-8"))
    return trust


def _grown(trust: TrustFile, believed: Believed) -> TrustFile:
    developers = tuple(
        TrustedDeveloper(name=name, public_key=show_key(path).der)
        for name, path in believed.developers
    )
    described = (describe_log(path) for path in believed.logs)
    logs = [TrustedLog(origin=log.origin, vkeys=log.vkeys) for log in described]
    for origin, vkey in believed.log_keys:
        parse_vkey(vkey)
        same = [log for log in logs if log.origin == origin]
        if same:
            logs[logs.index(same[0])] = replace(same[0], vkeys=(*same[0].vkeys, vkey))
        else:
            logs.append(TrustedLog(origin=origin, vkeys=(vkey,)))
    programmes = tuple(
        read_programme(find_programme(name)).ref for name in believed.programmes
    )
    return replace(
        trust,
        developers=_extended(trust.developers, developers),
        logs=_extended(trust.logs, tuple(logs)),
        programmes=_extended(trust.programmes, programmes),
    )


def _extended(old: tuple[_T, ...], new: tuple[_T, ...]) -> tuple[_T, ...]:
    """Append what is not there yet, so that adding twice changes nothing."""
    return (*old, *(item for item in dict.fromkeys(new) if item not in old))
