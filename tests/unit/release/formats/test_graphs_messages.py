"""Graphs in protocol buffers: ONNX, TensorFlow and Core ML."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assay.domain.facts import Content, Gap, GraphFacts, Place, WeightsFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats.graph_files import DataFiles
from assay.release.formats.protobuf import BYTES, VARINT, Wire, matches
from assay.release.formats.reading import Subject
from assay.release.inspection import FileInspection
from assay.release.source import BytesSource
from benchmarks.detection import onnx_bytes as onnx
from benchmarks.detection import tensorflow_bytes as tf
from benchmarks.detection.families import (
    graphs_coreml,
    graphs_onnx,
    graphs_tensorflow,
)
from benchmarks.detection.protobuf_bytes import field, message, varint
from benchmarks.detection.sample import Truth

REAL = Path(__file__).parents[3] / "vectors" / "formats" / "real"
SAMPLES = [
    sample
    for family in (graphs_onnx, graphs_tensorflow, graphs_coreml)
    for sample in family.samples()
]


def wire(data, fields=1000):
    return Wire(BytesSource(data), fields)


def graph_of(seen):
    found = [fact for fact in seen.facts if isinstance(fact, GraphFacts)]
    assert len(found) == 1
    return found[0]


def kinds(seen):
    return {problem.kind for problem in graph_of(seen).problems}


def test_fields_of_every_type_are_given_where_they_lie():
    data = message((1, 300), (2, b"abc"), (3, 1.5)) + varint(4 << 3 | 1) + bytes(8)
    found = list(wire(data).fields(0, len(data)))
    assert [(f.number, f.wire) for f in found] == [(1, 0), (2, 2), (3, 5), (4, 1)]
    assert found[0].start == 300
    assert data[found[1].start : found[1].end] == b"abc"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x00\x01", "malformed"),
        (b"\x0b", "malformed"),
        (b"\x08" + b"\xff" * 11, "malformed"),
        (b"\xff" * 12, "malformed"),
        (varint(1 << 35), "malformed"),
        (b"\x08", "truncated"),
        (b"\x0a\xff", "malformed"),
        (b"\x0a", "truncated"),
        (b"\x0a\x05abc", "truncated"),
        (b"\x0a\x05", "truncated"),
        (b"\x0d\x00\x00", "truncated"),
    ],
)
def test_each_way_to_break_is_kept(data, kind):
    reading = wire(data)
    list(reading.fields(0, len(data)))
    assert reading.broken is not None
    assert reading.broken.kind == kind


def test_a_number_may_not_leave_its_message():
    reading = wire(b"\x08\x80\x01")
    assert list(reading.fields(0, 2)) == []
    assert reading.broken.kind == "truncated"


def test_only_so_many_fields_are_read():
    reading = wire(message((1, 1), (1, 2), (1, 3)), 2)
    assert len(list(reading.fields(0, 6))) == 2
    assert reading.broken.kind == "too-many-fields"


def test_fields_far_apart_are_found_and_bytes_read_again():
    data = field(1, bytes(500_000)) + field(2, "end") + field(3, 7)
    reading = wire(data)
    found = list(reading.fields(0, len(data)))
    assert [f.number for f in found] == [1, 2, 3]
    assert reading.text(found[1].start, found[1].end) == "end"
    assert reading.bytes_of(found[0].start, found[0].end, 3) == bytes(3)


def test_a_message_matches_up_to_what_is_strange():
    known = {1: VARINT, 2: BYTES}
    data = message((1, 1), (2, "a"), (9, 1))
    assert len(matches(wire(data), 0, len(data), known)) == 2
    assert len(matches(wire(data), 0, len(data), known, 1)) == 1
    assert matches(wire(field(1, "text")), 0, 6, known) is None


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: f"{s.family}-{s.name}")
def test_samples_of_the_corpus_are_seen_as_what_they_are(sample, look):
    paths = frozenset(sample.files)
    problems = 0
    for path, data in sample.files.items():
        seen = look(data, path, paths=paths)
        facts = [f for f in seen.facts if isinstance(f, GraphFacts | WeightsFacts)]
        problems += sum(len(fact.problems) for fact in facts)
    assert sample.truth is Truth.HOSTILE or problems == 0


@pytest.mark.parametrize(
    ("name", "content", "operators"),
    [
        ("onnx_branch.onnx", Content.ONNX, {"If", "Identity", "MatMul", "Relu"}),
        ("coreml_network.mlmodel", Content.CORE_ML, {"layer-140"}),
    ],
)
def test_real_graphs_are_read_whole(name, content, operators, look):
    seen = look((REAL / name).read_bytes(), name)
    assert seen.content is content
    assert {one.name for one in graph_of(seen).operators} == operators
    assert graph_of(seen).problems == ()


def test_a_real_saved_model_saves_only_where_its_saver_says(look):
    data = (REAL / "tensorflow_module.pb").read_bytes()
    found = graph_of(look(data, "saved_model.pb"))
    domains = {(one.domain, one.name) for one in found.operators}
    assert ("saver", "SaveV2") in domains
    assert ("saver", "RestoreV2") in domains
    assert ("", "SaveV2") not in domains
    assert found.producer == "tensorflow 2.21.0"


def test_a_real_fingerprint_holds_no_graph(look):
    data = (REAL / "tensorflow_fingerprint.pb").read_bytes()
    seen = look(data, "fingerprint.pb")
    assert seen.content is Content.SAVED_MODEL
    assert seen.facts == ()


def test_a_real_index_names_its_data_file(look):
    data = (REAL / "tensorflow_checkpoint.index").read_bytes()
    shard = "m.data-00000-of-00001"
    seen = look(data, "m.index", paths={"m.index", shard})
    (facts,) = seen.facts
    assert facts.tensors == 3
    assert [(one.target, one.offset, one.length) for one in facts.data_files] == [
        (shard, 0, 308)
    ]


@pytest.mark.parametrize("first", [0x08, 0x0A, 0x12, 0x22, 0x3A, 0x50])
def test_texts_and_noise_are_no_graphs(first, look):
    for rest in (b"hello world, this is text\n" * 4, bytes(range(256)), b""):
        content = look(bytes((first,)) + rest, "x").content
        assert content not in {Content.ONNX, Content.SAVED_MODEL, Content.CORE_ML}


@pytest.mark.parametrize("name", ["model.onnx", "model.mlmodel", "saved_model.pb"])
def test_noise_with_the_name_of_a_model_is_read_as_its_loader_would(name, look):
    seen = look(b"\x07\xff\xfe" * 40, name)
    assert graph_of(seen).problems
    assert any(isinstance(fact, Gap) for fact in seen.facts)


def test_a_graph_of_too_many_operators_says_so(look):
    nodes = [onnx.node(f"A{i}", domain="d") for i in range(20)]
    limits = replace(DEFAULT_LIMITS, max_graph_entries=10)
    seen = look(onnx.model(onnx.graph(*nodes)), "m.onnx", limits=limits)
    assert len(graph_of(seen).operators) == 10
    assert "over-limit" in kinds(seen)


def test_a_graph_of_too_many_fields_is_a_gap(look):
    limits = replace(DEFAULT_LIMITS, max_protobuf_fields=6)
    seen = look(onnx.model(), "m.onnx", limits=limits)
    assert any(isinstance(fact, Gap) for fact in seen.facts)
    assert kinds(seen) == set()


def test_nodes_beyond_the_bound_still_count(look):
    limits = replace(DEFAULT_LIMITS, max_graph_nodes=1)
    one = tf.graph(tf.node("Placeholder", name="x"), tf.node("ReadFile", "x"))
    seen = look(one, "g.pb", limits=limits)
    assert {op.name for op in graph_of(seen).operators} == {"Placeholder", "ReadFile"}


def test_descriptions_by_keras_are_read_as_files_of_their_own(look):
    body = (1, message((3, "root"), (4, "_tf_keras_model"), (5, '{"a": 1, "a": 2}')))
    seen = look(message(body), "keras_metadata.pb")
    assert {fact.place.member for fact in seen.facts} == {"root/config.json"}
    user = message((1, message((4, message((1, "_tf_keras_layer"), (3, "{}"))))))
    meta = tf.meta_graph(tf.graph(tf.node("Relu")), more=[(7, user)])
    old = look(tf.saved_model(meta), "saved_model.pb")
    members = {fact.place.member for fact in old.facts}
    assert any(m is not None and m.endswith("/config.json") for m in members)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (onnx.external(""), "external-data-key"),
        (onnx.external("w", offset="-1"), "external-data-range"),
        (onnx.external("w", length="3"), "tensor-size"),
        (onnx.tensor((3,), raw=None, kind=8, more=[(6, "a")]), "tensor-size"),
        (onnx.tensor((3,), raw=None, kind=7, more=[(7, b"\x01")]), "tensor-size"),
        (onnx.tensor((1,), raw=None, kind=7, more=[(7, bytes(99))]), "tensor-size"),
        (onnx.tensor((3,), raw=None, more=[(4, 1.0)]), "tensor-size"),
        (onnx.tensor((3,), raw=None), "tensor-size"),
        (onnx.tensor((1 << 40,), raw=None), "huge-tensor"),
    ],
)
def test_each_way_in_which_a_tensor_lies_is_told(data, kind, look):
    seen = look(onnx.model(onnx.graph(tensors=(data,))), "m.onnx")
    assert kind in kinds(seen)


def test_packed_dimensions_and_single_integers_are_read(look):
    packed = message((1, b"\x02\x02"), (2, 1), (8, "w"), (9, bytes(16)))
    single = message((1, 2), (2, 7), (8, "i"), (7, 5), (7, 6))
    whole = onnx.graph(tensors=(packed, single))
    assert kinds(look(onnx.model(whole), "m.onnx")) == set()


def test_a_context_inside_the_model_names_no_file(look):
    inside = onnx.node(
        "EPContext",
        onnx.attribute("ep_cache_context", 4, "blob"),
        onnx.attribute("embed_mode", 3, 1),
        domain="com.microsoft",
    )
    found = graph_of(look(onnx.model(onnx.graph(inside)), "m.onnx"))
    assert found.data_files == ()


def test_many_references_to_one_file_become_one():
    inspection = FileInspection(DEFAULT_LIMITS, frozenset({"d/w", "d/m"}))

    subject = Subject(
        source=BytesSource(b""), place=Place(path="d/m"), content=Content.ONNX
    )
    files = DataFiles(subject, inspection)
    for index in range(10_050):
        files.add("w", subject.place, offset=index * 4, length=4)
    files.add("w", subject.place)
    listed = files.done()
    assert len(listed) == 10_001
    assert listed[9_999].length == 51 * 4
    assert {one.target for one in listed} == {"d/w"}


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        ({"w": (1, (4,), 0, 15)}, "count-mismatch"),
        ({"a": (1, (4,), 0, 16), "b": (1, (4,), 8, 16)}, "overlap"),
    ],
)
def test_an_index_that_lies_is_told(entries, kind, look):
    (facts,) = look(tf.bundle(entries), "v.index").facts
    assert kind in {problem.kind for problem in facts.problems}


def test_an_index_for_more_files_than_there_are_is_told(look):
    data = tf.bundle({"w": (1, (4,), 0, 16)})
    at = data.index(b"\x20\x00\x28\x10")
    bad = data[:at] + b"\x18\x09" + data[at + 2 :]
    (facts,) = look(bad, "v.index").facts
    assert {problem.kind for problem in facts.problems} == {"bad-index"}


@pytest.mark.parametrize("at", [0, 1, 2, 20, 40, -48, -46, -44])
def test_a_broken_index_is_told_and_left(at, look):
    data = bytearray(tf.bundle({"w": (1, (4,), 0, 16), "x": (3, (4,), 16, 16)}))
    data[at] = 0xFF
    seen = look(bytes(data), "v.index")
    assert seen.facts
