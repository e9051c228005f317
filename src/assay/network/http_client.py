"""Asking a server over HTTP/1.1, with every answer taken for hostile.

Steps of each request:
    1. The address is HTTPS, or HTTP to this machine; no name or password stands in it.
    2. The certificate is verified, for this name, over TLS 1.2 or later.
    3. Time is bounded: for each pause, and for the whole exchange.
    4. Headers are bounded, as bytes and in number.
    5. No redirection is followed, no cookie kept, no proxy taken from the environment.
    6. The body is read piece by piece up to its bound; what a header says of its length
       is never allocated. It is asked for as it is; an encoded one is refused, so
       nothing is ever inflated.

What the bounds do not cover is the resolving of a name, which the system's own
resolver bounds. What an answer says is the caller's to judge.
"""

from __future__ import annotations

import ipaddress
import ssl
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationParseError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from assay.errors import NetworkError, UsageError
from assay.network.bounded import (
    HEADER_BYTES,
    BoundedSocket,
    Budget,
    allow_body,
    spending,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from urllib3.util import Url

__all__ = ["Answer", "HttpClient"]

_PIECE = 64 * 1024
# Connections kept for one server, to be used again.
_KEPT = 8
_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server said, within the bounds; nothing of it is believed.

    Attributes:
        url: What was asked for.
        status: Its status.
        headers: By lower-case name; values of repeated ones joined by commas.
        body: All of it.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case; empty when none is said."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def require(self, *statuses: int) -> Answer:
        """Refuse every other status than these.

        Raises:
            NetworkError: `network.status`.
        """
        if self.status not in statuses:
            said = self.body[:_SHOWN].decode("utf-8", "replace")
            raise NetworkError(
                "status",
                f"The server refused {self.url}, or had something else to say.",
                expected="status " + " or ".join(map(str, statuses)),
                found=f"status {self.status}: {said!r}",
            )
        return self


class _Plain(HTTPConnection):
    """A connection whose socket is bounded."""

    def connect(self) -> None:
        super().connect()
        _bound(self)


class _Secure(HTTPSConnection):
    """As `_Plain`, over TLS."""

    def connect(self) -> None:
        super().connect()
        _bound(self)


def _bound(connection: HTTPConnection) -> None:
    connection.sock = BoundedSocket(connection.sock)


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Secure


class HttpClient:
    """Asks servers, within bounds; safe to use from several threads.

    Connections stay open between requests, a few for each server.
    """

    def __init__(
        self,
        *,
        timeout_seconds: float,
        most_bytes: int,
        total_seconds: float,
        ca_file: Path | None = None,
        token: str | None = None,
        plain_http: bool = False,
    ) -> None:
        """Set the bounds.

        Args:
            timeout_seconds: How long to wait for a connection, and for each next byte.
            most_bytes: The longest body that is read.
            total_seconds: How long one exchange may take as a whole.
            ca_file: Certificates (PEM) of the authorities to believe; the system's by
                default.
            token: A bearer token to send with each request (RFC 6750).
            plain_http: Whether to ask other machines over plain HTTP as well.

        Raises:
            UsageError: `usage.token`: the token cannot stand in a header.
        """
        self._pause = timeout_seconds
        self._most_bytes = most_bytes
        self._total = total_seconds
        self._plain_http = plain_http
        self._tls: dict[str, Any] = {
            "cert_reqs": "CERT_REQUIRED",
            "ssl_minimum_version": ssl.TLSVersion.TLSv1_2,
            "ca_certs": None if ca_file is None else str(ca_file),
        }
        self._pools: dict[tuple[str, str, int], urllib3.HTTPConnectionPool] = {}
        self._headers = {
            "accept-encoding": "identity",
            "user-agent": "assay",
        }
        if token is not None:
            if not token or not token.isascii() or not token.isprintable():
                raise UsageError(
                    "token",
                    "The token cannot be sent.",
                    expected="printable ASCII characters",
                    found=f"{len(token)} characters",
                )
            self._headers["authorization"] = f"Bearer {token}"

    def get(self, url: str) -> Answer:
        """Fetch what an address names.

        Raises:
            UsageError: `usage.url`.
            NetworkError: `network.unreachable`, `network.timeout`, `network.tls`,
                `network.too-long` or `network.malformed`.
        """
        return self._ask("GET", url, None, {})

    def post(self, url: str, body: bytes, content_type: str) -> Answer:
        """Send a body and give the answer.

        Nothing is sent twice: whether to try again after an error is for the caller to
        say, who knows whether it does harm.

        Raises:
            UsageError: `usage.url`.
            NetworkError: As `get`.
        """
        return self._ask("POST", url, body, {"content-type": content_type})

    def _ask(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str]
    ) -> Answer:
        parsed = self._parsed(url)
        budget = Budget(
            # 3.
            ends=time.monotonic() + self._total,
            pause=self._pause,
            # 4.
            left=HEADER_BYTES,
            what=f"The server {parsed.netloc}",
        )
        try:
            with spending(budget):
                return self._exchange(
                    method, parsed, body, {**self._headers, **headers}
                )
        except (HTTPError, OSError) as error:
            raise _network_error(error, parsed) from error

    def _exchange(
        self, method: str, url: Url, body: bytes | None, headers: dict[str, str]
    ) -> Answer:
        response = self._pool(url).urlopen(
            method,
            url.request_uri,
            body=body,
            headers=headers,
            timeout=min(self._pause, self._total),
            # 5.
            retries=False,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            decode_content=False,
        )
        whole = False
        try:
            answered = {name.lower(): value for name, value in response.headers.items()}
            allow_body(self._most_bytes)
            found = self._body(response, str(url), answered)
            whole = True
        finally:
            if whole:
                response.release_conn()
            else:
                # What is still on the way must not be taken for the next answer.
                response.close()
        return Answer(
            url=str(url), status=response.status, headers=answered, body=found
        )

    def _body(
        self, response: urllib3.BaseHTTPResponse, url: str, headers: Mapping[str, str]
    ) -> bytes:
        # 6.
        encoding = headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("", "identity"):
            raise NetworkError(
                "malformed",
                f"The answer of {url} is encoded, which was not asked for.",
                expected="the content as it is",
                found=f"Content-Encoding: {encoding[:_SHOWN]}",
            )
        pieces = bytearray()
        while piece := response.read(_PIECE):
            pieces += piece
            if len(pieces) > self._most_bytes:
                raise NetworkError(
                    "too-long",
                    f"The answer of {url} is longer than is read.",
                    expected=f"at most {self._most_bytes} bytes",
                    found="more",
                )
        return bytes(pieces)

    def _parsed(self, text: str) -> Url:
        # 1.
        if not text.isascii() or not text.isprintable() or " " in text:
            raise _bad_url(text, "a space, or what is no ASCII")
        try:
            url = urllib3.util.parse_url(text)
        except LocationParseError as error:
            raise _bad_url(text, "no address") from error
        if url.scheme not in ("http", "https") or not url.host:
            raise _bad_url(text, "no scheme or no host")
        if url.auth is not None or url.fragment is not None:
            raise _bad_url(text, "a password or a fragment in it")
        if url.scheme == "http" and not (self._plain_http or _is_loopback(url.host)):
            raise _bad_url(text, "plain HTTP to another machine")
        return url

    def _pool(self, url: Url) -> urllib3.HTTPConnectionPool:
        host, scheme = url.host or "", url.scheme or ""
        port = url.port or (443 if scheme == "https" else 80)
        pool = self._pools.get((scheme, host, port))
        if pool is None:
            if scheme == "https":
                # 2.
                pool = _SecurePool(host, port, maxsize=_KEPT, **self._tls)
            else:
                pool = _PlainPool(host, port, maxsize=_KEPT)
            pool = self._pools.setdefault((scheme, host, port), pool)
        return pool


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _bad_url(text: str, found: str) -> UsageError:
    return UsageError(
        "url",
        "The address cannot be asked.",
        expected="https://host/path, or http:// to this machine",
        found=f"{found}: {text[:_SHOWN]!r}",
    )


def _network_error(error: HTTPError | OSError, url: Url) -> NetworkError:
    """Say in one of few words what went wrong between here and there."""
    found = f"{type(error).__name__}: {error}"[:_SHOWN]
    where = f"{url.scheme}://{url.netloc}"
    # urllib3 takes a refused connection for a kind of time-out.
    late = isinstance(error, (ReadTimeoutError, ConnectTimeoutError, TimeoutError))
    if late and not isinstance(error, NewConnectionError):
        return NetworkError(
            "timeout",
            f"The server {where} did not answer in time.",
            expected="an answer",
            found=found,
            remedy="try again later",
        )
    if isinstance(error, SSLError):
        return NetworkError(
            "tls",
            f"The server {where} did not prove that it is the one that was named.",
            expected="TLS 1.2 or later and a certificate for this name",
            found=found,
            remedy="check the address; for an authority of your own, name its "
            "certificates",
        )
    if isinstance(error, (NameResolutionError, NewConnectionError, OSError)):
        return NetworkError(
            "unreachable",
            f"The server {where} cannot be reached.",
            expected="a connection",
            found=found,
            remedy="check the address and the network, and try again",
        )
    return NetworkError(
        "malformed",
        f"The answer of the server {where} is cut short, or no HTTP.",
        expected="one whole HTTP/1.1 answer",
        found=found,
        remedy="try again; if it stays so, tell the operator",
    )
