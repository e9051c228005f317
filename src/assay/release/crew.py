"""Threads that take the files of an origin off one list: hash, inspect, prove.

Order of work for each file, all on one descriptor (or the like, where an origin has no
files), so that what was hashed is what was inspected:

1. Open it without following links; prove that it is what the walk saw.
2. Hash the whole content in one read. A file of up to `max_held_bytes` is kept in
   memory, so that a writer with the file mapped, whose writes set no time, cannot
   show the hash one content and the inspection another. Two larger ones are hashed side
   by side, where there are more of them than idle threads.
3. Compare with the digest that the origin states, if it does.
4. Inspect it by content: from that memory, or, when it is larger, by reading again
   what the inspection needs. Where a core is idle that happens during step 2.
5. Compare size, times and inode with those of step 1.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import ExitStack, closing
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from assay.domain.release import FileRecord
from assay.errors import AssayError
from assay.release.digest import hash_descriptors, hashes_side_by_side
from assay.release.progress import Teller
from assay.release.source import BytesSource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from assay.domain.facts import FileFacts
    from assay.domain.limits import Limits
    from assay.release.cache import FactsCache
    from assay.release.origins.origin import OpenFile, Origin, OriginEntry
    from assay.release.progress import Progress
    from assay.release.source import ByteSource

__all__ = ["Crew"]


class _StoppedError(Exception):
    """The others have stopped, and so does this thread."""


class Crew:
    """Threads that take files off one list, the largest first.

    Attributes:
        records: Size and digest of each file, by path, once `run` has returned.
        facts: What was seen in each, where that was asked for.
    """

    def __init__(
        self,
        origin: Origin[Any],
        limits: Limits,
        progress: Callable[[Progress], None] | None,
        *,
        with_facts: bool,
        cache: FactsCache | None,
    ) -> None:
        """Take over an origin that is listed; `inspect_release` says what is what."""
        entries = origin.entries
        self._origin = origin
        self._limits = limits
        self._cache = cache
        # The largest first: the last thread to finish then holds a small file.
        self._waiting = deque(sorted(entries, key=lambda e: (e.size, e.path)))
        self._large = sum(entry.size > limits.max_held_bytes for entry in entries)
        self._idle = 0
        self._paths = frozenset(entry.path for entry in entries) if with_facts else None
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._errors: list[tuple[str, BaseException]] = []
        # Whether a core is idle while a large file is hashed, and can inspect it.
        self._aside = False
        self._teller = Teller(entries, progress)
        self.records: dict[str, FileRecord] = {}
        self.facts: dict[str, FileFacts] = {}

    def run(self, jobs: int) -> None:
        """Do all the work, or stop at the first error.

        Of errors that several threads meet at once, the first by path is raised; which
        ones are met before all have stopped is a matter of time.
        """
        # What is kept is found by its digest, so that there is nothing to do before.
        self._aside = self._large < jobs and self._cache is None
        self._idle = count = min(jobs, len(self._waiting))
        threads = [threading.Thread(target=self._work) for _ in range(count - 1)]
        if self._paths is not None and count <= self._large < len(self._waiting):
            # Beside the others: what inspects small files is then loaded while they
            # hash, and not when they have done.
            threads.append(threading.Thread(target=self._work_on_small))
        started = []
        done = False
        try:
            for thread in threads:
                thread.start()
                started.append(thread)
            self._work()
            for thread in started:
                thread.join()
            done = True
        finally:
            if not done:
                # Interrupted, or no thread was to be had.
                self._stop.set()
            # No thread may outlive the descriptor of the release.
            for thread in started:
                thread.join()
        if self._errors:
            raise min(self._errors, key=lambda item: item[0])[1]

    def _work(self) -> None:
        self._take_all(self._next)

    def _work_on_small(self) -> None:
        self._take_all(self._next_small)

    def _take_all(self, take: Callable[[], Sequence[OriginEntry]]) -> None:
        try:
            while entries := take():
                self._files(entries)
        except _StoppedError:
            return
        except BaseException as error:  # noqa: BLE001 - raised again by `run`
            self._fail("", error)

    def _fail(self, path: str, error: BaseException) -> None:
        with self._lock:
            self._errors.append((path, error))
        self._stop.set()

    def _next(self) -> Sequence[OriginEntry]:
        """Take the largest file off the list, or two large ones; none at the end."""
        with self._lock:
            if self._stop.is_set() or not self._waiting:
                return ()
            if not self._large:
                return (self._waiting.pop(),)
            count = 1
            if self._large > max(1, self._idle) and hashes_side_by_side():
                count = 2
            self._idle -= 1
            self._large -= count
            return [self._waiting.pop() for _ in range(count)]

    def _next_small(self) -> Sequence[OriginEntry]:
        """Take the smallest file off the list; none when only large ones are left."""
        with self._lock:
            if self._stop.is_set() or self._large == len(self._waiting):
                return ()
            return (self._waiting.popleft(),)

    def _files(self, entries: Sequence[OriginEntry]) -> None:
        """Do one file, or two large ones together."""
        try:
            with ExitStack() as held:
                works = []
                for entry in entries:
                    opened = held.enter_context(closing(self._origin.open(entry)))  # 1
                    works.append(held.enter_context(self._work_on(entry, opened)))
                digests = self._hash(works)  # 2
                for work, digest in zip(works, digests, strict=True):
                    work.opened.compare(digest, work.source)  # 3
                    facts = work.inspecting.result(digest)  # 4
                    work.opened.prove()  # 5
                    self._done(work.entry, digest, facts)
        except AssayError as error:
            self._fail(min(entry.path for entry in entries), error)
        finally:
            if entries[0].size > self._limits.max_held_bytes:
                with self._lock:
                    self._idle += 1

    def _work_on(self, entry: OriginEntry, opened: OpenFile) -> _Work:
        size = entry.size
        small = size <= self._limits.max_held_bytes
        memory = bytearray(size) if small and self._paths is not None else None
        source = opened.source() if memory is None else BytesSource(memory)
        inspecting = _Inspecting(lambda digest: self._inspect(source, entry, digest))
        if not small and self._aside:
            inspecting.start()
        return _Work(entry, opened, memory, source, inspecting)

    def _hash(self, works: Sequence[_Work]) -> list[str]:
        """Hash one file, or two."""
        files = [
            (work.opened.descriptor, work.entry.size, work.entry.path)
            for work in works
            if work.opened.descriptor is not None and work.memory is None
        ]
        if len(files) == len(works):
            return hash_descriptors(files, self._advanced)
        return [
            work.opened.hash(partial(self._advanced, work.entry.path), keep=work.memory)
            for work in works
        ]

    def _advanced(self, path: str, count: int) -> None:
        if self._stop.is_set():
            # Somebody else met an error, or there was an interrupt.
            raise _StoppedError
        self._teller.advanced(path, count)

    def _done(self, entry: OriginEntry, digest: str, facts: FileFacts | None) -> None:
        with self._lock:
            self.records[entry.path] = FileRecord(
                path=entry.path, size=entry.size, sha256=digest
            )
            if facts is not None:
                self.facts[entry.path] = facts
        self._teller.finished(entry.path)

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


class _Work:
    """One open file, and what is being done with it."""

    __slots__ = ("entry", "inspecting", "memory", "opened", "source")

    def __init__(
        self,
        entry: OriginEntry,
        opened: OpenFile,
        memory: bytearray | None,
        source: ByteSource,
        inspecting: _Inspecting,
    ) -> None:
        self.entry = entry
        self.opened = opened
        self.memory = memory
        self.source = source
        self.inspecting = inspecting

    def __enter__(self) -> Self:
        """Go on."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait: no thread may outlive the descriptor that it reads from."""
        self.inspecting.wait()


class _Inspecting:
    """The inspection of one file, on a thread of its own once it is started."""

    def __init__(self, inspect: Callable[[str], FileFacts | None]) -> None:
        self._inspect = inspect
        self._thread: threading.Thread | None = None
        self._facts: FileFacts | None = None
        self._error: BaseException | None = None

    def start(self) -> None:
        """Inspect from now on, beside what else is done."""
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def wait(self) -> None:
        """Wait for the thread, if there is one."""
        if self._thread is not None:
            self._thread.join()

    def result(self, digest: str) -> FileFacts | None:
        """Give the facts; inspect here and now unless that was started before."""
        if self._thread is None:
            return self._inspect(digest)
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._facts

    def _run(self) -> None:
        try:
            # There is no digest yet, and nobody asks for it: nothing is kept.
            self._facts = self._inspect("")
        except BaseException as error:  # noqa: BLE001 - raised again by `result`
            self._error = error
