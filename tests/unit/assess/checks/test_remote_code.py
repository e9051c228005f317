from __future__ import annotations

from typing import Any

import pytest

from assay.assess.checks.remote_code import CHECK
from assay.domain.facts import CodeFacts, Content, RemoteCode
from assay.domain.finding import CheckStatus, Severity
from tests.unit.assess.subjects import at, config, file, gap, problem, rules, run

KEY = "auto_map.AutoModel"
CODE = file(
    "modeling_x.py", CodeFacts(place=at("modeling_x.py")), content=Content.PYTHON
)


def asking(key: str = KEY, target: str = "modeling_x.XModel", **more: Any):
    entry = RemoteCode(place=at("config.json", key=key), target=target, **more)
    return config(remote_code=(entry,))


def test_a_configuration_without_code_is_clean():
    assert run(CHECK, config()).status is CheckStatus.CLEAN


def test_code_of_the_release_that_could_not_be_read_is_medium():
    broken = file(
        "modeling_x.py",
        CodeFacts(
            place=at("modeling_x.py"),
            problems=(problem("python-syntax", "modeling_x.py"),),
        ),
    )
    for others in ((), (broken,)):
        (finding,) = run(CHECK, asking(file="modeling_x.py"), *others).findings
        assert (finding.rule, finding.severity) == ("code-in-release", Severity.MEDIUM)


def test_scripts_of_other_languages_are_not_told_here():
    page = CodeFacts(place=at("a.html"), language="javascript")
    assert rules(run(CHECK, file("a.html", page))) == []


def test_code_in_the_release_that_was_read_is_low_and_counts_as_referenced():
    report = run(CHECK, asking(file="modeling_x.py"), CODE)
    (finding,) = report.findings
    assert (finding.rule, finding.severity) == ("code-read", Severity.LOW)
    assert finding.place.key == KEY
    assert report.examined == 2


def test_code_of_another_repository_is_high_even_when_a_file_of_that_name_is_here():
    report = run(CHECK, asking(repository="org/x", file="modeling_x.py"), CODE)
    (finding,) = report.findings
    assert (finding.rule, finding.severity) == ("code-elsewhere", Severity.HIGH)
    assert "`org/x`" in finding.message


def test_code_that_is_nowhere_is_high():
    (finding,) = run(CHECK, asking()).findings
    assert (finding.rule, finding.severity) == ("code-missing", Severity.HIGH)


@pytest.mark.parametrize(
    "target", ["object/apply:os.system", "object:a.B", "name:a.b", "module:os"]
)
def test_a_tag_that_makes_python_objects_is_high(target):
    (finding,) = run(CHECK, asking("optimizer", target)).findings
    assert (finding.rule, finding.severity) == ("python-object-tag", Severity.HIGH)


def test_a_tag_that_makes_plain_values_is_passed():
    assert run(CHECK, asking("betas", "tuple")).status is CheckStatus.CLEAN


def test_trust_in_code_of_the_release_that_was_read_is_low():
    code = RemoteCode(
        place=at("config.json", key=KEY), target="x.X", file="modeling_x.py"
    )
    trust = RemoteCode(place=at("config.json", key="trust_remote_code"), target="true")
    found = run(CHECK, config(remote_code=(code, trust)), CODE).findings
    assert {finding.rule for finding in found} == {"code-read", "trusts-own-code"}
    missing = RemoteCode(place=at("config.json", key=KEY), target="y.Y")
    found = run(CHECK, config(remote_code=(missing, trust))).findings
    assert {finding.rule for finding in found} == {"code-missing", "trusts-remote-code"}


def test_trust_in_a_recipe_of_a_training_is_low():
    trust = RemoteCode(place=at("axolotl.yaml", key="trust_remote_code"), target="true")
    assert rules(run(CHECK, config(remote_code=(trust,)))) == ["trusts-own-code"]


def test_a_configuration_that_trusts_remote_code_by_itself_is_medium():
    (finding,) = run(CHECK, asking("trust_remote_code", "true")).findings
    assert (finding.rule, finding.severity) == ("trusts-remote-code", Severity.MEDIUM)


def test_code_that_nobody_asks_for_is_only_told():
    (finding,) = run(CHECK, CODE).findings
    assert (finding.rule, finding.severity) == ("code-unreferenced", Severity.INFO)


def test_code_inside_an_archive_is_no_code_that_a_configuration_asks_for():
    packed = file(
        "modeling_x.py", CodeFacts(place=at("modeling_x.py", member="modeling_x.py"))
    )
    report = run(CHECK, asking(file="modeling_x.py"), packed)
    assert rules(report) == ["code-in-release", "code-unreferenced"]


def test_a_configuration_that_cannot_be_read_is_never_clean():
    report = run(CHECK, config(problems=(problem("malformed-json", "config.json"),)))
    assert report.status is CheckStatus.INCOMPLETE


@pytest.mark.parametrize("content", [Content.JSON, Content.SEVEN_ZIP])
def test_what_may_hide_code_is_a_gap(content):
    report = run(CHECK, file("a", gap(content, "a")))
    assert report.status is CheckStatus.INCOMPLETE


def test_a_release_without_configuration_and_code_is_not_applicable():
    assert run(CHECK, file("a.bin")).status is CheckStatus.NOT_APPLICABLE
