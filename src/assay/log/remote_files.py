"""A log's files, fetched from where it is served. Nothing of them is believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.errors import LogError

if TYPE_CHECKING:
    from assay.log.asking import Asks

__all__ = ["RemoteFiles"]

_SHOWN = 100


class RemoteFiles:
    """A `FileReader` over HTTP; satisfies what tiles and checkpoints are read from."""

    def __init__(self, asks: Asks, url: str) -> None:
        """Name the log's prefix (C2SP tlog-tiles)."""
        self._asks = asks
        self._url = url.rstrip("/")

    def read(self, path: str, *, max_bytes: int) -> bytes | None:
        """Give a file's bytes, or None when it is absent.

        Raises:
            LogError: `log.file-oversized` or `log.remote-answer`.
            NetworkError: It cannot be fetched.
        """
        answer = self._asks.get(f"{self._url}/{path}")
        if answer.status in (404, 410):
            return None
        if answer.status != 200:
            raise LogError(
                "remote-answer",
                f"The log does not give {path}.",
                expected="status 200, or 404 where there is none",
                found=f"status {answer.status}: "
                + repr(answer.body[:_SHOWN].decode("utf-8", "replace")),
            )
        if len(answer.body) > max_bytes:
            raise LogError(
                "file-oversized",
                f"The file {path} is larger than it can be.",
                expected=f"at most {max_bytes} bytes",
                found=f"{len(answer.body)} bytes",
            )
        return answer.body
