from __future__ import annotations

from typing import Any

import pytest

from assay.assess.checks.chat_templates import CHECK
from assay.domain.facts import Content, TemplateAct, TemplateFacts
from assay.domain.finding import CheckStatus, Severity
from tests.unit.assess.subjects import at, config, file, gap, problem, rules, run

PLACE = at("tokenizer_config.json", key="chat_template")


def template(**more: Any):
    return file(
        "tokenizer_config.json",
        TemplateFacts(place=PLACE, **more),
        content=Content.JSON,
    )


def test_an_honest_template_is_clean():
    assert run(CHECK, template()).status is CheckStatus.CLEAN


@pytest.mark.parametrize("name", ["__class__", "__globals__", "mro", "gi_frame"])
def test_a_walk_to_python_internals_is_critical(name):
    (finding,) = run(CHECK, template(underscore_names=((name, 3),))).findings
    assert (finding.rule, finding.severity) == ("reaches-internals", Severity.CRITICAL)
    assert (finding.place.line, finding.place.inner_line) == (None, 3)
    assert str(finding.place) == "tokenizer_config.json (chat_template:3)"


def test_an_attribute_whose_name_is_computed_is_high():
    (finding,) = run(CHECK, template(underscore_names=(("attr(…)", 1),))).findings
    assert (finding.rule, finding.severity) == ("computed-attribute", Severity.HIGH)


def test_a_private_name_is_low():
    (finding,) = run(CHECK, template(underscore_names=(("_last", 1),))).findings
    assert (finding.rule, finding.severity) == ("private-name", Severity.LOW)


def test_an_inclusion_is_high():
    (finding,) = run(CHECK, template(inclusions=(("/etc/passwd", 1),))).findings
    assert (finding.rule, finding.severity) == ("inclusion", Severity.HIGH)


@pytest.mark.parametrize(
    ("character", "rule"),
    [
        ("U+202E", "reordering-or-tag-characters"),
        ("U+2066", "reordering-or-tag-characters"),
        ("U+E0041", "reordering-or-tag-characters"),
        ("U+200B", "invisible-characters"),
        ("U+FEFF", "invisible-characters"),
        ("a new word", "invisible-characters"),
    ],
)
def test_hidden_characters_are_judged_by_what_they_do(character, rule):
    report = run(CHECK, template(hidden_characters=((character, 2),)))
    assert rules(report) == [rule]


@pytest.mark.parametrize(
    "kind", ["template-too-long", "template-too-deep", "template-crowd"]
)
def test_a_template_beyond_what_is_read_is_grave(kind):
    report = run(CHECK, template(problems=(problem(kind, "tokenizer_config.json"),)))
    assert rules(report) == ["template-over-limit"]
    assert len(report.gaps) == 1


def test_a_template_that_does_not_parse_is_found_and_is_a_gap():
    report = run(
        CHECK, template(problems=(problem("template-syntax", "tokenizer_config.json"),))
    )
    assert rules(report) == ["malformed-template"]
    assert len(report.gaps) == 1


@pytest.mark.parametrize(
    "content", [Content.GGUF, Content.JSON, Content.TEXT, Content.TAR]
)
def test_what_may_hide_a_template_is_a_gap(content):
    report = run(CHECK, file("a", gap(content, "a")))
    assert report.status is CheckStatus.INCOMPLETE
    assert len(report.gaps) == 1


def test_a_configuration_that_cannot_be_read_may_hold_a_template():
    report = run(CHECK, config(problems=(problem("malformed-json", "config.json"),)))
    assert report.status is CheckStatus.INCOMPLETE


def test_a_release_without_templates_is_not_applicable():
    assert run(CHECK, config()).status is CheckStatus.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("kind", "rule", "severity"),
    [
        ("waits-for-content", "injects-on-condition", Severity.HIGH),
        ("waits-for-date", "injects-on-condition", Severity.HIGH),
        ("a new word", "injects-on-condition", Severity.HIGH),
        ("instructs", "hostile-instruction", Severity.HIGH),
        ("remote-image", "sends-out", Severity.HIGH),
        ("sends", "sends-out", Severity.HIGH),
        ("encoded", "encoded-data", Severity.HIGH),
        ("exchanges", "exchanges-words", Severity.HIGH),
        ("drops-role", "drops-messages", Severity.HIGH),
        ("endless", "endless-rendering", Severity.HIGH),
        ("escaped-hidden", "escaped-hidden-characters", Severity.HIGH),
        ("link", "link", Severity.INFO),
    ],
)
def test_what_a_template_does_is_judged_by_its_kind(kind, rule, severity):
    act = TemplateAct(kind=kind, detail="a word", line=4)
    (finding,) = run(CHECK, template(acts=(act,))).findings
    assert (finding.rule, finding.severity) == (rule, severity)
    assert finding.place.inner_line == 4


def test_many_hidden_characters_are_a_text():
    hidden = tuple(("U+200B", line) for line in range(1, 9))
    report = run(CHECK, template(hidden_characters=hidden))
    assert "invisible-text" in rules(report)


def test_the_steps_of_one_expression_are_one_finding_that_names_them():
    steps = ("__class__", "__mro__", "__globals__", "__class__", "mro", "gi_frame")
    walk = tuple((name, 2) for name in (*steps, "__builtins__"))
    (finding,) = run(CHECK, template(underscore_names=walk)).findings
    assert finding.message == (
        "The template reaches for Python internals 7 times: `__class__`, `__mro__`, "
        "`__globals__`, `mro`, `gi_frame` and 1 more."
    )


def test_other_lines_other_ways_and_other_rules_are_told_apart():
    found = run(
        CHECK,
        template(
            underscore_names=(("__a__", 1), ("__a__", 2), ("attr(…)", 2)),
            acts=(
                TemplateAct(kind="sends", detail="a", line=2),
                TemplateAct(kind="remote-image", detail="a", line=2),
            ),
        ),
    ).findings
    assert len(found) == 5


def test_a_template_that_is_a_file_has_lines_of_the_file():
    act = TemplateAct(kind="link", detail="a", line=3)
    whole = TemplateFacts(place=at("chat_template.jinja"), acts=(act,))
    part = at("Modelfile", line=5, key="TEMPLATE")
    lines = [
        run(CHECK, file("a", facts, content=Content.TEXT)).findings[0].place.line
        for facts in (whole, TemplateFacts(place=part, acts=(act,)))
    ]
    assert lines == [3, 7]
