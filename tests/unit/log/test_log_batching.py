from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace

import pytest

from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import LogError
from assay.log import Batcher, LogEntry, init_log
from assay.log.directory import Receipt
from tests.simulators.log_scenes import ORIGIN, batch, check_receipts, check_sound


class Recorder:
    """Counts the batches of a log, can hold them back and make them fail."""

    def __init__(self, log) -> None:
        self.log = log
        self.sizes: list[int] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.error: BaseException | None = None

    def kept_open(self):
        return self.log.kept_open()

    def append(self, entries):
        self.entered.set()
        self.gate.wait(30)
        self.sizes.append(len(entries))
        if self.error is not None:
            raise self.error
        return self.log.append(entries)


class Counting:
    """Gives receipts without a log."""

    def kept_open(self):
        return nullcontext()

    def append(self, entries):
        return tuple(Receipt(index=i, proof_text="") for i, _ in enumerate(entries))


@pytest.fixture
def recorder(tmp_path):
    return Recorder(init_log(tmp_path / "log", ORIGIN))


def test_entries_of_many_threads_share_batches_and_each_gets_its_own_receipt(
    tmp_path, recorder
):
    entries = batch(0, 300)
    with Batcher(recorder, most=64, wait=0.2) as batcher:
        with ThreadPoolExecutor(100) as pool:
            receipts = list(pool.map(batcher.submit, entries))
        check_receipts(recorder.log, entries, receipts)
    assert sorted(item.index for item in receipts) == list(range(300))
    assert max(recorder.sizes) <= 64
    assert len(recorder.sizes) < 20
    check_sound(tmp_path / "log", size=300)


def test_a_batch_is_not_waited_for_longer_than_it_was_said(recorder):
    with Batcher(recorder, most=1_000, wait=0.05) as batcher:
        began = time.monotonic()
        batcher.submit(batch(0, 1)[0])
        assert time.monotonic() - began < 5
    assert recorder.sizes == [1]


def test_a_full_batch_does_not_wait(recorder):
    with Batcher(recorder, most=5, wait=3_600) as batcher:
        receipts = batcher.submit_many(batch(0, 10))
    assert [item.index for item in receipts] == list(range(10))
    assert recorder.sizes == [5, 5]


def test_entries_that_are_submitted_twice_at_a_time_have_one_index(recorder):
    entries = batch(0, 8) * 10
    batcher = Batcher(recorder, most=16, wait=0.01)
    with batcher, ThreadPoolExecutor(40) as pool:
        receipts = list(pool.map(batcher.submit, entries))
    assert [item.index for item in receipts[:8]] == [
        item.index for item in receipts[-8:]
    ]
    assert {item.index for item in receipts} == set(range(8))


def test_the_error_of_a_batch_reaches_each_of_its_submitters(recorder):
    recorder.error = LogError("busy", "The test keeps the log.")
    with Batcher(recorder, most=4, wait=3_600) as batcher:
        with ThreadPoolExecutor(4) as pool:
            waiting = [pool.submit(batcher.submit, entry) for entry in batch(0, 4)]
            codes = [item.exception().code for item in waiting]
        assert codes == ["log.busy"] * 4
        # The batcher itself goes on.
        recorder.error = None
        assert len(batcher.submit_many(batch(0, 4))) == 4


def test_closing_logs_what_still_waits_and_takes_nothing_more(tmp_path, recorder):
    batcher = Batcher(recorder, most=1_000, wait=3_600)
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(batcher.submit, entry) for entry in batch(0, 3)]
        while batcher.waiting() < 3:
            time.sleep(0.01)
        batcher.close()
        assert sorted(item.result().index for item in waiting) == [0, 1, 2]
    with pytest.raises(LogError) as caught:
        batcher.submit(batch(3, 4)[0])
    assert caught.value.code == "log.batcher-closed"
    batcher.close()
    check_sound(tmp_path / "log", size=3)


@pytest.mark.parametrize(
    "bound",
    [{"max_log_waiting_entries": 3}, {"max_log_waiting_bytes": 40}],
    ids=["entries", "bytes"],
)
def test_more_than_the_queue_holds_is_refused_and_nothing_of_it_taken(recorder, bound):
    recorder.gate.clear()
    limits = replace(DEFAULT_LIMITS, **bound)
    with Batcher(recorder, most=1, wait=0, limits=limits) as batcher:
        with ThreadPoolExecutor(4) as pool:
            first = [pool.submit(batcher.submit, batch(0, 1)[0])]
            assert recorder.entered.wait(10)
            first += [pool.submit(batcher.submit, entry) for entry in batch(1, 3)]
            while batcher.waiting() < 2:
                time.sleep(0.01)
            with pytest.raises(LogError) as caught:
                batcher.submit_many(batch(3, 6))
            assert caught.value.code == "log.overloaded"
            assert batcher.waiting() == 2
            recorder.gate.set()
            assert sorted(item.result().index for item in first) == [0, 1, 2]
        # There is room again.
        assert batcher.submit(batch(9, 10)[0]).index == 3


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (LogEntry(leaf=bytes(65_536), body=b""), "log.entry-too-long"),
        (LogEntry(leaf=b"", body=bytes(64 * 1024 * 1024 + 1)), "log.body-too-long"),
    ],
)
def test_an_entry_that_no_log_takes_spoils_no_batch(recorder, entry, code):
    with Batcher(recorder, most=2, wait=0) as batcher:
        with pytest.raises(LogError) as caught:
            batcher.submit_many([*batch(0, 1), entry])
        assert caught.value.code == code
    assert recorder.sizes == []


def test_no_entries_need_no_batch(recorder):
    with Batcher(recorder) as batcher:
        assert batcher.submit_many([]) == ()
    assert recorder.sizes == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_that_nobody_foresaw_leaves_no_submitter_waiting(recorder):
    recorder.error = ZeroDivisionError()
    recorder.gate.clear()
    batcher = Batcher(recorder, most=2, wait=3_600)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(batcher.submit, entry) for entry in batch(0, 3)]
        assert recorder.entered.wait(10)
        while batcher.waiting() < 1:
            time.sleep(0.01)
        recorder.gate.set()
        assert {item.exception().code for item in waiting} == {"log.batcher-closed"}
    with pytest.raises(LogError):
        batcher.submit(batch(3, 4)[0])
    batcher.close()


def test_a_steady_load_through_small_batches_loses_nothing():
    batcher = Batcher(Counting(), most=7, wait=0.001)
    with batcher, ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(batcher.submit, batch(0, 2_000)))
    assert len(answers) == 2_000
