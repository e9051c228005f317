"""What comes of compiled graphs, XML and models of trees when all checks see them."""

from __future__ import annotations

import pytest

from assay.assess.check import CheckSubject
from assay.assess.registry import by_id
from assay.assess.runner import run_check
from assay.domain.finding import Severity
from assay.release import inspect_release
from benchmarks.detection.families import graphs_flatbuffer, graphs_xml, tree_models
from benchmarks.detection.sample import Truth

SAMPLES = {
    f"{sample.family}/{sample.name}": sample
    for family in (graphs_flatbuffer, graphs_xml, tree_models)
    for sample in family.samples()
}
CHECKS = (
    "archives-safe",
    "content-inspected",
    "content-matches-name",
    "graph-operations",
    "native-code",
    "pickle-imports",
    "remote-code",
    "weights-sound",
)


def findings(files, folder):
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    release = inspect_release(folder)
    subject = CheckSubject(inventory=release.inventory, facts=release.facts)
    return [
        finding
        for check in CHECKS
        for finding in run_check(by_id(check), subject).findings
    ]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_judged_by_what_is_true_of_it(name, tmp_path):
    sample = SAMPLES[name]
    found = findings(sample.files, tmp_path)
    worst = max((finding.severity.rank for finding in found), default=-1)
    if sample.truth is Truth.HOSTILE:
        assert worst >= Severity.HIGH.rank
    else:
        assert worst <= Severity.LOW.rank


def rules(data, path, folder):
    return {
        (finding.rule, finding.severity.value)
        for finding in findings({path: data}, folder)
    }


def test_an_engine_is_machine_code_and_no_more_than_that(tmp_path):
    found = rules(graphs_flatbuffer.tensorrt(), "model.engine", tmp_path)
    assert found == {("opaque-engine", "medium")}


def test_a_backend_of_executorch_is_a_known_library(tmp_path):
    data = graphs_flatbuffer.executorch([], delegate="XnnpackBackend")
    assert rules(data, "model.pte", tmp_path) == {("vendor-operator", "low")}


def test_a_backend_that_nobody_knows_is_a_custom_operator(tmp_path):
    data = graphs_flatbuffer.executorch([], delegate="OwnBackend")
    assert rules(data, "model.pte", tmp_path) == {("custom-operator", "medium")}


@pytest.mark.parametrize(
    ("before", "rule"),
    [
        ('<!DOCTYPE PMML [<!ENTITY e SYSTEM "x">]>', "data-outside"),
        ('<!DOCTYPE PMML [<!ENTITY e "x">]>', "exhausting-graph"),
        ('<?xml-stylesheet href="x.xsl"?>', "data-outside"),
    ],
)
def test_what_a_document_declares_has_a_rule_of_its_own(before, rule, tmp_path):
    found = rules(graphs_xml.pmml(before=before), "model.pmml", tmp_path)
    assert (rule, "high") in found
