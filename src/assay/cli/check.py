"""`assay check`: check a release against a programme."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from assay.cli.options import (
    DECLARATIONS_OPTION,
    JOBS_OPTION,
    PATH,
    PROGRAMME_OPTION,
    QUIET_OPTION,
    VERBOSE_OPTION,
)
from assay.cli.output import JSON_OPTION, told, watched
from assay.cli.targets import TARGET, probe_targets
from assay.domain.finding import Severity
from assay.release.background import BackgroundReading

if TYPE_CHECKING:
    from pathlib import Path

    from assay.cli.exit_status import ExitStatus

__all__ = ["command"]

_EPILOG = """\b
Examples:
  assay check ./my-model
  assay check ./my-model --html report.html
  assay check ./my-model --json - --fail-on medium > result.json
  assay check ./my-model --write-declarations answers.toml
  assay check ./my-model --declarations answers.toml
"""


@click.command("check", epilog=_EPILOG)
@click.argument("path", type=PATH)
@PROGRAMME_OPTION
@DECLARATIONS_OPTION
@click.option(
    "--write-declarations",
    metavar="FILE",
    type=TARGET,
    help="Write a form with the questions that the machine could not answer.",
)
@click.option(
    "--html",
    metavar="FILE",
    type=TARGET,
    help="Write the report as one HTML file, or `-` for standard output.",
)
@JSON_OPTION
@click.option(
    "--fail-on",
    type=click.Choice([s.value for s in Severity if s is not Severity.INFO]),
    default=Severity.HIGH.value,
    show_default=True,
    help="Exit with 1 on a finding of this severity or above.",
)
@JOBS_OPTION
@QUIET_OPTION
@VERBOSE_OPTION
@told
def command(
    *,
    path: Path,
    programme: str,
    declarations: Path | None,
    write_declarations: str | None,
    html: str | None,
    json_to: str | None,
    fail_on: str,
    jobs: int | None,
    quiet: bool,
    verbose: bool,
) -> ExitStatus:
    """Check a release against a programme.

    PATH is the directory that holds the model's files. Nothing in it is imported,
    unpickled or run, and nothing leaves this machine.
    """
    started = time.monotonic()
    # What cannot be written is better known before minutes of reading.
    probe_targets(html, json_to, write_declarations)
    with (
        watched(quiet=quiet) as progress,
        BackgroundReading(path, jobs=jobs, progress=progress) as reading,
    ):
        # Loaded while files are read, which leaves the interpreter free.
        from assay.cli.check_result import (  # noqa: PLC0415 - see above
            CheckOptions,
            conclude,
        )

        options = CheckOptions(
            root=path,
            programme=programme,
            declarations=declarations,
            write_declarations=write_declarations,
            html=html,
            json_to=json_to,
            fail_on=Severity(fail_on),
            quiet=quiet,
            verbose=verbose,
            started=started,
        )
        return conclude(options, reading.result)
