"""`assay timestamp`: add timestamps of an authority to a bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus
from assay.cli.options import PATH
from assay.cli.output import JSON_OPTION, say, told, write_json
from assay.flows.timestamp import open_timestamps, stamp_file
from assay.wire.v0.export_answers import TimestampDocument

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["command"]

_EPILOG = """\b
Examples:
  assay timestamp my-model.assay --url https://stamps.example.com/ \\
      --authority stamps-root.pem
"""


@click.command("timestamp", epilog=_EPILOG)
@click.argument("bundle", type=PATH)
@click.option(
    "--url", metavar="URL", required=True, help="Address of the timestamp authority."
)
@click.option(
    "--authority",
    metavar="FILE",
    type=PATH,
    required=True,
    help="PEM file with the authority's root certificate.",
)
@JSON_OPTION
@told
def command(
    *, bundle: Path, url: str, authority: Path, json_to: str | None
) -> ExitStatus:
    """Add timestamps of an authority to a bundle.

    Every statement of BUNDLE gets one (RFC 3161), and the file is replaced. The
    authority is sent nothing but the hash of each signature. Its answers are verified
    before they are kept; whoever verifies the bundle names it in the trust file.
    """
    stamped = stamp_file(bundle, open_timestamps(url, authority))
    count = len(stamped.statements)
    say(f"Added {count} timestamps by {url} to {bundle}", json_to=json_to)
    write_json(
        TimestampDocument(bundle=str(bundle), authority=url, statements=count), json_to
    )
    return ExitStatus.YES
