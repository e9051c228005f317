"""`assay check`: check a release against a programme."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

import assay
from assay.cli.exit_status import ExitStatus, status_of_assessment
from assay.cli.options import (
    DECLARATIONS_OPTION,
    JOBS_OPTION,
    PATH,
    PROGRAMME_OPTION,
    QUIET_OPTION,
    VERBOSE_OPTION,
)
from assay.cli.output import (
    JSON_OPTION,
    say,
    terminal_width,
    told,
    wants_colour,
    watched,
    write_json,
)
from assay.crypto.digest import sha256_hex
from assay.domain.facts import Gap
from assay.domain.finding import Severity
from assay.flows.check import check_release
from assay.flows.files import write_file
from assay.flows.programmes import find_programme
from assay.report import summary
from assay.statement import assessment_payload
from assay.wire.v0.parts import (
    BurdenPart,
    CheckPart,
    ControlPart,
    FilePart,
    FindingPart,
    GapPart,
)
from assay.wire.v0.results import (
    CheckDocument,
    CheckedProgrammePart,
    CheckedReleasePart,
    IrregularPart,
    RunPart,
)

if TYPE_CHECKING:
    from pathlib import Path

    from assay.flows.check import CheckedRelease

__all__ = ["check_document", "command"]

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
    type=PATH,
    help="Write a form with the questions that the machine could not answer.",
)
@click.option(
    "--html", metavar="FILE", type=PATH, help="Write the report as one HTML file."
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
    write_declarations: Path | None,
    html: Path | None,
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
    with watched(quiet=quiet) as progress:
        checked = check_release(
            path,
            find_programme(programme),
            declarations_file=declarations,
            today=datetime.now(tz=UTC).date(),
            jobs=jobs,
            progress=progress,
        )
    if write_declarations is not None:
        _write_form(checked, write_declarations, json_to)
    if html is not None:
        # Late: a template engine is only needed for a page.
        from assay.report.html import render  # noqa: PLC0415

        page = render(
            checked.assessment,
            checked.programme,
            checked.inventory,
            title=checked.name,
            facts=checked.facts,
        )
        write_file(html, page.encode("utf-8"))
    if not quiet:
        text = summary(
            checked.assessment,
            checked.programme,
            width=terminal_width(),
            colour=wants_colour(err=json_to is not None),
            fail_at=Severity(fail_on),
            verbose=verbose,
        )
        say(text.rstrip("\n"), json_to=json_to)
    if json_to is not None:
        write_json(check_document(checked, time.monotonic() - started), json_to)
    return status_of_assessment(checked.assessment, Severity(fail_on))


def _write_form(checked: CheckedRelease, path: Path, json_to: str | None) -> None:
    # Late: forms are asked for seldom.
    from assay.assess.declarations import write_template  # noqa: PLC0415

    text = write_template(checked.programme, checked.declarations)
    write_file(path, text.encode("utf-8"), replace=False)
    open_questions = (
        checked.assessment.burden.asked - checked.assessment.burden.answered
    )
    say(f"Wrote {path} with {open_questions} open questions.", json_to=json_to)


def check_document(checked: CheckedRelease, seconds: float) -> CheckDocument:
    """Make the document of `assay check --json`."""
    assessment, inventory = checked.assessment, checked.inventory
    gaps = [
        fact
        for file in checked.facts.files
        for fact in file.facts
        if isinstance(fact, Gap)
    ]
    payload = assessment_payload(assessment, inventory)
    return CheckDocument(
        format="assay-check/0",
        release=CheckedReleasePart(
            name=checked.name,
            digest=assessment.release_digest,
            size=inventory.total_size,
            files=tuple(FilePart.of(record) for record in inventory.files),
            irregular=tuple(IrregularPart.of(entry) for entry in inventory.irregular),
        ),
        programme=CheckedProgrammePart(
            id=assessment.programme.id,
            version=assessment.programme.version,
            digest=assessment.programme.digest,
            title=checked.programme.title,
            notice=checked.programme.notice,
        ),
        findings=tuple(FindingPart.of(f) for f in assessment.findings),
        controls=tuple(ControlPart.of(result) for result in assessment.controls),
        checks=tuple(CheckPart.of(report) for report in assessment.reports),
        not_inspected=tuple(GapPart.of(gap) for gap in gaps),
        tiers=assessment.tiers,
        burden=BurdenPart.of(assessment.burden),
        assessment_digest=sha256_hex(payload),
        run=RunPart(tool_version=assay.__version__, seconds=round(seconds, 3)),
    )
