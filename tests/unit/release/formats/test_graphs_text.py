"""TensorFlow's graphs as text: every way to write them, and what is none."""

from __future__ import annotations

import pytest

from assay.domain.facts import Content, Gap, GraphFacts
from assay.release.formats.tensorflow_text import TextError, to_bytes
from benchmarks.detection.families.graphs_text import saved_model

NODE = 'node { name: "n" op: "Relu" }'


@pytest.fixture
def graph(look, only):
    """Give the facts of the graph that a text is."""

    def of(text, path="graph.pbtxt"):
        data = text if isinstance(text, bytes) else text.encode()
        (facts,) = only(look(data, path), GraphFacts)
        return facts

    return of


def operators(facts):
    return [operator.name for operator in facts.operators]


@pytest.mark.parametrize(
    "text",
    [
        NODE,
        saved_model(NODE),
        f"graph_def {{ {NODE} }} signature_def {{ key: 'a' }}",
        f"# words\n{NODE} # the end",
        "node < name: 'n', op: 'Relu'; >",
        'node: { op: "Re" \'lu\' name: "n" }',
        'node { op: "\\122elu" name: "\\x6e" input: [] input: ["a", "b"] }',
        'node: [{ op: "Relu" name: "n" }, < op: "Relu" name: "m" >, ]',
        'node { op: "Relu" [own.field]: 7 name: "n" } versions { producer: 0x10 }',
        'node { op: "Relu" unknown { deep { x: -1.5e3 y: inf z: nan } } name: "n" }',
        'node { op: "Relu" attr { key: "a" value { b: true i: -1 type: DT_INT8 } } }',
        'node { op: "Relu\\n\\t\\\\"\n"" name: "n" }'.replace("\\n\\t\\\\", ""),
    ],
)
def test_every_way_to_write_a_graph_is_read(graph, text):
    facts = graph(text)
    assert operators(facts) == ["Relu"]
    assert not facts.problems


def test_places_are_names_and_no_offsets(graph):
    facts = graph('node { name: "r" op: "ReadFile" }')
    (operator,) = facts.operators
    assert (operator.place.offset, operator.place.key) == (None, "r")
    text = f"graph_def {{ {NODE} }} asset_file_def {{ filename: '/etc/x' }}"
    assert graph(text).data_files[0].place.offset is None


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nother: 2\n",
        "node: here",
        'node { name: "n" }',
        "node { op: { } }",
        "node [ 1, 2 ]",
        'node { op: "a" } }',
        'node { op: "Relu" ? }',
        "node { op: } }",
        "node { ; 5 }",
        "node } ",
        "# only words\n",
    ],
)
def test_what_is_no_graph_stays_a_text(look, text):
    assert look(text.encode(), "file.txt").content is Content.TEXT


def test_a_graph_that_breaks_is_told(look, only):
    for end in (
        " node {",
        " node { op: 'x",
        " node { op:",
        " node { op",
        " node",
        " ?",
    ):
        text = NODE * 2500 + end
        file = look(text.encode(), "graph.pbtxt")
        (facts,) = only(file, GraphFacts)
        assert [problem.kind for problem in facts.problems] == ["malformed"]
        assert only(file, Gap)


def test_a_text_longer_than_is_read_is_a_gap(look, only, monkeypatch):
    monkeypatch.setattr("assay.release.formats.tensorflow.LARGEST_TEXT_BYTES", 9)
    (gap,) = only(look(NODE.encode(), "graph.pbtxt"), Gap)
    assert gap.content is Content.SAVED_MODEL


def test_gaps_of_the_bytes_have_no_offset(look, only):
    from dataclasses import replace  # noqa: PLC0415 - for one test

    from assay.domain.limits import DEFAULT_LIMITS  # noqa: PLC0415 - for one test

    limits = replace(DEFAULT_LIMITS, max_protobuf_fields=3)
    (gap,) = only(look((NODE * 9).encode(), "graph.pbtxt", limits=limits), Gap)
    assert gap.place.offset is None


def test_messages_nest_to_a_bound():
    with pytest.raises(TextError, match="nested"):
        to_bytes(b"node { " + b"a { " * 200 + b"} " * 201)


@pytest.mark.parametrize(
    "text", [b"", b"1: 2", b"node { attr: 5 }", b"node { attr: [ 5 ] }", b"node: ]"]
)
def test_what_is_not_of_the_form_is_refused(text):
    with pytest.raises(TextError):
        to_bytes(text)


def test_numbers_that_are_none_count_as_nothing():
    assert to_bytes(b"version: nan") == to_bytes(b"version: 0")
    assert to_bytes(b"version: 017") == to_bytes(b"version: 0")
    assert to_bytes(b"version: 300") == b"\x18\xac\x02"
