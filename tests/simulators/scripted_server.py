"""A TCP server on the loopback that says exactly what a test wants it to say."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["answering", "read_request", "serving"]

_SECONDS = 20


def read_request(connection: socket.socket) -> bytes:
    """Read one request: its head, and the body that its head announces."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            while len(body) < int(value):
                body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def serving(
    talk: Callable[[socket.socket], None], *, certificate: Path | None = None
) -> Iterator[str]:
    """Serve; every connection is handed to `talk` in a thread of its own.

    Args:
        talk: Says what there is to say; the connection is closed behind it.
        certificate: A PEM file of key and certificate, for TLS.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

    def handle(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.settimeout(_SECONDS)
            if context is None:
                talk(connection)
            else:
                with context.wrap_socket(connection, server_side=True) as secure:
                    talk(secure)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=handle, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        # Closing alone does not wake a thread that waits in accept().
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(_SECONDS)


def answering(data: bytes) -> Callable[[socket.socket], None]:
    """Read one request, and send these bytes."""

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(data)

    return talk
