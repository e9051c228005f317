from __future__ import annotations

import base64
import re

import pytest

from assay.domain.credential_proofs import (
    is_docker_login,
    is_github_token,
    is_password,
    is_placeholder,
    is_web_token,
)
from assay.domain.credentials import RULES, matches, redact


def packed(text: str) -> bytes:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=")


def token(header: str, payload: str) -> bytes:
    return packed(header) + b"." + packed(payload) + b"." + b"c2ln" * 8


def test_a_forge_token_is_sure_only_with_its_checksum():
    body = b"zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ"
    prefix = b"gh" + b"p_"
    assert is_github_token(prefix + body + b"0mLq17") == "high"
    assert is_github_token(prefix + body + b"0mLq18") == "medium"
    assert is_github_token(prefix + body * 2) == "medium"


def test_a_web_token_has_a_header_that_names_an_algorithm():
    assert is_web_token(token('{"alg":"HS256"}', '{"sub":"svc"}')) == "medium"
    assert is_web_token(token('{"typ":"JWT"}', '{"sub":"svc"}')) is None
    assert is_web_token(token('{"alg":"HS256"}', '{"sub":"1234567890"}')) is None
    assert is_web_token(token('{"alg":"HS256"}', '{"sub":"an example"}')) is None
    assert is_web_token(b"eyJ!!.eyJ.x") is None
    assert is_web_token(packed('{"alg":"HS256"}') + b".A.x") is None


def test_a_registry_login_decodes_to_a_name_and_a_password():
    assert is_docker_login(base64.b64encode(b"bot:q7Xw9Lm2")) == "medium"
    assert is_docker_login(base64.b64encode(b"no colon here")) is None
    assert is_docker_login(base64.b64encode(b"\xff\xfe:\xff\xff\xff\xff")) is None
    assert is_docker_login(b"A") is None


@pytest.mark.parametrize(
    "text",
    [
        "${DB_PASS}",
        "postgres",
        "settings.api_key",
        "my-secret-1",
        "<fill me in 1>",
        "a81bc81b-dead-4e5d-abff-90865d1e13b1",
        "correct-horse-battery",
    ],
)
def test_words_names_and_variables_are_no_passwords(text):
    assert is_password(text.encode()) is None


def test_a_mixture_of_letters_and_digits_is_a_password():
    assert is_password(b"q7Xw9Lm2Rk4Z") == "medium"
    assert is_password(b"qXwLmRkZvBnH") is None


def test_what_repeats_itself_is_a_placeholder():
    assert is_placeholder(b"a1" * 20)
    assert not is_placeholder(b"q7Xw9Lm2Rk4Zv8Bn")


def test_a_password_is_redacted_by_its_length_alone():
    text = 'password = "q7Xw9Lm2Rk4Z" # set'
    assert redact(text) == 'password = "… (12 characters)" # set'
    assert redact('password = "settings.api_key"') == 'password = "settings.api_key"'


def test_a_long_run_up_to_the_end_is_searched():
    secret = b"np" + b"m_" + b"q7Xw9Lm2Rk4Zv8BnQ7xW3lM6rK1z" + b"Q7xW3lM6"
    assert [rule.id for rule, _ in matches(b"a b c " + secret)] == ["npm-token"]


def test_many_literals_in_a_row_make_one_window():
    data = b"hf_" * 5000 + b" h" + b"f_" + b"q7Xw9Lm2Rk4Zv8BnQ7xW3lM6rK1zQ7xW3l"
    assert [rule.id for rule, _ in matches(data)] == ["huggingface-token"]


def test_shapes_that_need_surroundings_are_not_looked_for_between_bytes():
    data = b"password = 'q7Xw9Lm2Rk4Z'"
    assert [rule.id for rule, _ in matches(data)] == ["assigned-password"]
    assert not list(matches(data, loose=True))


def test_no_match_is_longer_than_its_window():
    for rule in RULES:
        repeats = re.findall(rb"\{(?:[0-9]+,)?([0-9]+)\}", rule.pattern.pattern)
        assert sum(map(int, repeats)) < rule.reach or rule.reach == 8000
