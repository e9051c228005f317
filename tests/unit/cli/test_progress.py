"""How far a reading is: drawn on a terminal, told now and then elsewhere."""

from __future__ import annotations

import pytest

from assay.cli.progress import Watch, watched
from assay.release import Progress
from tests.simulators.desk import assay, write_release


def half() -> Progress:
    return Progress(
        bytes_done=500_000_000,
        bytes_total=1_000_000_000,
        files_done=1,
        files_total=2,
        path="w.bin",
    )


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_terminal_gets_a_line_that_is_drawn_again(capsys):
    clock = Clock()
    watch = Watch(terminal=True, clock=clock)
    clock.now += 1
    watch(half())
    watch(half())
    clock.now += 1
    watch(half())
    watch.clear()
    err = capsys.readouterr().err
    assert err.count("reading  50 %") == 2
    assert "500 MB/s  1 s left" in err
    assert "\n" not in err
    # Without a terminal behind it, the sequence that clears the line is taken out.
    assert err.endswith("\r")


def test_elsewhere_a_plain_line_is_told_after_a_while_and_then_seldom(capsys):
    clock = Clock()
    watch = Watch(terminal=False, clock=clock)
    for seconds in (5, 4, 2, 10, 10, 10, 1):
        clock.now += seconds
        watch(half())
    watch.clear()
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 2
    assert err.startswith("reading  50 %  0.50 of 1.00 GB")
    assert "\x1b" not in err


def test_of_many_things_each_is_named(capsys):
    clock = Clock()
    watch = Watch(terminal=True, clock=clock)
    watch.begin("[3/10] a\x1b[31m")
    clock.now += 1
    watch(half())
    err = capsys.readouterr().err
    assert err.count("[3/10] a") == 2
    assert "\x1b[31m" not in err


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_line_keeps_within_its_terminal(capsys, monkeypatch, width):
    monkeypatch.setattr("assay.cli.progress.terminal_width", lambda: width)
    clock = Clock()
    watch = Watch(terminal=True, clock=clock)
    watch.begin("[3/10] " + "x" * 300 + "/model")
    clock.now += 1
    watch(half())
    lines = capsys.readouterr().err.split("\r")[1:]
    for line in lines:
        assert len(line) == width - 1
        assert line.startswith("[3/10] x")
        assert "/model" in line
    assert "reading  50 %" in lines[-1]
    assert lines[-1].endswith("1 s left")


def test_the_first_instants_tell_no_rate(capsys):
    clock = Clock()
    watch = Watch(terminal=True, clock=clock)
    clock.now += 0.2
    watch(half())
    assert "left" not in capsys.readouterr().err


def test_a_reading_does_not_fail_for_want_of_a_listener(monkeypatch):
    tries = []

    def full(*_args, **_options):
        tries.append(1)
        raise OSError(28, "no room")

    monkeypatch.setattr("assay.cli.progress.click.echo", full)
    clock = Clock()
    watch = Watch(terminal=True, clock=clock)
    clock.now += 1
    watch(half())
    clock.now += 1
    watch(half())
    assert len(tries) == 1


def test_quiet_silences_it():
    with watched(quiet=True) as watch:
        assert watch is None


def test_a_short_run_says_nothing_where_nobody_looks(tmp_path):
    result = assay("check", write_release(tmp_path / "m"), "--fail-on", "high")
    assert result.stderr == ""


@pytest.fixture
def fleet(tmp_path):
    for name in ("one", "two", "three"):
        write_release(tmp_path / name)
    path = tmp_path / "list.txt"
    path.write_text("one\ntwo\nthree\n")
    return path


def test_a_fleet_shows_which_release_it_reads(tmp_path, fleet, monkeypatch):
    monkeypatch.setattr("assay.cli.progress.on_terminal", lambda **_: True)
    result = assay("fleet", "check", fleet, "--out", tmp_path / "out")
    for number in (1, 2, 3):
        assert f"[{number}/3] " in result.stderr
    assert result.stdout.count("] passes") == 3


def test_a_fleet_that_goes_on_says_what_was_done_before(tmp_path, fleet):
    fleet.write_text("one\n")
    out = ("--out", tmp_path / "out")
    assay("fleet", "check", fleet, *out)
    fleet.write_text("one\ntwo\nthree\n")
    told = assay("fleet", "check", fleet, *out).stdout
    assert "1 of 3 was done before and has not changed; 2 to check" in told
    assert "[2/3] passes" in told
    told = assay("fleet", "check", fleet, *out).stdout
    assert "3 of 3 were done before and have not changed; 0 to check" in told
    assert assay("fleet", "check", fleet, *out, "--quiet").output == ""
