"""The server against clients that are slow, large, many or no clients at all."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress

import pytest

from assay.errors import MachineError, UsageError
from assay.network import http_server
from assay.network.http_client import HttpClient
from assay.network.http_server import HttpServer

pytestmark = pytest.mark.enable_socket


class App:
    """Answers with what it was sent; `/slow` waits until it may go on."""

    def __init__(self):
        self.seen = []
        self.go = threading.Event()

    def __call__(self, environ, start_response):
        body = environ["wsgi.input"].read()
        self.seen.append((environ["PATH_INFO"], environ["REMOTE_ADDR"], len(body)))
        if environ["PATH_INFO"] == "/slow":
            self.go.wait(20)
        if environ["PATH_INFO"] == "/defect":
            raise ValueError("a defect with a secret")
        if environ["PATH_INFO"] == "/large":
            body = b"a" * 20_000_000
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]


@contextmanager
def running(app=None, **changes):
    given = {"listen": "127.0.0.1:0", "most_body_bytes": 1000, **changes}
    server = HttpServer(app or App(), **given)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(40)
        assert not thread.is_alive()


def connect(server):
    host, port = server.address.rsplit(":", 1)
    connection = socket.create_connection((host.strip("[]"), int(port)), timeout=10)
    connection.settimeout(10)
    return connection


def said(server, *pieces, pause=0.0):
    """Send bytes, and give all that comes back until the server hangs up."""
    with connect(server) as connection:
        with suppress(OSError):
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
        return received(connection)


def received(connection):
    data = b""
    with suppress(OSError):
        while piece := connection.recv(65536):
            data += piece
    return data


def statuses(data):
    return [
        int(line.split(b" ")[1])
        for line in data.split(b"\r\n")
        if line.startswith(b"HTTP/1.")
    ]


def client():
    return HttpClient(timeout_seconds=10, total_seconds=20, most_bytes=30_000_000)


CLOSE = b"Connection: close\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nHost: a\r\n"


def test_a_body_up_to_the_bound_is_served_and_one_byte_more_refused():
    app = App()
    with running(app) as server:
        url = f"http://{server.address}/"
        assert client().post(url, b"a" * 1000, "a/b").body == b"a" * 1000
        assert client().post(url, b"a" * 1001, "a/b").status == 413
    assert [size for _, _, size in app.seen] == [1000]


def test_a_length_of_terabytes_is_refused_at_once():
    app = App()
    with running(app) as server:
        head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1099511627776\r\n"
        assert statuses(said(server, head + CLOSE)) == [413]
    assert app.seen == []


def test_chunks_beyond_the_bound_are_refused():
    app = App()
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + CLOSE
    with running(app) as server:
        good = said(server, head + b"5\r\nhello\r\n0\r\n\r\n")
        assert statuses(good) == [200]
        assert good.endswith(b"hello")
        many = said(server, head, *[b"64\r\n" + b"a" * 100 + b"\r\n"] * 50)
        assert statuses(many) == [413]
        assert statuses(said(server, head + b"zz\r\n")) == [400]
        assert statuses(said(server, head + b"-5\r\nhello\r\n0\r\n\r\n")) == [400]
        huge = said(server, head + b"FFFFFFFFFFFF\r\n", *[b"a" * 1000] * 5)
        assert statuses(huge) == [413]
    assert len(app.seen) == 1


@pytest.mark.parametrize(
    "head",
    [
        GET + b"X: " + b"a" * 20_000 + b"\r\n\r\n",
        GET + b"".join(b"X-%d: a\r\n" % at for at in range(3000)) + b"\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
    ],
)
def test_a_head_beyond_the_bound_is_refused(head):
    app = App()
    with running(app) as server:
        assert statuses(said(server, head)) == [431]
    assert app.seen == []


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nA : b\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: b\r\n\tfolded\rx\r\n\r\n",
        b"GET / HTTP/1.1\nHost: a\n\n\x00\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST / HTTP/1.1\r\nContent-Length: +5\r\n\r\nhello",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(request_):
    app = App()
    with running(app) as server:
        assert statuses(said(server, request_))[:1] in ([400], [501])
    assert app.seen == []


def test_pipelined_requests_are_answered_in_order_and_end_with_the_connection():
    app = App()
    many = b"".join(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % at for at in range(50))
    with running(app) as server:
        answers = said(server, many + b"GET /last HTTP/1.1\r\nHost: a\r\n" + CLOSE)
        assert statuses(answers) == [200] * 51
    assert [path for path, _, _ in app.seen] == [
        *(f"/{at}" for at in range(50)),
        "/last",
    ]


def test_a_length_beside_chunks_is_not_what_counts():
    """RFC 9112 section 6.3: chunks win, so a proxy and we see the same requests."""
    app = App()
    both = (
        b"POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /second HTTP/1.1\r\n\r\n"
    )
    with running(app) as server:
        said(server, both + GET + CLOSE)
    assert [path for path, _, _ in app.seen] == ["/first", "/second", "/"]
    assert app.seen[0][2] == 0


def test_a_head_that_drips_is_ended(monkeypatch):
    monkeypatch.setattr(http_server, "HEAD_SECONDS", 0.5)
    app = App()
    with running(app) as server:
        began = time.monotonic()
        assert statuses(said(server, *[b"a"] * 100, pause=0.1)) == []
        assert time.monotonic() - began < 12
        assert client().get(f"http://{server.address}/").status == 200


def test_a_body_that_drips_is_ended(monkeypatch):
    monkeypatch.setattr(http_server, "BODY_SECONDS", 0.5)
    app = App()
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n"
    with running(app) as server:
        assert statuses(said(server, head, *[b"a"] * 100, pause=0.1)) == []
    assert app.seen == []


def test_an_answer_that_nobody_takes_is_ended(monkeypatch):
    monkeypatch.setattr(http_server, "BODY_SECONDS", 0.5)
    monkeypatch.setattr(http_server, "SLOWEST_BODY", 100_000_000)
    app = App()
    with running(app) as server, connect(server) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        while not app.seen:
            time.sleep(0.01)
        assert server._server.active_channels
        for _ in range(80):
            if not server._server.active_channels:
                break
            time.sleep(0.1)
        assert not server._server.active_channels


def test_slow_clients_hold_no_thread(monkeypatch):
    monkeypatch.setattr(http_server, "HEAD_SECONDS", 30.0)
    with running(threads=2) as server:
        slow = [connect(server) for _ in range(40)]
        for connection in slow:
            connection.sendall(GET)
        began = time.monotonic()
        assert client().get(f"http://{server.address}/").status == 200
        assert time.monotonic() - began < 5
        for connection in slow:
            connection.close()


def test_one_address_holds_a_bounded_number_of_connections():
    with running(per_address=5) as server:
        held = [connect(server) for _ in range(12)]
        # Those that are too many are hung up on; the others wait for a request.
        time.sleep(1.0)
        for connection in held:
            with suppress(OSError):
                connection.sendall(GET + CLOSE)
        answered = [statuses(received(connection)) for connection in held]
        assert answered.count([200]) == 5
        for connection in held:
            connection.close()
        time.sleep(1.2)
        assert client().get(f"http://{server.address}/").status == 200


def test_the_reverse_proxy_is_believed_about_addresses_and_nobody_else():
    app = App()
    forwarded = GET + b"X-Forwarded-For: 192.0.2.9\r\n" + CLOSE
    with running(app, proxy="127.0.0.1", per_address=1) as server:
        held = [connect(server) for _ in range(3)]
        assert statuses(said(server, forwarded)) == [200]
        for connection in held:
            connection.close()
    with running(app) as server:
        assert statuses(said(server, forwarded)) == [200]
    assert [address for _, address, _ in app.seen] == ["192.0.2.9", "127.0.0.1"]


def test_connections_at_a_time_are_bounded_and_the_rest_waits():
    with running(connections=4, per_address=100) as server:
        held = [connect(server) for _ in range(4)]
        late = connect(server)
        late.sendall(GET + CLOSE)
        late.settimeout(1.0)
        with pytest.raises(TimeoutError):
            late.recv(100)
        for connection in held:
            connection.close()
        late.settimeout(10)
        assert statuses(received(late)) == [200]
        late.close()


def test_a_stop_answers_what_is_under_way():
    app = App()
    with running(app) as server, connect(server) as connection:
        connection.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\n" + CLOSE)
        while not app.seen:
            time.sleep(0.01)
        server.stop()
        time.sleep(0.3)
        app.go.set()
        assert statuses(received(connection)) == [200]


def test_a_defect_is_an_error_without_its_words(capfd):
    with running() as server:
        answer = client().get(f"http://{server.address}/defect")
        assert answer.status == 500
        assert b"secret" not in answer.body
    capfd.readouterr()


@pytest.mark.parametrize(
    "listen",
    [
        "",
        "127.0.0.1",
        "127.0.0.1:",
        ":8080",
        "localhost:80",
        "*:80",
        "1.2.3:80",
        "a:b",
        "127.0.0.1:-1",
        "127.0.0.1:\u0661",
        "[::1:80x",
    ],
)
def test_a_place_that_is_none_is_refused(listen):
    with pytest.raises(UsageError) as caught:
        HttpServer(App(), listen=listen, most_body_bytes=1)
    assert caught.value.code == "usage.listen"


def test_a_port_that_is_taken_or_none_is_the_machines_fault():
    with running() as server, pytest.raises(MachineError) as caught:
        HttpServer(App(), listen=server.address, most_body_bytes=1)
    assert caught.value.code == "machine.listen"
    with pytest.raises(MachineError) as caught:
        HttpServer(App(), listen="192.0.2.1:0", most_body_bytes=1)
    assert caught.value.code == "machine.listen"


def test_ipv6_is_listened_on_as_well():
    try:
        server = HttpServer(App(), listen="[::1]:0", most_body_bytes=1)
    except MachineError:
        pytest.skip("this machine has no IPv6")
    assert server.address.startswith("[::1]:")
    server.stop()
    server.run()
