"""`assay review`: sign what an independent assessor saw of a claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.issuing import LOG_OPTION, OUT_OPTION, issue, signer_of
from assay.cli.options import KEY_OPTION, PATH, PUBLIC_KEY_OPTION
from assay.cli.output import JSON_OPTION, told
from assay.cli.passphrase import PASSPHRASE_OPTION
from assay.domain.review import REVIEW_TYPE
from assay.flows.before_signing import check_review
from assay.flows.issue import load_bundle
from assay.flows.review import review_of
from assay.statement.registry_payloads import review_payload

if TYPE_CHECKING:
    from pathlib import Path

    from assay.cli.exit_status import ExitStatus
    from assay.log import Log
    from assay.log.remote import RemoteLog

__all__ = ["command"]

_COUNTS = "it counts with verifiers who believe this key as an assessor's"
_EPILOG = """\b
Examples:
  assay review my-model.assay --results review.toml --key assessor.pem \\
      --log ./log --out review.assay-statement
  assay bundle add my-model.assay review.assay-statement --out reviewed.assay
"""


@click.command("review", epilog=_EPILOG)
@click.argument("bundle", type=PATH)
@click.option(
    "--results",
    metavar="FILE",
    type=PATH,
    required=True,
    help="What came of each control, as TOML; docs/formats/review.md describes it.",
)
@KEY_OPTION
@PUBLIC_KEY_OPTION
@LOG_OPTION
@OUT_OPTION
@PASSPHRASE_OPTION
@JSON_OPTION
@told
def command(
    *,
    bundle: Path,
    results: Path,
    key: Path | str,
    public_key: Path | None,
    log: Log | RemoteLog | None,
    out: Path,
    passphrase_file: Path | None,
    json_to: str | None,
) -> ExitStatus:
    """Sign what an independent assessor saw of a claim.

    The review is about the very assessment of this bundle. It counts with verifiers
    whose trust file names the assessor, and only there: verify the bundle before you
    review it.
    """
    signer = signer_of(key, public_key, passphrase_file, out, json_to)
    claim = load_bundle(bundle)
    review = review_of(claim, results)
    check_review(review, claim, signer.public_key)
    payload = review_payload(review)
    return issue(payload, REVIEW_TYPE, signer, log, out, json_to, note=_COUNTS)
