"""Models of trees: every way in which a sample breaks its format."""

from __future__ import annotations

import pytest

from assay.domain.facts import GraphFacts, WeightsFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.families.tree_models import samples
from benchmarks.detection.sample import Truth

SAMPLES = {sample.name: sample for sample in samples()}
HONEST = [name for name, s in SAMPLES.items() if s.truth is Truth.HONEST]
# Samples whose files break their format, and how.
KINDS = {
    "xgb-child-outside-json": "bad-index",
    "xgb-child-outside-ubj": "bad-index",
    "xgb-child-negative-json": "bad-index",
    "xgb-child-negative-ubj": "bad-index",
    "xgb-loop-json": "cycle",
    "xgb-loop-ubj": "cycle",
    "xgb-self-json": "cycle",
    "xgb-self-ubj": "cycle",
    "xgb-feature-outside-json": "bad-index",
    "xgb-feature-outside-ubj": "bad-index",
    "xgb-short-array-json": "count-mismatch",
    "xgb-short-array-ubj": "count-mismatch",
    "xgb-category-outside-json": "out-of-bounds",
    "xgb-category-outside-ubj": "out-of-bounds",
    "xgb-category-node-json": "bad-index",
    "xgb-category-node-ubj": "bad-index",
    "xgb-trees-missing-json": "count-mismatch",
    "xgb-trees-missing-ubj": "count-mismatch",
    "xgb-group-outside-json": "bad-index",
    "xgb-group-outside-ubj": "bad-index",
    "xgb-vector-outside-json": "bad-index",
    "xgb-vector-outside-ubj": "bad-index",
    "xgb-two-learners": "duplicate-name",
    "xgb-ubj-tail": "trailing-data",
    "xgb-ubj-cut": "truncated",
    "xgb-ubj-count-huge": "out-of-bounds",
    "xgb-ubj-count-negative": "count-mismatch",
    "old-child-outside": "bad-index",
    "old-child-negative": "bad-index",
    "old-loop": "cycle",
    "old-feature-outside": "bad-index",
    "old-nodes-huge": "out-of-bounds",
    "old-nodes-negative": "count-mismatch",
    "old-trees-huge": "count-mismatch",
    "old-group-outside": "bad-index",
    "old-tail": "trailing-data",
    "old-unmarked": "bad-index",
    "lgb-child-outside": "bad-index",
    "lgb-leaf-outside": "bad-index",
    "lgb-loop": "cycle",
    "lgb-self": "cycle",
    "lgb-feature-outside": "bad-index",
    "lgb-feature-negative": "bad-index",
    "lgb-leaves-more": "count-mismatch",
    "lgb-values-missing": "count-mismatch",
    "lgb-size-huge": "out-of-bounds",
    "lgb-size-negative": "out-of-bounds",
    "lgb-size-wrong": "count-mismatch",
    "lgb-tree-hidden": "count-mismatch",
    "lgb-categories-outside": "out-of-bounds",
    "lgb-category-set-outside": "bad-index",
    "lgb-cut": "count-mismatch",
    "lgb-machine-list-filename": "path-escape",
    "lgb-forcedsplits-filename": "path-escape",
    "lgb-input-model": "path-escape",
    "lgb-output-model": "path-escape",
    "lgb-forcedbins-filename": "path-escape",
    "cbm-core-longer": "out-of-bounds",
    "cbm-splits-missing": "count-mismatch",
    "cbm-size-negative": "count-mismatch",
    "cbm-start-outside": "out-of-bounds",
    "cbm-leaves-missing": "count-mismatch",
    "cbm-depth-huge": "out-of-bounds",
    "cbm-vector-outside": "out-of-bounds",
    "cbm-step-outside": "bad-index",
    "cbm-leaf-outside": "bad-index",
    "cbm-tail": "trailing-data",
    "cbm-cut": "out-of-bounds",
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
def test_a_model_of_trees_that_breaks_its_format_says_how(name):
    assert KINDS[name] in kinds(name)


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_model_of_trees_breaks_nothing(name):
    assert kinds(name) == set()
