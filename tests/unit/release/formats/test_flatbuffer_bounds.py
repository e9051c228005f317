"""FlatBuffers: bounds of ours end the reading, and say so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assay.domain.facts import Content, Gap, GraphFacts, NativeCodeFacts, WeightsFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats.flatbuffer import Broken, Exhausted, Flatbuffer
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.families.graphs_flatbuffer import executorch, tensorrt, tflite
from benchmarks.detection.families.tree_models import catboost
from benchmarks.detection.flatbuffer_bytes import (
    Number,
    Numbers,
    Raw,
    Table,
    Tables,
    Text,
    Texts,
    flatbuffer,
)


def look(data, path="model.bin", **bounds):
    return inspect_source(
        BytesSource(data),
        path=path,
        executable_bit=False,
        limits=replace(DEFAULT_LIMITS, **bounds),
        paths=frozenset({path}),
    )


def graph(data, **bounds):
    facts = look(data, **bounds).facts
    return next(fact for fact in facts if isinstance(fact, GraphFacts))


def gaps(data, **bounds):
    return [fact for fact in look(data, **bounds).facts if isinstance(fact, Gap)]


@pytest.mark.parametrize(
    ("data", "content"),
    [
        (tflite(), Content.TFLITE),
        (executorch(), Content.EXECUTORCH),
        (catboost(), Content.CATBOOST),
    ],
)
@pytest.mark.parametrize(
    "bounds", [{"max_flatbuffer_items": 4}, {"max_flatbuffer_text_bytes": 3}]
)
def test_what_is_beyond_a_bound_is_a_gap_and_no_fault(data, content, bounds):
    (gap,) = gaps(data, **bounds)
    assert gap.content is content
    assert "not read to its end" in gap.reason
    (fact,) = [
        fact
        for fact in look(data, **bounds).facts
        if isinstance(fact, (GraphFacts, WeightsFacts))
    ]
    assert not fact.problems


def test_values_of_every_kind_are_read_back():
    data = flatbuffer(
        Table(
            {
                0: Number("H", 7),
                1: Text("name"),
                2: Numbers("i", (-1, 2)),
                3: Texts(("a", "bc")),
                4: Tables([Table({0: Number("B", 1)})]),
                6: Table({0: Raw(b"xyz")}),
            }
        )
    )
    flat = Flatbuffer(BytesSource(data), DEFAULT_LIMITS)
    root = flat.root()
    assert root.number(0, 2) == 7
    assert root.text(1) == "name"
    assert list(root.numbers(2, 4, signed=True)) == [-1, 2]
    assert list(root.texts(3)) == ["a", "bc"]
    assert [table.number(0, 1) for table in root.tables(4)] == [1]
    inner = root.table(6)
    assert inner is not None
    assert inner.extent(0) is not None
    assert flat.touched == len(data)


def test_what_a_table_leaves_out_is_empty():
    flat = Flatbuffer(BytesSource(flatbuffer(Table({1: Text("x")}))), DEFAULT_LIMITS)
    root = flat.root()
    assert root.number(0, 4, default=5) == 5
    assert root.text(0) == root.text(9) == ""
    assert root.table(0) is None
    assert root.extent(9) is None
    assert not list(root.tables(9))
    assert not list(root.texts(9))
    assert not root.numbers(0, 4)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0",
        b"\x08\0\0\0" + bytes(4),
        b"\x08\0\0\0\0\0\0\0\x04\0\0\0\x03\0\0\0",
        b"\x08\0\0\0\0\0\0\0\xff\xff\xff\x7f",
        b"\x0c\0\0\0\xf0\xff\x04\0\0\0\0\0\x08\0\0\0",
    ],
)
def test_a_table_outside_of_its_buffer_is_broken(data):
    flat = Flatbuffer(BytesSource(data), DEFAULT_LIMITS)
    with pytest.raises(Broken) as caught:
        flat.root()
    assert not isinstance(caught.value, Exhausted)


def test_pages_of_a_large_buffer_come_and_go():
    filler = Raw(bytes(1_300_000))
    texts = [Table({0: Text(f"name {index}"), 1: filler}) for index in range(3)]
    data = flatbuffer(Table({0: Tables(texts)}))
    flat = Flatbuffer(BytesSource(data), DEFAULT_LIMITS)
    for _ in range(2):
        names = [table.text(0) for table in flat.root().tables(0)]
        assert names == ["name 0", "name 1", "name 2"]
        for page in range(0, len(data) - 1, 65_536):
            flat.bytes_at(page, 1)


def test_flex_operators_tell_the_constant_that_they_are_given():
    (operator,) = graph(tflite(["FlexReadFile"], constant="/etc/passwd")).operators
    assert (operator.domain, operator.name) == ("custom", "FlexReadFile")
    assert operator.detail == "/etc/passwd"
    assert operator.place.key == "main[0]"


def test_operators_of_the_format_and_unknown_ones_have_no_domain():
    names = [operator.name for operator in graph(tflite([9, 25, 9999])).operators]
    assert names == ["BUILTIN_9999", "FULLY_CONNECTED", "SOFTMAX"]


def test_a_lite_model_of_another_version_is_told():
    (problem,) = graph(tflite(version=4)).problems
    assert problem.kind == "unknown-version"


def test_custom_options_outside_of_the_file_are_told():
    call = Table({0: Number("I", 0), 9: Number("Q", 1 << 40), 10: Number("Q", 8)})
    inside = Table({0: Number("I", 0), 9: Number("Q", 8), 10: Number("Q", 8)})
    graph_table = Table({0: Tables([]), 3: Tables([call, inside])})
    code = Table({0: Number("b", 32), 1: Text("Own")})
    root = Table({0: Number("I", 3), 1: Tables([code]), 2: Tables([graph_table])})
    (problem,) = graph(flatbuffer(root, b"TFL3")).problems
    assert problem.kind == "out-of-bounds"


def test_details_of_tensors_and_signatures_are_walked():
    scales = Table({2: Raw(bytes(16)), 3: Raw(bytes(16))})
    sparse = Table({0: Numbers("i", (2,)), 4: scales, 6: Table({0: Numbers("i", ())})})
    subgraph = Table({0: Tables([sparse]), 3: Tables([])})
    names = Tables([Table({0: Text("x"), 1: Number("I", 0)})])
    signature = Table({0: names, 1: names, 2: Text("serving_default")})
    root = {0: Number("I", 3), 2: Tables([subgraph]), 7: Tables([signature])}
    data = flatbuffer(Table(root), b"TFL3") + bytes(10_000)
    found = graph(data)
    assert found.functions == ("serving_default",)
    # Tables of sparse tensors are not walked, so what follows may belong to them.
    assert not found.problems


def test_programs_tell_operators_delegates_and_methods():
    found = graph(executorch())
    assert found.functions == ("forward",)
    assert [(op.domain, op.name) for op in found.operators] == [("aten", "add.out")]
    (delegate,) = graph(executorch([], delegate="XnnpackBackend")).operators
    assert (delegate.domain, delegate.name) == ("delegate", "XnnpackBackend")
    assert delegate.detail == "a blob of 32 bytes"


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda data: data[:12] + b"\x08" + data[13:], "malformed"),
        (lambda data: data[:24] + b"\xff" * 8 + data[32:], "out-of-bounds"),
    ],
)
def test_a_header_that_misleads_is_told(change, kind):
    assert kind in {p.kind for p in graph(change(executorch())).problems}


def test_instructions_and_inline_data_are_compared_with_their_lists():
    empty = Table({0: Number("B", 1)})
    move = Table({0: Number("B", 3), 1: Table({0: Number("i", 0)})})
    blob = Table({0: Number("b", 0), 1: Number("I", 4)})
    setting = Table({0: Text("mode"), 1: Raw(b"fast")})
    delegate = Table({0: Text("Own"), 1: blob, 2: Tables([setting])})
    plan = Table(
        {
            0: Text("forward"),
            5: Tables([Table({2: Tables([empty, move])})]),
            7: Tables([delegate, Table({0: Text("None")})]),
        }
    )
    inline = Tables([Table({0: Raw(b"\x7fELF\x02\x01\x01" + bytes(60))})])
    root = {
        0: Number("I", 9),
        1: Tables([plan]),
        2: Tables([Table({0: Raw(bytes(8))})]),
        3: inline,
        6: Tables([Table({1: Numbers("Q", (0,))})]),
    }
    data = flatbuffer(Table(root), b"ET12")
    found = graph(data)
    assert {problem.kind for problem in found.problems} == {
        "unknown-version",
        "malformed",
        "bad-index",
    }
    facts = look(data).facts
    assert any(isinstance(fact, NativeCodeFacts) for fact in facts)


def test_named_tensors_are_a_program_without_methods():
    named = Table({0: Text("weight"), 1: Number("I", 3)})
    segment = Table({0: Number("Q", 0), 1: Number("Q", 4)})
    root = Table({1: Tables([segment]), 2: Tables([named])})
    header = b"FH01" + (40).to_bytes(4, "little") + bytes(32)
    data = bytearray(flatbuffer(root, b"FT01", header))
    size = len(data)
    data[16:48] = b"".join(
        number.to_bytes(8, "little") for number in (0, size, size, 4)
    )
    found = graph(bytes(data) + b"abcd")
    assert found.metadata == (("named data", "weight"),)
    assert [problem.kind for problem in found.problems] == ["bad-index"]


def test_an_engine_tells_its_version_and_its_plugins():
    body = (
        b"\0EfficientNMS_TRT\0\0MyDecoderPlugin\0" + bytes(1 << 20) + b"\0OwnPlugin\0"
    )
    found = graph(tensorrt(body))
    assert found.producer == "TensorRT 10.3.0.26"
    assert [(op.domain, op.name) for op in found.operators] == [
        ("tensorrt", "engine"),
        ("tensorrt-plugin", "EfficientNMS_TRT"),
        ("tensorrt-plugin", "MyDecoderPlugin"),
        ("tensorrt-plugin", "OwnPlugin"),
    ]


def test_an_engine_that_is_cut_is_told():
    assert [p.kind for p in graph(b"ftrt" + bytes(9)).problems] == ["truncated"]


def test_code_for_the_gpu_is_no_library_for_the_host():
    cubin = b"\x7fELF\x02\x01\x01" + bytes(11) + (190).to_bytes(2, "little")
    facts = look(tensorrt(cubin + bytes(200))).facts
    assert not any(isinstance(fact, NativeCodeFacts) for fact in facts)
    host = cubin[:-2] + (62).to_bytes(2, "little")
    facts = look(tensorrt(host + bytes(200))).facts
    (found,) = [fact for fact in facts if isinstance(fact, NativeCodeFacts)]
    assert found.place.offset == 92


@pytest.mark.parametrize("data", [b'\x05\0\0\0{"a"}\0\0\0\0', b"\xff\xff\x7f\0{}"])
def test_a_length_and_json_alone_are_no_engine(data):
    assert look(data).content is not Content.TENSORRT
