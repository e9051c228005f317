"""Graphs in XML: every way in which a sample breaks its format."""

from __future__ import annotations

import pytest

from assay.domain.facts import GraphFacts, WeightsFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.families.graphs_xml import samples
from benchmarks.detection.sample import Truth

SAMPLES = {sample.name: sample for sample in samples()}
HONEST = [name for name, s in SAMPLES.items() if s.truth is Truth.HONEST]
# Samples whose files break their format, and how.
KINDS = {
    "pmml-entity-file": "external-entity",
    "ir-entity-file": "external-entity",
    "pmml-entity-address": "external-entity",
    "ir-entity-address": "external-entity",
    "pmml-entity-relative": "external-entity",
    "ir-entity-relative": "external-entity",
    "pmml-entity-unused": "external-entity",
    "pmml-entity-utf-16": "external-entity",
    "pmml-entity-gbk": "external-entity",
    "pmml-entity-cp037": "external-entity",
    "pmml-entity-utf-32-le": "external-entity",
    "pmml-entity-utf-32-be": "external-entity",
    "pmml-entity-utf-7": "external-entity",
    "pmml-entity-utf-16-unmarked": "external-entity",
    "pmml-laughs": "entity-declaration",
    "ir-laughs": "entity-declaration",
    "pmml-quadratic": "entity-declaration",
    "pmml-parameter-entity": "external-entity",
    "pmml-nested-declaration": "entity-declaration",
    "pmml-external-subset": "external-entity",
    "pmml-behind-comment": "external-entity",
    "xml-entity-in-text": "external-entity",
    "xml-entity-in-config": "external-entity",
    "pmml-xinclude": "external-reference",
    "pmml-stylesheet": "external-reference",
    "pmml-script": "script",
    "pmml-script-value": "script",
    "pmml-jndi": "script",
    "pmml-table-elsewhere": "external-reference",
    "pmml-cut": "malformed",
    "ir-offset-negative": "out-of-bounds",
    "ir-offset-wraps": "out-of-bounds",
    "ir-shape-larger": "out-of-bounds",
    "ir-shape-overflows": "out-of-bounds",
    "ir-edge-negative": "bad-index",
    "ir-path-outside": "path-escape",
    "ir-pickle-as-numbers": "out-of-bounds",
}


def kinds(name):
    sample = SAMPLES[name]
    path, data = next(iter(sample.files.items()))
    facts = inspect_source(
        BytesSource(data),
        path=path,
        executable_bit=False,
        limits=DEFAULT_LIMITS,
        paths=frozenset(sample.files),
    )
    return {
        problem.kind
        for fact in facts.facts
        if isinstance(fact, (GraphFacts, WeightsFacts))
        for problem in fact.problems
    }


@pytest.mark.parametrize("name", KINDS)
def test_a_graph_in_xml_that_breaks_its_format_says_how(name):
    assert KINDS[name] in kinds(name)


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_graph_in_xml_breaks_nothing(name):
    assert kinds(name) == set()
