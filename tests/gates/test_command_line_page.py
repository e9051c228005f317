"""The command line, its own help and its page say the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import click
import pytest

from assay.cli import main as front_door
from docs import generate_cli_page as generator
from tests.gates.project import ROOT

COMMANDS = [words for words in generator.commands() if words]
# What a verb needs and `--help` does not: importing these costs a tenth of a second.
HEAVY = {"pydantic", "cryptography", "jinja2", "yaml", "rfc8785", "sqlite3"}


def _command(words):
    context = click.Context(front_door.main)
    command = front_door.main.get_command(context, words[0])
    return command if len(words) == 1 else command.get_command(context, words[1])


def test_the_page_is_what_the_help_says():
    assert generator.PAGE.read_text(encoding="utf-8") == generator.page()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_and_every_option(words):
    command = _command(words)
    assert command.help
    assert command.get_short_help_str(88).endswith(".")
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


@pytest.mark.parametrize(
    "words",
    [words for words in COMMANDS if not isinstance(_command(words), click.Group)],
    ids=" ".join,
)
def test_every_verb_shows_examples_that_call_it(words):
    shown = generator.help_of(words)
    assert "Examples:" in shown
    examples = shown.partition("Examples:")[2]
    assert re.search(rf"^\s+assay {' '.join(words)}\b", examples, flags=re.MULTILINE)


@pytest.mark.parametrize("verb", front_door.VERBS)
def test_the_front_door_and_the_verb_give_the_same_line(verb):
    _, line = front_door.VERBS[verb]
    assert _command((verb,)).get_short_help_str(1_000) == line


def test_the_front_door_names_every_verb_that_there_is():
    verbs = {
        # `log_serve` is a verb below `log`.
        path.stem.partition("_")[0] if path.stem.startswith("log_") else path.stem
        for path in (ROOT / "src" / "assay" / "cli").glob("*.py")
        if re.search(r"^@click\.(command|group)\(", path.read_text(), re.MULTILINE)
    }
    assert {module for module, _ in front_door.VERBS.values()} == verbs - {"main"}


def test_help_imports_nothing_heavy():
    program = (
        "import sys\n"
        "from assay.cli.main import main\n"
        "main(['--help'], prog_name='assay', standalone_mode=False)\n"
        "print('\\n'.join(sorted({name.split('.')[0] for name in sys.modules})))\n"
    )
    # Coverage measures child processes, and would import what it needs for that.
    plain = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        env=plain,
        text=True,
    )
    assert HEAVY.intersection(done.stdout.splitlines()) == set()
