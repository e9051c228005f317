"""`assay trust`: choose whom to believe."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assay.cli.exit_status import ExitStatus
from assay.cli.options import PATH
from assay.cli.output import JSON_OPTION, say, told, write_json
from assay.crypto.public_key import public_key_from_der
from assay.errors import UsageError
from assay.flows.trust import Believed, add_trust, new_trust
from assay.flows.verify import load_trust
from assay.wire.v0.instant import format_instant
from assay.wire.v0.results import TrustDocument
from assay.wire.v0.trust import states_time, vkey_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assay.domain.trust import TrustFile

__all__ = ["command"]

_F = TypeVar("_F", bound="Callable[..., Any]")

_BELIEVED = (
    click.option(
        "--developer",
        "developers",
        metavar="NAME=KEY",
        multiple=True,
        help="Believe this developer's public key, under a name of your choice.",
    ),
    click.option(
        "--log",
        "logs",
        metavar="PATH",
        type=PATH,
        multiple=True,
        help="Believe a log: its directory, or its log.json, which the log's operator "
        "hands out.",
    ),
    click.option(
        "--log-key",
        "log_keys",
        metavar="ORIGIN VKEY",
        nargs=2,
        multiple=True,
        help="Believe a log elsewhere, by its origin and one C2SP verifier key; give "
        "each of its keys. A log that is there already gets the key too.",
    ),
    click.option(
        "--programme",
        "programmes",
        metavar="ID",
        multiple=True,
        help="Let this programme's rules decide: an id, `id@version` or a TOML file.",
    ),
)


def _believed(verb: _F) -> _F:
    for option in reversed(_BELIEVED):
        verb = option(verb)
    return verb


@click.group(
    "trust",
    epilog="""\b
Examples:
  assay trust new trust.toml --developer "Example Labs=labs.pub" --log log.json
  assay trust show trust.toml
""",
)
def command() -> None:
    """Choose whom to believe."""


@command.command(
    "new",
    epilog="""\b
Examples:
  assay trust new trust.toml --developer "Example Labs=labs.pub" --log ./log \\
      --programme eo14409
  assay trust new trust.toml --log ./received/log.json --valid-days 90
""",
)
@click.argument("trust", type=PATH)
@_believed
@click.option(
    "--valid-days",
    metavar="DAYS",
    type=click.IntRange(1, 3650),
    help="Days after which the file itself is too old to believe; by default never.",
)
@click.option(
    "--no-log-required",
    is_flag=True,
    help="Accept statements without a receipt from a log: nobody but the developer "
    "then vouches for when they were made.",
)
@JSON_OPTION
@told
def new(
    *,
    trust: Path,
    developers: tuple[str, ...],
    logs: tuple[Path, ...],
    log_keys: tuple[tuple[str, str], ...],
    programmes: tuple[str, ...],
    valid_days: int | None,
    no_log_required: bool,
    json_to: str | None,
) -> ExitStatus:
    """Make a trust file. Until it names a developer and a log, nothing verifies."""
    until = None
    if valid_days is not None:
        until = datetime.now(tz=UTC).replace(microsecond=0) + timedelta(days=valid_days)
    made = new_trust(
        trust,
        _chosen(developers, logs, log_keys, programmes),
        valid_until=until,
        log_required=not no_log_required,
    )
    _tell(trust, made, json_to)
    return ExitStatus.YES


@command.command(
    "add",
    epilog="""\b
Examples:
  assay trust add trust.toml --developer "Example Labs=labs.pub"
  assay trust add trust.toml --log-key log.example.com/2026 VKEY
""",
)
@click.argument("trust", type=PATH)
@_believed
@JSON_OPTION
@told
def add(
    *,
    trust: Path,
    developers: tuple[str, ...],
    logs: tuple[Path, ...],
    log_keys: tuple[tuple[str, str], ...],
    programmes: tuple[str, ...],
    json_to: str | None,
) -> ExitStatus:
    """Add developers, logs and programmes to a trust file."""
    believed = _chosen(developers, logs, log_keys, programmes)
    if believed == Believed():
        raise UsageError(
            "nothing-to-add",
            "There is nothing to add.",
            expected="--developer, --log, --log-key or --programme",
            found="none of them",
        )
    _tell(trust, add_trust(trust, believed), json_to)
    return ExitStatus.YES


@command.command(
    "show",
    epilog="""\b
Examples:
  assay trust show trust.toml
  assay trust show trust.toml --json -
""",
)
@click.argument("trust", type=PATH)
@JSON_OPTION
@told
def show(*, trust: Path, json_to: str | None) -> ExitStatus:
    """Show whom a trust file believes; an error when it believes nobody."""
    _tell(trust, load_trust(trust), json_to)
    return ExitStatus.YES


def _chosen(
    developers: tuple[str, ...],
    logs: tuple[Path, ...],
    log_keys: tuple[tuple[str, str], ...],
    programmes: tuple[str, ...],
) -> Believed:
    named = []
    for text in developers:
        name, separator, path = text.rpartition("=")
        if not separator or not name or not path:
            raise UsageError(
                "developer",
                "This does not say which developer has which key.",
                expected="NAME=KEY, such as 'Example Labs=labs.pub'",
                found=text,
            )
        named.append((name, Path(path)))
    return Believed(
        developers=tuple(named), logs=logs, log_keys=log_keys, programmes=programmes
    )


def _tell(path: Path, trust: TrustFile, json_to: str | None) -> None:
    lines = [f"{path} believes:"]
    lines += [
        f"  developer  {item.name}  key {public_key_from_der(item.public_key).key_id}"
        for item in trust.developers
    ]
    lines += [
        f"  log        {log.origin}  keys {', '.join(map(vkey_id, log.vkeys))}"
        for log in trust.logs
    ]
    lines += [f"  witness    {witness.name}" for witness in trust.witnesses]
    lines += [
        f"  programme  {ref.id} {ref.version}  {ref.digest}" for ref in trust.programmes
    ]
    if len(lines) == 1:
        lines.append("  nobody yet; `assay trust add` changes that")
    lines += _notes(trust)
    if not trust.log_required:
        lines.append("  Statements without a receipt from a log are accepted.")
    if trust.quorum:
        lines.append(f"  {trust.quorum} witnesses must have cosigned.")
    if trust.valid_until is not None:
        lines.append(f"  Believed until {format_instant(trust.valid_until)}.")
    say("\n".join(lines), json_to=json_to)
    write_json(TrustDocument.of(trust), json_to)


def _notes(trust: TrustFile) -> list[str]:
    """Say what is allowed and may surprise."""
    lines = [
        f"  Receipts of {log.origin} carry no time of the log: it has no ML-DSA-44 key "
        "here."
        for log in trust.logs
        if not any(map(states_time, log.vkeys))
    ]
    lines += [
        f"  {count} keys speak for the developer {name}."
        for name, count in _several(item.name for item in trust.developers)
    ]
    lines += [
        f"  {count} texts of the programme {name} may decide."
        for name, count in _several(
            f"{ref.id} {ref.version}" for ref in trust.programmes
        )
    ]
    return lines


def _several(names: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(item for item in Counter(names).items() if item[1] > 1)
