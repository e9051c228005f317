"""Where results go, and where they must not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assay.cli.options import PATH
from assay.cli.targets import is_standard_output
from tests.simulators.desk import HARBOUR, assay, write_release

if TYPE_CHECKING:
    from tests.simulators.desk import Desk


def shell(line: str, directory: Path) -> subprocess.CompletedProcess[str]:
    """Run `assay` as a shell would, with redirections."""
    return subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m assay {line}"],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return write_release(tmp_path / "model")


@pytest.mark.parametrize("line", ["check model --json -", "check model"])
def test_an_output_that_takes_nothing_is_the_machines_fault(
    release: Path, line: str
) -> None:
    done = shell(f"{line} > /dev/full", release.parent)
    assert done.returncode == 4
    assert "machine.write" in done.stderr
    assert done.stderr.count("machine.write") == 1
    assert "machine.defect" not in done.stderr


@pytest.mark.parametrize("line", ["check model -q --json -", "programme list --json -"])
def test_a_closed_output_is_the_machines_fault(release: Path, line: str) -> None:
    done = shell(f"{line} >&-", release.parent)
    assert done.returncode == 4
    assert done.stderr.count("machine.write") == 1


def test_errors_that_nobody_can_be_told_still_have_their_status(release: Path) -> None:
    assert shell("check none 2> /dev/full", release.parent).returncode == 4


@pytest.mark.parametrize("target", ["-", "/dev/stdout", "/proc/self/fd/1"])
def test_the_page_can_go_to_standard_output(release: Path, target: str) -> None:
    done = shell(f"check model --html {target} > page.html", release.parent)
    assert done.returncode == 0
    page = (release.parent / "page.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert page.endswith("</html>\n")
    assert done.stderr.startswith("Release ")


def test_a_document_is_utf8_whatever_the_terminal_is(tmp_path: Path) -> None:
    release = write_release(tmp_path / "modèle")
    done = subprocess.run(
        [sys.executable, "-m", "assay", "check", release, "-q", "--json", "-"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout)["release"]["name"] == "modèle"


@pytest.mark.parametrize(
    "options",
    [
        "--html a --json a",
        "--html a --json ./x/../a",
        "--html - --json -",
        "--html /dev/stdout --json -",
        "--json a --write-declarations a",
        "--json soft --html hard",
        "--json soft --declarations hard",
        "--json soft --programme ./hard",
        "--json new --declarations new",
    ],
)
def test_two_uses_of_one_file_are_refused_before_any_work(
    release: Path, options: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(release.parent)
    Path("x").mkdir()
    Path("hard").write_text("mine")
    Path("soft").symlink_to("hard")
    before = sorted(Path().iterdir())
    result = assay("check", "model", *options.split())
    assert result.exit_code == 2
    assert "usage.same-file" in result.stderr
    assert sorted(Path().iterdir()) == before
    assert Path("hard").read_text() == "mine"


def test_an_error_is_told_on_standard_output_also_when_places_are_shared(
    release: Path,
) -> None:
    result = assay("check", release, "--html", "-", "--json", "-")
    assert json.loads(result.stdout)["code"] == "usage.same-file"


def test_what_is_thrown_away_may_share_its_place(release: Path) -> None:
    null = os.devnull
    result = assay("check", release, "--html", null, "--json", null)
    assert result.exit_code == 0
    assert Path(null).is_char_device()


@pytest.mark.parametrize("half", ["", ".pub"])
def test_a_key_is_never_written_over(desk: Desk, half: str) -> None:
    key = Path(f"{desk.key}{half}")
    before = key.read_bytes()
    for more in (("--json", key), ("--json", key, "--bogus")):
        result = desk.seal(*more)
        assert result.exit_code == 2
        if not half or "--bogus" not in more:
            assert key.read_bytes() == before
    result = assay("keys", "show", desk.key, "--json", desk.key)
    assert "usage.same-file" in result.stderr


def test_a_trusted_key_and_a_rule_book_are_never_written_over(
    desk: Desk, tmp_path: Path
) -> None:
    public = Path(f"{desk.key}.pub")
    before = public.read_bytes()
    result = assay(
        "trust", "new", tmp_path / "t.toml", "--developer", f"X={public}",
        "--json", public,
    )  # fmt: skip
    assert "usage.same-file" in result.stderr
    assert public.read_bytes() == before
    result = assay("programme", "show", HARBOUR, "--json", HARBOUR)
    assert "usage.same-file" in result.stderr


@pytest.mark.parametrize(
    "options",
    [
        ("--json", ""),
        ("--html", ""),
        ("--write-declarations", ""),
        ("--declarations", ""),
    ],
)
def test_an_empty_path_is_wrong_usage(release: Path, options: tuple[str, ...]) -> None:
    result = assay("check", release, *options)
    assert result.exit_code == 2
    assert "empty" in result.stderr


def test_an_empty_release_is_wrong_usage() -> None:
    assert assay("check", "").exit_code == 2


def test_what_may_not_be_read_is_no_wrong_usage() -> None:
    assert PATH.readable is False


def test_a_place_that_cannot_be_written_is_known_before_anything_is_read(
    tmp_path: Path,
) -> None:
    result = assay("check", tmp_path / "none", "--html", tmp_path / "no" / "x.html")
    assert result.exit_code == 4
    assert "machine.write" in result.stderr


def test_the_form_can_go_to_standard_output(release: Path) -> None:
    result = assay("check", release, "-q", "--write-declarations", "-")
    assert result.exit_code == 0
    assert result.stdout.startswith(("#", "format"))
    assert not result.stderr
    told = assay("check", release, "--write-declarations", "-")
    assert "open questions" in told.stderr


@pytest.mark.parametrize("verb", ["verify", "decide"])
def test_a_directory_is_no_bundle_and_no_trust_file(desk: Desk, verb: str) -> None:
    more = ("--benefit", "x") if verb == "decide" else ()
    for bundle, trust in ((desk.release, desk.trust), (desk.bundle, desk.release)):
        result = assay(verb, bundle, "--trust", trust, *more)
        assert result.exit_code == 4
        assert "input.not-a-file" in result.stderr


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("check --json -", "Missing argument"),
        ("check model --bogus --json -", "--bogus"),
        ("check model --json=- --fail-on nothing", "nothing"),
        ("--bogus --json -", "--bogus"),
        ("nonsense --json -", "nonsense"),
        ("keys nonsense --json -", "nonsense"),
        ("keys new --json -", "Missing argument"),
        ("verify x --json -", "--trust"),
    ],
)
def test_a_command_line_without_sense_gives_a_document(line: str, word: str) -> None:
    result = assay(*line.split())
    assert result.exit_code == 2
    found = json.loads(result.stdout)
    assert found["format"] == "assay-error/0"
    assert found["code"] == "usage.command-line"
    assert word in found["message"]
    assert "Error: " in result.stderr


def test_a_command_line_without_sense_gives_its_document_to_a_file(
    tmp_path: Path,
) -> None:
    assert assay("check", "--json", tmp_path / "x.json").exit_code == 2
    found = json.loads((tmp_path / "x.json").read_text())
    assert found["code"] == "usage.command-line"


@pytest.mark.parametrize("line", ["check", "check --json", "check -- --json x"])
def test_nobody_gets_a_document_who_asked_for_none(
    tmp_path: Path, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = assay(*line.split(), "--bogus")
    assert result.exit_code in (2, 4)
    assert result.stdout == ""


def test_a_name_that_is_no_unicode_is_spelled_out_in_the_document(desk: Desk) -> None:
    result = assay("verify", "none-\udcff", "--trust", desk.trust, "--json", "-")
    assert result.exit_code == 4
    assert "udcff" in json.loads(result.stdout)["found"]


def test_standard_output_has_many_names() -> None:
    assert [is_standard_output(t) for t in ("-", "/dev/stdout", "/dev/fd/1")] == [
        True
    ] * 3
    assert not any(is_standard_output(t) for t in (None, "x", "/dev/fd/2"))


def test_what_weighs_most_is_whole_in_a_log_of_ci(release: Path) -> None:
    result = assay("check", release)
    assert "..." not in result.stdout


def test_an_option_is_no_file_to_write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = assay("programme", "list", "--json", "--quiet")
    assert result.exit_code == 2
    assert "--quiet is an option" in result.stderr
    assert not list(tmp_path.iterdir())
