"""Servers that close the connection behind each answer, as HTTP/1.0 does."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from assay.network.http_client import HttpClient

pytestmark = pytest.mark.enable_socket

BODY = b"x" * 5000


def answer_once(listener: socket.socket, pause: float) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.0 200 OK\r\ncontent-length: %d\r\n\r\n" % len(BODY))
        # The body comes when the client has long decided to close.
        time.sleep(pause)
        connection.sendall(BODY)


@pytest.mark.parametrize("pause", [0.0, 0.3])
def test_the_body_is_read_though_the_connection_ends_with_it(pause):
    client = HttpClient(timeout_seconds=5, total_seconds=10, most_bytes=10_000)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        for _ in range(2):
            server = threading.Thread(target=answer_once, args=(listener, pause))
            server.start()
            assert client.get(url).body == BODY
            server.join()
