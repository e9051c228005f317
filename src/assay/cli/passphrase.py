"""Where a passphrase or PIN comes from: a file, the environment, or a prompt."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from assay.cli.options import PATH
from assay.flows.files import read_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["ENVIRONMENT_NAME", "PASSPHRASE_OPTION", "passphrase_source"]

ENVIRONMENT_NAME = "ASSAY_KEY_PASSPHRASE"
_MOST_BYTES = 4096

PASSPHRASE_OPTION = click.option(
    "--passphrase-file",
    metavar="FILE",
    type=PATH,
    help="Read the key's passphrase, or its token's PIN, from the first line of FILE; "
    f"otherwise from the environment variable {ENVIRONMENT_NAME}, otherwise it is "
    "asked for.",
)


def passphrase_source(
    file: Path | None, *, confirm: bool = False, of: str = "the key"
) -> Callable[[], bytes | None]:
    """Give a function that gets the passphrase when it is needed.

    It answers None where nobody can be asked, and the key then says what is missing.
    """

    def ask() -> bytes | None:
        if file is not None:
            data = read_file(file, most=_MOST_BYTES, what="passphrase file")
            return data.split(b"\n", 1)[0].rstrip(b"\r")
        named = os.environ.get(ENVIRONMENT_NAME)
        if named is not None:
            return named.encode("utf-8")
        if not sys.stdin.isatty():
            return None
        answer: str = click.prompt(
            f"Passphrase of {of}" if confirm else f"Passphrase or PIN of {of}",
            hide_input=True,
            confirmation_prompt=confirm,
            err=True,
        )
        return answer.encode("utf-8")

    return ask
