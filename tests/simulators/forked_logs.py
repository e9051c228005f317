"""A log and its fork: two histories that the same keys have signed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto.checkpoint import parse_checkpoint
from assay.crypto.note import parse_note
from assay.log import LogEntry, init_log, open_log
from assay.log.witness_request import format_add_checkpoint

if TYPE_CHECKING:
    from pathlib import Path

    from assay.log import Log

ORIGIN = "log.example/forked"
NOW = 1_790_000_000


def clock() -> int:
    return NOW


def entries(first: int, end: int, word: str = "entry") -> list[LogEntry]:
    return [
        LogEntry(leaf=f"{word} {i}".encode(), body=f"{word} body {i}".encode())
        for i in range(first, end)
    ]


def tree_of(note: str):
    return parse_checkpoint(parse_note(note).text)


def request(log: Log, old_size: int) -> bytes:
    """An honest request: from a size to the log's published checkpoint."""
    note = log.checkpoint()
    proof = () if old_size in (0, tree_of(note).size) else log.consistency(old_size)
    return format_add_checkpoint(old_size, proof, note)


@dataclass(frozen=True)
class Forked:
    """Two logs of one name and keys; both have the same first `common` entries."""

    honest: Log
    fork: Log
    path: Path
    fork_path: Path


def forked(folder: Path, common: int, *, origin: str = ORIGIN) -> Forked:
    path, fork_path = folder / "honest", folder / "fork"
    honest = init_log(path, origin, clock=clock)
    honest.append(entries(0, common))
    shutil.copytree(path, fork_path)
    fork = open_log(fork_path, clock=clock)
    return Forked(honest=honest, fork=fork, path=path, fork_path=fork_path)
