"""`assay decide`: decide whether a release is eligible for a benefit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus, status_of_decision
from assay.cli.options import (
    AT_OPTION,
    HTML_OPTION,
    JOBS_OPTION,
    PATH,
    QUIET_OPTION,
    RELEASE,
    TRUST_OPTION,
    VERBOSE_OPTION,
    WITH_OPTION,
    now_or,
)
from assay.cli.output import (
    JSON_OPTION,
    say,
    terminal_width,
    told,
    wants_colour,
    write_json,
    write_result,
)
from assay.cli.progress import watched
from assay.cli.targets import (
    is_standard_output,
    probe_targets,
    refuse_results_inside,
)
from assay.flows.decide import decide_files
from assay.flows.verify import load_trust
from assay.report import decision_text
from assay.wire.v0.answers import DecideDocument

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

__all__ = ["command"]

_EPILOG = """\b
Examples:
  assay programme show eo14409        lists the benefits
  assay decide my-model.assay --benefit ID --trust trust.toml
  assay decide my-model.assay --benefit ID --trust trust.toml --release ./my-model
  assay decide spring.assay autumn.assay --benefit ID --trust trust.toml
  assay decide my-model.assay --benefit ID --trust trust.toml --at 2027-01-31
"""


@click.command("decide", epilog=_EPILOG)
@click.argument("bundles", metavar="BUNDLE...", type=PATH, nargs=-1, required=True)
@click.option("--benefit", metavar="ID", required=True, help="Benefit to decide.")
@TRUST_OPTION
@click.option(
    "--release",
    metavar="PATH",
    type=RELEASE,
    help="Also compare the files of this release with the files signed for; a bundle "
    "about other files is invalid.",
)
@WITH_OPTION
@AT_OPTION
@HTML_OPTION
@JSON_OPTION
@JOBS_OPTION
@QUIET_OPTION
@VERBOSE_OPTION
@told
def command(
    *,
    bundles: tuple[Path, ...],
    benefit: str,
    trust: Path,
    release: Path | str | None,
    status: tuple[Path, ...],
    at: datetime | None,
    html: str | None,
    json_to: str | None,
    jobs: int | None,
    quiet: bool,
    verbose: bool,
) -> ExitStatus:
    """Decide whether a release is eligible for a benefit.

    The decision is eligible, not eligible or cannot tell, with the facts that it
    turned on. It can be computed for any instant, and again later to the same answer.
    """
    if release is not None:
        refuse_results_inside(release, {"--html": html, "--json": json_to})
    probe_targets(html, json_to)
    aside = json_to or (html if is_standard_output(html) else None)
    believed = load_trust(trust)
    with watched(quiet=quiet) as progress:
        outcome = decide_files(
            bundles,
            believed,
            benefit,
            now_or(at),
            release=release,
            status=status,
            jobs=jobs,
            progress=progress,
        )
    if html is not None:
        # Late: a template engine is only needed for a page.
        from assay.report.html import render_decision  # noqa: PLC0415 - see above

        page = render_decision(
            outcome.decision, outcome.bundles, outcome.programme, outcome.inventory
        )
        write_result(html, page.encode("utf-8"))
    if not quiet:
        text = decision_text(
            outcome.decision,
            width=terminal_width(),
            colour=wants_colour(err=aside is not None),
            programme=outcome.programme,
            bundles=outcome.bundles,
            verbose=verbose,
        )
        say(text.rstrip("\n"), json_to=aside, styled=True)
    document = DecideDocument.of(
        outcome.decision, bundles=outcome.bundles, programme=outcome.programme
    )
    write_json(document, json_to)
    return status_of_decision(outcome.decision.value)
