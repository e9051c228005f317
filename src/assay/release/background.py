"""Reading a release while the program does something else.

Hashing leaves the interpreter free most of the time, so `assay check` starts to read
before it has loaded the rest of itself: on two cores that hides its whole start-up.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Self

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.release.inspect import InspectedRelease, inspect_release

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from assay.release.cache import FactsCache
    from assay.release.progress import Progress

__all__ = ["BackgroundReading", "open_cache"]


# How long a thread that hashes waits for one that computes. Python's own 5 ms would
# idle it for longer than a piece takes to hash.
_SWITCH_SECONDS = 0.0005


def open_cache(
    directory: Path | None, limits: Limits = DEFAULT_LIMITS
) -> FactsCache | None:
    """Open the directory of kept facts that somebody named, or make it.

    Raises:
        ReleaseError: `release.cache`.
    """
    if directory is None:
        return None
    # Late: its models take a while to build, and most runs keep nothing.
    from assay.release.cache import FactsCache  # noqa: PLC0415 - see above

    return FactsCache(directory, limits)


class _GivenUpError(Exception):
    """Nobody waits for the result any more."""


class BackgroundReading:
    """A release that is being read; use it in a `with` block.

    Leaving the block before the result was asked for stops the reading. It may begin
    before the block is entered, with `begin`; whoever does that leaves it in the end.
    """

    def __init__(
        self,
        root: Path | str,
        *,
        jobs: int | None = None,
        limits: Limits = DEFAULT_LIMITS,
        progress: Callable[[Progress], None] | None = None,
        cache: FactsCache | None = None,
    ) -> None:
        self._root = root
        self._cache = cache
        self._jobs = jobs
        self._limits = limits
        self._listener = progress
        self._given_up = threading.Event()
        self._result: InspectedRelease | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._read)
        self._switch_seconds = sys.getswitchinterval()
        self._begun = False

    def begin(self) -> None:
        """Start to read, unless it is being read already."""
        if self._begun:
            return
        self._begun = True
        self._switch_seconds = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._thread.start()

    def watch(self, progress: Callable[[Progress], None] | None) -> None:
        """Tell another listener from now on."""
        self._listener = progress

    def __enter__(self) -> Self:
        """Start to read."""
        self.begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop reading, unless it is done, and wait for the thread."""
        self._given_up.set()
        self._thread.join()
        sys.setswitchinterval(self._switch_seconds)

    def result(self) -> InspectedRelease:
        """Wait for the reading to end and give what was read.

        Raises:
            ReleaseError: As `inspect_release` does.
        """
        self._thread.join()
        if self._result is None:
            # `_read` has set one of the two; a third outcome would be a defect.
            raise self._error or RuntimeError("the reading ended without a result")
        return self._result

    def _read(self) -> None:
        try:
            self._result = inspect_release(
                self._root,
                jobs=self._jobs,
                limits=self._limits,
                progress=self._tell,
                cache=self._cache,
            )
        except BaseException as error:  # noqa: BLE001 - raised again by `result`
            self._error = error

    def _tell(self, progress: Progress) -> None:
        if self._given_up.is_set():
            raise _GivenUpError
        if self._listener is not None:
            self._listener(progress)
