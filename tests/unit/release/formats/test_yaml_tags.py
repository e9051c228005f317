"""Tags of Python objects, wherever a YAML text may put them."""

from __future__ import annotations

import io
import json
import time
import zipfile
from dataclasses import replace

import pytest

from assay.domain.facts import ConfigFacts
from assay.domain.limits import DEFAULT_LIMITS

CALL = '!!python/object/apply:os.system ["echo hi"]'


@pytest.fixture
def facts(look, only):
    def read(text, path="conf.yaml"):
        (found,) = only(look(text.encode(), path), ConfigFacts)
        return found

    return read


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f"? {CALL}\n: 1\n", "(key)"),
        (f"? [a, {CALL}]\n: v\n", "(key)[1]"),
        (f"a:\n  ? {{b: {CALL}}}\n  : v\n", "a.(key).b"),
        (f"? [a]\n: {CALL}\n", "(value)"),
        (f"a: 1\n---\nb: {CALL}\n", "b"),
        (f"--- 1\n---\n--- {CALL}\n", "document"),
        ('? !!python/object/apply:os.system "echo"\n: 1\n', "(key)"),
        ("!!python/object/apply:os.system : 1\n", "(key)"),
        (f"- x\n- [y, {CALL}]\n", "[1][1]"),
        (f'{{"a": {CALL}}}', "a"),
        (f"a: &x {CALL}\nb: *x\n", "a"),
        (
            "%TAG !p! tag:yaml.org,2002:python/object/apply:\n---\nx: !p!os.system a\n",
            "x",
        ),
        (
            "%TAG ! tag:yaml.org,2002:python/object/\n---\nx: !apply:os.system [a]\n",
            "x",
        ),
        ("a: !<tag:yaml.org,2002:%70ython/object/apply:os.system> [a]\n", "a"),
        ("a: !<tag:yaml.org,2002:%2570ython/object/apply:os.system> [a]\n", "a"),
    ],
)
def test_a_tag_of_a_python_object_is_code_wherever_it_stands(facts, text, key):
    found = [(entry.place.key, entry.target) for entry in facts(text).remote_code]
    assert found == [(key, "object/apply:os.system")]


def test_what_came_before_a_break_is_told(facts):
    found = facts(f"a: {CALL}\nb: [\n")
    assert [p.kind for p in found.problems] == ["malformed-yaml"]
    assert len(found.remote_code) == 1


@pytest.mark.parametrize("text", ["a: !local 1\n", "a: !!str b\n", "!other {a: 1}\n"])
def test_other_tags_are_no_code(facts, text):
    assert facts(text).remote_code == ()


@pytest.mark.parametrize("opening", ["{a: ", "- ", "? "])
def test_the_depth_that_is_read_is_a_number_of_our_own(facts, opening):
    bound = DEFAULT_LIMITS.max_yaml_depth
    closing = "}" if opening == "{a: " else ""
    sound = opening * (bound - 1) + "1" + closing * (bound - 1)
    assert facts(sound).problems == ()
    deep = opening * bound + "1" + closing * bound
    assert [p.kind for p in facts(deep).problems] == ["too-deep"]


def test_a_long_key_costs_its_children_nothing(look, only):
    inner: dict[str, object] = {f"k{n}": {} for n in range(200_000)} | {
        "trust_remote_code": True
    }
    data = json.dumps({"x" * 5_000_000: inner}).encode()
    begun = time.perf_counter()
    (found,) = only(look(data, "config.json"), ConfigFacts)
    assert time.perf_counter() - begun < 20
    assert found.remote_code[0].place.key.endswith(".trust_remote_code")


def test_yaml_of_all_members_together_is_bounded_and_searched_beyond(look, only):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for number in range(5):
            target.writestr(f"{number}.yaml", "a: 1\n" * 5)
        target.writestr("9.yaml", "b: !!python/name:os.system\n")
    limits = replace(DEFAULT_LIMITS, max_yaml_bytes=60)
    found = only(look(out.getvalue(), "a.zip", limits=limits), ConfigFacts)
    assert len(found) == 6
    assert not any(facts.problems for facts in found)
    assert found[-1].remote_code[0].target == "name:os.system"
