from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import pytest

from assay.errors import ReleaseError
from assay.release import inspect_release
from assay.release.background import BackgroundReading, _GivenUpError

if TYPE_CHECKING:
    from pathlib import Path

    from assay.release import Progress


def release(directory: Path) -> Path:
    directory.mkdir()
    (directory / "a.txt").write_text("a")
    return directory


def test_it_gives_what_reading_here_and_now_gives(tmp_path: Path) -> None:
    root = release(tmp_path / "m")
    with BackgroundReading(root, jobs=1) as reading:
        assert reading.result() == inspect_release(root)
        assert reading.result() == inspect_release(root)


def test_an_error_of_the_reading_is_the_error_of_the_result(tmp_path: Path) -> None:
    with (
        BackgroundReading(tmp_path / "none") as reading,
        pytest.raises(ReleaseError) as caught,
    ):
        reading.result()
    assert caught.value.code == "release.not-found"


def test_leaving_early_stops_the_reading(tmp_path: Path) -> None:
    root = release(tmp_path / "m")
    for number in range(200):
        (root / f"{number}.bin").write_bytes(bytes(1000))
    seen: list[Progress] = []
    started, go_on = threading.Event(), threading.Event()

    def listen(progress: Progress) -> None:
        seen.append(progress)
        started.set()
        go_on.wait(10)

    with BackgroundReading(root, jobs=1, progress=listen) as reading:
        assert started.wait(10)
        reading._given_up.set()
        go_on.set()
    assert len(seen) < 200
    with pytest.raises(_GivenUpError):
        reading.result()


def test_progress_is_passed_on(tmp_path: Path) -> None:
    seen: list[Progress] = []
    with BackgroundReading(release(tmp_path / "m"), progress=seen.append) as reading:
        reading.result()
    assert seen[-1].files_done == 1


def test_the_interpreter_is_left_as_it_was(tmp_path: Path) -> None:
    before = sys.getswitchinterval()
    with BackgroundReading(release(tmp_path / "m")) as reading:
        assert sys.getswitchinterval() < before
        reading.result()
    assert sys.getswitchinterval() == before
