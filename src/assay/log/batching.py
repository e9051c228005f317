"""Many submitters, few trees: entries are gathered and logged together.

A batch ends when it is full or when its first entry has waited long enough; whatever
comes while a batch is written makes the next one. Each submitter waits until its own
entries are in a published tree, so what was given a receipt is durable, and what was
refused can be submitted again: an entry that had been sequenced keeps its index.

    1. refuse      what no log takes, a queue that is full, a batcher that is closed
    2. queue       in the order of arrival
    3. append      one batch at a time, by one thread
    4. answer      every submitter of the batch: a receipt, or the batch's error
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import AssayError, LogError
from assay.log.parts import LogEntry, check_entry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from types import TracebackType
    from typing import Protocol, Self

    from assay.log.directory import Receipt

    class Appender(Protocol):
        """What entries are handed to: a `Log`."""

        def append(self, entries: Sequence[LogEntry], /) -> tuple[Receipt, ...]:
            """Log entries and give their receipts, in the same order."""

        def kept_open(self) -> AbstractContextManager[None]:
            """Keep in this thread what is costly to open."""


__all__ = ["Batcher"]

# The thread that writes gives up the interpreter at every sync and has to get it back
# from those that parse: at Python's 5 ms for each, it would wait longer than it writes.
_SWITCH_SECONDS = 0.0005


class _Answers:
    """The answers to one submission; one thread gives them, another waits."""

    def __init__(self, count: int) -> None:
        self._receipts: list[Receipt | None] = [None] * count
        self._left = count
        self._error: AssayError | None = None
        self._complete = threading.Event()

    def give(self, place: int, answer: Receipt | AssayError) -> None:
        """Answer for one entry."""
        if isinstance(answer, AssayError):
            self._error = self._error or answer
        else:
            self._receipts[place] = answer
        self._left -= 1
        if not self._left:
            self._complete.set()

    def wait(self) -> tuple[Receipt, ...]:
        """Wait for all answers, and give the receipts or raise the first error."""
        if self._receipts:
            self._complete.wait()
        if self._error is not None:
            raise self._error
        return tuple(receipt for receipt in self._receipts if receipt is not None)


@dataclass(frozen=True, slots=True)
class _Ticket:
    entry: LogEntry
    answers: _Answers
    place: int
    since: float

    @property
    def held(self) -> int:
        return len(self.entry.leaf) + len(self.entry.body)


class Batcher:
    """Gathers the entries of many threads into batches of one log.

    Use it as a context manager, or call `close`: that logs what still waits.
    """

    def __init__(
        self,
        log: Appender,
        *,
        most: int = 256,
        wait: float = 0.25,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        """Start gathering.

        Args:
            log: The open log.
            most: Entries of a batch at most.
            wait: Seconds that the first entry of a batch waits for others at most.
            limits: Bounds on what waits.
        """
        self._log = log
        self._switch_seconds = sys.getswitchinterval()
        self._most = most
        self._wait = wait
        self._limits = limits
        self._queue: deque[_Ticket] = deque()
        self._held = 0
        self._closed = False
        self._changed = threading.Condition()
        self._worker = threading.Thread(target=self._run, name="assay-log-batches")
        self._worker.start()

    def __enter__(self) -> Self:
        """Give the batcher itself, its thread served swiftly until it is closed."""
        self._switch_seconds = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_SECONDS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Log what still waits."""
        self.close()
        sys.setswitchinterval(self._switch_seconds)

    def submit(self, entry: LogEntry) -> Receipt:
        """Log an entry and give its receipt; waits for its batch.

        Raises:
            LogError: `log.overloaded` or `log.batcher-closed`: nothing was taken;
                otherwise as `Log.append`.
            MachineError: The disk is full or failed.
        """
        (receipt,) = self.submit_many((entry,))
        return receipt

    def submit_many(self, entries: Sequence[LogEntry]) -> tuple[Receipt, ...]:
        """Log entries and give their receipts, in the same order.

        They are taken all or none, and may end up in several batches. Where one of
        these fails, its error is raised once all of them have ended.

        Raises:
            LogError: As `submit`.
            MachineError: The disk is full or failed.
        """
        # 1.
        for entry in entries:
            check_entry(entry)
        since = time.monotonic()
        answers = _Answers(len(entries))
        # 2.
        self._take(
            [
                _Ticket(entry, answers, place, since)
                for place, entry in enumerate(entries)
            ]
        )
        return answers.wait()

    def waiting(self) -> int:
        """Count the entries that no batch has taken yet."""
        with self._changed:
            return len(self._queue)

    def close(self) -> None:
        """Take nothing more, log what still waits, and give every answer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._worker.join()

    def _take(self, tickets: list[_Ticket]) -> None:
        limits = self._limits
        held = sum(ticket.held for ticket in tickets)
        with self._changed:
            if self._closed:
                raise _closed()
            if (
                len(self._queue) + len(tickets) > limits.max_log_waiting_entries
                or self._held + held > limits.max_log_waiting_bytes
            ):
                raise LogError(
                    "overloaded",
                    "More entries wait for the log than it holds.",
                    expected=f"at most {limits.max_log_waiting_entries} entries and "
                    f"{limits.max_log_waiting_bytes} bytes that wait",
                    found=f"{len(self._queue)} entries and {self._held} bytes wait, "
                    f"{len(tickets)} entries and {held} bytes came",
                    remedy="submit again later; nothing of this was taken",
                )
            self._queue.extend(tickets)
            self._held += held
            self._changed.notify_all()

    def _run(self) -> None:
        try:
            with self._log.kept_open():
                while batch := self._next():
                    self._append(batch)
        finally:
            # Only a fault of Assay itself ends the thread with entries in the queue.
            with self._changed:
                self._closed = True
                left = list(self._queue)
                self._queue.clear()
            for ticket in left:
                ticket.answers.give(ticket.place, _closed())

    def _next(self) -> list[_Ticket]:
        """Wait for a batch; empty once the batcher is closed and nothing waits."""
        with self._changed:
            while not self._closed and not self._queue:
                self._changed.wait()
            while not self._closed and len(self._queue) < self._most:
                left = self._queue[0].since + self._wait - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            count = min(self._most, len(self._queue))
            batch = [self._queue.popleft() for _ in range(count)]
            self._held -= sum(ticket.held for ticket in batch)
            return batch

    def _append(self, batch: list[_Ticket]) -> None:
        """Steps 3 and 4."""
        given: Sequence[Receipt | AssayError] = [_closed()] * len(batch)
        try:
            # 3.
            given = self._log.append([ticket.entry for ticket in batch])
        except AssayError as error:
            given = [error] * len(batch)
        finally:
            # 4. Also after a fault that nobody foresaw, which ends the thread.
            for ticket, answer in zip(batch, given, strict=True):
                ticket.answers.give(ticket.place, answer)


def _closed() -> LogError:
    return LogError(
        "batcher-closed",
        "The log takes no more entries: it is being shut down.",
        expected="a log that is open",
        remedy="submit again when it is back: an entry that was logged keeps its index",
    )
