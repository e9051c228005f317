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
from assay.crypto.public_key import ALL_KINDS, public_key_from_der
from assay.domain.vkey import states_time, vkey_id
from assay.errors import UsageError
from assay.flows.trust import Believed, Demands, add_trust, new_trust
from assay.flows.trust_keyless import BelievedKeyless
from assay.flows.verify import load_trust
from assay.wire.v0.instant import format_instant
from assay.wire.v0.results import TrustDocument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from assay.domain.trust import TimestampAuthority, TrustedIssuer, TrustFile

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
        "--office",
        "offices",
        metavar="NAME=KEY",
        multiple=True,
        help="Believe this programme office's public key: for enrolments, key events, "
        "revocations and status snapshots.",
    ),
    click.option(
        "--assessor",
        "assessors",
        metavar="NAME=KEY",
        multiple=True,
        help="Believe this independent assessor's public key, for reviews.",
    ),
    click.option(
        "--witness",
        "witnesses",
        metavar="NAME=VKEY",
        multiple=True,
        help="Believe this witness of logs, by its C2SP verifier key.",
    ),
    click.option(
        "--receipt-keys",
        "receipt_keys",
        metavar="[ORIGIN=]FILE",
        multiple=True,
        help="Believe COSE receipts of a log by these keys, its scitt-keys.cbor.",
    ),
    click.option(
        "--policy",
        metavar="FILE",
        type=PATH,
        help="Believe the logs and the witnesses of this C2SP tlog-policy file, and "
        "ask for its quorum.",
    ),
    click.option(
        "--timestamp-authority",
        "authorities",
        metavar="NAME=PEM",
        multiple=True,
        help="Believe this timestamp authority (RFC 3161), by its root certificates.",
    ),
    click.option(
        "--keyless",
        "signers",
        metavar="NAME=IDENTITY",
        multiple=True,
        help="Believe whoever signs with a short-lived certificate of sigstore for "
        "this mail address or URI.",
    ),
    click.option(
        "--keyless-issuer",
        metavar="URL",
        help="OpenID Connect issuer that vouches for these identities.",
    ),
    click.option(
        "--sigstore-root",
        metavar="FILE",
        type=PATH,
        help="Trusted root of the sigstore instance that they use.",
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


_DEMANDS = (
    click.option(
        "--quorum",
        metavar="N",
        type=click.IntRange(0, 100),
        help="How many of the witnesses must have cosigned each receipt.",
    ),
    click.option(
        "--timestamp-required/--no-timestamp-required",
        "timestamp",
        default=None,
        help="Refuse a claim without a timestamp of a believed authority.",
    ),
    click.option(
        "--second-required/--no-second-required",
        "second",
        default=None,
        help="Refuse a claim without a second, post-quantum signature.",
    ),
    click.option(
        "--status-max-age",
        "status_hours",
        metavar="HOURS",
        type=click.IntRange(1, 87_600),
        help="Ask for a status snapshot that is no older than this: without one a "
        "claim is stale.",
    ),
)


def _believed(verb: _F) -> _F:
    for option in reversed((*_BELIEVED, *_DEMANDS)):
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
    valid_days: int | None,
    no_log_required: bool,
    json_to: str | None,
    **chosen: Any,  # noqa: ANN401 - the options of `_BELIEVED` and `_DEMANDS`
) -> ExitStatus:
    """Make a trust file. Until it names a developer and a log, nothing verifies."""
    until = None
    if valid_days is not None:
        until = datetime.now(tz=UTC).replace(microsecond=0) + timedelta(days=valid_days)
    made = new_trust(
        trust,
        _chosen(chosen),
        valid_until=until,
        log_required=not no_log_required,
        demands=_demanded(chosen),
    )
    _tell(trust, made, json_to)
    return ExitStatus.YES


@command.command(
    "add",
    epilog="""\b
Examples:
  assay trust add trust.toml --developer "Example Labs=labs.pub"
  assay trust add trust.toml --log-key log.example.com/2026 VKEY
  assay trust add trust.toml --keyless "Labs=release@labs.example" \\
      --keyless-issuer https://accounts.example.com --sigstore-root trusted_root.json
""",
)
@click.argument("trust", type=PATH)
@_believed
@JSON_OPTION
@told
def add(
    *,
    trust: Path,
    json_to: str | None,
    **chosen: Any,  # noqa: ANN401 - the options of `_BELIEVED` and `_DEMANDS`
) -> ExitStatus:
    """Add whom to believe to a trust file, or what to ask of a claim."""
    believed, demands = _chosen(chosen), _demanded(chosen)
    if believed == Believed() and demands == Demands():
        raise UsageError(
            "nothing-to-add",
            "There is nothing to add.",
            expected="whom to believe, such as --developer, --log or --programme, or "
            "what to ask for, such as --quorum",
            found="none of them",
        )
    _tell(trust, add_trust(trust, believed, demands=demands), json_to)
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


def _chosen(options: Mapping[str, Any]) -> Believed:
    return Believed(
        developers=_files(options["developers"], "developer", "labs.pub"),
        offices=_files(options["offices"], "office", "office.pub"),
        assessors=_files(options["assessors"], "assessor", "auditors.pub"),
        witnesses=tuple(
            _named(text, "witness", "w.example+1a2b3c4d+AQID", first=True)
            for text in options["witnesses"]
        ),
        timestamp_authorities=_files(
            options["authorities"], "timestamp-authority", "roots.pem"
        ),
        logs=options["logs"],
        log_keys=options["log_keys"],
        programmes=options["programmes"],
        policy=options["policy"],
        receipt_keys=tuple(map(_key_set, options["receipt_keys"])),
        keyless=_keyless(options),
    )


def _keyless(options: Mapping[str, Any]) -> BelievedKeyless | None:
    issuer, root = options["keyless_issuer"], options["sigstore_root"]
    given = (bool(options["signers"]), issuer is not None, root is not None)
    if not any(given):
        return None
    if not all(given):
        raise UsageError(
            "keyless",
            "This does not say who signs keyless, and by whose word.",
            expected="--keyless, --keyless-issuer and --sigstore-root",
            found=f"{sum(given)} of the three",
        )
    return BelievedKeyless(
        signers=tuple(
            _named(text, "keyless", "release@example.com", first=True)
            for text in options["signers"]
        ),
        issuer=issuer,
        root=root,
    )


def _demanded(options: Mapping[str, Any]) -> Demands:
    hours = options["status_hours"]
    return Demands(
        quorum=options["quorum"],
        timestamp=options["timestamp"],
        second=options["second"],
        status_age=None if hours is None else timedelta(hours=hours),
    )


def _files(
    texts: tuple[str, ...], option: str, example: str
) -> tuple[tuple[str, Path], ...]:
    named = (_named(text, option, example) for text in texts)
    return tuple((name, Path(path)) for name, path in named)


def _key_set(text: str) -> tuple[str | None, Path]:
    origin, _, path = text.rpartition("=")
    return origin or None, Path(path)


def _named(
    text: str, option: str, example: str, *, first: bool = False
) -> tuple[str, str]:
    """Split `NAME=VALUE`; a name may hold `=`, and so may a verifier key."""
    name, separator, value = text.partition("=") if first else text.rpartition("=")
    if not separator or not name or not value:
        raise UsageError(
            "named-key",
            f"This does not say which {option.replace('-', ' ')} has which key.",
            expected=f"NAME=VALUE, such as 'Example={example}'",
            found=text,
        )
    return name, value


def _tell(path: Path, trust: TrustFile, json_to: str | None) -> None:
    lines = [f"{path} believes:"]
    lines += [
        f"  {role:<10} {item.name}  "
        f"key {public_key_from_der(item.public_key, ALL_KINDS).key_id}{_dates(item)}"
        for role, issuers in (
            ("developer", trust.developers),
            ("office", trust.offices),
            ("assessor", trust.assessors),
        )
        for item in issuers
    ]
    lines += [
        f"  log        {log.origin}  keys {', '.join(map(vkey_id, log.vkeys))}"
        f"{', and COSE receipts' if log.receipt_keys else ''}"
        for log in trust.logs
    ]
    lines += [f"  witness    {witness.name}" for witness in trust.witnesses]
    lines += [
        f"  timestamps {authority.name}  {len(authority.certificates)} roots"
        f"{_dates(authority)}"
        for authority in trust.timestamp_authorities
    ]
    lines += [
        f"  keyless    {signer.name}  {signer.identity} by {signer.issuer}"
        for signer in trust.keyless
    ]
    lines += [
        f"  programme  {ref.id} {ref.version}  {ref.digest}" for ref in trust.programmes
    ]
    if len(lines) == 1:
        lines.append("  nobody yet; `assay trust add` changes that")
    lines += _notes(trust)
    if not trust.log_required:
        lines.append("  Statements without a receipt from a log are accepted.")
    if trust.policy:
        quorum = trust.policy.rstrip().rpartition("quorum ")[2]
        lines.append(f"  A policy says which witnesses are enough: {quorum}.")
    if trust.quorum:
        lines.append(f"  {trust.quorum} witnesses must have cosigned.")
    if trust.timestamp_required:
        lines.append("  A timestamp is required.")
    if trust.second_required:
        lines.append("  A second, post-quantum signature is required.")
    if trust.status_required:
        hours = trust.status_max_age // timedelta(hours=1)
        lines.append(f"  A status snapshot of the last {hours} hours is required.")
    if trust.valid_until is not None:
        lines.append(f"  Believed until {format_instant(trust.valid_until)}.")
    say("\n".join(lines), json_to=json_to)
    write_json(TrustDocument.of(trust), json_to)


def _dates(item: TrustedIssuer | TimestampAuthority) -> str:
    words = ""
    if item.valid_from is not None:
        words += f"  from {format_instant(item.valid_from)}"
    if item.valid_until is not None:
        words += f"  until {format_instant(item.valid_until)}"
    return words


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
