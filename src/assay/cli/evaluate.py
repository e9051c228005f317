"""`assay evaluate`: sign what an evaluation measured about a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.issuing import LOG_OPTION, OUT_OPTION, issue, signer_of
from assay.cli.options import KEY_OPTION, PATH, PUBLIC_KEY_OPTION
from assay.cli.output import JSON_OPTION, told
from assay.cli.passphrase import PASSPHRASE_OPTION
from assay.domain.evaluation import EVALUATION_TYPE
from assay.flows.evaluate import evaluation_of
from assay.flows.issue import load_bundle
from assay.statement.registry_payloads import evaluation_payload

if TYPE_CHECKING:
    from pathlib import Path

    from assay.cli.exit_status import ExitStatus
    from assay.log import Log
    from assay.log.remote import RemoteLog

__all__ = ["command"]

_EPILOG = """\b
Examples:
  assay evaluate my-model.assay --result eval-result.json --key evaluator.pem \\
      --log ./log --out evaluation.assay-statement
"""


@click.command("evaluate", epilog=_EPILOG)
@click.argument("bundle", type=PATH)
@click.option(
    "--result",
    metavar="FILE",
    type=PATH,
    required=True,
    help="Predicate of the eval-result proposed to in-toto, as JSON; "
    "docs/formats/evaluation.md says which of its fields.",
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
    result: Path,
    key: Path | str,
    public_key: Path | None,
    log: Log | RemoteLog | None,
    out: Path,
    passphrase_file: Path | None,
    json_to: str | None,
) -> ExitStatus:
    """Sign what an evaluation measured about the release of a bundle.

    It says who measured what, with what, against which threshold. It is kept beside the
    claim, and decides no benefit.
    """
    signer = signer_of(key, public_key, passphrase_file, out, json_to)
    payload = evaluation_payload(evaluation_of(load_bundle(bundle), result))
    return issue(payload, EVALUATION_TYPE, signer, log, out, json_to)
