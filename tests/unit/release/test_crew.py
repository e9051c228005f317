"""How the threads that read a release end when one of them cannot go on."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import ReleaseError
from assay.release import crew as crew_module
from assay.release import take_inventory

LIMITS = replace(DEFAULT_LIMITS, max_held_bytes=10)
WHOLE_SECONDS = 30


@pytest.fixture
def release(tmp_path):
    for name in "ab":
        (tmp_path / name).write_bytes(name.encode() * 100)
    return tmp_path


def alive():
    return {thread for thread in threading.enumerate() if thread.is_alive()}


def endless(advance, path):
    """Hash on and on, as a very large file would; stop only when told to."""
    until = time.monotonic() + WHOLE_SECONDS
    while time.monotonic() < until:
        advance(path, 1)
        time.sleep(0.001)
    pytest.fail("nobody stopped the hashing")


@pytest.mark.parametrize("error", [KeyboardInterrupt, ReleaseError])
def test_an_error_of_one_thread_stops_the_others_inside_their_files(
    release, monkeypatch, error
):
    main = threading.current_thread()
    begun = threading.Event()

    def hash_files(files, advance):
        if threading.current_thread() is main:
            assert begun.wait(WHOLE_SECONDS)
            raise error("unreadable", "an example") if error is ReleaseError else error
        begun.set()
        return endless(advance, files[0][2])

    monkeypatch.setattr(crew_module, "hash_descriptors", hash_files)
    before = alive()
    with pytest.raises(error):
        take_inventory(release, jobs=2, limits=LIMITS)
    assert alive() == before


def test_an_interrupt_while_waiting_for_the_others_stops_them(release, monkeypatch):
    main = threading.current_thread()

    def hash_files(files, advance):
        if threading.current_thread() is main:
            return ["0" * 64]
        return endless(advance, files[0][2])

    joined = threading.Thread.join

    def join(thread, timeout=None):
        if not interrupted:
            interrupted.append(thread)
            raise KeyboardInterrupt
        joined(thread, timeout)

    interrupted = []
    monkeypatch.setattr(crew_module, "hash_descriptors", hash_files)
    monkeypatch.setattr(threading.Thread, "join", join)
    before = alive()
    with pytest.raises(KeyboardInterrupt):
        take_inventory(release, jobs=2, limits=LIMITS)
    assert alive() == before


def test_threads_that_were_started_end_when_no_more_can_be_had(release, monkeypatch):
    begun = threading.Thread.start
    count = []

    def start(thread):
        count.append(thread)
        if len(count) > 1:
            message = "can't start new thread"
            raise RuntimeError(message)
        begun(thread)

    monkeypatch.setattr(
        crew_module,
        "hash_descriptors",
        lambda files, advance: endless(advance, files[0][2]),
    )
    monkeypatch.setattr(threading.Thread, "start", start)
    (release / "c").write_bytes(b"c" * 100)
    before = alive()
    with pytest.raises(RuntimeError):
        take_inventory(release, jobs=3, limits=LIMITS)
    assert alive() == before
