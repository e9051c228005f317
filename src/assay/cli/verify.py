"""`assay verify`: verify a bundle offline, and a release against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus, status_of_repeat
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
from assay.cli.verify_statement import refuse_for_statements, verify_alone
from assay.errors import UsageError
from assay.flows.verify import load_trust, verify_with_files
from assay.flows.verify_statement import is_statement_file
from assay.report import verdict_text
from assay.report.repeated import repeat_text
from assay.wire.v0.answers import VerifyDocument

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

__all__ = ["command"]

_EPILOG = """\b
Examples:
  assay verify my-model.assay --trust trust.toml
  assay verify my-model.assay --trust trust.toml --release ./my-model
  assay verify my-model.assay --trust trust.toml --release ./my-model --repeat
  assay verify my-model.assay --trust trust.toml --with status.assay-statement
  assay verify my-model.assay --trust trust.toml --at 2026-12-31
  assay verify review.assay-statement --trust trust.toml
  assay verify my-model.assay --trust trust.toml --html report.html
  assay verify my-model.assay --trust trust.toml --json -
"""


@click.command("verify", epilog=_EPILOG)
@click.argument("bundle", type=PATH)
@TRUST_OPTION
@click.option(
    "--release",
    metavar="PATH",
    type=RELEASE,
    help="Also compare the files of this release with the files signed for.",
)
@click.option(
    "--repeat",
    is_flag=True,
    help="Also run the checks of the claim again on the files of --release, and say "
    "per control whether the same comes of them.",
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
    bundle: Path,
    trust: Path,
    release: Path | str | None,
    repeat: bool,
    status: tuple[Path, ...],
    at: datetime | None,
    html: str | None,
    json_to: str | None,
    jobs: int | None,
    quiet: bool,
    verbose: bool,
) -> ExitStatus:
    """Verify a bundle offline, and a release against it.

    Needs no network, account or server, and believes only whom the trust file names.
    The verdict is valid, invalid or stale, with reasons. A statement file, such as a
    review, is verified by itself. With --repeat it ends with 1
    also where the files give another result than was signed, and with 3 where the
    checks of the claim could not be repeated here.
    """
    if is_statement_file(bundle):
        refuse_for_statements(
            {
                "--release": release,
                "--repeat": repeat,
                "--with": status,
                "--html": html,
            }
        )
        probe_targets(None, json_to)
        return verify_alone(
            bundle, load_trust(trust), now_or(at), json_to=json_to, quiet=quiet
        )
    if repeat and release is None:
        raise UsageError(
            "nothing-to-repeat",
            "There are no files to run the checks on.",
            expected="--release beside --repeat",
            found="--repeat alone",
        )
    if release is not None:
        refuse_results_inside(release, {"--html": html, "--json": json_to})
    probe_targets(html, json_to)
    aside = json_to or (html if is_standard_output(html) else None)
    believed = load_trust(trust)
    with watched(quiet=quiet) as progress:
        verified = verify_with_files(
            bundle,
            believed,
            now_or(at),
            release=release,
            status=status,
            repeat=repeat,
            jobs=jobs,
            progress=progress,
        )
    verdict = verified.verdict
    if html is not None:
        # Late: a template engine is only needed for a page.
        from assay.report.html import render_verdict  # noqa: PLC0415 - see above

        page = render_verdict(
            bundle.name, verdict, verified.inventory, verified.repeated
        )
        write_result(html, page.encode("utf-8"))
    if not quiet:
        text = verdict_text(
            verdict,
            width=terminal_width(),
            colour=wants_colour(err=aside is not None),
            verbose=verbose,
        ) + repeat_text(
            verified.repeated,
            width=terminal_width(),
            colour=wants_colour(err=aside is not None),
            verbose=verbose,
        )
        say(text.rstrip("\n"), json_to=aside, styled=True)
    document = VerifyDocument.of(
        verdict,
        assessment_digest=verified.assessment_digest if json_to else None,
        repeated=verified.repeated,
    )
    write_json(document, json_to)
    return status_of_repeat(verdict.value, verified.repeated)
