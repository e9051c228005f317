"""`assay check`: check a release against a programme."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING

import click

from assay.cli.options import (
    CACHE_OPTION,
    DECLARATIONS_OPTION,
    JOBS_OPTION,
    PATH,
    PROGRAMME_OPTION,
    QUIET_OPTION,
    RELEASE,
    VERBOSE_OPTION,
)
from assay.cli.output import JSON_OPTION, told
from assay.cli.progress import watched
from assay.cli.start import begun_for
from assay.cli.targets import TARGET, probe_targets, refuse_results_inside
from assay.domain.finding import Severity
from assay.release.background import BackgroundReading, open_cache

if TYPE_CHECKING:
    from pathlib import Path

    from assay.cli.exit_status import ExitStatus

__all__ = ["command"]

_EPILOG = """\b
Examples:
  assay check ./my-model
  assay check my-model.tar.gz
  assay check ~/.cache/huggingface/hub/models--org--name
  assay check s3://bucket/my-model
  assay check ./my-model --html report.html
  assay check ./my-model --json - --fail-on medium > result.json
  assay check ./my-model --sarif found.sarif --cyclonedx bom.json
  assay check ./my-model --write-baseline accepted.toml
  assay check ./my-model --baseline accepted.toml
  assay check ./my-model --write-declarations answers.toml
  assay check ./my-model --declarations answers.toml
"""


@click.command("check", epilog=_EPILOG)
@click.argument("path", type=RELEASE)
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
@click.option(
    "--sarif",
    metavar="FILE",
    type=TARGET,
    help="Write the findings as SARIF 2.1.0, for code hosts and editors.",
)
@click.option(
    "--cyclonedx",
    metavar="FILE",
    type=TARGET,
    help="Write a CycloneDX 1.6 ML-BOM: files, models, data sets, licence.",
)
@JSON_OPTION
@click.option(
    "--baseline",
    metavar="FILE",
    type=PATH,
    help="Findings that are accepted, with reason, owner and expiry; they stay in "
    "every report and do not fail the run.",
)
@click.option(
    "--write-baseline",
    metavar="FILE",
    type=TARGET,
    help="Write a baseline with every finding, to be filled in.",
)
@click.option(
    "--fail-on",
    type=click.Choice([s.value for s in Severity if s is not Severity.INFO]),
    default=Severity.HIGH.value,
    show_default=True,
    help="Exit with 1 on a finding of this severity or above.",
)
@CACHE_OPTION
@JOBS_OPTION
@QUIET_OPTION
@VERBOSE_OPTION
@told
def command(
    *,
    path: Path | str,
    programme: str,
    declarations: Path | None,
    write_declarations: str | None,
    html: str | None,
    sarif: str | None,
    cyclonedx: str | None,
    json_to: str | None,
    baseline: Path | None,
    write_baseline: str | None,
    fail_on: str,
    cache: Path | None,
    jobs: int | None,
    quiet: bool,
    verbose: bool,
) -> ExitStatus:
    """Check a release against a programme.

    PATH is the directory that holds the model's files; or an archive of them, a single
    file, a snapshot in a Hugging Face cache, an OCI image layout, or the address of a
    store that fsspec reads. Nothing in it is imported, unpickled or run, and nothing
    leaves this machine.
    """
    started = time.monotonic()
    # What cannot be written is better known before minutes of reading.
    results = {
        "--html": html,
        "--sarif": sarif,
        "--cyclonedx": cyclonedx,
        "--json": json_to,
        "--write-declarations": write_declarations,
        "--write-baseline": write_baseline,
    }
    refuse_results_inside(path, {**results, "--cache": cache})
    probe_targets(*results.values())
    with (
        watched(quiet=quiet) as progress,
        _reading(path, jobs, cache) as reading,
    ):
        reading.watch(progress)
        # Loaded while files are read, which leaves the interpreter free. What is loaded
        # stays to the end: there is no garbage in it to be looked for.
        gc.disable()
        from assay.cli.check_result import (  # noqa: PLC0415 - see above
            CheckOptions,
            conclude,
        )

        gc.freeze()
        gc.enable()
        options = CheckOptions(
            root=path,
            programme=programme,
            declarations=declarations,
            write_declarations=write_declarations,
            html=html,
            sarif=sarif,
            cyclonedx=cyclonedx,
            json_to=json_to,
            baseline=baseline,
            write_baseline=write_baseline,
            fail_on=Severity(fail_on),
            quiet=quiet,
            verbose=verbose,
            started=started,
        )
        return conclude(options, reading.result)


def _reading(
    path: Path | str, jobs: int | None, cache: Path | None
) -> BackgroundReading:
    """Give the reading that began with the program, or one that begins now."""
    ahead = begun_for(str(path)) if jobs is None and cache is None else None
    return ahead or BackgroundReading(path, jobs=jobs, cache=open_cache(cache))
