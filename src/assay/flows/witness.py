"""A witness in a directory: make one, let it follow logs, serve it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto.verifier_key import parse_vkey
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import LogError, UsageError
from assay.flows.files import read_file
from assay.flows.network import http_server
from assay.log.directory import system_clock
from assay.log.settings import parse_settings
from assay.log.stores.files import DirectoryFiles, machine_error
from assay.log.web import application
from assay.log.witness import Witness, hash_of_origin
from assay.log.witness_evidence import WitnessEvidence
from assay.log.witness_keys import (
    WITNESS_SETTINGS,
    check_witness_name,
    create_witness_keys,
    read_witness_keys,
    settings_of_witness,
)
from assay.log.witness_server import WitnessServer
from assay.log.witness_state import (
    WITNESS_DATABASE,
    WitnessState,
    create_witness_state,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from assay.log.web import Access
    from assay.log.witness_keys import WitnessKeys
    from assay.network.http_server import HttpServer

__all__ = [
    "FollowedShown",
    "WitnessShown",
    "init_witness",
    "open_witness",
    "show_witness",
    "witness_follows",
    "witness_server",
]

_LOCK_SECONDS = 30.0
_MAX_SETTINGS_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedShown:
    """A log that a witness follows.

    Attributes:
        origin: Its name.
        vkeys: Its keys, as texts.
        size: Entries cosigned last; None when nothing was cosigned yet.
        root: Root cosigned last, or None.
        timestamp: When, in seconds since the Epoch, or None.
    """

    origin: str
    vkeys: tuple[str, ...]
    size: int | None
    root: bytes | None
    timestamp: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessShown:
    """A witness as its operator sees it.

    Attributes:
        name: Its name.
        vkeys: Its keys, as texts for a policy or a trust file.
        logs: Whom it follows.
        evidence: Folders of contradictions that it was shown.
    """

    name: str
    vkeys: tuple[str, ...]
    logs: tuple[FollowedShown, ...]
    evidence: tuple[str, ...]


def init_witness(path: Path, name: str) -> WitnessShown:
    """Make a witness with new keys in a new or empty directory.

    `witness.json` comes last: without it the directory is no witness.

    Raises:
        UsageError: `usage.witness-name`.
        LogError: `log.directory-not-empty`.
        MachineError: The directory cannot be written.
    """
    check_witness_name(name)
    try:
        path.mkdir(parents=True, exist_ok=True)
        occupied = any(path.iterdir())
    except (FileExistsError, NotADirectoryError):
        occupied = True
    except OSError as error:
        raise machine_error(error, "making the witness's directory") from error
    if occupied:
        raise LogError(
            "directory-not-empty",
            "A witness is made in a directory of its own.",
            expected="a path that is free or an empty directory",
            found=str(path),
            remedy="choose another path; an existing witness is never overwritten",
        )
    keys = create_witness_keys(path, name)
    create_witness_state(path / WITNESS_DATABASE)
    DirectoryFiles(path).write_once({WITNESS_SETTINGS: settings_of_witness(keys)})
    return show_witness(path)


def witness_follows(
    path: Path, *, log: Path | None = None, vkeys: Sequence[str] = ()
) -> tuple[str, bool]:
    """Let a witness follow a log from now on; give its origin and whether it is new.

    Args:
        path: The witness's directory.
        log: The log's `log.json`, as its operator hands it out.
        vkeys: Verifier keys of a log that has no such file, all of one name.

    Raises:
        UsageError: `usage.witness-log`: neither or both were given, or keys of
            several names.
        LogError: `log.settings-malformed`, `log.witness-other-keys`, or the witness
            is damaged.
        SignatureError: A verifier key is none.
    """
    if (log is None) is not bool(vkeys):
        raise _which_log("both or neither")
    state = _state(path)
    if log is not None:
        data = read_file(log, most=_MAX_SETTINGS_BYTES, what="description of a log")
        settings = parse_settings(data)
        origin, keys = settings.origin, settings.vkeys
    else:
        keys = tuple(parse_vkey(text) for text in vkeys)
        origin = keys[0].name
        if any(key.name != origin for key in keys):
            raise _which_log("keys of several names")
    return origin, state.follow(origin, hash_of_origin(origin), keys)


def _which_log(found: str) -> UsageError:
    return UsageError(
        "witness-log",
        "It is not clear which log the witness is to follow.",
        expected="the log.json of one log, or verifier keys of one name",
        found=found,
    )


def show_witness(path: Path) -> WitnessShown:
    """Describe a witness, its logs and what it has kept against them.

    Raises:
        LogError: The witness is damaged.
        MachineError: A file cannot be read.
    """
    keys, state = _keys(path), _state(path)
    logs = []
    for log in state.logs():
        last = state.latest(origin=log.origin)
        logs.append(
            FollowedShown(
                origin=log.origin,
                vkeys=tuple(map(str, log.vkeys)),
                size=last.size if last else None,
                root=last.root if last else None,
                timestamp=last.timestamp if last else None,
            )
        )
    return WitnessShown(
        name=keys.name,
        vkeys=tuple(map(str, keys.vkeys)),
        logs=tuple(logs),
        evidence=WitnessEvidence(DirectoryFiles(path)).names(),
    )


def open_witness(path: Path, *, clock: Callable[[], int] = system_clock) -> Witness:
    """Open a witness.

    Raises:
        LogError: `log.not-a-witness`, `log.witness-*`, `log.key-*` or
            `log.keys-mismatch`.
        MachineError: A file cannot be read.
    """
    keys, state = _keys(path), _state(path)
    # A memory that is gone is found now, and not by the first who asks.
    state.logs()
    return Witness(keys, state, WitnessEvidence(DirectoryFiles(path)), clock)


def witness_server(
    path: Path,
    *,
    listen: str,
    note: Callable[[Access], None],
    proxy: str | None = None,
) -> HttpServer:
    """Listen as a witness; the caller runs the server.

    Raises:
        LogError: As `open_witness`.
        UsageError: `usage.listen`.
        MachineError: `machine.listen`, or a file cannot be read.
    """
    return http_server(
        application(WitnessServer(open_witness(path)), note),
        listen=listen,
        most_body_bytes=DEFAULT_LIMITS.max_witness_request_bytes,
        threads=8,
        proxy=proxy,
    )


def _keys(path: Path) -> WitnessKeys:
    data = DirectoryFiles(path).read(WITNESS_SETTINGS, max_bytes=_MAX_SETTINGS_BYTES)
    if data is None:
        raise LogError(
            "not-a-witness",
            "The directory is not a witness.",
            expected=f"a file {WITNESS_SETTINGS}",
            found="none",
            remedy="check the path, or make a witness with `assay witness init`",
        )
    return read_witness_keys(path, data)


def _state(path: Path) -> WitnessState:
    return WitnessState(path / WITNESS_DATABASE, lock_seconds=_LOCK_SECONDS)
