"""The command line's front door: names the verbs and opens one of them.

Each verb is a module of its own, loaded when it is called: `assay --help` imports
nothing but click.
"""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

import assay

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["LazyGroup", "main", "run"]

# No installed package may hook into how documents are validated; and not looking for
# such hooks saves a tenth of the start-up.
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"

# Verb to module and its one line of help; a test holds them to the verbs' own help.
VERBS: Mapping[str, tuple[str, str]] = {
    "check": ("check", "Check a release against a programme."),
    "fleet": ("fleet", "Check many releases."),
    "seal": ("seal", "Check, sign and log a release, and write its bundle."),
    "disclose": ("disclose", "Make a bundle that shows some controls only."),
    "verify": ("verify", "Verify a bundle offline, and a release against it."),
    "decide": ("decide", "Decide whether a release is eligible for a benefit."),
    "bundle": ("bundle", "Attach statements of others to a bundle."),
    "review": ("review", "Sign what an independent assessor saw of a claim."),
    "evaluate": (
        "evaluate",
        "Sign what an evaluation measured about the release of a bundle.",
    ),
    "revoke": ("revoke", "Say that a claim or a statement no longer counts."),
    "enrol": ("enrol", "Say, as a programme office, who takes part."),
    "key-event": (
        "key_event",
        "Say that a key has a successor, ends, or was compromised.",
    ),
    "status": ("status", "Publish and check snapshots of what was revoked."),
    "manifest": (
        "manifest",
        "Sign a model's files, or verify them, as OpenSSF Model Signing does.",
    ),
    "keys": ("keys", "Make and show signing keys."),
    "trust": ("trust", "Choose whom to believe."),
    "log": ("log", "Keep and check a transparency log."),
    "timestamp": ("timestamp", "Add timestamps of an authority to a bundle."),
    "export": ("export", "Give what a bundle holds to programs of others."),
    "scitt": ("scitt", "Make and verify SCITT transparent statements."),
    "witness": ("witness", "Confirm to others that transparency logs only grow."),
    "programme": ("programme", "List, show and check programmes."),
}

EPILOG = """\b
Examples:
  assay check ./my-model
  assay check ./my-model --html report.html --json report.json
  assay keys new developer.pem
  assay seal ./my-model --key developer.pem --log ./log --out my-model.assay
  assay verify my-model.assay --trust trust.toml --release ./my-model
  assay decide my-model.assay --benefit ID --trust trust.toml

\b
Exit status:
  0  yes: clean, valid, eligible
  1  no: findings at or above --fail-on, invalid, not eligible
  2  wrong usage
  3  cannot tell: stale, undecided
  4  could not do it: unreadable or malformed input
"""


# Where a call keeps its arguments, among what click keeps for one.
_ARGUMENTS = "assay.cli.main.arguments"


class LazyGroup(click.Group):
    """A group whose verbs are imported when they are called."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - handed on to click as it came
    ) -> click.Context:
        """Read the group's own options."""
        given = tuple(args)
        with _documented(given):
            context = super().make_context(info_name, args, parent, **extra)
        context.meta[_ARGUMENTS] = given
        return context

    def invoke(self, ctx: click.Context) -> object:
        """Read the verb's options and run it."""
        with _documented(ctx.meta[_ARGUMENTS]):
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the verbs in the order in which people meet them."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one verb."""
        del ctx
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"assay.cli.{VERBS[cmd_name][0]}")
        command = module.command
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb; click knows of none to propose before they are imported."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(
                error.command_name, possibilities=VERBS, ctx=ctx
            ) from error

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """List the verbs without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(verb, line) for verb, (_, line) in VERBS.items()])


@contextmanager
def _documented(arguments: tuple[str, ...]) -> Iterator[None]:
    """Let a command line that makes no sense give its error as a document too."""
    try:
        yield
    except click.UsageError as error:
        # Late: most command lines make sense.
        from assay.cli.output import write_error  # noqa: PLC0415 - see above
        from assay.cli.targets import json_target  # noqa: PLC0415 - see above
        from assay.errors import UsageError  # noqa: PLC0415 - see above

        target = json_target(arguments)
        if target is not None:
            usage = "" if error.ctx is None else error.ctx.get_usage()
            told = UsageError(
                "command-line",
                error.format_message(),
                expected=" ".join(usage.split()),
                found=" ".join(arguments),
                remedy="" if error.ctx is None else f"{error.ctx.command_path} --help",
            )
            write_error(told, target)
        raise


@click.group(
    cls=LazyGroup,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
)
@click.version_option(assay.__version__, prog_name="assay")
def main() -> None:
    """Make a voluntary claim about an AI model's security one that anyone can check."""


def run() -> None:
    """Run the command line as a program; an interrupt is left to the caller.

    Click itself would end with 1 on an interrupt, which means no here.
    """
    try:
        status = main.main(prog_name="assay", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort as error:
        raise KeyboardInterrupt from error
    sys.exit(status if isinstance(status, int) else 0)
