"""`assay key-event`: say that a key has a successor, ends, or was compromised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.issuing import (
    BEGINNING,
    EFFECTIVE_OPTION,
    LOG_OPTION,
    OUT_OPTION,
    issue,
    signer_of,
)
from assay.cli.options import INSTANT, KEY, KEY_OPTION, PATH, PUBLIC_KEY_OPTION, now_or
from assay.cli.output import JSON_OPTION, told
from assay.cli.passphrase import PASSPHRASE_OPTION, passphrase_source
from assay.domain.key_event import KEY_EVENT_TYPE, KeyEvent, KeyEventKind
from assay.flows.enrol import rotation_of
from assay.flows.keys import open_key, show_key
from assay.statement.registry_payloads import key_event_payload

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from assay.cli.exit_status import ExitStatus
    from assay.log import Log
    from assay.log.remote import RemoteLog

__all__ = ["command"]

_OF_OPTION = click.option(
    "--of",
    metavar="FILE",
    type=PATH,
    help="Public key that it is about, where an office speaks; by default the key "
    "that signs.",
)


def _counts(of: Path | None) -> str:
    """Say with whom an event counts that is about another's key."""
    if of is None:
        return ""
    return "it counts with verifiers who believe the key that signed as an office's"


@click.group(
    "key-event",
    epilog="""\b
Examples:
  assay key-event rotate --new-key new.pem --until 2028-01-01 --key old.pem \\
      --log ./log --out rotated.assay-statement
  assay key-event compromise --of stolen.pem.pub --effective 2026-11-20 \\
      --key office.pem --log ./log --out compromised.assay-statement
""",
)
def command() -> None:
    """Say that a key has a successor, ends, or was compromised."""


@command.command(
    "rotate",
    epilog="""\b
Examples:
  assay key-event rotate --new-key new.pem --until 2028-01-01 --key old.pem \\
      --log ./log --out rotated.assay-statement
""",
)
@click.option(
    "--new-key",
    metavar="KEY",
    type=KEY,
    required=True,
    help="The key that follows; it signs that it does.",
)
@click.option(
    "--new-passphrase-file",
    metavar="FILE",
    type=PATH,
    help="First line of FILE is the passphrase of the new key; by default that of the "
    "old one serves both.",
)
@click.option(
    "--until",
    metavar="INSTANT",
    type=INSTANT,
    required=True,
    help="After this instant the new key signs nothing.",
)
@_OF_OPTION
@EFFECTIVE_OPTION
@KEY_OPTION
@PUBLIC_KEY_OPTION
@LOG_OPTION
@OUT_OPTION
@PASSPHRASE_OPTION
@JSON_OPTION
@told
def rotate(
    *,
    new_key: Path | str,
    new_passphrase_file: Path | None,
    until: datetime,
    of: Path | None,
    effective: datetime | None,
    key: Path | str,
    public_key: Path | None,
    log: Log | RemoteLog | None,
    out: Path,
    passphrase_file: Path | None,
    json_to: str | None,
) -> ExitStatus:
    """Say that a new key takes the place of another.

    What the old key signed before stays good where a log or an authority vouches for
    the time. The old key itself signs, or an office where its holder has lost it.
    """
    signer = signer_of(key, public_key, passphrase_file, out, json_to)
    successor = open_key(
        new_key, passphrase_source(new_passphrase_file or passphrase_file)
    )
    about = signer.public_key if of is None else show_key(of)
    event = rotation_of(about.key_id, successor, now_or(effective), until)
    payload = key_event_payload(event)
    return issue(payload, KEY_EVENT_TYPE, signer, log, out, json_to, note=_counts(of))


@command.command(
    "retire",
    epilog="""\b
Examples:
  assay key-event retire --key old.pem --log ./log --out retired.assay-statement
""",
)
@_OF_OPTION
@EFFECTIVE_OPTION
@KEY_OPTION
@PUBLIC_KEY_OPTION
@LOG_OPTION
@OUT_OPTION
@PASSPHRASE_OPTION
@JSON_OPTION
@told
def retire(
    *,
    of: Path | None,
    effective: datetime | None,
    key: Path | str,
    public_key: Path | None,
    log: Log | RemoteLog | None,
    out: Path,
    passphrase_file: Path | None,
    json_to: str | None,
) -> ExitStatus:
    """Say that a key signs nothing any more."""
    signer = signer_of(key, public_key, passphrase_file, out, json_to)
    about = signer.public_key if of is None else show_key(of)
    event = KeyEvent(
        kind=KeyEventKind.RETIRED, key_id=about.key_id, effective=now_or(effective)
    )
    payload = key_event_payload(event)
    return issue(payload, KEY_EVENT_TYPE, signer, log, out, json_to, note=_counts(of))


@command.command(
    "compromise",
    epilog="""\b
Examples:
  assay key-event compromise --of stolen.pem.pub --effective 2026-11-20 \\
      --last-good 2026-11-01 --key office.pem --log ./log --out ended.assay-statement
""",
)
@_OF_OPTION
@EFFECTIVE_OPTION
@click.option(
    "--last-good",
    metavar="INSTANT",
    type=BEGINNING,
    help="The last instant when the key was surely good, where that is earlier.",
)
@KEY_OPTION
@PUBLIC_KEY_OPTION
@LOG_OPTION
@OUT_OPTION
@PASSPHRASE_OPTION
@JSON_OPTION
@told
def compromise(
    *,
    of: Path | None,
    effective: datetime | None,
    last_good: datetime | None,
    key: Path | str,
    public_key: Path | None,
    log: Log | RemoteLog | None,
    out: Path,
    passphrase_file: Path | None,
    json_to: str | None,
) -> ExitStatus:
    """Say that somebody else may hold a key.

    From then on only what is proven to be older counts: by the receipt of a log or the
    timestamp of an authority.
    """
    signer = signer_of(key, public_key, passphrase_file, out, json_to)
    about = signer.public_key if of is None else show_key(of)
    event = KeyEvent(
        kind=KeyEventKind.COMPROMISE,
        key_id=about.key_id,
        effective=now_or(effective),
        last_good=last_good,
    )
    payload = key_event_payload(event)
    return issue(payload, KEY_EVENT_TYPE, signer, log, out, json_to, note=_counts(of))
