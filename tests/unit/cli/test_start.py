"""The reading that begins before the command line is loaded."""

from __future__ import annotations

import signal
import sys
import threading

import pytest

from assay.cli import start
from tests.simulators.desk import write_release


@pytest.fixture
def release(tmp_path):
    return write_release(tmp_path / "model")


def call(monkeypatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["assay", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        start.main()
    return int(ended.value.code or 0)


def begun(monkeypatch) -> list[str]:
    """Note which directories are begun to be read."""
    seen: list[str] = []
    real = start._directory_to_check

    def noted(arguments):
        directory = real(arguments)
        if directory is not None:
            seen.append(directory)
        return directory

    monkeypatch.setattr(start, "_directory_to_check", noted)
    return seen


def test_a_plain_check_begins_to_read_at_once_and_takes_it_over(release, monkeypatch):
    seen = begun(monkeypatch)
    assert call(monkeypatch, "check", release) == 0
    assert seen == [str(release)]
    assert start._begun == {}


@pytest.mark.parametrize("more", [("--jobs", "1"), ("--jobs=1",), ("--help",), ("-h",)])
def test_what_bears_on_the_reading_is_left_to_the_verb(release, monkeypatch, more):
    seen = begun(monkeypatch)
    call(monkeypatch, "check", release, *more)
    assert seen == []


@pytest.mark.parametrize("path", ["nowhere", "--json", ""])
def test_what_is_no_directory_is_left_to_the_verb(monkeypatch, path, tmp_path):
    monkeypatch.chdir(tmp_path)
    seen = begun(monkeypatch)
    assert call(monkeypatch, "check", path) != 0
    assert seen == []


def test_a_call_that_makes_no_sense_stops_the_reading(release, monkeypatch, capfd):
    before = threading.active_count()
    assert call(monkeypatch, "check", release, "--unheard-of") == 2
    assert "No such option" in capfd.readouterr().err
    assert threading.active_count() == before
    assert start._begun == {}


def test_other_verbs_begin_nothing(monkeypatch, capfd):
    seen = begun(monkeypatch)
    assert call(monkeypatch, "programme", "list") == 0
    assert call(monkeypatch, "--version") == 0
    assert seen == []
    assert "assay" in capfd.readouterr().out


def test_an_interruption_while_the_verbs_are_loaded_is_told(
    release, monkeypatch, capsys
):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("assay.cli.main.run", interrupted)
    assert call(monkeypatch, "check", release) == 4
    told = "interrupted; nothing was left half-written: run the same command again\n"
    assert capsys.readouterr().err == told
    assert start._begun == {}


def test_a_request_to_end_is_an_interrupt_and_the_second_ends_at_once(
    release, monkeypatch, capsys
):
    before = signal.getsignal(signal.SIGTERM)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:

        def asked():
            signal.raise_signal(signal.SIGTERM)

        monkeypatch.setattr("assay.cli.main.run", asked)
        assert call(monkeypatch, "check", release) == 4
        assert "interrupted" in capsys.readouterr().err
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        # What the caller chose to ignore stays ignored.
        monkeypatch.setattr("assay.cli.main.run", lambda: asked() or sys.exit(0))
        assert call(monkeypatch, "check", release) == 0
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)
