"""`assay log policy`: which witnesses a log publishes nothing without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus
from assay.cli.options import PATH
from assay.cli.output import say, told
from assay.flows.own_log import change_policy, kept_policy
from assay.log import describe_log

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["command"]


@click.command(
    "policy",
    epilog="""\b
Examples:
  assay log policy ./log
  assay log policy ./log policy.txt
""",
)
@click.argument("directory", type=PATH)
@click.argument("file", type=PATH, required=False)
@told
def command(*, directory: Path, file: Path | None) -> ExitStatus:
    """Show the witness policy that the log in DIRECTORY keeps, or keep FILE as it.

    FILE is a policy as C2SP tlog-policy has it, with the address of each witness. From
    then on nothing is published before enough have cosigned it, whoever writes to the
    log. A running server asks the new witnesses once it is restarted. A file with the
    line `quorum none` lifts the policy.
    """
    describe_log(directory)
    if file is not None:
        change_policy(directory, file)
    policy = kept_policy(directory)
    if policy is None:
        say(f"{directory} asks for no witnesses")
    else:
        names = ", ".join(item.name for item in policy.witnesses)
        say(
            f"{directory} publishes nothing without the quorum {policy.quorum}: {names}"
        )
    return ExitStatus.YES
