"""A witness as a server: two paths, `add-checkpoint` and a checkpoint for each log.

The submission prefix and the monitoring prefix of C2SP tlog-witness are the same here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import LogError
from assay.log.web import Answer, Request
from assay.log.witness import PLAIN

if TYPE_CHECKING:
    from assay.log.witness import Witness, WitnessAnswer

__all__ = ["WitnessServer"]

_ADD = "/add-checkpoint"
_CHECKPOINT = "/checkpoint"
# tlog-witness: "SHOULD NOT delay for more than an hour"; a minute is enough to cache.
_CACHE = "max-age=5"


class WitnessServer:
    """Answers what logs and monitors ask a witness."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness

    def __call__(self, request: Request) -> Answer:
        """Answer one request.

        Raises:
            LogError: The witness's own memory is missing or damaged.
            MachineError: The disk is full or failed.
        """
        if request.path == _ADD:
            return self._add(request)
        origin_hash, name, rest = request.path.partition(_CHECKPOINT)
        if not name or rest or not origin_hash.startswith("/"):
            return _plain(404, "there is no such place\n")
        if request.method not in ("GET", "HEAD"):
            return _refused_method("GET, HEAD")
        return _answer(self._witness.checkpoint(origin_hash[1:]))

    def _add(self, request: Request) -> Answer:
        if request.method != "POST":
            return _refused_method("POST")
        most = DEFAULT_LIMITS.max_witness_request_bytes
        body = request.read(most + 1)
        if len(body) > most:
            return _plain(413, f"at most {most} bytes are read\n")
        try:
            return _answer(self._witness.add_checkpoint(body))
        except LogError as error:
            if error.code not in ("log.busy", "log.time-implausible"):
                raise
            answer = _plain(503, "try again later\n", ("Retry-After", "5"))
            return Answer(
                status=answer.status,
                body=answer.body,
                content_type=answer.content_type,
                headers=answer.headers,
                reason=error.code,
            )


def _answer(said: WitnessAnswer) -> Answer:
    headers = (("Cache-Control", _CACHE if said.status == 200 else "no-store"),)
    return Answer(
        status=said.status,
        body=said.body.encode(),
        content_type=said.content_type,
        headers=headers,
        reason=said.reason,
    )


def _plain(status: int, text: str, *headers: tuple[str, str]) -> Answer:
    return Answer(
        status=status,
        body=text.encode(),
        content_type=PLAIN,
        headers=(("Cache-Control", "no-store"), *headers),
    )


def _refused_method(allowed: str) -> Answer:
    return _plain(405, f"only {allowed} here\n", ("Allow", allowed))
