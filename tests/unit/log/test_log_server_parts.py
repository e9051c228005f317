"""Tokens, rates and WSGI: the parts of a log's server by themselves."""

from __future__ import annotations

import json

import pytest

from assay.domain.limits import Limits
from assay.errors import LogError, UsageError
from assay.flows.log_serve import (
    Role,
    add_token,
    read_tokens,
)
from assay.log import init_log
from assay.log.rate_limit import RateLimiter, caller_of
from assay.log.tokens import TokenFile, Tokens, format_tokens, new_token, parse_tokens
from assay.log.web import Access, Answer, application
from tests.simulators.served_logs import (
    served,
    submission,
)

ORIGIN = "log.example/served"


@pytest.fixture
def log(tmp_path):
    return init_log(tmp_path / "log", ORIGIN)


@pytest.fixture
def scene(log, tmp_path):
    with served(tmp_path) as server:
        yield log, server


def listed(token):
    return b'{"format":"assay-log-tokens/v0","tokens":[%b]}' % token


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format":"x","tokens":[]}',
        b'{"format":"assay-log-tokens/v0","tokens":{}}',
        listed(b"1"),
        listed(b"{}"),
        listed(b'{"id":1,"name":"a","role":"submit","salt":"","sha256":""}'),
        listed(b'{"id":"a","name":"a","role":"submit","salt":"","sha256":""}'),
    ],
)
def test_a_file_of_tokens_that_is_none_is_refused(data):
    with pytest.raises(LogError) as caught:
        parse_tokens(data)
    assert caught.value.code == "log.tokens-malformed"


def test_tokens_that_repeat_or_have_no_role_are_refused(monkeypatch):
    _, token = new_token("a", Role.SUBMIT)
    data = format_tokens(parse_tokens(format_tokens(read_tokens_of(token))))
    assert parse_tokens(data).tokens == (token,)
    for wrong in (
        data.replace(b'"submit"', b'"rule"'),
        format_tokens(read_tokens_of(token, token)),
    ):
        with pytest.raises(LogError) as caught:
            parse_tokens(wrong)
        assert caught.value.code == "log.tokens-malformed"
    monkeypatch.setattr("assay.log.tokens.DEFAULT_LIMITS", Limits(max_tokens=0))
    with pytest.raises(LogError):
        parse_tokens(data)


def read_tokens_of(*tokens):
    return TokenFile(tokens=tokens)


def test_a_log_has_as_many_tokens_as_it_may(tmp_path, monkeypatch):
    path = tmp_path / "t.json"
    assert read_tokens(path).tokens == ()
    add_token(path, "a", Role.SUBMIT)
    monkeypatch.setattr("assay.flows.log_serve.DEFAULT_LIMITS", Limits(max_tokens=1))
    with pytest.raises(UsageError) as caught:
        add_token(path, "b", Role.SUBMIT)
    assert caught.value.code == "usage.token-crowd"
    for name in ("", "a\nb", "a" * 101):
        with pytest.raises(UsageError) as caught:
            new_token(name, Role.SUBMIT)
        assert caught.value.code == "usage.token-name"


def test_tokens_are_read_again_only_when_they_change(tmp_path):
    path = tmp_path / "t.json"
    add_token(path, "a", Role.SUBMIT)
    tokens = Tokens(path)
    first = tokens.current()
    assert tokens.current() is first
    add_token(path, "b", Role.SUBMIT)
    assert len(tokens.current().tokens) == 2


def test_a_bucket_fills_at_its_rate_and_the_quietest_caller_is_forgotten():
    now = [0.0]
    limiter = RateLimiter(per_second=2, burst=4, most_callers=2, clock=lambda: now[0])
    assert [limiter.wait("a") for _ in range(5)] == [0, 0, 0, 0, 1]
    now[0] = 0.5
    assert [limiter.wait("a"), limiter.wait("a")] == [0, 1]
    # More than a bucket holds is let through once, and owed.
    now[0] = 100
    assert limiter.wait("a", 10) == 0
    assert limiter.wait("a") == 4
    limiter.wait("b", 4)
    limiter.wait("c", 4)
    assert limiter.wait("a", 4) == 0


def test_callers_are_addresses_and_networks_of_ipv6():
    assert caller_of("192.0.2.1") == "192.0.2.1"
    assert caller_of("2001:db8::1") == caller_of("2001:db8::ffff:1")
    assert caller_of("2001:db8::1") != caller_of("2001:db8:0:1::1")
    assert caller_of("") == ""


def called(server, environ, lines):
    said = {}

    def start(status, headers):
        said["status"], said["headers"] = status, dict(headers)

    body = b"".join(application(server, lines.append)(environ, start))
    return said["status"], said["headers"], body


class Stream:
    def __init__(self, data):
        self.data = data
        self.asked = []

    def read(self, count):
        self.asked.append(count)
        data, self.data = self.data[:count], self.data[count:]
        return data


def test_the_wsgi_application_answers_and_notes_what_was_asked(scene):
    _, server = scene
    lines: list = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/checkpoint",
        "wsgi.input": Stream(b""),
        "REMOTE_ADDR": "192.0.2.7",
    }
    status, headers, body = called(server.server, environ, lines)
    assert status == "200 OK"
    assert headers["Content-Length"] == str(len(body))
    assert headers["X-Content-Type-Options"] == "nosniff"
    environ["HTTP_IF_NONE_MATCH"] = headers["ETag"]
    status, headers, body = called(server.server, environ, lines)
    assert (status, body) == ("304 Not Modified", b"")
    assert "Content-Length" not in headers
    environ["REQUEST_METHOD"] = "HEAD"
    del environ["HTTP_IF_NONE_MATCH"]
    status, headers, body = called(server.server, environ, lines)
    assert (status, body) == ("200 OK", b"")
    assert int(headers["Content-Length"]) > 1000
    data = submission(1)
    stream = Stream(data)
    status, _, body = called(
        server.server,
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/api/v0/statements",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(data)),
            "HTTP_AUTHORIZATION": f"Bearer {server.token}",
            "wsgi.input": stream,
        },
        lines,
    )
    assert status == "200 OK"
    assert max(stream.asked) <= len(data)
    status, _, _ = called(
        server.server,
        {"REQUEST_METHOD": "GET", "PATH_INFO": "/\xff\n", "wsgi.input": stream},
        lines,
    )
    assert status == "404 Not Found"
    written = "\n".join(line.line() for line in lines)
    assert server.token.rpartition("_")[2] not in written
    assert len(written.split("\n")) == len(lines) == 5
    first = json.loads(lines[0].line())
    assert (first["address"], first["status"], first["path"]) == (
        "192.0.2.7",
        200,
        "/checkpoint",
    )
    assert json.loads(lines[3].line())["who"] == "a test"
    assert json.loads(lines[4].line())["reason"] == "log.not-served"


def test_a_length_that_is_no_number_means_no_body():
    seen = []

    def server(request):
        seen.append(request.read(100))
        return Answer(status=200, body=b"", content_type="text/plain")

    for length in ("x", "-1", "\u0661", ""):
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/",
            "CONTENT_LENGTH": length,
            "wsgi.input": Stream(b"body"),
        }
        assert called(server, environ, [])[0] == "200 OK"
    assert seen == [b""] * 4


def test_no_path_can_forge_a_line_of_the_log_of_accesses():
    line = Access(
        method="GET",
        path='/\n{"status": 200}\u2028',
        address="a",
        who="",
        status=404,
        bytes=0,
        seconds=0.1,
        reason="",
    ).line()
    assert line.isascii()
    assert "\n" not in line
