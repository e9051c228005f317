"""Compiled graphs: every way in which a sample breaks its format."""

from __future__ import annotations

import pytest

from assay.domain.facts import GraphFacts, WeightsFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.families.graphs_flatbuffer import samples
from benchmarks.detection.sample import Truth

SAMPLES = {sample.name: sample for sample in samples()}
HONEST = [name for name, s in SAMPLES.items() if s.truth is Truth.HONEST]
# Samples whose files break their format, and how.
KINDS = {
    "lite-buffer-too-long": "out-of-bounds",
    "lite-buffer-far": "out-of-bounds",
    "lite-buffer-wraps": "out-of-bounds",
    "lite-operator-code-outside": "bad-index",
    "lite-buffer-index-outside": "bad-index",
    "lite-tensor-index-outside": "bad-index",
    "lite-tensor-index-negative": "bad-index",
    "lite-metadata-outside": "bad-index",
    "lite-root-outside": "out-of-bounds",
    "lite-cut": "out-of-bounds",
    "lite-library-behind": "trailing-data",
    "pte-segment-too-long": "out-of-bounds",
    "pte-operator-outside": "bad-index",
    "pte-operator-negative": "bad-index",
    "pte-value-outside": "bad-index",
    "pte-segment-index-outside": "bad-index",
    "pte-constant-outside": "out-of-bounds",
    "pte-cut": "out-of-bounds",
    "pte-hidden-tail": "trailing-data",
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
def test_a_compiled_graph_that_breaks_its_format_says_how(name):
    assert KINDS[name] in kinds(name)


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_compiled_graph_breaks_nothing(name):
    assert kinds(name) == set()
