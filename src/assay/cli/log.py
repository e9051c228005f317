"""`assay log`: keep and check a transparency log."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus
from assay.cli.options import PATH
from assay.cli.output import JSON_OPTION, say, told, write_json
from assay.encoding import encode_base64
from assay.log import audit_log, describe_log, init_log
from assay.wire.v0.results import LogDocument, ProblemPart

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["command"]


@click.group("log")
def command() -> None:
    """Keep and check a transparency log."""


@command.command(
    "init",
    epilog="""\b
Examples:
  assay log init ./log
  assay log init ./log --origin log.example.com/2026
""",
)
@click.argument("directory", type=PATH)
@click.option(
    "--origin",
    help="The log's name for ever: a name of yours without a scheme, such as "
    "log.example.com/2026. By default a random local one.",
)
@JSON_OPTION
@told
def init(*, directory: Path, origin: str | None, json_to: str | None) -> ExitStatus:
    """Make an empty log with new keys in DIRECTORY."""
    init_log(directory, origin or f"log.local/{secrets.token_hex(8)}")
    return _show(directory, json_to)


@command.command(
    "check",
    epilog="""\b
Examples:
  assay log check ./log
  assay log check ./log --json -
""",
)
@click.argument("directory", type=PATH)
@JSON_OPTION
@told
def check(*, directory: Path, json_to: str | None) -> ExitStatus:
    """Audit a whole log: every tile, every entry, every signature.

    Exits with 1 when something does not agree, and names it.
    """
    report = audit_log(directory)
    lines = [
        f"{problem.code}: {problem.message} expected: {problem.expected}; "
        f"found: {problem.found}"
        for problem in report.problems
    ]
    verdict = "is consistent" if report.ok else "IS NOT CONSISTENT"
    lines += [
        f"{directory} {verdict}: {report.size} entries, {report.tiles} tiles",
        f"  origin: {report.origin}",
        f"  root:   {'unknown' if report.root is None else encode_base64(report.root)}",
    ]
    if report.pending:
        lines.append(f"  {report.pending} entries are not yet published")
    if report.withheld:
        lines.append(
            f"  {report.withheld} statements are withheld or erased, as a log may"
        )
    say("\n".join(lines), json_to=json_to)
    write_json(
        LogDocument(
            format="assay-log/0",
            origin=report.origin,
            vkeys=None,
            size=report.size,
            root=None if report.root is None else encode_base64(report.root),
            audited=True,
            withheld_bodies=report.withheld,
            problems=tuple(
                ProblemPart(
                    code=problem.code,
                    subject=problem.found,
                    message=problem.message,
                    remedy=problem.expected,
                )
                for problem in report.problems
            ),
        ),
        json_to,
    )
    return ExitStatus.YES if report.ok else ExitStatus.NO


@command.command(
    "show",
    epilog="""\b
Examples:
  assay log show ./log
""",
)
@click.argument("directory", type=PATH)
@JSON_OPTION
@told
def show(*, directory: Path, json_to: str | None) -> ExitStatus:
    """Show a log's name, size and verifier keys; `check` audits it."""
    return _show(directory, json_to)


def _show(directory: Path, json_to: str | None) -> ExitStatus:
    log = describe_log(directory)
    keys = "\n".join(f"  vkey:   {vkey}" for vkey in log.vkeys)
    say(
        f"{directory}\n  origin: {log.origin}\n  size:   {log.size}\n{keys}",
        json_to=json_to,
    )
    write_json(
        LogDocument(
            format="assay-log/0",
            origin=log.origin,
            vkeys=log.vkeys,
            size=log.size,
            root=encode_base64(log.root),
            audited=False,
            withheld_bodies=None,
            problems=(),
        ),
        json_to,
    )
    return ExitStatus.YES
