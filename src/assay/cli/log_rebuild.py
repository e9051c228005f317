"""`assay log rebuild`: make a lost ledger anew from what the log has published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.counting import counted
from assay.cli.exit_status import ExitStatus
from assay.cli.options import PATH
from assay.cli.output import JSON_OPTION, say, told, write_json
from assay.encoding import encode_base64
from assay.flows.trust import trusted_logs
from assay.log import rebuild_ledger
from assay.wire.v0.log_results import LogRebuildDocument

if TYPE_CHECKING:
    from pathlib import Path

    from assay.log import RebuildReport

__all__ = ["command"]


@click.command(
    "rebuild",
    epilog="""\b
Examples:
  assay log rebuild ./log
  assay log rebuild ./log --out rebuilt.sqlite
  assay log rebuild ./copy --out rebuilt.sqlite --trust trust.toml --json -
""",
)
@click.argument("directory", type=PATH)
@click.option(
    "--out",
    metavar="FILE",
    type=PATH,
    help="Where to put the new ledger. Without it, where the log's own was lost.",
)
@click.option(
    "--trust",
    metavar="TRUST",
    type=PATH,
    help="Trust file: the log must be one that it names, with those keys.",
)
@JSON_OPTION
@told
def command(
    *, directory: Path, out: Path | None, trust: Path | None, json_to: str | None
) -> ExitStatus:
    """Make the ledger of a log anew from its tiles.

    The new ledger is bound to the published checkpoint, and made only where the tiles
    lead to it and none is of a later tree. Where the log's ledger is there, it stays as
    it is, and both are compared row by row: exits with 1 when they differ.

    Ask witnesses and mirrors for the newest checkpoint before a log goes on with a
    rebuilt ledger: one that does not know a tree which was signed forks the log.
    """
    with counted("rebuilding") as progress:
        report = rebuild_ledger(
            directory,
            out=out,
            trusted=None if trust is None else trusted_logs(trust),
            progress=progress,
        )
    say(_told(report), json_to=json_to)
    write_json(
        LogRebuildDocument(
            format="assay-log-rebuild/0",
            size=report.size,
            root=encode_base64(report.root),
            unknown_bodies=report.unknown_bodies,
            compared=report.compared,
            different=report.different,
        ),
        json_to,
    )
    return ExitStatus.NO if report.different else ExitStatus.YES


def _told(report: RebuildReport) -> str:
    lines = [f"rebuilt: {report.size} entries, root {encode_base64(report.root)}"]
    if report.unknown_bodies:
        lines.append(
            f"  {report.unknown_bodies} entries have a body that no list names"
        )
    if report.compared is not None:
        same = "all equal" if not report.different else f"{report.different} DIFFERENT"
        lines.append(f"  {report.compared} rows compared with the ledger: {same}")
    return "\n".join(lines)
