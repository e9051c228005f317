from __future__ import annotations

from dataclasses import replace

import pytest

from assay.assess.checks.configuration_sound import CHECK
from assay.domain.facts import Content
from assay.domain.finding import CheckStatus, Severity
from tests.unit.assess.subjects import config, file, gap, problem, rules, run


def test_a_sound_configuration_is_clean():
    assert run(CHECK, config()).status is CheckStatus.CLEAN


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("duplicate-key", "duplicate-key"),
        ("malformed-json", "malformed"),
        ("bad-number", "bad-number"),
        ("too-deep", "too-deep"),
        ("too-many-values", "over-limit"),
        ("too-large", "over-limit"),
    ],
)
def test_each_problem_falls_under_a_rule(kind, rule):
    report = run(CHECK, config(problems=(problem(kind, "config.json"),)))
    assert rules(report) == [rule]
    weight = {"too-deep": Severity.HIGH, "bad-number": Severity.LOW}
    assert report.findings[0].severity is weight.get(rule, Severity.MEDIUM)


def test_a_message_is_whole_sentences_whatever_the_parser_said():
    told = replace(problem("malformed-yaml", "a.yaml"), detail="expected a colon")
    (finding,) = run(CHECK, config(problems=(told,))).findings
    assert finding.message == (
        "The configuration is not sound (malformed-yaml). Expected a colon."
    )


def test_a_configuration_that_was_passed_over_leaves_the_check_incomplete():
    report = run(CHECK, file("huge.json", gap(Content.JSON, "huge.json")))
    assert report.status is CheckStatus.INCOMPLETE


def test_a_release_without_configuration_is_not_applicable():
    assert run(CHECK, file("a.bin")).status is CheckStatus.NOT_APPLICABLE
