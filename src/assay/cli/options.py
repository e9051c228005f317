"""Options that several verbs share."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import click

from assay.cli.targets import TARGET
from assay.domain.key_address import is_key_address
from assay.errors import UsageError

__all__ = [
    "AT_OPTION",
    "CACHE_OPTION",
    "DECLARATIONS_OPTION",
    "HTML_OPTION",
    "INSTANT",
    "JOBS_OPTION",
    "KEY",
    "KEY_OPTION",
    "PATH",
    "PROGRAMME_OPTION",
    "PUBLIC_KEY_OPTION",
    "QUIET_OPTION",
    "RELEASE",
    "TRUST_OPTION",
    "VERBOSE_OPTION",
    "now_or",
]


class _Path(click.Path):
    """A path that says something: scripts give empty ones when a variable is not set.

    Whether it can be read shows when it is read: that is no fault of the usage.
    """

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:  # noqa: ANN401 - as in click: the type of path is chosen below
        """Refuse the empty path, which would mean the current directory."""
        if not os.fspath(value):
            self.fail("the path is empty", param, ctx)
        return super().convert(value, param, ctx)


PATH = _Path(path_type=Path, readable=False)


class _Trust(_Path):
    """The trust file, of which a newcomer has none yet."""

    def get_missing_message(
        self, param: click.Parameter, ctx: click.Context | None
    ) -> str:
        """Say how to come by one."""
        del param, ctx
        return "`assay trust new` makes a trust file: it says whom you believe."


class _Key(click.ParamType[Path | str]):
    """Where a key is: a file, or its address on a token or in a service."""

    name = "key"

    def convert(
        self,
        value: str | Path,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path | str:
        """Keep an address as it is."""
        if isinstance(value, str) and is_key_address(value):
            return value
        return Path(PATH.convert(value, param, ctx))


class _Release(click.ParamType[Path | str]):
    """Where a release is: a path, or the address of a store with its scheme."""

    name = "release"

    def convert(
        self,
        value: str | Path,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path | str:
        """Keep an address as it is: as a path it would lose one of its slashes."""
        if isinstance(value, str) and "://" in value:
            return value
        return Path(PATH.convert(value, param, ctx))


KEY = _Key()
RELEASE = _Release()
_LAST_SECOND = time(23, 59, 59)


class _Instant(click.ParamType[datetime]):
    """An instant, in UTC where no offset is given; a date means its last second.

    Whoever asks about a day asks whether something held by its end: what was sealed on
    that day then counts.
    """

    name = "instant"

    def convert(
        self,
        value: str | datetime,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> datetime:
        """Read `2026-11-23`, `2026-11-23T18:00:00Z` or with an offset."""
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(value)
            if _is_date(value):
                instant = datetime.combine(instant, _LAST_SECOND)
            if instant.tzinfo is None:
                instant = instant.replace(tzinfo=UTC)
            return instant.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(
                f"{value!r} is no instant; expected one such as 2026-11-23 or "
                "2026-11-23T18:00:00Z",
                param,
                ctx,
            )


def _is_date(value: str) -> bool:
    """Say whether a text that is an instant names a day alone."""
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


INSTANT = _Instant()

PROGRAMME_OPTION = click.option(
    "--programme",
    metavar="ID",
    default="eo14409",
    show_default=True,
    help="Programme to check against: an id, `id@version`, or a TOML file.",
)
DECLARATIONS_OPTION = click.option(
    "--declarations",
    metavar="FILE",
    type=PATH,
    help="What people answered; `assay check --write-declarations` makes the form.",
)
KEY_OPTION = click.option(
    "--key",
    metavar="KEY",
    type=KEY,
    required=True,
    help="Private key to sign with: a file, or an address on a token (pkcs11:…) or in "
    "a service for keys (awskms:…, azurekms:…, gcpkms:…, hv:…).",
)
PUBLIC_KEY_OPTION = click.option(
    "--public-key",
    metavar="FILE",
    type=PATH,
    help="Public half of a key on a token or in a service that does not give it.",
)
JOBS_OPTION = click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(1, 256),
    help="Files to read at the same time; by default one per core.",
)
CACHE_OPTION = click.option(
    "--cache",
    metavar="DIR",
    type=PATH,
    help="Keep what was seen in each file here, and do not look again at files that "
    "have not changed; every file is still hashed.",
)
TRUST_OPTION = click.option(
    "--trust",
    metavar="TRUST",
    type=_Trust(path_type=Path, readable=False),
    required=True,
    help="Trust file: whom you believe. `assay trust new` makes one.",
)
WITH_OPTION = click.option(
    "--with",
    "status",
    metavar="FILE",
    type=PATH,
    multiple=True,
    help="Statement file at hand: a status snapshot, a revocation, an enrolment, a "
    "review; can be given again.",
)
AT_OPTION = click.option(
    "--at",
    metavar="INSTANT",
    type=INSTANT,
    help="Answer for this instant, such as 2026-11-23T18:00:00Z, or 2026-11-23 for the "
    "end of that day in UTC; by default now.",
)
QUIET_OPTION = click.option(
    "--quiet", "-q", is_flag=True, help="Show no progress and no summary."
)
HTML_OPTION = click.option(
    "--html",
    metavar="FILE",
    type=TARGET,
    help="Write the report with the answer as one HTML file, or `-` for standard "
    "output.",
)
VERBOSE_OPTION = click.option(
    "--verbose", "-v", is_flag=True, help="Show every list whole."
)


def now_or(at: datetime | None) -> datetime:
    """Give the instant asked about, or the present one in whole seconds."""
    if at is None:
        return datetime.now(tz=UTC).replace(microsecond=0)
    if at.year >= 9990:
        raise UsageError(
            "instant",
            "The instant lies beyond what calendars carry safely.",
            expected="a year before 9990",
            found=at.isoformat(),
        )
    return at
