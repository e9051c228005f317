"""Writes `docs/cli.md` from the command line's own help.

python docs/generate_cli_page.py           write the page
python docs/generate_cli_page.py --check   say whether it is up to date
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.testing import CliRunner

from assay.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).with_name("cli.md")
WIDTH = 88
HEAD = """\
# The command line

Generated from `--help` by `docs/generate_cli_page.py`; a test compares the two. What
the exit statuses mean stands in [exit-status.md](exit-status.md), what the codes of
errors mean in [errors.md](errors.md).
"""


def commands() -> Iterator[tuple[str, ...]]:
    """Give every command as its words, in the order of the help."""
    context = click.Context(main, info_name="assay")
    yield ()
    for verb in main.list_commands(context):
        yield (verb,)
        command = main.get_command(context, verb)
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                yield verb, name


def help_of(words: tuple[str, ...]) -> str:
    """Give the help of a command as a terminal of a fixed width shows it.

    Raises:
        RuntimeError: The command has no help to give.
    """
    result = CliRunner().invoke(
        main,
        [*words, "--help"],
        prog_name="assay",
        terminal_width=WIDTH,
        max_content_width=WIDTH,
        color=False,
    )
    if result.exit_code != 0:
        raise RuntimeError(f"assay {' '.join(words)} --help failed: {result.output}")
    return result.output


def page() -> str:
    """Give the whole page."""
    parts = [HEAD]
    for words in commands():
        level = "##" if len(words) < 2 else "###"
        title = " ".join(("assay", *words))
        parts.append(f"{level} {title}\n\n```text\n{help_of(words).rstrip()}\n```\n")
    return "\n".join(parts)


def run(arguments: list[str]) -> int:
    """Write the page or, with `--check`, compare it."""
    text = page()
    if arguments != ["--check"]:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print(f"{PAGE.name} is not what --help says; run python docs/{Path(__file__).name}")
    return 1


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
