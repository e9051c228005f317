"""`assay log serve`: let others read a log, and submit to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus
from assay.cli.options import PATH
from assay.cli.output import told
from assay.cli.serving import (
    LISTEN_OPTION,
    PROXY_OPTION,
    QUIET_ACCESS_OPTION,
    noted,
    serve,
)
from assay.flows.log_serve import LogService, Rates, log_server
from assay.flows.own_log import kept_policy
from assay.flows.signature_crew import default_crew

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["command"]


@click.command(
    "serve",
    epilog="""\b
Examples:
  assay log serve ./log
  assay log token new tokens.json --name "build of example.com"
  assay log serve ./log --tokens tokens.json --listen 127.0.0.1:8080
  assay log serve ./log --tokens tokens.json --witness-policy policy.txt
""",
)
@click.argument("directory", type=PATH)
@LISTEN_OPTION
@click.option(
    "--tokens",
    metavar="FILE",
    type=PATH,
    help="File of tokens: who may submit. Without it the log is only read.",
)
@click.option(
    "--witness-policy",
    metavar="FILE",
    type=PATH,
    help="Witness policy (C2SP tlog-policy): nothing is published before enough "
    "witnesses have cosigned it. The log keeps it; without this option the kept one "
    "holds, see `assay log policy`.",
)
@click.option(
    "--ca-file",
    metavar="FILE",
    type=PATH,
    help="Certificates of the authorities by which witnesses are believed; by default "
    "the system's.",
)
@click.option(
    "--bodies/--no-bodies",
    default=True,
    show_default=True,
    help="Whether the bodies of entries are published.",
)
@click.option(
    "--batch-seconds",
    metavar="S",
    type=click.FloatRange(0.0, 60.0),
    default=0.25,
    show_default=True,
    help="How long the first statement of a batch waits for others.",
)
@click.option(
    "--batch-most",
    metavar="N",
    type=click.IntRange(1, 4096),
    default=256,
    show_default=True,
    help="Statements of a batch at most.",
)
@click.option(
    "--crew",
    metavar="N",
    type=click.IntRange(0, 64),
    help="Processes beside the server that check signatures; by default one for each "
    "core but one.",
)
@click.option(
    "--rate",
    metavar="N",
    type=click.FloatRange(0.01, 1_000_000),
    default=200.0,
    show_default=True,
    help="Statements a second of one token, on average.",
)
@click.option(
    "--address-rate",
    metavar="N",
    type=click.FloatRange(0.01, 1_000_000),
    default=50.0,
    show_default=True,
    help="Requests below /api/ a second from one address, on average.",
)
@PROXY_OPTION
@QUIET_ACCESS_OPTION
@told
def command(
    *,
    directory: Path,
    listen: str,
    tokens: Path | None,
    witness_policy: Path | None,
    ca_file: Path | None,
    bodies: bool,
    batch_seconds: float,
    batch_most: int,
    crew: int | None,
    rate: float,
    address_rate: float,
    proxy: str | None,
    quiet: bool,
) -> ExitStatus:
    """Serve the log in DIRECTORY: its files to all, its write path to token holders.

    Reading is static files (C2SP tlog-tiles). Ends in order on SIGTERM: what was
    submitted is published first.
    """
    service = LogService(
        path=directory,
        tokens=tokens,
        policy=witness_policy,
        ca_file=ca_file,
        bodies=bodies,
        most=batch_most,
        wait=batch_seconds,
        crew=default_crew() if crew is None else crew,
        rates=Rates(
            address_per_second=address_rate,
            address_burst=max(address_rate * 4, 1.0),
            token_per_second=rate,
            token_burst=max(rate * 10, 1.0),
        ),
    )
    if witness_policy is None:
        kept = kept_policy(directory)
        if kept is not None:
            click.echo(
                f"the log keeps a witness policy: quorum {kept.quorum} of "
                f"{', '.join(item.name for item in kept.witnesses)}",
                err=True,
            )
    with log_server(
        service, listen=listen, note=noted(quiet=quiet), proxy=proxy
    ) as server:
        serve(server, "the log")
    return ExitStatus.YES
