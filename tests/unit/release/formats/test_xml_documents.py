"""XML: what is told, what is a bound of ours, and what OpenVINO and PMML say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assay.domain.facts import Content, Gap, GraphFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.families.graphs_xml import openvino, pmml


def look(data, path="model.xml", paths=(), **bounds):
    return inspect_source(
        BytesSource(data),
        path=path,
        executable_bit=False,
        limits=replace(DEFAULT_LIMITS, **bounds),
        paths=frozenset({path, *paths}),
    )


def graph(data, **given):
    (found,) = [f for f in look(data, **given).facts if isinstance(f, GraphFacts)]
    return found


def gaps(data, **given):
    return [fact for fact in look(data, **given).facts if isinstance(fact, Gap)]


@pytest.mark.parametrize(
    ("bounds", "reason"),
    [
        ({"max_xml_bytes": 20}, "more than 20 bytes"),
        ({"max_xml_elements": 3}, "more than 3 elements"),
        ({"max_xml_depth": 2}, "deeper than 2"),
        ({"max_xml_token_bytes": -1_000_000}, "a tag of more than"),
    ],
)
def test_what_is_beyond_a_bound_is_a_gap(bounds, reason):
    (gap,) = gaps(pmml(), **bounds)
    assert reason in gap.reason
    assert gap.content is Content.XML


@pytest.mark.parametrize("encoding", ["x-unheard-of", "hex"])
def test_an_encoding_that_nobody_here_reads_is_a_gap(encoding):
    data = pmml().replace(b"UTF-8", encoding.encode())
    assert any("encoding is not read" in gap.reason for gap in gaps(data))


def test_a_large_file_in_an_encoding_of_several_bytes_is_a_gap():
    data = pmml(encoding="gbk")
    assert any("small files only" in g.reason for g in gaps(data, max_held_bytes=9))
    assert not gaps(data)


def test_broken_xml_that_is_no_model_is_a_gap_and_prose_is_not():
    data = b'<?xml version="1.0"?>\n<a><b></a>\n'
    (gap,) = gaps(data)
    assert gap.reason == "not XML: mismatched tag"
    assert not gaps(data, path="page.html")


def test_a_model_that_breaks_off_is_malformed():
    (problem,) = graph(pmml()[:-20]).problems
    assert problem.kind == "malformed"
    assert problem.place.line is not None


def test_a_document_type_known_to_everybody_is_not_told():
    data = b'<?xml version="1.0"?><!DOCTYPE plist PUBLIC "a" "http://x/p.dtd"><plist/>'
    assert not [f for f in look(data).facts if isinstance(f, (GraphFacts, Gap))]


def test_an_entity_without_a_declaration_is_told_when_others_may_know_it():
    data = b'<?xml version="1.0"?><!DOCTYPE html SYSTEM "x.dtd"><html>&who;</html>'
    (problem,) = graph(data, path="page.xml").problems
    assert problem.kind == "entity-declaration"


def test_an_entity_is_named_with_its_line():
    address = "file:" + "///etc/passwd"  # in two parts, being no file's address of ours
    before = f'<!DOCTYPE PMML [\n<!ENTITY who SYSTEM "{address}">]>\n'
    (problem,) = graph(pmml(before=before)).problems
    assert problem.detail == f"entity who is taken from '{address}'"
    assert problem.place.line == 3


def test_a_network_tells_its_operations_and_its_numbers():
    found = graph(openvino(), path="ir/model.xml", paths=("ir/model.bin",))
    assert found.producer == "OpenVINO IR 11"
    assert [op.name for op in found.operators] == [
        "Const",
        "MatMul",
        "Parameter",
        "Result",
    ]
    (data,) = found.data_files
    assert (data.path, data.target) == ("model.bin", "ir/model.bin")
    assert (data.offset, data.length) == (0, 32)
    assert ("Runtime_version", "2026.1.0") in found.metadata


def test_a_network_without_constants_needs_no_numbers():
    data = openvino().replace(b'type="Const"', b'type="Parameter"')
    assert graph(data).data_files == ()


def test_numbers_of_a_network_under_another_name_have_no_target():
    (data,) = graph(openvino(), path="model.txt").data_files
    assert (data.path, data.target) == ("model.txt.bin", None)


def test_operations_of_others_keep_their_set():
    found = graph(openvino(kind="Own", version="extension"))
    assert ("extension", "Own") in {(op.domain, op.name) for op in found.operators}


def test_a_type_of_elements_without_a_known_size_is_left_alone():
    data = openvino(shape="").replace(b"f32", b"string")
    assert not graph(data).problems


def test_a_network_of_no_version_is_malformed():
    data = openvino().replace(b'version="11"', b'version="new"')
    assert [problem.kind for problem in graph(data).problems] == ["malformed"]


def test_a_model_tells_its_kind_producer_and_functions():
    extra = """<TransformationDictionary><DefineFunction name="own" optype="continuous">
    <Apply function="*"/><Apply function="com.example.Run"/><Apply function="own"/>
    <Apply function="com.example.Run"/></DefineFunction></TransformationDictionary>"""
    found = graph(pmml(extra))
    assert found.producer == "SkLearn2PMML package 0.133.1"
    assert found.functions == ("own",)
    assert [(op.domain, op.name, op.count) for op in found.operators] == [
        ("", "RegressionModel", 1),
        ("function", "com.example.Run", 2),
    ]


def test_a_link_to_another_document_is_told():
    (problem,) = graph(pmml('<Extension href="http://198.51.100.7/x"/>')).problems
    assert problem.kind == "external-reference"


def test_names_beyond_the_bound_are_left_out():
    extra = "".join(
        f'<Extension name="n{n}" value="v"/><DefineFunction name="f{n}"/>'
        f'<Apply function="g{n}"/>'
        for n in range(1_100)
    )
    found = graph(pmml(extra))
    assert len(found.metadata) == len(found.functions) == 1_000
    assert len(found.operators) == 1_000
