from __future__ import annotations

import pytest

from assay.assess.checks.tokenizer_bounded import CHECK
from assay.domain.facts import Content, TokenizerFacts
from assay.domain.finding import CheckStatus, Severity
from assay.domain.vocabulary import AddedToken, vocabulary_of
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
        ("shown-otherwise", "shown-otherwise", Severity.HIGH),
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


def words(path, numbers, kind="vocabulary", tokens=(), merges=""):
    facts = TokenizerFacts(
        place=at(path),
        kind=kind,
        vocabulary=vocabulary_of(numbers, keep=True) if numbers else None,
        tokens=tokens,
        merges=merges,
    )
    return file(path, facts, content=Content.JSON)


MANY = ["yes", "no", "b", "c", *(f"w{n}" for n in range(28))]
NUMBERS = {word: n for n, word in enumerate(MANY)}
WHOLE = words("tokenizer.json", NUMBERS, "tokenizer", merges="one")


def test_files_that_agree_are_clean():
    assert run(CHECK, WHOLE, words("vocab.json", NUMBERS)).findings == ()


def test_files_that_exchange_words_disagree():
    other = {**NUMBERS, "yes": 1, "no": 0}
    (finding,) = run(CHECK, WHOLE, words("vocab.json", other)).findings
    assert (finding.rule, finding.severity) == ("files-disagree", Severity.HIGH)
    assert "'yes' is 0 and 1" in finding.message
    assert finding.place.path == "vocab.json"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (words("vocab.json", {**NUMBERS, "b": 3, "c": 2}), "the numbers of tokens"),
        (words("vocab.txt", {w: 31 - n for w, n in NUMBERS.items()}), "the whole"),
        (words("merges.txt", {}, "merges", merges="two"), "how pairs are joined"),
        (
            words(
                "s.json", {}, "settings", (AddedToken(content="[X]", key="a_token"),)
            ),
            "which tokens there are",
        ),
    ],
)
def test_files_that_disagree_otherwise_are_damaged(other, said):
    found = run(CHECK, WHOLE, other).findings
    assert {finding.rule for finding in found} == {"damaged-tokenizer"}
    assert said in found[0].message


def test_alike_disagreements_are_listed_up_to_a_bound():
    tokens = tuple(AddedToken(content=f"[{n}]", key=f"{n}_token") for n in range(90))
    found = run(CHECK, WHOLE, words("s.json", {}, "settings", tokens)).findings
    assert len(found) == 20
