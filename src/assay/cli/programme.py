"""`assay programme`: list, show and check programmes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.assess.registry import CHECKS
from assay.cli.exit_status import ExitStatus
from assay.cli.output import (
    JSON_OPTION,
    say,
    terminal_width,
    told,
    wants_colour,
    write_json,
)
from assay.flows.programmes import find_programme
from assay.flows.shipped import shipped_programmes
from assay.programme import prove, read_programme, read_unproven
from assay.report.programme_text import programme_text
from assay.report.text import plural
from assay.wire.v0.results import ProblemPart, ProgrammeDocument, ShownProgrammePart

if TYPE_CHECKING:
    from assay.domain.programme import Programme

__all__ = ["command"]


@click.group(
    "programme",
    epilog="""\b
Examples:
  assay programme show eo14409
  assay programme check ./harbour.toml
""",
)
def command() -> None:
    """List, show and check programmes."""


@command.command(
    "list",
    epilog="""\b
Examples:
  assay programme list
""",
)
@JSON_OPTION
@told
def list_(*, json_to: str | None) -> ExitStatus:
    """List the programmes that come with Assay."""
    programmes = [
        read_programme(find_programme(f"{ref.id}@{ref.version}"))
        for ref in shipped_programmes()
    ]
    for programme in programmes:
        say(
            f"{programme.ref.id}  {programme.ref.version}  {programme.title}\n"
            f"  {plural(len(programme.controls), 'control')}, "
            f"{plural(len(programme.tiers), 'tier')}, "
            f"{plural(len(programme.benefits), 'benefit')}; "
            f"digest {programme.ref.digest}",
            json_to=json_to,
        )
    _write(programmes, json_to)
    return ExitStatus.YES


@command.command(
    "show",
    epilog="""\b
Examples:
  assay programme show eo14409
  assay programme show eo14409 --brief
  assay programme show ./harbour.toml --json -
""",
)
@click.argument("programme", metavar="ID")
@click.option("--brief", is_flag=True, help="List ids and titles only.")
@JSON_OPTION
@told
def show(*, programme: str, brief: bool, json_to: str | None) -> ExitStatus:
    """Show all that a programme asks, why, and by which rules it decides.

    ID is an id, `id@version`, or a TOML file. The document of `--json` is always
    whole.
    """
    found = read_programme(find_programme(programme))
    text = programme_text(
        found,
        width=terminal_width(),
        colour=wants_colour(err=json_to is not None),
        brief=brief,
    )
    say(text, json_to=json_to)
    _write([found], json_to)
    return ExitStatus.YES


@command.command(
    "check",
    epilog="""\b
Examples:
  assay programme check eo14409
  assay programme check ./harbour.toml
""",
)
@click.argument("programme", metavar="ID")
@JSON_OPTION
@told
def check(*, programme: str, json_to: str | None) -> ExitStatus:
    """Prove what can be proved of a programme; exit with 1 when something fails.

    ID is an id, `id@version`, or a TOML file.
    """
    found = read_unproven(find_programme(programme))
    problems = prove(found, frozenset(check.id for check in CHECKS))
    for problem in problems:
        say(
            f"{problem.code}  {problem.subject}: {problem.message} {problem.remedy}",
            json_to=json_to,
        )
    verdict = plural(len(problems), "problem") if problems else "holds"
    say(f"{found.ref.id} {found.ref.version}: {verdict}.", json_to=json_to)
    parts = tuple(
        ProblemPart(code=p.code, subject=p.subject, message=p.message, remedy=p.remedy)
        for p in problems
    )
    write_json(
        ProgrammeDocument(
            format="assay-programmes/0",
            programmes=(ShownProgrammePart.shown(found, parts),),
        ),
        json_to,
    )
    return ExitStatus.NO if problems else ExitStatus.YES


def _write(programmes: list[Programme], json_to: str | None) -> None:
    write_json(
        ProgrammeDocument(
            format="assay-programmes/0",
            programmes=tuple(ShownProgrammePart.shown(p, ()) for p in programmes),
        ),
        json_to,
    )
