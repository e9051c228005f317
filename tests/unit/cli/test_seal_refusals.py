"""What `assay seal` refuses before it reads or logs, and what it says it signed."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assay.errors import MachineError
from assay.flows.seal import refuse_foreign
from examples.main_job import fresh_directory
from tests.simulators.desk import assay, document

if TYPE_CHECKING:
    from tests.simulators.desk import Desk


class Boom:
    def __reduce__(self):
        return os.system, ("echo assay",)


def entries(desk: Desk) -> int:
    size: int = document("log", "show", desk.log)[1]["size"]
    return size


def refused(desk: Desk, code: str, *options: object) -> None:
    """Seal a changed release in vain: nothing is logged and nothing is written."""
    (desk.release / "sub" / "notes.txt").write_text("Something new to log.\n")
    before = entries(desk), sorted(desk.release.rglob("*")), desk.bundle.read_bytes()
    chosen = {"--key": desk.key, "--log": desk.log, "--out": desk.bundle}
    chosen |= dict(zip(options[::2], options[1::2], strict=True))
    words = [word for pair in chosen.items() for word in pair]
    result = assay("seal", desk.release, *words)
    assert code in result.stderr
    assert result.exit_code == (4 if code.startswith("machine") else 2)
    after = entries(desk), sorted(desk.release.rglob("*")), desk.bundle.read_bytes()
    assert after == before


@pytest.mark.parametrize("option", ["--out", "--json"])
def test_nothing_is_written_into_the_release(desk: Desk, option: str) -> None:
    refused(desk, "usage.inside-release", option, desk.release / "sub" / "new")


def test_a_link_does_not_lead_a_result_into_the_release(desk: Desk) -> None:
    link = desk.release.parent / "link"
    link.symlink_to(desk.release / "new")
    refused(desk, "usage.inside-release", "--out", link)


def test_no_key_lies_in_the_release(desk: Desk) -> None:
    key = desk.release / "developer.pem"
    shutil.copy(desk.key, key)
    refused(desk, "usage.inside-release", "--key", key)


def test_no_passphrase_lies_in_the_release(desk: Desk) -> None:
    secret = desk.release / "secret.txt"
    secret.write_text("secret\n")
    refused(desk, "usage.inside-release", "--passphrase-file", secret)


def test_no_log_lies_in_the_release(desk: Desk) -> None:
    shutil.copytree(desk.log, desk.release / "log")
    refused(desk, "usage.inside-release", "--log", desk.release / "log")


@pytest.mark.parametrize("option", ["--out", "--json"])
def test_nothing_is_logged_when_results_cannot_be_written(
    desk: Desk, option: str, tmp_path: Path
) -> None:
    refused(desk, "machine.write", option, tmp_path / "none" / "x")


def test_what_is_no_bundle_is_not_replaced(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "thesis.txt"
    other.write_text("years of work")
    refused(desk, "usage.exists", "--out", other)
    assert other.read_text() == "years of work"


def test_a_bundle_and_an_empty_file_are_replaced(desk: Desk, tmp_path: Path) -> None:
    assert desk.seal().exit_code == 0
    (tmp_path / "empty").touch()
    assert desk.seal("--out", tmp_path / "empty").exit_code == 0
    assert (tmp_path / "empty").read_bytes().startswith(b'{"mediaType"')


def test_a_place_that_cannot_be_looked_at_is_said(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("a")
    with pytest.raises(MachineError) as caught:
        refuse_foreign(tmp_path / "a")
    assert caught.value.code == "machine.read"
    refuse_foreign(Path(os.devnull))


def test_sealing_says_plainly_what_speaks_against_the_release(desk: Desk) -> None:
    for name in ("a.bin", "b.bin"):
        (desk.release / name).write_bytes(pickle.dumps(Boom()))
    text = desk.seal().stdout
    assert "findings: 2 critical" in text
    assert "warning: sealed with 2 critical" in text
    assert "findings: the claim says so to everybody" in text
    status, found = document(
        "seal", desk.release, "--key", desk.key, "--out", desk.bundle
    )
    assert status == 0
    assert found["findings"]["critical"] == 2
    assert found["findings"]["unlisted"] == 0
    _, checked = document("check", desk.release)
    outcomes = [control["outcome"] for control in checked["controls"]]
    assert found["outcomes"]["notMet"] == outcomes.count("not met") > 0
    assert sum(found["outcomes"].values()) == len(outcomes)


def test_sealing_an_honest_release_warns_of_nothing(desk: Desk) -> None:
    text = desk.seal().stdout
    assert "warning" not in text
    assert "controls: " in text
    assert " met" in text


def test_two_runs_within_one_second_have_directories_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.strftime", lambda _: "20261123-120000")
    made = [fresh_directory(tmp_path / "run").name for _ in range(3)]
    assert made == [f"20261123-120000{end}" for end in ("", "-2", "-3")]


def test_a_bundle_that_another_key_signed_is_not_replaced(
    desk: Desk, tmp_path: Path
) -> None:
    before = desk.bundle.read_bytes()
    assay("keys", "new", tmp_path / "other.pem", "--no-passphrase")
    refused(desk, "usage.exists", "--key", tmp_path / "other.pem")
    assert desk.bundle.read_bytes() == before
    # Half a bundle is worth nothing to anybody.
    desk.bundle.write_bytes(before[: len(before) // 2])
    assert desk.seal("--key", tmp_path / "other.pem").exit_code == 0


def test_a_release_with_findings_is_not_sealed_when_that_was_asked(desk: Desk) -> None:
    (desk.release / "model.pkl").write_bytes(b"cposix\nsystem\n(Vx\ntR.")
    before, logged = desk.bundle.read_bytes(), entries(desk)
    done = desk.seal("--fail-on", "high")
    assert done.exit_code == 1
    assert "Not sealed" in done.stdout
    assert "gate: fails: " in done.stdout
    assert (desk.bundle.read_bytes(), entries(desk)) == (before, logged)
    assert not desk.seal("--fail-on", "high", "-q").output
    answer = json.loads(desk.seal("--fail-on", "high", "--json", "-").stdout)
    assert answer["format"] == "assay-check/0"
    assert desk.seal().exit_code == 0
    (desk.release / "model.pkl").unlink()
    assert desk.seal("--fail-on", "high").exit_code == 0
