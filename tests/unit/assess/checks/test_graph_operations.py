from __future__ import annotations

import pytest

from assay.assess.checks.graph_operations import CHECK
from assay.domain.facts import (
    Content,
    DataFile,
    GraphFacts,
    GraphOperator,
    NativeCodeFacts,
    WeightsFacts,
)
from assay.domain.finding import CheckStatus, Severity
from assay.domain.release import Irregular, IrregularKind
from tests.unit.assess.subjects import at, file, gap, problem, rules, run


def graph(
    *operators,
    content=Content.ONNX,
    path="m.onnx",
    functions=(),
    data=(),
    metadata=(),
    problems=(),
    member=None,
):
    return file(
        path,
        GraphFacts(
            place=at(path, member=member),
            content=content,
            operators=tuple(
                GraphOperator(
                    domain=domain, name=name, count=1, place=at(path), detail=detail
                )
                for domain, name, detail in operators
            ),
            functions=functions,
            data_files=data,
            metadata=metadata,
            problems=tuple(problem(kind, path) for kind in problems),
        ),
        content=content,
    )


def data_file(path, target=None, offset=None, length=None, *, of="m.onnx", member=None):
    place = at(of, member=member)
    return DataFile(place=place, path=path, target=target, offset=offset, length=length)


def test_a_graph_that_computes_is_clean():
    report = run(CHECK, graph(("", "MatMul", ""), ("com.microsoft", "FusedMatMul", "")))
    assert report.status is CheckStatus.CLEAN
    assert report.examined == 1


@pytest.mark.parametrize(
    ("content", "operator", "rule"),
    [
        (Content.ONNX, ("com.microsoft", "PythonOp", ""), "code-operator"),
        (Content.ONNX, ("org.pytorch.aten", "ATen", ""), "code-operator"),
        (Content.ONNX, ("com.microsoft.extensions", "AzureTextToText", ""),
         "network-operator"),
        (Content.ONNX, ("TRT", "EfficientNMS_TRT", ""), "vendor-operator"),
        (Content.ONNX, ("", "EfficientNMS_TRT", ""), "vendor-operator"),
        (Content.ONNX, ("house.ops", "Attic", ""), "custom-operator"),
        (Content.ONNX, ("", "NoSuchOperator", ""), "custom-operator"),
        (Content.SAVED_MODEL, ("", "ReadFile", "/etc/passwd"), "file-operator"),
        (Content.SAVED_MODEL, ("", "RestoreV2", ""), "file-operator"),
        (Content.SAVED_MODEL, ("", "EagerPyFunc", "pyfunc_0"), "code-operator"),
        (Content.SAVED_MODEL, ("", "DebugIdentity", ""), "network-operator"),
        (Content.SAVED_MODEL, ("", "Abort", ""), "process-operator"),
        (Content.SAVED_MODEL, ("", "PrintV2", "file:" + "///x"), "file-operator"),
        (Content.SAVED_MODEL, ("", "EvilOp", ""), "custom-operator"),
        (Content.TFLITE, ("custom", "FlexWriteFile", ""), "file-operator"),
        (Content.TFLITE, ("custom", "Attic", ""), "custom-operator"),
        (Content.TFLITE, ("custom", "Mfcc", ""), "vendor-operator"),
        (Content.CORE_ML, ("custom", "MyLayer", ""), "custom-operator"),
    ],
)  # fmt: skip
def test_each_kind_of_operator_falls_under_a_rule(content, operator, rule):
    assert rules(run(CHECK, graph(operator, content=content))) == [rule]


@pytest.mark.parametrize(
    ("content", "operator"),
    [
        (Content.SAVED_MODEL, ("saver", "RestoreV2", "")),
        (Content.SAVED_MODEL, ("", "PrintV2", "stderr")),
        (Content.SAVED_MODEL, ("", "DecodeProtoV2", "bytes://")),
        (Content.SAVED_MODEL, ("", "InitializeTableFromTextFileV2", "asset")),
        (Content.SAVED_MODEL, ("", "_Arg", "")),
        (Content.TFLITE, ("custom", "FlexMatMul", "")),
        (Content.TFLITE, ("", "CONV_2D", "")),
        (Content.CORE_ML, ("", "linear", "")),
    ],
)
def test_ordinary_operators_are_no_finding(content, operator):
    assert rules(run(CHECK, graph(operator, content=content))) == []


def test_a_custom_operator_is_worse_where_the_release_brings_native_code():
    library = file(
        "ops.so",
        NativeCodeFacts(place=at("ops.so"), content=Content.ELF),
        content=Content.ELF,
    )
    report = run(CHECK, graph(("house.ops", "Attic", "")), library)
    assert rules(report) == ["custom-operator-with-code"]
    assert report.findings[0].severity is Severity.HIGH


def test_a_script_is_no_native_code_for_operators():
    script = file("run.sh", NativeCodeFacts(place=at("run.sh"), content=Content.SCRIPT))
    assert rules(run(CHECK, graph(("house", "Attic", "")), script)) == [
        "custom-operator"
    ]


def test_a_function_of_the_model_is_no_custom_operator():
    one = graph(("house", "Attic", ""), functions=("house::Attic",))
    assert rules(run(CHECK, one)) == []


@pytest.mark.parametrize(
    ("content", "function"),
    [
        (Content.ONNX, "Relu"),
        (Content.ONNX, "ai.onnx::Relu"),
        (Content.SAVED_MODEL, "MatMul"),
    ],
)
def test_a_function_with_the_name_of_a_standard_operator_is_found(content, function):
    report = run(CHECK, graph(content=content, functions=(function,)))
    assert rules(report) == ["shadowed-operator"]


def test_functions_of_other_formats_and_names_shadow_nothing():
    assert rules(run(CHECK, graph(content=Content.CORE_ML, functions=("Relu",)))) == []
    assert rules(run(CHECK, graph(functions=("pkg::Relu", "Own")))) == []


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../x",
        "~/x",
        "C:\\x",
        "https://example.org/x",
        "a/../../x",
        "x\0",
    ],
)
def test_data_outside_of_the_release_are_found(path):
    report = run(CHECK, graph(data=(data_file(path),)))
    assert rules(report) == ["data-outside"]


def test_data_above_the_folder_of_the_model_and_absent_are_outside():
    one = graph(path="a/m.onnx", data=(data_file("../x.bin", of="a/m.onnx"),))
    assert rules(run(CHECK, one)) == ["data-outside"]


def test_absent_data_are_found():
    assert rules(run(CHECK, graph(data=(data_file("w.bin"),)))) == ["data-missing"]


def test_data_beside_a_member_of_an_archive_are_not_looked_for():
    inside = data_file("w.bin", member="m.onnx")
    assert rules(run(CHECK, graph(data=(inside,), member="m.onnx"))) == []
    outside = data_file("../w.bin", member="m.onnx")
    assert rules(run(CHECK, graph(data=(outside,), member="m.onnx"))) == [
        "data-outside"
    ]


@pytest.mark.parametrize("linked", ["sub", "sub/w.bin"])
def test_data_through_a_link_are_found(linked):
    link = Irregular(path=linked, kind=IrregularKind.SYMLINK_OUTSIDE, detail="/etc")
    one = graph(data=(data_file("sub/w.bin"),))
    assert rules(run(CHECK, one, irregular=(link,))) == ["data-through-link"]


def test_bytes_past_the_end_of_a_file_are_found():
    numbers = file("w.bin", gap(Content.UNKNOWN, "w.bin"))
    for offset, length in ((0, 9), (9, None), (1 << 70, 1)):
        one = graph(data=(data_file("w.bin", "w.bin", offset, length),))
        assert rules(run(CHECK, one, numbers)) == ["data-range"]


def test_references_of_a_checkpoint_are_judged_too():
    data = data_file("w.data", "w.data", 0, 90, of="w.index")
    index = WeightsFacts(
        place=at("w.index"), content=Content.TF_CHECKPOINT, data_files=(data,)
    )
    report = run(CHECK, file("w.index", index), file("w.data"))
    assert rules(report) == ["data-range"]


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("trailing-bytes", "hidden-bytes"),
        ("unknown-field", "hidden-bytes"),
        ("too-deep", "exhausting-graph"),
        ("huge-tensor", "exhausting-graph"),
        ("path-escape", "data-outside"),
        ("truncated", "malformed-graph"),
        ("tensor-size", "malformed-graph"),
    ],
)
def test_each_problem_falls_under_a_rule(kind, rule):
    assert rules(run(CHECK, graph(problems=(kind,)))) == [rule]


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "<script>alert(1)</script>",
        "eval('1')",
        "${jndi:ldap://x}",
        "a\u202eb",
    ],
)
def test_texts_that_act_are_found(text):
    for pair in (("note", text), (text, "note")):
        assert rules(run(CHECK, graph(metadata=(pair,)))) == ["active-metadata"]


def test_plain_texts_are_no_finding():
    pairs = (("names", "{0: 'cat'}"), ("author", "Example https://example.org"))
    assert rules(run(CHECK, graph(metadata=pairs))) == []


def test_an_unopened_archive_leaves_the_check_incomplete():
    report = run(CHECK, file("a.7z", gap(Content.SEVEN_ZIP)))
    assert report.status is CheckStatus.INCOMPLETE
