"""What libFuzzer prints is counted as it was."""

from __future__ import annotations

from tests.fuzz.record import Run, read_log

WHOLE = """INFO: Seed: 1
#2\tINITED cov: 21 ft: 21 corp: 1/1b exec/s: 0 rss: 75Mb
#512\tNEW    cov: 90 ft: 120 corp: 7/50b lim: 64 exec/s: 256 rss: 75Mb L: 8/9 MS: 1 x-
FAILURE ValueError at tar.py:read: no such thing in failures/archives-crash-0
#600\tDONE   cov: 91 ft: 121 corp: 8/58b lim: 64 exec/s: 300 rss: 75Mb
Done 600 runs in 2 second(s)
"""
CUT = """#512\tpulse  cov: 90 ft: 120 corp: 7/50b lim: 64 exec/s: 256 rss: 75Mb
==7== ERROR: libFuzzer: out-of-memory (used: 601Mb; limit: 600Mb)
"""


def test_a_run_that_ended_says_what_it_did():
    assert read_log(WHOLE) == Run(
        seconds=2,
        executions=600,
        edges=91,
        features=121,
        corpus=8,
        failures=("ValueError at tar.py:read",),
    )


def test_a_run_that_was_cut_off_counts_as_far_as_it_went():
    run = read_log(CUT)
    assert (run.executions, run.seconds) == (512, 2)
    assert run.failures == ("out-of-memory (used: 601Mb; limit: 600Mb)",)


def test_a_run_that_never_began_counts_for_nothing():
    assert read_log("Traceback (most recent call last):\n") == Run()
