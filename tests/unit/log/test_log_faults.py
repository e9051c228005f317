from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from assay.errors import LogError, MachineError
from assay.log import audit_log, init_log, open_log
from assay.log.keys import LogKeys
from tests.simulators.log_scenes import (
    ORIGIN,
    START,
    Clock,
    Disk,
    batch,
    check_receipts,
    check_sound,
    on_faulty_disk,
)

if TYPE_CHECKING:
    from pathlib import Path

    from assay.crypto.checkpoint import Checkpoint


class Signatures:
    """Remembers every tree that the log has ever signed."""

    def __init__(self, monkeypatch) -> None:
        self.roots: dict[int, set[bytes]] = {}
        self.times: list[int] = []
        real = LogKeys.sign

        def sign(keys: LogKeys, checkpoint: Checkpoint, timestamp: int) -> str:
            self.roots.setdefault(checkpoint.size, set()).add(checkpoint.root)
            self.times.append(timestamp)
            return real(keys, checkpoint, timestamp)

        monkeypatch.setattr(LogKeys, "sign", sign)

    def check(self) -> None:
        assert all(len(roots) == 1 for roots in self.roots.values())
        assert self.times == sorted(self.times)


@pytest.fixture
def signatures(monkeypatch):
    return Signatures(monkeypatch)


def writes_of_one_append(tmp_path: Path, before: int, count: int) -> int:
    log = init_log(tmp_path / "counted", ORIGIN, clock=Clock())
    log.append(batch(0, before))
    disk = Disk()
    on_faulty_disk(log, disk).append(batch(before, before + count))
    return disk.writes


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("before", "count"), [(0, 1), (3, 2), (254, 4)], ids=["first", "more", "full-tile"]
)
def test_a_failure_before_or_after_any_write_leaves_a_sound_log(
    tmp_path, signatures, before, count, after
):
    total = writes_of_one_append(tmp_path, before, count)
    assert total >= 6
    for failing in range(1, total + 1):
        path = tmp_path / f"{failing}"
        log = init_log(path, ORIGIN, clock=Clock())
        log.append(batch(0, before))
        signatures.roots.clear()
        signatures.times.clear()
        disk = Disk()
        disk.countdown, disk.after = failing, after
        entries = batch(before, before + count)
        try:
            receipts = on_faulty_disk(log, disk).append(entries)
        except MachineError:
            pass
        else:
            # Only the clean-up after publishing may fail unnoticed.
            check_receipts(log, entries, receipts)
        # 1. Whatever the failure left is sound as it stands.
        check_sound(path)
        # 2. Other entries can be logged next, without opening the log again.
        others = batch(before + count, before + count + 2)
        check_receipts(log, others, log.append(others))
        check_sound(path)
        # 3. The same entries again have one place each.
        receipts = log.append(entries)
        check_receipts(log, entries, receipts)
        assert len({item.index for item in receipts}) == count
        check_sound(path, size=before + count + 2)
        signatures.check()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_opening_after_a_failure_finishes_what_was_sequenced(
    tmp_path, signatures, after
):
    total = writes_of_one_append(tmp_path, 2, 3)
    for failing in range(1, total + 1):
        path = tmp_path / f"{failing}"
        log = init_log(path, ORIGIN, clock=Clock())
        log.append(batch(0, 2))
        signatures.roots.clear()
        signatures.times.clear()
        disk = Disk()
        disk.countdown, disk.after = failing, after
        with pytest.raises(MachineError):
            on_faulty_disk(log, disk).append(batch(2, 5))
        reopened = open_log(path, clock=Clock())
        found = [reopened.find(entry.leaf) for entry in batch(2, 5)]
        assert found in ([None] * 3, [2, 3, 4])
        check_sound(path, size=2 if found[0] is None else 5)
        signatures.check()


class FullDisk:
    """Lets a number of system calls pass and fails the next with ENOSPC."""

    def __init__(self, passing: int, number: int = errno.ENOSPC) -> None:
        self.passing = passing
        self.number = number

    def __call__(self, real):
        def call(*args, **kwargs):
            if self.passing == 0:
                self.passing = -1
                raise OSError(self.number, os.strerror(self.number))
            self.passing -= 1
            return real(*args, **kwargs)

        return call


@pytest.mark.parametrize("call", ["open", "write", "fsync"])
def test_a_full_disk_at_any_system_call_leaves_a_sound_log(tmp_path, monkeypatch, call):
    for passing in range(40):
        path = tmp_path / f"{passing}"
        log = init_log(path, ORIGIN, clock=Clock())
        log.append(batch(0, 1))
        disk = FullDisk(passing)
        with monkeypatch.context() as patch:
            patch.setattr(f"assay.log.stores.files.os.{call}", disk(getattr(os, call)))
            try:
                log.append(batch(1, 3))
                failure = None
            except MachineError as error:
                failure = error.code
        check_sound(path)
        check_receipts(log, batch(1, 3), log.append(batch(1, 3)))
        check_sound(path, size=3)
        assert audit_log(path).leftovers == 0
        if failure is None:
            return
        assert failure == "machine.disk-full"
    raise AssertionError("the append never got through")


def test_a_write_that_is_cut_short_is_continued(tmp_path, monkeypatch):
    real = os.write
    monkeypatch.setattr(
        "assay.log.stores.files.os.write", lambda fd, data: real(fd, data[:100])
    )
    log = init_log(tmp_path / "log", ORIGIN)
    log.append(batch(0, 5))
    check_sound(tmp_path / "log", size=5)


def test_a_broken_medium_is_the_machines_fault(tmp_path, monkeypatch):
    log = init_log(tmp_path / "log", ORIGIN)
    with monkeypatch.context() as patch:
        broken = FullDisk(0, errno.EIO)(os.fsync)
        patch.setattr("assay.log.stores.files.os.fsync", broken)
        with pytest.raises(MachineError) as caught:
            log.append(batch(0, 1))
    assert caught.value.code == "machine.file-access"


def test_the_time_of_a_checkpoint_never_goes_back(tmp_path, signatures):
    clock = Clock()
    log = init_log(tmp_path / "log", ORIGIN, clock=clock)
    clock.now -= 86_400
    log.append(batch(0, 1))
    clock.now += 2_000_000
    log.append(batch(1, 2))
    clock.now -= 10_000
    log.append(batch(2, 3))
    signatures.check()
    assert signatures.times[-1] == signatures.times[-2]
    check_sound(tmp_path / "log", size=3)


def test_a_time_that_no_clock_can_have_given_is_not_signed(tmp_path, signatures):
    clock = Clock()
    log = init_log(tmp_path / "log", ORIGIN, clock=clock)
    log.append(batch(0, 1))
    signed = list(signatures.times)
    for now in (START - 86_401, -5, 253_402_300_800, 2**70):
        clock.now = now
        with pytest.raises(LogError) as caught:
            log.append(batch(1, 2))
        assert caught.value.code == "log.time-implausible"
    assert signatures.times == signed
    # Nothing was sequenced either.
    check_sound(tmp_path / "log", size=1)
    clock.now = START + 5
    log.append(batch(1, 2))
    check_sound(tmp_path / "log", size=2)


def test_no_log_is_made_at_a_time_beyond_the_calendar(tmp_path):
    with pytest.raises(LogError) as caught:
        init_log(tmp_path / "log", ORIGIN, clock=Clock(253_402_300_800))
    assert caught.value.code == "log.time-implausible"
    assert not (tmp_path / "log").exists()


def test_a_clock_that_is_set_during_an_append_binds_nothing(tmp_path, signatures):
    times = iter([START, START, START, 2**70])
    path = tmp_path / "log"
    log = init_log(path, ORIGIN, clock=lambda: next(times, START))
    signed = list(signatures.times)
    with pytest.raises(LogError) as caught:
        log.append(batch(0, 1))
    assert caught.value.code == "log.time-implausible"
    assert signatures.times == signed
    open_log(path, clock=Clock())
    check_sound(path, size=1)
