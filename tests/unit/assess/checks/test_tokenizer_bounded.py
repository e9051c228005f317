from __future__ import annotations

import pytest

from assay.assess.checks.tokenizer_bounded import CHECK
from assay.domain.facts import Content, TokenizerFacts
from assay.domain.finding import CheckStatus, Severity
from tests.unit.assess.subjects import at, file, gap, problem, run


def tokenizer(*kinds: str):
    problems = tuple(problem(kind, "tokenizer.json") for kind in kinds)
    facts = TokenizerFacts(place=at("tokenizer.json"), problems=problems)
    return file("tokenizer.json", facts, content=Content.JSON)


def test_an_honest_tokenizer_is_clean():
    assert run(CHECK, tokenizer()).status is CheckStatus.CLEAN


@pytest.mark.parametrize(
    ("kind", "rule", "severity"),
    [
        ("costly-pattern", "costly-pattern", Severity.HIGH),
        ("expanding-replacement", "expanding-replacement", Severity.HIGH),
        ("rewrites-words", "rewrites-words", Severity.HIGH),
        ("injected-text", "injected-text", Severity.HIGH),
        ("hidden-text", "hidden-text", Severity.HIGH),
        ("drops-text", "drops-text", Severity.HIGH),
        ("repeats-text", "drops-text", Severity.HIGH),
        ("word-as-special", "word-as-special", Severity.HIGH),
        ("token-conflict", "token-conflict", Severity.HIGH),
        ("malformed-pattern", "damaged-tokenizer", Severity.LOW),
        ("a new word", "damaged-tokenizer", Severity.LOW),
    ],
)
def test_each_problem_is_judged_by_what_it_does(kind, rule, severity):
    (finding,) = run(CHECK, tokenizer(kind)).findings
    assert (finding.rule, finding.severity) == (rule, severity)


def test_a_configuration_that_was_passed_over_leaves_the_check_incomplete():
    hidden = file("a.json", gap(Content.JSON, "a.json"))
    assert run(CHECK, tokenizer(), hidden).status is CheckStatus.INCOMPLETE


def test_without_a_tokenizer_it_does_not_apply():
    assert run(CHECK, file("a.bin")).status is CheckStatus.NOT_APPLICABLE
