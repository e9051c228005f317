"""A log as a server: the files that anybody reads, and the path that writes.

A pure function from a `Request` to an `Answer`; `assay.log.web` makes the WSGI
application of it, and what accepts connections is chosen elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.errors import LogError
from assay.log.rate_limit import caller_of
from assay.log.submission import later
from assay.log.tokens import Role
from assay.log.web import Answer, Request, json_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.log.rate_limit import RateLimiter
    from assay.log.reading import LogReader
    from assay.log.submission import Submission

__all__ = ["STATEMENTS", "LogServer"]

STATEMENTS = "/api/v0/statements"
_STATUS = "/api/v0/status"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogServer:
    """Answers every request.

    Attributes:
        reader: What may be read.
        submission: What may be written; None where nothing is taken.
        pending: Counts the entries that are not published yet.
        by_address: Limits what is not a static file, which a proof has to be made for;
            None where nothing limits it.
    """

    reader: LogReader
    submission: Submission | None = None
    pending: Callable[[], int] = lambda: 0
    by_address: RateLimiter | None = None

    def __call__(self, request: Request) -> Answer:
        """Answer one request.

        Raises:
            LogError, DocumentError, KeyFileError, SignatureError: It is refused.
            MachineError: The disk is full or failed.
        """
        if request.path == STATEMENTS:
            return self._write(request)
        if request.method not in ("GET", "HEAD"):
            raise _method("GET or HEAD", request)
        if self.by_address is not None and request.path.startswith("/api/"):
            late = self.by_address.wait(caller_of(request.address))
            if late:
                return later(late)
        if request.path == _STATUS:
            return self._status(request)
        return self.reader(request)

    def _write(self, request: Request) -> Answer:
        if request.method != "POST":
            raise _method("POST", request)
        if self.submission is None:
            raise LogError(
                "forbidden",
                "This server takes no statements.",
                expected="a server that was started with a file of tokens",
            )
        return self.submission(request)

    def _status(self, request: Request) -> Answer:
        """Say what waits, to who may know it."""
        if self.submission is None:
            raise LogError("forbidden", "This server has no operators.")
        token = self.submission.authorised(request, Role.OPERATE)
        answer = json_answer(
            {
                "format": "assay-log-status/0",
                "pending": self.pending(),
                "waiting": self.submission.batcher.waiting(),
            }
        )
        return Answer(
            status=answer.status,
            body=answer.body,
            content_type=answer.content_type,
            headers=answer.headers,
            who=token.name,
        )


def _method(allowed: str, request: Request) -> LogError:
    return LogError(
        "method",
        "This place is asked in another way.",
        expected=allowed,
        found=request.method[:16],
    )
