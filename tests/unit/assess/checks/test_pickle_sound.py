from __future__ import annotations

import pytest

from assay.assess.checks.pickle_sound import CHECK
from assay.domain.facts import Content
from assay.domain.finding import CheckStatus
from tests.unit.assess.subjects import file, gap, pickle, problem, rules, run


def test_a_whole_stream_is_clean():
    assert run(CHECK, pickle()).status is CheckStatus.CLEAN


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("malformed", "broken-stream"),
        ("truncated", "truncated-stream"),
        ("trailing-data", "trailing-data"),
        ("bomb", "bomb"),
        ("too-large", "over-limit"),
        ("too-many", "over-limit"),
    ],
)
def test_each_problem_falls_under_a_rule(kind, rule):
    report = run(CHECK, pickle(problems=(problem(kind),)))
    assert rules(report) == [rule]


def test_a_stream_beyond_the_limits_is_said_once():
    assert rules(run(CHECK, pickle(bounded=True))) == ["over-limit"]
    report = run(CHECK, pickle(bounded=True, problems=(problem("too-large"),)))
    assert rules(report) == ["over-limit"]


def test_an_unopened_archive_leaves_the_check_incomplete():
    report = run(CHECK, file("a.7z", gap(Content.SEVEN_ZIP)))
    assert report.status is CheckStatus.INCOMPLETE


def test_a_release_without_pickles_is_not_applicable():
    report = run(CHECK, file("a.json", content=Content.JSON))
    assert report.status is CheckStatus.NOT_APPLICABLE
