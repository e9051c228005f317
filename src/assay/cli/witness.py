"""`assay witness`: confirm to others that logs only grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus
from assay.cli.options import PATH
from assay.cli.output import JSON_OPTION, say, told, write_json
from assay.cli.serving import (
    LISTEN_OPTION,
    PROXY_OPTION,
    QUIET_ACCESS_OPTION,
    noted,
    serve,
)
from assay.encoding import encode_base64
from assay.flows.witness import (
    init_witness,
    show_witness,
    witness_follows,
    witness_server,
)
from assay.wire.v0.witness import WitnessDocument, WitnessedLogPart

if TYPE_CHECKING:
    from pathlib import Path

    from assay.flows.witness import WitnessShown

__all__ = ["command"]


@click.group(
    "witness",
    epilog="""\b
Examples:
  assay witness init ./witness --name witness.example.com/w1
  assay witness trust ./witness log.json
  assay witness serve ./witness --listen 127.0.0.1:8081
""",
)
def command() -> None:
    """Confirm to others that transparency logs only grow."""


@command.command(
    "init",
    epilog="""\b
Examples:
  assay witness init ./witness --name witness.example.com/w1
""",
)
@click.argument("directory", type=PATH)
@click.option(
    "--name",
    required=True,
    help="The witness's name for ever: a name of yours without a scheme.",
)
@JSON_OPTION
@told
def init(*, directory: Path, name: str, json_to: str | None) -> ExitStatus:
    """Make a witness with new keys in DIRECTORY."""
    shown = init_witness(directory, name)
    say(
        "\n".join(
            [
                f"{directory} is the witness {shown.name}. Lines for a policy:",
                *(
                    f"  witness {label} {vkey}"
                    for label, vkey in zip(
                        ("ed25519", "ml-dsa-44"), shown.vkeys, strict=True
                    )
                ),
            ]
        ),
        json_to=json_to,
    )
    write_json(_document(shown), json_to)
    return ExitStatus.YES


@command.command(
    "trust",
    epilog="""\b
Examples:
  assay witness trust ./witness log.json
  assay witness trust ./witness --vkey log.example.com+8a1b2c3d+AQ...
""",
)
@click.argument("directory", type=PATH)
@click.argument("log", type=PATH, required=False)
@click.option(
    "--vkey",
    "vkeys",
    multiple=True,
    help="A verifier key of a log that has no log.json; repeat it for each.",
)
@told
def trust(*, directory: Path, log: Path | None, vkeys: tuple[str, ...]) -> ExitStatus:
    """Let the witness in DIRECTORY follow the log that LOG (its log.json) describes.

    All keys that are named must have signed what the witness cosigns. A running witness
    follows the log from its next request on.
    """
    origin, new = witness_follows(directory, log=log, vkeys=vkeys)
    say(f"{directory} follows {origin}" + ("" if new else ", as before"))
    return ExitStatus.YES


@command.command(
    "show",
    epilog="""\b
Examples:
  assay witness show ./witness
  assay witness show ./witness --json -
""",
)
@click.argument("directory", type=PATH)
@JSON_OPTION
@told
def show(*, directory: Path, json_to: str | None) -> ExitStatus:
    """Show the witness in DIRECTORY: its keys, its logs, and what contradicted it.

    Exits with 1 when it has kept a contradiction.
    """
    shown = show_witness(directory)
    lines = [f"{shown.name} follows {len(shown.logs)} logs"]
    for log in shown.logs:
        last = "nothing cosigned yet" if log.size is None else f"{log.size} entries"
        lines.append(f"  {log.origin}: {last}")
    lines += [f"  CONTRADICTION: {directory / name}" for name in shown.evidence]
    say("\n".join(lines), json_to=json_to)
    write_json(_document(shown), json_to)
    return ExitStatus.NO if shown.evidence else ExitStatus.YES


@command.command(
    "serve",
    epilog="""\b
Examples:
  assay witness serve ./witness --listen 127.0.0.1:8081
""",
)
@click.argument("directory", type=PATH)
@LISTEN_OPTION
@PROXY_OPTION
@QUIET_ACCESS_OPTION
@told
def serve_witness(
    *, directory: Path, listen: str, proxy: str | None, quiet: bool
) -> ExitStatus:
    """Serve the witness in DIRECTORY, as C2SP tlog-witness says.

    Submission prefix and monitoring prefix are the same. Ends in order on SIGTERM.
    """
    server = witness_server(
        directory, listen=listen, note=noted(quiet=quiet), proxy=proxy
    )
    serve(server, "the witness")
    return ExitStatus.YES


def _document(shown: WitnessShown) -> WitnessDocument:
    return WitnessDocument.of(
        name=shown.name,
        vkeys=shown.vkeys,
        logs=(
            WitnessedLogPart(
                origin=log.origin,
                vkeys=log.vkeys,
                size=log.size,
                root=None if log.root is None else encode_base64(log.root),
                timestamp=log.timestamp,
            )
            for log in shown.logs
        ),
        evidence=shown.evidence,
    )
