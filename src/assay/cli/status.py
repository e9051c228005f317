"""`assay status`: publish and check snapshots of what was revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus
from assay.cli.issuing import LOG_OPTION, OUT_OPTION, issue, signer_of
from assay.cli.log_options import open_log_place
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
    from assay.flows.status_check import CheckedStatus
    from assay.log import Log
    from assay.log.remote import RemoteLog
    from assay.log.statements import LogStatements

__all__ = ["command"]

# How many entries a warning names.
_SHOWN = 20

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
  assay status publish ./copy --key office.pem --out status.assay-statement \\
      --log https://log.example.com --log-json log.json --log-token-file token.txt
""",
)
@click.argument("directory", metavar="LOG", type=PATH)
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
@LOG_OPTION
@OUT_OPTION
@PASSPHRASE_OPTION
@JSON_OPTION
@told
def publish(
    *,
    directory: Path,
    log: Log | RemoteLog | None,
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
    again and compare: `assay status check`. It is entered in LOG itself; where LOG is a
    copy of one that somebody else serves, --log names the served one.
    """
    signer = signer_of(key, public_key, passphrase_file, out, json_to)
    known = {signer.public_key.key_id, *(show_key(path).key_id for path in offices)}
    statements = read_statements(directory)
    snapshot = make_status(
        statements,
        known,
        now_or(None),
        validity=timedelta(days=valid_days),
        ttl=timedelta(hours=ttl_hours),
    )
    say(_told(snapshot, statements), json_to=json_to)
    place = open_log_place(directory, {}) if log is None else log
    return issue(status_payload(snapshot), STATUS_TYPE, signer, place, out, json_to)


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

    Exits with 1 when they differ, and with 3 when a statement of the log lies there and
    cannot be read: it might be a revocation. Whose snapshot it is this does not decide:
    the keys of the office are those that signed it and those given.
    """
    keys = [show_key(path).key_id for path in offices]
    checked = check_status(load_statement(snapshot), log, keys)
    lines = [f"IT {problem}" for problem in checked.problems]
    verdict = _compared(checked)
    lines.append(f"{snapshot} {verdict} {log}")
    lines.append(_told(checked.again, checked.statements))
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
    if checked.problems:
        return ExitStatus.NO
    return ExitStatus.CANNOT_TELL if checked.statements.unread else ExitStatus.YES


def _compared(checked: CheckedStatus) -> str:
    if checked.problems:
        return "differs from"
    if checked.statements.unread:
        return "cannot be compared with all of"
    return "is what follows from"


def _places(indexes: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, indexes[:_SHOWN]))
    more = len(indexes) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _told(snapshot: StatusSnapshot, log: LogStatements) -> str:
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
    if log.missing:
        lines.append(
            f"  warning: the log does not show {len(log.missing)} of them; what they "
            f"say nobody can tell: {_places(log.missing)}\n"
            "    if they were not withheld on purpose, get a whole copy of the log, "
            "with its bodies, or ask its operator for them"
        )
    if log.unread:
        lines.append(
            f"  warning: {len(log.unread)} of them are there and cannot be read; they "
            f"may be revocations: {_places(log.unread)}\n"
            "    run `assay log check` on the log, and restore the bodies from a copy, "
            "or read them with a newer Assay"
        )
    foreign = considered.withheld - len(log.missing) - len(log.unread)
    if foreign:
        lines.append(
            f"  note: {foreign} of them are entries of other forms, such as SCITT "
            "statements, which end nothing here"
        )
    return "\n".join(lines)
