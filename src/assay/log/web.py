"""What the servers of a log and of a witness have in common: requests and answers.

A server is a function from a `Request` to an `Answer`; `application` makes the WSGI
application (PEP 3333) of it. So everything that a server says is tested without a
socket, and who accepts connections is chosen elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from assay.errors import (
    AssayError,
    DocumentError,
    KeyFileError,
    LogError,
    MachineError,
    SignatureError,
    UsageError,
)
from assay.wire.v0.results import ErrorDocument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIApplication

__all__ = [
    "JSON",
    "Access",
    "Answer",
    "Request",
    "application",
    "error_answer",
    "json_answer",
    "unchanging",
]

JSON = "application/json"
_PHRASES = {
    200: "OK",
    304: "Not Modified",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    411: "Length Required",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
# Statuses of errors whose family does not say it.
_STATUSES = {
    "log.entry-unknown": 404,
    "log.body-unknown": 404,
    "log.body-withheld": 404,
    "log.not-served": 404,
    "log.consistency-sizes": 404,
    "log.query": 400,
    "log.method": 405,
    "log.unauthorised": 401,
    "log.forbidden": 403,
    "log.rate": 429,
    "log.submission-type": 415,
    "log.submission-too-long": 413,
    "log.entry-too-long": 413,
    "log.body-too-long": 413,
    "document.too-large": 413,
    "log.overloaded": 503,
    "log.batcher-closed": 503,
    "log.busy": 503,
    "log.witness-quorum": 503,
}
_SHOWN_PATH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asks; nothing of it is believed.

    Attributes:
        method: In capitals.
        path: Decoded, beginning with a slash; may hold anything.
        query: As it came.
        headers: By lower-case name.
        address: Whom it came from, as far as the network tells.
        read: Gives the body up to a number of bytes.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    read: Callable[[int], bytes] = field(default=lambda _: b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is said.

    Attributes:
        status: HTTP status.
        body: Bytes.
        content_type: Its type.
        headers: Further headers.
        reason: Stable code of the refusal, for the log of accesses; or empty.
        who: Name of the token that was used, for the same; or empty.
    """

    status: int
    body: bytes
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One line of the log of accesses; holds no secret.

    Attributes:
        method: Of the request.
        path: Of the request, cut; without its query.
        address: Whom it came from.
        who: Name of the token that was used, or empty.
        status: Of the answer.
        bytes: Of the answer's body.
        seconds: That it took.
        reason: Stable code of a refusal, or empty.
    """

    method: str
    path: str
    address: str
    who: str
    status: int
    bytes: int
    seconds: float
    reason: str

    def line(self) -> str:
        """Write it as one line of JSON, in ASCII: no path can forge another line."""
        return json.dumps(
            {
                "method": self.method,
                "path": self.path,
                "address": self.address,
                "who": self.who,
                "status": self.status,
                "bytes": self.bytes,
                "seconds": round(self.seconds, 4),
                "reason": self.reason,
            }
        )


def json_answer(
    value: Mapping[str, Any], *, status: int = 200, headers: tuple[Any, ...] = ()
) -> Answer:
    """Answer with a JSON document that nobody keeps."""
    data = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    return Answer(
        status=status,
        body=data + b"\n",
        content_type=JSON,
        headers=(("Cache-Control", "no-store"), *headers),
    )


def error_answer(error: AssayError) -> Answer:
    """Answer with an error: the document that `--json` writes, and its status.

    What went wrong inside the log is not told to strangers, only its code.
    """
    status = _status(error)
    inside = status >= 500
    document = ErrorDocument(
        format="assay-error/0",
        code=error.code,
        message=_text("The log cannot answer at present." if inside else error.message),
        expected="" if inside else _text(error.expected),
        found="" if inside else _text(error.found),
        remedy="try again later" if inside else _text(error.remedy),
    )
    headers: tuple[tuple[str, str], ...] = ()
    if status == 503:
        headers = (("Retry-After", "5"),)
    if status == 405:
        headers = (("Allow", error.expected.replace(" or ", ", ")),)
    if status == 401:
        # RFC 6750 section 3.
        headers = (("WWW-Authenticate", "Bearer"),)
    answer = json_answer(
        document.model_dump(mode="json", by_alias=True), status=status, headers=headers
    )
    return replace(answer, reason=error.code)


def _text(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _status(error: AssayError) -> int:
    stated = _STATUSES.get(error.code)
    if stated is not None:
        return stated
    if isinstance(error, MachineError | LogError):
        return 500
    if isinstance(error, UsageError | DocumentError | SignatureError | KeyFileError):
        return 400
    return 500


def unchanging(request: Request, body: bytes, content_type: str, cache: str) -> Answer:
    """Answer with content that has an entity tag (RFC 9110 section 8.8.3)."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = (("ETag", tag), ("Cache-Control", cache))
    known = request.headers.get("if-none-match", "")
    tags = {item.strip().removeprefix("W/") for item in known.split(",")}
    if tag in tags or "*" in tags:
        return Answer(status=304, body=b"", content_type=content_type, headers=headers)
    return Answer(status=200, body=body, content_type=content_type, headers=headers)


def application(
    respond: Callable[[Request], Answer], note: Callable[[Access], None]
) -> WSGIApplication:
    """Make a WSGI application of a server.

    Args:
        respond: Answers; an `AssayError` that it raises becomes an answer.
        note: Takes a line for each request.
    """

    def application_of_log(
        environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        began = time.monotonic()
        request = _request(environ)
        try:
            answer = respond(request)
        except AssayError as error:
            answer = error_answer(error)
        headers = [
            ("Content-Type", answer.content_type),
            ("Content-Length", str(len(answer.body))),
            ("X-Content-Type-Options", "nosniff"),
            *answer.headers,
        ]
        if answer.status == 304:
            # RFC 9110 section 15.4.5: no body, and nothing that describes one.
            headers = [*answer.headers]
        start_response(f"{answer.status} {_PHRASES[answer.status]}", headers)
        note(
            Access(
                method=request.method[:16],
                path=request.path[:_SHOWN_PATH],
                address=request.address,
                who=answer.who,
                status=answer.status,
                bytes=len(answer.body),
                seconds=time.monotonic() - began,
                reason=answer.reason,
            )
        )
        if request.method == "HEAD" or answer.status == 304:
            return []
        return [answer.body]

    return application_of_log


def _request(environ: Mapping[str, Any]) -> Request:
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    stream = environ["wsgi.input"]
    length = environ.get("CONTENT_LENGTH") or "0"
    announced = int(length) if length.isascii() and length.isdigit() else 0

    def read(most: int) -> bytes:
        return bytes(stream.read(min(most, announced)))

    return Request(
        method=environ.get("REQUEST_METHOD", ""),
        # PEP 3333: octets as ISO-8859-1.
        path=environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace"),
        query=environ.get("QUERY_STRING", ""),
        headers=headers,
        address=environ.get("REMOTE_ADDR", ""),
        read=read,
    )
