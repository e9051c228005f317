from __future__ import annotations

import pytest

from assay.domain.credentials import RULES, matches, redact

# Put together here, so that no scanner of this repository takes them for real ones.
TOKEN = "gh" + "p_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dF3gH5"
KEY = "-----BEGIN " + "PRIVATE KEY-----\n" + "aB3dE5gH" * 8


@pytest.mark.parametrize(
    "around", ["{}", "a {} b", "name_{}.txt", "'\\n{}'", "x\ud800{}", "-{}-"]
)
def test_a_token_is_redacted_wherever_it_stands(around):
    text = around.format(TOKEN)
    shown = redact(text)
    assert TOKEN[6:] not in shown
    assert shown == around.format("ghp_… (40 characters)")


def test_what_surrounds_the_secret_part_stays():
    secret = "aB3d" * 21 + "ab=="
    assert redact(f"AccountKey={secret};") == "AccountKey=aB3d… (88 characters);"


def test_a_private_key_is_redacted_whole():
    shown = redact(f"a {KEY} b")
    assert shown.startswith("a ----… (")
    assert "aB3dE5gH" not in shown


def test_other_texts_stay_as_they_are():
    text = "ghp_ sk-learn hf_transformers \ud800 é"
    assert redact(text) is text


def test_every_rule_has_a_loose_shape():
    for rule in RULES:
        kept = rule.contextual or rule.id == "json-web-token"
        assert kept or b"(?<!" not in rule.loose.pattern
        assert not rule.contextual or all(x == x.lower() for x in rule.literals)
        assert rule.literals
        assert rule.title


@pytest.mark.parametrize("around", ["{}", "'a\\n{}'", "b {}"])
def test_a_web_token_is_redacted(around):
    token = "ey" + "J" + "aB3d" * 5 + ".ey" + "J" + "cD4e" * 5 + "." + "eF5g" * 8
    assert "aB3d" not in redact(around.format(token))


def test_a_hostile_run_of_beginnings_takes_no_time():
    assert redact("ey" + "JeyJ" * 2_000_000)


def test_what_lacks_a_sign_of_every_match_is_not_matched():
    assert list(matches(b"my secret is a password of nobody " * 9)) == []
    quoted = b"password = 'q7Xw9Lm2Rk4Zv8Bn'"
    assert [rule.id for rule, _ in matches(quoted)] == ["assigned-password"]
