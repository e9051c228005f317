"""Serving a WSGI application with waitress, within bounds that no stranger stretches.

Waitress reads a request whole before a thread sees it, so slow clients hold a little
memory and no thread. Its own time-out starts anew with every byte, so here is added:

    1. the head of a request is there within `HEAD_SECONDS`, its body at no less than
       `SLOWEST_BODY` bytes a second, and an answer is taken at no less than that
    2. one address holds at most so many connections, unless it is the reverse proxy
    3. a stop ends in order: no new connection, requests under way are answered
"""

from __future__ import annotations

import logging
import socket
import time
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer

from assay.errors import MachineError, UsageError

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

__all__ = ["HttpServer"]

# 1.
HEAD_SECONDS = 10.0
IDLE_SECONDS = 60
BODY_SECONDS = 20.0
SLOWEST_BODY = 16 * 1024
# Browsers and other servers end at 8 to 16 kB.
_HEAD_BYTES = 16 * 1024
# Requests are kept in memory up to this size, and in unnamed files beyond.
_HELD_BYTES = 512 * 1024
# How long a stop waits for requests under way: longer than a batch with witnesses.
_GRACE_SECONDS = 30.0
_BACKLOG = 256


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Knows when its request began."""

    def __init__(self, adj: Adjustments) -> None:
        super().__init__(adj)
        self.began = time.monotonic()

    def too_slow(self, now: float) -> bool:
        """Tell whether the request takes longer than an honest client's; step 1."""
        waited = now - self.began
        if not self.headers_finished:
            return waited > HEAD_SECONDS
        return bool(waited > BODY_SECONDS + self.body_bytes_received / SLOWEST_BODY)


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """Knows how long its answer has been on the way."""

    parser_class = _Parser
    sending_since: float | None = None
    sending_bytes = 0

    def too_slow(self, now: float) -> bool:
        """Tell whether the peer neither finishes its request nor takes the answer."""
        if self.total_outbufs_len:
            if self.sending_since is None:
                self.sending_since, self.sending_bytes = now, self.total_outbufs_len
            allowed = BODY_SECONDS + self.sending_bytes / SLOWEST_BODY
            return now - self.sending_since > allowed
        self.sending_since = None
        request = self.request
        return request is not None and request.too_slow(now)

    def hang_up(self) -> None:
        """End the connection: the loop notices it at the next turn."""
        self.will_close = True
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            # The peer was faster.
            return


class _Server(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    channel_class = _Channel
    most_per_address = 0
    proxy: str | None = None

    def maintenance(self, now: float) -> None:
        """Hang up on those that are idle or too slow; step 1."""
        super().maintenance(now)
        tick = time.monotonic()
        for channel in list(self.active_channels.values()):
            if channel.too_slow(tick):
                channel.hang_up()

    def handle_accept(self) -> None:
        """Take a connection, unless its address holds enough of them; step 2."""
        before = set(self.active_channels)
        super().handle_accept()
        for number in set(self.active_channels) - before:
            channel = self.active_channels[number]
            address = channel.addr[0]
            held = sum(
                other.addr[0] == address for other in self.active_channels.values()
            )
            if address != self.proxy and held > self.most_per_address:
                channel.hang_up()


class HttpServer:
    """A server on one address; `run` serves until `stop`."""

    def __init__(  # noqa: PLR0913 - each is one bound or one address
        self,
        application: WSGIApplication,
        *,
        listen: str,
        most_body_bytes: int,
        threads: int = 32,
        connections: int = 512,
        per_address: int = 128,
        proxy: str | None = None,
    ) -> None:
        """Listen; connections are taken once it runs.

        Args:
            application: What to serve.
            listen: A numeric address and a port, such as `127.0.0.1:8080` or
                `[::1]:8080`; port 0 takes a free one.
            most_body_bytes: Longest body of a request.
            threads: Requests that are answered at a time.
            connections: Connections at a time.
            per_address: Connections of one address at a time.
            proxy: Address of the reverse proxy whose `X-Forwarded-For` is believed.

        Raises:
            UsageError: `usage.listen`.
            MachineError: `machine.listen`.
        """
        host, port = _split(listen)
        # Its warnings are about clients, which the log of accesses has already.
        for name in ("waitress", "waitress.queue"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        settings: dict[str, Any] = {
            "host": host,
            "port": port,
            "threads": threads,
            # Its count includes the listener and its own wake-up.
            "connection_limit": connections + 2,
            "backlog": _BACKLOG,
            "channel_timeout": IDLE_SECONDS,
            "cleanup_interval": 1,
            "max_request_header_size": _HEAD_BYTES,
            # Waitress refuses a body that reaches its bound.
            "max_request_body_size": most_body_bytes + 1,
            "inbuf_overflow": _HELD_BYTES,
            "recv_bytes": 64 * 1024,
            "ident": None,
            "log_socket_errors": False,
            "asyncore_use_poll": True,
            "clear_untrusted_proxy_headers": True,
        }
        if proxy is not None:
            settings |= {
                "trusted_proxy": proxy,
                "trusted_proxy_count": 1,
                "trusted_proxy_headers": {"x-forwarded-for"},
            }
        listener = _listener(host, port, listen)
        self._server = _Server(
            application,
            adj=Adjustments(**settings),
            _sock=listener,
            bind_socket=False,
        )
        self._server.most_per_address = per_address
        self._server.proxy = proxy
        self._stopping = False

    @property
    def address(self) -> str:
        """Where it listens: host and port."""
        host, port = self._server.effective_host, self._server.effective_port
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def run(self) -> None:
        """Serve until somebody calls `stop`; then answer what is under way; step 3."""
        server = self._server
        while not self._stopping:
            self._turn(1.0)
        server.accepting = False
        ends = time.monotonic() + _GRACE_SECONDS
        while self._busy() and time.monotonic() < ends:
            self._turn(0.05)
        server.task_dispatcher.shutdown()
        wasyncore.close_all(server._map)  # noqa: SLF001 - waitress closes it no other way

    def stop(self) -> None:
        """End `run`; safe to call from a signal handler and from other threads."""
        if not self._stopping:
            self._stopping = True
            self._server.pull_trigger()

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(
            timeout=seconds,
            map=self._server._map,  # noqa: SLF001 - as waitress itself does
            use_poll=True,
            count=1,
        )

    def _busy(self) -> bool:
        return any(
            channel.requests or channel.total_outbufs_len
            for channel in list(self._server.active_channels.values())
        )


def _listener(host: str, port: int, listen: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        raise MachineError(
            "listen",
            "The server cannot listen where it was told to.",
            expected="an address of this machine and a free port",
            found=f"{listen}: {error}",
            remedy="choose another port, or stop what listens there",
        ) from error


def _split(listen: str) -> tuple[str, int]:
    host, colon, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    numeric = True
    try:
        socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)
    except OSError:
        numeric = False
    if not (colon and numeric and port.isascii() and port.isdigit()):
        raise UsageError(
            "listen",
            "The server cannot listen there.",
            expected="a numeric address and a port, such as 127.0.0.1:8080",
            found=listen[:100],
        )
    return host, int(port)
