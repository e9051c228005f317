"""Signatures checked in processes beside a served log (ADR 0029).

A thread that has checked a signature has to get the interpreter's lock back from
those that parse and write. A process gets keys, messages and signatures, and answers
which of them is the first that does not hold; it opens nothing and keeps nothing. Where
a process ends unasked, its work is done here instead.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from assay.crypto.public_key import public_key_from_der
from assay.errors import AssayError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

    from assay.log.submission import SignatureCheck

__all__ = ["SignatureCrew", "default_crew"]

# Fewer are checked sooner here than a process is asked.
_FEW = 8


def default_crew() -> int:
    """Give the number of processes that leaves a core to the server itself."""
    return max(0, (os.cpu_count() or 1) - 1)


class SignatureCrew:
    """Checks signatures in processes; safe to use from threads."""

    def __init__(self, processes: int) -> None:
        """Start the processes.

        Args:
            processes: How many; 0 checks everything in this one.
        """
        self._pool: ProcessPoolExecutor | None = None
        if processes > 0:
            self._pool = ProcessPoolExecutor(
                processes,
                # A copy of a process with threads may hold locks that nobody frees.
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
            )
            # Now, and not when the first statements wait.
            for _ in range(processes):
                self._pool.submit(_first_wrong, ())

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def check(self, checks: Sequence[SignatureCheck]) -> None:
        """Check signatures, each over its message by its key.

        Raises:
            KeyFileError: A key is none.
            SignatureError: A signature does not hold.
        """
        if self._pool is not None and len(checks) >= _FEW:
            try:
                wrong = self._pool.submit(_first_wrong, tuple(checks)).result()
            except (BrokenProcessPool, RuntimeError):
                # One was killed, or the server is ending: nothing is lost by it.
                self._pool = None
            else:
                if wrong is None:
                    return
                # Once more here, for the error that says what is wrong.
                checks = checks[wrong : wrong + 1]
        for der, message, signature in checks:
            public_key_from_der(der).verify(message, signature)


def _begin() -> None:
    """Let the server alone decide what an interrupt ends, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Outlive no server that was killed: its output would stay open."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(0)


def _first_wrong(checks: Sequence[SignatureCheck]) -> int | None:
    for place, (der, message, signature) in enumerate(checks):
        try:
            public_key_from_der(der).verify(message, signature)
        except AssayError:
            return place
    return None
