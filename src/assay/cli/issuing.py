"""What the verbs that issue statements share: their options, and what they tell."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from assay.cli.exit_status import ExitStatus
from assay.cli.log_options import LOG_PLACE, REMOTE_LOG_OPTIONS, open_log_place
from assay.cli.options import INSTANT, PATH
from assay.cli.output import say, write_json
from assay.cli.passphrase import passphrase_source
from assay.cli.targets import probe_targets
from assay.flows.files import write_file
from assay.flows.issue import digest_of, issue_statement, place_of
from assay.flows.keys import open_key
from assay.wire.v0.registry_results import IssueDocument
from assay.wire.v0.statement_file import write_statement_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assay.log import Log
    from assay.log.remote import RemoteLog
    from assay.statement import Signer

__all__ = [
    "BEGINNING",
    "EFFECTIVE_OPTION",
    "LOG_OPTION",
    "OUT_OPTION",
    "issue",
    "named_log",
    "signer_of",
]


class _Beginning(click.ParamType[datetime]):
    """An instant from which on something is so; a date means its first second.

    Whoever says from which day on a key was stolen means all of that day.
    """

    name = "instant"

    def convert(
        self,
        value: str | datetime,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> datetime:
        """Read an instant, in UTC where no offset is given."""
        if isinstance(value, str):
            with suppress(ValueError):
                value = f"{date.fromisoformat(value)}T00:00:00Z"
        return INSTANT.convert(value, param, ctx)


BEGINNING = _Beginning()

_LOG = click.option(
    "--log",
    "log_place",
    metavar="DIR|URL",
    type=LOG_PLACE,
    help="Transparency log to enter the statement in; verifiers that ask for a log "
    "count nothing without it.",
)


def LOG_OPTION(verb: Callable[..., Any]) -> Callable[..., Any]:  # noqa: N802 - named as the options beside it
    """Give a verb the log to enter its statement in, opened, as `log`.

    It is opened before the verb does anything, so that nothing is signed for a log that
    cannot be had.
    """

    def opened(**given: Any) -> Any:  # noqa: ANN401 - as click hands them on
        log = open_log_place(given.pop("log_place"), given.pop("remote"))
        return verb(log=log, **given)

    opened.__name__ = verb.__name__
    opened.__doc__ = verb.__doc__
    if hasattr(verb, "__click_params__"):
        vars(opened)["__click_params__"] = verb.__click_params__
    return _LOG(REMOTE_LOG_OPTIONS(opened))


OUT_OPTION = click.option(
    "--out", metavar="FILE", type=PATH, required=True, help="Statement file to write."
)
EFFECTIVE_OPTION = click.option(
    "--effective",
    metavar="INSTANT",
    type=BEGINNING,
    help="From when on it is so, a date from its first second; by default from now on.",
)


def named_log() -> Path | str | None:
    """Give what --log names, of the verb that runs."""
    place: Path | str | None = click.get_current_context().params["log_place"]
    return place


def signer_of(
    key: Path | str,
    public_key: Path | None,
    passphrase_file: Path | None,
    out: Path,
    json_to: str | None,
) -> Signer:
    """Open the key, once it is known that the result can be written."""
    probe_targets(out, json_to)
    return open_key(key, passphrase_source(passphrase_file), public=public_key)


def issue(
    payload: bytes,
    kind: str,
    signer: Signer,
    log: Log | RemoteLog | None,
    out: Path,
    json_to: str | None,
    *,
    note: str = "",
) -> ExitStatus:
    """Sign, log and write a statement, and say where it is and with whom it counts."""
    file = issue_statement(payload, signer, log)
    write_file(out, write_statement_file(file))
    place = place_of(file.statement)
    where = "in no log" if place is None else f"in the log {place[0]} at {place[1]}"
    say(
        f"{out}: signed by {signer.public_key.key_id}, {where}\n"
        f"  statement: {digest_of(file)}" + (f"\n  {note}" if note else ""),
        json_to=json_to,
    )
    write_json(
        IssueDocument(
            format="assay-issue/0",
            file=str(out),
            predicate_type=kind,
            sha256=digest_of(file),
            key_id=signer.public_key.key_id,
            log_origin=None if place is None else place[0],
            log_index=None if place is None else place[1],
        ),
        json_to,
    )
    return ExitStatus.YES
