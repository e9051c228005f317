"""`assay decide`: decide whether a release is eligible for a benefit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus, status_of_decision
from assay.cli.options import (
    AT_OPTION,
    PATH,
    QUIET_OPTION,
    TRUST_OPTION,
    VERBOSE_OPTION,
    now_or,
)
from assay.cli.output import (
    JSON_OPTION,
    say,
    terminal_width,
    told,
    wants_colour,
    write_json,
)
from assay.flows.decide import decide_files
from assay.flows.verify import load_trust
from assay.report import decision_text
from assay.wire.v0.results import DecideDocument

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

__all__ = ["command"]

_EPILOG = """\b
Examples:
  assay programme show eo14409        lists the benefits
  assay decide my-model.assay --benefit ID --trust trust.toml
  assay decide spring.assay autumn.assay --benefit ID --trust trust.toml
  assay decide my-model.assay --benefit ID --trust trust.toml --at 2027-01-31
"""


@click.command("decide", epilog=_EPILOG)
@click.argument("bundles", metavar="BUNDLE...", type=PATH, nargs=-1, required=True)
@click.option("--benefit", metavar="ID", required=True, help="Benefit to decide.")
@TRUST_OPTION
@AT_OPTION
@JSON_OPTION
@QUIET_OPTION
@VERBOSE_OPTION
@told
def command(
    *,
    bundles: tuple[Path, ...],
    benefit: str,
    trust: Path,
    at: datetime | None,
    json_to: str | None,
    quiet: bool,
    verbose: bool,
) -> ExitStatus:
    """Decide whether a release is eligible for a benefit.

    The decision is eligible, not eligible or cannot tell, with the facts that it
    turned on. It can be computed for any instant, and again later to the same answer.
    """
    outcome = decide_files(bundles, load_trust(trust), benefit, now_or(at))
    if not quiet:
        text = decision_text(
            outcome.decision,
            width=terminal_width(),
            colour=wants_colour(err=json_to is not None),
            programme=outcome.programme,
            verbose=verbose,
        )
        say(text.rstrip("\n"), json_to=json_to)
    write_json(DecideDocument.of(outcome.decision), json_to)
    return status_of_decision(outcome.decision.value)
