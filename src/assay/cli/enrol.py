"""`assay enrol`: say, as a programme office, who takes part."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli.issuing import (
    EFFECTIVE_OPTION,
    LOG_OPTION,
    OUT_OPTION,
    issue,
    named_log,
    signer_of,
)
from assay.cli.options import INSTANT, KEY_OPTION, PUBLIC_KEY_OPTION, now_or
from assay.cli.output import JSON_OPTION, told
from assay.cli.passphrase import PASSPHRASE_OPTION
from assay.domain.enrolment import ENROLMENT_TYPE, EnrolmentEvent
from assay.flows.before_signing import check_enrolled
from assay.flows.enrol import enrolment_of
from assay.statement.registry_payloads import enrolment_payload

if TYPE_CHECKING:
    from datetime import datetime

    from assay.cli.exit_status import ExitStatus
    from assay.log import Log
    from assay.log.remote import RemoteLog

__all__ = ["command"]

_COUNTS = "it counts with verifiers who believe this key as an office's"
_KEYS_OPTION = click.option(
    "--signs",
    "keys",
    metavar="ROLES=FILE",
    multiple=True,
    help="A public key of the organisation and what it may sign: release, assess, "
    "evaluate, divided by commas; can be given again.",
)


@click.group(
    "enrol",
    epilog="""\b
Examples:
  assay enrol add "Example Labs" --signs release=developer.pem.pub \\
      --until 2028-01-01 --key office.pem --log ./log --out example.assay-statement
  assay enrol withdraw "Example Labs" --key office.pem --log ./log \\
      --out withdrawn.assay-statement
""",
)
def command() -> None:
    """Say, as a programme office, who takes part."""


@command.command(
    "add",
    epilog="""\b
Examples:
  assay enrol add "Example Labs" --signs release=developer.pem.pub \\
      --until 2028-01-01 --key office.pem --log ./log --out example.assay-statement
  assay enrol add "Fathom" --signs assess,evaluate=fathom.pub --until 2028-01-01 \\
      --uei ZQGGHJH74DW7 --key office.pem --log ./log --out fathom.assay-statement
""",
)
@click.argument("name")
@_KEYS_OPTION
@click.option("--other-name", "other_names", multiple=True, help="Another name of it.")
@click.option("--uei", help="Its Unique Entity ID of SAM.gov.")
@click.option(
    "--until",
    metavar="INSTANT",
    type=INSTANT,
    required=True,
    help="After this instant its keys sign nothing.",
)
@EFFECTIVE_OPTION
@KEY_OPTION
@PUBLIC_KEY_OPTION
@LOG_OPTION
@OUT_OPTION
@PASSPHRASE_OPTION
@JSON_OPTION
@told
def add(
    *,
    name: str,
    keys: tuple[str, ...],
    other_names: tuple[str, ...],
    uei: str | None,
    until: datetime,
    effective: datetime | None,
    key: Path | str,
    public_key: Path | None,
    log: Log | RemoteLog | None,
    out: Path,
    passphrase_file: Path | None,
    json_to: str | None,
) -> ExitStatus:
    """Say that the organisation NAME takes part, with these keys.

    A verifier who believes the office then takes claims by a key for `release`,
    without naming the developer in the trust file. Enrolling again adds keys; a key
    ends by its date, by `assay key-event`, or when the organisation withdraws.
    """
    signer = signer_of(key, public_key, passphrase_file, out, json_to)
    enrolment = enrolment_of(
        EnrolmentEvent.ENROLLED,
        name,
        keys,
        effective=now_or(effective),
        until=until,
        other_names=other_names,
        uei=uei,
    )
    payload = enrolment_payload(enrolment)
    return issue(payload, ENROLMENT_TYPE, signer, log, out, json_to, note=_COUNTS)


@command.command(
    "withdraw",
    epilog="""\b
Examples:
  assay enrol withdraw "Example Labs" --key office.pem --log ./log \\
      --out withdrawn.assay-statement
""",
)
@click.argument("name")
@_KEYS_OPTION
@click.option(
    "--anyway",
    is_flag=True,
    help="Also where this key enrolled no such organisation in the log of --log: it "
    "was another key, or elsewhere.",
)
@EFFECTIVE_OPTION
@KEY_OPTION
@PUBLIC_KEY_OPTION
@LOG_OPTION
@OUT_OPTION
@PASSPHRASE_OPTION
@JSON_OPTION
@told
def withdraw(
    *,
    name: str,
    keys: tuple[str, ...],
    anyway: bool,
    effective: datetime | None,
    key: Path | str,
    public_key: Path | None,
    log: Log | RemoteLog | None,
    out: Path,
    passphrase_file: Path | None,
    json_to: str | None,
) -> ExitStatus:
    """Say that the organisation NAME no longer takes part.

    What it claimed before stays what it was. Of what it signs afterwards nothing is
    known: that is no failure. Whether it takes part is looked up in a log that lies
    here, and not in one at an address. Keys need to be named only where verifiers may
    not have its enrolment at hand.
    """
    signer = signer_of(key, public_key, passphrase_file, out, json_to)
    instant = now_or(effective)
    enrolment = enrolment_of(
        EnrolmentEvent.WITHDRAWN, name, keys, effective=instant, until=None
    )
    place = named_log()
    if isinstance(place, Path) and not anyway:
        check_enrolled(enrolment.organisation_id, place, signer.public_key)
    payload = enrolment_payload(enrolment)
    return issue(payload, ENROLMENT_TYPE, signer, log, out, json_to, note=_COUNTS)
