"""`assay log token`: who may submit to a log's server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus
from assay.cli.options import PATH
from assay.cli.output import say, told
from assay.flows.log_serve import Role, add_token, read_tokens, revoke_token

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["command"]


@click.group(
    "token",
    epilog="""\b
Examples:
  assay log token new tokens.json --name "build of example.com"
  assay log token list tokens.json
  assay log token revoke tokens.json 0123456789abcdef
""",
)
def command() -> None:
    """Choose who may submit to a log's server."""


@command.command(
    "new",
    epilog="""\b
Examples:
  (umask 077; assay log token new tokens.json --name "a build" > token.txt)
  assay log token new tokens.json --name watch --role operate
""",
)
@click.argument("file", type=PATH)
@click.option("--name", required=True, help="Whose it is; stands in the access log.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.SUBMIT.value,
    show_default=True,
    help="Submit statements, or also see what waits.",
)
@told
def new(*, file: Path, name: str, role: str) -> ExitStatus:
    """Make a token and print it, once: FILE keeps only a salted hash of it.

    A running server knows it from the next request on.
    """
    text, token = add_token(file, name, Role(role))
    click.echo(text)
    click.echo(
        f"token {token.id} of {name!r} ({role}); it is shown this once", err=True
    )
    return ExitStatus.YES


@command.command(
    "list",
    epilog="""\b
Examples:
  assay log token list tokens.json
""",
)
@click.argument("file", type=PATH)
@told
def list_tokens(*, file: Path) -> ExitStatus:
    """List the tokens in FILE by id, role and name."""
    for token in read_tokens(file).tokens:
        say(f"{token.id}  {token.role.value:8}  {token.name}")
    return ExitStatus.YES


@command.command(
    "revoke",
    epilog="""\b
Examples:
  assay log token revoke tokens.json 0123456789abcdef
""",
)
@click.argument("file", type=PATH)
@click.argument("token_id", metavar="ID")
@told
def revoke(*, file: Path, token_id: str) -> ExitStatus:
    """Forget the token ID: a running server refuses it from the next request on."""
    token = revoke_token(file, token_id)
    say(f"token {token.id} of {token.name!r} is worth nothing any more")
    return ExitStatus.YES
