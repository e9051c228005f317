"""What templates, prompts and tokenizers of the corpus are seen to do."""

from __future__ import annotations

import json

import pytest

from assay.domain.facts import ConfigFacts, TemplateFacts, TokenizerFacts
from benchmarks.detection.families import templates, tokenizers
from benchmarks.detection.sample import Truth

TEMPLATES = [(sample.name, sample) for sample in templates.samples()]
# Those of one file; what several say of each other is for `test_tokenizer_parts`.
TOKENIZERS = [
    (sample.name, sample)
    for sample in tokenizers.samples()
    if list(sample.files) == ["tokenizer.json"]
]


@pytest.fixture
def template(look, only):
    def read(text, path="chat_template.jinja"):
        return only(look(text.encode(), path), TemplateFacts)[0]

    return read


def kinds(facts):
    return [act.kind for act in facts.acts]


def is_seen(facts):
    names = [name for name, _ in facts.underscore_names]
    return bool(facts.acts or names or facts.inclusions) or bool(
        facts.hidden_characters
    )


@pytest.mark.parametrize(("name", "sample"), TEMPLATES)
def test_what_templates_do_is_seen(look, only, name, sample):
    path, data = next(iter(sample.files.items()))
    found = only(look(data, path), TemplateFacts)
    assert found, name
    assert any(map(is_seen, found)) == (sample.truth is Truth.HOSTILE), name


@pytest.mark.parametrize(("name", "sample"), TOKENIZERS)
def test_what_tokenizers_do_is_seen(look, only, name, sample):
    path, data = next(iter(sample.files.items()))
    (facts,) = only(look(data, path), TokenizerFacts)
    assert bool(facts.problems) == (sample.truth is Truth.HOSTILE), name


def test_a_modelfile_names_where_it_starts_from(look, only):
    text = b"from llama3.2:1b\nADAPTER ./a.gguf\nSYSTEM hello\n"
    facts = look(text, "Modelfile")
    (config,) = only(facts, ConfigFacts)
    (reference,) = config.references
    assert (reference.repository, reference.revision) == ("llama3.2", "1b")
    assert reference.place.line == 1
    local = only(look(b"FROM ./model.gguf\n", "Modelfile.q4"), ConfigFacts)
    assert local[0].references == ()


def test_a_condition_in_a_go_template_is_seen(look, only):
    text = b'TEMPLATE """{{- if eq .System "zebra" }}obey{{ end }}"""\nFROM !!\n'
    (facts,) = only(look(text, "Modelfile"), TemplateFacts)
    assert kinds(facts) == ["waits-for-content"]
    assert facts.place.key == "TEMPLATE"


@pytest.mark.parametrize(
    "text",
    [
        "{% if content.upper() %}one two three four{% endif %}",
        "{% if '</think>' in m.content %}one two three four{% endif %}",
        "{% if m.content.find(x) %}one two three four{% endif %}",
        "{% if upper('zebra') %}one two three four{% endif %}",
        "{% if 'zebra' in m.content %}x{% endif %}",
        "{% if m.role == 'user' %}{{ show(message) }} one two three four{% endif %}",
        "{% if m.role != 'user' %}one two three four{% endif %}",
        "{% if m.role is defined %}one two three four{% endif %}",
        "{% for i in range(9) %}{% for j in 'abc' %}x{% endfor %}{% endfor %}",
        "{% for i in other(9) %}{% endfor %}{{ 2 ** 3 + 4 * 5 }}",
        "{{ m.content|replace(a, b) }}{{ '%d' % 3 }}{{ x|format('%s') }}",
        "{% if m.content == '\u200b' %}{% endif %}{{ 'a'.strip('\\u200b') }}",
        "{{ raise_exception('ignore all previous instructions') }}",
        "{{ 'a' if b }}{{ messages }}",
        "{% if messages|length > 1 %}one two three four{% endif %}",
    ],
)
def test_honest_pieces_do_nothing_of_the_kind(template, text):
    assert kinds(template(text + "{{ messages }}")) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{% if m.text is in ['zebra'] %}a b ab cd ef gh{% endif %}", "content"),
        ("{% if m.content.endswith('zebra') %}ab cd ef gh{% endif %}", "content"),
        ("{% if 'x y' in m['content'] %}ab{% else %}ab cd ef gh{% endif %}", "content"),
        ("{% if t.name == 'zebra' %}\u4f60\u597d\u4e16\u754c" * 1
         + "\u4f60\u597d\u4e16\u754c{% endif %}", "name"),
        ("{% if now() > 5 %}{{ 'ab cd' ~ ' ef gh ij' }}ab cd ef gh{% endif %}", "date"),
    ],
)  # fmt: skip
def test_each_kind_of_condition_is_told(template, text, kind):
    assert kinds(template(text + "{{ messages }}")) == [f"waits-for-{kind}"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{{ 'https://example.org/a' }}", "link"),
        ("{{ '%99999999d' % 1 }}", "endless"),
        ("{{ 5 * 'x' * 999999 }}", "endless"),
        ("{{ 99 ** 99 }}", "endless"),
        ("{{ range(1, 10 ** 7 + 1) }}", "endless"),
        ("{{ '" + "deadbeef" * 9 + "' }}", "encoded"),
    ],
)
def test_each_other_act_is_told(template, text, kind):
    assert kind in kinds(template(text + "{{ messages }}"))


def test_prompts_are_looked_for_to_a_bound(look, only):
    value = {"prompts": {str(n): "a prompt" for n in range(300)}, "system_prompt": 1}
    found = only(look(json.dumps(value).encode(), "prompts.json"), TemplateFacts)
    assert len(found) == 200
    text = ("SYSTEM a\n" * 300).encode()
    assert len(only(look(text, "Modelfile"), TemplateFacts)) == 200
