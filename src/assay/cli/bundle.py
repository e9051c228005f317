"""`assay bundle`: attach statements of others to a bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus
from assay.cli.options import PATH
from assay.cli.output import JSON_OPTION, say, told, write_json
from assay.cli.targets import probe_targets
from assay.crypto.digest import sha256_hex
from assay.flows.files import write_file
from assay.flows.issue import attach, load_bundle, load_statement
from assay.flows.seal import refuse_foreign
from assay.wire.v0.bundle import write_bundle
from assay.wire.v0.registry_results import AttachDocument

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["command"]


@click.group(
    "bundle",
    epilog="""\b
Examples:
  assay bundle add my-model.assay review.assay-statement --out reviewed.assay
""",
)
def command() -> None:
    """Attach statements of others to a bundle."""


@command.command(
    "add",
    epilog="""\b
Examples:
  assay bundle add my-model.assay review.assay-statement --out reviewed.assay
  assay bundle add my-model.assay enrolment.assay-statement status.assay-statement \\
      --out complete.assay
""",
)
@click.argument("bundle", type=PATH)
@click.argument("files", metavar="STATEMENT...", type=PATH, nargs=-1, required=True)
@click.option(
    "--out", metavar="BUNDLE", type=PATH, required=True, help="Bundle to write."
)
@JSON_OPTION
@told
def add(
    *, bundle: Path, files: tuple[Path, ...], out: Path, json_to: str | None
) -> ExitStatus:
    """Attach statement files to a bundle: reviews, enrolments, snapshots, revocations.

    The claim itself stays as it is. What is attached counts with verifiers who believe
    whoever signed it; all others pass over it.
    """
    refuse_foreign(out)
    probe_targets(out, json_to)
    made = attach(load_bundle(bundle), [load_statement(path) for path in files])
    write_file(out, write_bundle(made))
    digests = tuple(sha256_hex(item.envelope.payload) for item in made.attached)
    lines = [f"{out}: {len(digests)} statements attached", *(f"  {d}" for d in digests)]
    say("\n".join(lines), json_to=json_to)
    write_json(
        AttachDocument(format="assay-attach/0", bundle=str(out), attached=digests),
        json_to,
    )
    return ExitStatus.YES
