from __future__ import annotations

import pytest

from assay.assess.checks.built_objects import CHECK
from assay.domain.facts import BuildFacts, BuiltObject, Content
from assay.domain.finding import CheckStatus, Confidence, Severity
from tests.unit.assess.subjects import at, config, file, gap, problem, rules, run


def building(framework, *items, problems=()):
    objects = tuple(
        BuiltObject(
            place=at("config.json", key=f"[{number}]"),
            **{"module": "", "name": "Dense", "kind": "class", **item},
        )
        for number, item in enumerate(items)
    )
    facts = BuildFacts(
        place=at("config.json"),
        framework=framework,
        objects=objects,
        problems=tuple(problem(kind, "config.json") for kind in problems),
    )
    return file("config.json", facts, content=Content.JSON)


def only(framework, **item):
    (finding,) = run(CHECK, building(framework, item)).findings
    return finding


def test_layers_of_the_library_are_clean():
    report = run(CHECK, building("keras", {"module": "keras.layers"}))
    assert report.status is CheckStatus.CLEAN
    assert report.examined == 1


def test_what_runs_commands_is_critical():
    finding = only("hydra", module="os", name="system")
    assert (finding.rule, finding.severity) == ("runs-code", Severity.CRITICAL)
    assert "os.system" in finding.message
    assert finding.place.key == "[0]"


@pytest.mark.parametrize(
    ("framework", "item", "rule"),
    [
        ("hydra", {"module": "torch", "name": "load"}, "reaches-out"),
        ("keras", {"kind": "lambda", "source": "tf mean"}, "code-in-description"),
        ("keras", {"kind": "lambda", "source": "os system"}, "runs-code"),
        ("yolo", {"kind": "bytecode", "source": "f(1)"}, "code-in-description"),
        ("yolo", {"kind": "bytecode", "source": "exec('x')"}, "runs-code"),
        ("monai", {"kind": "bytecode", "source": "$eval('x')"}, "runs-code"),
        ("monai", {"kind": "bytecode", "source": "$1 + 1"}, "custom-object"),
        ("keras", {"kind": "bytecode", "name": "torch.load"}, "code-in-description"),
        ("hydra", {"module": "house", "name": "Attic"}, "unknown-object"),
        ("keras", {"registered": "house>Attic"}, "custom-object"),
        ("mlflow", {"kind": "loader", "source": "code"}, "code-of-release"),
        (
            "hdf5",
            {"module": "hdf5-filter", "name": "51966", "kind": "loader"},
            "filter-plugin",
        ),
    ],
)
def test_each_kind_of_object_falls_under_a_rule(framework, item, rule):
    assert only(framework, **item).rule == rule


@pytest.mark.parametrize(
    ("module", "path", "rule"),
    [
        ("vocabulary", "/etc/passwd", "outside-file"),
        ("vocabulary", "http://127.0.0.1/x", "outside-file"),
        ("vocabulary", "a/../../x", "outside-file"),
        ("file", "~/x", "outside-file"),
        ("saved-model", "there", "outside-file"),
        ("vocabulary", "vocabulary.txt", "custom-object"),
    ],
)
def test_files_that_layers_open_are_judged_by_where_they_are(module, path, rule):
    assert only("keras", kind="loader", module=module, name=path).rule == rule


def test_unknown_packages_are_weighed_with_low_confidence():
    finding = only("hydra", module="house", name="Attic")
    assert (finding.severity, finding.confidence) == (
        Severity.MEDIUM,
        Confidence.LOW,
    )


def test_forged_nodes_are_critical():
    report = run(CHECK, building("skops", problems=("forged-node",)))
    assert rules(report) == ["forged-node"]
    assert report.findings[0].severity is Severity.CRITICAL


def test_descriptions_that_were_not_read_whole_are_gaps():
    report = run(CHECK, building("keras", problems=("bad-base64",)))
    assert report.status is CheckStatus.INCOMPLETE
    assert "bad-base64" in report.gaps[0].reason


def test_more_objects_than_any_honest_description_names_are_high():
    report = run(CHECK, building("keras", problems=("too-many",)))
    assert rules(report) == ["over-limit"]
    assert report.findings[0].severity is Severity.HIGH
    assert "too-many" in report.gaps[0].reason


@pytest.mark.parametrize("content", [Content.HDF5, Content.JSON, Content.SEVEN_ZIP])
def test_what_may_hide_a_description_is_a_gap(content):
    report = run(CHECK, file("a", gap(content, "a")))
    assert report.status is CheckStatus.INCOMPLETE


def test_a_release_that_has_nothing_built_is_not_applicable():
    assert run(CHECK, config()).status is CheckStatus.NOT_APPLICABLE
