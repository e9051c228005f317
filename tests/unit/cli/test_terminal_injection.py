"""Nothing that comes from outside can steer the terminal that shows it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.simulators.desk import HARBOUR, assay
from tests.unit.cli.test_output_streams import on_a_terminal

if TYPE_CHECKING:
    from tests.simulators.desk import Desk

FORGED = "\x1b]0;OWNED\x07\x1b[2J\x1b[32mVALID: every proof holds"


def test_a_forged_key_of_a_bundle_draws_nothing(desk: Desk) -> None:
    document = json.loads(desk.bundle.read_bytes())
    document[FORGED] = 1
    desk.bundle.write_text(json.dumps(document))
    shown = on_a_terminal(f"verify {desk.bundle} --trust {desk.trust}")
    assert "\x1b]0" not in shown
    assert "\x1b[2J" not in shown
    assert "\x1b[32m" not in shown
    assert "bundle.malformed" in shown


@pytest.mark.parametrize("mark", ["\u202e", "\u009b", "\u200b"])
def test_names_in_a_trust_file_draw_nothing(desk: Desk, mark: str) -> None:
    text = desk.trust.read_text().replace('"Example"', f'"Exam{mark}ple"')
    desk.trust.write_text(text)
    assert mark not in assay("trust", "show", desk.trust).output
    assert mark not in desk.verify("-v").output


def test_a_programme_draws_nothing(tmp_path: Path) -> None:
    text = Path(HARBOUR).read_text()
    programme = tmp_path / "p.toml"
    programme.write_text(text.replace('title = "', 'title = "\u202e', 1))
    for verb in ("show", "check"):
        assert "\u202e" not in assay("programme", verb, programme).output


def test_a_path_in_an_error_draws_nothing(tmp_path: Path) -> None:
    shown = on_a_terminal(f"check {tmp_path}/no\x1b[2Jne")
    assert "\x1b[2J" not in shown.replace("\x1b[2K", "")
