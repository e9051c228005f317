"""Documents that are too large to be parsed, searched for what makes a loader act."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assay.domain.facts import BuildFacts, ConfigFacts, Gap
from assay.domain.limits import DEFAULT_LIMITS

SMALL = replace(DEFAULT_LIMITS, max_json_values=50, max_yaml_bytes=50)
CROWD = b'{"x":[' + b"1," * 60 + b"1]"
LINES = b"x: 1\n" * 20


def kinds(look, only, data, name, limits=SMALL):
    facts = only(look(data, name, limits=limits), ConfigFacts)[0]
    return [problem.kind for problem in facts.problems]


@pytest.mark.parametrize(
    "entry",
    [
        b'"auto_map":{"AutoModel":"a/b--c.D"}',
        b'"auto_map" : ["a.b"]',
        b'"trust_remote_code": true',
        b'"custom_pipelines":{}',
        b'"chat_template":"{{ x }}"',
        b'"__loader__":"FunctionNode"',
        b'"class_name":"__lambda__"',
        b'"\\u0061uto_map":{}',
        b'"_\\u0074arget_":"os.system"',
    ],
)
def test_a_key_that_has_to_be_parsed_is_told(look, only, entry):
    data = CROWD + b"," + entry + b"}"
    found = kinds(look, only, data, "config.json")
    assert found == ["too-many-values", "beyond-bounds"]


@pytest.mark.parametrize(
    "entry",
    [
        b'"auto_map":12345',
        b'"note":"write auto_map, or \\\\u0061"',
        b'"class_name":"dog"',
        b'"text":"\\u00e9"',
    ],
)
def test_words_that_ask_for_nothing_are_none(look, only, entry):
    data = CROWD + b"," + entry + b"}"
    assert kinds(look, only, data, "config.json") == ["too-many-values"]


def test_a_document_that_is_not_even_held_is_searched(look, only):
    limits = replace(DEFAULT_LIMITS, max_document_bytes=100)
    data = b'{"x":"' + b"1" * 200 + b'","_target_":"os.system"}'
    file = look(data, "config.json", limits=limits)
    (facts,) = only(file, BuildFacts)
    assert [(item.module, item.name) for item in facts.objects] == [("os", "system")]
    assert only(file, Gap)
    file = look(b"<p>" + data, "page.jinja", limits=limits)
    assert not only(file, ConfigFacts)


def test_names_and_tags_of_a_large_yaml_are_read(look, only):
    data = LINES + (
        b"model:\n  _target_: os.system\nobj: !!python/object/apply:os.system [a]\n"
        b"new: !new:subprocess.Popen\nagain: !!python/object/apply:os.system [b]\n"
    )
    file = look(data, "config.yaml", limits=SMALL)
    (facts,) = only(file, ConfigFacts)
    assert [entry.target for entry in facts.remote_code] == ["object/apply:os.system"]
    assert not facts.problems
    names = {
        (built.framework, item.module, item.name)
        for built in only(file, BuildFacts)
        for item in built.objects
    }
    assert names == {
        ("hydra", "os", "system"),
        ("hyperpyyaml", "subprocess", "Popen"),
    }


@pytest.mark.parametrize(
    "entry",
    [
        b"auto_map:\n  AutoModel: a.b\n",
        b"%TAG ! tag:yaml.org,2002:python/\n",
        b"x: !<tag:yaml.org,2002:python/name:os.system>\n",
        b'"\\x61uto_map": {}\n',
        b'"\\U00000061uto_map": {}\n',
    ],
)
def test_what_disguises_a_key_or_a_tag_is_told(look, only, entry):
    assert kinds(look, only, LINES + entry, "config.yaml") == ["beyond-bounds"]


def test_a_vocabulary_of_any_size_is_clean(look, only):
    words = b"".join(b'"w%d": %d\n' % (n, n) for n in range(120_000))
    facts = only(look(words + b'"auto_map": 7\n"!": 8\n', "vocab.yml"), ConfigFacts)
    assert not facts[0].problems
    assert not facts[0].remote_code


def test_a_word_between_two_pieces_is_found(look, only):
    limits = replace(DEFAULT_LIMITS, max_document_bytes=100)
    for shift in range(0, 40, 7):
        filler = b'{"x":"' + b"1" * ((1 << 20) - 40 + shift)
        data = filler + b'","trust_remote_code":true}'
        assert kinds(look, only, data, "a.json", limits) == ["beyond-bounds"]
