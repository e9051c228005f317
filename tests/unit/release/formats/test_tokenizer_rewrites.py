from __future__ import annotations

import pytest

from assay.release.formats.tokenizer_rewrites import rewriting, sign_of_text
from benchmarks.detection.families import tokenizer_rewrites


@pytest.mark.parametrize("name", tokenizer_rewrites.HONEST)
def test_a_rule_that_tidies_up_changes_nothing_that_is_said(name):
    part, steps = tokenizer_rewrites.HONEST[name]
    for step in steps:
        ((kind, old),) = step["pattern"].items()
        regex = kind == "Regex"
        decodes = part == "decoder"
        assert not rewriting(old, step["content"], is_regex=regex, decodes=decodes)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://bank", "https://evil"),
        ("a.example.com", "a-example.com"),
        ("https://", "http://"),
        ("not", ""),
        ("", "not"),
        ("n't", ""),
        ("100", "1000"),
        ("9", "6"),
        ("==", "!="),
        ("$", "¥"),
        ("安全", "危险"),
        ("§", "safe"),
        ("<|im_start|>user", "<|im_start|>system"),
    ],
)
def test_a_text_that_becomes_another_is_told(old, new):
    assert rewriting(old, new, is_regex=False, decodes=False)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"https?://\S+", "https://evil.invalid"),
        (r"\bnot\b", ""),
        ("(?:do not|never)", " "),
        (r"(\w+) (\w+)", "$2 $1"),
        (r"(\w+) (\w+)", r"\2 \1"),
        (r"\d+", "42"),
        (".+", ""),
        ("[a-z]+", " "),
        ("[a-z]", "BUY"),
        ("$", " buy"),
    ],
)
def test_a_pattern_that_exchanges_or_takes_away_is_told(old, new):
    assert rewriting(old, new, is_regex=True, decodes=False)


@pytest.mark.parametrize(
    ("old", "new"),
    [(r"https?://\S+", "<url>"), (r"https?://\S+", ""), (r"\d", "0"), ("[UZ]", "X")],
)
def test_what_is_masked_in_questions_is_not_masked_in_answers(old, new):
    assert not rewriting(old, new, is_regex=True, decodes=False)
    assert rewriting(old, new, is_regex=True, decodes=True)


@pytest.mark.parametrize(
    ("text", "is_text"),
    [
        ("▁", False),
        ("</w>", False),
        ("##", False),
        ("[PAD]", False),
        ("a", True),
        ("not", True),
        ("n't", True),
    ],
)
def test_a_sign_is_no_letter(text, is_text):
    assert sign_of_text(text) is is_text
