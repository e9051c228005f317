"""The client of HTTP against servers that do what no honest one does."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress

import pytest

from assay.errors import AssayError, NetworkError, UsageError
from assay.network.http_client import Answer, HttpClient
from tests.simulators.loopback_certificate import loopback_certificate
from tests.simulators.scripted_server import answering, read_request, serving

pytestmark = pytest.mark.enable_socket

TOKEN = "a-token-of-tests"  # noqa: S105 - of a server that asks for none
OK = b"HTTP/1.1 200 OK\r\n"


def client(**changes):
    bounds = {"timeout_seconds": 5, "most_bytes": 1000, "total_seconds": 10}
    return HttpClient(**{**bounds, **changes})


def refused(talk, **changes):
    with serving(talk) as where, pytest.raises(AssayError) as caught:
        client(**changes).get(f"http://{where}/")
    return caught.value


def test_an_answer_has_status_headers_and_body():
    said = (
        OK
        + b"Content-Type: Text/Plain; charset=utf-8\r\nContent-Length: 5\r\n\r\nhello"
    )
    with serving(answering(said)) as where:
        answer = client().get(f"http://{where}/a?b=c")
    assert (answer.status, answer.body) == (200, b"hello")
    assert answer.content_type == "text/plain"
    assert answer.url == f"http://{where}/a?b=c"


def test_a_body_and_its_type_are_posted_with_the_token():
    seen = []

    def talk(connection):
        seen.append(read_request(connection))
        connection.sendall(OK + b"Content-Length: 0\r\n\r\n")

    with serving(talk) as where:
        answer = client(token=TOKEN).post(f"http://{where}/x", b"body", "a/b")
    assert answer.body == b""
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert body == b"body"
    assert head.startswith(b"POST /x HTTP/1.1\r\n")
    lowered = head.lower()
    for line in (
        b"content-type: a/b",
        b"authorization: bearer " + TOKEN.encode(),
        b"accept-encoding: identity",
        b"content-length: 4",
    ):
        assert line in lowered


def test_a_connection_is_used_again():
    connections = []

    def talk(connection):
        connections.append(connection)
        while read_request(connection):
            connection.sendall(OK + b"Content-Length: 2\r\n\r\nok")

    with serving(talk) as where:
        asking = client()
        assert [asking.get(f"http://{where}/{i}").body for i in range(3)] == [b"ok"] * 3
    assert len(connections) == 1


def test_a_body_in_chunks_is_read():
    said = OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    with serving(answering(said)) as where:
        assert client().get(f"http://{where}/").body == b"abcde"


def test_a_redirection_is_not_followed():
    said = b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"
    with serving(answering(said)) as where:
        answer = client().get(f"http://{where}/")
    assert answer.status == 302
    with pytest.raises(NetworkError) as caught:
        answer.require(200)
    assert caught.value.code == "network.status"


def test_a_required_status_is_handed_through():
    answer = Answer(url="https://a/", status=404, headers={}, body=b"")
    assert answer.require(200, 404) is answer


def test_a_body_of_exactly_the_bound_is_read_and_one_byte_more_refused():
    head = OK + b"Content-Length: %d\r\n\r\n"
    with serving(answering(head % 1000 + b"a" * 1000)) as where:
        assert len(client().get(f"http://{where}/").body) == 1000
    error = refused(answering(head % 1001 + b"a" * 1001))
    assert error.code == "network.too-long"


def test_a_length_of_terabytes_allocates_nothing():
    def talk(connection):
        read_request(connection)
        connection.sendall(OK + b"Content-Length: 1099511627776\r\n\r\n")
        with suppress(OSError):
            while True:
                connection.sendall(b"a" * 65536)

    assert refused(talk).code == "network.too-long"


def test_chunks_without_end_are_refused():
    def talk(connection):
        read_request(connection)
        connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        with suppress(OSError):
            while True:
                connection.sendall(b"1\r\na\r\n" * 1000)

    assert refused(talk, most_bytes=10_000_000, total_seconds=1).code in (
        "network.timeout",
        "network.too-long",
    )
    assert refused(talk).code == "network.too-long"


def test_a_chunk_of_terabytes_is_refused():
    def talk(connection):
        read_request(connection)
        connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFF\r\n")
        with suppress(OSError):
            while True:
                connection.sendall(b"a" * 65536)

    assert refused(talk).code == "network.too-long"


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 " + b"a" * 70_000,
        OK + b"X: " + b"a" * 70_000,
        OK + b"".join(b"X-%d: %s\r\n" % (i, b"a" * 900) for i in range(90)) + b"\r\n",
        OK + b"".join(b"X-%d: a\r\n" % i for i in range(200)) + b"\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000,
    ],
    ids=["status-line", "one-header", "many-bytes", "many-headers", "continue"],
)
def test_headers_beyond_the_bound_are_refused(said):
    assert refused(answering(said)).code in ("network.too-long", "network.malformed")


@pytest.mark.parametrize("start", [b"", OK, OK + b"Content-Length: 500\r\n\r\n"])
def test_a_server_that_drips_is_stopped(start):
    def talk(connection):
        read_request(connection)
        connection.sendall(start)
        with suppress(OSError):
            for _ in range(100):
                connection.sendall(b"a")
                time.sleep(0.1)

    began = time.monotonic()
    error = refused(talk, timeout_seconds=5, total_seconds=0.7)
    assert error.code == "network.timeout"
    assert time.monotonic() - began < 4


def test_a_silent_server_is_left_after_the_pause():
    done = threading.Event()
    began = time.monotonic()
    error = refused(lambda _: done.wait(5), timeout_seconds=0.2)
    done.set()
    assert error.code == "network.timeout"
    assert time.monotonic() - began < 4


def test_a_request_that_nobody_reads_is_left():
    done = threading.Event()
    with (
        serving(lambda _: done.wait(8)) as where,
        pytest.raises(NetworkError) as caught,
    ):
        client(timeout_seconds=0.3, total_seconds=0.5).post(
            f"http://{where}/", b"a" * 50_000_000, "a/b"
        )
    done.set()
    assert caught.value.code in ("network.timeout", "network.malformed")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"<html>no http</html>\r\n\r\n",
        OK + b"Content-Length: 10\r\n\r\nabc",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
        OK + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    ],
    ids=["nothing", "no-http", "short", "no-chunk", "short-chunk", "encoded"],
)
def test_an_answer_that_is_cut_or_none_is_refused(said):
    assert refused(answering(said)).code == "network.malformed"


def test_a_port_where_nothing_listens_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NetworkError) as caught:
        client().get(f"http://127.0.0.1:{port}/")
    assert caught.value.code == "network.unreachable"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/",
        "127.0.0.1/",
        "https://",
        "https://user:secret@127.0.0.1/",
        "https://127.0.0.1/#part",
        "https://127.0.0.3:99999/",
        "https://127.0.0.1/a b",
        "https://127.0.0.1/\r\nX: y",
        "https://127.0.0.1/ä",
        "http://example.com/",
        "http://192.0.2.1/",
        "http://127.0.0.1.example.com/",
    ],
)
def test_an_address_that_is_none_or_not_safe_is_refused(url):
    with pytest.raises(UsageError) as caught:
        client().get(url)
    assert caught.value.code == "usage.url"


def test_the_loopback_has_three_spellings():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for host in ("localhost", "[::1]", "127.0.0.2"):
        with pytest.raises(NetworkError) as caught:
            client(timeout_seconds=0.5).get(f"http://{host}:{port}/")
        assert caught.value.code == "network.unreachable"


@pytest.mark.parametrize("token", ["", "a\r\nX: y", "ä"])
def test_a_token_that_cannot_stand_in_a_header_is_refused(token):
    with pytest.raises(UsageError) as caught:
        client(token=token)
    assert caught.value.code == "usage.token"


def test_a_certificate_is_verified_against_the_authorities_given(tmp_path):
    served, authority = loopback_certificate(tmp_path)
    said = answering(OK + b"Content-Length: 2\r\n\r\nok")
    with serving(said, certificate=served) as where:
        assert client(ca_file=authority).get(f"https://{where}/").body == b"ok"
        with pytest.raises(NetworkError) as caught:
            client().get(f"https://{where}/")
        assert caught.value.code == "network.tls"
        with pytest.raises(NetworkError) as caught:
            client(ca_file=authority).get(f"https://localhost:{where.split(':')[1]}/")
        assert caught.value.code == "network.tls"


def test_a_handshake_that_never_ends_is_left():
    def talk(connection):
        with suppress(OSError):
            for _ in range(50):
                connection.sendall(b"\x16")
                time.sleep(0.1)

    began = time.monotonic()
    with serving(talk) as where, pytest.raises(NetworkError) as caught:
        client(timeout_seconds=0.4, total_seconds=0.8).get(f"https://{where}/")
    assert caught.value.code in ("network.timeout", "network.tls")
    assert time.monotonic() - began < 4
