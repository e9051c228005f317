"""Options of verbs that enter statements in a log: here or served elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli.options import PATH
from assay.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.log import Log
    from assay.log.remote import RemoteLog

__all__ = ["LOG_PLACE", "REMOTE_LOG_OPTIONS", "open_log_place"]


class _Place(click.ParamType["Path | str"]):
    """A log: a path, or an address that stays what it is."""

    name = "log"

    def convert(
        self,
        value: str | Path,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path | str:
        """Leave addresses to the network, and read all else as a path."""
        if isinstance(value, str) and value.startswith(("https://", "http://")):
            return value
        return Path(PATH.convert(value, param, ctx))


LOG_PLACE = _Place()

_OPTIONS = (
    click.option(
        "--log-json",
        metavar="FILE",
        type=PATH,
        help="With a log at an address: its log.json, got in a way that you believe.",
    ),
    click.option(
        "--log-trust",
        metavar="TRUST",
        type=PATH,
        help="With a log at an address: or a trust file that names it.",
    ),
    click.option(
        "--log-token-file",
        metavar="FILE",
        type=PATH,
        help="With a log at an address: file with your token; by default the variable "
        "ASSAY_LOG_TOKEN.",
    ),
    click.option(
        "--log-state",
        metavar="FILE",
        type=PATH,
        help="With a log at an address: where to keep what was seen of it; by default "
        "in your own state folder.",
    ),
    click.option(
        "--log-policy",
        metavar="FILE",
        type=PATH,
        help="With a log at an address: witness policy that receipts must satisfy.",
    ),
    click.option(
        "--log-ca-file",
        metavar="FILE",
        type=PATH,
        help="With a log at an address: certificates of the authorities by which its "
        "server is believed.",
    ),
)
_NAMES = tuple(
    f"log_{name}"
    for name in ("json", "trust", "token_file", "state", "policy", "ca_file")
)


def REMOTE_LOG_OPTIONS(verb: Callable[..., Any]) -> Callable[..., Any]:  # noqa: N802 - named as the options beside it
    """Give a verb the options for a log at an address, as one value `remote`."""

    def gathered(**given: Any) -> Any:  # noqa: ANN401 - as click hands them on
        remote = {name: given.pop(name) for name in _NAMES}
        return verb(remote=remote, **given)

    gathered.__name__ = verb.__name__
    gathered.__doc__ = verb.__doc__
    decorated: Callable[..., Any] = gathered
    if hasattr(verb, "__click_params__"):
        decorated.__click_params__ = verb.__click_params__  # type: ignore[attr-defined]  # click keeps options so
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def open_log_place(
    place: Path | str | None, remote: dict[str, Path | None]
) -> Log | RemoteLog | None:
    """Open the log that was named, if any; an address with what was said about it.

    Raises:
        UsageError: `usage.log-keys`: something was said about a log at an address, and
            none was named, or it is not said by which keys to believe it.
        AssayError: It cannot be opened.
    """
    if isinstance(place, str):
        # Late: most logs lie here.
        from assay.flows.remote_log import (  # noqa: PLC0415 - see above
            RemoteChoice,
            open_remote_log,
        )

        return open_remote_log(
            RemoteChoice(
                url=place,
                log=remote["log_json"],
                trust=remote["log_trust"],
                token_file=remote["log_token_file"],
                state=remote["log_state"],
                policy=remote["log_policy"],
                ca_file=remote["log_ca_file"],
            )
        )
    said = [name for name, value in remote.items() if value is not None]
    if said:
        raise UsageError(
            "log-keys",
            "Something was said about a log at an address, and none is named.",
            expected="--log with an https address",
            found=", ".join(f"--{name.replace('_', '-')}" for name in said),
            remedy="name the address, or leave these options away",
        )
    if place is None:
        return None
    # Late: verbs that log nothing need it not.
    from assay.flows.own_log import open_own_log  # noqa: PLC0415 - see above

    return open_own_log(place)
