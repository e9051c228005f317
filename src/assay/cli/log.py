"""`assay log`: keep and check a transparency log."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import click

from assay.cli import (
    log_monitor,
    log_policy,
    log_rebuild,
    log_serve,
    log_submit,
    log_token,
    log_withhold,
)
from assay.cli.counting import counted
from assay.cli.exit_status import ExitStatus
from assay.cli.options import PATH
from assay.cli.output import JSON_OPTION, say, told, write_json
from assay.encoding import encode_base64
from assay.flows.trust import trusted_logs
from assay.log import AuditScope, StoreChoice, audit_log, describe_log, init_log
from assay.wire.v0.results import LogDocument, LogProblemPart

if TYPE_CHECKING:
    from pathlib import Path

    from assay.log import AuditReport

__all__ = ["command"]

# An Ed25519 key is 44 characters, an ML-DSA-44 key 1,752.
_SHOWN_MATERIAL = 64
_UNVOUCHED = "as the directory states them"


@click.group(
    "log",
    epilog="""\b
Examples:
  assay log init ./log --origin log.example.com/2026
  assay log check ./log
""",
)
def command() -> None:
    """Keep and check a transparency log."""


@command.command(
    "init",
    epilog="""\b
Examples:
  assay log init ./log
  assay log init ./log --origin log.example.com/2026
  assay log init ./log --ledger postgres:LOG_DSN --files s3://bucket/log
""",
)
@click.argument("directory", type=PATH)
@click.option(
    "--origin",
    help="The log's name for ever: a name of yours without a scheme, such as "
    "log.example.com/2026. By default a random local one.",
)
@click.option(
    "--ledger",
    metavar="LEDGER",
    default="sqlite",
    show_default=True,
    help="Where the log keeps who came when: sqlite, or postgres:VARIABLE with the "
    "name of an environment variable that holds a connection string.",
)
@click.option(
    "--files",
    metavar="URL",
    default="directory",
    show_default=True,
    help="Where tiles and checkpoint go: directory, or an address that fsspec knows.",
)
@click.option(
    "--bodies",
    type=click.Choice(["sqlite", "files"]),
    help="Where statements are kept: in one SQLite file in DIRECTORY, or one by one "
    "where the tiles are. By default sqlite, and with --files URL files.",
)
@JSON_OPTION
@told
def init(
    *,
    directory: Path,
    origin: str | None,
    ledger: str,
    files: str,
    bodies: str | None,
    json_to: str | None,
) -> ExitStatus:
    """Make an empty log with new keys in DIRECTORY."""
    random = f"log.local/{secrets.token_hex(8)}"
    near = "sqlite" if files == "directory" else "files"
    choice = StoreChoice(ledger=ledger, files=files, bodies=bodies or near)
    init_log(directory, random if origin is None else origin, stores=choice)
    status = _show(directory, json_to)
    say(
        f"Hand {directory / 'log.json'} to those who are to believe this log: it has "
        "its origin and verifier keys, whole. "
        "`assay trust new TRUST --log log.json` reads it.",
        json_to=json_to,
    )
    return status


@command.command(
    "check",
    epilog="""\b
Examples:
  assay log check ./log
  assay log check ./copy --trust trust.toml
  assay log check ./log --json -
""",
)
@click.argument("directory", type=PATH)
@click.option(
    "--trust",
    metavar="TRUST",
    type=PATH,
    help="Trust file: the log must be one that it names, with those keys. Without it "
    "the keys are taken from the directory's own log.json.",
)
@JSON_OPTION
@told
def check(*, directory: Path, trust: Path | None, json_to: str | None) -> ExitStatus:
    """Audit a log: every tile, every entry, every signature.

    DIRECTORY is a log, or a copy of what it publishes: log.json, checkpoint and tile/,
    with or without bodies/. Exits with 1 when something does not agree, and names it.
    """
    with counted("checking") as progress:
        report = audit_log(
            directory,
            trusted=None if trust is None else trusted_logs(trust),
            progress=progress,
        )
    say("\n".join(_told(directory, report)), json_to=json_to)
    write_json(
        LogDocument(
            format="assay-log/0",
            origin=report.origin,
            vkeys=tuple(map(str, report.keys)),
            size=report.size,
            root=None if report.root is None else encode_base64(report.root),
            audited=report.scope.value,
            keys_from="trust" if report.vouched else "directory",
            pending=report.pending,
            withheld_bodies=report.withheld,
            foreign_entries=report.foreign,
            problems=tuple(
                LogProblemPart(
                    code=problem.code,
                    message=problem.message,
                    expected=problem.expected,
                    found=problem.found,
                )
                for problem in report.problems
            ),
        ),
        json_to,
    )
    return ExitStatus.YES if report.ok else ExitStatus.NO


def _told(directory: Path, report: AuditReport) -> list[str]:
    lines = [
        f"{problem.code}: {problem.message} expected: {problem.expected}; "
        f"found: {problem.found}"
        for problem in report.problems
    ]
    verdict = "is consistent" if report.ok else _verdict(report)
    tree = "the published tree could not be established"
    if report.size is not None:
        tree = f"{report.size} entries"
    keys = ", ".join(key.key_id.hex() for key in report.keys)
    whose = "as the trust file names them" if report.vouched else _UNVOUCHED
    root = "unknown" if report.root is None else encode_base64(report.root)
    return [
        *lines,
        f"{directory} {verdict}: {tree}, {report.tiles} tiles compared",
        f"  origin: {report.origin}",
        f"  root:   {root}",
        f"  keys:   {keys}, {whose}",
        *_notes(report),
    ]


def _verdict(report: AuditReport) -> str:
    """Say what the problems mean; what could not be compared is no contradiction."""
    codes = {problem.code for problem in report.problems}
    if codes == {"trust.unknown-log"}:
        return "IS NOT A LOG THAT THE TRUST FILE NAMES"
    if codes == {"log.database-missing"}:
        return "LACKS ITS LEDGER, see `assay log rebuild`"
    return "IS NOT CONSISTENT"


def _notes(report: AuditReport) -> list[str]:
    """Say what is no fault, and what was not looked at."""
    notes = (
        (report.pending, "entries are not yet published"),
        (report.beyond, "files of a later tree were not compared"),
        (report.withheld, "statements are withheld or erased, as a log may"),
        (report.foreign, "entries are no hashedrekord 0.0.2 in canonical JSON"),
    )
    lines = [f"  {count} {what}" for count, what in notes if count]
    if report.ok and not report.vouched:
        lines.append("  --trust TRUST tells whether these are keys that you believe")
    if report.scope is AuditScope.PUBLIC:
        lines.append("  public part audited; the operator's ledger was not looked at")
    return lines


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
    keys = "\n".join(f"  vkey:   {_shortened(vkey)}" for vkey in log.vkeys)
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
            audited=None,
            keys_from="directory",
            pending=None,
            withheld_bodies=None,
            foreign_entries=None,
            problems=(),
        ),
        json_to,
    )
    return ExitStatus.YES


def _shortened(vkey: str) -> str:
    """Cut what is too long to read; nobody can use a key of 1,800 characters by eye."""
    name, key_id, material = vkey.split("+", 2)
    if len(material) <= _SHOWN_MATERIAL:
        return vkey
    return f"{name}+{key_id}+{material[:16]}… (whole in log.json)"


command.add_command(log_rebuild.command)
command.add_command(log_serve.command)
command.add_command(log_monitor.command)
command.add_command(log_policy.command)
command.add_command(log_submit.command)
command.add_command(log_token.command)
command.add_command(log_withhold.command)
