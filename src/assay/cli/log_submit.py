"""`assay log submit`: enter a bundle or a statement in a log elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus
from assay.cli.options import PATH
from assay.cli.output import say, told, write_result
from assay.cli.targets import TARGET
from assay.domain.limits import DEFAULT_LIMITS
from assay.flows.files import read_file
from assay.flows.remote_log import (
    TOKEN_VARIABLE,
    RemoteChoice,
    log_file,
    open_remote_log,
)

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["command"]


@click.command(
    "submit",
    epilog="""\b
Examples:
  assay log submit https://log.example.com my-model.assay --log-json log.json \\
      --out logged.assay
  assay log submit https://log.example.com review.assay-statement \\
      --log-json log.json --out logged.assay-statement
""",
)
@click.argument("url")
@click.argument("path", metavar="BUNDLE|STATEMENT", type=PATH)
@click.option(
    "--out",
    metavar="FILE",
    type=TARGET,
    required=True,
    help="The same with receipts.",
)
@click.option(
    "--log-json",
    metavar="FILE",
    type=PATH,
    help="The log's log.json, got in a way that you believe.",
)
@click.option(
    "--trust", metavar="TRUST", type=PATH, help="Or a trust file that names the log."
)
@click.option(
    "--token-file",
    metavar="FILE",
    type=PATH,
    help=f"File with your token; by default the variable {TOKEN_VARIABLE}.",
)
@click.option(
    "--state",
    metavar="FILE",
    type=PATH,
    help="Where to keep what was seen of the log; by default in your own state folder.",
)
@click.option(
    "--witness-policy",
    metavar="FILE",
    type=PATH,
    help="Witness policy that the receipts have to satisfy.",
)
@click.option(
    "--ca-file",
    metavar="FILE",
    type=PATH,
    help="Certificates to believe the server by.",
)
@told
def command(
    *,
    url: str,
    path: Path,
    out: str,
    log_json: Path | None,
    trust: Path | None,
    token_file: Path | None,
    state: Path | None,
    witness_policy: Path | None,
    ca_file: Path | None,
) -> ExitStatus:
    """Log a bundle or a statement at URL, and write it with its receipts.

    Of a bundle every statement is logged; of a statement file its one.

    For what was sealed while the log could not be reached. Nothing that the server says
    is believed: every receipt is verified, and so is that the log has only grown.
    """
    data = read_file(path, most=DEFAULT_LIMITS.max_bundle_bytes, what="file")
    log = open_remote_log(
        RemoteChoice(
            url=url,
            log=log_json,
            trust=trust,
            token_file=token_file,
            state=state,
            policy=witness_policy,
            ca_file=ca_file,
        )
    )
    logged, indexes = log_file(data, log)
    write_result(out, logged)
    say(f"logged at {', '.join(map(str, indexes))} in {log.origin}", json_to=out)
    return ExitStatus.YES
