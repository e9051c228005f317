from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from assay.cli.exit_status import status_of_assessment
from assay.cli.output import terminal_width, wants_colour
from assay.domain.assessment import Assessment, Burden
from assay.domain.finding import CheckReport, Severity
from assay.domain.programme import ProgrammeRef
from tests.simulators.desk import HARBOUR, assay, document, write_release


def on_a_terminal(arguments: str, **environment: str) -> str:
    """Run a command on a pseudo-terminal and give what it showed."""
    reader, writer = pty.openpty()
    process = subprocess.Popen(
        f"{sys.executable} -m assay {arguments}".split(),
        stdout=writer,
        stderr=writer,
        stdin=writer,
        env={**os.environ, "TERM": "xterm", **environment},
    )
    os.close(writer)
    shown = b""
    while True:
        try:
            part = os.read(reader, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    process.wait()
    os.close(reader)
    return shown.decode("utf-8")


def test_colours_and_progress_are_for_terminals_only(tmp_path: Path) -> None:
    release = write_release(tmp_path / "m")
    (release / "big.bin").write_bytes(b"\0" * 300_000_000)
    shown = on_a_terminal(f"check {release}")
    assert "\x1b[" in shown
    assert "reading" in shown
    plain = on_a_terminal(f"check {release} --quiet")
    assert "reading" not in plain
    assert "\x1b[3" not in on_a_terminal(f"check {release}", NO_COLOR="1")
    assert "\x1b" not in assay("check", release).output


def test_an_error_on_a_terminal_is_coloured_and_still_whole(tmp_path: Path) -> None:
    shown = on_a_terminal(f"check {tmp_path}/none")
    assert "release.not-found" in shown
    assert "\x1b[31m" in shown


def test_a_key_can_be_made_with_a_passphrase_typed_in(tmp_path: Path) -> None:
    reader, writer = pty.openpty()
    process = subprocess.Popen(
        f"{sys.executable} -m assay keys new {tmp_path}/k.pem".split(),
        stdin=writer, stdout=writer, stderr=writer, start_new_session=True,
        env={k: v for k, v in os.environ.items() if not k.startswith("ASSAY")},
    )  # fmt: skip
    os.close(writer)
    shown = b""
    for answer in (b"horse\n", b"horse\n"):
        while not shown.rstrip().endswith(b":"):
            shown += os.read(reader, 1024)
        shown = b""
        os.write(reader, answer)
    assert process.wait(20) == 0
    os.close(reader)
    assert b"ENCRYPTED" in (tmp_path / "k.pem").read_bytes()


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = f"{sys.executable} -m assay programme show eo14409 | head -1"
    result = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in result.stderr


def test_a_terminal_that_shows_ascii_only_gets_ascii(tmp_path: Path) -> None:
    release = write_release(tmp_path / "m")
    (release / "größe.exe").write_bytes(b"MZ")
    (release / "README.md").unlink()
    result = subprocess.run(
        f"{sys.executable} -m assay check {release} --fail-on low".split(),
        capture_output=True, check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )  # fmt: skip
    assert result.returncode == 1
    result.stdout.decode("ascii")


def test_an_error_document_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    target = tmp_path / "no" / "x.json"
    result = assay("check", tmp_path / "none", "--json", target)
    assert result.exit_code == 4
    assert "machine.write" in result.stderr


def test_a_defect_is_never_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("assay.cli.programme.find_programme", broken)
    result = assay("programme", "show", "eo14409")
    assert result.exit_code == 4
    assert "machine.defect" in result.stderr
    assert "Traceback" not in result.stderr
    loud = assay("programme", "show", "eo14409", ASSAY_DEBUG="1")
    assert "Traceback" in loud.stderr


def test_an_interrupt_is_never_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("assay.cli.programme.find_programme", interrupted)
    assert assay("programme", "show", "eo14409").exit_code == 4


def test_colours_follow_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "dumb")
    assert not wants_colour()


def test_the_width_has_bounds() -> None:
    assert 60 <= terminal_width() <= 120


def assessment(report: CheckReport) -> Assessment:
    return Assessment(
        release_digest="0" * 64, files=1, total_size=1, tool_version="0",
        programme=ProgrammeRef(id="p", version="1", digest="0" * 64),
        controls=(), reports=(report,), tiers=(),
        burden=Burden(
            controls=0, by_machine=0, asked=0, answered=0, for_reviewers=0
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("report", "status"),
    [
        (CheckReport(check="c", version=1, examined=1), 0),
        (CheckReport(check="c", version=1, examined=0, failure="broke"), 3),
        (CheckReport(check="c", version=1, examined=1, findings_total=1), 3),
    ],
)
def test_what_is_not_known_is_not_a_yes(report: CheckReport, status: int) -> None:
    assert status_of_assessment(assessment(report), Severity.HIGH) == status


def test_help_is_given_for_every_verb() -> None:
    for verb in ("check", "seal", "verify", "decide"):
        result = assay(verb, "--help")
        assert result.exit_code == 0
        assert "Examples:" in result.output
    top = assay("--help")
    assert "cannot tell: stale, undecided" in top.output
    assert "0.1.0" in assay("--version").output


def test_programmes_are_listed_shown_and_checked(tmp_path: Path) -> None:
    assert "eo14409" in assay("programme", "list").output
    shown = assay("programme", "show", "eo14409@0.1.0").output
    assert "nofficial" in shown
    assert "prime-prequalification" in shown
    assert assay("programme", "check", "eo14409").exit_code == 0
    text = Path(HARBOUR).read_text()
    broken = tmp_path / "broken.toml"
    broken.write_text(text.replace('checks = ["', 'checks = ["no-such-', 1))
    result = assay("programme", "check", broken)
    assert result.exit_code == 1
    assert "no-such-" in result.output
    assert assay("programme", "show", "nope").exit_code == 4


def test_a_mistyped_verb_is_answered_with_the_one_that_was_meant() -> None:
    done = assay("chek", "x")
    assert done.exit_code == 2
    assert "Did you mean 'check'?" in done.stderr
    assert "Did you mean" not in assay("zzzz").stderr
    _, told = document("verfy", "x")
    assert "Did you mean 'verify'?" in told["message"]


def test_who_has_no_trust_file_hears_how_to_make_one() -> None:
    for verb in (("verify", "x"), ("decide", "x", "--benefit", "y")):
        done = assay(*verb)
        assert done.exit_code == 2
        assert "`assay trust new` makes a trust file" in done.stderr
