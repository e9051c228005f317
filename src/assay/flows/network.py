"""Loads the room `network` where it is installed, and says so where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.errors import UsageError

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from assay.network.http_client import HttpClient
    from assay.network.http_server import HttpServer

__all__ = ["http_client", "http_server"]


def http_client(**bounds: Any) -> HttpClient:  # noqa: ANN401 - as HttpClient takes them
    """Make a client; takes what `HttpClient` takes.

    Raises:
        UsageError: `usage.network`, or as `HttpClient`.
    """
    try:
        from assay.network.http_client import HttpClient  # noqa: PLC0415 - optional
    except ImportError as error:
        raise _not_installed("urllib3") from error
    return HttpClient(**bounds)


def http_server(application: WSGIApplication, **bounds: Any) -> HttpServer:  # noqa: ANN401 - as HttpServer takes them
    """Make a server; takes what `HttpServer` takes.

    Raises:
        UsageError: `usage.network`, or as `HttpServer`.
        MachineError: `machine.listen`.
    """
    try:
        from assay.network.http_server import HttpServer  # noqa: PLC0415 - optional
    except ImportError as error:
        raise _not_installed("waitress") from error
    return HttpServer(application, **bounds)


def _not_installed(package: str) -> UsageError:
    return UsageError(
        "network",
        "What opens connections is not installed.",
        expected=f"the optional package `{package}`",
        found="no module of that name",
        remedy="install `assay[network]`",
    )
