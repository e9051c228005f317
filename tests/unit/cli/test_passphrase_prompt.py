"""The prompt, on a terminal of its own: asked, not echoed, and asked twice when new."""

from __future__ import annotations

import os
import pty
import select
import sys
import time
from typing import TYPE_CHECKING

import pytest

from assay.cli import passphrase
from assay.statement.signers.pem import read_private_key

if TYPE_CHECKING:
    from pathlib import Path

# The child does nothing but become another program.
pytestmark = pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")

SECRET = b"correct horse"
SECONDS = 60


def typed(answers: list[tuple[bytes, bytes]], *words: object) -> tuple[int, bytes]:
    """Run a command on a terminal, type each answer at its prompt, and read all."""
    child, terminal = pty.fork()
    if not child:
        os.environ.pop(passphrase.ENVIRONMENT_NAME, None)
        command = [sys.executable, "-m", "assay", *map(str, words)]
        os.execv(sys.executable, command)  # noqa: S606 - in the child of this test
    shown, waiting, end = b"", list(answers), time.monotonic() + SECONDS
    seen = 0
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            shown += os.read(terminal, 4096)
        except OSError:
            # Linux ends so when the other side has closed.
            break
        if waiting and waiting[0][0] in shown[seen:]:
            seen = len(shown)
            os.write(terminal, waiting.pop(0)[1] + b"\n")
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown


def test_a_new_key_asks_twice_and_shows_nothing(tmp_path: Path) -> None:
    key = tmp_path / "k.pem"
    asked = [(b"Passphrase of the key", SECRET), (b"Repeat", SECRET)]
    status, shown = typed(asked, "keys", "new", key)
    assert (status, SECRET in shown) == (0, False)
    assert read_private_key(key.read_bytes(), SECRET)


def test_an_old_key_asks_once(tmp_path: Path) -> None:
    key = tmp_path / "k.pem"
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    assert typed([], "keys", "new", key, "--passphrase-file", secret)[0] == 0
    (tmp_path / "k.pem.pub").unlink()
    asked = [(b"Passphrase or PIN of the key", SECRET)]
    status, shown = typed(asked, "keys", "show", key)
    assert (status, SECRET in shown) == (0, False)
    assert b"key id" in shown
    status, shown = typed([(asked[0][0], b"another")], "keys", "show", key)
    assert (status, b"key.passphrase-wrong" in shown) == (4, True)
    assert b"another\r" not in shown


@pytest.mark.parametrize("confirm", [False, True])
def test_each_key_is_asked_for_by_its_name(
    monkeypatch: pytest.MonkeyPatch, *, confirm: bool
) -> None:
    asked = []

    def prompt(text: str, **words: object) -> str:
        asked.append((text, words["hide_input"], words["confirmation_prompt"]))
        return "x"

    monkeypatch.delenv(passphrase.ENVIRONMENT_NAME, raising=False)
    monkeypatch.setattr(passphrase.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(passphrase.click, "prompt", prompt)
    ask = passphrase.passphrase_source(None, confirm=confirm, of="the second key")
    assert ask() == b"x"
    what = "Passphrase of" if confirm else "Passphrase or PIN of"
    assert asked == [(f"{what} the second key", True, confirm)]
