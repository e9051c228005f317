"""What `assay check` does once the release is read: assess, report, answer.

Apart from the verb, so that reading begins before all of this is loaded.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assay.cli.exit_status import ExitStatus, status_of_assessment
from assay.cli.output import (
    on_terminal,
    say,
    terminal_width,
    wants_colour,
    write_json,
    write_result,
)
from assay.cli.targets import is_standard_output
from assay.flows.check import beside_baseline, check_release, read_accepted
from assay.flows.programmes import find_programme

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assay.domain.finding import Severity
    from assay.flows.check import CheckedRelease
    from assay.release import InspectedRelease

__all__ = ["CheckOptions", "conclude"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """The options of the verb that matter once the release is read."""

    root: Path | str
    programme: str
    declarations: Path | None
    write_declarations: str | None
    html: str | None
    sarif: str | None
    cyclonedx: str | None
    json_to: str | None
    baseline: Path | None
    write_baseline: str | None
    fail_on: Severity
    quiet: bool
    verbose: bool
    started: float

    @property
    def aside(self) -> str | None:
        """The document for which text for people goes to standard error, if any."""
        results = (
            self.html,
            self.sarif,
            self.cyclonedx,
            self.write_declarations,
            self.write_baseline,
        )
        piped = (result for result in results if is_standard_output(result))
        return self.json_to or next(piped, None)


def conclude(options: CheckOptions, read: Callable[[], InspectedRelease]) -> ExitStatus:
    """Assess what `read` gives, write what was asked for, and give the status."""
    today = datetime.now(tz=UTC).date()
    # Before the reading: what is wrong with it should not be told minutes later.
    baseline = read_accepted(options.baseline)
    checked = check_release(
        options.root,
        find_programme(options.programme),
        declarations_file=options.declarations,
        today=today,
        read=read,
    )
    checked = beside_baseline(checked, baseline, today)
    if options.write_declarations is not None:
        _write_form(checked, options.write_declarations, options)
    if options.html is not None:
        # Late: a template engine is only needed for a page.
        from assay.report.html import render  # noqa: PLC0415 - see above

        page = render(
            checked.assessment,
            checked.programme,
            checked.inventory,
            title=checked.name,
            facts=checked.facts,
            declarations=checked.declarations,
            comparison=checked.comparison,
            fail_at=options.fail_on,
        )
        write_result(options.html, page.encode("utf-8"))
    _write_for_tools(checked, options)
    if not options.quiet:
        # Late: a quiet run, as in a pipeline of many releases, needs no words.
        from assay.report import summary  # noqa: PLC0415 - see above

        aside = options.aside
        text = summary(
            checked.assessment,
            checked.programme,
            width=terminal_width(),
            colour=wants_colour(err=aside is not None),
            fail_at=options.fail_on,
            verbose=options.verbose,
            cut=on_terminal(err=aside is not None),
            comparison=checked.comparison,
        )
        notes = "".join(f"note: {note}\n" for note in checked.notes)
        say(notes + text.rstrip("\n"), json_to=aside, styled=True)
    if options.json_to is not None:
        # Late: its models take a while to build, and most runs write no document.
        from assay.flows.check_document import check_document  # noqa: PLC0415 - see above

        seconds = time.monotonic() - options.started
        write_json(check_document(checked, seconds), options.json_to)
    return status_of_assessment(checked.assessment, options.fail_on, checked.comparison)


def _write_for_tools(checked: CheckedRelease, options: CheckOptions) -> None:
    """Write what other tools read: SARIF, CycloneDX, and a baseline to fill in."""
    if options.sarif is not None:
        # Late, as all below: most runs write none of them.
        from assay.assess.registry import described_rules  # noqa: PLC0415 - see above
        from assay.report.sarif import render as sarif  # noqa: PLC0415 - see above

        log = sarif(
            checked.assessment,
            checked.inventory,
            described_rules(),
            checked.comparison,
        )
        write_result(options.sarif, log)
    if options.cyclonedx is not None:
        from assay.report.cyclonedx import render as bom  # noqa: PLC0415 - see above

        materials = bom(
            checked.assessment, checked.inventory, checked.facts, name=checked.name
        )
        write_result(options.cyclonedx, materials)
    if options.write_baseline is not None:
        from assay.domain.baseline import Baseline  # noqa: PLC0415 - see above
        from assay.wire.v0.baseline import baseline_form  # noqa: PLC0415 - see above

        form = baseline_form(
            checked.assessment.findings,
            checked.baseline or Baseline(),
            checked.inventory.digests,
        )
        # Never over one that somebody has filled in.
        write_result(options.write_baseline, form, replace=False)
        count = form.count(b"\n[[accepted]]\n")
        _wrote(options, options.write_baseline, count, "entry", "entries")


def _write_form(checked: CheckedRelease, path: str, options: CheckOptions) -> None:
    # Late: forms are asked for seldom.
    from assay.assess.declarations import write_template  # noqa: PLC0415 - see above

    text = write_template(checked.programme, checked.declarations)
    write_result(path, text.encode("utf-8"), replace=False)
    open_questions = checked.assessment.burden.asked - len(checked.declarations.answers)
    _wrote(options, path, open_questions, "open question", "open questions")


def _wrote(options: CheckOptions, path: str, count: int, one: str, many: str) -> None:
    """Say what a form holds, unless nobody wants to hear it."""
    if not options.quiet:
        what = one if count == 1 else many
        say(f"Wrote {path} with {count} {what}.", json_to=options.aside)
