"""From an origin to its inventory and facts, with every core at work.

Order of work for each file, all on one descriptor (or the like, where an origin has no
files), so that what was hashed is what was inspected:

1. Open it without following links; prove that it is what the walk saw.
2. Hash the whole content in one read. A file of up to `max_held_bytes` is kept in
   memory, so that a writer with the file mapped, whose writes set no time, cannot
   show the hash one content and the inspection another.
3. Inspect it by content: from that memory, or, when it is larger, by reading again
   what the inspection needs. Where a core is idle that happens during step 2.
4. Compare size, times and inode with those of step 1.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.release import FileRecord, Inventory
from assay.errors import AssayError
from assay.release.digest import SETTLED_BYTES
from assay.release.origins import find_origin
from assay.release.source import CHUNK_BYTES, BytesSource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import TracebackType

    from assay.domain.facts import FileFacts, ReleaseFacts
    from assay.release.cache import FactsCache
    from assay.release.origins.origin import Origin, OriginEntry
    from assay.release.source import ByteSource

__all__ = ["InspectedRelease", "Progress", "inspect_release", "take_inventory"]

# Progress is told at most once in this many bytes, and at the end of each file.
_PROGRESS_STEP_BYTES = 16 * CHUNK_BYTES
# Hashing gives up the interpreter for a whole piece at a time. Pieces this large let
# it run on while the rest of the program is loaded, though they fall out of the cache.
_HASH_PIECE_BYTES = 4 * CHUNK_BYTES


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


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedRelease:
    """A release that was read whole.

    Attributes:
        inventory: Every file with its digest, every entry left out.
        facts: What was seen in each file; no files when facts were not asked for.
        name: What people call it, by where it came from; it proves nothing.
        notes: What was assumed about where it came from, one sentence each.
    """

    inventory: Inventory
    facts: ReleaseFacts
    name: str = "release"
    notes: tuple[str, ...] = ()


def inspect_release(
    root: Path | str,
    *,
    jobs: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Callable[[Progress], None] | None = None,
    with_facts: bool = True,
    cache: FactsCache | None = None,
) -> InspectedRelease:
    """Read a release: digests of all files, and facts about each.

    The result does not depend on the order of the directory, the locale or `jobs`.

    Args:
        root: A directory, an archive, a file, a cache or a layout, which may itself be
            reached through a link, or the address of a store: see `origins`.
        jobs: Threads; as many as there are processors when None.
        limits: Bounds on what is read.
        progress: Called now and then, from any thread but never from two at once.
        with_facts: Whether to inspect content, or only to hash it.
        cache: Facts kept from before, by content; never to be used for sealing.

    Raises:
        ReleaseError: `release.not-found`, `.not-a-directory`, `.empty`,
            `.too-many-files`, `.too-deep`, `.path-too-long`, `.path-not-utf8`,
            `.unreadable`, `.vanished` or `.changed-while-read`; `.archive-…` and
            others of the origins.
        UsageError: As `find_origin` does.
    """
    origin = find_origin(root, limits, _unpacking(progress))
    try:
        crew = _Crew(origin, limits, progress, with_facts=with_facts, cache=cache)
        crew.run(max(1, jobs if jobs is not None else os.cpu_count() or 1))
        origin.prove()
    finally:
        origin.close()
    # Late, once the reading is done: start-up counts, and hashing needs no facts.
    from assay.domain.facts import ReleaseFacts  # noqa: PLC0415 - see above

    return InspectedRelease(
        inventory=Inventory(
            files=tuple(crew.records[entry.path] for entry in origin.entries),
            irregular=origin.irregular,
        ),
        facts=ReleaseFacts(
            files=(
                *(
                    crew.facts[entry.path]
                    for entry in origin.entries
                    if entry.path in crew.facts
                ),
                *(origin.about if with_facts else ()),
            )
        ),
        # What people call it need not be Unicode, and what is written down must be.
        name=origin.name.encode("utf-8", "backslashreplace").decode("utf-8"),
        notes=origin.notes,
    )


def _unpacking(
    listener: Callable[[Progress], None] | None,
) -> Callable[[int, int], None] | None:
    """Pass on how far the unpacking has come that goes before all reading."""
    if listener is None:
        return None
    told = 0

    def tell(done: int, total: int) -> None:
        nonlocal told
        if 0 <= done - told < _PROGRESS_STEP_BYTES and done < total:
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


def take_inventory(
    root: Path | str,
    *,
    jobs: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Callable[[Progress], None] | None = None,
) -> Inventory:
    """Hash every file of a release, without looking into any.

    Args:
        root: As for `inspect_release`.
        jobs: Threads; as many as there are processors when None.
        limits: Bounds on what is read.
        progress: Called now and then, from any thread but never from two at once.

    Raises:
        ReleaseError: As `inspect_release` does.
    """
    return inspect_release(
        root, jobs=jobs, limits=limits, progress=progress, with_facts=False
    ).inventory


class _Crew:
    """Threads that take files off one list, the largest first."""

    def __init__(
        self,
        origin: Origin[Any],
        limits: Limits,
        progress: Callable[[Progress], None] | None,
        *,
        with_facts: bool,
        cache: FactsCache | None,
    ) -> None:
        entries = origin.entries
        self._origin = origin
        self._limits = limits
        self._cache = cache
        self._with_facts = with_facts
        # The largest first: the last thread to finish then holds a small file.
        self._waiting = sorted(entries, key=lambda e: (e.size, e.path))
        self._paths = frozenset(entry.path for entry in entries) if with_facts else None
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._errors: list[tuple[str, BaseException]] = []
        # Whether a core is idle while a large file is hashed, and can inspect it.
        self._aside = False
        self._teller = _Teller(entries, progress)
        self.records: dict[str, FileRecord] = {}
        self.facts: dict[str, FileFacts] = {}

    def run(self, jobs: int) -> None:
        """Do all the work; raise the first error by path."""
        large = sum(entry.size > self._limits.max_held_bytes for entry in self._waiting)
        # What is kept is found by its digest, so that there is nothing to do before.
        self._aside = large < jobs and self._cache is None
        count = min(jobs, len(self._waiting))
        threads = [threading.Thread(target=self._work) for _ in range(count - 1)]
        for thread in threads:
            thread.start()
        self._work()
        # No thread may outlive the descriptor of the release, even when interrupted.
        for thread in threads:
            thread.join()
        if self._errors:
            raise min(self._errors, key=lambda item: item[0])[1]

    def _work(self) -> None:
        buffer = memoryview(bytearray(_HASH_PIECE_BYTES))
        try:
            while (entry := self._next()) is not None:
                self._file(entry, buffer)
                if entry.size >= SETTLED_BYTES:
                    buffer = buffer[:CHUNK_BYTES]
        except BaseException as error:  # noqa: BLE001 - raised again by `run`
            self._fail("", error)

    def _fail(self, path: str, error: BaseException) -> None:
        with self._lock:
            self._errors.append((path, error))
        self._stop.set()

    def _next(self) -> OriginEntry | None:
        with self._lock:
            if self._stop.is_set() or not self._waiting:
                return None
            return self._waiting.pop()

    def _file(self, entry: OriginEntry, buffer: memoryview) -> None:
        try:
            record, facts = self._read(entry, buffer)
        except AssayError as error:
            self._fail(entry.path, error)
            return
        with self._lock:
            self.records[entry.path] = record
            if facts is not None:
                self.facts[entry.path] = facts
        self._teller.finished(entry.path)

    def _read(
        self, entry: OriginEntry, buffer: memoryview
    ) -> tuple[FileRecord, FileFacts | None]:
        size = entry.size
        opened = self._origin.open(entry)  # 1
        try:
            held = self._memory_for(size)
            source = opened.source() if held is None else BytesSource(held)
            inspecting = _Inspecting(lambda: self._inspect(source, entry, digest))
            digest = ""
            with inspecting:
                if held is None and self._aside:
                    inspecting.start()
                digest = opened.hash(  # 2
                    buffer,
                    lambda count: self._teller.advanced(entry.path, count),
                    keep=held,
                )
                facts = inspecting.result()  # 3
            opened.prove()  # 4
        finally:
            opened.close()
        return FileRecord(path=entry.path, size=size, sha256=digest), facts

    def _memory_for(self, size: int) -> bytearray | None:
        """Give the memory for one whole file, when it is small and is inspected."""
        wanted = self._paths is not None and size <= self._limits.max_held_bytes
        return bytearray(size) if wanted else None

    def _inspect(
        self, source: ByteSource, entry: OriginEntry, digest: str
    ) -> FileFacts | None:
        """Inspect a file, unless the facts of its content were kept."""
        if self._paths is None:
            return None
        if self._cache is None:
            return self._look(source, entry, self._paths)
        key = self._cache.key(
            entry.path, digest, executable=entry.executable, paths=self._paths
        )
        facts = self._cache.get(key)
        if facts is None:
            facts = self._look(source, entry, self._paths)
            self._cache.put(key, facts)
        return facts

    def _look(
        self, source: ByteSource, entry: OriginEntry, paths: frozenset[str]
    ) -> FileFacts:
        # Imported here: an inventory alone needs none of it, and start-up counts.
        from assay.release.inspection import inspect_source  # noqa: PLC0415 - see above

        return inspect_source(
            source,
            path=entry.path,
            executable_bit=entry.executable,
            limits=self._limits,
            paths=paths,
        )


class _Inspecting:
    """The inspection of one file, on a thread of its own once it is started."""

    def __init__(self, inspect: Callable[[], FileFacts | None]) -> None:
        self._inspect = inspect
        self._thread: threading.Thread | None = None
        self._facts: FileFacts | None = None
        self._error: BaseException | None = None

    def __enter__(self) -> Self:
        """Begin nothing yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait: no thread may outlive the descriptor that it reads from."""
        if self._thread is not None:
            self._thread.join()

    def start(self) -> None:
        """Inspect from now on, beside what else is done."""
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def result(self) -> FileFacts | None:
        """Give the facts; inspect here and now unless that was started before."""
        if self._thread is None:
            return self._inspect()
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._facts

    def _run(self) -> None:
        try:
            self._facts = self._inspect()
        except BaseException as error:  # noqa: BLE001 - raised again by `result`
            self._error = error


class _Teller:
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
        if self._listener is None:
            return
        with self._lock:
            self._bytes_done += count
            if self._bytes_done - self._told >= _PROGRESS_STEP_BYTES:
                self._tell(path, self._listener)

    def finished(self, path: str) -> None:
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
