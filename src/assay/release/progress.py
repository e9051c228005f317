"""How far the reading of a release has come, told now and then."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.release.source import CHUNK_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assay.release.origins.origin import OriginEntry

__all__ = ["Progress", "Teller", "tell_unpacking"]

# Progress is told at most once in this many bytes, and at the end of each file.
_STEP_BYTES = 16 * CHUNK_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the reading of a release has come.

    Attributes:
        bytes_done: Bytes hashed so far.
        bytes_total: Bytes of all files together.
        files_done: Files finished.
        files_total: Files found.
        path: The file that the news is about.
    """

    bytes_done: int
    bytes_total: int
    files_done: int
    files_total: int
    path: str


def tell_unpacking(
    listener: Callable[[Progress], None] | None,
) -> Callable[[int, int], None] | None:
    """Pass on how far the unpacking has come that goes before all reading."""
    if listener is None:
        return None
    told = 0

    def tell(done: int, total: int) -> None:
        nonlocal told
        if 0 <= done - told < _STEP_BYTES and done < total:
            return
        told = done
        listener(
            Progress(
                bytes_done=done,
                bytes_total=total,
                files_done=0,
                files_total=0,
                path="",
            )
        )

    return tell


class Teller:
    """Passes progress on, one call at a time."""

    def __init__(
        self,
        entries: Sequence[OriginEntry],
        listener: Callable[[Progress], None] | None,
    ) -> None:
        self._listener = listener
        self._lock = threading.Lock()
        self._bytes_total = sum(entry.size for entry in entries)
        self._files_total = len(entries)
        self._bytes_done = 0
        self._files_done = 0
        self._told = 0

    def advanced(self, path: str, count: int) -> None:
        """Take note that so many more bytes of a file are hashed."""
        if self._listener is None:
            return
        with self._lock:
            self._bytes_done += count
            if self._bytes_done - self._told >= _STEP_BYTES:
                self._tell(path, self._listener)

    def finished(self, path: str) -> None:
        """Take note that a file is done."""
        if self._listener is None:
            return
        with self._lock:
            self._files_done += 1
            self._tell(path, self._listener)

    def _tell(self, path: str, listener: Callable[[Progress], None]) -> None:
        self._told = self._bytes_done
        listener(
            Progress(
                bytes_done=self._bytes_done,
                bytes_total=self._bytes_total,
                files_done=self._files_done,
                files_total=self._files_total,
                path=path,
            )
        )
