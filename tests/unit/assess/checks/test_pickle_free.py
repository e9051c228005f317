from __future__ import annotations

from assay.assess.checks.pickle_free import CHECK
from assay.domain.facts import Content, SafetensorsFacts
from assay.domain.finding import CheckStatus, Severity
from tests.unit.assess.subjects import at, file, gap, pickle, rules, run

SAFE = file(
    "a.safetensors",
    SafetensorsFacts(place=at("a.safetensors"), tensors=1, header_bytes=8),
    content=Content.SAFETENSORS,
)


def test_a_release_without_pickles_is_clean():
    assert run(CHECK, SAFE).status is CheckStatus.CLEAN


def test_a_pickle_is_said_once_for_each_file():
    report = run(CHECK, pickle(path="a.bin"), pickle(path="b.bin"))
    assert rules(report) == ["pickle-present", "pickle-present"]
    assert report.findings[0].severity is Severity.LOW


def test_a_pickle_beside_safetensors_asks_to_remove_it():
    (finding,) = run(CHECK, SAFE, pickle()).findings
    assert finding.rule == "pickle-beside-safetensors"
    assert finding.remediation.startswith("Remove the pickle")


def test_a_file_of_unknown_type_leaves_the_check_incomplete():
    report = run(CHECK, file("a", gap(Content.UNKNOWN, "a")))
    assert report.status is CheckStatus.INCOMPLETE
