"""`assay status`: publish and check snapshots of what was revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus
from assay.cli.issuing import OUT_OPTION, issue, signer_of
from assay.cli.options import KEY_OPTION, PATH, PUBLIC_KEY_OPTION, now_or
from assay.cli.output import JSON_OPTION, say, told, write_json
from assay.cli.passphrase import PASSPHRASE_OPTION
from assay.domain.status import STATUS_TYPE
from assay.flows.issue import load_statement
from assay.flows.keys import show_key
from assay.flows.status import make_status
from assay.flows.status_check import check_status
from assay.log.statements import read_statements
from assay.statement.registry_payloads import status_payload
from assay.wire.v0.registry_results import StatusCheckDocument

if TYPE_CHECKING:
    from pathlib import Path

    from assay.domain.status import StatusSnapshot

__all__ = ["command"]

_OFFICE_OPTION = click.option(
    "--office",
    "offices",
    metavar="FILE",
    type=PATH,
    multiple=True,
    help="Another public key of the same office, such as an earlier one; can be given "
    "again.",
)


@click.group(
    "status",
    epilog="""\b
Examples:
  assay status publish ./log --key office.pem --out status.assay-statement
  assay status check status.assay-statement --log ./log
""",
)
def command() -> None:
    """Publish and check snapshots of what was revoked."""


@command.command(
    "publish",
    epilog="""\b
Examples:
  assay status publish ./log --key office.pem --out status.assay-statement
""",
)
@click.argument("log", type=PATH)
@_OFFICE_OPTION
@click.option(
    "--valid-days",
    metavar="DAYS",
    type=click.IntRange(1, 3650),
    default=30,
    show_default=True,
    help="Days after which the snapshot says nothing.",
)
@click.option(
    "--ttl-hours",
    metavar="HOURS",
    type=click.IntRange(0, 8760),
    default=24,
    show_default=True,
    help="Hours after which a newer one is worth asking for.",
)
@KEY_OPTION
@PUBLIC_KEY_OPTION
@OUT_OPTION
@PASSPHRASE_OPTION
@JSON_OPTION
@told
def publish(
    *,
    log: Path,
    offices: tuple[Path, ...],
    valid_days: int,
    ttl_hours: int,
    key: Path | str,
    public_key: Path | None,
    out: Path,
    passphrase_file: Path | None,
    json_to: str | None,
) -> ExitStatus:
    """Sign and log all that has ended by the statements of LOG.

    Every entry up to the published size is looked at, and the snapshot says how many
    that were, and how many the log did not show. Anybody with the log can make it
    again and compare: `assay status check`.
    """
    signer = signer_of(key, public_key, passphrase_file, out, json_to)
    known = {signer.public_key.key_id, *(show_key(path).key_id for path in offices)}
    snapshot = make_status(
        read_statements(log),
        known,
        now_or(None),
        validity=timedelta(days=valid_days),
        ttl=timedelta(hours=ttl_hours),
    )
    say(_told(snapshot), json_to=json_to)
    return issue(status_payload(snapshot), STATUS_TYPE, signer, log, out, json_to)


@command.command(
    "check",
    epilog="""\b
Examples:
  assay status check status.assay-statement --log ./log
""",
)
@click.argument("snapshot", metavar="SNAPSHOT", type=PATH)
@click.option(
    "--log",
    metavar="DIR",
    type=PATH,
    required=True,
    help="The log, or a copy of it with its bodies.",
)
@_OFFICE_OPTION
@JSON_OPTION
@told
def check(
    *, snapshot: Path, log: Path, offices: tuple[Path, ...], json_to: str | None
) -> ExitStatus:
    """Compare a snapshot with what its log gives, and name what it withholds.

    Exits with 1 when they differ. Whose snapshot it is this does not decide: the keys
    of the office are those that signed it and those given.
    """
    keys = [show_key(path).key_id for path in offices]
    checked = check_status(load_statement(snapshot), log, keys)
    lines = [f"IT {problem}" for problem in checked.problems]
    verdict = "differs from" if checked.problems else "is what follows from"
    lines.append(f"{snapshot} {verdict} {log}")
    lines.append(_told(checked.again))
    say("\n".join(lines), json_to=json_to)
    considered = checked.again.considered
    write_json(
        StatusCheckDocument(
            format="assay-status-check/0",
            snapshot=checked.sha256,
            origin=checked.again.log_origin,
            size=checked.again.log_size,
            considered_entries=considered.entries,
            revocations=considered.revocations,
            key_events=considered.key_events,
            enrolments=considered.enrolments,
            withheld=considered.withheld,
            problems=checked.problems,
        ),
        json_to,
    )
    return ExitStatus.NO if checked.problems else ExitStatus.YES


def _told(snapshot: StatusSnapshot) -> str:
    considered = snapshot.considered
    looked = (
        f"{considered.revocations} revocations, {considered.key_events} key events, "
        f"{considered.enrolments} enrolments and withdrawals"
    )
    ended = (
        f"{len(snapshot.entries)} entries revoked, {len(snapshot.elsewhere)} "
        f"elsewhere, {len(snapshot.keys)} keys ended, "
        f"{len(snapshot.withdrawn)} withdrawals"
    )
    lines = [
        f"  {considered.entries} entries of {snapshot.log_origin} looked at, all",
        f"  among them: {looked}",
        f"  so: {ended}",
    ]
    if considered.withheld:
        lines.append(
            f"  warning: the log does not show {considered.withheld} of them; what "
            "they say nobody can tell"
        )
    return "\n".join(lines)
