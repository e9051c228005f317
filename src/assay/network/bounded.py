"""Bounds on one exchange, held where bytes come from the socket.

A time-out of the operating system starts anew with every byte, so a server that drips
one byte a second holds its client for ever. And a header is read by libraries before
anybody can count it. Here every read of a connection asks one budget first.
"""

from __future__ import annotations

import io
import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.errors import NetworkError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

__all__ = ["BoundedSocket", "Budget", "allow_body", "spending"]

# What status line and headers of one answer may take: browsers and servers agree on
# less.
HEADER_BYTES = 64 * 1024
# A body in chunks has some bytes for each; honest chunks are far larger than that.
CHUNKED_FACTOR = 2
# The smallest time-out that is still one: zero would mean "do not wait at all".
_SHORTEST = 0.001


@dataclass(slots=True, kw_only=True)
class Budget:
    """What one exchange may still take.

    Attributes:
        ends: When it has to be over, on the monotonic clock.
        pause: Seconds for which nothing may come.
        left: Bytes that may still come in.
        what: Whom it is with, for errors.
    """

    ends: float
    pause: float
    left: int
    what: str

    def wait(self) -> float:
        """Give the time-out of the next read or write.

        Raises:
            NetworkError: `network.timeout`: the time is used up.
        """
        remaining = self.ends - time.monotonic()
        if remaining <= 0:
            raise NetworkError(
                "timeout",
                f"{self.what} took longer than is waited for.",
                expected="a whole answer in time",
                found="bytes that come too slowly",
                remedy="try again later",
            )
        return max(_SHORTEST, min(self.pause, remaining))

    def spend(self, count: int) -> None:
        """Take bytes that came in off the budget."""
        self.left -= count

    def refuse_more(self) -> None:
        """Stop an answer that goes on behind its bound.

        Raises:
            NetworkError: `network.too-long`.
        """
        if self.left <= 0:
            raise NetworkError(
                "too-long",
                f"{self.what} sent more than is read.",
                expected="an answer within the bound",
                found="further bytes behind it",
            )


_BUDGET: ContextVar[Budget] = ContextVar("budget")


@contextmanager
def spending(budget: Budget) -> Iterator[None]:
    """Let every bounded socket of this thread spend from this budget."""
    token = _BUDGET.set(budget)
    try:
        yield
    finally:
        _BUDGET.reset(token)


def allow_body(most_bytes: int) -> None:
    """Let a body follow: its headers have come and were short enough."""
    _BUDGET.get().left = HEADER_BYTES + CHUNKED_FACTOR * most_bytes


class BoundedSocket:
    """A connected socket of which every read and write is paid from a budget.

    Has what `http.client` and urllib3 use of a socket, and nothing else.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._readers = 0
        self._closed = False

    def makefile(self, mode: str) -> io.BufferedReader:
        """Give a reader of what comes in; `http.client` asks for no other."""
        del mode
        self._readers += 1
        return io.BufferedReader(_Reader(self._sock, self._reader_closed))

    def sendall(self, data: bytes) -> None:
        """Send everything; the time-out is for all of it (Python, `socket.sendall`)."""
        self._sock.settimeout(_BUDGET.get().wait())
        self._sock.sendall(data)

    def settimeout(self, seconds: float | None) -> None:
        """Do nothing: the budget says how long."""

    def fileno(self) -> int:
        """Give the descriptor, by which urllib3 sees whether the peer has hung up."""
        return self._sock.fileno()

    def close(self) -> None:
        """Close it, once nobody reads from it any more.

        `http.client` closes a connection that will not go on before it has read the
        body, and counts on this, as Python's own sockets do it.
        """
        self._closed = True
        if not self._readers:
            self._sock.close()

    def _reader_closed(self) -> None:
        self._readers -= 1
        if self._closed and not self._readers:
            self._sock.close()


class _Reader(io.RawIOBase):
    def __init__(self, sock: socket.socket, on_close: Callable[[], None]) -> None:
        self._sock = sock
        self._on_close = on_close

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._on_close()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed knows the buffer protocol only from 3.12 on
        budget = _BUDGET.get()
        self._sock.settimeout(budget.wait())
        budget.refuse_more()
        count = self._sock.recv_into(memoryview(buffer)[: budget.left])
        budget.spend(count)
        return count
