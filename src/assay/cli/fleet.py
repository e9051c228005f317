"""`assay fleet`: check many releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus
from assay.cli.options import (
    CACHE_OPTION,
    JOBS_OPTION,
    PATH,
    PROGRAMME_OPTION,
    QUIET_OPTION,
)
from assay.cli.output import JSON_OPTION, say, told, write_json
from assay.cli.progress import watched
from assay.cli.targets import probe_targets, refuse_results_inside
from assay.domain.finding import Severity
from assay.domain.limits import DEFAULT_LIMITS
from assay.flows.check import read_accepted
from assay.flows.files import read_file
from assay.flows.fleet import SUMMARY, FleetOrder, Here, check_fleet, read_list
from assay.flows.fleet_ray import Cluster
from assay.flows.programmes import find_programme

if TYPE_CHECKING:
    from pathlib import Path

    from assay.cli.progress import Watch
    from assay.wire.v0.fleet import FleetDocument, FleetEntryPart

__all__ = ["command"]

# Releases done before that are told again; the summary has all.
_MOST_TOLD = 50


@click.group(
    "fleet",
    epilog="""\b
Examples:
  assay fleet check releases.txt --out results
""",
)
def command() -> None:
    """Check many releases."""


class _OneList(click.Command):
    """The verb, which tells those who name releases that it wants a list of them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            if not error.message.startswith("Got unexpected extra argument"):
                raise
            raise click.BadArgumentUsage(
                f"{error.message.rstrip('.')}. LIST is a file with one path or address "
                "of a release a line; write the releases into one, and name that.",
                ctx,
            ) from error


@command.command(
    "check",
    cls=_OneList,
    epilog="""\b
Examples:
  assay fleet check releases.txt --out results
  assay fleet check releases.txt --out results --ray
  assay fleet check releases.txt --out results --ray --address 10.0.0.1:6379
""",
)
@click.argument("list_file", metavar="LIST", type=PATH)
@click.option(
    "--out",
    metavar="DIR",
    type=PATH,
    required=True,
    help=f"Directory for one document a release, and {SUMMARY}.",
)
@PROGRAMME_OPTION
@click.option(
    "--fail-on",
    type=click.Choice([s.value for s in Severity if s is not Severity.INFO]),
    default=Severity.HIGH.value,
    show_default=True,
    help="A release fails on a finding of this severity or above.",
)
@click.option(
    "--baseline",
    metavar="FILE",
    type=PATH,
    help="Findings that are accepted in every release, as for `assay check`.",
)
@click.option("--again", is_flag=True, help="Check what is done and unchanged, too.")
@click.option("--ray", is_flag=True, help="Check over a Ray cluster; needs assay[ray].")
@click.option(
    "--address",
    metavar="ADDRESS",
    help="Of a running Ray cluster; by default one is started here.",
)
@JSON_OPTION
@CACHE_OPTION
@JOBS_OPTION
@QUIET_OPTION
@told
def check(
    *,
    list_file: Path,
    out: Path,
    programme: str,
    fail_on: str,
    baseline: Path | None,
    again: bool,
    ray: bool,
    address: str | None,
    json_to: str | None,
    cache: Path | None,
    jobs: int | None,
    quiet: bool,
) -> ExitStatus:
    """Check every release of LIST, a file with one path or address a line.

    One that cannot be checked is told as such and stops no other. Run it again to go
    on: what is done and has not changed since is not done again.
    """
    releases = read_list(list_file)
    places = {"--out": out, "--json": json_to, "--cache": cache}
    for release in releases:
        refuse_results_inside(release, places)
    probe_targets(json_to)
    # Before the reading: what is wrong with it should not be told of each release.
    read_accepted(baseline)
    most = DEFAULT_LIMITS.max_declarations_bytes
    accepted = None
    if baseline is not None:
        accepted = read_file(baseline, most=most, what="baseline file")
    with watched(quiet=quiet) as watch:
        news = None if watch is None else _News(watch, json_to)
        document = check_fleet(
            releases,
            out,
            FleetOrder(
                programme_file=find_programme(programme),
                fail_on=fail_on,
                jobs=jobs,
                cache=None if cache is None else str(cache),
                baseline_file=accepted,
            ),
            engine=Cluster(address)
            if ray or address
            else Here(None if news is None else news.reading),
            again=again,
            begin=None if news is None else news.begun,
            tell=None if news is None else news.done,
        )
    if not quiet:
        told = frozenset[str]() if news is None else news.told
        say(_text(document, out, told), json_to=json_to)
    write_json(document, json_to)
    gates = {entry.gate for entry in document.releases}
    if "fails" in gates:
        return ExitStatus.NO
    return ExitStatus.CANNOT_TELL if gates - {"passes"} else ExitStatus.YES


class _News:
    """Tells people how far a fleet is, above a line that shows what is read now."""

    def __init__(self, watch: Watch, json_to: str | None) -> None:
        self._watch = watch
        self._json_to = json_to
        self._done = self._total = 0
        self.told: frozenset[str] = frozenset()

    def begun(self, done: int, total: int) -> None:
        """Say what was done before."""
        self._done, self._total = done, total
        if done:
            which = (
                "was done before and has" if done == 1 else "were done before and have"
            )
            self._say(
                f"{done} of {total} {which} not changed; {total - done} to check "
                "(--again checks all)"
            )

    def reading(self, path: str) -> Watch:
        """Show what is read from now on."""
        self._watch.begin(f"[{self._done + 1}/{self._total}] {path}")
        return self._watch

    def done(self, entry: FleetEntryPart, done: int, total: int) -> None:
        """Say what came of one."""
        self._done, self._total = done, total
        self.told |= {entry.path}
        told = entry.error.message if entry.error else _found(entry)
        self._say(f"[{done}/{total}] {entry.gate:<11} {entry.path}: {told}")

    def _say(self, text: str) -> None:
        self._watch.clear()
        say(text, json_to=self._json_to)


def _found(entry: FleetEntryPart) -> str:
    counts = {} if entry.findings is None else entry.findings.model_dump()
    found = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return f"{found or 'no finding'} ({entry.seconds:.1f} s)"


def _text(document: FleetDocument, out: Path, told: frozenset[str]) -> str:
    """Sum up; what was done before and does not pass is told once more."""
    gates: list[str] = [entry.gate for entry in document.releases]
    counts = ", ".join(
        f"{gates.count(gate)} {words}"
        for gate, words in (
            ("passes", "pass"),
            ("fails", "fail"),
            ("cannot tell", "cannot be told"),
            ("error", "could not be checked"),
        )
        if gates.count(gate)
    )
    before = [
        f"  done before: {entry.gate:<11} {entry.path}: "
        f"{entry.error.message if entry.error else _found(entry)}"
        for entry in document.releases
        if entry.gate != "passes" and entry.path not in told
    ]
    left = len(before) - _MOST_TOLD
    lines = [
        *before[:_MOST_TOLD],
        *([f"  and {left} more: see the summary"] if left > 0 else []),
        f"{len(gates)} releases: {counts}",
        f"  summary: {out / SUMMARY}",
    ]
    return "\n".join(lines)
