from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest

from assay.domain.facts import (
    CardFacts,
    ConfigFacts,
    Gap,
    SecretsFacts,
    TemplateFacts,
)
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.source import CHUNK_BYTES


@pytest.fixture
def config(look, only):
    def read(value, path="config.json", paths=()):
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        return only(look(data, path, paths=paths), ConfigFacts)[0]

    return read


@pytest.fixture
def template(look, only):
    def read(text):
        return only(look(text.encode(), "chat_template.jinja"), TemplateFacts)[0]

    return read


@pytest.fixture
def secrets(look, only):
    def read(data, path="notes.txt"):
        return only(look(data, path), SecretsFacts)[0].matches

    return read


def code(facts):
    return [(r.place.key, r.target, r.repository, r.file) for r in facts.remote_code]


# Configuration.


def test_auto_map_names_code_in_the_release_or_elsewhere(config):
    facts = config(
        {
            "auto_map": {
                "AutoConfig": "configuration_x.XConfig",
                "AutoModel": "org/repo--modeling_x.XModel",
                "AutoTokenizer": ["tokenization_x.XTokenizer", None],
            }
        },
        path="sub/config.json",
        paths=["sub/configuration_x.py", "tokenization_x.py"],
    )
    assert code(facts) == [
        (
            "auto_map.AutoConfig",
            "configuration_x.XConfig",
            None,
            "sub/configuration_x.py",
        ),
        ("auto_map.AutoModel", "modeling_x.XModel", "org/repo", None),
        (
            "auto_map.AutoTokenizer",
            "tokenization_x.XTokenizer",
            None,
            "tokenization_x.py",
        ),
    ]


@pytest.mark.parametrize(
    ("value", "key", "target", "repository"),
    [
        ({"auto_map": "a.B"}, "auto_map", "a.B", None),
        (
            {"custom_pipelines": {"x": {"impl": "p.P"}}},
            "custom_pipelines.x",
            "p.P",
            None,
        ),
        ({"custom_pipelines": {"x": "p.P"}}, "custom_pipelines.x", "p.P", None),
        ({"a": [{"trust_remote_code": True}]}, "a[0].trust_remote_code", "true", None),
        ({"custom_generate": "org/code"}, "custom_generate", "org/code", "org/code"),
        ({"custom_generate": "local"}, "custom_generate", "local", None),
    ],
)
def test_every_entry_that_runs_code_is_told(config, value, key, target, repository):
    assert code(config(value)) == [(key, target, repository, None)]


@pytest.mark.parametrize(
    "value",
    [
        {"auto_map": 5, "custom_pipelines": 5, "trust_remote_code": False},
        {"auto_map": {"A": 5}, "custom_pipelines": {"x": {"impl": 5}}},
        {"trust_remote_code": "true", "custom_generate": None, "_target_": 5},
        {"_name_or_path": "./here", "base_model_name_or_path": "/abs/path"},
        {"_name_or_path": "name-only"},
        {"_name_or_path": 5},
        [1, "x", None],
    ],
)
def test_harmless_entries_are_passed_over(config, value):
    facts = config(value)
    assert not facts.remote_code
    assert not facts.references


def test_references_to_other_repositories_are_told_with_their_revision(config):
    facts = config(
        {
            "_name_or_path": "org/base",
            "peft": {"base_model_name_or_path": "o/m", "revision": "abc"},
        }
    )
    assert [(r.repository, r.revision) for r in facts.references] == [
        ("org/base", None),
        ("o/m", "abc"),
    ]


def test_a_path_of_the_release_is_no_reference(config):
    facts = config({"_name_or_path": "sub/model"}, paths=["sub/model/config.json"])
    assert not facts.references


def test_modules_from_other_packages_are_code(config):
    value = [{"type": "sentence_transformers.models.Pooling"}, {"type": "custom.X"}, 5]
    facts = config(value, path="modules.json", paths=["custom.py"])
    assert code(facts) == [("[1].type", "custom.X", None, "custom.py")]


def test_pipeline_parts_that_lie_in_the_release_are_code(config):
    value = {
        "_class_name": ["pipeline", "Mine"],
        "unet": ["my_unet", "Net"],
        "vae": ["diffusers", "AutoencoderKL"],
        "n": [None, None],
    }
    paths = ["pipeline.py", "unet/my_unet.py"]
    facts = config(value, path="model_index.json", paths=paths)
    assert [(key, file) for key, _, _, file in code(facts)] == [
        ("_class_name", "pipeline.py"),
        ("unet", "unet/my_unet.py"),
    ]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"{", "malformed-json"),
        (b'{"a": 1, "a": 2}', "duplicate-key"),
        (b"[" * 200 + b"]" * 200, "too-deep"),
    ],
)
def test_json_that_readers_disagree_on_is_told(config, data, kind):
    assert [problem.kind for problem in config(data).problems] == [kind]


def test_what_only_looks_like_json_is_text(look, only):
    assert not only(look(b"{not json}", "a.txt"), ConfigFacts)


def test_a_byte_order_mark_does_not_hide_a_document(config):
    assert code(config(b'\xef\xbb\xbf{"auto_map": "a.B"}'))


@pytest.mark.parametrize(
    "word", [b'"auto_map":"a.B"', b'"auto\\u005fmap":"a.B"', b'"\\u0061uto_map":"a.B"']
)
def test_large_documents_are_parsed_when_they_may_matter(look, only, word):
    data = b'{"filler": "' + b"x" * CHUNK_BYTES + b'", ' + word + b"}"
    assert only(look(data, "tokenizer.json"), ConfigFacts)[0].remote_code


def test_large_documents_without_any_key_of_interest_are_not_parsed(look, only):
    data = b'{"filler": "' + b"x" * CHUNK_BYTES + b'"}'
    assert not only(look(data, "tokenizer.json"), ConfigFacts)


def test_documents_beyond_the_bound_are_gaps(look, only):
    limits = replace(DEFAULT_LIMITS, max_document_bytes=10)
    assert only(look(b'{"a": "long enough"}', "a.json", limits=limits), Gap)


def test_entries_of_one_document_are_bounded(config):
    facts = config({"a": [{"auto_map": f"a.B{n}"} for n in range(1500)]})
    assert len(facts.remote_code) == 1000
    assert [problem.kind for problem in facts.problems] == ["beyond-bounds"]
    facts = config({"a": [{"auto_map": "a.B"}] * 1500})
    assert len(facts.remote_code) == 64
    assert not facts.problems
    facts = config({"a": [{"_name_or_path": "a/b"}] * 1500})
    assert len(facts.references) == 1000


# YAML.


def test_yaml_is_read_by_the_same_rules(config):
    data = (
        b"model:\n  auto_map: pkg.Class\n  trust_remote_code: yes\n"
        b"_name_or_path: org/base\n? [complex]\n: 1\nlist:\n- auto_map: a.B\n"
    )
    facts = config(data, path="conf.yaml")
    assert [target for _, target, _, _ in code(facts)] == ["pkg.Class", "true", "a.B"]
    assert facts.references[0].repository == "org/base"


def test_yaml_tags_that_make_objects_are_code(config):
    data = b"a: !!python/object/apply:os.system ['echo']\n--- !!python/name:os.getcwd\n"
    assert [
        (key, target) for key, target, _, _ in code(config(data, path="x.yml"))
    ] == [
        ("a", "object/apply:os.system"),
        ("document", "name:os.getcwd"),
    ]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"a: [", "malformed-yaml"),
        (b"a: \x01", "malformed-yaml"),
        (b"- " * 20000 + b"a", "too-deep"),
        (b"a: " + b"x" * (5 << 20) + b"\nauto_map: {}", "beyond-bounds"),
        (b"%TAG ! tag:yaml.org,2002:\n" + b"x" * (5 << 20), "beyond-bounds"),
        (b"- 1\n" * 200_001 + b'"\\x61uto_map": {}', "beyond-bounds"),
    ],
)
def test_yaml_that_cannot_be_read_is_told(look, only, data, kind):
    file = look(data.replace(b"\x01", b"{"), "x.yaml")
    assert [p.kind for p in only(file, ConfigFacts)[0].problems] == [kind]


def test_a_nest_of_aliases_costs_nothing(config):
    lines = ["a0: &a0 [x]"]
    lines += [
        f"a{n}: &a{n} [{', '.join(f'*a{n - 1}' for _ in range(9))}]"
        for n in range(1, 30)
    ]
    assert not config("\n".join(lines).encode(), path="x.yaml").problems


def test_an_empty_yaml_says_nothing(config):
    assert not config(b"# nothing\n", path="x.yaml").remote_code


# Templates.

HONEST = """{%- set ns = namespace(found=false) -%}
{%- for message in messages %}{% if loop.first %}{% continue %}{% endif %}
{{ '<|im_start|>' + message['role'] + '\\n' + message.content | trim }}
{% generation %}{{ message.content }}{% endgeneration %}
{{ raise_exception('no') if messages[0]['role'] != 'user' }}{%- endfor %}
{% for _ in range(2) %}{{ _ }}{% endfor %}{{ '__media__' ~ tools | tojson(indent=4) }}
{{ tools | map(attribute='name') | join(', ') | default(x) }}"""


def test_an_honest_template_shows_nothing(template):
    facts = template(HONEST)
    assert facts.underscore_names == ()
    assert facts.inclusions == ()
    assert facts.hidden_characters == ()
    assert facts.problems == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("{{ ''.__class__ }}", "__class__"),
        ("{{ ''['__class__'] }}", "__class__"),
        ("{{ ''['__cl' + 'ass__'] }}", "__class__"),
        ("{{ ''['__cl' ~ 'a' ~ 'ss__'] }}", "__class__"),
        ("{{ ''|attr('__class__') }}", "__class__"),
        ("{{ ''|attr('__cl'~'ass__') }}", "__class__"),
        ("{{ ''|attr(x) }}", "attr(…)"),
        ("{{ x|map(attribute='a.__class__') }}", "__class__"),
        ("{% set a = '__globals__' %}{{ x[a] }}", "__globals__"),
        ("{% set a = '__subclasses__' %}", "__subclasses__"),
        ("{{ x.gi_frame }}", "gi_frame"),
        ("{{ x['f_globals'] }}", "f_globals"),
        ("{{ _private }}", "_private"),
        ("{{ x._y() }}", "_y"),
        ("{{ '\\x5f\\x5fclass__' }}", "__class__"),
    ],
)
def test_every_way_to_the_interpreter_is_told(template, text, name):
    assert (name, 2) in template("line\n" + text).underscore_names


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("{% include 'a.j2' %}", "a.j2"),
        ("{% import 'b' as b %}", "b"),
        ("{% from 'c' import x %}", "c"),
        ("{% extends 'd' %}", "d"),
        ("{% include name %}", "…"),
    ],
)
def test_inclusions_are_told(template, text, target):
    assert template(text).inclusions == ((target, 1),)


def test_hidden_characters_are_told_with_their_lines(template):
    text = "ab\n\u200bx\u202e\n\U000e0041 \ufeff"
    assert template(text).hidden_characters == (
        ("U+200B", 2),
        ("U+202E", 2),
        ("U+E0041", 3),
        ("U+FEFF", 3),
    )


def test_joiners_are_honest_between_letters_that_need_them(template):
    assert (
        template("\U0001f468\u200d\U0001f469 \u0915\u200d\u0937").hidden_characters
        == ()
    )
    assert template("a\u200db").hidden_characters == (("U+200D", 1),)


@pytest.mark.parametrize(
    "text", ["{% if %}", "{{ a", "{% generation %}", "{{ " + "(" * 3000 + " }}"]
)
def test_a_template_that_cannot_be_parsed_is_told(template, text):
    assert [p.kind for p in template(text).problems] == ["template-syntax"]


def test_a_template_that_is_too_long_is_told(look, only):
    limits = replace(DEFAULT_LIMITS, max_template_chars=10)
    file = look(b"a\xe2\x80\x8b" + b"b" * 20, "x.jinja", limits=limits)
    (facts,) = only(file, TemplateFacts)
    assert facts.problems[0].kind == "template-too-long"
    assert facts.hidden_characters


def test_templates_of_a_document_are_found_under_their_names(look, only):
    for value, keys in (
        ("{{ a }}", ["chat_template"]),
        ({"one": "{{ a }}", "two": 5}, ["chat_template.one"]),
        (
            [{"name": "tool", "template": "{{ a }}"}, {"template": "x"}, 5],
            ["chat_template.tool", "chat_template.[1]"],
        ),
        (5, []),
    ):
        data = json.dumps({"chat_template": value}).encode()
        facts = only(look(data, "tokenizer_config.json"), TemplateFacts)
        assert [item.place.key for item in facts] == keys


# Secrets. Every sample is put together here so that no file looks like a leak.

BODY = "Zk3q9VbT7xLw2Hn8RfJc5MdPs4GyKa6Q" * 8
SECRETS = {
    "aws-access-key-id": "AKIA" + "QW3ERTY7UIOP2ASD",
    "github-token": "ghp_" + BODY[:36],
    "github-fine-grained-token": "github_pat_" + BODY[:22] + "_" + BODY[:59],
    "huggingface-token": "hf_" + "".join(c for c in BODY if c.isalpha())[:34],
    "anthropic-key": "sk-ant-" + "api03-" + BODY[:90],
    "openai-key": "sk-" + "proj-" + BODY[:60],
    "slack-token": "xoxb-" + "173948205716-" + BODY[:24],
    "google-api-key": "AIza" + BODY[:35],
    "gitlab-token": "glpat-" + BODY[:20],
    "stripe-key": "sk_live_" + BODY[:24],
    "azure-storage-key": "AccountKey=" + BODY[:86] + "==",
    "npm-token": "npm_" + BODY[:36],
    "pypi-token": "pypi-AgEI" + BODY[:60],
    "json-web-token": f"{'ey' + 'J'}hbGciOiJIUzI1NiJ9.{'ey' + 'J'}zdWIiOiJxN3p4In0."
    + BODY[:43],
    "private-key": "-----BEGIN RSA " + "PRIVATE KEY-----\n" + BODY[:64] + "\n",
}


@pytest.mark.parametrize("rule", sorted(SECRETS))
def test_a_secret_is_found_and_never_shown(secrets, rule):
    secret = SECRETS[rule]
    (match,) = secrets(b"first line\nkey = '" + secret.encode() + b"'\n")
    assert match.rule == rule
    assert match.place.line == 2
    assert len(match.redacted) < 30
    assert BODY[:8] not in match.redacted
    assert match.confidence == (
        "medium" if rule in ("json-web-token", "github-token") else "high"
    )


@pytest.mark.parametrize(
    "text",
    [
        "AKIA" + "IOSFODNN7EXAMPLE",
        "hf_" + "x" * 34,
        "ghp_" + "0" * 36,
        "sk-" + "proj-" + "your-api-key-goes-here-please-fill-it-in-now-ok",
        "ghp_short",
        "AAAAKIA" + "QW3ERTY7UIOP2ASD",
        "AccountKey=" + "a" * 86 + "==",
        "-----BEGIN " + "PRIVATE KEY-----\n<your key>\n",
        "sk-learn is a package and hf_hub a prefix",
        "##hf_ eyJ npm_ AIza",
    ],
)
def test_examples_and_placeholders_are_passed_over(secrets, text):
    assert secrets(text.encode()) == ()


@pytest.mark.parametrize("shift", [-60, -20, -1, 0, 1])
def test_a_secret_across_two_chunks_is_found_once(secrets, shift):
    secret = SECRETS["github-token"].encode()
    data = b"\n" * (CHUNK_BYTES + shift) + secret + b"\n" * 9000
    matches = secrets(data)
    assert [match.place.line for match in matches] == [CHUNK_BYTES + shift + 1]


def test_secrets_in_utf16_code_and_configuration_are_found(secrets):
    secret = SECRETS["npm-token"]
    assert secrets(secret.encode("utf-16"))
    assert secrets(f"token = '{secret}'".encode(), "a.py")
    assert secrets(json.dumps({"token": secret}).encode(), "a.json")
    assert secrets(f"#!/bin/sh\nexport A={secret}\n".encode(), "run")


def test_text_beyond_the_bound_is_a_gap(look, only):
    limits = replace(DEFAULT_LIMITS, max_text_scan_bytes=100)
    file = look(b"text " * 50, "a.txt", limits=limits)
    assert only(file, Gap)[0].place.offset == 100


@pytest.mark.parametrize(
    "data", [b"QUJD" * 40, b"QUJD" * 9 + b"Q", b"A" * 30 + b"\n=x"]
)
def test_base64_of_nothing_special_is_text(look, only, data):
    file = look(data, "a.txt")
    assert only(file, SecretsFacts)
    assert len(file.facts) == 1


def test_binary_data_behind_a_text_is_a_gap(look, only):
    data = b"#!/bin/sh\n" + b"text\n" * 20_000 + b"\x7fELF\0\0"
    assert only(look(data, "run"), Gap)[0].place.offset == len(data) - 2


# Cards.


def card(look, only, text, path="README.md", **options):
    data = text if isinstance(text, bytes) else text.encode()
    facts = only(look(data, path, **options), CardFacts)
    return facts[0] if facts else None


def test_a_card_says_what_it_says(look, only):
    text = (
        "---\nlicense: apache-2.0\nbase_model:\n- org/base\ndatasets: one\n---\n"
        "# Model\n\ntext\n\n## Intended Use ##\n```\n# no heading\n```\n"
    )
    facts = card(look, only, text)
    assert facts.has_front_matter
    assert facts.license == "apache-2.0"
    assert facts.base_models == ("org/base",)
    assert facts.datasets == ("one",)
    assert facts.headings == ("model", "intended use")
    assert facts.text_chars > 20


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("license: other\nlicense_name: my-licence", "my-licence"),
        ("license: other", "other"),
        ("license_name: x", "x"),
        ("license: [mit, apache-2.0]", "mit, apache-2.0"),
        ("a: 1", None),
        ("", None),
    ],
)
def test_the_licence_of_a_card_may_be_a_name_or_a_list(look, only, front, expected):
    assert card(look, only, f"---\n{front}\n---\ntext").license == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("---\na: [\n---\n", "malformed-front-matter"),
        ("---\na: &x 1\nb: *x\n---\n", "malformed-front-matter"),
        ("---\n- a\n---\n", "malformed-front-matter"),
        ("---\nno end\n", "malformed-front-matter"),
        ("---\na: !!python/name:os.system\n---\n", "malformed-front-matter"),
        ("---\n" + "- " * 5000 + "\n---\n", "malformed-front-matter"),
        ("---\n" + "a" * 300_000, "front-matter-too-long"),
    ],
)
def test_front_matter_that_cannot_be_read_is_told(look, only, text, kind):
    assert [p.kind for p in card(look, only, text).problems] == [kind]


def test_a_card_without_front_matter_is_a_card(look, only):
    facts = card(look, only, "# Title\n", path="MODEL_CARD.md")
    assert not facts.has_front_matter
    assert facts.headings == ("title",)


def test_only_headings_outside_code_count(look, only):
    text = "# a\n````\n# b\n```\n# c\n````\n~~~\n# d\n~~~\n####### e\n#f\n#\n  ## g #\n"
    assert card(look, only, text).headings == ("a", "g")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("`" * 300_000 + "\nx", "README.md"),
        ("# " + "#" * 300_000 + "x", "README.md"),
        (
            "-----BEGIN " + "PRIVATE KEY-----\n" + "a:b:c:d:e:f:g:h\n" * 40 + "!",
            "a.txt",
        ),
        ("A" * 5000 + "\n" * 300_000 + "!", "a.txt"),
        ("eyJ" * 100_000, "a.txt"),
        ("---\n" + "--- x\n" * 40_000, "README.md"),
    ],
)
def test_texts_made_to_take_long_do_not(look, text, path):
    started = time.perf_counter()
    look(text.encode(), path)
    assert time.perf_counter() - started < 30  # a hang, not a speed


def test_other_markdown_files_are_no_cards(look, only):
    assert card(look, only, "# Title\n", path="docs/README.md") is None
