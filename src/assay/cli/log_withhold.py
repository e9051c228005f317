"""`assay log withhold`: erase what entries stand for; the entries stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus
from assay.cli.options import PATH
from assay.cli.output import JSON_OPTION, say, told, write_json
from assay.flows.withhold import withhold_statements
from assay.wire.v0.log_results import LogWithheldDocument

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["command"]


@click.command(
    "withhold",
    epilog="""\b
Examples:
  assay log withhold ./log SHA256
""",
)
@click.argument("directory", type=PATH)
@click.argument("digests", metavar="SHA256...", nargs=-1, required=True)
@JSON_OPTION
@told
def command(
    *, directory: Path, digests: tuple[str, ...], json_to: str | None
) -> ExitStatus:
    """Erase statements by their SHA-256, so that nothing of them is left in the log.

    The SHA-256 is that of the statement, as `assay revoke` and others print it, or that
    of its body, as the log's lists of bodies have it. Their entries stay, and every
    receipt goes on to verify; who asks for a statement is told that it is withheld.
    Copies and backups are not reached.
    """
    erased = withhold_statements(directory, digests)
    rest = "" if erased else " (what was named had been erased before)"
    say(f"{erased} erased; their entries stand{rest}", json_to=json_to)
    write_json(
        LogWithheldDocument(format="assay-log-withheld/0", erased=erased), json_to
    )
    return ExitStatus.YES
