"""Watching a log at an address or in a directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assay.crypto.verifier_key import parse_vkey
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import TrustError
from assay.flows.files import read_file
from assay.flows.network import http_client
from assay.flows.remote_log import believed_log, is_url, state_of
from assay.flows.trust import trusted_logs
from assay.log.layout import body_path
from assay.log.monitor import Contradiction, Look, Match, Monitor, Wanted
from assay.log.remote_files import RemoteFiles
from assay.log.settings import read_settings
from assay.log.storage import open_stores, read_choice
from assay.log.stores.files import DirectoryFiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.crypto.verifier_key import VerifierKey
    from assay.log.stores.interface import FileReader

__all__ = [
    "Contradiction",
    "Look",
    "Match",
    "MonitorOrder",
    "Wanted",
    "look_once",
    "open_monitor",
]

_PAUSE = 10.0
_TOTAL = 120.0
_LOCK_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorOrder:
    """What to watch.

    Attributes:
        place: An address, or the directory of a log or of a copy of it.
        trust: A trust file that names the log.
        state: Where to keep what was seen.
        wanted: What to look for among new entries.
        compare: Checkpoints that others have seen.
        ca_file: Certificates by which a server is believed; the system's by default.
    """

    place: str
    trust: Path
    state: Path
    wanted: Wanted
    compare: tuple[Path, ...] = ()
    ca_file: Path | None = None


def open_monitor(order: MonitorOrder) -> Monitor:
    """Open what is to be watched.

    Raises:
        TrustError: `trust.unknown-log`.
        UsageError: `usage.url` or `usage.network`.
        LogError, NetworkError, InputError, MachineError: A part cannot be read.
    """
    if is_url(order.place):
        asks = http_client(
            timeout_seconds=_PAUSE,
            total_seconds=_TOTAL,
            most_bytes=DEFAULT_LIMITS.max_bundle_bytes,
            ca_file=order.ca_file,
        )
        origin, vkeys = believed_log(order.place, asks, log=None, trust=order.trust)
        remote = RemoteFiles(asks, order.place)
        files: FileReader = remote

        def body(sha256: str) -> bytes | None:
            return remote.read(
                body_path(sha256), max_bytes=DEFAULT_LIMITS.max_bundle_bytes
            )

    else:
        root = Path(order.place)
        origin, vkeys = _believed(root, order.trust)
        stores = open_stores(
            root,
            read_choice(root),
            origin,
            lock_seconds=_LOCK_SECONDS,
            read_only=True,
        )
        files, body = stores.files, stores.bodies.get
    return Monitor(
        files=files,
        body=body,
        origin=origin,
        vkeys=vkeys,
        seen=state_of(origin, order.state),
        wanted=order.wanted,
    )


def look_once(
    monitor: Monitor, order: MonitorOrder, tell: Callable[[Match], None]
) -> Look:
    """Look once: tell what is new and matters, then keep what was seen.

    Raises:
        LogError, SignatureError, NetworkError, InputError, MachineError: The log
            cannot be read, or is not as it is signed.
    """
    others = [
        (
            str(path),
            read_file(path, most=DEFAULT_LIMITS.max_note_bytes, what="checkpoint"),
        )
        for path in order.compare
    ]
    look = monitor.look(others)
    if look.contradiction is None:
        for match in monitor.matches(look):
            tell(match)
        monitor.remember(look)
    return look


def _believed(root: Path, trust: Path) -> tuple[str, tuple[VerifierKey, ...]]:
    stated = read_settings(DirectoryFiles(root)).origin
    named = trusted_logs(trust)
    for log in named:
        if log.origin == stated:
            return stated, tuple(map(parse_vkey, log.vkeys))
    raise TrustError(
        "unknown-log",
        "The trust file does not name this log.",
        expected=" or ".join(sorted(log.origin for log in named)) or "a log",
        found=stated,
    )
