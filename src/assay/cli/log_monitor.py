"""`assay log monitor`: has a log only grown, and does anything new concern me?"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus
from assay.cli.options import PATH, TRUST_OPTION
from assay.cli.output import say, told
from assay.encoding import encode_base64
from assay.errors import AssayError, MachineError, NetworkError
from assay.flows.monitor import MonitorOrder, Wanted, look_once, open_monitor
from assay.wire.v0.monitor import ContradictionPart, MatchPart, MonitorDocument

if TYPE_CHECKING:
    from pathlib import Path

    from assay.flows.monitor import Look, Match
    from assay.log.monitor import Monitor

__all__ = ["command"]

# A server that is busy, or a file that is just being replaced.
_PASSING = frozenset(
    {"log.remote-answer", "log.tile-missing", "log.checkpoint-missing", "log.busy"}
)


@click.command(
    "monitor",
    epilog="""\b
Examples:
  assay log monitor https://log.example.com --trust trust.toml --state seen.note \\
      --release DIGEST
  assay log monitor https://log.example.com --trust trust.toml --state seen.note \\
      --key ID --every 60
  assay log monitor ./log --trust trust.toml --state seen.note --compare theirs.note
""",
)
@click.argument("place", metavar="URL|DIRECTORY")
@TRUST_OPTION
@click.option(
    "--state",
    metavar="FILE",
    type=PATH,
    required=True,
    help="Where to keep the newest checkpoint that was seen; evidence goes beside it.",
)
@click.option("--key", "keys", metavar="ID", multiple=True, help="Key to look for.")
@click.option(
    "--release",
    "releases",
    metavar="DIGEST",
    multiple=True,
    help="Digest of a release to look for in what is said.",
)
@click.option(
    "--organisation",
    "organisations",
    metavar="NAME",
    multiple=True,
    help="Name to look for in what is said.",
)
@click.option(
    "--compare",
    metavar="FILE",
    type=PATH,
    multiple=True,
    help="A checkpoint that somebody else has seen: the log must continue it too.",
)
@click.option(
    "--every",
    metavar="SECONDS",
    type=click.IntRange(1, 86_400),
    help="Look again and again; by default once.",
)
@click.option("--once", is_flag=True, help="Look once; the default.")
@click.option("--json", "as_json", is_flag=True, help="Write a line of JSON a look.")
@click.option(
    "--ca-file",
    metavar="FILE",
    type=PATH,
    help="Certificates to believe the server by.",
)
@told
def command(
    *,
    place: str,
    trust: Path,
    state: Path,
    keys: tuple[str, ...],
    releases: tuple[str, ...],
    organisations: tuple[str, ...],
    compare: tuple[Path, ...],
    every: int | None,
    once: bool,
    as_json: bool,
    ca_file: Path | None,
) -> ExitStatus:
    """Follow the log at URL or in DIRECTORY, and tell what is new.

    Exits with 1 when the log has shown two histories (log.split-view) or less than
    before (log.rollback): both checkpoints are kept then. An unreachable server ends
    one look, and with --every the next is tried.
    """
    order = MonitorOrder(
        place=place,
        trust=trust,
        state=state,
        wanted=Wanted(
            keys=frozenset(keys),
            releases=frozenset(releases),
            organisations=frozenset(organisations),
        ),
        compare=compare,
        ca_file=ca_file,
    )
    if every is None or once:
        return _looked(open_monitor(order), order, as_json=as_json)
    pause = threading.Event()
    while True:
        try:
            status = _looked(open_monitor(order), order, as_json=as_json)
        except AssayError as error:
            if not _may_pass(error):
                raise
            click.echo(str(error), err=True)
            status = ExitStatus.YES
        if status is not ExitStatus.YES:
            return status
        pause.wait(every)


def _may_pass(error: AssayError) -> bool:
    """Tell whether the next look may find it mended, or ended."""
    return isinstance(error, NetworkError | MachineError) or error.code in _PASSING


def _looked(monitor: Monitor, order: MonitorOrder, *, as_json: bool) -> ExitStatus:
    matches: list[Match] = []

    def tell(match: Match) -> None:
        if as_json:
            matches.append(match)
        else:
            kind = f", {match.predicate_type}" if match.predicate_type else ""
            say(
                f"entry {match.index}: {match.subject.value} {match.value}"
                f"{kind}, signed by key {match.key_id}"
            )

    look = look_once(monitor, order, tell)
    if as_json:
        document = _document(monitor, look, matches)
        click.echo(json.dumps(document.model_dump(mode="json", by_alias=True)))
    else:
        say("\n".join(_told(monitor, look, order)))
    return ExitStatus.YES if look.contradiction is None else ExitStatus.NO


def _told(monitor: Monitor, look: Look, order: MonitorOrder) -> list[str]:
    size = look.new.tree.size
    contradiction = look.contradiction
    if contradiction is not None:
        folder = order.state.parent / contradiction.folder
        return [
            f"{monitor.origin} HAS NOT ONLY GROWN: {contradiction.error.code}",
            f"  expected: {contradiction.error.expected}",
            f"  found:    {contradiction.error.found}",
            f"  evidence: {folder}",
        ]
    lines = [
        f"{monitor.origin} has only grown: {size} entries, {size - look.old_size} new"
    ]
    if look.unread:
        lines.append(
            f"  of {look.unread} new entries it is not known what they say: their "
            "bodies are withheld"
        )
    if look.foreign:
        lines.append(f"  {look.foreign} new entries are no signed statements")
    return lines


def _document(monitor: Monitor, look: Look, matches: list[Match]) -> MonitorDocument:
    contradiction = look.contradiction
    part = None
    if contradiction is not None:
        error = contradiction.error
        part = ContradictionPart(
            code="log.rollback" if error.code == "log.rollback" else "log.split-view",
            message=error.message,
            expected=error.expected,
            found=error.found,
            evidence=contradiction.folder,
        )
    return MonitorDocument(
        format="assay-log-monitor/0",
        origin=monitor.origin,
        old_size=look.old_size,
        size=look.new.tree.size,
        root=encode_base64(look.new.tree.root),
        matches=tuple(
            MatchPart(
                index=match.index,
                subject=match.subject.value,
                value=match.value,
                key_id=match.key_id,
                predicate_type=match.predicate_type,
            )
            for match in matches
        ),
        unread=look.unread if monitor.wanted.needs_bodies else None,
        foreign=look.foreign,
        contradiction=part,
    )
