"""The line of an entry is told where it is plain, and never a wrong one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.domain.facts import ConfigFacts, TemplateFacts
from assay.release import inspect_release
from assay.release.formats import config_lines
from assay.release.formats.config_lines import KeyLines

TEXT = """{
 "a": 1,
 "auto_map": {
  "AutoModel": "m.M",
  "x.y": ["b", {"inner": 2}]
 },
 "value": "a \\"fake\\": 1",
 "twice": {"z": 1},
 "list": [{"z": 2}],
 "w": {"w.v": 1, "w": {"v": 2}}
}
"""


def line(path: str, text: str = TEXT) -> int | None:
    return KeyLines(text.encode(), json.loads(text))(path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a", 2),
        ("auto_map", 3),
        ("auto_map.AutoModel", 4),
        ("auto_map.x.y", 5),
        ("auto_map.x.y[1].inner", 5),
        ("list", 9),
        # Written twice; an entry of a list; not there; within a text.
        ("twice.z", None),
        ("list[0]", None),
        ("list[7].z", None),
        ("list.z", None),
        ("none", None),
        ("a.b", None),
        ("fake", None),
        ("", None),
        # Two entries may be meant.
        ("w.w.v", None),
    ],
)
def test_an_entry_is_found_by_its_path(path, expected):
    assert line(path) == expected


def test_a_key_that_may_be_spelled_by_escapes_has_no_line():
    assert line("a", '{"\\u0061": 1,\n"b": {"a": 2}}') is None
    assert line("b", '{"\\u0061": 1,\n"b": {"a": 2}}') is None


def test_neither_large_documents_nor_many_keys_are_searched(monkeypatch):
    monkeypatch.setattr(config_lines, "_MOST_SEARCHED", len(TEXT))
    lines = KeyLines(TEXT.encode(), json.loads(TEXT))
    assert [lines("a"), lines("list"), lines("a")] == [2, None, 2]
    monkeypatch.setattr(config_lines, "_MOST_BYTES", 10)
    assert line("a") is None


NAMES = st.text(alphabet='ab."[]\\\u00e9', min_size=1, max_size=3)


@given(
    st.dictionaries(NAMES, st.dictionaries(NAMES, st.integers(), max_size=3)),
    st.sampled_from([None, 1]),
)
def test_a_line_that_is_told_is_that_of_the_entry(value, indent):
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    lines = KeyLines(text.encode(), value)
    for outer, entries in value.items():
        for inner in (None, *entries):
            told = lines(outer if inner is None else f"{outer}.{inner}")
            if told is not None:
                last = json.dumps(inner or outer, ensure_ascii=False)
                assert last in text.split("\n")[told - 1]


def test_facts_of_settings_tell_the_lines_of_their_keys(tmp_path):
    settings = {"auto_map": {"AutoModel": "m.M"}, "chat_template": "{{ a }}\n{{ b }}"}
    path = tmp_path / "tokenizer_config.json"
    path.write_text(json.dumps(settings, indent=1))
    (file,) = inspect_release(tmp_path).facts.files
    (config,) = (fact for fact in file.facts if isinstance(fact, ConfigFacts))
    assert str(config.remote_code[0].place).endswith(":3 (auto_map.AutoModel)")
    (template,) = (fact for fact in file.facts if isinstance(fact, TemplateFacts))
    assert str(template.place).endswith(":5 (chat_template:1)")
