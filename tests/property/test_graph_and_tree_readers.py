"""Laws of the readers of compiled graphs, XML and models of trees."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.domain.facts import Content, Gap, GraphFacts, WeightsFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats import ubjson
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.families import graphs_flatbuffer, graphs_xml, tree_models
from benchmarks.detection.families.tree_models import ubjson as written

SAMPLES = [
    next(iter(sample.files.items()))
    for family in (graphs_flatbuffer, graphs_xml, tree_models)
    for sample in family.samples()
]
# Small bounds: the law is about bytes, not about patience.
LIMITS = replace(DEFAULT_LIMITS, max_inflated_bytes=1 << 22, max_pickle_opcodes=100_000)
QUICK = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
HEADS = st.sampled_from(
    [
        b"\x10\0\0\0TFL3",
        b"\x10\0\0\0ET12",
        b"\x10\0\0\0FT01",
        b"ftrt",
        b"CBM1",
        b'<?xml version="1.0"?>',
        b"<net version='11'><layers>",
        b"<PMML version='4.4'>",
        b"{L\0\0\0\0\0\0\0\x07learner",
        b'{"learner": {"objective": {}}',
        b"tree\nversion=v4\nmax_feature_idx=1\n",
        b"binf" + bytes(136) + b"\x05\0\0\0\0\0\0\0reg:a\x06\0\0\0\0\0\0\0gbtree",
    ]
)


def look(data, path="a"):
    return inspect_source(
        BytesSource(data),
        path=path,
        executable_bit=False,
        limits=LIMITS,
        paths=frozenset({path}),
    )


@QUICK
@given(head=HEADS, tail=st.binary(max_size=500))
def test_any_bytes_behind_a_signature_give_the_same_facts_twice(head, tail):
    assert look(head + tail) == look(head + tail)


@QUICK
@given(head=HEADS, tail=st.text(max_size=300))
def test_any_text_behind_a_signature_gives_facts(head, tail):
    look(head + tail.encode())


@QUICK
@given(
    sample=st.sampled_from(SAMPLES),
    edits=st.lists(
        st.tuples(st.integers(0, 4000), st.binary(min_size=1, max_size=4)), max_size=6
    ),
    cut=st.integers(0, 4000),
)
def test_any_damage_to_a_sample_gives_facts(sample, edits, cut):
    path, content = sample
    data = bytearray(content)
    for offset, piece in edits:
        at = offset % (len(data) + 1)
        data[at : at + len(piece)] = piece
    look(bytes(data[: cut or None]), path)


JSON = st.recursive(
    st.text(max_size=5) | st.integers(-(2**31), 2**31 - 1),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner)
    ),
    max_leaves=20,
)


def plain(value):
    """Give a value with packed arrays as lists."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return value
    return [plain(item) for item in value]


@QUICK
@given(value=JSON)
def test_universal_binary_json_is_read_back_as_it_was_written(value):
    data = written(value)
    found, end = ubjson.loads(data, LIMITS)
    assert plain(found) == value
    assert end == len(data)


@QUICK
@given(left=st.lists(st.integers(-3, 6), min_size=1, max_size=6), data=st.data())
def test_a_forest_is_judged_alike_in_both_forms(left, data):
    nodes = len(left)
    right = data.draw(st.lists(st.integers(-3, 6), min_size=nodes, max_size=nodes))
    document = tree_models.xgboost(
        left_children=left,
        right_children=right,
        split_indices=[0] * nodes,
        default_left=[0] * nodes,
        split_conditions=[0.5] * nodes,
        parents=[0] * nodes,
        split_type=[0] * nodes,
        sum_hessian=[1.0] * nodes,
        tree_param={"num_nodes": str(nodes), "size_leaf_vector": "1"},
    )
    found = [
        [problem.kind for problem in fact.problems]
        for form in (json.dumps(document).encode(), written(document))
        for fact in look(form).facts
        if isinstance(fact, WeightsFacts)
    ]
    assert len(found) == 2
    assert found[0] == found[1]


@QUICK
@given(name=st.from_regex(r"[a-z]{1,8}", fullmatch=True), system=st.booleans())
def test_an_entity_is_told_wherever_it_is_declared(name, system):
    value = 'SYSTEM "x"' if system else '"x"'
    data = graphs_xml.pmml(before=f"<!DOCTYPE PMML [<!ENTITY {name} {value}>]>")
    facts = look(data).facts
    (graph,) = [fact for fact in facts if isinstance(fact, GraphFacts)]
    expected = "external-entity" if system else "entity-declaration"
    assert [problem.kind for problem in graph.problems] == [expected]
    assert look(data).content is Content.XML
    assert not any(isinstance(fact, Gap) for fact in facts)
