"""How the log's clients ask servers: a Protocol, so that they know no network.

`assay.network.http_client.HttpClient` satisfies it; a flow hands one in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Answered", "Asks"]


class Answered(Protocol):
    """What a server said; nothing of it is believed."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """By lower-case name."""

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case."""

    @property
    def body(self) -> bytes:
        """All of it, within the bounds of whoever asked."""


class Asks(Protocol):
    """Asks servers within bounds of time and bytes; safe to use from threads."""

    def get(self, url: str) -> Answered:
        """Fetch what an address names.

        Raises:
            NetworkError: It cannot be reached, or answers as no honest server would.
            UsageError: The address is none.
        """

    def post(self, url: str, body: bytes, content_type: str) -> Answered:
        """Send a body and give the answer.

        Raises:
            NetworkError: It cannot be reached, or answers as no honest server would.
            UsageError: The address is none.
        """
