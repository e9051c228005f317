"""What every verb that serves does: say where, note accesses, and end in order."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from assay.log.web import Access
    from assay.network.http_server import HttpServer

__all__ = ["LISTEN_OPTION", "PROXY_OPTION", "QUIET_ACCESS_OPTION", "noted", "serve"]

LISTEN_OPTION = click.option(
    "--listen",
    metavar="ADDRESS:PORT",
    default="127.0.0.1:8080",
    show_default=True,
    help="Where to listen; port 0 takes a free one. It speaks plain HTTP: for others "
    "than this machine put a reverse proxy with TLS in front of it.",
)
PROXY_OPTION = click.option(
    "--proxy",
    metavar="ADDRESS",
    help="Address of that reverse proxy: its X-Forwarded-For is believed then.",
)
QUIET_ACCESS_OPTION = click.option(
    "--quiet", "-q", is_flag=True, help="Write no line for each request."
)


def noted(*, quiet: bool) -> Callable[[Access], None]:
    """Give what takes the accesses: a line of JSON each, on standard output."""

    def note(access: Access) -> None:
        if not quiet:
            sys.stdout.write(access.line() + "\n")
            sys.stdout.flush()

    return note


def serve(server: HttpServer, what: str) -> None:
    """Serve until a signal asks for the end; requests under way are answered."""

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        server.stop()

    before = {
        number: signal.signal(number, stop)
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    click.echo(f"{what} listens on http://{server.address}", err=True)
    try:
        server.run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    click.echo(f"{what} has ended in order", err=True)
