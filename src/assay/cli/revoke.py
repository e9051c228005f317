"""`assay revoke`: say that a claim or a statement no longer counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.issuing import EFFECTIVE_OPTION, LOG_OPTION, OUT_OPTION, issue, signer_of
from assay.cli.options import KEY_OPTION, PATH, PUBLIC_KEY_OPTION, now_or
from assay.cli.output import JSON_OPTION, told
from assay.cli.passphrase import PASSPHRASE_OPTION
from assay.crypto.digest import sha256_hex
from assay.domain.revocation import REVOCATION_TYPE, Revocation, RevocationReason
from assay.flows.before_signing import Right, check_revoker
from assay.flows.issue import place_of, statement_to_revoke
from assay.statement.registry_payloads import revocation_payload

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from assay.cli.exit_status import ExitStatus
    from assay.log import Log
    from assay.log.remote import RemoteLog

__all__ = ["command"]

_COUNTS = {
    Right.SUCCESSOR: "it counts with verifiers who know that this key followed the one "
    "that signed: hand out the key event, too",
    Right.OFFICE: "it counts with verifiers who believe this key as an office's",
}
_EPILOG = """\b
Examples:
  assay revoke my-model.assay --reason error --key developer.pem \\
      --log ./log --out revoked.assay-statement
  assay revoke review.assay-statement --reason superseded --key assessor.pem \\
      --log ./log --out revoked.assay-statement --text "See the review of May."
  assay revoke my-model.assay --reason unsafe --as office --key office.pem \\
      --log ./log --out revoked.assay-statement
"""


@click.command("revoke", epilog=_EPILOG)
@click.argument("path", metavar="BUNDLE|STATEMENT", type=PATH)
@click.option(
    "--reason",
    required=True,
    type=click.Choice([reason.value for reason in RevocationReason]),
    help="Why.",
)
@click.option("--text", default="", help="Why, in words.")
@click.option(
    "--as",
    "right",
    type=click.Choice([right.value for right in Right]),
    default=Right.SIGNER.value,
    show_default=True,
    help="By what right: the key that signed it, one that followed that key, or that "
    "of an office. Verifiers look whether it is so.",
)
@EFFECTIVE_OPTION
@KEY_OPTION
@PUBLIC_KEY_OPTION
@LOG_OPTION
@OUT_OPTION
@PASSPHRASE_OPTION
@JSON_OPTION
@told
def command(
    *,
    path: Path,
    reason: str,
    text: str,
    right: str,
    effective: datetime | None,
    key: Path | str,
    public_key: Path | None,
    log: Log | RemoteLog | None,
    out: Path,
    passphrase_file: Path | None,
    json_to: str | None,
) -> ExitStatus:
    """Say that a claim or a statement no longer counts.

    Whoever signed it may, by that key or one that followed it, and an office that the
    verifier believes. It cannot be taken back. Hand the file to those who hold the
    bundle; an office takes it into its next snapshot from the log.
    """
    signer = signer_of(key, public_key, passphrase_file, out, json_to)
    target = statement_to_revoke(path)
    check_revoker(target.envelope.key_id, signer.public_key, Right(right))
    place = place_of(target)
    revocation = Revocation(
        sha256=sha256_hex(target.envelope.payload),
        reason=RevocationReason(reason),
        text=text,
        effective=now_or(effective),
        log_origin=None if place is None else place[0],
        log_index=None if place is None else place[1],
    )
    payload = revocation_payload(revocation)
    note = _COUNTS.get(Right(right), "")
    return issue(payload, REVOCATION_TYPE, signer, log, out, json_to, note=note)
